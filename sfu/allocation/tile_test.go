package allocation

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"salon/sfu/layers"
)

// ladder is 720p simulcast as browsers send it.
var ladder = []Encoding{{Index: 0, Width: 320, Height: 180, Live: true}, {Index: 1, Width: 640, Height: 360, Live: true}, {Index: 2, Width: 1280, Height: 720, Live: true}}

// portrait is the same from a phone.
var portrait = []Encoding{{Index: 0, Width: 180, Height: 320, Live: true}, {Index: 1, Width: 360, Height: 640, Live: true}, {Index: 2, Width: 720, Height: 1280, Live: true}}

func without(encodings []Encoding, stopped ...int8) []Encoding {
	left := slices.Clone(encodings)
	for i := range left {
		left[i].Live = !slices.Contains(stopped, left[i].Index)
	}
	return left
}

func all(spatial int8) layers.Layer {
	return layers.Layer{Spatial: spatial, Temporal: layers.MaxTemporal}
}

func TestDecide(t *testing.T) {
	unknown := []Encoding{{Index: 0, Width: 0, Height: 0, Live: true}, {Index: 1, Width: 0, Height: 0, Live: true}, {Index: 2, Width: 0, Height: 0, Live: true}}
	for _, c := range []struct {
		name   string
		demand Demand
		target layers.Layer
		reason string
	}{
		{"hidden", Demand{0, 180, ladder, false}, layers.None, ReasonHidden},
		{"hidden screen", Demand{320, 0, ladder, true}, layers.None, ReasonHidden},
		{"negative size", Demand{-5, 180, ladder, false}, layers.None, ReasonHidden},
		{"no encodings", Demand{320, 180, nil, false}, layers.None, ReasonNotLive},
		{"none live", Demand{320, 180, without(ladder, 0, 1, 2), false}, layers.None, ReasonNotLive},
		{"tiny", Demand{1, 1, ladder, false}, all(0), ReasonFits},
		{"exactly the smallest", Demand{320, 180, ladder, false}, all(0), ReasonFits},
		{"0.9 of the tile is enough", Demand{355, 200, ladder, false}, all(0), ReasonFits},
		{"just above", Demand{356, 201, ladder, false}, all(1), ReasonFits},
		{"exactly the middle", Demand{640, 360, ladder, false}, all(1), ReasonFits},
		{"large", Demand{1280, 720, ladder, false}, all(2), ReasonFits},
		{"larger than all", Demand{3840, 2160, ladder, false}, all(2), ReasonLargest},
		{"a tall tile shows a wide picture small", Demand{320, 1000, ladder, false}, all(0), ReasonFits},
		{"a wide tile shows a tall picture small", Demand{2000, 320, portrait, false}, all(0), ReasonFits},
		{"portrait in a portrait tile", Demand{360, 640, portrait, false}, all(1), ReasonFits},
		{"the best one has stopped", Demand{320, 180, without(ladder, 0), false}, all(1), ReasonFits},
		{"the large ones have stopped", Demand{1280, 720, without(ladder, 1, 2), false}, all(0), ReasonLargest},
		{"screen in a small tile", Demand{320, 180, ladder, true}, all(2), ReasonScreen},
		{"screen, largest stopped", Demand{320, 180, without(ladder, 2), true}, all(1), ReasonScreen},
		{"sizes unknown, small tile", Demand{320, 180, unknown, false}, all(0), ReasonFits},
		{"sizes unknown, large tile", Demand{1280, 720, unknown, false}, all(2), ReasonFits},
		{"one size known", Demand{640, 360, []Encoding{{Index: 0, Width: 320, Height: 180, Live: true}, {Index: 1, Width: 0, Height: 0, Live: true}}, false}, all(1), ReasonFits},
		{"one larger size known", Demand{640, 360, []Encoding{{Index: 0, Width: 0, Height: 0, Live: true}, {Index: 1, Width: 640, Height: 360, Live: true}}, false}, all(1), ReasonFits},
		{"one encoding, size unknown", Demand{5000, 5000, []Encoding{{Index: 0, Width: 0, Height: 0, Live: true}}, false}, all(0), ReasonLargest},
		{"order of the list does not matter", Demand{320, 180, []Encoding{ladder[2], ladder[0], ladder[1]}, false}, all(0), ReasonFits},
		{"equal sizes: the smaller index", Demand{320, 180, []Encoding{{Index: 1, Width: 320, Height: 180, Live: true}, {Index: 0, Width: 320, Height: 180, Live: true}}, false}, all(0), ReasonFits},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := Decide(c.demand); got != (Choice{c.target, c.reason}) {
				t.Errorf("%+v, want %v, %s", got, c.target, c.reason)
			}
		})
	}
}

