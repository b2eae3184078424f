package congestion

import (
	"testing"
	"time"
)

// course sends a cluster over a path of this capacity and returns the outcome. Of the packets, lost are lost.
func (p *prober) course(t *testing.T, now *time.Duration, capacity int, lost int) outcome {
	t.Helper()
	free := time.Duration(0)
	number, told := int64(1000), int64(0)
	for {
		c, ok := p.due(*now)
		if !ok {
			break
		}
		for ; c.Due > 0; c.Due -= 1000 {
			number++
			p.note(number, 1000, *now)
			free = max(free, *now) + time.Duration(8000*int64(time.Second)/int64(capacity))
			if lost > 0 {
				lost--
				continue
			}
			p.arrival(arrival{sent: *now, at: free + 50*ms, size: 1000, cluster: p.id})
		}
		*now += 5 * ms
		told = number
	}
	if _, ok := p.evaluate(*now, told-1, 100*ms, 0); ok {
		t.Fatal("evaluated before its last packet was told")
	}
	*now += 200 * ms
	o, ok := p.evaluate(*now, told, 100*ms, 0)
	if !ok {
		t.Fatal("not evaluated although all was told")
	}
	return o
}

func TestProbeCarried(t *testing.T) {
	for _, estimate := range []int{100_000, 300_000, 1_000_000, 3_000_000} {
		var p prober
		now := time.Second
		if !p.start(now, estimate, 10_000_000, 20_000_000, 0) {
			t.Fatalf("%d: no probe", estimate)
		}
		o := p.course(t, &now, 20_000_000, 0)
		want := probeFirst * float64(estimate)
		if !o.carried || o.rate < 0.9*want || o.rate > want {
			t.Errorf("%d: carried %v, %.0f; want about %.0f", estimate, o.carried, o.rate, want)
		}
		if p.failed || p.next > now+time.Second {
			t.Errorf("%d: after success the next comes in %v", estimate, p.next-now)
		}
	}
}

func TestProbeSaturated(t *testing.T) {
	var p prober
	now := time.Second
	p.start(now, 500_000, 10_000_000, 20_000_000, 0)
	o := p.course(t, &now, 800_000, 0)
	if o.capacity < 720_000 || o.capacity > 880_000 {
		t.Errorf("a capacity of %.0f, want about 800,000", o.capacity)
	}
	if want := probeSaturated * 800_000.0; o.carried || o.rate < 0.9*want || o.rate > 1.1*want {
		t.Errorf("carried %v, %.0f; want about %.0f", o.carried, o.rate, want)
	}
}

func TestProbeLoss(t *testing.T) {
	for _, tt := range []struct {
		lost    int // of 19
		carried bool
	}{{0, true}, {2, true}, {4, false}, {18, false}} {
		var p prober
		now := time.Second
		p.start(now, 500_000, 10_000_000, 20_000_000, 0)
		o := p.course(t, &now, 20_000_000, tt.lost)
		if o.carried != tt.carried || !tt.carried && o.rate != 0 {
			t.Errorf("%d lost: %+v", tt.lost, o)
		}
	}
}

// After each failure the wait doubles, up to its bound; a success that lasts forgets it.
func TestProbeBackoff(t *testing.T) {
	var p prober
	now := time.Second
	var waits []time.Duration
	for range 5 {
		if !p.start(now, 500_000, 10_000_000, 20_000_000, 0) {
			t.Fatalf("no probe after %v", waits)
		}
		p.course(t, &now, 400_000, 0)
		waits = append(waits, p.next-now)
		if p.start(p.next-1, 500_000, 10_000_000, 20_000_000, 0) {
			t.Fatal("a probe before its time")
		}
		now = p.next
	}
	for i, want := range []time.Duration{backoffFirst, 2 * backoffFirst, backoffMax, backoffMax, backoffMax} {
		if waits[i] != want {
			t.Errorf("wait %d is %v, want %v", i, waits[i], want)
		}
	}
	p.start(now, 500_000, 10_000_000, 20_000_000, 0)
	if p.cluster.Bitrate != 1_000_000 {
		t.Errorf("after failures it asks for %d, want twice the estimate", p.cluster.Bitrate)
	}
	p.course(t, &now, 20_000_000, 0)
	p.settle(now + probeSuspicion + ms)
	if p.backoff != 0 {
		t.Errorf("%v are remembered after a success that lasted", p.backoff)
	}
}

