package link

import "time"

// waiting is a packet in the queue, with what it rolled on arrival.
type waiting struct {
	data    []byte
	arrived time.Duration
	roll    roll
}

func (w waiting) size() int64 { return int64(len(w.data) + Overhead) }

// bottleneck is a drop-tail queue that is served at the link's rate. The first packet is the one being sent. Its work is
// counted in bits times nanoseconds per second, so that a change of the rate in the middle of a packet is exact.
type bottleneck struct {
	packets []waiting
	head    int   // index of the first packet; what is before it is gone
	bytes   int64 // of all packets, with Overhead
	left    int64 // work left of the first packet, bit * ns/s
}

const workPerByte = 8 * int64(time.Second)

func (b *bottleneck) len() int { return len(b.packets) - b.head }

// behind is how much waits behind the packet being sent.
func (b *bottleneck) behind() int64 {
	if b.len() == 0 {
		return 0
	}
	return b.bytes - b.packets[b.head].size()
}

// accepts says whether an arriving packet may wait. The one that finds the link idle always may.
func (b *bottleneck) accepts(size int, s Settings) bool {
	if b.len() == 0 || s.Rate == 0 {
		return true
	}
	limit := maxQueue // whatever the settings say: memory, and sums that fit
	if s.Queue > 0 {
		limit = s.Queue
	}
	if b.behind()+int64(size) > int64(limit) {
		return false
	}
	wait := timeFor(b.left, s.Rate) + timeFor(b.behind()*workPerByte, s.Rate)
	return s.QueueTime == 0 || wait <= time.Duration(s.QueueTime)
}

func (b *bottleneck) push(p waiting) {
	if b.len() == 0 {
		b.packets, b.head = b.packets[:0], 0
		b.left = p.size() * workPerByte
	} else if b.head > MaxPackets {
		b.packets, b.head = append(b.packets[:0], b.packets[b.head:]...), 0
	}
	b.packets = append(b.packets, p)
	b.bytes += p.size()
}

// next is when the first packet will be through; false when none waits.
func (b *bottleneck) next(now time.Duration, r Rate) (time.Duration, bool) {
	if b.len() == 0 {
		return 0, false
	}
	return now + timeFor(b.left, r), true
}

// serve works from one moment to the next, or until the first packet is through, which it then returns with the moment.
func (b *bottleneck) serve(from, to time.Duration, r Rate) (waiting, time.Duration, bool) {
	through, ok := b.next(from, r)
	if !ok {
		return waiting{}, 0, false
	}
	if through > to {
		b.left -= int64(to-from) * int64(r)
		return waiting{}, 0, false
	}
	p := b.packets[b.head]
	b.packets[b.head] = waiting{} // else its data would live on
	b.head++
	b.bytes -= p.size()
	if b.len() > 0 {
		b.left = b.packets[b.head].size() * workPerByte
	}
	return p, through, true
}

// timeFor is rounded up to a whole nanosecond; an unlimited rate takes none.
func timeFor(work int64, r Rate) time.Duration {
	if r == 0 {
		return 0
	}
	return time.Duration((work + int64(r) - 1) / int64(r))
}
