package congestion

import (
	"math"
	"sync"
	"time"

	"github.com/pion/rtcp"
)

// Config bounds an Estimator, in bit/s.
type Config struct {
	Start int // before anything is known; 0: 300,000
	Min   int // 0: 30,000, one audio stream
	Max   int // 0: 100,000,000
}

const (
	defaultStart = 300_000
	defaultMin   = 30_000
	defaultMax   = 100_000_000

	refuted     = 0.8                    // two clusters that show so much less than the estimate lower it
	recentSteps = 4                      // 200 ms: what the path carries while a queue stands
	silence     = time.Second            // without feedback, beyond two round trips, although packets were sent
	silenceStep = 500 * time.Millisecond // then the rate falls so often
	silenceFall = 0.85                   // to this share
	firstRTT    = 100 * time.Millisecond // assumed before the first feedback
	probeQueue  = 60 * time.Millisecond  // no probe while packets wait so long, or while jitter looks like it
)

// Estimator estimates the bandwidth toward one receiver. It is told of every packet that is sent and of the receiver's
// feedback; it has no clock of its own: times are passed in, and need not be of this world. Safe for concurrent use.
//
// The estimate is the least of a bound by delay, one by loss, and Config.Max. Without transport-wide feedback it follows
// REMB and the loss of receiver reports.
type Estimator struct {
	config Config

	mu      sync.Mutex // leaf; guards all below
	origin  time.Time  // of durations; the first time passed in
	begun   bool
	history history
	reader  reader
	path    path
	rate    rateControl
	limited limited
	loss    lossBound
	probe   prober
	reports fallback
	sent    throughput
	wanted  int // bit/s that the application would send if it could
	quiet   quiet
	state   State
	reason  string
}

// NewEstimator returns an Estimator that knows nothing yet.
func NewEstimator(c Config) *Estimator {
	if c.Start == 0 {
		c.Start = defaultStart
	}
	if c.Min == 0 {
		c.Min = defaultMin
	}
	if c.Max == 0 {
		c.Max = defaultMax
	}
	c.Max = max(c.Max, c.Min)
	c.Start = min(max(c.Min, c.Start), c.Max)
	e := &Estimator{config: c, reason: reasonStart}
	e.rate.rate, e.rate.start = float64(c.Start), float64(c.Start)
	e.path.rtt = firstRTT
	return e
}

// Sent notes that an RTP packet of this size in bytes was sent under a transport-wide number: media, retransmissions and
// padding alike. It allocates nothing, save for the
// first packet and while more packets are sent per second than ever before. Without negotiated transport feedback the numbers are only
// counted: give them all the same.
func (e *Estimator) Sent(number uint16, size int, now time.Time) {
	e.mu.Lock()
	defer e.mu.Unlock()
	at := e.at(now)
	size = min(max(0, size), math.MaxUint16)
	p := sentPacket{at: at, size: uint16(size), fate: unknown}
	if e.probe.sending {
		p.cluster = e.probe.id
	}
	e.history.add(number, p)
	e.sent.add(size, at)
	if p.cluster != 0 {
		e.probe.note(e.history.newest, size, at)
		e.limited.probing(at)
	}
	if !e.quiet.unsaid {
		e.quiet.unsaid, e.quiet.since = true, at
	}
}

// Want says what the application would send if it could, in bit/s, everything included. Probes look for that and a
// little more; with 0 there are none.
func (e *Estimator) Want(bitrate int) {
	e.mu.Lock()
	e.wanted = max(0, bitrate)
	e.mu.Unlock()
}

// Feedback takes one transport-wide feedback. It may be late, repeated, reordered, malformed or forged by the receiver:
// what does not fit is passed over.
func (e *Estimator) Feedback(cc *rtcp.TransportLayerCC, now time.Time) {
	e.mu.Lock()
	defer e.mu.Unlock()
	at := e.at(now)
	r := e.reader.read(cc, &e.history)
	if len(r.arrivals) == 0 && r.lost == 0 {
		return
	}
	e.path.feedbacks++
	e.heard(at)
	signal, received, recovered := e.follow(r, at)
	c := conditions{
		now: at, signal: signal, rtt: e.path.rtt, queue: e.path.queue.delay, noise: e.path.queue.noise(e.path.jitter),
		contested: e.rate.rival.on, probing: at < e.limited.until, recent: e.path.received.over(recentSteps, e.path.latest),
		sent: e.sent.rate(at), received: e.path.received.rate(e.path.latest),
		limited: e.limited.update(e.sent.rate(at), e.bitrate(), at), lossy: e.loss.holds(),
	}
	v := e.loss.update(received, r.lost-recovered, c)
	e.judgeDelay(c)
	e.judgeLoss(v, c)
	e.judgeProbe(at)
	if e.quiet.silent {
		e.restart(at)
	}
	e.rate.rate = min(max(float64(e.config.Min), e.rate.rate), float64(e.config.Max))
}

