package congestion

import (
	"sync"
	"testing"
	"time"

	"github.com/pion/rtcp"
)

// call is an Estimator whose packets reach a Recorder after 50 ms, and whose feedback comes back every 100 ms.
type call struct {
	t         testing.TB
	estimator *Estimator
	recorder  *Recorder
	now       time.Time
	number    uint16
	bitrate   int // sent, in packets of 500 bytes
	fill      bool
	cut       bool // no packet arrives
	capacity  int  // bit/s of a queue without end; 0: no queue
	free      time.Time
	lose      uint16 // every so many packets one is lost; 0: none
	police    int    // bit/s that get through at most, without a queue; 0: all
	tokens    int    // bits
	reasons   map[string]bool
}

func newCall(t testing.TB, first uint16) *call {
	return &call{t: t, estimator: NewEstimator(Config{}), recorder: &Recorder{}, now: time.Unix(1_700_000_000, 0), number: first, bitrate: 200_000, reasons: map[string]bool{}}
}

func (c *call) send(size int) {
	c.estimator.Sent(c.number, size, c.now)
	at := c.now
	if c.capacity > 0 {
		if c.free.Before(at) {
			c.free = at
		}
		c.free = c.free.Add(time.Duration(size*8) * time.Second / time.Duration(c.capacity))
		at = c.free
	}
	c.tokens -= size * 8
	if !c.cut && (c.lose == 0 || c.number%c.lose != 0) && (c.police == 0 || c.tokens > 0) {
		c.recorder.Record(c.number, at.Add(50*ms))
	} else {
		c.tokens += size * 8
	}
	c.number++
}

// run lets so many milliseconds pass.
func (c *call) run(d time.Duration) {
	owed := 0
	for range d / ms {
		c.now = c.now.Add(ms)
		c.tokens = min(c.tokens+c.police/1000, c.police/20)
		for owed += c.bitrate / 8; owed > 500_000; owed -= 500_000 {
			c.send(500)
		}
		if cluster, ok := c.estimator.Probe(c.now); ok && c.fill {
			for ; cluster.Due > 0; cluster.Due -= 1000 {
				c.send(1000)
			}
		}
		if c.now.UnixMilli()%100 == 0 {
			for _, p := range c.recorder.Feedback(1, 2) {
				c.estimator.Feedback(c.decode(p), c.now)
			}
			c.reasons[c.estimate().Reason] = true
		}
	}
}

func (c *call) decode(p rtcp.Packet) *rtcp.TransportLayerCC {
	raw, err := p.Marshal()
	if err != nil {
		c.t.Fatal(err)
	}
	var cc rtcp.TransportLayerCC
	if err := cc.Unmarshal(raw); err != nil {
		c.t.Fatal(err)
	}
	return &cc
}

func (c *call) estimate() Estimate { return c.estimator.Estimate(c.now) }

func TestEstimateBeforeFeedback(t *testing.T) {
	for _, tt := range []struct {
		config Config
		want   int
	}{
		{Config{}, 300_000}, {Config{Start: 1_000_000}, 1_000_000}, {Config{Start: 1_000_000, Max: 500_000}, 500_000},
		{Config{Start: 10_000}, 30_000}, {Config{Min: 50_000, Max: 40_000}, 50_000},
	} {
		e := NewEstimator(tt.config)
		got := e.Estimate(time.Unix(1, 0))
		if got.Bitrate != tt.want || got.State != Starting || got.Reason == "" {
			t.Errorf("%+v: %+v, want %d", tt.config, got, tt.want)
		}
		if _, ok := e.Probe(time.Unix(2, 0)); ok {
			t.Errorf("%+v: a probe before anything is known", tt.config)
		}
	}
}

