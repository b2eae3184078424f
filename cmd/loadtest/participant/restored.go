package participant

// restored remembers the newest numbers that came as retransmissions first. The server probes the bandwidth with packets
// that it has just sent, so the original may be overtaken on the way: that is no packet sent twice.
type restored struct {
	ring [64]uint32 // sequence number + 1; 0: none
	next int
}

func (r *restored) add(sequence uint16) {
	r.ring[r.next] = uint32(sequence) + 1
	r.next = (r.next + 1) % len(r.ring)
}

// has says whether the number came so, and forgets it: an original comes once.
func (r *restored) has(sequence uint16) bool {
	for i, n := range r.ring {
		if n == uint32(sequence)+1 {
			r.ring[i] = 0
			return true
		}
	}
	return false
}
