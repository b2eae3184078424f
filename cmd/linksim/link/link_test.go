package link

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

const ms = time.Millisecond

// with returns Default with a patch.
func with(t testing.TB, patch string) Settings {
	t.Helper()
	p, err := ParsePatch(patch)
	if err != nil {
		t.Fatal(err)
	}
	return p.Apply(Default())
}

// packet has so many bytes on the link, and a number to know it by.
func packet(size int, number byte) []byte {
	data := make([]byte, size-Overhead)
	data[0] = number
	return data
}

// drain returns "number@departure" of everything that departs until the moment, called only when the link asks for it.
func drain(t testing.TB, l *Link, until time.Duration) (departed []string) {
	t.Helper()
	for {
		next, ok := l.Next()
		if !ok || next > until {
			return departed
		}
		for {
			p, ok := l.Depart(next)
			if !ok {
				break
			}
			if p.Departs != next {
				t.Errorf("a packet due at %v departed at %v", p.Departs, next)
			}
			mark := ""
			if p.Copy {
				mark = "copy"
			}
			departed = append(departed, fmt.Sprintf("%d%s@%v", p.Data[0], mark, p.Departs))
		}
	}
}

func expect(t *testing.T, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("departed %v, want %v", got, want)
	}
}

func TestPerfectLinkIsInstant(t *testing.T) {
	l := New(Default(), 1)
	if _, ok := l.Next(); ok {
		t.Error("an empty link asks to be called")
	}
	l.Arrive(5*ms, packet(100, 1))
	l.Arrive(5*ms, packet(100, 2))
	expect(t, drain(t, l, 5*ms), "1@5ms", "2@5ms")
}

func TestDelay(t *testing.T) {
	l := New(with(t, "delay=40ms"), 1)
	l.Arrive(0, packet(100, 1))
	l.Arrive(3*ms, packet(100, 2))
	if _, ok := l.Depart(40*ms - 1); ok {
		t.Error("a packet departed a nanosecond too early")
	}
	expect(t, drain(t, l, time.Second), "1@40ms", "2@43ms")
}

func TestRateSpacesPackets(t *testing.T) {
	l := New(with(t, "rate=1Mbit/s,delay=10ms"), 1) // 1,250 bytes take 10 ms
	for n := range byte(3) {
		l.Arrive(0, packet(1250, n))
	}
	expect(t, drain(t, l, 25*ms), "0@20ms")
	l.Arrive(25*ms, packet(125, 3))
	expect(t, drain(t, l, time.Second), "1@30ms", "2@40ms", "3@41ms")
	l.Arrive(time.Second, packet(1250, 4)) // the link was idle: no credit was saved up
	expect(t, drain(t, l, 2*time.Second), "4@1.02s")
}

func TestRateChangesInTheMiddleOfAPacket(t *testing.T) {
	l := New(with(t, "rate=1Mbit/s,queue_time=10s"), 1)
	l.Arrive(0, packet(1250, 1))
	l.Arrive(0, packet(1250, 2))
	l.Set(5*ms, with(t, "rate=100kbit/s")) // half of the first is left: 50 ms
	expect(t, drain(t, l, 100*ms), "1@55ms")
	l.Set(105*ms, with(t, "rate=1Mbit/s")) // half of the second is left: 5 ms
	expect(t, drain(t, l, time.Second), "2@110ms")

	l.Set(time.Second, with(t, "rate=1kbit/s,queue_time=10s"))
	l.Arrive(time.Second, packet(1250, 3))
	l.Arrive(time.Second, packet(1250, 4))
	l.Set(2*time.Second, Default()) // no limit any more: the queue is empty at once
	expect(t, drain(t, l, time.Hour), "3@2s", "4@2s")
}

