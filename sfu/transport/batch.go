package transport

import (
	"sync"
	"sync/atomic"
	"time"

	"salon/sfu/congestion"
	"salon/sfu/forward"
)

const (
	arenaSize    = 1 << 20 // bytes of sealed packets in a batch: a frame of 4 packets for 200 receivers
	maxDatagrams = 1024    // packets in a batch
	fewRoutes    = 32      // a batch for so many receivers is sent before it begins with another
	tableSize    = 4 * fewRoutes
	maxSegments  = 64    // that the kernel cuts one message into (UDP_MAX_SEGMENTS)
	maxMessage   = 65000 // bytes of one message, below the 65,507 that UDP carries
	cacheLine    = 64
)

// batch gathers sealed packets until they are sent together: those of one receiver become one message where their
// sizes allow it, and many messages one system call. One goroutine uses it at a time: each socket's reading one has its
// own.
type batch struct {
	counters *counters
	lane     int            // which socket of an endpoint it leaves through
	group    *forward.Group // packets of one publisher that arrived together; nil: each is forwarded at once
	tally    tally
	parser   congestion.Parser // of feedback that causes packets
	arena    []byte
	used     int

	datagrams []datagram
	runs      []run // one for each receiver, in order of its first packet
	table     [tableSize]entry
	round     uint32 // entries of other rounds are void

	packets   [][]byte    // scratch of send: in the order in which they leave
	messages  []message   // scratch of send
	merged    []message   // scratch of send
	endpoints []*endpoint // scratch of send
	kernel    kernelBatch
}

// tally counts what happens to the packets of one batch, for the counters to be touched once.
type tally struct{ received, receivedBytes, forwarded, forwardedBytes, droppedSend uint64 }

// datagram is a sealed packet.
type datagram struct {
	data    []byte
	next    int32 // of the same run, -1: the last
	number  uint16
	counted bool // for the estimation, under the number
}

// run is the packets of one batch for one receiver, in order.
type run struct {
	route       *route
	first, last int32
}

// entry finds a run by its route. The table is open: the next free entry is taken.
type entry struct {
	round uint32
	run   int32
}

// message is packets for one receiver in one datagram of the kernel's, which it cuts: all have the size of the first,
// the last may be shorter.
type message struct {
	route *route
	from  int // index of its first packet
	count int
}

// batches is a pool for everything that is sent outside a reading goroutine: retransmissions, replays, and what comes
// through Pion.
type batches struct{ pool sync.Pool }

func (p *batches) get(c *counters) *batch {
	if b, ok := p.pool.Get().(*batch); ok {
		return b
	}
	return newBatch(c, 0)
}

func (p *batches) put(b *batch) { p.pool.Put(b) }

func newBatch(c *counters, lane int) *batch {
	b := &batch{
		counters: c, lane: lane, arena: make([]byte, arenaSize), round: 1,
		datagrams: make([]datagram, 0, maxDatagrams), runs: make([]run, 0, fewRoutes+1),
		packets: make([][]byte, 0, maxDatagrams), messages: make([]message, 0, maxDatagrams),
	}
	b.kernel.init()
	return b
}

// slot returns memory for a packet of at most size bytes to a receiver. A batch that has no more room is sent, and one that
// is enough for a system call: what was sealed is then still near when the kernel copies it, and receivers get their packets
// while those of others are being sealed.
func (b *batch) slot(r *route, size int) []byte {
	enough := len(b.runs) >= fewRoutes && b.runs[len(b.runs)-1].route != r
	if enough || b.used+size > len(b.arena) || len(b.datagrams) == maxDatagrams {
		b.flush()
	}
	return b.arena[b.used : b.used : b.used+size]
}

// add takes the sealed packet that begins at the last slot.
func (b *batch) add(r *route, data []byte) {
	b.used += (len(data) + cacheLine - 1) &^ (cacheLine - 1)
	b.used = min(b.used, len(b.arena))
	n := int32(len(b.datagrams))
	b.datagrams = append(b.datagrams, datagram{data: data, next: -1})
	run := b.run(r, n)
	if run.last != n {
		b.datagrams[run.last].next = n
		run.last = n
	}
}

// count makes the packet that was added last count for the estimation of its receiver, under a transport-wide number.
func (b *batch) count(number uint16) {
	d := &b.datagrams[len(b.datagrams)-1]
	d.number, d.counted = number, true
}