// The queue grows just after a success: it was none.
func TestProbeSuspicion(t *testing.T) {
	for _, tt := range []struct {
		after  time.Duration
		failed bool
	}{{time.Second, true}, {3 * time.Second, false}} {
		var p prober
		now := time.Second
		p.start(now, 500_000, 10_000_000, 20_000_000, 0)
		p.course(t, &now, 20_000_000, 0)
		p.overused(now + tt.after)
		if p.failed != tt.failed {
			t.Errorf("overuse %v after a success: failed %v", tt.after, p.failed)
		}
		if p.start(now+tt.after+time.Second, 500_000, 10_000_000, 20_000_000, 0) {
			t.Errorf("a probe a second after overuse")
		}
	}
}

func TestProbeTarget(t *testing.T) {
	for _, tt := range []struct {
		name                    string
		estimate, wanted, limit int
		jitter                  time.Duration
		bitrate                 int // 0: none
		duration                time.Duration
	}{
		{"three times", 300_000, 3_000_000, 20_000_000, 0, 900_000, 100 * ms},
		{"no more than is wanted", 300_000, 500_000, 20_000_000, 0, 650_000, 100 * ms},
		{"no more than is allowed", 300_000, 3_000_000, 400_000, 0, 400_000, 100 * ms},
		{"enough is known", 600_000, 450_000, 20_000_000, 0, 0, 0},
		{"nothing is wanted", 300_000, 0, 20_000_000, 0, 0, 0},
		{"jitter", 300_000, 3_000_000, 20_000_000, 20 * ms, 900_000, 200 * ms},
		{"much jitter", 300_000, 3_000_000, 20_000_000, 500 * ms, 900_000, 400 * ms},
	} {
		var p prober
		ok := p.start(time.Second, tt.estimate, tt.wanted, tt.limit, tt.jitter)
		if ok != (tt.bitrate != 0) || ok && (p.cluster.Bitrate != tt.bitrate || p.cluster.Duration != tt.duration) {
			t.Errorf("%s: %v %+v", tt.name, ok, p.cluster)
		}
	}
}

// Nobody fills the cluster: it ends by itself, and that is no failure of the path.
func TestProbeUnfilled(t *testing.T) {
	var p prober
	p.start(time.Second, 500_000, 1_000_000, 20_000_000, 0)
	if c, ok := p.due(time.Second); !ok || c.Due != probePacketSize || c.Packets != probePackets {
		t.Errorf("at once: %+v, %v", c, ok)
	}
	if _, ok := p.due(time.Second + probePatience + ms); ok {
		t.Error("a cluster that nobody fills goes on")
	}
	if p.awaiting || p.failed || p.next == 0 {
		t.Errorf("afterwards: %+v", p)
	}
}

// Ids are never 0, which means no cluster.
func TestProbeIDs(t *testing.T) {
	p := prober{id: 254}
	for _, want := range []uint8{255, 1, 2} {
		p.sending, p.next = false, 0
		p.start(time.Second, 500_000, 1_000_000, 20_000_000, 0)
		if p.id != want {
			t.Errorf("id %d, want %d", p.id, want)
		}
	}
}

// One cluster that shows much less may have met a moment of rest of the network; the next one comes soon, and decides.
func TestProbeDoubts(t *testing.T) {
	var p prober
	p.fail(10 * time.Second)
	if p.doubts(10*time.Second, 50*ms) {
		t.Error("one cluster decided")
	}
	if p.next > 10*time.Second+500*ms {
		t.Errorf("the second look is at %v", p.next)
	}
	p.fail(11 * time.Second)
	if !p.doubts(11*time.Second, 50*ms) {
		t.Error("two clusters did not decide")
	}
	if p.next < 12*time.Second {
		t.Errorf("no rest after the decision: %v", p.next)
	}
}
