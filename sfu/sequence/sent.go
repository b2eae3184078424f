package sequence

// sentSize is how many sent numbers can be looked up unless Remember says otherwise: 4 s of video at 2.5 Mbit/s, far above
// any useful round trip.
const sentSize = 1024

// Origin tells where a sent packet came from.
type Origin struct {
	Epoch    uint32 // grows with each Rebase; tells numbers of the current input from those of earlier ones
	Encoding int8   // as given to Rebase
	Sequence uint64 // extended sequence number of the input
	Note     uint8  // of the input
	Out      Output // what was sent
}

type slotState uint8

const (
	empty   slotState = iota // a hole: nothing was sent under this number yet
	filled                   // something was sent
	refused                  // what belongs here was dropped after its place had been set aside
)

// sentSlot is what is remembered of one output number: 24 bytes, there are up to 1,024 for each slot of each
// receiver.
type sentSlot struct {
	sequence  uint64
	timestamp uint32
	epoch     uint16 // the low bits, enough for 1,024 numbers
	pictureID uint16
	frame     uint16
	tl0       uint8
	key       uint8
	note      uint8
	encoding  int8
	state     slotState
	marker    bool
}

// sent remembers the last numbers, as many as the ring is long, a power of two.
type sent struct {
	newest uint64 // the newest number that was sent; before that, the one before the first; always >= 1<<16 - 1
	size   int    // of the ring, which is made when it is needed
	ring   []sentSlot
}

// slot returns what is remembered of an output number up to newest, nil when it is too old.
func (s *sent) slot(number uint64) *sentSlot {
	if s.ring == nil || s.newest-number >= uint64(len(s.ring)) {
		return nil
	}
	return s.at(number)
}

func (s *sent) at(number uint64) *sentSlot { return &s.ring[number&uint64(len(s.ring)-1)] }

// free says whether a packet may still be sent under an output number.
func (s *sent) free(number uint64) bool {
	if number > s.newest {
		return true
	}
	slot := s.slot(number)
	return slot != nil && slot.state == empty
}

// put notes a packet under a number that is free; the numbers that it skips are holes.
func (s *sent) put(number uint64, slot sentSlot) {
	if number > s.newest {
		for n := max(s.newest+1, number-uint64(len(s.ring))); n < number; n++ {
			*s.at(n) = sentSlot{}
		}
		s.newest = number
	}
	*s.at(number) = slot
}

// refuse notes that nothing will ever be sent under a number.
func (s *sent) refuse(number uint64) {
	if slot := s.slot(number); slot != nil && slot.state == empty {
		slot.state = refused
	}
}
