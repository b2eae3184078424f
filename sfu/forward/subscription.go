package forward

import (
	"salon/sfu/codec"
	"salon/sfu/layers"
)

// subscription is one slot's view of one publication (RFC 7667 3.7). All state is guarded by the slot's lock.
type subscription struct {
	slot        *Slot
	publication *Publication
	selector    layers.Selector
	epoch       uint32 // of the slot's projection when the subscription began: what was sent before is not its own
	started     bool   // something was sent
}

// receive decides about one packet and sends it when it is wanted.
func (s *subscription) receive(p *packet) {
	slot := s.slot
	slot.mu.Lock()
	defer slot.mu.Unlock()
	if slot.filled != s {
		return
	}
	if p.restart && s.selector.Current().Spatial == p.encoding.index {
		s.selector.Reset()
	}
	previous := s.selector.Current()
	if len(p.payload) == 0 {
		if previous.Spatial == p.encoding.index {
			slot.projection.Drop(p.input())
		}
		return
	}
	switch s.selector.Next(p.selection()) {
	case layers.Ignore:
		slot.counts.ignored++
	case layers.Drop:
		slot.projection.Drop(p.input())
		slot.counts.unwanted++
	case layers.Switch:
		slot.projection.Rebase(p.encoding.index, p.input(), s.switchTimestamp(previous, p))
		s.started = true
		slot.send(p)
	case layers.Forward:
		slot.send(p)
	}
}

// switchTimestamp is the output timestamp of the first packet of another encoding. Between layers of one publication
// the capture instant keeps its output time, which sender reports tell; otherwise, and until reports have come, wall
// time since the last output counts.
func (s *subscription) switchTimestamp(previous layers.Layer, p *packet) uint32 {
	if s.started && previous.Spatial >= 0 && previous.Spatial != p.encoding.index {
		old, new := s.publication.encodings[previous.Spatial].lastReport(), p.encoding.lastReport()
		if timestamp, ok := s.slot.projection.Align(old.Report, new.Report, p.timestamp); ok {
			return timestamp
		}
	}
	return s.slot.projection.TimestampAt(p.arrival)
}

// needsKeyframe says which encoding must send a keyframe before the target is reached.
func (s *subscription) needsKeyframe() (encoding int8, ok bool) {
	s.slot.mu.Lock()
	defer s.slot.mu.Unlock()
	encoding, ok = s.selector.NeedsKeyframe()
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
	if spatial := s.selector.Current().Spatial; spatial >= 0 && int(spatial) < len(s.publication.encodings) {
		return s.publication.encodings[spatial]
	}
	return nil
}

// vp8Descriptor parses a stored payload's descriptor again, to rewrite it for a retransmission.
func vp8Descriptor(payload []byte) (codec.VP8Descriptor, bool) {
	var f codec.Frame
	err := codec.VP8.Parse(payload, false, &f)
	return f.VP8, err == nil
}
