package sequence_test

import (
	"time"

	"salon/sfu/layers"
	"salon/sfu/sequence"
)

// sentPacket is what the model remembers of an output packet.
type sentPacket struct {
	media  media
	epoch  uint32
	input  uint64
	output sequence.Output
}

// stream is the model of one input encoding since the slot was filled.
type stream struct {
	unwrapper  sequence.Unwrapper
	duplicates sequence.Duplicates
	any        bool
	truth      uint64          // number - extended number, constant
	received   map[uint64]bool // truthful numbers
}

// slot is the unit under test, wired as a forwarder wires it, and every check on it.
type slot struct {
	failer
	scenario   *scenario
	selector   layers.Selector
	projection *sequence.Projection
	decoder    *decoder
	capture    int

	publication *publication
	streams     []stream
	revoked     bool
	aligned     bool // what flows and what follows share a publication without a pause between

	// The model of what flows.
	flowing  bool
	encoding int8
	start    uint64 // truthful number of the first packet
	epoch    uint32
	front    uint64          // newest truthful number that was sent
	handled  map[uint64]bool // truthful numbers that were sent or dropped
	verdicts map[*frame]bool
	parts    map[*frame]int
	newest   map[int8]*frame // of each encoding, by number
	newestAt map[int8]uint64

	// The model of the output.
	out      uint64 // newest extended output number
	sent     map[uint64]sentPacket
	frame    *frame // of the newest output number
	frameAt  time.Time
	frameOut sequence.Output

	ends map[uint32]*pictureEnd // by timestamp, with several spatial layers

	packets, switches, climbs, late, dropped int
}

func newSlot(t failer, s *scenario) *slot {
	return &slot{
		failer: t, scenario: s, decoder: newDecoder(t), sent: map[uint64]sentPacket{},
		projection: sequence.NewProjection(s.firstSequence, s.firstTimestamp, clockRate),
		out:        1<<16 + uint64(s.firstSequence) - 1,
	}
}

// fill does what a forwarder does when another publication fills the slot.
func (s *slot) fill(p *publication) {
	s.publication = p
	s.streams = make([]stream, len(p.encoders))
	for i := range s.streams {
		s.streams[i].received = map[uint64]bool{}
	}
	s.verdicts, s.parts = map[*frame]bool{}, map[*frame]int{}
	s.reset()
}

func (s *slot) reset() {
	s.selector.Reset()
	s.flowing, s.aligned = false, false
	s.newest, s.newestAt = map[int8]*frame{}, map[int8]uint64{}
	if s.selector.Current() != layers.None {
		s.Fatalf("current layer %v after a reset", s.selector.Current())
	}
}

func (s *slot) grant() {
	if s.revoked {
		s.revoked = false
		s.reset()
	}
}

func (s *slot) setTarget(l layers.Layer) {
	s.selector.SetTarget(l)
	if l.Spatial < 0 {
		s.flowing, s.aligned = false, false
		if s.selector.Current() != layers.None || s.selector.Reason() != layers.Paused {
			s.Fatalf("not paused at once: %v, %v", s.selector.Current(), s.selector.Reason())
		}
	}
}

// needsKeyframe says what to ask the publisher for: what the selector waits for, or what a stuck decoder needs.
func (s *slot) needsKeyframe(now time.Time) (encoding int8, ok bool) {
	if encoding, ok = s.selector.NeedsKeyframe(); ok {
		if s.scenario.stacking != flat {
			return 0, true
		}
		if s.selector.Reason() != layers.WaitingForKeyframe || s.selector.Target().Spatial != encoding {
			s.Fatalf("wants a keyframe of %d for target %v, reason %v", encoding, s.selector.Target(), s.selector.Reason())
		}
		return encoding, true
	}
	return s.encoding, s.flowing && s.decoder.stuck(now)
}

