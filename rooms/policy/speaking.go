package policy

import "time"

// SpeakingTime is how long somebody has spoken. The zero value has not.
type SpeakingTime struct {
	total time.Duration
	since time.Time // zero: silent
}

// Start notes that they begin to speak. Who speaks already goes on.
func (s SpeakingTime) Start(now time.Time) SpeakingTime {
	if s.since.IsZero() {
		s.since = now
	}
	return s
}

// Stop notes that they fall silent.
func (s SpeakingTime) Stop(now time.Time) SpeakingTime {
	return SpeakingTime{total: s.Total(now)}
}

// Total is how long they have spoken until now. A clock that was set back does not make it less.
func (s SpeakingTime) Total(now time.Time) time.Duration {
	if s.since.IsZero() {
		return s.total
	}
	return s.total + max(0, now.Sub(s.since))
}