// follow reads the arrivals into what is known of the path. It returns the signal of the delay, and how many packets
// arrived and how many of them were told as lost before.
func (e *Estimator) follow(r *report, now time.Duration) (s signal, received, recovered int) {
	p := &e.path
	if len(r.arrivals) == 0 {
		return p.detector.signal, 0, 0
	}
	least, newest := r.arrivals[0].at-r.arrivals[0].sent, time.Duration(0)
	for _, a := range r.arrivals {
		least, newest = min(least, a.at-a.sent), max(newest, a.sent)
	}
	p.follow(least, now)
	s = p.detector.signal
	for _, a := range r.arrivals {
		p.latest = max(p.latest, a.at)
		if !a.assumed {
			p.received.add(a.size, a.at)
		}
		if a.missed {
			recovered++
		}
		e.probe.arrival(a)
		s = p.compare(a, s)
	}
	p.received.add(r.skipped, r.arrivals[0].at)
	p.rtt += (max(0, now-newest) - p.rtt) / 8
	return s, len(r.arrivals), recovered
}

func (e *Estimator) judgeDelay(c conditions) {
	state := e.rate.update(c)
	if state == Congested {
		e.probe.overused(c.now)
	} else {
		e.probe.settle(c.now)
	}
	if e.loss.trial.on {
		e.state, e.reason = Holding, reasonTrial
		return
	}
	if e.loss.excess && state != Congested {
		return // what was decided about the loss stands
	}
	e.state = state
	switch state {
	case Congested:
		e.reason = reasonDelay
	case Holding:
		e.reason = reasonDrain
	case Limited:
		e.reason = reasonLimited
	case Growing:
		e.reason = reasonGrow
	}
	if e.probe.sending || e.probe.awaiting {
		e.reason = reasonProbing
	}
}

func (e *Estimator) judgeLoss(v verdict, c conditions) {
	switch v {
	case lossReduce:
		e.rate.rate = e.loss.reduced(e.rate.rate)
		e.state, e.reason = Congested, reasonLoss
	case lossYield:
		e.rate.rate *= yieldShare
		e.state, e.reason = Congested, reasonRival
	case lossOurs:
		e.rate.rate = min(e.rate.rate, e.loss.trial.bound)
		e.rate.capacity = e.loss.trial.bound / trialShare
		e.state, e.reason = Congested, reasonOurs
		e.probe.overused(c.now)
	case lossOfPath:
		e.state, e.reason = Holding, reasonPath
	}
}

func (e *Estimator) judgeProbe(now time.Duration) {
	o, ok := e.probe.evaluate(now, e.history.told, e.path.rtt, e.loss.path)
	if !ok || e.path.detector.signal == overuse {
		return
	}
	if o.capacity > 0 && o.capacity < refuted*e.rate.rate {
		if e.probe.doubts(now, e.path.rtt) { // an application that sends little would not have noticed
			e.rate.rate = min(e.rate.rate, max(o.capacity, float64(e.path.received.rate(e.path.latest))))
			e.state, e.reason = Holding, reasonCapacity
		}
		return
	}
	e.probe.doubt = false
	if o.rate <= e.rate.rate {
		return
	}
	e.rate.raise(o.rate)
	e.state, e.reason = Growing, reasonCapacity
	if o.carried {
		e.reason = reasonProbe
	}
}

// Probe returns the cluster that should be sent now and how many of its bytes are due; false when there is none. Ask
// every 5 ms while it returns true, else every 100 ms. Fill what is due with retransmissions of recent packets of what is being
// sent anyway; every packet given to Sent meanwhile counts for the cluster.
func (e *Estimator) Probe(now time.Time) (Cluster, bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	at := e.at(now)
	if !e.probe.sending && e.mayProbe() {
		e.probe.start(at, e.bitrate(), e.wanted, e.config.Max, e.path.jitter)
	}
	return e.probe.due(at)
}

// mayProbe says whether the path can bear a cluster, and would tell something.
func (e *Estimator) mayProbe() bool {
	return e.path.feedbacks > 0 && e.wanted > 0 && !e.quiet.silent && !e.loss.holds() &&
		e.path.detector.signal == normal && !e.rate.settling(conditions{queue: e.path.queue.delay, noise: e.path.queue.noise(e.path.jitter)}) &&
		e.path.queue.delay < max(probeQueue, e.path.queue.noise(e.path.jitter))
}

// Estimate returns the estimate and its reason. Call it every 100 ms or so: it is also what notices that feedback stopped.
func (e *Estimator) Estimate(now time.Time) Estimate {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.watch(e.at(now))
	return Estimate{
		Bitrate: e.bitrate(), State: e.state, Reason: e.reason, RTT: e.path.rtt,
		Loss: e.loss.smoothed, Own: e.loss.path, Queue: e.path.queue.delay, Received: e.path.received.rate(e.path.latest),
	}
}

// bitrate is the least of all bounds.
func (e *Estimator) bitrate() int {
	rate := e.rate.published(e.path.received.rate(e.path.latest))
	if e.loss.trial.on {
		rate = min(rate, e.loss.trial.bound)
	}
	return int(min(max(float64(e.config.Min), rate), float64(e.config.Max)))
}

// at turns a time into a duration since the first one; time never goes back.
func (e *Estimator) at(now time.Time) time.Duration {
	if !e.begun {
		e.begun, e.origin = true, now
	}
	return max(0, now.Sub(e.origin))
}
