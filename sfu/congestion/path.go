package congestion

import "time"

// path is what feedback told of the way to the receiver.
type path struct {
	groups    groups
	trend     trendline
	detector  detector
	queue     queue
	received  throughput    // by the receiver's clock
	latest    time.Duration // newest arrival, by that clock
	least     time.Duration // one-way delay of the newest feedback, by both clocks
	rtt       time.Duration // smoothed
	jitter    time.Duration // mean difference of neighbouring groups
	probing   bool          // the last packet belonged to a cluster
	feedbacks uint64
}

// follow takes the least one-way delay of a feedback. One that jumps by seconds says that the receiver's clock was set:
// nothing that was measured by it holds.
func (p *path) follow(least, now time.Duration) {
	if jump := least - p.least; p.queue.begun && (jump > arrivalJump || jump < -arrivalJump) {
		*p = path{rtt: p.rtt, jitter: p.jitter, feedbacks: p.feedbacks}
	}
	p.least = least
	p.queue.update(least, now)
}

// compare feeds the delay detector. Clusters build a queue on purpose: they are left out, and the trend begins anew.
func (p *path) compare(a arrival, s signal) signal {
	if a.cluster != 0 {
		p.probing = true
		return s
	}
	if p.probing {
		p.probing = false
		p.groups, p.trend = groups{}, trendline{}
		p.detector.signal = normal
		s = normal
	}
	v, ok := p.groups.add(a)
	if !ok {
		return s
	}
	difference := v.arrival - v.sent
	p.jitter += (max(difference, -difference) - p.jitter) / 16
	if slope, ok := p.trend.add(v); ok {
		if next := p.detector.update(slope, v, p.trend.count); s != overuse || next == underuse {
			return next // one group that overuses is enough for the feedback
		}
	}
	return s
}
