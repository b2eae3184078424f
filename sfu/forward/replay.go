package forward

import (
	"time"

	"salon/sfu/layers"
)

// replay is what a subscription keeps of one until the first live picture. The last replayed picture could not always get
// its own time, because something was sent at that time already. Live ones do, unless a packet is missing: what comes
// late has the timestamps that were then in force, and must not end behind later pictures.
type replay struct {
	of     *Encoding // nil: over
	next   uint64    // number of the packet after the newest one that was known
	newest uint32    // its timestamp
	offset uint32    // output timestamp - input timestamp of what is live
}

// ends says whether the packet belongs to a live picture that can get its own time.
func (r *replay) ends(p *packet) bool {
	if p.encoding != r.of {
		return false
	}
	if p.sequence != r.next {
		r.of = nil
		return false
	}
	r.next++
	return int32(p.timestamp-r.newest) > 0
}

// had says whether the packet was replayed: it was kept, but not forwarded yet, when the replay began.
func (r *replay) had(p *packet) bool { return p.encoding == r.of && p.sequence < r.next }

// whole says whether no packet of a group is missing.
func whole(group []packet) bool {
	return group[len(group)-1].sequence-group[0].sequence == uint64(len(group)-1)
}

// begin starts a subscription that sends nothing yet with the newest group of pictures of its target, or of the next
// smaller encoding that has a short one, so that the receiver sees something at once and no keyframe has to be asked of
// the publisher. It returns whether anything was sent. The slot's lock is held.
func (s *subscription) begin(now time.Time) bool {
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

// lastOfBase returns the timestamp of the last picture of the base temporal layer.
func lastOfBase(group []packet) uint32 {
	for i := len(group) - 1; i > 0; i-- {
		if group[i].frame.Temporal == 0 {
			return group[i].timestamp
		}
	}
	return group[0].timestamp
}

// pictures counts those of a group, which are in order.
func pictures(group []packet) (n uint32) {
	for i := range group {
		if i == 0 || group[i].timestamp != group[i-1].timestamp {
			n++
		}
	}
	return n
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

// replayGroup sends a group of pictures. They get timestamps one tick apart that end with the time of the last one: they are
// to be decoded at once and not to be shown at the pace at which they were taken. All of them leave together, before
// the slot's lock is released: what is live must not overtake them.
func (s *subscription) replayGroup(group []packet, now time.Time, burst any) {
	projection, newest, last := s.slot.projection, &group[len(group)-1], lastOfBase(group)
	offset := s.slot.timestampOf(newest, now) - newest.timestamp
	s.replay = replay{next: newest.sequence + 1, newest: newest.timestamp, offset: offset}
	if whole(group) {
		s.replay.of = newest.encoding
	}
	timestamp := last + offset - (pictures(group) - 1)
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
			s.slot.rebase(p, in, timestamp)
		case p.timestamp != previous.timestamp:
			if timestamp++; p.timestamp == last {
				timestamp = last + offset
			}
			projection.Restamp(in, timestamp)
		}
		s.finish(p, &selection, &in)
		s.slot.send(p, in)
		s.started, previous = true, p
	}
}
