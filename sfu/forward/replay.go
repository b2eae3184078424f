package forward

import (
	"time"

	"salon/sfu/layers"
)

// replay begins a subscription that sends nothing yet with the newest group of pictures of its target, or of the next
// smaller encoding that has a short one, so that the receiver sees something at once and no keyframe has to be asked of
// the publisher. It returns whether anything was sent. The slot's lock is held.
func (s *subscription) replay(now time.Time) bool {
	target := s.selector.Target()
	if s.selector.Current() != layers.None || !s.publication.Forwarding() || s.publication.audio() {
		return false
	}
	for index := min(target.Spatial, s.publication.top()); index >= 0; index-- {
		if group := s.publication.encodings[s.publication.carrier(index)].group(now, index, s.slot.replayLimit()); group != nil {
			s.selector.SetTarget(layers.Layer{Spatial: index}) // the base temporal layer is the shortest way to now
			s.slot.sink.Gather(func(burst any) { s.replayGroup(group, now, burst) })
			s.selector.SetTarget(target)
			return true
		}
	}
	return false
}

// LimitReplay says how many bytes of earlier pictures may begin what fills the slot next: they leave in one burst, which a
// thin link would feel for long. 0 is the forwarder's own limit, and the highest.
func (s *Slot) LimitReplay(bytes int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.replayBytes = bytes
}

// replayLimit returns the limit in bytes. The lock is held.
func (s *Slot) replayLimit() int {
	if s.replayBytes > 0 {
		return min(s.replayBytes, maxReplayBytes)
	}
	return maxReplayBytes
}

// replayGroup sends a group of pictures. Its frames get timestamps one tick apart: they are to be decoded at once and
// not to be shown at the pace at which they were taken, and what follows live goes on from the last of them. All of them leave together,
// before the slot's lock is released: what is live must not overtake them.
func (s *subscription) replayGroup(group []packet, now time.Time, burst any) {
	projection := s.slot.projection
	timestamp := projection.TimestampAt(now)
	var previous *packet
	for i := range group {
		p := &group[i]
		p.burst = burst
		selection, in := p.selection(), p.input()
		switch s.selector.Next(selection) {
		case layers.Ignore:
			continue
		case layers.Drop:
			projection.Drop(in)
			continue
		}
		switch {
		case previous == nil:
			projection.Rebase(p.encoding.index, in, timestamp)
		case p.timestamp != previous.timestamp:
			timestamp++
			projection.Restamp(in, timestamp)
		}
		s.finish(p, &selection, &in)
		s.slot.send(p, in)
		s.started, previous = true, p
	}
}