func TestDecideFrom(t *testing.T) {
	for _, c := range []struct {
		name    string
		current layers.Layer
		demand  Demand
		target  layers.Layer
		reason  string
	}{
		{"nothing current", layers.None, Demand{640, 360, ladder, false}, all(1), ReasonFits},
		{"still right", all(1), Demand{640, 360, ladder, false}, all(1), ReasonFits},
		{"slightly too small: kept", all(0), Demand{384, 216, ladder, false}, all(0), ReasonKept},
		{"too small", all(0), Demand{410, 230, ladder, false}, all(1), ReasonFits},
		{"a smaller one would nearly do: kept", all(1), Demand{350, 197, ladder, false}, all(1), ReasonKept},
		{"a smaller one fills the tile", all(1), Demand{320, 180, ladder, false}, all(0), ReasonFits},
		{"current has stopped", all(0), Demand{384, 216, without(ladder, 0), false}, all(1), ReasonFits},
		{"current is gone", all(5), Demand{384, 216, ladder, false}, all(1), ReasonFits},
		{"hidden", all(1), Demand{0, 0, ladder, false}, layers.None, ReasonHidden},
		{"screen", all(1), Demand{350, 197, ladder, true}, all(2), ReasonScreen},
		{"temporal layers come back", layers.Layer{Spatial: 1, Temporal: 0}, Demand{350, 197, ladder, false}, all(1), ReasonKept},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := DecideFrom(c.current, c.demand); got != (Choice{c.target, c.reason}) {
				t.Errorf("%+v, want %v, %s", got, c.target, c.reason)
			}
		})
	}
}

// drawDemand draws a ladder of up to four encodings, some stopped, some of unknown size.
func drawDemand(t *rapid.T) Demand {
	d := Demand{
		Width:  rapid.IntRange(-1, 4000).Draw(t, "width"),
		Height: rapid.IntRange(-1, 4000).Draw(t, "height"),
		Screen: rapid.IntRange(0, 9).Draw(t, "screen") == 0,
	}
	w, h := rapid.IntRange(16, 640).Draw(t, "smallest width"), rapid.IntRange(16, 640).Draw(t, "smallest height")
	for i := range rapid.IntRange(0, 4).Draw(t, "encodings") {
		e := Encoding{Index: int8(i), Width: w << i, Height: h << i, Live: rapid.IntRange(0, 3).Draw(t, "live") > 0}
		if rapid.IntRange(0, 3).Draw(t, "unknown") == 0 {
			e.Width, e.Height = 0, 0
		}
		d.Encodings = append(d.Encodings, e)
	}
	return d
}

func TestDecisionProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawDemand(t)
		current := layers.Layer{Spatial: int8(rapid.IntRange(-1, 4).Draw(t, "current")), Temporal: layers.MaxTemporal}
		decision := DecideFrom(current, d)
		if decision.Reason == "" {
			t.Fatalf("no reason")
		}
		live := slices.ContainsFunc(d.Encodings, func(e Encoding) bool { return e.Live && e.Index == decision.Target.Spatial })
		shown := d.Width > 0 && d.Height > 0 && slices.ContainsFunc(d.Encodings, func(e Encoding) bool { return e.Live })
		if live != shown || !shown && decision.Target != layers.None {
			t.Fatalf("%+v: target live %v, want %v", decision, live, shown)
		}
		if again := DecideFrom(decision.Target, d); again.Target != decision.Target {
			t.Fatalf("%+v, then %+v: flaps", decision, again)
		}
		larger := d
		larger.Width, larger.Height = d.Width*2, d.Height*2
		if ideal, more := Decide(d), Decide(larger); shown && more.Target.Spatial < ideal.Target.Spatial {
			t.Fatalf("a larger tile gets %+v, a smaller one %+v", more, ideal)
		}
	})
}

// TestSweep drags a tile's edge up and down twice: each encoding begins once per pass, wherever the edge jitters.
func TestSweep(t *testing.T) {
	current, changes := layers.None, 0
	for _, height := range []int{100, 1000, 100} {
		for h := 100; h <= 1000; h++ {
			at := h
			if height == 100 {
				at = 1100 - h
			}
			for _, jitter := range []int{0, 2, -2, 1} {
				next := DecideFrom(current, Demand{Width: 10_000, Height: at + jitter, Encodings: ladder}).Target
				if next != current {
					changes++
				}
				current = next
			}
		}
	}
	if changes > 9 {
		t.Errorf("%d changes for 3 passes over 3 encodings", changes)
	}
}
