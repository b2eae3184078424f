package congestion

import "time"

// Report takes what a receiver report tells: the share lost since the last one (0..1), and the round trip, 0 when it is
// not known. Once transport feedback came, which knows more, it is passed over.
func (e *Estimator) Report(loss float64, rtt time.Duration, now time.Time) {
	e.mu.Lock()
	defer e.mu.Unlock()
	at := e.at(now)
	if !e.uses(at) || loss < 0 || loss > 1 {
		return
	}
	e.heard(at)
	if e.quiet.silent {
		e.restart(at)
	}
	if rtt > 0 {
		e.path.rtt += (rtt - e.path.rtt) / 8
	}
	e.loss.smoothed += 0.3 * (loss - e.loss.smoothed)
	e.rate.rate, e.state = e.reports.report(loss, e.rate.rate, e.sent.rate(at), e.wanted, at)
	e.reason = reasonReport
	e.bound(at)
}

// REMB takes the receiver's own estimate in bit/s.
func (e *Estimator) REMB(bitrate int, now time.Time) {
	e.mu.Lock()
	defer e.mu.Unlock()
	at := e.at(now)
	if !e.uses(at) || bitrate <= 0 {
		return
	}
	e.heard(at)
	if e.quiet.silent {
		e.restart(at)
	}
	e.reports.remb, e.reports.rembAt = bitrate, at
	e.bound(at)
}

// bound keeps the rate under the receiver's own estimate and within the configuration.
func (e *Estimator) bound(now time.Duration) {
	most := e.reports.limit(now, float64(e.config.Max))
	if e.rate.rate > most {
		e.rate.rate, e.reason = most, reasonREMB
	}
	e.rate.rate = max(float64(e.config.Min), e.rate.rate)
}

// uses says whether reports count: only when no transport feedback came in time.
func (e *Estimator) uses(now time.Duration) bool {
	return e.path.feedbacks == 0 && now >= fallbackGrace
}
