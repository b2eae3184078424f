package main

import "testing"

func TestSearch(t *testing.T) {
	for _, knee := range []float64{19_000, 59_000, 61_000, 150_000, 376_000, 800_000} {
		var s search
		for rate := s.next(); rate > 0; rate = s.next() {
			s.note(rate, rate, rate <= knee)
		}
		if s.tries > searchTries || s.passed > knee || s.passed < knee/searchFactor || s.failed > 0 && s.failed > s.passed*1.1 {
			t.Errorf("a knee at %v is found at %v to %v, in %d tries", knee, s.passed, s.failed, s.tries)
		}
	}
}

// Once is no proof: a rate that fails is tried again, and only then there is no more to be had.
func TestSearchTriesAgain(t *testing.T) {
	var s search
	failed := map[float64]bool{}
	for rate := s.next(); rate > 0; rate = s.next() {
		once := !failed[rate]
		failed[rate] = true
		s.note(rate, rate, rate <= 150_000 && !once)
	}
	if s.passed < 150_000/searchFactor || s.passed > 150_000 {
		t.Errorf("a knee at 150000 is found at %v to %v, in %d tries", s.passed, s.failed, s.tries)
	}
}

func TestSearchEnds(t *testing.T) {
	for name, try := range map[string]func(rate float64) (offered float64, ok bool){
		"nothing passes":         func(rate float64) (float64, bool) { return rate, false },
		"everything passes":      func(rate float64) (float64, bool) { return rate, true },
		"the client is too slow": func(rate float64) (float64, bool) { return min(rate, 200_000), true },
		"at random":              func(rate float64) (float64, bool) { return rate, int(rate)%3 > 0 },
	} {
		var s search
		for rate := s.next(); rate > 0; rate = s.next() {
			offered, ok := try(rate)
			s.note(rate, offered, ok)
		}
		switch {
		case s.tries > searchTries:
			t.Errorf("%s: %+v", name, s)
		case name == "everything passes" && s.passed < searchTo/searchFactor:
			t.Errorf("%s: %+v", name, s)
		case name == "the client is too slow" && (s.passed != 200_000 || s.limited != searchLimits):
			t.Errorf("%s: %+v", name, s)
		}
	}
}
