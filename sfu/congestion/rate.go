package congestion

import "time"

// Of the rate control (additive increase, multiplicative decrease; draft-ietf-rmcat-gcc-02 5.5).
const (
	decreaseFactor  = 0.85   // of what arrives, when queues grow
	growthFar       = 0.08   // per second, while the capacity is not known
	growthNear      = 0.15   // per second at most, near the capacity of the last overuse
	growthLeast     = 20_000 // bit/s per second: what a small flow gains on a large one
	growthPacket    = 9600   // bits: near it, one packet more per response time
	responseExtra   = 100 * time.Millisecond
	unproved        = 1.2    // times what is sent or arrives: above it only a probe proves more
	forgetCapacity  = 1.15   // what arrives above the known capacity times this proves that it has grown
	sharpFall       = 1.4    // sent against received: the capacity fell far below, and a long queue must drain
	ownFall         = 1.25   // sent against received: the queue is of our making
	ownExcess       = 50_000 // bit/s that it takes, too: less is noise
	limitedDecrease = 0.7    // of the rate, when it is not
	drainShare      = 0.5    // of what arrives, while that queue drains
	drainTime       = 3 * time.Second
	drained         = 60 * time.Millisecond
	settleQueue     = 120 * time.Millisecond // no growth while the queue is longer
	longQueue       = 180 * time.Millisecond // and so long, it must shrink
	latelyTime      = 150 * time.Millisecond // two looks at what arrives that are further apart have nothing to do with each other
	carriedTime     = time.Second            // after a decrease: what arrives then, and does not wait, is carried
	stuckTime       = time.Second            // after a decrease, until the next one for a queue that stays
	rivalTime       = 4 * time.Second        // a queue that stands longer in spite of decreases is somebody else's
	rivalQueue      = 80 * time.Millisecond  // how long it is at least
	rivalGone       = 40 * time.Millisecond  // and when it is gone
)

// conditions are what the rate control decides from.
type conditions struct {
	now            time.Duration
	signal         signal
	sent, received int           // bit/s over half a second
	recent         int           // bit/s received lately: what the path carries while a queue stands
	rtt, queue     time.Duration // smoothed round trip; waiting time on the path
	noise          time.Duration // how long a queue seems to be that is none
	limited        bool          // the application sends less than it may
	contested      bool          // somebody else fills the queue
	probing        bool          // a cluster is or was just being sent: a queue may be of its making, and drains
	lossy          bool          // loss is being judged: no growth
}

// rateControl is the delay-based bound.
type rateControl struct {
	lately    lately
	rate      float64 // bit/s
	start     float64 // bit/s: the first estimate; a limited application is not pressed below it by others
	capacity  float64 // received bitrate at the last overuses, smoothed; 0: not known
	updated   time.Duration
	decreased time.Duration
	draining  bool
	overused  bool // decreased at least once
	rival     rival
}

// update takes the conditions of one feedback and returns what was decided.
func (r *rateControl) update(c conditions) State {
	elapsed := min(c.now-r.updated, time.Second).Seconds()
	r.updated = c.now
	c.recent = r.lately.update(c)
	if r.draining && (c.queue < max(drained, c.noise) || c.now-r.decreased > drainTime) {
		r.draining = false
	}
	contested := r.rival.update(c, r.decreased)
	switch {
	case c.signal == overuse && (c.queue < c.noise || max(c.received, c.recent) > c.sent): // a queue only grows by what does not arrive
		return Holding
	case (c.signal == overuse || r.stuck(c)) && !(contested && float64(c.sent) < sharpFall*float64(c.received)):
		r.decrease(c)
		return Congested
	case !contested && (c.signal == underuse || r.settling(c)):
		return Holding
	case c.limited:
		return Limited
	case c.lossy:
		return Holding
	}
	r.grow(c, elapsed)
	return Growing
}

// lately is what arrived recently. One look is not enough to fall below half of what was seen before: where the delay jumps,
// as by jitter that begins or a pause of the network, hardly anything arrives for as long as it has grown, and then all at once.
type lately struct {
	received int // bit/s, of the last look
	at       time.Duration
}

func (l *lately) update(c conditions) int {
	least := c.received / 2
	if c.now-l.at <= latelyTime {
		least = l.received / 2
	}
	l.received, l.at = c.recent, c.now
	return max(c.recent, least)
}

// stuck says whether a long queue does not drain although it no longer grows. That of a probe does: on a narrow link its few
// packets wait for a fifth of a second, and whoever gave way for that would pause pictures at every probe.
func (r *rateControl) stuck(c conditions) bool {
	return c.signal != underuse && !c.probing && c.queue > max(longQueue, c.noise) && c.now-r.decreased > stuckTime
}

// settling says whether a queue is too long to add to it.
func (r *rateControl) settling(c conditions) bool {
	return r.draining || c.queue > max(settleQueue, c.noise)
}

// decrease follows what arrives; only in part when the application sends little and nearly all of it arrives: then others
// fill the queue, and what arrives says little of what could. It decreases once per response time: the effect of the last decrease is not seen sooner.
func (r *rateControl) decrease(c conditions) {
	response := c.rtt + responseExtra
	received := float64(c.recent)
	if received == 0 || r.overused && c.now-r.decreased < response && received > r.rate/2 {
		return
	}
	r.decreased, r.overused = c.now, true
	r.draining = r.draining || float64(c.sent) > sharpFall*received && c.queue > drained
	lower := decreaseFactor * received
	if ours := float64(c.sent) > ownFall*float64(c.received) && c.sent-c.received > ownExcess; c.limited && !ours {
		lower = max(lower, limitedDecrease*r.rate, min(r.rate, r.start))
	}
	r.rate = min(r.rate, lower)
	if r.capacity == 0 || received < r.capacity*decreaseFactor {
		r.capacity = received
	} else {
		r.capacity += 0.3 * (received - r.capacity)
	}
}

func (r *rateControl) grow(c conditions, elapsed float64) {
	if r.rate > unproved*float64(max(c.sent, c.received)) {
		return
	}
	if float64(c.received) > r.capacity*forgetCapacity {
		r.capacity = 0
	}
	if c.queue < standing && c.now-r.decreased > carriedTime {
		r.rate = max(r.rate, decreaseFactor*float64(c.received))
	}
	step := min(growthPacket/(c.rtt+responseExtra).Seconds(), max(growthNear*r.rate, growthLeast))
	if r.capacity == 0 && !r.rival.on {
		step = max(step, growthFar*r.rate)
	}
	r.rate += step * elapsed
}

// rival finds out whether somebody else fills the queue: it stays although we have sent less for a while. Then delay says
// nothing of us, and only loss counts, as for the rival, which is a TCP flow most likely.
type rival struct {
	since  time.Duration // the queue has stood for so long
	stands bool
	on     bool
}

func (r *rival) update(c conditions, decreased time.Duration) bool {
	if c.queue < rivalQueue {
		if c.queue < rivalGone {
			r.on = false
		}
		r.stands = false
		return r.on
	}
	if !r.stands {
		r.stands, r.since = true, c.now
	}
	if c.now-r.since > rivalTime && decreased > r.since {
		r.on = true
	}
	return r.on
}

// raise takes a rate that a probe has proved.
func (r *rateControl) raise(rate float64) {
	r.rate = max(r.rate, rate)
	if rate > r.capacity*forgetCapacity {
		r.capacity = 0
	}
}

// published is the rate to be used: less than the bound while a long queue drains.
func (r *rateControl) published(received int) float64 {
	if r.draining {
		return min(r.rate, max(drainShare*float64(received), drainShare*drainShare*r.rate))
	}
	return r.rate
}