// receive takes a packet as it arrives from the network.
func (s *slot) receive(m media) {
	if m.frame.publication != s.publication {
		return
	}
	in := &s.streams[m.frame.encoding]
	extended := in.unwrapper.Unwrap(uint16(m.number))
	if !in.any {
		in.any, in.truth = true, m.number-extended
	}
	if m.number-extended != in.truth {
		s.Fatalf("unwrapped %d to %d: off by %d", m.number, extended, int64(m.number-extended-in.truth))
	}
	if seen := in.duplicates.Seen(extended); seen != in.received[m.number] {
		s.Fatalf("packet %d: duplicate %v, want %v", extended, seen, !seen)
	} else if seen {
		return
	}
	in.received[m.number] = true
	if s.revoked {
		return
	}
	s.packets++
	verdict := s.selector.Next(m.selection(extended))
	s.checkVerdict(&m, verdict)
	input := sequence.Input{Sequence: extended, Timestamp: m.frame.timestamp, Marker: m.last, Note: uint8(m.number), Pictures: m.frame.pictures}
	selection := m.selection(extended)
	input.Marker = input.Marker || verdict >= layers.Forward && s.selector.EndsPicture(&selection)
	switch verdict {
	case layers.Drop:
		s.dropped++
		s.handled[m.number] = true
		s.projection.Drop(input)
		if out, ok := s.projection.Map(input, m.arrival); ok {
			s.Fatalf("dropped packet was mapped to %+v", out)
		}
	case layers.Switch:
		s.rebase(&m, input)
		s.forward(&m, input, true)
	case layers.Climb:
		s.climbs++
		s.projection.Restamp(input, input.Timestamp+s.projection.Offset())
		s.forward(&m, input, false)
	case layers.Forward:
		s.forward(&m, input, false)
	}
}

// rebase chooses the timestamp as a forwarder does: by sender reports where both encodings are of one publication, else
// by the wall clock.
func (s *slot) rebase(m *media, input sequence.Input) {
	timestamp := s.projection.TimestampAt(m.arrival)
	if s.aligned {
		old, new := s.publication.report(s.encoding, s.capture-20), s.publication.report(m.frame.encoding, s.capture-7)
		if aligned, ok := s.projection.Align(old, new, input.Timestamp, m.arrival); ok {
			timestamp = aligned
		}
	}
	s.projection.Rebase(m.frame.encoding, input, timestamp)
	s.switches++
	s.flowing, s.aligned = true, true
	s.encoding, s.start, s.front, s.epoch = m.frame.encoding, m.number, m.number-1, s.epoch+1
	s.verdicts, s.parts, s.handled = map[*frame]bool{}, map[*frame]int{}, map[uint64]bool{}
	if s.projection.Epoch() != s.epoch {
		s.Fatalf("epoch %d, want %d", s.projection.Epoch(), s.epoch)
	}
}

func (s *slot) forward(m *media, input sequence.Input, begins bool) {
	out, ok := s.projection.Map(input, m.arrival)
	if !ok {
		s.Fatalf("packet %d was to be forwarded and not mapped", input.Sequence)
	}
	if again, ok := s.projection.Map(input, m.arrival); ok {
		s.Fatalf("packet %d was mapped twice: %+v, %+v", input.Sequence, out, again)
	}
	if s.scenario.stacking == flat && out.Marker != m.end {
		s.Fatalf("marker %v, last packet of the frame %v", out.Marker, m.end)
	}
	number := s.checkNumber(m, out)
	s.checkTimestamp(m, out, number, begins)
	if s.scenario.stacking != flat {
		s.checkMarker(m, out, number)
	}
	s.checkPictures(m, out, number, begins)
	s.sent[number] = sentPacket{*m, s.epoch, input.Sequence, out}
	s.handled[m.number] = true
	s.parts[m.frame]++
	if number > s.out {
		s.out, s.front = number, m.number
		if m.frame != s.frame {
			s.frame, s.frameAt, s.frameOut = m.frame, m.arrival, out
		}
	}
	s.checkLookup(number)
	if len(s.sent)%500 == 0 {
		s.checkInverse()
	}
	s.decoder.receive(received{number: number, output: out, media: *m})
}
