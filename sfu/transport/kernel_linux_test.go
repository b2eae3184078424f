package transport

import (
	"net/netip"
	"testing"

	"golang.org/x/sys/unix"
)

func TestSockaddr(t *testing.T) {
	for _, text := range []string{"127.0.0.1:1", "203.0.113.7:65535", "[::1]:3478", "[2001:db8::8:1]:50000"} {
		want := netip.MustParseAddrPort(text)
		s := newSockaddr(want)
		if got := s.addrPort(); got != want {
			t.Errorf("%v became %v", want, got)
		}
	}
}

// A kernel or a card that does not cut messages gets one packet in each, from then on.
func TestKernelThatDoesNotCut(t *testing.T) {
	e := newTestEndpoint(t)
	s := e.sockets[0]
	b := newBatch(e.counters, 0)
	r := newReceiver(t, e)
	for range 3 {
		b.add(r.route, append(b.slot(100), testPayload(1, 2, 100)...))
	}
	b.collect(e)
	s.refused(b, b.messages[0], unix.EIO)
	b.reset()
	b.add(r.route, append(b.slot(100), testPayload(1, 2, 100)...))
	b.add(r.route, append(b.slot(100), testPayload(1, 2, 100)...))
	b.flush()
	for range 5 {
		if got := r.read(t); len(got) != 100 {
			t.Fatalf("%d bytes", len(got))
		}
	}
	if !s.noGSO.Load() || len(b.messages) != 2 {
		t.Errorf("cutting is off: %v; %d messages, want 2", s.noGSO.Load(), len(b.messages))
	}
}

// What does not fit into the kernel's buffer is dropped and counted at once.
func TestFullSocketDrops(t *testing.T) {
	e := newTestEndpoint(t)
	s := e.sockets[0]
	_ = s.raw.Control(func(fd uintptr) { _ = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_SNDBUF, 0) })
	b := newBatch(e.counters, 0)
	r := newReceiver(t, e)
	const packets = 900
	for range packets {
		b.add(r.route, b.slot(1100)[:1100])
	}
	b.flush()
	if sent, dropped := s.counters.packetsForwarded.Load(), s.counters.droppedSend.Load(); sent+dropped != packets {
		t.Errorf("%d sent and %d dropped of %d", sent, dropped, packets)
	}
}

// What the kernel's receive buffer has no room for is counted.
func TestFullReceiveBufferIsCounted(t *testing.T) {
	f := newFlow(t, 0)
	_ = f.at.sockets[0].raw.Control(func(fd uintptr) { _ = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_RCVBUF, 0) })
	const packets = 100
	for range packets {
		f.send()
	}
	read := 0
	err := f.at.sockets[0].reader.run(func(n int) (again, end bool) {
		read += n
		f.send() // it tells of those before it
		return false, f.at.counters.droppedReceive.Load() > 0 || read >= packets
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := f.at.counters.droppedReceive.Load(); got == 0 || got > packets {
		t.Errorf("%d packets dropped of %d, %d read", got, packets, read)
	}
}
