package transport

import (
	"bytes"
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
		b.add(r.route, append(b.slot(r.route, 100), testPayload(1, 2, 100)...))
	}
	b.collect(e)
	s.refused(b, b.messages[0], unix.EIO)
	b.reset()
	b.add(r.route, append(b.slot(r.route, 100), testPayload(1, 2, 100)...))
	b.add(r.route, append(b.slot(r.route, 100), testPayload(1, 2, 100)...))
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

// Whatever part of a batch the kernel takes at once, and whether it cuts messages on this path or not, every receiver gets
// each packet once, in order.
func TestPartialFailures(t *testing.T) {
	for name, c := range map[string]struct {
		takes   int        // messages of one call at most
		refuses unix.Errno // messages of several packets; 0: none
		every   int        // only each so-manieth of them
		noGSO   bool       // afterwards
	}{
		"one message at a time":              {takes: 1},
		"some of them":                       {takes: 7},
		"no checksum offload":                {takes: 5, refuses: unix.EIO, every: 1, noGSO: true},
		"no checksum offload on some paths":  {takes: 32, refuses: unix.EIO, every: 3, noGSO: true},
		"not known to the kernel":            {takes: 3, refuses: unix.EOPNOTSUPP, every: 1, noGSO: true},
		"larger than some path's packets":    {takes: 32, refuses: unix.EINVAL, every: 4},
		"larger than packets of the network": {takes: 1, refuses: unix.EMSGSIZE, every: 1},
	} {
		t.Run(name, func(t *testing.T) {
			e := newTestEndpoint(t)
			b := newBatch(e.counters, 0)
			k, kernel, met := &b.kernel, b.kernel.call, 0
			k.call = func(fd uintptr) {
				end := k.end
				defer func() { k.end = end }()
				for n := k.begin; n < end && n < k.begin+c.takes; n++ {
					if k.headers[n].header.Controllen > 0 && c.refuses != 0 {
						if met++; met%c.every == 0 {
							if k.end = n; n > k.begin {
								met-- // it is met again, at the head of the next call
							} else {
								k.done, k.errno = 0, c.refuses
								return
							}
							break
						}
					}
					k.end = n + 1
				}
				kernel(fd)
			}
			sizes := []int{900, 900, 900, 300, 80}
			receivers := make([]receiver, 40)
			for i := range receivers {
				receivers[i] = newReceiver(t, e)
				for n, size := range sizes {
					to := receivers[i].route
					b.add(to, append(b.slot(to, size), testPayload(i, n, size)...))
				}
			}
			b.flush()
			for i, r := range receivers {
				for n, size := range sizes {
					if got := r.read(t); !bytes.Equal(got, testPayload(i, n, size)) {
						t.Fatalf("receiver %d, packet %d: %d bytes, want %d", i, n, len(got), size)
					}
				}
				if n := r.waiting(t); n != 0 {
					t.Errorf("receiver %d got a packet of %d bytes twice", i, n)
				}
			}
			sent, dropped := e.counters.packetsForwarded.Load(), e.counters.droppedSend.Load()
			if sent != uint64(len(sizes)*len(receivers)) || dropped != 0 || e.sockets[0].noGSO.Load() != c.noGSO {
				t.Errorf("%d packets sent, %d dropped; cutting is off: %v", sent, dropped, e.sockets[0].noGSO.Load())
			}
		})
	}
}

// waiting returns the size of a packet that has arrived, 0: none has.
func (r receiver) waiting(t *testing.T) (size int) {
	t.Helper()
	raw, err := r.conn.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	_ = raw.Control(func(fd uintptr) {
		size, _, _ = unix.Recvfrom(int(fd), make([]byte, packetSize), unix.MSG_DONTWAIT)
	})
	return max(size, 0)
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
		b.add(r.route, b.slot(r.route, 1100)[:1100])
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
