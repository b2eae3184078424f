package transport

import (
	"bytes"
	"log/slog"
	"net"
	"net/netip"
	"testing"
)

// What one client sends comes through one socket, in order, however many sockets share the port.
func TestOneClientOneSocket(t *testing.T) {
	e, err := newEndpoint(netip.MustParseAddrPort("127.0.0.1:0"), &counters{}, slog.New(slog.DiscardHandler), 4)
	if err != nil {
		t.Fatal(err)
	}
	e.start()
	t.Cleanup(func() { _ = e.Close() })
	if want := 4; hasKernelBatches && len(e.sockets) != want {
		t.Fatalf("%d sockets, want %d", len(e.sockets), want)
	}
	b := make([]byte, packetSize)
	for client := range byte(20) {
		conn, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(e.local))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = conn.Close() })
		for n := range byte(50) {
			if _, err := conn.Write([]byte{client, n}); err != nil { // no RTP: Pion's
				t.Fatal(err)
			}
		}
		for n := range byte(50) {
			length, from, err := e.ReadFromAddrPort(b)
			if err != nil || from != addressOf(conn) || !bytes.Equal(b[:length], []byte{client, n}) {
				t.Fatalf("%v from %v, %v; want packet %d of client %d", b[:length], from, err, n, client)
			}
		}
	}
}

// A port is shared with nobody else: a second server is told so.
func TestPortIsNotSharedWithOthers(t *testing.T) {
	counters, log := &counters{}, slog.New(slog.DiscardHandler)
	e, err := newEndpoint(netip.MustParseAddrPort("127.0.0.1:0"), counters, log, 2)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.Close() })
	if other, err := newEndpoint(e.local, counters, log, 2); err == nil {
		_ = other.Close()
		t.Error("two endpoints have the same port")
	}
}

func TestControlQueueIsBounded(t *testing.T) {
	var q controlQueue
	q.init()
	memory := new([packetSize]byte)
	from := netip.MustParseAddrPort("192.0.2.1:5")
	for n := range maxControl + 3 {
		memory[0], memory[1] = byte(n), byte(n>>8)
		if got, want := q.put(&memory, 2, from), n < maxControl; got != want {
			t.Fatalf("packet %d was taken: %v, want %v", n, got, want)
		}
	}
	b := make([]byte, packetSize)
	for n := range maxControl {
		length, at, err := q.next(b)
		if err != nil || at != from || !bytes.Equal(b[:length], []byte{byte(n), byte(n >> 8)}) {
			t.Fatalf("packet %d: %v from %v, %v", n, b[:length], at, err)
		}
	}
	q.close()
	if _, _, err := q.next(b); err == nil {
		t.Error("a packet came out of a closed queue")
	}
	if q.put(&memory, 2, from) {
		t.Error("a closed queue took a packet")
	}
}

// A packet that makes the code panic costs itself only.
func TestPanicCostsOnePacket(t *testing.T) {
	f := newFlow(t, 2)
	f.burst()
	stream := f.publisher.stream(1)
	f.send()
	stream.binding.encoding = nil // which nothing expects
	f.read(1)
	if got := f.at.counters.panics.Load(); got != 1 {
		t.Fatalf("%d panics, want 1", got)
	}
	stream.binding.encoding = f.publication.Encodings()[0]
	before := f.at.counters.packetsForwarded.Load()
	f.burst()
	if got := f.at.counters.packetsForwarded.Load() - before; got != 2*flowBurst {
		t.Errorf("%d packets after the panic, want %d", got, 2*flowBurst)
	}
}

// A socket without system calls for many packets does the same work.
func TestPlainReading(t *testing.T) {
	f := newFlow(t, 3)
	f.at.sockets[0].plain = true
	for range 10 {
		f.burst()
	}
	if got, want := f.at.counters.packetsForwarded.Load(), uint64(10*flowBurst*3); got != want {
		t.Errorf("%d packets forwarded, want %d", got, want)
	}
	for _, r := range f.receivers {
		for range 10 * flowBurst {
			r.read(t)
		}
	}
}

// Two sockets that read packets of one stream at the same time do not disturb each other: ICE has selected another
// address, and packets to the old one are still on their way.
func TestTwoSocketsOneStream(t *testing.T) {
	f := newFlow(t, 1)
	second := newTestEndpoint(t)
	other, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(second.local))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = other.Close() })
	second.expect(addressOf(other), f.publisher)
	f.burst() // the stream has begun: what is older than its first packet is of no use
	f.at.start()
	second.start()
	first := f.client
	for n := range 500 {
		f.client = []*net.UDPConn{first, other}[n%2]
		f.send()
	}
	waitFor(t, "all forwarded", func() bool {
		return f.at.counters.packetsForwarded.Load()+second.counters.packetsForwarded.Load() == 500+flowBurst
	})
	if f.publisher.ssrcs.Load() != 1 {
		t.Errorf("%d SSRCs, want 1", f.publisher.ssrcs.Load())
	}
}
