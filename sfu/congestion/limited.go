package congestion

import "time"

// The application is limited when it sends clearly less than it may: then nothing that arrives proves that more would,
// and the estimate neither grows nor, without congestion, falls. Between the two shares what was decided last holds.
const (
	limitedBelow = 0.7
	usedAbove    = 0.8
)

// limited tells whether the application uses the estimate. An encoder that is asked for a rate stays near it; a
// forwarder that can only choose among encodings rarely does. Clusters of probes are no use: while one is in the half
// second that is looked at, nothing changes.
type limited struct {
	on    bool
	until time.Duration // no judgement before
}

// probing says that a cluster is being sent.
func (l *limited) probing(now time.Duration) {
	l.until = now + throughputSteps*throughputStep + probePause
}

func (l *limited) update(sent, estimate int, now time.Duration) bool {
	if now < l.until {
		return l.on
	}
	switch share := float64(sent) / float64(max(1, estimate)); {
	case share < limitedBelow:
		l.on = true
	case share > usedAbove:
		l.on = false
	}
	return l.on
}
