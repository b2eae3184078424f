package sequence_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"pgregory.net/rapid"

	"salon/sfu/layers"
)

// edges are where 16-bit numbers go wrong.
var edges = []uint16{0, 1, 65534, 65535}

// networks are what happens between the publisher and the server.
var networks = map[string]scenario{
	"clean":      {},
	"duplicates": {duplicate: 0.1},
	"reordering": {jitter: 15 * time.Millisecond, duplicate: 0.02},
	"loss":       {loss: 0.05, duplicate: 0.02},
	"storm":      {loss: 0.2, forever: 0.2, duplicate: 0.1, jitter: 60 * time.Millisecond},
}

// inputs are the kinds of publication.
var inputs = map[string]scenario{
	"plain":               {encodings: 1, temporals: 1, descriptor: noNumbers},
	"picture ids":         {encodings: 1, temporals: 1, descriptor: pictureIDs},
	"temporal":            {encodings: 1, temporals: 3, descriptor: allNumbers},
	"two temporal layers": {encodings: 1, temporals: 2, descriptor: allNumbers},
	"simulcast":           {encodings: 3, temporals: 3, descriptor: allNumbers},
	"SVC":                 {encodings: 1, temporals: 3, stacking: full, numbered: true},
	"K-SVC":               {encodings: 1, temporals: 3, stacking: onKey, numbered: true},
	"SVC of VP9":          {encodings: 1, temporals: 3, stacking: full},
	"K-SVC of VP9":        {encodings: 1, temporals: 3, stacking: onKey},
	"flat simulcast":      {encodings: 3, temporals: 1, descriptor: pictureIDs},
}

func combine(input, network scenario) *scenario {
	input.loss, input.forever, input.duplicate, input.jitter = network.loss, network.forever, network.duplicate, network.jitter
	return &input
}

// randomScript acts about every other second.
func randomScript(random *rand.Rand, s *scenario) {
	top := s.top()
	s.script = []action{{0, setTarget, layers.Layer{Spatial: top, Temporal: layers.MaxTemporal}}}
	for capture := 30; capture < s.captures; capture += 1 + random.IntN(90) {
		l := layers.Layer{Spatial: int8(random.IntN(int(top) + 1)), Temporal: []int8{0, 1, 2, layers.MaxTemporal}[random.IntN(4)]}
		a := action{capture, setTarget, l}
		switch random.IntN(12) {
		case 0:
			a.layer = layers.None
		case 1:
			a.verb = revoke
		case 2, 3:
			a.verb = grant
		case 4:
			a.verb = republish
		case 5:
			a.verb = needPicture
		}
		s.script = append(s.script, a)
	}
}

// TestLong plays at least 100,000 packets of each kind of input over each network.
func TestLong(t *testing.T) {
	for name, input := range inputs {
		for network, harm := range networks {
			t.Run(fmt.Sprintf("%s, %s", name, network), func(t *testing.T) {
				t.Parallel()
				packets, switches, late, dropped, climbs := 0, 0, 0, 0, 0
				for seed := uint64(0); packets < 100_000; seed++ {
					s := combine(input, harm)
					random := rand.New(rand.NewPCG(seed, 7))
					s.seed, s.captures = seed, 6000
					s.firstSequence, s.firstTimestamp = edges[seed%4], -uint32(random.IntN(300_000))
					for range 8 {
						s.sequences = append(s.sequences, edges[random.IntN(4)], uint16(random.Uint32()))
						s.timestamps = append(s.timestamps, random.Uint32(), -uint32(random.IntN(900_000)))
						s.pictures = append(s.pictures, uint16(random.Uint32()), -uint16(random.IntN(200)))
					}
					randomScript(random, s)
					slot := play(t, s)
					packets, switches, late = packets+slot.packets, switches+slot.switches, late+slot.late
					dropped, climbs = dropped+slot.dropped, climbs+slot.climbs
				}
				if input.stacking == full && input.numbered && climbs < 10 {
					t.Fatalf("the script is too tame: spatial layers began only %d times within the stream", climbs)
				}
				if switches < 50 || late == 0 && (harm.loss > 0 || harm.jitter > 0) || dropped == 0 && input.temporals > 1 {
					t.Fatalf("the script is too tame: %d packets, %d switches, %d late, %d dropped", packets, switches, late, dropped)
				}
			})
		}
	}
}

// drawScenario draws a short scenario that begins near every edge.
func drawScenario(t *rapid.T) *scenario {
	number := rapid.OneOf(rapid.SampledFrom(edges), rapid.Uint16())
	s := &scenario{
		seed:           rapid.Uint64().Draw(t, "seed"),
		captures:       rapid.IntRange(1, 150).Draw(t, "captures"),
		encodings:      rapid.IntRange(1, 3).Draw(t, "encodings"),
		temporals:      rapid.IntRange(1, 3).Draw(t, "temporal layers"),
		firstSequence:  number.Draw(t, "first number"),
		firstTimestamp: rapid.OneOf(rapid.SampledFrom([]uint32{0, 1, 1<<32 - 1, 1<<31 - 1}), rapid.Uint32()).Draw(t, "first timestamp"),
		sequences:      rapid.SliceOfN(number, 3, 6).Draw(t, "numbers"),
		timestamps:     rapid.SliceOfN(rapid.Uint32(), 3, 6).Draw(t, "timestamps"),
		pictures:       rapid.SliceOfN(rapid.OneOf(rapid.Uint16(), rapid.SampledFrom([]uint16{0, 126, 127, 32766, 32767})), 3, 6).Draw(t, "pictures"),
		loss:           rapid.SampledFrom([]float64{0, 0, 0.05, 0.3}).Draw(t, "loss"),
		forever:        rapid.SampledFrom([]float64{0, 0.2, 1}).Draw(t, "forever"),
		duplicate:      rapid.SampledFrom([]float64{0, 0.2}).Draw(t, "duplicates"),
		jitter:         time.Duration(rapid.SampledFrom([]int{0, 0, 5, 80}).Draw(t, "jitter")) * time.Millisecond,
	}
	s.descriptor = allNumbers
	if s.stacking = stacking(rapid.IntRange(0, 2).Draw(t, "stacking")); s.stacking != flat {
		s.encodings, s.temporals, s.numbered = 1, 3, rapid.Bool().Draw(t, "numbered")
	}
	if s.temporals == 1 {
		s.descriptor = descriptor(rapid.IntRange(0, 2).Draw(t, "descriptor"))
	}
	layer := rapid.Custom(func(t *rapid.T) layers.Layer {
		return layers.Layer{
			Spatial:  int8(rapid.IntRange(-1, int(s.top())).Draw(t, "spatial")),
			Temporal: rapid.SampledFrom([]int8{0, 1, 2, layers.MaxTemporal}).Draw(t, "temporal"),
		}
	})
	capture := 0
	s.script = rapid.SliceOfN(rapid.Custom(func(t *rapid.T) action {
		capture += rapid.IntRange(0, 20).Draw(t, "pause")
		return action{capture, verb(rapid.IntRange(0, int(verbs)-1).Draw(t, "verb")), layer.Draw(t, "layer")}
	}), 0, 20).Draw(t, "script")
	return s
}

// TestProperties plays short random scenarios, which shrink when they fail.
func TestProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) { play(t, drawScenario(t)) })
}

// FuzzScenario lets the fuzzer write the scenarios.
func FuzzScenario(f *testing.F) {
	f.Fuzz(rapid.MakeFuzz(func(t *rapid.T) { play(t, drawScenario(t)) }))
}