// On a wide path it grows with what the application uses, by itself or by probes, and stays when it is limited.
func TestEstimateOnWidePath(t *testing.T) {
	for _, first := range firsts {
		c := newCall(t, first)
		c.bitrate = 100_000
		c.run(60 * time.Second)
		if e := c.estimate(); e.Bitrate != 300_000 || e.State != Limited || e.Reason != reasonLimited {
			t.Errorf("first %d: limited, without probes: %+v", first, e)
		}
		c.fill = true
		c.estimator.Want(3_000_000)
		c.run(5 * time.Second)
		e := c.estimate()
		if e.Bitrate < 3_600_000 || e.Bitrate > 3_950_000 {
			t.Errorf("first %d: after probes for 3 Mbit/s: %+v", first, e)
		}
		if e.RTT < 10*ms || e.RTT > 120*ms || e.Loss != 0 || e.Queue != 0 || e.Received < 90_000 || e.Received > 110_000 {
			t.Errorf("first %d: %+v", first, e)
		}
		c.estimator.Want(100_000)
		c.run(60 * time.Second)
		if again := c.estimate(); again.Bitrate != e.Bitrate {
			t.Errorf("first %d: limited, it went from %d to %d", first, e.Bitrate, again.Bitrate)
		}
	}
}

// The path became narrower while the application sent little: the next probe shows it.
func TestEstimateRefuted(t *testing.T) {
	c := newCall(t, 0)
	c.fill = true
	c.estimator.Want(1_500_000)
	c.run(10 * time.Second)
	if e := c.estimate(); e.Bitrate < 1_500_000 {
		t.Fatalf("on a wide path: %+v", e)
	}
	c.capacity = 800_000
	c.run(10 * time.Second)
	if e := c.estimate(); e.Bitrate < 1_500_000 {
		t.Errorf("without probes nothing is known of it: %+v", e)
	}
	c.estimator.Want(4_000_000)
	c.run(10 * time.Second)
	if e := c.estimate(); e.Bitrate < 650_000 || e.Bitrate > 900_000 {
		t.Errorf("a probe met 800 kbit/s: %+v", e)
	}
}

func TestEstimateGrowsWithUse(t *testing.T) {
	c := newCall(t, 65_000)
	before := c.estimate().Bitrate
	for range 100 {
		c.bitrate = c.estimate().Bitrate * 95 / 100
		c.run(100 * ms)
	}
	if e := c.estimate(); e.State != Growing || e.Bitrate < before*18/10 {
		t.Errorf("from %d to %+v in 10 s", before, e)
	}
}

// follow sends what the estimate allows.
func (c *call) follow(d time.Duration) {
	for range d / (100 * ms) {
		c.bitrate = c.estimate().Bitrate * 95 / 100
		c.run(100 * ms)
	}
}

func TestEstimateUnderLoss(t *testing.T) {
	c := newCall(t, 0)
	c.follow(10 * time.Second)
	before := c.estimate().Bitrate
	c.lose = 5
	c.follow(20 * time.Second)
	e := c.estimate()
	if e.Bitrate < before || e.Loss < 0.18 || e.Loss > 0.22 || e.Own < 0.15 || e.Own > 0.25 || !c.reasons[reasonTrial] || !c.reasons[reasonPath] || c.reasons[reasonOurs] {
		t.Errorf("a fifth is lost: %+v, before %d; reasons %v", e, before, c.reasons)
	}
	c.lose = 0
	c.follow(20 * time.Second)
	if after := c.estimate(); after.Bitrate < e.Bitrate || after.Loss > 0.01 || after.Own > 0.01 {
		t.Errorf("nothing is lost any more: %+v", after)
	}
}

func TestEstimateUnderPolicer(t *testing.T) {
	c := newCall(t, 0)
	c.police = 600_000
	c.follow(30 * time.Second)
	if e := c.estimate(); e.Own != 0 || e.Bitrate < 450_000 || e.Bitrate > 800_000 || !c.reasons[reasonTrial] || !c.reasons[reasonOurs] || c.reasons[reasonPath] {
		t.Errorf("a policer of 600 kbit/s: %+v; reasons %v", e, c.reasons)
	}
}