// note tells the estimations what leaves now, one receiver after the other, so that what each of them remembers is at
// hand: about 35 ns per packet.
func (b *batch) note(now time.Time) {
	for i := range b.runs {
		r := &b.runs[i]
		if r.route.estimation == nil {
			continue
		}
		for n := r.first; n >= 0; n = b.datagrams[n].next {
			if d := &b.datagrams[n]; d.counted {
				r.route.estimation.note(d.number, len(d.data), now)
			}
		}
	}
}

// run returns the run of a route, which begins with datagram n when it is new. Slot bounds how many there are.
func (b *batch) run(r *route, n int32) *run {
	if last := len(b.runs) - 1; last >= 0 && b.runs[last].route == r {
		return &b.runs[last]
	}
	for i := r.number % tableSize; ; i = (i + 1) % tableSize {
		e := &b.table[i]
		if e.round != b.round {
			*e = entry{round: b.round, run: int32(len(b.runs))}
			b.runs = append(b.runs, run{route: r, first: n, last: n})
			return &b.runs[e.run]
		}
		if b.runs[e.run].route == r {
			return &b.runs[e.run]
		}
	}
}

// flush sends everything. It does not block; what the kernel has no room for is dropped and counted.
func (b *batch) flush() {
	if len(b.datagrams) > 0 {
		b.note(time.Now())
		b.endpoints = b.endpoints[:0]
		for i := range b.runs {
			b.meet(b.runs[i].route.endpoint)
		}
		for _, e := range b.endpoints {
			b.collect(e)
			if e == nil {
				b.sendTCP()
			} else {
				e.sockets[b.lane%len(e.sockets)].send(b)
			}
		}
		b.reset()
	}
	b.settle()
}

// meet notes that an endpoint has something to send; there are as many as the machine has addresses.
func (b *batch) meet(e *endpoint) {
	for _, known := range b.endpoints {
		if known == e {
			return
		}
	}
	b.endpoints = append(b.endpoints, e)
}

// collect makes the messages of one endpoint.
func (b *batch) collect(e *endpoint) {
	b.packets, b.messages = b.packets[:0], b.messages[:0]
	for i := range b.runs {
		if r := &b.runs[i]; r.route.endpoint == e {
			b.split(r)
		}
	}
}

// split cuts a run into messages.
func (b *batch) split(r *run) {
	size, total, open := 0, 0, false
	for n := r.first; n >= 0; n = b.datagrams[n].next {
		data := b.datagrams[n].data
		if open {
			m := &b.messages[len(b.messages)-1]
			if len(data) <= size && m.count < maxSegments && total+len(data) <= maxMessage {
				m.count++
				total += len(data)
				open = len(data) == size
				b.packets = append(b.packets, data)
				continue
			}
		}
		b.messages = append(b.messages, message{route: r.route, from: len(b.packets), count: 1})
		b.packets = append(b.packets, data)
		size, total, open = len(data), len(data), true
	}
}

func (b *batch) reset() {
	b.used, b.datagrams, b.runs = 0, b.datagrams[:0], b.runs[:0]
	b.round++
	if b.round == 0 { // it came round: entries of 2^32 batches ago are not void by themselves
		b.table, b.round = [tableSize]entry{}, 1
	}
}

// sendTCP gives packets to Pion's ICE-TCP connections, which queue and drop by themselves.
func (b *batch) sendTCP() {
	for _, m := range b.messages {
		for _, data := range b.packets[m.from : m.from+m.count] {
			_, err := m.route.conn.WriteTo(data, m.route.addr)
			b.sent(err == nil, data)
		}
	}
}

// sendPlain sends one packet at a time, where the kernel has nothing better.
func (b *batch) sendPlain(s *socket) {
	for _, m := range b.messages {
		for _, data := range b.packets[m.from : m.from+m.count] {
			_, err := s.conn.WriteToUDPAddrPort(data, m.route.to)
			b.sent(err == nil, data)
		}
	}
}

// sent counts what became of one packet.
func (b *batch) sent(ok bool, data []byte) {
	if !ok {
		b.tally.droppedSend++
		return
	}
	b.tally.forwarded++
	length, _, _ := rtpHeader(data)
	b.tally.forwardedBytes += uint64(len(data) - length - tagSize)
}

// settle adds the tally to the counters.
func (b *batch) settle() {
	t := &b.tally
	for _, sum := range []struct {
		of *atomic.Uint64
		n  uint64
	}{
		{&b.counters.packetsReceived, t.received}, {&b.counters.bytesReceived, t.receivedBytes},
		{&b.counters.packetsForwarded, t.forwarded}, {&b.counters.bytesForwarded, t.forwardedBytes},
		{&b.counters.droppedSend, t.droppedSend},
	} {
		if sum.n > 0 {
			sum.of.Add(sum.n)
		}
	}
	*t = tally{}
}
