package layers

// maxSteps is how many changes of the temporal layer are remembered. Targets change at most a few times a second, and
// late packets are a second late at most.
const maxSteps = 32

// step is a change of the temporal layer: limit holds from a sequence number on, and for the frame with the timestamp.
// That frame was first noticed at the sequence number; packets of it that come late may have smaller ones.
type step struct {
	sequence  uint64
	timestamp uint32
	limit     int8
}

// steps remembers which temporal limit held where, so that a late packet gets the verdict of its frame.
type steps struct {
	ring [maxSteps]step
	next int // where the next one goes
	held int // how many are valid, at most maxSteps
}

func (s *steps) begin(first step) {
	s.next, s.held = 0, 0
	s.add(first)
}

func (s *steps) add(p step) {
	s.ring[s.next] = p
	s.next = (s.next + 1) % maxSteps
	s.held = min(s.held+1, maxSteps)
}

// limit returns the highest temporal layer that flows at a packet. Where it is forgotten, only layer 0 is sure to flow.
func (s *steps) limit(sequence uint64, timestamp uint32) int8 {
	for i := 1; i <= s.held; i++ {
		p := &s.ring[(s.next-i+maxSteps)%maxSteps]
		if sequence >= p.sequence || timestamp == p.timestamp {
			return p.limit
		}
	}
	return 0
}
