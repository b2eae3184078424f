package congestion

import (
	"testing"
	"time"
)

// good are conditions under which the rate grows.
func good(now time.Duration, bitrate int) conditions {
	return conditions{now: now, sent: bitrate, received: bitrate, recent: bitrate, rtt: 100 * ms}
}

func TestRateGrows(t *testing.T) {
	for _, tt := range []struct {
		name        string
		rate        float64
		capacity    float64
		rtt         time.Duration
		least, most float64 // after 5 s
	}{
		{"far from the capacity", 2_000_000, 0, 100 * ms, 2_900_000, 3_000_000},
		{"near the capacity: a packet per response time", 2_000_000, 2_200_000, 100 * ms, 2_230_000, 2_250_000},
		{"near, longer round trip", 2_000_000, 2_200_000, 380 * ms, 2_090_000, 2_110_000},
		{"near, small", 50_000, 60_000, 100 * ms, 148_000, 153_000},
	} {
		r := rateControl{rate: tt.rate, capacity: tt.capacity}
		for i := range 51 {
			c := good(time.Duration(i)*100*ms, int(r.rate))
			c.rtt = tt.rtt
			if s := r.update(c); s != Growing {
				t.Fatalf("%s: %v", tt.name, s)
			}
		}
		if r.rate < tt.least || r.rate > tt.most {
			t.Errorf("%s: %.0f, want %.0f to %.0f", tt.name, r.rate, tt.least, tt.most)
		}
	}
}

func TestRateStays(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(*conditions)
		want   State
	}{
		{"limited", func(c *conditions) { c.limited = true }, Limited},
		{"lossy", func(c *conditions) { c.lossy = true }, Holding},
		{"underuse", func(c *conditions) { c.signal = underuse }, Holding},
		{"overuse without a queue", func(c *conditions) { c.signal, c.queue, c.noise = overuse, standing-1, standing }, Holding},
		{"overuse within noise", func(c *conditions) { c.signal, c.queue, c.noise = overuse, 130*ms, 131*ms }, Holding},
		{"overuse while more arrives than is sent", func(c *conditions) { c.signal, c.queue, c.recent = overuse, 100*ms, 1_100_000 }, Holding},
		{"a long queue", func(c *conditions) { c.queue = settleQueue + 1 }, Holding},
	} {
		r := rateControl{rate: 1_000_000}
		for i := range 100 {
			c := good(time.Duration(i)*100*ms, 1_000_000)
			tt.change(&c)
			if s := r.update(c); s != tt.want {
				t.Fatalf("%s: %v, want %v", tt.name, s, tt.want)
			}
		}
		if r.rate != 1_000_000 {
			t.Errorf("%s: %.0f", tt.name, r.rate)
		}
	}
}

func TestRateDecreases(t *testing.T) {
	for _, tt := range []struct {
		name           string
		sent, received int
		limited        bool
		want           float64
	}{
		{"to what arrives", 1_000_000, 950_000, false, 807_500},
		{"limited, of our making", 700_000, 300_000, true, 255_000},
		{"limited, others fill the queue", 200_000, 195_000, true, 700_000},
		{"never up", 3_000_000, 2_900_000, false, 1_000_000},
		{"nothing known", 1_000_000, 0, false, 1_000_000},
	} {
		r := rateControl{rate: 1_000_000, start: 300_000, updated: 10 * time.Second}
		c := good(10*time.Second, tt.sent)
		c.received, c.recent, c.signal, c.queue, c.limited = tt.received, tt.received, overuse, 100*ms, tt.limited
		if s := r.update(c); s != Congested || r.rate != tt.want {
			t.Errorf("%s: %v %.0f, want %.0f", tt.name, s, r.rate, tt.want)
		}
		before := r.rate
		c.now += 100 * ms
		r.update(c)
		if tt.received*2 > int(before) && r.rate != before {
			t.Errorf("%s: lowered again before the first could show: %.0f", tt.name, r.rate)
		}
	}
}

// Others press a limited application down to its first estimate, not further.
func TestRateLimitedFloor(t *testing.T) {
	r := rateControl{rate: 2_000_000, start: 300_000}
	for i := range 50 {
		c := good(time.Duration(10+i)*time.Second, 50_000)
		c.signal, c.queue, c.limited = overuse, 50*ms, true
		r.update(c)
	}
	if r.rate != 300_000 {
		t.Errorf("%.0f", r.rate)
	}
}

// The capacity falls to a tenth: what is published is less than what arrives, until the queue has drained.
func TestRateDrains(t *testing.T) {
	r := rateControl{rate: 3_000_000, updated: time.Minute}
	c := good(time.Minute, 3_000_000)
	c.received, c.recent, c.signal, c.queue = 1_000_000, 300_000, overuse, 300*ms
	for range 3 {
		r.update(c)
		c.now += 100 * ms
	}
	if got := r.published(300_000); got != 150_000 {
		t.Errorf("published %.0f while the queue drains, want 150,000", got)
	}
	c.signal, c.queue, c.now = underuse, drained-1, c.now+time.Second
	r.update(c)
	if got := r.published(300_000); got != 255_000 {
		t.Errorf("published %.0f afterwards, want 255,000", got)
	}
}

