package allocation

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"salon/sfu/layers"
)

// camera is a 720p camera as the web client sends it, with three temporal layers.
var camera = []Encoding{
	{Index: 0, Width: 320, Height: 180, Live: true, Bitrates: []int{60_000, 100_000, 150_000}},
	{Index: 1, Width: 640, Height: 360, Live: true, Bitrates: []int{200_000, 330_000, 500_000}},
	{Index: 2, Width: 1280, Height: 720, Live: true, Bitrates: []int{680_000, 1_100_000, 1_700_000}},
}

// slides is a screen that is shared in one encoding with three temporal layers.
var slides = []Encoding{{Index: 0, Width: 1920, Height: 1080, Live: true, Bitrates: []int{300_000, 500_000, 800_000}}}

func tile(height int, encodings []Encoding, priority Priority) Tile {
	return Tile{Demand: Demand{Width: height * 16 / 9, Height: height, Encodings: encodings}, Priority: priority}
}

func screenTile(height int, encodings []Encoding) Tile {
	t := tile(height, encodings, Pinned)
	t.Screen = true
	return t
}

// receiver allocates over a virtual clock for one receiver.
type receiver struct {
	now       time.Time
	tiles     []Tile
	decisions []Decision
	most      int
	rising    bool
}

func newReceiver(tiles ...Tile) *receiver {
	r := &receiver{now: time.Unix(1, 0), tiles: slices.Clone(tiles)}
	for i := range r.tiles {
		r.tiles[i].Before.seen = true // else it might be tried
	}
	return r
}

// step allocates after some time.
func (r *receiver) step(after time.Duration, budget int) []Decision {
	r.now = r.now.Add(after)
	r.decisions = Allocate(Link{Budget: budget, Most: r.most, Rising: r.rising}, r.tiles, r.now)
	for i := range r.tiles {
		r.tiles[i].Before = r.decisions[i].After
	}
	return r.decisions
}

// run allocates every 100 ms.
func (r *receiver) run(d time.Duration, budget int) {
	for ; d > 0; d -= 100 * time.Millisecond {
		r.step(100*time.Millisecond, budget)
	}
}

// shown writes the targets as "f0 q2 -": an encoding and its temporal layer, nothing where it is whole.
func (r *receiver) shown() string {
	var words []string
	for _, d := range r.decisions {
		words = append(words, name(d.Target))
	}
	return strings.Join(words, " ")
}

func name(l layers.Layer) string {
	switch {
	case l == layers.None:
		return "-"
	case l.Temporal == layers.MaxTemporal:
		return "qhf"[l.Spatial : l.Spatial+1]
	}
	return fmt.Sprintf("%c%d", "qhf"[l.Spatial], l.Temporal)
}

func (r *receiver) reasons() string {
	var words []string
	for _, d := range r.decisions {
		words = append(words, d.Reason)
	}
	return strings.Join(words, "; ")
}

