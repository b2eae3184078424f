package allocation

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"salon/sfu/layers"
)

// drawTiles draws what a receiver shows: cameras and screens with one to three encodings of one to three temporal layers.
func drawTiles(random *rand.Rand) []Tile {
	tiles := make([]Tile, 1+random.IntN(6))
	for i := range tiles {
		d := Demand{Width: 100 + random.IntN(1500), Height: 100 + random.IntN(900), Screen: random.IntN(5) == 0}
		n, temporal, rate := 1+random.IntN(3), 1+random.IntN(3), 20_000+random.IntN(200_000)
		for e := range n {
			encoding := Encoding{Index: int8(e), Width: 160 << e, Height: 90 << e, Live: true}
			for t := range temporal {
				encoding.Bitrates = append(encoding.Bitrates, rate*(t+2)/(temporal+1))
			}
			rate += rate * (1 + random.IntN(4))
			d.Encodings = append(d.Encodings, encoding)
		}
		tiles[i] = Tile{Demand: d, Priority: Priority(random.IntN(int(Pinned) + 1)), Before: Past{seen: true}}
	}
	return tiles
}

// tooMuch is by how much decisions exceed the budget, the lowest layer of one screen aside.
func tooMuch(budget int, decisions []Decision) int {
	sum, screen := -budget, 0
	for _, d := range decisions {
		sum += d.Bitrate
		if d.Reason == ReasonOversend || d.Reason == ReasonTrial || d.Reason == ReasonShort || d.Reason == ReasonLast {
			screen = max(screen, d.Bitrate)
		}
	}
	return sum - screen
}

// judge compares two divisions among new tiles: first who is shown, the more important first, then how well.
func judge(tiles []Tile, decisions []Decision) (shown []bool, worth float64) {
	for p := Pinned; p >= Visible; p-- {
		for i, t := range tiles {
			if t.Priority == p {
				shown = append(shown, decisions[i].Target != layers.None)
			}
		}
	}
	for i := range tiles {
		t := &tiles[i]
		for _, r := range t.ladder(DecideFrom(layers.None, t.Demand).Target) {
			if r.layer == decisions[i].Target {
				worth += weigh(t) * r.quality
			}
		}
	}
	return shown, worth
}

// TestMoreIsNeverWorse: a larger budget shows the same or more important tiles, and the same ones at least as well.
func TestMoreIsNeverWorse(t *testing.T) {
	random := rand.New(rand.NewPCG(4, 7))
	for range 20_000 {
		tiles := drawTiles(random)
		less := random.IntN(5_000_000)
		more := less + random.IntN(1_000_000)
		over := random.IntN(30_000)
		one, two := Allocate(Link{Budget: less, Most: less + over}, tiles, time.Unix(1, 0)), Allocate(Link{Budget: more, Most: more + over}, tiles, time.Unix(1, 0))
		if over := tooMuch(less, one); over > 0 {
			t.Fatalf("%d bit/s too much: %+v", over, one)
		}
		before, worth := judge(tiles, one)
		after, better := judge(tiles, two)
		order := slices.CompareFunc(before, after, func(a, b bool) int {
			switch {
			case a == b:
				return 0
			case a:
				return 1
			}
			return -1
		})
		if order > 0 || order == 0 && better < worth-1e-6 {
			t.Fatalf("%d bit/s: %v worth %f; %d bit/s: %v worth %f", less, before, worth, more, after, better)
		}
	}
}

// TestNoisyEstimates takes 110,000 steps of 100 ms with estimates that wander, jump and oscillate.
func TestNoisyEstimates(t *testing.T) {
	steps, improved := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		r := newReceiver(drawTiles(random)...)
		base, noise := float64(50_000+random.IntN(4_000_000)), random.Float64()/2
		switched := make([][]time.Time, len(r.tiles))
		for i := range 1100 {
			steps++
			switch random.IntN(100) {
			case 0:
				base = float64(random.IntN(5_000_000))
			case 1:
				for i := range r.tiles {
					r.tiles[i].Priority = Priority(min(random.IntN(6), int(r.tiles[i].Priority)))
				}
			}
			estimate := int(base * (1 + noise*(2*random.Float64()-1)))
			audio := 40_000 * random.IntN(4)
			before := slices.Clone(r.decisions)
			link := Budget(estimate, audio, 0)
			budget := link.Budget
			r.most = link.Most
			r.step(100*time.Millisecond, budget)
			if over := tooMuch(budget, r.decisions); over > 0 {
				t.Fatalf("step %d: %d bit/s too much", i, over)
			}
			for n, d := range r.decisions {
				if d.Reason == "" || d.Paused != (d.Target == layers.None) {
					t.Fatalf("step %d: %+v", i, d)
				}
				if before == nil || before[n].Target.Spatial == d.Target.Spatial {
					continue
				}
				if d.Target.Spatial > before[n].Target.Spatial {
					improved++
				}
				if past := before[n].After; past.steady(r.now) >= settled {
					switched[n] = nil
				}
				switched[n] = append(switched[n], r.now)
				if s := switched[n]; len(s) > maxSwitches && r.now.Sub(s[len(s)-1-maxSwitches]) < switchWindow {
					t.Fatalf("step %d: tile %d switched %d times in %v", i, n, maxSwitches+1, r.now.Sub(s[len(s)-1-maxSwitches]))
				}
			}
		}
	})
	if steps < 100_000 || improved == 0 {
		t.Errorf("%d steps, %d improvements", steps, improved)
	}
}

// TestAnyScript has tiles and encodings change as well: decisions stay within the budget and aim at what is live.
func TestAnyScript(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 2))
		r := newReceiver(drawTiles(random)...)
		for range 300 {
			one := &r.tiles[random.IntN(len(r.tiles))]
			switch random.IntN(6) {
			case 0:
				one.Width, one.Height = random.IntN(1600), random.IntN(900)
			case 1:
				e := &one.Encodings[random.IntN(len(one.Encodings))]
				e.Live, e.Rests = !e.Live, random.IntN(2) == 0
			case 2:
				one.Encodings[random.IntN(len(one.Encodings))].Bitrates = nil
			case 3:
				one.Priority = Priority(random.IntN(3))
			case 4:
				one.Before = Past{}
			}
			budget := Unlimited
			if random.IntN(8) > 0 {
				budget = random.IntN(4_000_000)
			}
			r.step(time.Duration(random.IntN(4000))*time.Millisecond, budget)
			if over := tooMuch(budget, r.decisions); budget != Unlimited && over > 0 {
				t.Fatalf("%d bit/s too much", over)
			}
			for i, d := range r.decisions {
				if d.Target != layers.None && !r.tiles[i].sends(d.Target.Spatial) {
					t.Fatalf("%v is not live: %+v", d.Target, r.tiles[i].Encodings)
				}
			}
		}
	})
}

// TestConstantBudgetSettles: without noise nothing changes after a while.
func TestConstantBudgetSettles(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 3))
	for range 200 {
		r := newReceiver(drawTiles(random)...)
		r.step(0, random.IntN(300_000))
		budget := random.IntN(5_000_000)
		r.run(90*time.Second, budget)
		before := r.shown()
		r.run(2*time.Minute, budget)
		if r.shown() != before {
			t.Fatalf("%s, later %s", before, r.shown())
		}
	}
}
