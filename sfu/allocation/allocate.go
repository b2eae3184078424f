package allocation

import (
	"math"
	"time"

	"salon/sfu/layers"
)

// Priority says how much a tile counts beside others of the same receiver.
type Priority int8

// The priorities, the least first.
const (
	Visible Priority = iota
	Speaker          // the person who speaks
	Pinned           // chosen by the person who watches; shared screens as well
)

// Tile is a demand that shares a receiver's bandwidth with others.
type Tile struct {
	Demand
	Priority Priority
	Before   Past // as Allocate returned it last; the zero value for a new tile
}

// Decision is what a tile gets.
type Decision struct {
	Choice
	Paused  bool // the link carries less than the lowest layer, or did so often and lately
	Bitrate int  // bit/s that the target takes
	Least   int  // bit/s of the lowest layer, which a paused tile waits for
	Ideal   int  // bit/s of what the tile would get from a link that carries everything
	After   Past // for the next Allocate
}

// The reasons of what a link cannot carry.
const (
	ReasonLink     = "the link carries no more"
	ReasonWaits    = "kept for a while, the link may carry more"
	ReasonPaused   = "paused, the link carries less than the lowest layer"
	ReasonFlaps    = "paused, waits after flapping"
	ReasonShort    = "lowest layer, to be paused if the link does not recover"
	ReasonTrial    = "lowest layer, tried because nothing else would show what the link carries"
	ReasonLast     = "lowest layer of the most important picture, nearly all that the link carries"
	ReasonOversend = "lowest layer of a screen, more than the link carries"
)

// Unlimited is the budget of a receiver of whose link nothing will ever be known.
const Unlimited = math.MaxInt

// Link is what a receiver's link has for video, in bit/s.
type Link struct {
	Budget int  // Unlimited where nothing will ever be known
	Most   int  // what the lowest layer of the most important camera may take, when nothing else is sent
	Rising bool // the budget has just grown by much, and may go on: what is raised now is raised again soon
}

// Budget returns what is left for video of an estimate: a twentieth is left for what an estimate cannot know, limit
// (0: none) bounds the receiver, and audio comes first. The last picture may take a tenth more than the estimate: that
// is 15 % below what the link carried when it was full. All in bit/s.
func Budget(estimate, audio, limit int) Link {
	budget, most := estimate-estimate/20, estimate+estimate/10
	if limit > 0 {
		budget, most = min(budget, limit), min(most, limit)
	}
	return Link{Budget: max(budget-audio, 0), Most: max(most-audio, 0)}
}

// Allocate divides the budget of a link among what one receiver shows, the more important first. Down goes at once, up one
// tile at a time and after some patience; a tile whose size was changed waits for nothing. The decisions are parallel
// to the tiles, and fit into the budget, save the lowest layer of one screen or of the only picture,
// of the last one for a moment, and of a short trial. docs/allocation.md has the rule in words.
func Allocate(link Link, tiles []Tile, now time.Time) []Decision {
	decisions := make([]Decision, len(tiles))
	entries := make([]*entry, 0, len(tiles))
	for i := range tiles {
		t := &tiles[i]
		choice := DecideFrom(t.Before.wanted(), t.Demand)
		decisions[i] = Decision{Choice: choice, Ideal: t.ideal(), After: t.Before}
		if choice.Target != layers.None {
			entries = append(entries, newEntry(i, t, choice))
		}
	}
	budget := link.Budget
	if budget == Unlimited {
		for _, e := range entries {
			e.level = e.top()
		}
	} else {
		a := allocation{budget: budget, most: link.Most, rising: link.Rising, now: now, entries: entries}
		for _, e := range entries {
			a.falls += e.tile.Before.falls(now)
		}
		a.lower()
		a.hold()
		a.raise()
		a.attempt()
	}
	left := budget
	for _, e := range entries {
		left -= e.cost(e.level)
	}
	for _, e := range entries {
		e.decide(&decisions[e.order], budget, left < 0, now)
	}
	return decisions
}

func newEntry(order int, t *Tile, choice Choice) *entry {
	e := &entry{order: order, tile: t, choice: choice, ladder: t.ladder(choice.Target), weight: weigh(t), fresh: t.Before.fresh(t)}
	e.held = e.rung(t.Before)
	return e
}

// rung finds the rung that the tile had; where it is gone, the best below it.
func (e *entry) rung(p Past) int {
	if !p.known || p.target == layers.None {
		return paused
	}
	for i, r := range e.ladder {
		if r.layer == p.target {
			return i
		}
	}
	level := 0
	for i, r := range e.ladder {
		if r.layer.Spatial < p.target.Spatial || r.layer.Spatial == p.target.Spatial && r.layer.Temporal <= p.target.Temporal {
			level = i
		}
	}
	return level
}

// decide says what came out for a tile. over is whether one was given more than there is.
func (e *entry) decide(d *Decision, budget int, over bool, now time.Time) {
	target := layers.None
	d.Least, d.Bitrate = e.cost(0), e.cost(e.level)
	switch {
	case e.level == paused:
		d.Choice, d.Paused = Choice{layers.None, ReasonPaused}, true
		if e.reason == ReasonWaits {
			d.Reason = ReasonFlaps
		}
	case e.level == e.top():
		target = e.ladder[e.level].layer
		d.Choice = Choice{target, e.choice.Reason}
	default:
		target = e.ladder[e.level].layer
		d.Choice = Choice{target, e.reason}
	}
	before := &e.tile.Before
	since := before.short
	d.After.short = time.Time{}
	switch {
	case e.short:
		d.Reason, d.After.short = ReasonShort, since
		if since.IsZero() {
			d.After.short = now
		}
	case e.tried:
		d.Reason, d.After.tried = ReasonTrial, before.attempt(budget, now)
	case over && e.level == 0 && !e.tile.Screen:
		d.Reason = ReasonLast
	case over && e.level == 0:
		d.Reason = ReasonOversend
	}
	forced := before.known && before.target != layers.None && !e.tile.sends(before.target.Spatial)
	d.After.ample = before.ample
	if !e.ample {
		d.After.ample = time.Time{}
	} else if before.ample.IsZero() {
		d.After.ample = now
	}
	d.After.note(e.tile, e.choice.Target, target, e.level > e.held, forced, now)
}

// sends says whether an encoding is live.
func (d Demand) sends(index int8) bool {
	_, ok := d.live(index)
	return ok
}

// ideal is what the tile would take if the link carried everything, encodings that rest included.
func (t *Tile) ideal() int {
	d := t.Demand
	var all [layers.MaxEncodings]Encoding
	d.Encodings = d.awake(all[:0], false)
	choice := DecideFrom(t.Before.wanted(), d)
	if choice.Target == layers.None {
		return 0
	}
	return d.bitrate(choice.Target.Spatial)
}
