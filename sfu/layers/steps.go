package layers

// maxSteps is how many changes of the layer within an encoding are remembered. Targets change at most a few times a second, and
// late packets are a second late at most.
const maxSteps = 32

// step is a change of the layer: it holds from a sequence number on, and for the picture with the timestamp. That picture
// was first noticed at the sequence number; packets of it that come late may have smaller ones.
type step struct {
	sequence  uint64
	timestamp uint32
	layer     Layer
}

// steps remembers which layer held where, so that a late packet gets the verdict of its picture.
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

// at returns the layer that holds for a packet. Where it is forgotten, only the lowest is sure to flow.
func (s *steps) at(sequence uint64, timestamp uint32) Layer {
	for i := 1; i <= s.held; i++ {
		p := &s.ring[(s.next-i+maxSteps)%maxSteps]
		if sequence >= p.sequence || timestamp == p.timestamp {
			return p.layer
		}
	}
	return Layer{}
}

// newest returns the last change.
func (s *steps) newest() *step { return &s.ring[(s.next-1+maxSteps)%maxSteps] }
