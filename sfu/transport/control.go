package transport

import (
	"net"
	"net/netip"
	"sync"
)

// maxControl is how many STUN, DTLS and RTCP packets of one endpoint wait for Pion; more are dropped, all of these
// protocols repeat themselves.
const maxControl = 512

// controlQueue takes the packets that are not media from the reading goroutines to Pion's mux. Memory changes hands
// instead of being copied.
type controlQueue struct {
	wake chan struct{} // holds one: look again
	done chan struct{}

	mu      sync.Mutex // leaf; guards all below
	packets [maxControl]controlPacket
	first   int
	count   int
	fresh   bool // something was added since the last signal
	closed  bool
}

type controlPacket struct {
	memory *[packetSize]byte
	length int
	from   netip.AddrPort
}

func (q *controlQueue) init() {
	q.wake, q.done = make(chan struct{}, 1), make(chan struct{})
}

// put takes the packet in memory and leaves other memory in its place; false: there is no room.
func (q *controlQueue) put(memory **[packetSize]byte, length int, from netip.AddrPort) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.count == maxControl || q.closed {
		return false
	}
	p := &q.packets[(q.first+q.count)%maxControl]
	if p.memory == nil {
		p.memory = new([packetSize]byte)
	}
	p.memory, *memory = *memory, p.memory
	p.length, p.from = length, from
	q.count++
	q.fresh = true
	return true
}

// signal lets Pion look, once for all that was added.
func (q *controlQueue) signal() {
	q.mu.Lock()
	fresh := q.fresh
	q.fresh = false
	q.mu.Unlock()
	if !fresh {
		return
	}
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

// next waits for a packet and copies it into b.
func (q *controlQueue) next(b []byte) (int, netip.AddrPort, error) {
	for {
		if n, from, ok := q.take(b); ok {
			return n, from, nil
		}
		select {
		case <-q.wake:
		case <-q.done:
			return 0, netip.AddrPort{}, net.ErrClosed
		}
	}
}

func (q *controlQueue) take(b []byte) (n int, from netip.AddrPort, ok bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.count == 0 {
		return 0, netip.AddrPort{}, false
	}
	p := &q.packets[q.first]
	q.first, q.count = (q.first+1)%maxControl, q.count-1
	return copy(b, p.memory[:p.length]), p.from, true
}

// close ends next.
func (q *controlQueue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	if !q.closed {
		q.closed = true
		close(q.done)
	}
}
