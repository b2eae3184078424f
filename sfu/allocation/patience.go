package allocation

import (
	"cmp"
	"slices"
	"time"
)

// allocation is one receiver's division with its past.
type allocation struct {
	budget  int // bit/s
	most    int // bit/s, as of Link
	rising  bool
	falls   int // of all tiles in the last minute
	now     time.Time
	entries []*entry
}

// lower finds what fits now. Nobody gets more than before, save tiles that are fresh: all others may have to give.
func (a *allocation) lower() {
	levels := a.share(a.budget, func(e *entry) int {
		if e.fresh {
			return e.top()
		}
		return min(e.held, e.top())
	})
	for i, e := range a.entries {
		e.level, e.reason = levels[i], ReasonLink
		a.descend(e)
	}
}

// hold lets the most important of the pictures that were shown go on for a moment, when all would be paused.
func (a *allocation) hold() {
	var last *entry
	for _, e := range a.entries {
		if e.level > paused {
			return
		}
		if e.held > paused && (last == nil || e.tile.Priority > last.tile.Priority) {
			last = e
		}
	}
	if last == nil || last.cost(0) > max(2*a.budget, little) || last.tile.Before.tried.at.After(a.now.Add(-trialTime-pauseAfter)) {
		return
	}
	if last.ladder[last.held].layer.Spatial != last.ladder[0].layer.Spatial && last.tile.Before.recent(a.now) > lastDescent {
		return // the last switch is for the pause
	}
	if since := last.tile.Before.short; since.IsZero() || a.now.Sub(since) < pauseAfter {
		last.level, last.short = 0, true
	}
}

// descend sends a tile that has switched often lately further down than it must go, where it stays.
func (a *allocation) descend(e *entry) {
	if e.fresh || e.level == paused || e.level >= e.held || e.ladder[e.level].layer.Spatial == e.ladder[e.held].layer.Spatial {
		return
	}
	switch n := e.tile.Before.recent(a.now); {
	case n > lastDescent:
		e.level = paused
	case n == lastDescent:
		e.level = 0
	}
}

// raise improves one tile, or all of them where there is more than enough for everything.
func (a *allocation) raise() {
	var ideal, used int
	var newest time.Time
	for _, e := range a.entries {
		ideal += e.cost(e.top())
		used += e.cost(e.level)
		if raised := e.tile.Before.raised; raised.After(newest) {
			newest = raised
		}
	}
	rich := a.budget/plenty*100 >= ideal
	for _, e := range a.entries {
		e.ample = rich || e.level == paused && a.budget/twice*100 >= used+e.cost(0)
	}
	a.wish(rich)
	waiting := make([]*entry, 0, len(a.entries))
	for _, e := range a.entries {
		if e.level < e.wish && !e.fresh {
			e.reason = ReasonWaits
			waiting = append(waiting, e)
		}
	}
	if !rich && a.now.Sub(newest) < settle {
		return
	}
	slices.SortStableFunc(waiting, func(x, y *entry) int {
		return cmp.Or(cmp.Compare(min(x.level, 0), min(y.level, 0)), cmp.Compare(y.tile.Priority, x.tile.Priority), cmp.Compare(y.gain(), x.gain()))
	})
	for _, e := range waiting {
		if a.rising && !rich && e.level > paused {
			continue
		}
		if e.tile.Before.mayRaise(a.now, rich) && a.improve(e, rich) && !rich {
			return
		}
	}
}

// wish finds what every tile would have without a past. What is meant for one that is paused, and has to wait for longer,
// goes into the frame rates of the others meanwhile: that is no switch when it is taken back.
func (a *allocation) wish(rich bool) {
	set := func(wishes []int) {
		for i, e := range a.entries {
			e.wish = wishes[i]
		}
	}
	set(a.share(a.reserved(), (*entry).top))
	waits := false
	for _, e := range a.entries {
		if e.waits = e.level == paused && e.wish > paused && !e.fresh && !(e.tile.Before.mayRaise(a.now, rich) && a.few(e, rich)); e.waits {
			e.reason, waits = ReasonWaits, true
		}
	}
	if !waits {
		return
	}
	set(a.share(a.reserved(), func(e *entry) int {
		if e.waits || e.wish == paused && e.level == paused {
			return paused
		}
		limit := max(e.wish, e.level)
		for limit < e.top() && e.ladder[limit+1].layer.Spatial == e.ladder[limit].layer.Spatial {
			limit++
		}
		return limit
	}))
}

