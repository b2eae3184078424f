package sequence_test

import (
	"salon/sfu/layers"
	"salon/sfu/sequence"
)

// checkVerdict holds P4, P9 and the rules of layers: what begins is a keyframe, what flows stays with one encoding, a
// frame has one verdict, temporal layer 0 flows.
func (s *slot) checkVerdict(m *media, verdict layers.Verdict) {
	f, target := m.frame, s.selector.Target()
	ofCurrent := s.flowing && f.encoding == s.encoding && m.number >= s.start
	switch {
	case target == layers.None && verdict != layers.Ignore:
		s.Fatalf("%v while paused", verdict)
	case verdict == layers.Climb && (!m.start || !f.fresh || f.spatial == 0):
		s.Fatalf("climbed in the middle: spatial layer %d, start %v, fresh %v", f.spatial, m.start, f.fresh)
	case verdict == layers.Switch:
		if !f.keyframe || !m.start {
			s.Fatalf("began in the middle: keyframe %v, start %v", f.keyframe, m.start)
		}
		if m.number < s.newestAt[f.encoding] {
			s.Fatalf("began with packet %d after %d had been ignored", m.number, s.newestAt[f.encoding])
		}
		if s.flowing && f.encoding == s.encoding {
			s.Fatalf("a keyframe of the current encoding %d was a switch", f.encoding)
		}
		if s.scenario.stacking == flat && f.encoding != target.Spatial && (s.flowing || f.encoding > target.Spatial) {
			s.Fatalf("switched to encoding %d for target %v", f.encoding, target)
		}
	case ofCurrent && verdict == layers.Ignore:
		s.Fatalf("a packet of the current encoding %d was ignored", f.encoding)
	case !ofCurrent && verdict != layers.Ignore:
		s.Fatalf("%v for encoding %d while %d flows from %d on: packet %d", verdict, f.encoding, s.encoding, s.start, m.number)
	case ofCurrent && f.temporal == 0 && f.base() && verdict != layers.Forward:
		s.Fatalf("%v for temporal layer 0", verdict)
	}
	if verdict == layers.Ignore {
		s.note(m)
		return
	}
	forwarded := verdict != layers.Drop
	if before, known := s.verdicts[f]; known && before != forwarded && verdict != layers.Switch {
		s.Fatalf("a frame of temporal layer %d was torn: forwarded %v, then %v", f.temporal, before, forwarded)
	}
	s.verdicts[f] = forwarded
	if s.note(m) && forwarded && f.temporal > target.Temporal {
		s.Fatalf("a frame of temporal layer %d began for target %v", f.temporal, target)
	}
	if current := s.selector.Current(); forwarded && f.spatial > 0 && f == s.newest[f.encoding] && f.spatial > current.Spatial {
		s.Fatalf("a frame of spatial layer %d was forwarded while %v was current", f.spatial, current)
	}
}

// base says whether every receiver needs the frame's spatial layer.
func (f *frame) base() bool {
	s := f.publication.scenario
	return f.spatial == 0 && (s.stacking != onKey || !s.numbered || f.keyPicture)
}

// note returns whether the packet is the first of a picture newer than all before.
func (s *slot) note(m *media) bool {
	if m.number < s.newestAt[m.frame.encoding] {
		return false
	}
	s.newestAt[m.frame.encoding] = m.number
	before := s.newest[m.frame.encoding]
	fresh := before == nil || before.timestamp != m.frame.timestamp
	s.newest[m.frame.encoding] = m.frame
	return fresh
}

// checkNumber holds P1 and P7: numbers are never reused, keep the order, and have exactly the holes of the input.
func (s *slot) checkNumber(m *media, out sequence.Output) (number uint64) {
	number = s.out + uint64(int64(int16(out.Sequence-uint16(s.out))))
	if _, used := s.sent[number]; used {
		s.Fatalf("output number %d was used before", number)
	}
	if s.epoch == 1 && m.number == s.start && out.Sequence != s.scenario.firstSequence {
		s.Fatalf("first number %d, want %d", out.Sequence, s.scenario.firstSequence)
	}
	if m.number < s.front {
		s.late++
		s.checkNeighbours(m, number)
		return number
	}
	holes := uint64(0)
	for n := s.front + 1; n < m.number; n++ {
		if !s.handled[n] {
			holes++
		}
	}
	if number != s.out+1+holes {
		s.Fatalf("number %d after %d with %d packets missing", number, s.out, holes)
	}
	return number
}

// checkNeighbours holds the order for a packet that came late.
func (s *slot) checkNeighbours(m *media, number uint64) {
	for n := number - 1; n > number-64; n-- {
		if before, ok := s.sent[n]; ok {
			if before.epoch == s.epoch && (before.media.number >= m.number || number-n > m.number-before.media.number) {
				s.Fatalf("number %d for packet %d after %d for %d", number, m.number, n, before.media.number)
			}
			break
		}
	}
	for n := number + 1; n <= s.out; n++ {
		if after, ok := s.sent[n]; ok {
			if after.epoch != s.epoch || after.media.number <= m.number {
				s.Fatalf("number %d for packet %d before %d for %d", number, m.number, n, after.media.number)
			}
			break
		}
	}
}

