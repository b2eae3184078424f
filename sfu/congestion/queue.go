package congestion

import "time"

const (
	baseStep  = 5 * time.Second
	baseSteps = 12 // the base delay is the least of the last minute: a new route is believed after that

	standing       = 30 * time.Millisecond  // a queue that does not reach it is none: delay that grows below is a burst
	standingJitter = 2                      // or so many times the jitter
	usualTime      = 3 * time.Second        // over which what is usual is averaged
	usualSwing     = 4                      // times the mean deviation: what exceeds that is no longer usual
	usualJitter    = 8                      // times the jitter: more than that is not its doing
	usualMost      = 150 * time.Millisecond // nor is this
)

// queue tells how long packets wait on the path: their one-way delay above the least one of the last minute. The clocks
// need not agree.
type queue struct {
	least [baseSteps]time.Duration
	step  int64
	begun bool
	delay time.Duration // of the newest feedback
	at    time.Duration // of the newest feedback
	usual time.Duration // mean of delay over usualTime
	swing time.Duration // mean deviation from it
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
	q.habit(at)
}

// habit follows what is usual.
func (q *queue) habit(at time.Duration) {
	share := min(float64(at-q.at)/float64(usualTime), 0.5)
	q.at = at
	deviation := max(q.delay-q.usual, q.usual-q.delay)
	q.usual += time.Duration(share * float64(q.delay-q.usual))
	q.swing += time.Duration(share * float64(deviation-q.swing))
}

// noise is up to where packets only seem to wait: because of jitter, or of a base that holds no more since it began. Where
// packets keep their order, jitter holds all of them up nearly as long as the slowest; then neighbouring ones differ
// little, and what is usual says more. But it says so only where there is jitter: else what is usual is a queue.
func (q *queue) noise(jitter time.Duration) time.Duration {
	usual := q.usual + time.Duration(usualSwing*float64(q.swing))
	return max(standing, standingJitter*jitter, min(usual, usualJitter*jitter, usualMost))
}