func TestDropTail(t *testing.T) {
	for _, test := range []struct {
		name, settings string
		sizes          []int
		want           []Reason
	}{
		{"bytes", "rate=1Mbit/s,queue=2500B", []int{1250, 1250, 1250, 1250, 100}, []Reason{Kept, Kept, Kept, QueueFull, QueueFull}},
		{"a small one still fits", "rate=1Mbit/s,queue=2600B", []int{1250, 1250, 1250, 1250, 100}, []Reason{Kept, Kept, Kept, QueueFull, Kept}},
		{"time", "rate=1Mbit/s,queue_time=20ms", []int{1250, 1250, 1250, 1250}, []Reason{Kept, Kept, Kept, QueueFull}},
		{"a nanosecond less", "rate=1Mbit/s,queue_time=19999999ns", []int{1250, 1250, 1250}, []Reason{Kept, Kept, QueueFull}},
		{"the narrower one counts", "rate=1Mbit/s,queue=1250B,queue_time=1s", []int{1250, 1250, 1250}, []Reason{Kept, Kept, QueueFull}},
		{"an idle link takes anything", "rate=1kbit/s,queue=1B,queue_time=1ms", []int{1250, 40}, []Reason{Kept, QueueFull}},
		{"no rate, no queue", "queue=1B,queue_time=1ms", []int{1250, 1250, 1250}, []Reason{Kept, Kept, Kept}},
	} {
		t.Run(test.name, func(t *testing.T) {
			l := New(with(t, test.settings), 1)
			var got []Reason
			for n, size := range test.sizes {
				got = append(got, l.Arrive(0, packet(size, byte(n))))
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}

func TestQueueHasRoomAgain(t *testing.T) {
	l := New(with(t, "rate=1Mbit/s,queue=1250B"), 1)
	l.Arrive(0, packet(1250, 1))
	l.Arrive(0, packet(1250, 2))
	if r := l.Arrive(10*ms-1, packet(1250, 3)); r != QueueFull {
		t.Errorf("just before the first is through: %v", r)
	}
	if r := l.Arrive(10*ms, packet(1250, 4)); r != Kept {
		t.Errorf("when the first is through: %v", r)
	}
	expect(t, drain(t, l, time.Second), "1@10ms", "2@20ms", "4@30ms")
}

func TestOrderUnderJitter(t *testing.T) {
	for _, reorders := range []bool{false, true} {
		s := with(t, "delay=20ms,jitter=30ms")
		s.JitterReorders = reorders
		l := New(s, 7)
		inversions, widest, last := 0, time.Duration(0), -1
		for n := range 1000 {
			now := time.Duration(n) * ms
			l.Arrive(now, packet(100, byte(n)))
		}
		for p, ok := l.Depart(time.Hour); ok; p, ok = l.Depart(time.Hour) {
			own := int(p.Arrived / ms)
			if own < last {
				inversions++
			}
			last = own
			delay := p.Departs - p.Arrived
			if delay < 20*ms || delay > 50*ms {
				t.Fatalf("delay %v is outside of 20 to 50 ms", delay)
			}
			widest = max(widest, delay)
		}
		if (inversions > 0) != reorders || widest < 48*ms {
			t.Errorf("reorders %v: %d inversions, widest delay %v", reorders, inversions, widest)
		}
	}
}

func TestShorterDelayKeepsOrder(t *testing.T) {
	l := New(with(t, "delay=100ms"), 1)
	l.Arrive(0, packet(100, 1))
	l.Set(10*ms, Default())
	l.Arrive(10*ms, packet(100, 2))
	expect(t, drain(t, l, time.Second), "1@100ms", "2@100ms")
}

func TestReorderAndDuplicate(t *testing.T) {
	l := New(with(t, "reorder=100%,reorder_by=15ms"), 1)
	l.Arrive(0, packet(100, 1))
	l.Set(0, with(t, "duplicate=100%"))
	l.Arrive(5*ms, packet(100, 2))
	expect(t, drain(t, l, time.Second), "2@5ms", "2copy@5ms", "1@15ms")
	if s := l.Stats(); s.Reordered != 1 || s.Duplicated != 1 || s.Departed != 3 || s.Arrived != 2 {
		t.Errorf("%+v", s)
	}
}

func TestOverflow(t *testing.T) {
	l := New(with(t, "delay=10s,duplicate=100%"), 1)
	kept := 0
	for l.Arrive(0, packet(40, 0)) == Kept {
		kept++
	}
	if s := l.Stats(); kept != MaxPackets/2 || s.Travelling != MaxPackets || s.Dropped["overflow"] != 1 {
		t.Errorf("%d were kept, %+v", kept, s)
	}
	l.Depart(10 * time.Second)
	if r := l.Arrive(10*time.Second, packet(40, 0)); r != Kept || l.Stats().Travelling != MaxPackets {
		t.Errorf("with one place: %v, %d travel", r, l.Stats().Travelling) // the packet, without its copy
	}
}

func TestClockNeverGoesBack(t *testing.T) {
	l := New(with(t, "delay=10ms"), 1)
	l.Arrive(100*ms, packet(100, 1))
	l.Arrive(50*ms, packet(100, 2))
	expect(t, drain(t, l, time.Second), "1@110ms", "2@110ms")
}
