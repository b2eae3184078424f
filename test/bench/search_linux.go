package main

// The search for the highest rate that a server forwards, in packets per second that leave it.
const (
	searchFrom   = 20_000
	searchTo     = 900_000 // beyond, the client is the limit
	searchFactor = 1.4     // from step to step, until one fails
	searchEnough = 1.06    // between the highest that passed and the lowest that failed
	searchTries  = 24
	searchReach  = 0.9 // of what was wanted, at least; else the client was the limit
	searchLimits = 4   // that the client was the limit, one after the other
)

// search finds the knee: first upwards by a factor, then between the highest rate that passed and the lowest that
// failed. The zero value is ready.
type search struct {
	passed, failed float64 // 0: none yet
	doubted        float64 // failed once: tried again before it counts, since other work disturbs, too; 0: none
	tries, limited int     // limited: how often the client was the limit without a break
}

// next returns the rate to try, 0 when the knee is known well enough.
func (s *search) next() float64 {
	switch {
	case s.tries == searchTries || s.limited == searchLimits:
		return 0
	case s.doubted > 0:
		return s.doubted
	case s.failed == 0 && s.passed == 0:
		return searchFrom
	case s.failed == 0 && s.passed*searchFactor > searchTo:
		return 0
	case s.failed == 0:
		return s.passed * searchFactor
	case s.passed == 0 && s.failed < searchFrom/2:
		return 0
	case s.passed == 0:
		return s.failed / 2
	case s.failed/s.passed <= searchEnough:
		return 0
	}
	return (s.passed + s.failed) / 2
}

// note takes the outcome of a try: the rate that the client was to offer, and the one that it did.
func (s *search) note(wanted, offered float64, ok bool) (best bool) {
	s.tries++
	if !ok && s.doubted != wanted {
		s.doubted = wanted
		return false
	}
	s.doubted = 0
	if !ok {
		if s.failed == 0 || offered < s.failed {
			s.failed = offered
		}
		return false
	}
	if best = offered > s.passed; best {
		s.passed = offered
	}
	s.limited++
	if offered >= searchReach*wanted {
		s.limited = 0
	}
	return best
}
