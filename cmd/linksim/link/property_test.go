package link

import (
	"math"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// outcome sends n packets, one per millisecond, and returns which were kept.
func outcome(s Settings, seed uint64, n int) (kept []bool) {
	l := New(s, seed)
	for i := range n {
		kept = append(kept, l.Arrive(time.Duration(i)*ms, make([]byte, 100)) == Kept)
		for _, ok := l.Depart(time.Duration(i) * ms); ok; _, ok = l.Depart(time.Duration(i) * ms) {
		}
	}
	return kept
}

func share(kept []bool) float64 {
	lost := 0
	for _, k := range kept {
		if !k {
			lost++
		}
	}
	return float64(lost) / float64(len(kept))
}

func TestLossShares(t *testing.T) {
	for _, test := range []struct {
		settings string
		want     float64
	}{
		{"loss=0", 0}, {"loss=100%", 1}, {"loss=1%", 0.01}, {"loss=5%", 0.05}, {"loss=10%", 0.1}, {"loss=50%", 0.5},
		{"burst_enter=1%,burst_leave=25%", 0.01 / 0.26}, // enter / (enter + leave)
		{"burst_enter=2%,burst_leave=18%,burst_loss=50%", 0.05},
		{"loss=10%,burst_enter=10%,burst_leave=10%", 0.55},
	} {
		got := share(outcome(with(t, test.settings), 1, 200_000))
		if math.Abs(got-test.want) > 0.005 || (test.want == 0 || test.want == 1) && got != test.want {
			t.Errorf("%s: %.4f of the packets were lost, want %.4f", test.settings, got, test.want)
		}
	}
}

func TestBurstsHaveTheirLength(t *testing.T) {
	kept := outcome(with(t, "burst_enter=1%,burst_leave=20%"), 3, 200_000)
	bursts, lost := 0, 0
	for i, k := range kept {
		if !k {
			lost++
			if i == 0 || kept[i-1] {
				bursts++
			}
		}
	}
	if mean := float64(lost) / float64(bursts); math.Abs(mean-5) > 0.3 {
		t.Errorf("bursts are %.2f packets long, want 5", mean)
	}
}

func TestBurstEndsWithItsSetting(t *testing.T) {
	l := New(with(t, "burst_enter=100%,burst_leave=0"), 1)
	if r := l.Arrive(0, packet(100, 1)); r != BurstLoss {
		t.Fatalf("in a burst: %v", r)
	}
	l.Set(0, with(t, "burst_leave=0"))
	if r := l.Arrive(0, packet(100, 1)); r != Kept {
		t.Errorf("after the burst was switched off: %v", r)
	}
}

func TestDecisionsDependOnSeedAndNumberOnly(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		seed := rapid.Uint64().Draw(t, "seed")
		s := Default()
		s.Loss = Share(rapid.Float64Range(0, 1).Draw(t, "loss"))
		s.BurstEnter = Share(rapid.Float64Range(0, 0.2).Draw(t, "enter"))
		other := s
		other.Delay, other.Jitter = Duration(30*ms), Duration(10*ms)
		other.Reorder, other.Duplicate = 0.3, 0.3
		if !slices.Equal(outcome(s, seed, 300), outcome(other, seed, 300)) {
			t.Error("other packets are lost when the delay changes")
		}
		half := outcome(s, seed, 150)
		if !slices.Equal(half, outcome(s, seed, 300)[:150]) {
			t.Error("a packet's fate depends on later ones")
		}
	})
	s := with(t, "loss=50%")
	if slices.Equal(outcome(s, 1, 100), outcome(s, 2, 100)) {
		t.Error("two seeds lose the same packets")
	}
}

