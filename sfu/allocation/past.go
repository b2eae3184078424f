package allocation

import (
	"time"

	"salon/sfu/layers"
)

// How changes are kept rare while an estimate wanders.
const (
	reserve = 115 // percent of what an improvement needs must be there
	plenty  = 140 // percent of what all tiles want: then nothing is waited for
	// dwell is how long a tile keeps its layer before it gets a better one, settle how long after any improvement of the
	// receiver's the next one waits, for the estimate to tell what the first one did.
	dwell  = 3 * time.Second
	settle = 500 * time.Millisecond
	// An improvement that is taken back within failsWithin has failed. The tile then waits for firstBackoff, and twice as
	// long each time that it fails again.
	failsWithin  = 5 * time.Second
	firstBackoff = 3 * time.Second
	lastBackoff  = 30 * time.Second
	framesWait   = 2 * time.Second // at most, after a frame rate that failed: that costs no keyframe
	// The last picture goes on at its lowest layer for pauseAfter when the budget is below it, where that is little, or at
	// most twice the budget: an estimate that falls falls too far at first, and a pause costs a keyframe.
	pauseAfter = 1500 * time.Millisecond
	little     = 100_000 // bit/s
	// A tile begins another encoding, pauses or goes on at most maxSwitches times within switchWindow. It is not improved
	// when only the last few are left: those are for what must be: down to the smallest encoding, then a pause.
	switchWindow = time.Minute
	maxSwitches  = 6
	lastRaise    = maxSwitches - 3
	lastDescent  = maxSwitches - 2
	// All but the most important tile wait when more tiles than these fell within switchWindow: pictures that come and go in
	// turn are as bad as one that does.
	lastFalls = 1
	// A link that has had twice what a paused tile needs, or plenty for all, for so long is not the one that failed: what
	// went wrong on it waits no more, and after a longer time is forgotten.
	twice   = 200 // percent of what is used with the tile's lowest layer
	calm    = 1500 * time.Millisecond
	settled = 5 * time.Second
)

// Past is what Allocate remembers of a tile. Its zero value knows nothing. Hand it back as it was returned.
type Past struct {
	known         bool
	want          layers.Layer // by the tile's size
	target        layers.Layer
	width, height int
	pinned        bool
	changed       time.Time // the target
	raised        time.Time // for the better
	lowered       time.Time // because of the budget
	backoff       time.Duration
	notBefore     time.Time
	ample         time.Time // since when the link has much more than the tile needs; zero: it has not
	short         time.Time // since when the budget is below the lowest layer, which goes on for a moment; zero: it is not
	seen          bool      // something of it was sent, once
	tried         trial
	switches      [maxSwitches]change // the newest, a ring
	next          int
}

// change is a switch to another encoding, a pause or its end. The zero value: none.
type change struct {
	at   time.Time
	fall bool // because of the budget
}

// A receiver that gets no video at all from the beginning could never show that its link carries some: only what was
// sent can be sent again, to probe. So one tile is tried once, for trialTime, or until the budget falls to trialFall percent.
const (
	trialTime = 2 * time.Second
	trialFall = 80
)

// trial is when a tile was tried, and the budget then. The zero value: never.
type trial struct {
	at     time.Time
	budget int
}

// attempt begins a trial, or goes on with it.
func (p *Past) attempt(budget int, now time.Time) trial {
	if p.tried.at.IsZero() {
		return trial{now, budget}
	}
	return p.tried
}

// trying says whether a trial is under way.
func (p *Past) trying(budget int, now time.Time) bool {
	return !p.tried.at.IsZero() && now.Sub(p.tried.at) < trialTime && budget >= p.tried.budget/100*trialFall
}

// wanted returns what the tile's size wanted last.
func (p *Past) wanted() layers.Layer {
	if !p.known {
		return layers.None
	}
	return p.want
}

// fresh says whether the person has changed the tile, or it is new: they are not to wait.
func (p *Past) fresh(t *Tile) bool {
	return !p.known || p.width != t.Width || p.height != t.Height || !p.pinned && t.Priority == Pinned
}

// recent counts the switches of the last minute; none on a link that has much more than the tile needs for a while.
func (p *Past) recent(now time.Time) int {
	switches, _ := p.count(now)
	return switches
}

// falls counts those switches of recent that the budget brought about.
func (p *Past) falls(now time.Time) int {
	_, falls := p.count(now)
	return falls
}

func (p *Past) count(now time.Time) (switches, falls int) {
	if p.steady(now) >= settled {
		return 0, 0
	}
	for _, s := range p.switches {
		if s.at.IsZero() || now.Sub(s.at) >= switchWindow {
			continue
		}
		if switches++; s.fall {
			falls++
		}
	}
	return switches, falls
}

// mayRaise says whether the tile has waited long enough for something better. anyhow is for a receiver that has more
// than enough.
func (p *Past) mayRaise(now time.Time, anyhow bool) bool {
	steady := p.steady(now)
	return (steady >= calm || !now.Before(p.notBefore)) && (anyhow || steady >= settled || now.Sub(p.changed) >= dwell)
}

// steady is for how long the link has had much more than the tile needs.
func (p *Past) steady(now time.Time) time.Duration {
	if p.ample.IsZero() {
		return 0
	}
	return now.Sub(p.ample)
}

// note remembers what was decided now.
func (p *Past) note(t *Tile, want, target layers.Layer, better, forced bool, now time.Time) {
	if p.fresh(t) {
		*p = Past{seen: p.seen, tried: p.tried, ample: p.ample}
	}
	p.seen = p.seen || target != layers.None
	p.width, p.height, p.pinned, p.want = t.Width, t.Height, t.Priority == Pinned, want
	if !p.known || p.target != target {
		if p.known && p.target.Spatial != target.Spatial {
			if p.recent(now) == 0 {
				p.switches = [maxSwitches]change{}
			}
			p.switches[p.next] = change{now, !better && !forced}
			p.next = (p.next + 1) % maxSwitches
		}
		switch {
		case !p.known || forced:
		case better:
			p.improve(now)
		default:
			p.fall(p.target.Spatial == target.Spatial, now)
		}
		p.changed, p.target = now, target
	}
	p.known = true
}

// improve notes a change for the better. The one before held if it was not taken back.
func (p *Past) improve(now time.Time) {
	if !p.raised.IsZero() && p.lowered.Before(p.raised) {
		p.backoff = 0
	}
	p.raised = now
}

// fall notes a change for the worse, of the frame rate alone or not.
func (p *Past) fall(frames bool, now time.Time) {
	if failed := !p.raised.IsZero() && p.lowered.Before(p.raised) && now.Sub(p.raised) <= failsWithin; failed {
		p.backoff = min(max(firstBackoff, 2*p.backoff), lastBackoff)
		if frames {
			p.backoff = min(p.backoff, framesWait)
		}
		p.notBefore = now.Add(p.backoff)
	}
	p.lowered = now
}
