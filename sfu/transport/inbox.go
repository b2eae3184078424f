package transport

import (
	"encoding/binary"
	"sync"
	"time"
)

const (
	maxInbox   = 512  // packets of one Peer that may wait: 100 ms of 40 Mbit/s. More are dropped
	packetSize = 1500 // the largest packet that is received: Ethernet's
)

var packetPool = sync.Pool{New: func() any { return new([packetSize]byte) }}

// release gives a packet's memory back.
func release(packet []byte) { packetPool.Put((*[packetSize]byte)(packet[:packetSize])) }

// arrival is a protected packet and when it was read.
type arrival struct {
	packet []byte // in memory of packetPool
	at     time.Time
}

// inbox holds what arrived for a Peer until its goroutine takes all of it at once: what arrived together leaves
// together.
type inbox struct {
	wake chan struct{} // holds one: look again

	mu      sync.Mutex // leaf; guards all below
	waiting []arrival
	running bool // the goroutine exists
	closed  bool
}

// put adds a packet, whose memory it takes; false when there is no room and the memory stays the caller's.
func (b *inbox) put(a arrival, start func()) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed || len(b.waiting) == maxInbox {
		return false
	}
	b.waiting = append(b.waiting, a)
	if !b.running {
		b.running = true
		start()
	}
	return true
}

// signal lets the goroutine look.
func (b *inbox) signal() {
	select {
	case b.wake <- struct{}{}:
	default:
	}
}

// take swaps what waits for an empty list.
func (b *inbox) take(empty []arrival) []arrival {
	b.mu.Lock()
	defer b.mu.Unlock()
	all := b.waiting
	b.waiting = empty[:0]
	return all
}

// close refuses packets from now on, so that no goroutine is started any more.
func (b *inbox) close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed = true
}

// startReceiving starts the goroutine of the inbox.
func (p *Peer) startReceiving() { p.finished.Go(p.receiveLoop) }

// receiveLoop forwards what arrives, from the first packet to the end of the Peer.
func (p *Peer) receiveLoop() {
	var burst []arrival
	for {
		select {
		case <-p.done:
			return
		case <-p.inbox.wake:
		}
		for {
			if burst = p.inbox.take(burst); len(burst) == 0 {
				break
			}
			p.receiveBurst(burst)
		}
	}
}

// receiveBurst forwards packets that arrived together and sends what comes of them as one batch.
func (p *Peer) receiveBurst(burst []arrival) {
	keys := p.media.Load()
	b := p.engine.batches.get(&p.engine.counters)
	for i := range burst {
		p.receive(keys.remote, burst[i].packet, burst[i].at, b)
		release(burst[i].packet)
		burst[i].packet = nil
	}
	b.flush()
	p.engine.batches.put(b)
}

// receive opens one packet and hands it to its stream.
func (p *Peer) receive(remote *protection, packet []byte, at time.Time, b *batch) {
	counters := &p.engine.counters
	length, ssrc, ok := rtpHeader(packet)
	if !ok {
		counters.droppedMalformed.Add(1)
		return
	}
	s := p.stream(ssrc)
	fresh := s == nil
	if fresh { // it is kept only if its first packet is authentic
		if s = p.newStream(ssrc); s == nil {
			counters.droppedBudget.Add(1)
			return
		}
	}
	plain, ok := s.opening.open(remote, ssrc, packet, length)
	if !ok {
		counters.droppedForged.Add(1)
		return
	}
	if fresh {
		p.keep(s)
	}
	s.receive(plain, at, b)
}

// rtpHeader returns the length of an RTP header with its sources and extensions (RFC 3550 5.1, 5.3.1), and its SSRC.
func rtpHeader(packet []byte) (length int, ssrc uint32, ok bool) {
	if len(packet) < headerSize || packet[0]>>6 != 2 {
		return 0, 0, false
	}
	length = headerSize + 4*int(packet[0]&0x0f)
	if packet[0]&0x10 != 0 {
		if len(packet) < length+4 {
			return 0, 0, false
		}
		length += 4 + 4*int(binary.BigEndian.Uint16(packet[length+2:]))
	}
	return length, binary.BigEndian.Uint32(packet[8:]), len(packet) >= length
}
