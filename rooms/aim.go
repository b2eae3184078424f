package rooms

import (
	"slices"
	"time"

	"salon/sfu/allocation"
	"salon/sfu/layers"
	"salon/signaling/protocol"
)

// eagerFor is how long a slot without a layer is looked after at every fast tick: a publisher begins to send within
// that time or much later.
const eagerFor = 5 * time.Second

// The reasons of targets that are not decided by the size of a tile or the bandwidth of a link.
const (
	reasonConnecting = "not connected yet"
	reasonMuted      = "muted"
	reasonCameras    = "over the room's limit of cameras"
)

// aim decides the layers of everybody's slots.
func (r *room) aim() {
	now := time.Now()
	r.eager = false
	r.aimedFor = r.speech.voices()
	r.chooseCodecs(now)
	for _, p := range r.people {
		p.aim(now)
	}
	r.rest(now)
	r.tellWanted(now)
	r.pace()
}

// aimRestless is aim at the fast pace. It leaves out who gets all that it shows: nothing but a fall of its estimate could
// change that soon, which is told at once, or an encoding that ends and another speaker, after which everybody is aimed at.
func (r *room) aimRestless() {
	now := time.Now()
	if r.encodingsChanged(now) || !r.speech.voices().equal(r.aimedFor) {
		r.aim()
		return
	}
	r.eager = false
	for _, p := range r.people {
		if p.restless {
			p.aim(now)
		}
	}
	r.tellWanted(now)
	r.pace()
}

// encodingsChanged looks at what publishers send and says whether an encoding began or ended.
func (r *room) encodingsChanged(now time.Time) (changed bool) {
	for _, p := range r.people {
		for _, pub := range p.publications {
			if pub.simulcast() && !pub.measuredAt.IsZero() {
				before := pub.live()
				pub.measure(now)
				changed = changed || pub.live() != before
			}
		}
	}
	return changed
}

// looksClosely says whether something of the participant may change without anybody telling the room: its link may grow,
// or an encoding of it may end.
func (p *Participant) looksClosely() bool {
	return p.restless || slices.ContainsFunc(p.publications, func(pub *publication) bool {
		return pub.simulcast() && !pub.muted && pub.live() != 0
	})
}

// aimAlone decides the layers of the participant's slots alone, when nothing has changed for others.
func (p *Participant) aimAlone() {
	now := time.Now()
	p.aim(now)
	p.room.tellWanted(now)
	p.room.pace()
}

// aim decides the layers of the participant's video slots: what its link carries is divided among them.
func (p *Participant) aim(now time.Time) {
	p.restless = false
	places := p.places(now)
	shown, tiles := p.competing(places)
	budget := p.budget(len(tiles) > 0, now)
	decisions := allocation.Allocate(allocation.Link{Budget: budget, Most: p.link.most, Rising: p.link.rising(now)}, tiles, now)
	used, ideal, begin := 0, 0, 0
	for i, s := range shown {
		if s.target == layers.None && decisions[i].Target != layers.None {
			begin++
		}
	}
	for i, s := range shown {
		d := decisions[i]
		s.sink.LimitReplay(p.link.burst / max(begin, 1))
		p.follow(s, d)
		used, ideal = used+d.Bitrate, ideal+d.Ideal
		p.restless = p.restless || d.Paused || d.Bitrate < d.Ideal
	}
	p.link.used = used
	if p.media.connected && p.media.peer != nil {
		p.media.peer.Want(p.link.want(ideal))
	}
	for _, at := range places {
		p.settle(at, now)
	}
	p.tellSlots()
}

// competing lists the slots that share the participant's bandwidth, with their tiles, and takes the others out of the
// competition.
func (p *Participant) competing(places []place) (shown []*slot, tiles []allocation.Tile) {
	cameras := p.cameras(places)
	for _, at := range places {
		s := at.slot
		s.decision = allocation.Decision{After: s.decision.After}
		switch {
		case !p.media.connected:
			p.point(s, layers.None, reasonConnecting)
		case at.publication.muted:
			p.point(s, s.target, reasonMuted) // nothing is forwarded; unmuted, it goes on where it was
		case !p.decodable(at.publication):
			p.point(s, layers.None, reasonCodec)
		case s.holds.source == protocol.Camera && !slices.Contains(cameras, s.holds):
			p.point(s, layers.None, reasonCameras)
		default:
			tile := at.tile
			tile.Before = s.decision.After
			shown, tiles = append(shown, s), append(tiles, tile)
		}
	}
	return shown, tiles
}

// follow carries out what was decided for a slot.
func (p *Participant) follow(s *slot, d allocation.Decision) {
	s.decision = d
	if d.Target == layers.None && !d.Paused {
		p.point(s, s.target, d.Reason) // a pause of the publisher; going on where it was needs no keyframe
		return
	}
	p.point(s, d.Target, d.Reason)
}

// point sets a slot's target.
func (p *Participant) point(s *slot, target layers.Layer, reason string) {
	if target != s.target {
		p.room.registry.counters.layerDecisions.Add(1)
	}
	if target != s.target || reason != s.reason {
		s.target, s.reason = target, reason
		s.sink.SetTarget(target, reason)
	}
}

// settle draws what follows from a slot's target: what its publisher should send, what the participant is told, and
// how closely the room looks.
func (p *Participant) settle(at place, now time.Time) {
	s, pub := at.slot, at.publication
	current := s.sink.Info().Current
	if need := allocation.Need(s.target, current, at.tile.Demand, p.link.room(s.decision.Bitrate)); s.reason != reasonCameras {
		pub.wanted = pub.wanted.Needed(need, now)
	}
	switch {
	case s.decision.Paused:
		s.state = protocol.SlotPaused
	case s.reason == reasonCameras:
		s.state = protocol.SlotOverLimit
	case s.reason == reasonCodec:
		s.state = protocol.SlotUndecodable
	case s.target == layers.None || current != layers.None || pub.muted:
		s.state = "" // else its pictures are on their way: what was told stays until they come
	}
	p.restless = p.restless || s.target != layers.None && current == layers.None && !pub.muted
	if s.target != layers.None || s.state != "" || pub.muted || !p.media.connected {
		s.waitsFrom = now
	} else if now.Sub(s.waitsFrom) < eagerFor {
		p.room.eager, p.restless = true, true
	}
}