func settingsFor(t *rapid.T) Settings {
	chance := rapid.OneOf(rapid.Just(0.0), rapid.Float64Range(0, 1))
	span := rapid.OneOf(rapid.Just(time.Duration(0)), rapid.Custom(func(t *rapid.T) time.Duration {
		return time.Duration(rapid.Int64Range(0, int64(maxTime)).Draw(t, "time"))
	}))
	return Settings{
		Rate:  Rate(rapid.OneOf(rapid.Just(int64(0)), rapid.Int64Range(int64(minRate), 1e8), rapid.Just(int64(maxRate))).Draw(t, "rate")),
		Queue: Bytes(rapid.Int64Range(0, 20_000).Draw(t, "queue")), QueueTime: Duration(span.Draw(t, "queue time")),
		Delay: Duration(span.Draw(t, "delay")), Jitter: Duration(span.Draw(t, "jitter")), JitterReorders: rapid.Bool().Draw(t, "reorders"),
		Loss: Share(chance.Draw(t, "loss")), BurstEnter: Share(chance.Draw(t, "enter")), BurstLeave: Share(chance.Draw(t, "leave")),
		BurstLoss: Share(chance.Draw(t, "burst loss")), Reorder: Share(chance.Draw(t, "reorder")),
		ReorderBy: Duration(span.Draw(t, "by")), Duplicate: Share(chance.Draw(t, "duplicate")),
	}
}

// TestEveryPacketIsAccountedFor runs links through random arrivals and changes: nothing is lost without a reason, nothing
// departs early, out of turn or for ever later, and the rate is never exceeded.
func TestEveryPacketIsAccountedFor(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := settingsFor(t)
		if err := s.Validate(); err != nil {
			t.Fatal(err)
		}
		l := New(s, rapid.Uint64().Draw(t, "seed"))
		now, last := time.Duration(0), time.Duration(0)
		depart := func(until time.Duration) {
			for next, ok := l.Next(); ok && next <= until; next, ok = l.Next() {
				for p, ok := l.Depart(next); ok; p, ok = l.Depart(next) {
					if p.Departs < p.Arrived || p.Departs < last || p.Departs > next {
						t.Fatalf("arrived %v, due %v, departed %v after one at %v", p.Arrived, p.Departs, next, last)
					}
					last = p.Departs
				}
			}
			checkSum(t, l.Stats())
		}
		for range rapid.IntRange(1, 100).Draw(t, "events") {
			now += time.Duration(rapid.Int64Range(0, int64(200*ms)).Draw(t, "pause"))
			depart(now)
			if rapid.IntRange(0, 9).Draw(t, "event") == 0 {
				l.Set(now, settingsFor(t))
			} else {
				l.Arrive(now, make([]byte, rapid.IntRange(0, 1500).Draw(t, "size")))
			}
		}
		depart(math.MaxInt64)
		if _, ok := l.Next(); ok || l.Stats().Waiting+l.Stats().Travelling != 0 || l.queue.bytes != 0 {
			t.Errorf("something stayed on the link: %+v", l.Stats())
		}
	})
}

func checkSum(t *rapid.T, s Stats) {
	in, out := s.Arrived+s.Duplicated, s.Departed+uint64(s.Waiting)+uint64(s.Travelling)
	for _, n := range s.Dropped {
		out += n
	}
	if in != out {
		t.Fatalf("%d packets came and %d are accounted for: %+v", in, out, s)
	}
}

func TestRateIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := Default()
		s.Rate = Rate(rapid.Int64Range(100e3, 100e6).Draw(t, "rate"))
		l := New(s, 1)
		var sent int64
		var end time.Duration
		for n := range 2000 { // always more than the rate carries
			now := time.Duration(n) * ms / 10
			l.Arrive(now, make([]byte, rapid.IntRange(1400, 1472).Draw(t, "size")))
			for p, ok := l.Depart(now); ok; p, ok = l.Depart(now) {
				sent, end = sent+int64(len(p.Data)+Overhead)*8, p.Departs
			}
		}
		if sent == 0 {
			return
		}
		exact := time.Duration(float64(sent) / float64(s.Rate) * 1e9)
		if off := end - exact; off < -time.Microsecond || off > 3*time.Microsecond { // each packet rounds up to a nanosecond
			t.Errorf("%d bits at %d bit/s took %v, %v too long", sent, s.Rate, end, off)
		}
	})
}

func TestLinkAllocatesLittle(t *testing.T) {
	l, data, now := New(with(t, "rate=100Mbit/s,delay=10ms,loss=5%"), 1), make([]byte, 1200), time.Duration(0)
	perPacket := testing.AllocsPerRun(10_000, func() {
		now += ms / 10
		l.Arrive(now, data)
		for _, ok := l.Depart(now); ok; _, ok = l.Depart(now) {
		}
	})
	if perPacket > 2 { // container/heap boxes a packet on its way in and out
		t.Errorf("%v allocations per packet", perPacket)
	}
}
