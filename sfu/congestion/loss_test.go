package congestion

import (
	"testing"
	"time"
)

// lossy drives a lossBound with 100 packets a second.
type lossy struct {
	bound lossBound
	now   time.Duration
	queue time.Duration
	rival bool
}

// run lets feedback come for so long and returns every verdict but lossNothing. loss gets what is sent, in bit/s.
func (l *lossy) run(d time.Duration, bitrate int, loss func(sent int) float64) (verdicts []verdict) {
	owed := 0.0
	for end := l.now + d; l.now < end; l.now += 100 * ms {
		sent := bitrate
		if l.bound.trial.on {
			sent = min(sent, int(l.bound.trial.bound))
		}
		owed += 10 * loss(sent)
		lost := int(owed)
		owed -= float64(lost)
		c := conditions{now: l.now, sent: sent, received: int(float64(sent) * (1 - loss(sent))), rtt: 100 * ms, queue: l.queue, contested: l.rival}
		if v := l.bound.update(10-lost, lost, c); v != lossNothing {
			verdicts = append(verdicts, v)
		}
	}
	return verdicts
}

func always(p float64) func(int) float64 { return func(int) float64 { return p } }

func TestLossOfThePath(t *testing.T) {
	for _, p := range []float64{0.1, 0.2, 0.3} {
		var l lossy
		got := l.run(2*time.Minute, 1_000_000, always(p))
		if len(got) != 2 || got[0] != lossStart || got[1] != lossOfPath {
			t.Fatalf("loss %v: %v, want one trial that says that it is the path's own", p, got)
		}
		if l.bound.holds() || l.bound.path < p-0.03 || l.bound.path > p+0.03 {
			t.Errorf("loss %v: believed to be %v, holds %v", p, l.bound.path, l.bound.holds())
		}
		if l.bound.smoothed < p-0.02 || l.bound.smoothed > p+0.02 {
			t.Errorf("loss %v is shown as %v", p, l.bound.smoothed)
		}
	}
}

// A policer drops what is above its rate.
func TestLossOfOurs(t *testing.T) {
	policer := func(sent int) float64 { return max(0, 1-800_000/float64(sent)) }
	var l lossy
	got := l.run(6*time.Second, 1_000_000, policer)
	if len(got) < 2 || got[0] != lossStart || got[1] != lossOurs {
		t.Fatalf("%v, want a trial that says that it was ours", got)
	}
	if want := trialShare * 800_000; l.bound.trial.bound < want-1 || l.bound.trial.bound > want+1 {
		t.Errorf("the trial's rate is %.0f, want %.0f", l.bound.trial.bound, want)
	}
	if l.bound.path != 0 {
		t.Errorf("%v is believed to be the path's own", l.bound.path)
	}
}

func TestLossUnproved(t *testing.T) {
	var l lossBound
	l.trial = trial{on: true, loss: 0.2, bound: 500_000, sent: 600_000}
	var got verdict
	for i := range 30 { // the application goes on as before
		c := conditions{now: time.Duration(i) * 100 * ms, sent: 600_000, received: 480_000}
		if v := l.update(8, 2, c); v != lossNothing {
			got = v
			break
		}
	}
	if got != lossUnproved || l.trial.on || l.path != 0 {
		t.Errorf("verdict %v, trial %v, path %v", got, l.trial.on, l.path)
	}
}

func TestLossWithoutTrial(t *testing.T) {
	for _, tt := range []struct {
		name    string
		bitrate int
		loss    float64
		queue   time.Duration
		rival   bool
		want    verdict // of all
	}{
		{"none", 1_000_000, 0, 0, false, lossNothing},
		{"a little", 1_000_000, 0.015, 0, false, lossNothing},
		{"of a small flow", 100_000, 0.2, 0, false, lossNothing},
		{"some with a long queue", 1_000_000, 0.08, 200 * ms, false, lossNothing},
		{"much with a long queue", 1_000_000, 0.2, 200 * ms, false, lossReduce},
		{"beside a rival", 1_000_000, 0.03, 200 * ms, true, lossYield},
	} {
		l := lossy{queue: tt.queue, rival: tt.rival}
		got := l.run(10*time.Second, tt.bitrate, always(tt.loss))
		for _, v := range got {
			if v != tt.want {
				t.Errorf("%s: %v, want only %v", tt.name, got, tt.want)
				break
			}
		}
		if (len(got) == 0) != (tt.want == lossNothing) {
			t.Errorf("%s: %v", tt.name, got)
		}
	}
	l := lossBound{smoothed: 0.2}
	if got := l.reduced(1000); got != 900 {
		t.Errorf("reduced to %v, want 900", got)
	}
}

// Reordered packets are told as lost and then as received: in the end nothing was lost.
func TestLossThatCame(t *testing.T) {
	var l lossBound
	for i := range 300 {
		c := conditions{now: time.Duration(i) * 100 * ms, sent: 1_000_000, received: 1_000_000}
		v := lossNothing
		if i%2 == 0 {
			v = l.update(8, 2, c)
		} else {
			v = l.update(12, -2, c)
		}
		if v != lossNothing || l.smoothed > 0.02 {
			t.Fatalf("round %d: verdict %v, loss %v", i, v, l.smoothed)
		}
	}
}
