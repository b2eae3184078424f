package participant

import "time"

// arrival is a received packet as far as it matters for judging; the payload has been verified already.
type arrival struct {
	sequence  uint64 // extended
	timestamp uint32
	marker    bool
	at        time.Time
	picture   vp8Packet // audio: only its stamp
}

// reorder puts packets in order and finds holes, as a jitter buffer does. Not safe for concurrent use.
type reorder struct {
	ring    []arrival // by sequence; nil until the first packet. A power of two.
	filled  []bool
	size    int
	next    uint64 // the oldest that is still awaited
	highest uint64
	begun   bool
}

type verdict uint8

const (
	fresh     verdict = iota
	duplicate         // received before
	late              // given up already, or older than all that is remembered
	jumped            // fresh, but so far ahead that what was awaited had to be given up; skip says how much
)

// extend returns the extended number nearest to the highest one (RFC 3550 A.1); the first lies far from zero.
func (r *reorder) extend(n uint16) uint64 {
	if !r.begun {
		return 1<<16 + uint64(n)
	}
	return uint64(int64(r.highest) + int64(int16(n-uint16(r.highest))))
}

// push takes one packet.
func (r *reorder) push(a arrival) verdict {
	if !r.begun {
		r.begun, r.next, r.highest = true, a.sequence, a.sequence
		r.ring, r.filled = make([]arrival, r.size), make([]bool, r.size)
	}
	i := a.sequence % uint64(r.size)
	if a.sequence < r.next {
		if r.filled[i] && r.ring[i].sequence == a.sequence {
			return duplicate
		}
		return late
	}
	v := fresh
	if a.sequence >= r.next+uint64(r.size) {
		v = jumped
	} else if r.filled[i] && r.ring[i].sequence == a.sequence {
		return duplicate
	}
	if v == fresh {
		r.store(i, a)
	}
	return v
}

func (r *reorder) store(i uint64, a arrival) {
	r.ring[i], r.filled[i] = a, true
	r.highest = max(r.highest, a.sequence)
}

// restart begins anew at a packet, after a jump. It returns how many numbers were never received.
func (r *reorder) restart(a arrival) (lost uint64) {
	for s := r.next; s <= r.highest; s++ {
		if !r.has(s) {
			lost++
		}
	}
	lost += a.sequence - max(r.highest+1, r.next)
	clear(r.filled)
	r.next = a.sequence
	r.store(a.sequence%uint64(r.size), a)
	return lost
}

func (r *reorder) has(s uint64) bool {
	i := s % uint64(r.size)
	return r.filled[i] && r.ring[i].sequence == s
}

// pop returns the next packet in order; false when it is missing.
func (r *reorder) pop() (*arrival, bool) {
	if !r.begun || !r.has(r.next) {
		return nil, false
	}
	a := &r.ring[r.next%uint64(r.size)]
	r.next++
	return a, true
}

// waiting says whether later packets wait for a hole, and when the first of them came.
func (r *reorder) waiting() (since time.Time, ok bool) {
	if !r.begun || r.highest < r.next {
		return time.Time{}, false
	}
	for s := r.next + 1; s <= r.highest; s++ {
		if r.has(s) {
			return r.ring[s%uint64(r.size)].at, true
		}
	}
	return time.Time{}, false
}

// missing appends the numbers of all holes.
func (r *reorder) missing(dst []uint16) []uint16 {
	for s := r.next; r.begun && s < r.highest; s++ {
		if !r.has(s) {
			dst = append(dst, uint16(s))
		}
	}
	return dst
}

// skip gives up on the hole at the front and returns its length.
func (r *reorder) skip() (lost uint64) {
	for r.next <= r.highest && !r.has(r.next) {
		r.next++
		lost++
	}
	return lost
}