// Nobody answers: it falls to the least; when feedback is back it starts again.
func TestEstimateSilence(t *testing.T) {
	c := newCall(t, 0)
	c.fill = true
	c.estimator.Want(2_000_000)
	c.run(5 * time.Second)
	before := c.estimate().Bitrate
	c.cut = true
	c.run(900 * ms)
	if e := c.estimate(); e.Bitrate != before {
		t.Errorf("0.9 s without feedback: %+v, before %d", e, before)
	}
	c.run(1100 * ms)
	if e := c.estimate(); e.State != Silent || e.Reason != reasonSilence || e.Bitrate >= before {
		t.Errorf("2 s without feedback: %+v", e)
	}
	c.run(30 * time.Second)
	if e := c.estimate(); e.Bitrate != defaultMin {
		t.Errorf("30 s without feedback: %d", e.Bitrate)
	}
	c.cut = false
	c.run(200 * ms)
	if e := c.estimate(); e.Bitrate < defaultStart || e.State == Silent {
		t.Errorf("feedback is back: %+v", e)
	}
	c.run(5 * time.Second)
	if e := c.estimate(); e.Bitrate < 2_000_000 {
		t.Errorf("5 s later: %+v", e)
	}
}

// An application that sends nothing hears nothing: that is no silence of the receiver.
func TestEstimateOfNothingSent(t *testing.T) {
	c := newCall(t, 0)
	c.run(2 * time.Second)
	before := c.estimate().Bitrate
	c.bitrate = 0
	c.run(time.Minute)
	if e := c.estimate(); e.Bitrate != before || e.State == Silent {
		t.Errorf("%+v, before %d", e, before)
	}
}

// The receiver's clock is set by an hour, forward or back: nothing that it says of delay holds.
func TestEstimateReceiverClock(t *testing.T) {
	for _, set := range []time.Duration{time.Hour, -time.Hour, 10 * time.Second} {
		c := newCall(t, 0)
		c.fill = true
		c.estimator.Want(1_000_000)
		c.run(5 * time.Second)
		before := c.estimate().Bitrate
		other := &Recorder{}
		c.recorder = other
		other.Record(c.number-1, c.now.Add(-set)) // its origin: what follows seems later by set
		other.Feedback(1, 2)
		c.run(10 * time.Second)
		if e := c.estimate(); e.Bitrate < before || e.Queue > 50*ms {
			t.Errorf("set by %v: %+v, before %d", set, e, before)
		}
	}
}

func TestReports(t *testing.T) {
	c := newCall(t, 0)
	report := func(loss float64, seconds int) Estimate {
		for range seconds {
			for range 50 {
				c.now = c.now.Add(20 * ms)
				c.estimator.Sent(c.number, 500, c.now) // 200 kbit/s
				c.number++
			}
			c.estimator.Report(loss, 80*ms, c.now)
		}
		return c.estimate()
	}
	c.estimator.Want(1_000_000)
	c.estimator.Sent(0, 100, c.now)
	c.estimator.Report(0.5, 0, c.now)
	if e := c.estimate(); e.Bitrate != defaultStart {
		t.Errorf("a report before transport feedback had its chance: %+v", e)
	}
	if e := report(0.05, 10); e.Bitrate != defaultStart || e.State != Holding || e.Reason != reasonReport {
		t.Errorf("some loss: %+v", e)
	}
	if e := report(0, 10); e.Bitrate < 550_000 || e.Bitrate > 700_000 || e.State != Growing {
		t.Errorf("no loss: %+v", e)
	}
	if e := report(0, 60); e.Bitrate != 1_250_000 || e.State != Limited {
		t.Errorf("no loss for a minute: %+v", e)
	}
	if e := report(0.2, 1); e.Bitrate > 250_000 || e.State != Congested {
		t.Errorf("much loss: %+v", e)
	}
	if e := report(0, 5); e.State != Holding {
		t.Errorf("soon after much loss: %+v", e)
	}
	c.estimator.REMB(150_000, c.now)
	if e := c.estimate(); e.Bitrate != 150_000 || e.Reason != reasonREMB {
		t.Errorf("the receiver's own estimate: %+v", e)
	}
	for _, loss := range []float64{-1, 2} {
		before := c.estimate()
		c.estimator.Report(loss, 0, c.now)
		if c.estimate() != before {
			t.Errorf("a loss of %v was believed", loss)
		}
	}
	if e := report(0, 30); e.Bitrate < 250_000 {
		t.Errorf("long after the receiver's own estimate: %+v", e)
	}
	if e := report(1, 60); e.Bitrate != defaultMin {
		t.Errorf("all is lost: %+v", e)
	}
}

