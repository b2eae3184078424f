package allocation

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"salon/sfu/layers"
)

func TestNeed(t *testing.T) {
	half := []Encoding{{Index: 0, Width: 320, Height: 180, Live: true}, {Index: 1, Width: 640, Height: 360, Live: true}, {Index: 2}}
	outgrown := []Encoding{ladder[0], {Index: 1, Width: 160, Height: 90}, {Index: 2, Width: 320, Height: 180}}
	for _, c := range []struct {
		name            string
		target, current layers.Layer
		demand          Demand
		want            int8
	}{
		{"hidden", layers.None, layers.None, Demand{0, 0, ladder, false}, -1},
		{"nothing is known of the publication", layers.None, layers.None, Demand{640, 360, nil, false}, -1},
		{"small", layers.None, layers.None, Demand{320, 180, ladder, false}, 0},
		{"large", layers.None, layers.None, Demand{1280, 720, ladder, false}, 2},
		{"larger than all", layers.None, layers.None, Demand{8192, 8192, ladder, false}, 2},
		{"what is needed has stopped", all(0), all(0), Demand{1280, 720, without(ladder, 1, 2), false}, 2},
		{"all have stopped", all(0), layers.None, Demand{640, 360, without(ladder, 0, 1, 2), false}, 1},
		{"what never began is guessed from the others", all(1), all(1), Demand{1280, 720, half, false}, 2},
		{"it stopped when pictures were smaller", all(1), all(1), Demand{1280, 720, outgrown, false}, 2},
		{"the largest alone did", all(1), all(1), Demand{1280, 720, []Encoding{ladder[0], ladder[1], {Index: 2, Width: 480, Height: 270}}, false}, 2},
		{"nearly fits, kept", all(0), all(0), Demand{384, 216, ladder, false}, 0},
		{"a larger one is kept", all(1), all(1), Demand{350, 197, ladder, false}, 1},
		{"a smaller one waits for its keyframe", all(0), all(2), Demand{320, 180, ladder, false}, 2},
		{"the target has no keyframe yet", all(1), all(0), Demand{320, 180, ladder, false}, 1},
		{"the smallest has stopped, the next is shown", all(1), all(1), Demand{320, 180, without(ladder, 0), false}, 1},
		{"a screen", all(0), all(0), Demand{100, 50, without(ladder, 2), true}, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := Need(c.target, c.current, c.demand, Unlimited); got != c.want {
				t.Errorf("%d, want %d", got, c.want)
			}
		})
	}
}

// TestNeedOfALink: an encoding is needed while the link has half of what it takes.
func TestNeedOfALink(t *testing.T) {
	measured := slices.Clone(ladder)
	measured[2].Bitrates = []int{400_000, 1_000_000}
	for _, c := range []struct {
		name    string
		current int8 // what is sent
		list    []Encoding
		room    int
		want    int8
	}{
		{"half of 720p", 0, ladder, 850_000, 2},
		{"less: 360p", 0, ladder, 840_000, 1},
		{"half of 360p", 0, ladder, 255_000, 1},
		{"less: 180p", 0, ladder, 240_000, 0},
		{"nothing at all: what is sent", 0, ladder, 0, 0},
		{"what was measured counts", 0, measured, 500_000, 2},
		{"it rests: what it took does not count", 0, without(measured, 2), 500_000, 2},
		{"what is sent stays until it is replaced", 2, ladder, 100_000, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := Need(all(0), all(c.current), Demand{Width: 1280, Height: 720, Encodings: c.list}, c.room); got != c.want {
				t.Errorf("%d, want %d", got, c.want)
			}
		})
	}
	if got := Need(layers.None, layers.None, Demand{Width: 1280, Height: 720, Encodings: ladder}, 0); got != -1 {
		t.Errorf("a link that carries nothing needs %d", got)
	}
}

// TestNeedCoversDecisions: what a receiver is given is never less than what was asked for it, and never stopped under it.
func TestNeedCoversDecisions(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawDemand(t)
		draw := func(name string) layers.Layer {
			if spatial := int8(rapid.IntRange(-1, 3).Draw(t, name)); spatial >= 0 {
				return all(spatial)
			}
			return layers.None
		}
		target, current := draw("target"), draw("current")
		before := len(d.Encodings)
		need := Need(target, current, d, Unlimited)
		if need < max(target.Spatial, current.Spatial) {
			t.Fatalf("%d, but %v and %v are in use", need, target, current)
		}
		for i := range d.Encodings {
			d.Encodings[i].Live = true
		}
		if decision := DecideFrom(target, d); need < decision.Target.Spatial || len(d.Encodings) != before {
			t.Fatalf("%d, but with all encodings live the target is %v", need, decision.Target)
		}
	})
}

// look is one step of a script: after some time somebody needs an encoding (-1: nobody does), and Max is this.
type look struct {
	after time.Duration
	need  int8
	max   int8
}

func TestWanted(t *testing.T) {
	for name, c := range map[string]struct {
		encodings int
		looks     []look
	}{
		"begins with all":                     {3, []look{{0, -1, 2}, {restAfter - 1, -1, 2}, {1, -1, 0}}},
		"keeps the smallest":                  {3, []look{{time.Hour, -1, 0}, {time.Hour, -1, 0}}},
		"rises at once":                       {3, []look{{time.Hour, -1, 0}, {0, 2, 2}}},
		"stays while needed":                  {3, []look{{4 * time.Second, 2, 2}, {4 * time.Second, 2, 2}, {4 * time.Second, 2, 2}}},
		"falls to what was needed lately":     {3, []look{{0, 2, 2}, {3 * time.Second, 1, 2}, {3 * time.Second, -1, 1}, {3 * time.Second, -1, 0}}},
		"a larger one keeps the smaller ones": {3, []look{{0, 2, 2}, {restAfter - 1, 0, 2}, {1, 0, 0}}},
		"one encoding":                        {1, []look{{0, -1, 0}, {time.Hour, 0, 0}}},
		"none":                                {0, []look{{0, -1, 0}}},
		"more than there may be":              {100, []look{{0, 100, layers.MaxEncodings - 1}, {restAfter, -1, 0}}},
	} {
		t.Run(name, func(t *testing.T) {
			now := time.Unix(1, 0)
			w := WantAll(c.encodings, now)
			for i, l := range c.looks {
				now = now.Add(l.after)
				if w = w.Needed(l.need, now).Rested(now); w.Max != l.max {
					t.Fatalf("look %d: %d, want %d", i, w.Max, l.max)
				}
			}
		})
	}
}

// TestWantedProperties compares with the rule itself: the largest encoding needed within 6 s.
func TestWantedProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		now := time.Unix(1, 0)
		n := rapid.IntRange(1, layers.MaxEncodings).Draw(t, "encodings")
		w, said := WantAll(n, now), []look{{0, int8(n - 1), 0}}
		for range rapid.IntRange(1, 60).Draw(t, "looks") {
			step := time.Duration(rapid.IntRange(0, 4000).Draw(t, "ms")) * time.Millisecond
			need := int8(rapid.IntRange(-1, n-1).Draw(t, "need"))
			now = now.Add(step)
			for i := range said {
				said[i].after += step // since then
			}
			said = append(said, look{0, need, 0})
			raised := w.Needed(need, now)
			if raised.Max < max(w.Max, need) {
				t.Fatalf("%d does not rise to %d", raised.Max, need)
			}
			w = raised.Rested(now)
			var want int8
			for _, l := range said {
				if l.after < restAfter {
					want = max(want, l.need)
				}
			}
			if w.Max != want {
				t.Fatalf("%d, want %d", w.Max, want)
			}
		}
	})
}
