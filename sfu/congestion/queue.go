package congestion

import "time"

const (
	baseStep  = 5 * time.Second
	baseSteps = 12 // the base delay is the least of the last minute: a new route is believed after that
)

// queue tells how long packets wait on the path: their one-way delay above the least one of the last minute. The clocks
// need not agree.
type queue struct {
	least [baseSteps]time.Duration
	step  int64
	begun bool
	delay time.Duration // of the newest feedback
}

// update takes one feedback's least one-way delay, by two clocks that differ by a constant.
func (q *queue) update(delay, at time.Duration) {
	step := int64(at / baseStep)
	if !q.begun || step-q.step >= baseSteps {
		q.begun = true
		q.step = step
		for i := range q.least {
			q.least[i] = delay
		}
	}
	for q.step < step {
		q.step++
		q.least[q.step%baseSteps] = delay
	}
	q.least[q.step%baseSteps] = min(q.least[q.step%baseSteps], delay)
	base := delay
	for _, l := range q.least {
		base = min(base, l)
	}
	q.delay = delay - base
}