// With transport feedback nothing else counts.
func TestReportsBesideFeedback(t *testing.T) {
	c := newCall(t, 0)
	c.run(5 * time.Second)
	before := c.estimate()
	c.estimator.REMB(50_000, c.now)
	c.estimator.Report(0.9, 2*time.Second, c.now)
	if e := c.estimate(); e != before {
		t.Errorf("%+v, before %+v", e, before)
	}
}

func TestStateStrings(t *testing.T) {
	for s, want := range map[State]string{Starting: "starting", Growing: "growing", Limited: "limited", Holding: "holding", Congested: "congested", Silent: "silent", 77: "unknown"} {
		if s.String() != want {
			t.Errorf("%d is %q, want %q", s, s, want)
		}
	}
}

func TestEstimatorAllocations(t *testing.T) {
	c := newCall(t, 0)
	c.run(time.Second)
	if n := testing.AllocsPerRun(5000, func() {
		c.now = c.now.Add(ms)
		c.estimator.Sent(c.number, 1200, c.now)
		c.number++
	}); n != 0 {
		t.Errorf("%v allocations per packet", n)
	}
	var all []*rtcp.TransportLayerCC
	for range 101 {
		for range 50 {
			c.now = c.now.Add(ms)
			c.send(1200)
		}
		for _, p := range c.recorder.Feedback(1, 2) {
			all = append(all, c.decode(p))
		}
	}
	i := 0
	if n := testing.AllocsPerRun(100, func() {
		c.estimator.Feedback(all[i], c.now)
		c.estimator.Estimate(c.now)
		c.estimator.Probe(c.now)
		i++
	}); n != 0 {
		t.Errorf("%v allocations per feedback", n)
	}
}

// Packets are sent on some goroutines, feedback comes on another, a third one asks.
func TestEstimatorConcurrent(t *testing.T) {
	e := NewEstimator(Config{})
	start := time.Unix(1, 0)
	var wait sync.WaitGroup
	for worker := range 3 {
		wait.Go(func() {
			for n := range 1000 {
				e.Sent(uint16(3*n+worker), 1000, start.Add(time.Duration(n)*ms))
			}
		})
	}
	wait.Go(func() {
		for n := range 1000 {
			e.Feedback(&rtcp.TransportLayerCC{
				BaseSequenceNumber: uint16(3 * n), PacketStatusCount: 3, ReferenceTime: uint32(n / 64),
				PacketChunks: []rtcp.PacketStatusChunk{&rtcp.RunLengthChunk{RunLength: 3}},
			}, start.Add(time.Duration(n)*ms))
		}
	})
	wait.Go(func() {
		for n := range 1000 {
			e.Want(n * 1000)
			e.Probe(start.Add(time.Duration(n) * ms))
			if got := e.Estimate(start.Add(time.Duration(n) * ms)).Bitrate; got < defaultMin || got > defaultMax {
				t.Errorf("%d bit/s", got)
			}
		}
	})
	wait.Wait()
}

func BenchmarkSent(b *testing.B) {
	e := NewEstimator(Config{})
	now := time.Unix(1, 0)
	b.ReportAllocs()
	for n := range b.N {
		now = now.Add(ms)
		e.Sent(uint16(n), 1200, now)
	}
}

// BenchmarkFeedback reads feedback for 50 packets, with the sending of them.
func BenchmarkFeedback(b *testing.B) {
	c := newCall(b, 0)
	var all []*rtcp.TransportLayerCC
	var r Recorder
	now := time.Unix(1, 0)
	for n := range 1310 * 50 {
		now = now.Add(ms)
		r.Record(uint16(n), now)
		if n%50 == 49 {
			all = append(all, c.decode(r.Feedback(1, 2)[0]))
		}
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		cc := all[i%len(all)]
		for range 50 {
			c.now = c.now.Add(ms)
			c.estimator.Sent(c.number, 1200, c.now)
			c.number++
		}
		cc.BaseSequenceNumber = c.number - 50
		c.estimator.Feedback(cc, c.now)
	}
}