// TestFirstDecision has the rows of the rule: what new tiles get of a budget, and why.
func TestFirstDecision(t *testing.T) {
	small, large := tile(180, camera, Visible), tile(720, camera, Visible)
	pinned, speaker := tile(720, camera, Pinned), tile(180, camera, Speaker)
	for _, c := range []struct {
		name   string
		budget int
		tiles  []Tile
		want   string
		reason string // of the last tile
	}{
		{"no limit", Unlimited, []Tile{large, small}, "f q", ReasonFits},
		{"enough for all", 1_850_000, []Tile{large, small}, "f q", ReasonFits},
		{"the size of the tile is the most", 5_000_000, []Tile{small}, "q", ReasonFits},
		{"half the frames of a large picture before all of a small one", 1_849_999, []Tile{small, large}, "q f1", ReasonLink},
		{"one step at most", 700_000, []Tile{large}, "h", ReasonLink},
		{"half the frames fit", 400_000, []Tile{large}, "h1", ReasonLink},
		{"a quarter of the frames", 70_000, []Tile{small}, "q0", ReasonLink},
		{"lowest layer of all first", 300_000, []Tile{large, small, small, small}, "q1 q0 q0 q0", ReasonLink},
		{"the pinned one is shown first", 70_000, []Tile{small, small, pinned}, "- - q0", ReasonLink},
		{"the speaker is shown before others", 130_000, []Tile{small, pinned, speaker}, "- q1 -", ReasonPaused},
		{"the first of equals moves", 130_000, []Tile{small, small, small}, "q1 - -", ReasonPaused},
		{"before others begin", 160_000, []Tile{small, small, small}, "q1 q0 -", ReasonPaused},
		{"not beside a screen", 360_000, []Tile{small, screenTile(720, slides)}, "q0 q0", ReasonLink},
		{"nothing fits", 59_999, []Tile{small}, "-", ReasonPaused},
		{"no budget", 0, []Tile{small}, "-", ReasonPaused},
		{"a screen keeps its sharpness", 400_000, []Tile{screenTile(720, slides)}, "q0", ReasonLink},
		{"a screen may take half more than there is", 200_000, []Tile{small, screenTile(720, slides)}, "- q0", ReasonOversend},
		{"but no more than that", 199_999, []Tile{small, screenTile(720, slides)}, "q -", ReasonPaused},
		{"of two screens one may", 300_000, []Tile{screenTile(720, slides), screenTile(720, slides)}, "q0 -", ReasonPaused},
		{"hidden", 1_000_000, []Tile{tile(0, camera, Visible)}, "-", ReasonHidden},
		{"nothing is sent", 1_000_000, []Tile{tile(180, without(camera, 0, 1, 2), Visible)}, "-", ReasonNotLive},
		{"what has stopped is no step", 600_000, []Tile{tile(720, without(camera, 1), Visible)}, "q", ReasonLink},
		{"bitrates unknown: guessed by size", 700_000, []Tile{tile(720, ladder, Visible)}, "h", ReasonLink},
		{"bitrates unknown: guessed to be less", 140_000, []Tile{tile(720, ladder, Visible)}, "-", ReasonPaused},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newReceiver(c.tiles...)
			r.step(0, c.budget)
			last := r.decisions[len(r.decisions)-1]
			if r.shown() != c.want || last.Reason != c.reason {
				t.Errorf("%s, %q; want %s, %q", r.shown(), last.Reason, c.want, c.reason)
			}
			if last.Paused != (c.reason == ReasonPaused) {
				t.Errorf("paused %v", last.Paused)
			}
		})
	}
}

func TestBudget(t *testing.T) {
	for _, c := range []struct{ estimate, audio, limit, want int }{
		{1_000_000, 0, 0, 950_000},
		{1_000_000, 40_000, 0, 910_000},
		{1_000_000, 40_000, 500_000, 460_000},
		{1_000_000, 40_000, 2_000_000, 910_000},
		{30_000, 40_000, 0, 0},
	} {
		if got := Budget(c.estimate, c.audio, c.limit).Budget; got != c.want {
			t.Errorf("%+v: %d", c, got)
		}
	}
}

func TestNumbersOfADecision(t *testing.T) {
	rests := slices.Clone(camera)
	rests[2].Live, rests[2].Rests = false, true
	r := newReceiver(tile(720, camera, Pinned), tile(720, rests, Visible))
	r.step(0, 600_000)
	if d := r.decisions[0]; d.Bitrate != 500_000 || d.Least != 60_000 || d.Ideal != 1_700_000 {
		t.Errorf("%+v", d)
	}
	r.step(0, 100_000)
	if d := r.decisions[1]; !d.Paused || d.Bitrate != 0 || d.Least != 60_000 || d.Ideal != 1_700_000 {
		t.Errorf("paused: %+v", d)
	}
	rests[2].Rests = false // its publisher has no bandwidth for it: no probe must look for that
	r.step(0, 100_000)
	if d := r.decisions[1]; d.Ideal != 500_000 {
		t.Errorf("stopped: %+v", d)
	}
}

