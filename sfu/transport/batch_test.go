package transport

import (
	"bytes"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"testing"
	"time"
)

// receiver is a UDP socket that keeps what it gets.
type receiver struct {
	conn  *net.UDPConn
	route *route
}

func newReceiver(t testing.TB, e *endpoint) receiver {
	t.Helper()
	conn, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	_ = conn.SetReadBuffer(socketBuffer)
	to := conn.LocalAddr().(*net.UDPAddr).AddrPort()
	return receiver{conn, &route{number: routeNumbers.Add(1), endpoint: e, to: to, raw: newSockaddr(to)}}
}

func (r receiver) read(t testing.TB) []byte {
	t.Helper()
	b := make([]byte, 2*packetSize)
	_ = r.conn.SetReadDeadline(time.Now().Add(20 * time.Second))
	n, err := r.conn.Read(b)
	if err != nil {
		t.Fatal(err)
	}
	return b[:n]
}

// newTestEndpoint returns an endpoint with one socket, which nobody reads.
func newTestEndpoint(t testing.TB) *endpoint {
	t.Helper()
	e, err := newEndpoint(netip.MustParseAddrPort("127.0.0.1:0"), &counters{}, slog.New(slog.DiscardHandler), 1)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.Close() })
	return e
}

// modes are the ways in which a socket sends.
var modes = map[string]func(*socket){
	"as the kernel can":            func(*socket) {},
	"without GSO":                  func(s *socket) { s.noGSO.Store(true) },
	"without system calls of ours": func(s *socket) { s.plain = true },
}

// Every packet arrives whole, each receiver's in order, whatever the sizes are.
func TestBatchDelivers(t *testing.T) {
	sizes := []int{1100, 1100, 1100, 700, 1100, 28, 28, 30, 1200, 1199, 1200, 1200}
	for name, mode := range modes {
		t.Run(name, func(t *testing.T) {
			e := newTestEndpoint(t)
			mode(e.sockets[0])
			b := newBatch(e.counters, 0)
			receivers := make([]receiver, 70)
			for i := range receivers {
				receivers[i] = newReceiver(t, e)
			}
			for n, size := range sizes {
				for i, r := range receivers {
					b.add(r.route, append(b.slot(r.route, size), testPayload(i, n, size)...))
				}
			}
			b.flush()
			for i, r := range receivers {
				for n, size := range sizes {
					if got := r.read(t); !bytes.Equal(got, testPayload(i, n, size)) {
						t.Fatalf("receiver %d, packet %d: %d bytes, want %d", i, n, len(got), size)
					}
				}
			}
			if got, want := e.counters.packetsForwarded.Load(), uint64(len(sizes)*len(receivers)); got != want {
				t.Errorf("%d packets counted, want %d", got, want)
			}
		})
	}
}

func testPayload(receiver, n, size int) []byte {
	return bytes.Repeat([]byte{byte(receiver), byte(n)}, size)[:size]
}

func TestSplit(t *testing.T) {
	e := newTestEndpoint(t)
	for name, c := range map[string]struct{ sizes, want []int }{
		"a lone packet":             {[]int{100}, []int{1}},
		"equal sizes":               {[]int{100, 100, 100}, []int{3}},
		"a shorter last":            {[]int{100, 100, 40}, []int{3}},
		"nothing after a shorter":   {[]int{100, 40, 40, 40}, []int{2, 2}},
		"nothing longer":            {[]int{100, 101, 101}, []int{1, 2}},
		"as many as the kernel can": {repeat(100, maxSegments+1), []int{maxSegments, 1}},
		"as large as UDP can":       {repeat(1400, 47), []int{46, 1}},
	} {
		b := newBatch(e.counters, 0)
		r := newReceiver(t, e)
		for _, size := range c.sizes {
			b.add(r.route, b.slot(r.route, size)[:size])
		}
		b.collect(e)
		var got []int
		for _, m := range b.messages {
			got = append(got, m.count)
		}
		if fmt.Sprint(got) != fmt.Sprint(c.want) {
			t.Errorf("%s: messages of %v packets, want %v", name, got, c.want)
		}
	}
}

func repeat(size, n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = size
	}
	return all
}

// A batch that is full sends itself; nothing is lost or mixed up.
func TestFullBatchIsSent(t *testing.T) {
	e := newTestEndpoint(t)
	b := newBatch(e.counters, 0)
	r := newReceiver(t, e)
	const packets = arenaSize/1216 + 10
	for n := range packets {
		b.add(r.route, append(b.slot(r.route, 1200), testPayload(n, n>>8, 1200)...))
	}
	b.flush()
	for n := range packets {
		if got := r.read(t); !bytes.Equal(got, testPayload(n, n>>8, 1200)) {
			t.Fatalf("packet %d is wrong", n)
		}
	}
}

// A packet that cannot leave is counted and takes no other with it.
func TestRefusedPacketsAreCounted(t *testing.T) {
	e := newTestEndpoint(t)
	b := newBatch(e.counters, 0)
	good, bad := newReceiver(t, e), newReceiver(t, e)
	bad.route.raw = newSockaddr(netip.MustParseAddrPort("[::1]:9")) // of another family than the socket
	for range 3 {
		b.add(bad.route, b.slot(bad.route, 50)[:50])
		b.add(good.route, b.slot(good.route, 50)[:50])
	}
	b.flush()
	for range 3 {
		good.read(t)
	}
	_ = e.Close()
	b.add(good.route, b.slot(good.route, 50)[:50])
	b.flush()
	if sent, dropped := e.counters.packetsForwarded.Load(), e.counters.droppedSend.Load(); sent+dropped != 7 || sent < 3 || dropped < 1 {
		t.Errorf("%d sent and %d dropped of 7", sent, dropped)
	}
}

func TestBatchAllocatesNothing(t *testing.T) {
	e := newTestEndpoint(t)
	receivers := make([]receiver, 20)
	for i := range receivers {
		receivers[i] = newReceiver(t, e)
	}
	p, _ := keyPair(t, 16)
	streams := make([]sealing, len(receivers))
	payload := make([]byte, 1000)
	b := newBatch(e.counters, 0)
	number := uint16(0)
	if n := testing.AllocsPerRun(200, func() {
		for range 4 {
			number++
			for i := range receivers {
				slot := b.slot(receivers[i].route, headerSize+len(payload)+tagSize)[:headerSize]
				slot[2], slot[3] = byte(number>>8), byte(number)
				packet, _ := streams[i].seal(p, slot, payload)
				b.add(receivers[i].route, packet)
			}
		}
		b.flush()
	}); n != 0 {
		t.Errorf("%v allocations for a burst of 4 packets to 20 receivers", n)
	}
}

// From the system call that reads a publisher's packets to the one that sends them: no allocation for any receiver.
func TestForwardingAllocatesNothing(t *testing.T) {
	const receivers = 20
	f := newFlow(t, receivers)
	for range 300 { // the history has all of its memory
		f.burst()
	}
	sent := f.at.counters.packetsForwarded.Load()
	if n := testing.AllocsPerRun(200, f.burst); n != 0 {
		t.Errorf("%v allocations for a burst of %d packets to %d receivers", n, flowBurst, receivers)
	}
	if got := f.at.counters.packetsForwarded.Load() - sent; got < 200*flowBurst*receivers {
		t.Errorf("only %d packets were sent: nothing was proved", got)
	}
}
