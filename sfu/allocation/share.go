package allocation

import (
	"cmp"
	"math"
	"slices"
)

// entry is a tile while bandwidth is being divided.
type entry struct {
	order  int // in the list of tiles: the more important first
	tile   *Tile
	choice Choice
	ladder []rung
	weight float64
	fresh  bool // the tile is new, or the person changed it: no patience
	held   int  // rung of the target before, paused where there was none
	level  int  // rung that was decided
	wish   int  // rung that it would have without a past
	reason string
	short  bool // it goes on for a moment although the budget is below its lowest layer
	waits  bool // paused by patience alone
	ample  bool // the link has much more than the tile's next layer takes
	tried  bool // it gets its lowest layer to show what the link carries
}

// paused is the level of a tile that gets nothing.
const paused = -1

func (e *entry) top() int { return len(e.ladder) - 1 }

// cost is what a rung takes in bit/s.
func (e *entry) cost(level int) int {
	if level == paused {
		return 0
	}
	return e.ladder[level].bitrate
}

// worth is what a rung is worth beside other tiles.
func (e *entry) worth(level int) float64 {
	if level == paused {
		return 0
	}
	return e.weight * e.ladder[level].quality
}

// share divides a budget in bit/s: first the lowest layer of every tile, the more important first, then what improves
// most for a bit. No tile goes above its limit. It returns the level of every entry; more budget never means fewer
// tiles of those that are important, or the same tiles worse.
func (a *allocation) share(budget int, limit func(*entry) int) []int {
	n := len(a.entries)
	s := sharing{entries: a.entries, left: budget, most: a.most, levels: make([]int, n), limits: make([]int, n)}
	for i, e := range a.entries {
		s.levels[i], s.limits[i] = paused, limit(e)
		s.order = append(s.order, i)
		s.screen = s.screen || e.tile.Screen
	}
	slices.SortStableFunc(s.order, func(x, y int) int { return cmp.Compare(a.entries[y].tile.Priority, a.entries[x].tile.Priority) })
	s.show(budget)
	for s.improve() {
	}
	return s.levels
}

// sharing is a division under way; its slices are parallel.
type sharing struct {
	entries []*entry
	order   []int // indexes, the more important first
	left    int   // bit/s
	most    int   // bit/s, as of Link
	screen  bool  // there is one
	levels  []int
	limits  []int // the highest level that may still be reached
}

// oversend is how many percent of the budget may be used for the sake of a screen's lowest layer.
const oversend = 150

// show gives tiles their lowest layer while there is room. The most important screen may use more than there is: of
// a screen nobody can do without, unlike a face. The most important camera may use what the link has at most. Among cameras alone the most important one must move before a second
// one begins: two at a quarter of their frames are worth less than one that can be watched.
func (s *sharing) show(budget int) {
	screens := 0
	for n, i := range s.order {
		if n == 1 && !s.move(s.order[0]) {
			return
		}
		e := s.entries[i]
		need := e.cost(0)
		allowed := s.left
		if n == 0 && !s.screen {
			allowed = max(allowed, s.most)
		}
		if e.tile.Screen {
			if screens++; screens == 1 {
				allowed += max(budget, 0) * (oversend - 100) / 100
			}
		}
		if s.limits[i] > paused && need <= allowed {
			s.levels[i] = 0
			s.left -= need
		}
	}
}

// move gives a camera half of its frames, and says whether others may begin.
func (s *sharing) move(i int) bool {
	e := s.entries[i]
	if s.screen || s.levels[i] != 0 || s.limits[i] < 1 || e.ladder[1].layer.Spatial != e.ladder[0].layer.Spatial {
		return true
	}
	more := e.cost(1) - e.cost(0)
	if more > s.left {
		return false
	}
	s.levels[i], s.left = 1, s.left-more
	return true
}

// improve takes the one step that is worth most for a bit, or notes that it does not fit: a smaller one of the same tile
// may. It returns false when no step is left.
func (s *sharing) improve() bool {
	best, to, bestRatio := -1, 0, 0.0
	for i := range s.entries {
		if s.levels[i] == paused {
			continue
		}
		if level, ratio := s.step(i); ratio > bestRatio {
			best, to, bestRatio = i, level, ratio
		}
	}
	if best < 0 {
		return false
	}
	e := s.entries[best]
	if more := e.cost(to) - e.cost(s.levels[best]); more <= s.left {
		s.left -= more
		s.levels[best] = to
	} else {
		s.limits[best] = to - 1
	}
	return true
}

// step returns the rung above the present one that is worth most for a bit. Steps found so are worth less and less: no
// later one is hidden behind a bad one.
func (s *sharing) step(i int) (to int, ratio float64) {
	e, from := s.entries[i], s.levels[i]
	for j := from + 1; j <= s.limits[i]; j++ {
		r := (e.worth(j) - e.worth(from)) / float64(max(e.cost(j)-e.cost(from), 1))
		if r >= ratio {
			to, ratio = j, r
		}
	}
	return to, ratio
}

// weigh says how much a tile counts: by who is in it and by how large the picture is seen.
func weigh(t *Tile) float64 {
	return float64(int(1)<<t.Priority) * math.Sqrt(float64(t.Width*t.Height))
}