func TestDownAtOnceUpWithPatience(t *testing.T) {
	r := newReceiver(tile(720, camera, Visible))
	for i, c := range []struct {
		after  time.Duration
		budget int
		want   string
		reason string
	}{
		{0, 2_000_000, "f", ReasonFits},
		{100 * time.Millisecond, 1_699_999, "f1", ReasonLink},
		{100 * time.Millisecond, 600_000, "h", ReasonLink},
		{100 * time.Millisecond, 2_000_000, "h", ReasonWaits}, // its dwell
		{dwell - 100*time.Millisecond - 1, 2_000_000, "h", ReasonWaits},
		{0, 1_200_000, "h", ReasonLink}, // no reserve beyond f1's 1.1 Mbit/s
		{1, 2_000_000, "f", ReasonFits},
		{failsWithin, 1_000_000, "h", ReasonLink}, // the improvement failed: 1 s, and the dwell
		{dwell - 1, 2_000_000, "h", ReasonWaits},
		{1, 2_000_000, "f", ReasonFits},
		{time.Second, 1_200_000, "f1", ReasonLink}, // failed again: 2 s, and the dwell
		{dwell, 2_000_000, "f", ReasonFits},
		{time.Second, 1_200_000, "f1", ReasonLink}, // no 4 s: only frames
		{dwell - 1, 2_000_000, "f1", ReasonWaits},
		{1, 2_000_000, "f", ReasonFits},
		{failsWithin + 1, 1_200_000, "f1", ReasonLink}, // it held: no failure
		{dwell, 2_000_000, "f", ReasonFits},
	} {
		r.step(c.after, c.budget)
		if r.shown() != c.want || r.reasons() != c.reason {
			t.Fatalf("step %d: %s, %q; want %s, %q", i, r.shown(), r.reasons(), c.want, c.reason)
		}
	}
}

func TestOneImprovementAtATime(t *testing.T) {
	r := newReceiver(tile(360, camera, Visible), tile(360, camera, Visible), tile(360, camera, Visible))
	r.step(0, 450_000)
	r.run(5*time.Second, 450_000)
	var seen []string
	for range 12 {
		r.step(100*time.Millisecond, 1_800_000)
		if len(seen) == 0 || seen[len(seen)-1] != r.shown() {
			seen = append(seen, r.shown())
		}
	}
	if want := []string{"h q q", "h h q", "h h h"}; !slices.Equal(seen, want) {
		t.Errorf("%v, want %v", seen, want)
	}
}

func TestPlentyWaitsForNothing(t *testing.T) {
	r := newReceiver(tile(360, camera, Visible), tile(360, camera, Visible))
	r.step(0, 300_000)
	r.step(100*time.Millisecond, 1_500_000)
	if r.shown() != "h h" {
		t.Error(r.shown())
	}
}

func TestWhatThePersonChangesWaitsForNothing(t *testing.T) {
	r := newReceiver(tile(180, camera, Visible), tile(180, camera, Visible))
	r.step(0, 1_900_000)
	r.step(100*time.Millisecond, 100_000)
	r.step(100*time.Millisecond, 1_900_000)
	r.tiles[0].Width, r.tiles[0].Height = 1280, 720
	if r.step(100*time.Millisecond, 1_900_000); r.decisions[0].Target != all(2) {
		t.Errorf("larger: %s, %s", r.shown(), r.reasons())
	}
	r = newReceiver(tile(720, camera, Visible), tile(720, camera, Visible))
	r.step(0, 1_700_000)
	first := r.shown()
	r.tiles[1].Priority = Pinned
	if r.step(100*time.Millisecond, 1_700_000); first != "f1 h" || r.shown() != "h f1" {
		t.Errorf("pinned: %s, then %s", first, r.shown())
	}
}

func TestTheSpeakerTakesOver(t *testing.T) {
	r := newReceiver(tile(720, camera, Visible), tile(720, camera, Speaker))
	r.step(0, 800_000)
	before := r.shown()
	r.tiles[0].Priority, r.tiles[1].Priority = Speaker, Visible
	r.run(dwell-100*time.Millisecond, 800_000)
	early := r.shown()
	if r.run(time.Second, 800_000); before != "q h" || early != "q h" || r.shown() != "h q" {
		t.Errorf("%s, %s, %s", before, early, r.shown())
	}
}

