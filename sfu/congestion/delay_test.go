package congestion

import (
	"math"
	"testing"
	"time"
)

// at makes an arrival from milliseconds.
func at(sent, arrived float64) arrival {
	return arrival{sent: time.Duration(sent * float64(ms)), at: time.Duration(arrived * float64(ms)), size: 1000}
}

func TestGroups(t *testing.T) {
	for _, tt := range []struct {
		name     string
		arrivals []arrival
		want     []variation
	}{
		{"one packet each", []arrival{at(0, 50), at(20, 70), at(40, 95), at(60, 110)}, []variation{{20 * ms, 20 * ms, 70 * ms}, {20 * ms, 25 * ms, 95 * ms}}},
		{"a frame is one group", []arrival{at(0, 50), at(33, 83), at(34, 88), at(38, 93), at(66, 116), at(99, 150)}, []variation{{38 * ms, 43 * ms, 93 * ms}, {28 * ms, 23 * ms, 116 * ms}}},
		{"reordered packets are passed over", []arrival{at(0, 50), at(20, 70), at(10, 71), at(40, 90), at(60, 110)}, []variation{{20 * ms, 20 * ms, 70 * ms}, {20 * ms, 20 * ms, 90 * ms}}},
		{"what waited together is one group", []arrival{at(0, 50), at(20, 100), at(40, 101), at(60, 102), at(80, 130), at(100, 150)}, []variation{{60 * ms, 52 * ms, 102 * ms}, {20 * ms, 28 * ms, 130 * ms}}},
		{"a clock that was set", []arrival{at(0, 50), at(20, 70), at(40, 9000), at(60, 9020), at(80, 9040)}, []variation{{20 * ms, 20 * ms, 70 * ms}}},
	} {
		var g groups
		var got []variation
		for _, a := range tt.arrivals {
			if v, ok := g.add(a); ok {
				got = append(got, v)
			}
		}
		if len(got) != len(tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
			continue
		}
		for i := range got {
			if got[i] != tt.want[i] {
				t.Errorf("%s: variation %d is %v, want %v", tt.name, i, got[i], tt.want[i])
			}
		}
	}
}

// The network pressed packets together for ever: a group still ends.
func TestGroupsEnd(t *testing.T) {
	var g groups
	completed := 0
	for i := range 1000 {
		if _, ok := g.add(at(float64(i*20), 50+float64(i*4))); ok {
			completed++
		}
	}
	if completed < 30 {
		t.Errorf("%d groups in 4 s", completed)
	}
}

// A queue that grows by a share of the time gives this share as slope, wherever the clocks are.
func TestTrendline(t *testing.T) {
	for _, slope := range []float64{0, 0.01, 0.1, 0.5, -0.2} {
		for _, origin := range []time.Duration{0, 100 * time.Hour, 1 << 24 * 64 * ms} {
			var line trendline
			var got float64
			for i := range 200 {
				arrival := 20 * (1 + slope)
				v := variation{sent: 20 * ms, arrival: time.Duration(arrival * float64(ms)), at: origin + time.Duration(float64(i)*arrival*float64(ms))}
				s, ok := line.add(v)
				if ok != (i >= trendWindow-1) {
					t.Fatalf("a slope after %d groups: %v", i+1, ok)
				}
				got = s
			}
			if want := slope / (1 + slope); math.Abs(got-want) > 0.002 {
				t.Errorf("slope %v from %v: %v", slope, origin, got)
			}
		}
	}
}

func TestTrendlineWithoutTime(t *testing.T) {
	var line trendline
	for range 100 {
		if s, ok := line.add(variation{}); ok || s != 0 {
			t.Fatalf("slope %v although no time passed", s)
		}
	}
}

func TestDetector(t *testing.T) {
	run := func(slope func(i int) float64, n int) (signals []signal, d detector) {
		for i := range n {
			signals = append(signals, d.update(slope(i), variation{sent: 20 * ms, at: time.Duration(i) * 20 * ms}, i+trendWindow))
		}
		return signals, d
	}
	last := func(s []signal) signal { return s[len(s)-1] }
	if s, _ := run(func(int) float64 { return 0.001 }, 100); last(s) != normal {
		t.Error("a path at rest: ", last(s))
	}
	if s, _ := run(func(int) float64 { return 0.3 }, 3); s[0] != normal || s[2] != overuse {
		t.Errorf("a queue grows: %v; want normal, then overuse", s)
	}
	if s, _ := run(func(i int) float64 { return 0.3 - float64(i)*0.01 }, 10); last(s) != normal {
		t.Error("a queue that grows more slowly each time: ", last(s))
	}
	if s, _ := run(func(int) float64 { return -0.3 }, 3); last(s) != underuse {
		t.Error("a queue drains: ", last(s))
	}
}

