package speech

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

const (
	ms    = time.Millisecond
	pace  = 100 * ms // between two observations
	voice = 25
	room  = 70
)

// scene drives a Detector over a virtual clock.
type scene struct {
	d   Detector[string]
	now time.Time
}

func newScene(names ...string) *scene {
	s := &scene{now: time.Unix(1000, 0)}
	for _, name := range names {
		s.d.Observe(name, silence, s.now)
	}
	return s
}

// play lets time pass while everybody who is named has this level, and the others silence.
func (s *scene) play(d time.Duration, levels map[string]uint8) {
	for end := s.now.Add(d); s.now.Before(end); {
		s.now = s.now.Add(pace)
		for name := range s.d.members {
			level, ok := levels[name]
			if !ok {
				level = silence
			}
			s.d.Observe(name, level, s.now)
		}
	}
}

func (s *scene) speakers() []string { return s.d.Speakers(s.now) }

func expect(t *testing.T, what string, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Fatalf("%s: got %v, want %v", what, got, want)
	}
}

func TestDetectorEmpty(t *testing.T) {
	var d Detector[int]
	now := time.Unix(1, 0)
	d.Remove(1)
	if got := d.Speakers(now); got != nil {
		t.Fatalf("speakers %v", got)
	}
	if got := d.Loudest(6, []int{1, 2}, now); got != nil {
		t.Fatalf("loudest %v", got)
	}
}

func TestSpeakerStartsAndStops(t *testing.T) {
	s := newScene("a", "b")
	s.play(startAfter-pace, map[string]uint8{"a": voice})
	expect(t, "a moment of speech", s.speakers())
	s.play(pace, map[string]uint8{"a": voice})
	expect(t, "300 ms of speech", s.speakers(), "a")
	s.play(stopAfter-pace, nil)
	expect(t, "a pause", s.speakers(), "a")
	s.play(pace, nil)
	expect(t, "1.5 s of silence", s.speakers())
	s.play(pace, map[string]uint8{"a": voice})
	expect(t, "a single word later", s.speakers())
}

func TestSpeakerLevels(t *testing.T) {
	for _, tt := range []struct {
		level uint8
		want  bool
	}{{0, true}, {15, true}, {speechLevel - 1, true}, {speechLevel, true}, {speechLevel + 1, false}, {127, false}, {128, false}, {255, false}} {
		s := newScene("a")
		s.play(2*time.Second, map[string]uint8{"a": tt.level})
		if got := len(s.speakers()) == 1; got != tt.want {
			t.Errorf("level %d: speaking %v", tt.level, got)
		}
	}
}

func TestKnocksAreNoSpeech(t *testing.T) {
	s := newScene("a")
	for range 50 {
		s.play(pace, map[string]uint8{"a": 5})
		s.play(3*pace, map[string]uint8{"a": room})
		expect(t, "a key every 400 ms", s.speakers())
	}
}

func TestSpeechWithPausesIsSpeech(t *testing.T) {
	s := newScene("a")
	s.play(time.Second, map[string]uint8{"a": voice})
	for range 30 {
		s.play(5*pace, map[string]uint8{"a": voice})
		s.play(8*pace, map[string]uint8{"a": room})
		expect(t, "words", s.speakers(), "a")
	}
}

// A client may stop sending packets, or levels, at any moment.
func TestSpeakerWithoutObservations(t *testing.T) {
	s := newScene("a")
	s.play(time.Second, map[string]uint8{"a": voice})
	expect(t, "speaks", s.speakers(), "a")
	if got := s.d.Speakers(s.now.Add(stopAfter - 1)); len(got) != 1 {
		t.Fatalf("just before the end: %v", got)
	}
	if got := s.d.Speakers(s.now.Add(stopAfter)); got != nil {
		t.Fatalf("nothing was heard for 1.5 s: %v", got)
	}
	s.now = s.now.Add(time.Hour)
	s.d.Observe("a", voice, s.now)
	expect(t, "one loud packet after an hour", s.speakers())
}