// checkTimestamp holds P2: the step of a switch is wall time within a frame, else the input's distances are kept.
func (s *slot) checkTimestamp(m *media, out sequence.Output, number uint64, begins bool) {
	if number > s.out && out.Timestamp-m.frame.timestamp != s.projection.Offset() {
		s.Fatalf("timestamp %d for %d, offset %d", out.Timestamp, m.frame.timestamp, s.projection.Offset())
	}
	switch {
	case s.frame == nil:
		if out.Timestamp != s.scenario.firstTimestamp {
			s.Fatalf("first timestamp %d, want %d", out.Timestamp, s.scenario.firstTimestamp)
		}
	case m.frame == s.frame:
		if out.Timestamp != s.frameOut.Timestamp {
			s.Fatalf("two timestamps in a frame")
		}
	case number > s.out:
		step := int32(out.Timestamp - s.frameOut.Timestamp)
		if step < 0 || step == 0 && (m.frame.spatial == 0 || m.frame.timestamp != s.frame.timestamp) {
			s.Fatalf("timestamp stepped by %d", step)
		}
		wall := m.arrival.Sub(s.frameAt).Seconds() * clockRate
		if off := float64(step) - wall; begins && (off > s.tolerance() || off < -s.tolerance()) {
			s.Fatalf("timestamp stepped by %d in %.0f ticks of wall time", step, wall)
		}
	}
}

// tolerance is a frame, and what the network adds to the distance of two arrivals.
func (s *slot) tolerance() float64 {
	ticks := frameTicks + s.scenario.jitter.Seconds()*clockRate
	if s.scenario.loss > 0 {
		ticks += 0.2 * clockRate
	}
	return ticks
}

// checkPictures holds P3 where nothing is missing; the decoder holds it elsewhere.
func (s *slot) checkPictures(m *media, out sequence.Output, number uint64, begins bool) {
	p := &m.frame.pictures
	if s.frame == nil || number < s.out || !p.HasPictureID || s.frame.pictures.HasPictureID != p.HasPictureID {
		return
	}
	if s.scenario.stacking != flat {
		s.checkStacked(m, out, begins)
		return
	}
	before, mask := s.frameOut, uint16(0x7fff)
	if !p.Long && out.PictureID > 0x7f {
		s.Fatalf("picture id %#x has more bits than that of the input", out.PictureID)
	}
	if !p.Long || !s.frame.pictures.Long {
		mask = 0x7f
	}
	pictures, bases, keys := uint16(1), uint8(0), uint8(0)
	if m.frame == s.frame {
		pictures = 0
	} else {
		if m.frame.temporal == 0 {
			bases = 1
		}
		if m.frame.keyframe {
			keys = 1
		}
	}
	if s.scenario.clean() || begins {
		if (out.PictureID-before.PictureID)&mask != pictures {
			s.Fatalf("picture id %d after %d, want a step of %d", out.PictureID, before.PictureID, pictures)
		}
		if p.HasTL0 && out.TL0PICIDX-before.TL0PICIDX != bases {
			s.Fatalf("TL0PICIDX %d after %d, want a step of %d", out.TL0PICIDX, before.TL0PICIDX, bases)
		}
		if p.HasKey && (out.KEYIDX-before.KEYIDX)&0x1f != keys {
			s.Fatalf("KEYIDX %d after %d, want a step of %d", out.KEYIDX, before.KEYIDX, keys)
		}
	}
}

// checkLookup holds P8 and P10 for one number.
func (s *slot) checkLookup(number uint64) {
	want, sent := s.sent[number]
	origin, ok := s.projection.Lookup(uint16(number))
	if recent := s.out-number < 1024; ok != (sent && recent) {
		s.Fatalf("lookup of %d (newest %d): %v, sent %v", number, s.out, ok, sent)
	}
	got := sequence.Origin{Epoch: want.epoch, Sequence: want.input, Note: uint8(want.media.number), Out: want.output}
	if ok {
		got.Encoding = want.media.frame.encoding
		if origin != got {
			s.Fatalf("lookup of %d: %+v, want %+v", number, origin, got)
		}
	}
}

// checkInverse holds P10 for all numbers that may be asked for, and some that may not.
func (s *slot) checkInverse() {
	for back := range uint64(1100) {
		s.checkLookup(s.out - back)
	}
	for ahead := range uint64(3) {
		if origin, ok := s.projection.Lookup(uint16(s.out + 1 + ahead)); ok {
			s.Fatalf("lookup of a number never sent: %+v", origin)
		}
	}
}

// finish holds what must be true at the end: P13, P5 and P6 for clean input.
func (s *slot) finish(frames int) {
	s.checkInverse()
	if s.selector.Reason() != layers.OnTarget {
		s.Fatalf("at the end: target %v, current %v, %v", s.selector.Target(), s.selector.Current(), s.selector.Reason())
	}
	if s.decoder.decoded < frames*9/10 {
		s.Fatalf("%d of %d frames of the clean end were decoded", s.decoder.decoded, frames)
	}
	if !s.scenario.clean() {
		return
	}
	s.checkMarkers()
	if s.decoder.waiting() > 0 {
		s.Fatalf("%d frames wait for references although no packet was lost", s.decoder.waiting())
	}
	for f, parts := range s.parts {
		if parts != f.packets && f != s.newest[f.encoding] {
			s.Fatalf("%d of %d packets of a frame were forwarded", parts, f.packets)
		}
	}
}