func TestRateStuckQueue(t *testing.T) {
	r := rateControl{rate: 1_000_000, decreased: 0, updated: 10 * time.Second}
	c := good(10*time.Second, 1_000_000)
	c.queue = longQueue + ms
	if s := r.update(c); s != Congested || r.rate != 850_000 {
		t.Errorf("a queue that stays: %v %.0f", s, r.rate)
	}
	r = rateControl{rate: 1_000_000, decreased: 0, updated: 10 * time.Second}
	if c.probing = true; r.update(c) == Congested || r.rate != 1_000_000 {
		t.Errorf("the queue of a probe took the rate to %.0f", r.rate)
	}
}

// Whoever sends less and less while the queue stays learns that it is somebody else's, and stops giving way.
func TestRateRival(t *testing.T) {
	r := rateControl{rate: 1_000_000}
	now := 10 * time.Second
	step := func(queue time.Duration, s signal) State {
		now += 100 * ms
		c := good(now, int(r.rate))
		c.queue, c.signal = queue, s
		return r.update(c)
	}
	for range 60 {
		step(250*ms, overuse)
	}
	low := r.rate
	if !r.rival.on {
		t.Fatal("no rival was noticed in 6 s")
	}
	for range 50 {
		if s := step(250*ms, overuse); s != Growing {
			t.Fatalf("beside a rival: %v", s)
		}
	}
	if r.rate <= low {
		t.Errorf("from %.0f to %.0f beside a rival", low, r.rate)
	}
	step(rivalGone-1, normal)
	if r.rival.on {
		t.Error("the queue is gone, and the rival is still believed")
	}
}

func TestRateRaise(t *testing.T) {
	r := rateControl{rate: 500_000, capacity: 600_000}
	r.raise(400_000)
	if r.rate != 500_000 || r.capacity != 600_000 {
		t.Errorf("a proof of less: %+v", r)
	}
	r.raise(2_000_000)
	if r.rate != 2_000_000 || r.capacity != 0 {
		t.Errorf("a proof of more: %+v", r)
	}
}

func TestLimited(t *testing.T) {
	var l limited
	for i, tt := range []struct {
		sent int
		want bool
	}{{900, false}, {750, false}, {699, true}, {750, true}, {790, true}, {801, false}, {750, false}} {
		if got := l.update(tt.sent, 1000, 0); got != tt.want {
			t.Errorf("row %d, %d of 1,000: %v", i, tt.sent, got)
		}
	}
	if !l.update(0, 0, 0) {
		t.Error("nothing of nothing: not limited")
	}
	l = limited{on: true}
	l.probing(time.Second)
	if !l.update(1000, 1000, 1500*ms) || l.update(1000, 1000, 2*time.Second) {
		t.Error("a cluster counted as use, or nothing does after it")
	}
}

// Nothing arrives for a moment, and then all at once: one such look does not take the rate far down, two do.
func TestRateFallsFarAtTheSecondLook(t *testing.T) {
	r := rateControl{rate: 2_000_000}
	look := func(at time.Duration, received int) State {
		c := good(at, 1_700_000)
		c.signal, c.queue, c.noise, c.recent, c.received = overuse, 100*ms, standing, received, 1_200_000
		return r.update(c)
	}
	r.update(good(0, 1_700_000))
	if s := look(100*ms, 100_000); s != Congested || r.rate < 700_000 || r.rate > 800_000 {
		t.Errorf("after the first look %v at %.0f", s, r.rate)
	}
	if s := look(200*ms, 100_000); s != Congested || r.rate > 90_000 {
		t.Errorf("after the second look %v at %.0f", s, r.rate)
	}
	r.rate = 2_000_000
	if s := look(600*ms, 100_000); s != Congested || r.rate < 500_000 || r.rate > 520_000 {
		t.Errorf("after a look long after the one before %v at %.0f", s, r.rate)
	}
	if s := look(700*ms, 100_000); s != Congested || r.rate > 90_000 {
		t.Errorf("after the second look %v at %.0f", s, r.rate)
	}
}

// What is neither sent nor arrives is not proved by nothing happening.
func TestRateGrowsNoFurtherThanItIsUsed(t *testing.T) {
	r := rateControl{rate: 300_000}
	for i := range 200 {
		r.update(good(time.Duration(i)*100*ms, 290_000))
	}
	if r.rate < 300_000 || r.rate > 360_000 {
		t.Errorf("290 kbit/s carried it to %.0f", r.rate)
	}
}

// What arrives while nothing waits is carried, however far the rate fell before.
func TestRateFollowsWhatIsCarried(t *testing.T) {
	r := rateControl{rate: 40_000, decreased: time.Minute}
	at := func(after time.Duration, queue time.Duration) float64 {
		c := good(time.Minute+after, 200_000)
		c.queue = queue
		r.update(c)
		return r.rate
	}
	if rate := at(500*ms, 0); rate > 100_000 {
		t.Errorf("%.0f while what arrives may be of before the fall", rate)
	}
	if rate := at(1200*ms, 80*ms); rate > 100_000 {
		t.Errorf("%.0f while a queue is left", rate)
	}
	if rate := at(1300*ms, 0); rate < 170_000 || rate > 200_000 {
		t.Errorf("%.0f although 200 kbit/s arrive", rate)
	}
}