// The threshold follows what it sees, slowly up and faster down, within its bounds; not a step of the capacity.
func TestDetectorThreshold(t *testing.T) {
	var d detector
	feed := func(trend float64, n int) float64 {
		for range n {
			d.update(trend/trendGain/trendGroups, variation{sent: 20 * ms, at: d.adapted + 20*ms}, trendGroups)
		}
		return d.threshold
	}
	start := feed(20, 1)
	if up := feed(20, 100); up <= start || up > 20 {
		t.Errorf("from %v to %v under a trend of 20", start, up)
	}
	high := d.threshold
	if same := feed(200, 50); same != high {
		t.Errorf("from %v to %v under a step of the capacity", high, same)
	}
	if down := feed(0, 1000); down != thresholdMin {
		t.Errorf("at rest it is %v, want %v", down, thresholdMin)
	}
}

func TestThroughput(t *testing.T) {
	var tp throughput
	if tp.rate(0) != 0 {
		t.Error("a rate of nothing")
	}
	for i := range 1000 { // 1,000 bytes every 10 ms
		tp.add(1000, time.Duration(i)*10*ms)
	}
	now := 9990 * ms
	if got := tp.rate(now); got != 800_000 {
		t.Errorf("%d bit/s, want 800,000", got)
	}
	tp.add(1000, now-200*ms) // late
	if got := tp.rate(now); got != 816_000 {
		t.Errorf("%d bit/s with a late packet, want 816,000", got)
	}
	tp.add(1_000_000, now-2*time.Second)
	if got := tp.rate(now); got != 816_000 {
		t.Errorf("%d bit/s with one of long ago, want 816,000", got)
	}
	if got := tp.over(4, now); got != 840_000 {
		t.Errorf("%d bit/s over 200 ms, want 840,000", got) // the late one is within the last 200 ms of full steps
	}
	if got := tp.rate(now + 300*ms); got < 250_000 || got > 420_000 {
		t.Errorf("%d bit/s 300 ms after the last packet", got)
	}
	if got := tp.rate(now + time.Hour); got != 0 {
		t.Errorf("%d bit/s after an hour", got)
	}
}

func TestThroughputBegins(t *testing.T) {
	var tp throughput
	for i := range 20 {
		tp.add(1000, time.Hour+time.Duration(i)*10*ms)
		if got := tp.rate(time.Hour + time.Duration(i)*10*ms); got < 160_000 || got > 1_000_000 {
			t.Fatalf("%d bit/s after %d packets", got, i+1)
		}
	}
}

func TestQueue(t *testing.T) {
	var q queue
	q.update(-1000*ms, 0) // clocks differ
	for i, tt := range []struct {
		delay, at, want time.Duration
	}{
		{-900 * ms, 1 * time.Second, 100 * ms},
		{-1010 * ms, 2 * time.Second, 0},
		{-1000 * ms, 3 * time.Second, 10 * ms},
		{-800 * ms, 50 * time.Second, 210 * ms},
		{-800 * ms, 65 * time.Second, 0}, // another route: after a minute it is believed
		{-700 * ms, 66 * time.Second, 100 * ms},
		{-700 * ms, time.Hour, 0},
	} {
		q.update(tt.delay, tt.at)
		if q.delay != tt.want {
			t.Errorf("row %d: %v, want %v", i, q.delay, tt.want)
		}
	}
}

// Jitter of 50 to 100 ms that has come over a path of 20 ms is usual after a while, and its ups and downs are; a queue that
// grows over smooth delays never is.
func TestQueueNoise(t *testing.T) {
	feed := func(q *queue, from time.Duration, delay func(i int) time.Duration) {
		for i := range 200 {
			q.update(delay(i), from+time.Duration(i)*100*ms)
		}
	}
	var q queue
	feed(&q, 0, func(int) time.Duration { return 20 * ms })
	if n := q.noise(ms); n != standing {
		t.Errorf("a quiet path has a noise of %v", n)
	}
	feed(&q, 20*time.Second, func(i int) time.Duration { return time.Duration(90+37*i%40) * ms })
	if n := q.noise(20 * ms); n < q.delay || n > usualMost {
		t.Errorf("noise of %v where packets come 70 to 110 ms late", n)
	}
	if n := q.noise(2 * ms); n > standing {
		t.Errorf("noise of %v without jitter: a queue that stands became usual", n)
	}
	feed(&q, 40*time.Second, func(i int) time.Duration { return time.Duration(100+2*i) * ms })
	if n := q.noise(20 * ms); n >= q.delay {
		t.Errorf("noise of %v although a queue of %v has grown", n, q.delay)
	}
}