// few says whether the tile has switched seldom enough for another one: one for the pause that may follow is left. All but
// the most important one wait for the others as well.
func (a *allocation) few(e *entry, rich bool) bool {
	recent := e.tile.Before.recent(a.now)
	if rich {
		return recent <= lastRaise+1
	}
	return recent <= lastRaise && (a.falls <= lastFalls || a.first(e))
}

// first says whether no other tile is more important.
func (a *allocation) first(e *entry) bool {
	for _, o := range a.entries {
		if o.tile.Priority > e.tile.Priority || o.tile.Priority == e.tile.Priority && o.order < e.order {
			return false
		}
	}
	return true
}

// only says whether the tile is the most important one, of cameras alone.
func (a *allocation) only(e *entry) bool {
	return a.first(e) && !slices.ContainsFunc(a.entries, func(o *entry) bool { return o.tile.Screen })
}

// oust makes room for the only picture that the link carries: the most important camera takes it from less important
// ones, which should have none.
func (a *allocation) oust(e *entry) bool {
	if e.level > paused || !a.only(e) || e.cost(0) > max(a.reserved(), a.most) {
		return false
	}
	for _, o := range a.entries {
		if o.level > paused && (o.wish > paused || o.tile.Priority == e.tile.Priority || o.tile.Before.recent(a.now) > lastDescent) {
			return false
		}
	}
	for _, o := range a.entries {
		o.level = paused
	}
	return true
}

// reserved is the budget for what is to be improved.
func (a *allocation) reserved() int { return a.budget / reserve * 100 }

// gain is what the tile would gain for a bit.
func (e *entry) gain() float64 {
	return (e.worth(e.wish) - e.worth(e.level)) / float64(max(e.cost(e.wish)-e.cost(e.level), 1))
}

// improve raises a tile as far as it fits, toward what it would have without a past, and lets others give for it what
// they would not have.
func (a *allocation) improve(e *entry, rich bool) bool {
	sum := 0
	for _, o := range a.entries {
		sum += o.cost(o.level)
	}
	few := a.few(e, rich)
	highest := e.wish
	if e.level == paused && !rich {
		highest = 0 // its keyframe is burden enough
	}
	for to := highest; to > e.level; to-- {
		switched := e.level == paused || e.ladder[to].layer.Spatial != e.ladder[e.level].layer.Spatial
		if switched && !few {
			continue
		}
		need := sum + e.cost(to) - e.cost(e.level) - a.reserved()
		if a.give(e, need) || to == 0 && a.oust(e) {
			e.level = to
			return true
		}
	}
	return false
}

// give has others go down until some bit/s are free, and says whether that succeeds: tiles that count less and, for the
// sake of a tile that shows nothing, whoever has more than the lowest layer.
func (a *allocation) give(to *entry, need int) bool {
	if need <= 0 {
		return true
	}
	var givers []*entry
	for i := len(a.entries) - 1; i >= 0 && need > 0; i-- {
		o := a.entries[i]
		yields := o.tile.Priority < to.tile.Priority || to.level == paused
		if o == to || !yields || o.wish == paused || o.wish >= o.level || o.tile.Before.recent(a.now) >= lastDescent {
			continue
		}
		givers = append(givers, o)
		need -= o.cost(o.level) - o.cost(o.wish)
	}
	if need > 0 {
		return false
	}
	for _, o := range givers {
		o.level, o.reason = o.wish, ReasonLink
	}
	return true
}

// attempt tries the most important tile where nothing was ever sent, and goes on with what it began.
func (a *allocation) attempt() {
	if a.budget <= 0 {
		return // sound alone uses the link, and shows what it carries
	}
	var first *entry
	for _, e := range a.entries {
		p := &e.tile.Before
		switch going := p.trying(a.budget, a.now); {
		case e.level > paused || p.seen && !going:
			return
		case going || first == nil || !first.tried && e.tile.Priority > first.tile.Priority:
			first = e
			first.tried = going
		}
	}
	if first != nil {
		first.level, first.tried = 0, true
	}
}
