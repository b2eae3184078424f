package simulation

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/pion/rtcp"

	"salon/sfu/congestion"
)

const (
	packetSize   = 1200
	audioSize    = 120 // every 20 ms: 48 kbit/s
	feedbackStep = 100 * time.Millisecond
)

// source is what an application sends: encoder or forwarder.
type source interface {
	// adapt is called every 100 ms with the estimate and returns what the source would send if it could.
	adapt(e congestion.Estimate, now time.Duration) (want int)
	// next returns the packets to send now and when to ask again.
	next(now time.Duration, random *rand.Rand) (sizes []int, pause time.Duration)
}

// flow is a sender of media, its Estimator, and its receiver with a Recorder, at the ends of links.
type flow struct {
	clock          *clock
	random         *rand.Rand
	t              testing.TB
	forward        *link
	back           *link // nil: feedback meets no queue
	delay          time.Duration
	feedbackLoss   float64
	source         source
	estimator      *congestion.Estimator
	recorder       congestion.Recorder
	number         uint16
	stopped        bool
	begin, end     time.Duration
	record         record
	paddingPackets int
}

// run starts the flow at its time.
func (f *flow) run() {
	f.estimator = congestion.NewEstimator(congestion.Config{})
	f.clock.after(f.begin, func() {
		f.clock.every(f.sendMedia)
		f.clock.every(f.sendAudio)
		f.clock.every(f.adapt)
		f.clock.every(f.sendProbe)
		f.clock.every(f.sendFeedback)
	})
}

func (f *flow) ended() bool { return f.end > 0 && f.clock.now >= f.end }

func (f *flow) sendMedia() time.Duration {
	if f.stopped || f.ended() {
		return 100 * time.Millisecond
	}
	sizes, pause := f.source.next(f.clock.now, f.random)
	for i, s := range sizes { // a publisher's packets come paced, a millisecond apart
		f.clock.after(time.Duration(i)*time.Millisecond, func() { f.send(s, false) })
	}
	return pause
}

func (f *flow) sendAudio() time.Duration {
	if !f.ended() {
		f.send(audioSize, false)
	}
	return 20 * time.Millisecond
}

func (f *flow) send(size int, padding bool) {
	n := f.number
	f.number++
	if padding {
		f.paddingPackets++
	}
	f.estimator.Sent(n, size, f.clock.time())
	f.record.sent(size, f.clock.now)
	f.forward.send(size, f, f.delay, func(waited time.Duration) {
		f.recorder.Record(n, f.clock.time())
		f.record.delivered(size, waited, padding, f.clock.now)
	})
}

func (f *flow) adapt() time.Duration {
	e := f.estimator.Estimate(f.clock.time())
	if f.ended() {
		return time.Second
	}
	want := f.source.adapt(e, f.clock.now)
	if f.stopped {
		want = 0
	}
	f.estimator.Want(want + audioSize*8*50)
	f.record.sample(f.clock.now, f.forward.rate(f.clock.now), e)
	return 100 * time.Millisecond
}

func (f *flow) sendProbe() time.Duration {
	if f.ended() {
		return time.Second
	}
	c, ok := f.estimator.Probe(f.clock.time())
	for due := c.Due; ok && due > 0 && !f.stopped; due -= 1000 {
		f.send(1000, true)
	}
	if !ok {
		return 50 * time.Millisecond
	}
	return 5 * time.Millisecond
}

// sendFeedback encodes what the receiver noted, as it would go over the wire.
func (f *flow) sendFeedback() time.Duration {
	for _, p := range f.recorder.Feedback(1, 2) {
		raw, err := p.Marshal()
		if err != nil {
			f.t.Fatal(err)
		}
		if f.random.Float64() < f.feedbackLoss {
			continue
		}
		arrive := func(time.Duration) {
			var cc rtcp.TransportLayerCC
			if err := cc.Unmarshal(raw); err != nil {
				f.t.Fatal(err)
			}
			f.estimator.Feedback(&cc, f.clock.time())
		}
		if f.back != nil {
			f.back.send(len(raw), f, f.delay, arrive)
		} else {
			f.clock.after(f.delay, func() { arrive(0) })
		}
	}
	return feedbackStep
}
