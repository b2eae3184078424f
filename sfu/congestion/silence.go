package congestion

import "time"

// quiet watches over feedback that does not come.
type quiet struct {
	since  time.Duration // the first packet sent after the last feedback
	unsaid bool          // since is set
	fell   time.Duration // when the rate last fell for it
	silent bool
}

// heard notes a sign of life.
func (e *Estimator) heard(now time.Duration) {
	if e.quiet.unsaid && e.quiet.since <= now {
		e.quiet.unsaid = false
	}
}

// watch lowers the rate while packets are sent and nobody answers. Receivers that only send reports do so every 5 s.
func (e *Estimator) watch(now time.Duration) {
	patience := silence + 2*e.path.rtt
	if e.path.feedbacks == 0 {
		patience = reportPatience
	}
	q := &e.quiet
	if !q.unsaid || now-q.since < patience || q.silent && now-q.fell < silenceStep {
		return
	}
	q.silent, q.fell = true, now
	e.rate.rate = max(float64(e.config.Min), silenceFall*e.rate.rate)
	e.probe.sending, e.probe.awaiting = false, false
	e.state, e.reason = Silent, reasonSilence
}

// restart begins anew after a silence, in which the network may have become another one.
func (e *Estimator) restart(now time.Duration) {
	e.quiet = quiet{}
	e.path = path{rtt: e.path.rtt, feedbacks: e.path.feedbacks}
	e.rate = rateControl{rate: max(e.rate.rate, e.rate.start), start: e.rate.start, updated: now}
	e.loss = lossBound{path: e.loss.path, began: now}
	e.probe = prober{id: e.probe.id, next: now + firstRTT}
	e.state, e.reason = Starting, reasonRestart
}