func TestAPausedTileComesBackBeforeOthersGrow(t *testing.T) {
	r := newReceiver(tile(720, camera, Pinned), tile(720, camera, Visible))
	r.step(0, 100_000)
	before := r.shown()
	for range 40 {
		if r.step(100*time.Millisecond, 700_000); r.decisions[1].Target != layers.None {
			break
		}
		if r.decisions[0].Target.Spatial > 0 {
			t.Fatalf("%s", r.shown())
		}
	}
	if before != "q -" && before != "q1 -" || r.decisions[1].Paused {
		t.Errorf("%s, then %s: %s", before, r.shown(), r.reasons())
	}
}

// TestATrial: where nothing was ever sent, nothing can be sent again to probe.
func TestATrial(t *testing.T) {
	r := newReceiver(tile(180, camera, Visible), tile(720, slides, Speaker), tile(180, camera, Visible))
	for i := range r.tiles {
		r.tiles[i].Before = Past{}
	}
	for i, c := range []struct {
		after  time.Duration
		budget int
		want   string
	}{
		{0, 0, "- - -"}, // sound alone uses the link
		{time.Second, 40_000, "- q0 -"},
		{trialTime - 1, 40_000, "- q0 -"},
		{1, 40_000, "- - -"},
		{time.Hour, 40_000, "- - -"}, // once: now there is something to probe with
		{time.Hour, 500_000, "- q0 -"},
	} {
		if r.step(c.after, c.budget); r.shown() != c.want {
			t.Fatalf("step %d: %s, want %s: %s", i, r.shown(), c.want, r.reasons())
		}
	}
	r = newReceiver(tile(180, camera, Visible))
	r.tiles[0].Before = Past{}
	r.step(0, 50_000)
	if r.step(100*time.Millisecond, 39_000); r.shown() != "-" {
		t.Errorf("%s although the budget falls", r.shown())
	}
}

// TestTheLastPictureGoesOnForAMoment: an estimate that falls falls too far at first.
func TestTheLastPictureGoesOnForAMoment(t *testing.T) {
	r := newReceiver(tile(720, camera, Visible), tile(720, camera, Pinned))
	for i, c := range []struct {
		after  time.Duration
		budget int
		want   string
	}{
		{0, 3_500_000, "f f"},
		{time.Second, 40_000, "- q0"},
		{pauseAfter - 1, 40_000, "- q0"},
		{0, 70_000, "- q0"}, // it has recovered
		{time.Second, 40_000, "- q0"},
		{pauseAfter, 40_000, "- -"},
		{time.Second, 40_000, "- -"},
		{dwell, 300_000, "- q0"}, // what comes back begins low
	} {
		if r.step(c.after, c.budget); r.shown() != c.want {
			t.Fatalf("step %d: %s, want %s: %s", i, r.shown(), c.want, r.reasons())
		}
	}
	r = newReceiver(tile(720, slides, Visible)) // 300 kbit/s at least
	r.step(0, 1_000_000)
	if r.step(time.Second, 100_000); r.shown() != "-" {
		t.Errorf("%s, three times the budget", r.shown())
	}
}

// TestAnEncodingThatStops: the next smaller one takes over at once, whatever the patience.
func TestAnEncodingThatStops(t *testing.T) {
	r := newReceiver(tile(720, camera, Visible))
	r.step(0, 2_000_000)
	for range 5 {
		r.tiles[0].Encodings = without(camera, 2)
		if r.step(100*time.Millisecond, 2_000_000); r.shown() != "h" || r.decisions[0].Reason != ReasonLargest {
			t.Errorf("stopped: %s, %s", r.shown(), r.reasons())
		}
		r.tiles[0].Encodings = camera
		r.step(dwell, 2_000_000)
	}
}
