package sequence

// turn says that packets from before a sequence number have another timestamp offset than those that follow.
type turn struct {
	before uint64
	offset uint32
}

// turns remembers the latest of them: an input turns rarely, and late packets are a second late at most.
type turns struct {
	ring [4]turn
	next int
	held int
}

func (t *turns) add(n turn) {
	t.ring[t.next] = n
	t.next = (t.next + 1) % len(t.ring)
	t.held = min(t.held+1, len(t.ring))
}

// offset returns the timestamp offset of a packet; now is that of the newest ones.
func (t *turns) offset(sequence uint64, now uint32) uint32 {
	for i := 1; i <= t.held; i++ {
		turn := &t.ring[(t.next-i+len(t.ring))%len(t.ring)]
		if sequence >= turn.before {
			break
		}
		now = turn.offset
	}
	return now
}
