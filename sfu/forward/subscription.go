package forward

import (
	"salon/sfu/layers"
	"salon/sfu/sequence"
)

// subscription is one slot's view of one publication (RFC 7667 3.7). All state is guarded by the slot's lock.
type subscription struct {
	slot        *Slot
	publication *Publication
	selector    layers.Selector
	epoch       uint32 // of the slot's projection when the subscription began: what was sent before is not its own
	started     bool   // something was sent
	replay      replay
	kept        []Outgoing // while it is paused: the end of what was sent, for probes
}

// receive decides about packets and sends those that are wanted.
func (s *subscription) receive(packets []packet) {
	s.slot.mu.Lock()
	defer s.slot.mu.Unlock()
	if s.slot.filled != s {
		return
	}
	for i := range packets {
		if p := &packets[i]; !s.replay.had(p) {
			s.take(p)
		}
	}
}

// take is receive for one packet. The slot's lock is held.
func (s *subscription) take(p *packet) {
	slot := s.slot
	if p.restart && s.selector.Encoding() == p.encoding.index {
		s.selector.Reset()
	}
	previous, in, live := s.selector.Encoding(), p.numbers, s.replay.ends(p)
	if len(p.payload) == 0 {
		if previous == p.encoding.index {
			slot.projection.Drop(in)
		}
		return
	}
	switch s.selector.Next(p.selected) {
	case layers.Ignore:
		slot.counts.ignored++
		return
	case layers.Drop:
		slot.projection.Drop(in)
		slot.counts.unwanted++
		return
	case layers.Switch:
		slot.rebase(p, in, slot.timestampOf(p, p.arrival))
		s.started, s.replay.of = true, nil
	case layers.Forward:
		if live {
			s.replay.of = nil
			slot.projection.Restamp(in, p.timestamp+s.replay.offset)
		}
	case layers.Climb:
		slot.projection.Restamp(in, in.Timestamp+slot.projection.Offset())
	}
	s.finish(p, &p.selected, &in)
	slot.send(p, in)
}

// finish adds to a packet's numbers what depends on the layer that the receiver gets.
func (s *subscription) finish(p *packet, selection *layers.Packet, in *sequence.Input) {
	in.Marker = in.Marker || s.selector.EndsPicture(selection)
	announce := p.frame.Dependency.HasStructure || s.selector.Begins(selection)
	in.Note = note(p, announce, s.selector.Current())
}

// needsKeyframe says which encoding must send a keyframe before the target is reached.
func (s *subscription) needsKeyframe() (encoding int8, ok bool) {
	s.slot.mu.Lock()
	defer s.slot.mu.Unlock()
	return s.keyframeWanted()
}

// keyframeWanted is needsKeyframe. The slot's lock is held.
func (s *subscription) keyframeWanted() (encoding int8, ok bool) {
	encoding, ok = s.selector.NeedsKeyframe()
	if ok && s.selector.Current() == layers.None {
		encoding = s.publication.carrier(encoding)
	}
	return encoding, ok && int(encoding) < len(s.publication.encodings)
}

// reset makes the subscription wait for a keyframe again.
func (s *subscription) reset() {
	s.slot.mu.Lock()
	defer s.slot.mu.Unlock()
	s.selector.Reset()
}

// current returns the encoding that is being sent, or nil.
func (s *subscription) current() *Encoding {
	if encoding := s.selector.Encoding(); encoding >= 0 && int(encoding) < len(s.publication.encodings) {
		return s.publication.encodings[encoding]
	}
	return nil
}
