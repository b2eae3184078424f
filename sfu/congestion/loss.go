package congestion

import (
	"math"
	"time"
)

const (
	lossPackets  = 50 // of one measurement, at least
	lossTime     = 500 * time.Millisecond
	lossPatience = 2500 * time.Millisecond // a measurement ends after it with whatever came
	lossSlack    = 0.02                    // above the path's own loss: no congestion
	lossRival    = 0.005                   // beside a rival: the queue overflows, and both give way
	lossHeavy    = 0.10                    // with a long queue: too much (draft-ietf-rmcat-gcc-02 6)
	yieldShare   = 0.85                    // what stays then
	trialShare   = 0.85                    // of what arrives, during a trial
	trialSettle  = 300 * time.Millisecond
	trialPackets = 100
	trialRate    = 150_000         // bit/s: who sends less has nothing to give up
	trialWait    = 5 * time.Second // after a trial that showed the path's own loss, doubled each time
	trialWaitMax = 60 * time.Second
	trialFall    = 0.45 // loss that falls below this share when less is sent was ours
	pathLearning = 0.1  // how fast the path's own loss, once known, follows what is seen near it
)

// lossBound bounds the estimate by loss. Loss together with a long queue is congestion. Loss without one may be the path's
// own, as of a radio link, or of a policer that keeps no queue: then a trial decides. For a moment less is sent; if
// the loss falls with it, it was ours and the rate stays there, else the path's own, and it counts no more.
type lossBound struct {
	received, lost int // of the measurement in progress
	began          time.Duration
	smoothed       float64 // loss to be shown, 0..1
	path           float64 // the path's own loss, 0..1
	before         float64 // the measurement before
	excess         bool    // the last measurement was above the path's own
	trial          trial
}

type trial struct {
	on      bool
	settled time.Duration // what is told from then on counts
	loss    float64       // before
	bound   float64       // bit/s
	sent    int           // bit/s before
	next    time.Duration // none sooner
	wait    time.Duration
}

// verdict is what a measurement says.
type verdict uint8

const (
	lossNothing  verdict = iota
	lossReduce           // reduce the rate to lossBound.reduced
	lossYield            // give a part of it to a rival
	lossStart            // a trial began
	lossOurs             // the trial ended: keep its rate
	lossOfPath           // the trial ended: the rate of before
	lossUnproved         // the trial ended without an answer: the rate of before
)

// update takes the packets of one feedback.
func (l *lossBound) update(received, lost int, c conditions) verdict {
	if l.trial.on && c.now < l.trial.settled {
		l.received, l.lost, l.began = 0, 0, c.now
		return lossNothing
	}
	l.received += received
	l.lost += lost
	n := l.received + max(0, l.lost)
	if waited := c.now - l.began; waited < lossTime || n < l.enough() && waited < lossPatience || n == 0 {
		return lossNothing
	}
	p := float64(max(0, l.lost)) / float64(n)
	l.received, l.lost, l.began = 0, min(0, l.lost), c.now // more came late than got lost: the next one inherits it
	l.smoothed += 0.3 * (p - l.smoothed)
	if l.trial.on {
		return l.judge(p, c)
	}
	return l.weigh(p, n, c)
}

// enough is how many packets make a measurement: more in a trial, which decides for long.
func (l *lossBound) enough() int {
	if l.trial.on {
		return trialPackets
	}
	return lossPackets
}

// weigh compares a measurement with the path's own loss.
func (l *lossBound) weigh(p float64, n int, c conditions) verdict {
	own := max(l.path, lossSlack/2)
	noise := 2 * math.Sqrt(own*(1-own)/float64(n))
	if c.contested && p > lossRival {
		l.excess = false
		return lossYield
	}
	before := l.excess
	l.excess = p > l.path+lossSlack+noise
	if !l.excess {
		if l.path > 0 {
			l.path += pathLearning * (p - l.path)
		}
		return lossNothing
	}
	if c.queue > settleQueue || c.signal == overuse && c.queue > standing {
		if p-l.path > lossHeavy {
			return lossReduce
		}
		return lossNothing
	}
	if !before || c.now < l.trial.next || c.sent < trialRate {
		l.before = p
		return lossNothing // one measurement, or so few packets, found no trial
	}
	l.trial.on, l.trial.settled, l.trial.sent = true, c.now+c.rtt+trialSettle, c.sent
	l.trial.loss, l.trial.bound = (p+l.before)/2, trialShare*float64(c.received)
	return lossStart
}

// judge ends a trial. Loss that did not fall although less was sent is the path's own.
func (l *lossBound) judge(p float64, c conditions) verdict {
	before := l.trial
	l.trial.on = false
	switch {
	case p-l.path < trialFall*(before.loss-l.path):
		l.trial.wait = 0
		l.excess = false
		return lossOurs
	case float64(c.sent) > 0.95*float64(before.sent):
		l.trial.next = c.now + trialWait
		return lossUnproved // the application did not send less
	}
	l.path = p
	l.excess = false
	l.trial.wait = min(max(trialWait, 2*l.trial.wait), trialWaitMax)
	l.trial.next = c.now + l.trial.wait
	return lossOfPath
}

// reduced is the rate after heavy loss with a long queue.
func (l *lossBound) reduced(rate float64) float64 { return rate * (1 - 0.5*min(1, l.smoothed)) }

// holds says whether the rate may not grow because of loss.
func (l *lossBound) holds() bool { return l.excess || l.trial.on }
