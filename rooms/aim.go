package rooms

import (
	"time"

	"salon/sfu/allocation"
	"salon/sfu/layers"
	"salon/signaling/protocol"
)

// eagerFor is how long a slot without a layer is looked after at every fast tick: a publisher begins to send within
// that time or much later.
const eagerFor = 5 * time.Second

// aim decides the layers of everybody's slots.
func (r *room) aim() {
	now := time.Now()
	r.eager = false
	for _, p := range r.people {
		p.aim(now)
	}
	r.rest(now)
	r.tellWanted(now)
	r.pace()
}

// measure notes what a video publication sends, at most once per fast tick: all receivers ask at the same time.
func (p *publication) measure(now time.Time) {
	if now.Sub(p.measuredAt) < fastTick/2 {
		return
	}
	p.measuredAt = now
	p.encodings = p.encodings[:0]
	for _, e := range p.media.Info().Encodings {
		p.encodings = append(p.encodings, allocation.Encoding{Index: e.Index, Width: e.Width, Height: e.Height, Live: e.Live})
	}
}

// aim decides the layers of the participant's video slots.
func (p *Participant) aim(now time.Time) {
	for _, s := range p.media.video {
		pub := p.room.lookup(s.holds)
		if pub == nil {
			continue
		}
		pub.measure(now)
		d := demand(p.view, s.holds, pub)
		target, reason := p.decide(s, pub, d)
		if target != s.target {
			p.room.registry.counters.layerDecisions.Add(1)
		}
		if target != s.target || reason != s.reason {
			s.target, s.reason = target, reason
			s.sink.SetTarget(target, reason)
		}
		pub.wanted = pub.wanted.Needed(allocation.Need(target, s.sink.Info().Current, d), now)
		if target != layers.None || pub.muted || !p.media.connected {
			s.waitsFrom = now
		} else if now.Sub(s.waitsFrom) < eagerFor {
			p.room.eager = true
		}
	}
}

// decide says which layer a slot should send, and why.
func (p *Participant) decide(s *slot, pub *publication, d allocation.Demand) (layers.Layer, string) {
	switch {
	case !p.media.connected:
		return layers.None, "not connected yet"
	case pub.muted:
		return s.target, "muted" // nothing is forwarded; unmuted, it goes on where it was
	}
	decision := allocation.DecideFrom(s.target, d)
	if decision.Target == layers.None {
		return s.target, decision.Reason // a pause of the publisher; going on where it was needs no keyframe
	}
	return decision.Target, decision.Reason
}

// demand describes a tile and what could fill it.
func demand(view []protocol.Tile, c content, pub *publication) allocation.Demand {
	d := allocation.Demand{Encodings: pub.encodings, Screen: c.source == protocol.Screen}
	for _, t := range view {
		if t.Participant == c.participant && t.Source == c.source && t.Width*t.Height > d.Width*d.Height {
			d.Width, d.Height = t.Width, t.Height
		}
	}
	return d
}