func TestObserveClockSteppedBack(t *testing.T) {
	s := newScene("a")
	s.play(time.Second, map[string]uint8{"a": voice})
	s.d.Observe("a", voice, s.now.Add(-time.Minute))
	expect(t, "a clock that steps back", s.speakers(), "a")
	s.play(pace, map[string]uint8{"a": voice})
	expect(t, "and goes on", s.speakers(), "a")
}

func TestSpeakersLoudestFirst(t *testing.T) {
	s := newScene("a", "b", "c", "d")
	s.play(2*time.Second, map[string]uint8{"a": 40, "b": 20, "c": 30})
	expect(t, "by loudness", s.speakers(), "b", "c", "a")
	s.play(2*time.Second, map[string]uint8{"a": 20, "b": 40, "c": 30})
	expect(t, "turned around", s.speakers(), "a", "c", "b")
	s.d.Remove("c")
	expect(t, "c left", s.speakers(), "a", "b")
}

func TestSpeakersTieIsStable(t *testing.T) {
	names := []string{"z", "m", "a", "q", "b"}
	s := newScene(names...)
	levels := map[string]uint8{}
	for _, name := range names {
		levels[name] = voice
	}
	s.play(time.Second, levels)
	for range 20 {
		expect(t, "all equal", s.speakers(), names...)
	}
}

func TestLoudestFillsFreeSlots(t *testing.T) {
	s := newScene("a", "b", "c", "d")
	s.play(time.Second, map[string]uint8{"c": voice})
	expect(t, "nobody holds", s.d.Loudest(2, nil, s.now), "c", "a")
	expect(t, "more slots than people", s.d.Loudest(9, nil, s.now), "c", "a", "b", "d")
	expect(t, "one is free", s.d.Loudest(2, []string{"d"}, s.now), "d", "c")
	expect(t, "a holder left", s.d.Loudest(2, []string{"gone", "d"}, s.now), "d", "c")
	expect(t, "held twice", s.d.Loudest(3, []string{"d", "d"}, s.now), "d", "c", "a")
	for _, n := range []int{0, -1} {
		expect(t, "no slots", s.d.Loudest(n, []string{"d"}, s.now))
	}
}

func TestLoudestFewerSlots(t *testing.T) {
	s := newScene("a", "b", "c")
	s.play(time.Second, map[string]uint8{"a": 40, "c": 20})
	expect(t, "the quietest go", s.d.Loudest(2, []string{"b", "c", "a"}, s.now), "c", "a")
	expect(t, "only the loudest stays", s.d.Loudest(1, []string{"b", "a", "c"}, s.now), "c")
}

func TestLoudestTakesFromTheSilent(t *testing.T) {
	s := newScene("a", "b", "c", "d")
	held := []string{"a", "b", "c"}
	s.play(3*time.Second, map[string]uint8{"a": voice, "c": voice})
	s.play(claimAfter-pace, map[string]uint8{"a": voice, "c": voice, "d": voice})
	expect(t, "a syllable", s.d.Loudest(3, held, s.now), "a", "b", "c")
	s.play(pace, map[string]uint8{"a": voice, "c": voice, "d": voice})
	held = s.d.Loudest(3, held, s.now)
	expect(t, "a word takes the place of who is silent", held, "a", "d", "c")
	s.play(time.Second, map[string]uint8{"a": voice, "c": voice})
	expect(t, "a pause changes nothing", s.d.Loudest(3, held, s.now), "a", "d", "c")
}

