package rooms

import (
	"cmp"
	"slices"
	"time"

	"salon/sfu/allocation"
	"salon/signaling/protocol"
)

// place is a video slot with what fills it and the tile that shows it.
type place struct {
	slot        *slot
	publication *publication
	tile        allocation.Tile
	order       int // in the view; what it does not show comes last
}

// places lists the participant's filled video slots, in the order of the view.
func (p *Participant) places(now time.Time) []place {
	list := make([]place, 0, len(p.media.video))
	for _, s := range p.media.video {
		if pub := p.room.lookup(s.holds); pub != nil {
			pub.measure(now)
			tile, order := p.demand(s.holds, pub)
			list = append(list, place{s, pub, tile, order})
		}
	}
	slices.SortStableFunc(list, func(a, b place) int { return cmp.Compare(a.order, b.order) })
	return list
}

// demand describes a tile, as large as the view shows it anywhere, what could fill it, and where the view has it.
func (p *Participant) demand(c content, pub *publication) (t allocation.Tile, order int) {
	t.Demand = allocation.Demand{Encodings: pub.encodings, Screen: c.source == protocol.Screen}
	pinned, order := t.Screen, len(p.view)
	for i, v := range p.view {
		if v.Participant != c.participant || v.Source != c.source {
			continue
		}
		pinned, order = pinned || v.Pinned, min(order, i)
		if v.Width*v.Height > t.Width*t.Height {
			t.Width, t.Height = v.Width, v.Height
		}
	}
	switch {
	case pinned:
		t.Priority = allocation.Pinned
	case c.participant == p.room.speech.active.seenBy(p.id):
		t.Priority = allocation.Speaker
	}
	return t, order
}

// cameras chooses whose cameras the participant gets, at most so many as the room allows: pinned ones, then whoever
// speaks or spoke, then in the order of the view. Muted ones cost nothing and do not count.
func (p *Participant) cameras(places []place) []content {
	list := slices.DeleteFunc(slices.Clone(places), func(at place) bool {
		return at.slot.holds.source != protocol.Camera || at.publication.muted
	})
	rank := func(at place) int { return p.room.speech.rank(at.slot.holds) }
	slices.SortStableFunc(list, func(a, b place) int {
		return cmp.Or(cmp.Compare(b.tile.Priority, a.tile.Priority), cmp.Compare(rank(a), rank(b)))
	})
	var chosen []content
	for _, at := range list[:min(len(list), p.room.registry.config.Limits.Cameras)] {
		chosen = append(chosen, at.slot.holds)
	}
	return chosen
}