func TestLoudestAmongSpeakers(t *testing.T) {
	for _, tt := range []struct {
		name  string
		level uint8
		last  time.Duration
		wins  bool
	}{
		{"as loud, for long", 30, time.Minute, false},
		{"5 dB louder, for long", 25, time.Minute, false},
		{"20 dB louder, a word", 10, 500 * ms, false},
		{"20 dB louder, a sentence", 10, 3 * time.Second, true},
		{"10 dB louder, a sentence", 20, 4 * time.Second, true},
	} {
		s := newScene("a", "b", "c")
		s.play(5*time.Second, map[string]uint8{"a": 30, "b": 28})
		s.play(tt.last, map[string]uint8{"a": 30, "b": 28, "c": tt.level})
		want := []string{"a", "b"}
		if tt.wins {
			want[0] = "c"
		}
		expect(t, tt.name, s.d.Loudest(2, []string{"a", "b"}, s.now), want...)
	}
}

// Two who speak in turns, one slot: it follows them, but does not flap.
func TestLoudestFollowsADialogue(t *testing.T) {
	s := newScene("a", "b")
	var held []string
	changes := 0
	for turn := range 20 {
		name := []string{"a", "b"}[turn%2]
		for range 30 {
			s.play(pace, map[string]uint8{name: voice})
			next := s.d.Loudest(1, held, s.now)
			if !slices.Equal(next, held) {
				changes++
			}
			held = next
		}
		expect(t, "at the end of the turn", held, name)
	}
	if changes > 20 {
		t.Fatalf("%d changes in 20 turns", changes)
	}
}

// Equal voices that talk over each other, one slot fewer than voices: nothing moves.
func TestLoudestDoesNotFlap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := newScene("a", "b", "c")
		s.play(3*time.Second, map[string]uint8{"a": 28, "b": 28, "c": 28})
		held := []string{"b", "c"}
		for range 100 {
			levels := map[string]uint8{}
			for _, name := range []string{"a", "b", "c"} {
				levels[name] = uint8(rapid.IntRange(26, 30).Draw(t, name))
			}
			s.play(pace, levels)
			if got := s.d.Loudest(2, held, s.now); !slices.Equal(got, held) {
				t.Fatalf("moved to %v", got)
			}
		}
	})
}

// Whatever happens: as many keys as can be, each once, all of them known, the same when asked again, and a second call
// with the result changes nothing.
func TestLoudestProperties(t *testing.T) {
	names := []string{"a", "b", "c", "d", "e", "f", "g", "h"}
	rapid.Check(t, func(t *rapid.T) {
		s := newScene()
		var held []string
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			s.now = s.now.Add(time.Duration(rapid.IntRange(0, 2000).Draw(t, "ms")) * ms)
			name := rapid.SampledFrom(names).Draw(t, "name")
			if rapid.IntRange(0, 9).Draw(t, "leaves") == 0 {
				s.d.Remove(name)
			} else {
				s.d.Observe(name, rapid.Uint8().Draw(t, "level"), s.now)
			}
			n := rapid.IntRange(0, 6).Draw(t, "slots")
			before := held
			held = s.d.Loudest(n, held, s.now)
			if want := min(n, len(s.d.members)); len(held) != want {
				t.Fatalf("%v for %d slots and %d members", held, n, len(s.d.members))
			}
			sorted := slices.Clone(held)
			slices.Sort(sorted)
			if len(slices.Compact(sorted)) != len(held) {
				t.Fatalf("twice in %v", held)
			}
			for _, k := range held {
				if s.d.members[k] == nil {
					t.Fatalf("%q is not known", k)
				}
			}
			if again := s.d.Loudest(n, before, s.now); !slices.Equal(again, held) {
				t.Fatalf("asked again: %v, was %v", again, held)
			}
			if settled := s.d.Loudest(n, held, s.now); !slices.Equal(settled, held) {
				t.Fatalf("not settled: %v, then %v", held, settled)
			}
			for _, k := range s.speakers() {
				if s.d.members[k] == nil {
					t.Fatalf("speaker %q is not known", k)
				}
			}
		}
	})
}

func TestObserveNoAllocations(t *testing.T) {
	s := newScene("a")
	if n := testing.AllocsPerRun(100, func() {
		s.now = s.now.Add(pace)
		s.d.Observe("a", voice, s.now)
	}); n != 0 {
		t.Errorf("%v allocations per observation", n)
	}
}
