package sequence

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var start = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

func after(ms int) time.Time { return start.Add(time.Duration(ms) * time.Millisecond) }

// lossLine is a packet, or a look at what is due.
type lossLine struct {
	ms       int
	received uint64 // 0: look
	due      []uint64
	gaveUp   int
}

func TestLosses(t *testing.T) {
	for _, c := range []struct {
		name  string
		rtt   time.Duration
		lines []lossLine
	}{
		{"nothing missing", 0, []lossLine{{0, 10, nil, 0}, {1, 11, nil, 0}, {100, 0, nil, 0}}},
		{"nothing received", 0, []lossLine{{0, 0, nil, 0}}},
		{"reordered: not asked for", 0, []lossLine{{0, 10, nil, 0}, {1, 12, nil, 0}, {10, 0, nil, 0}, {10, 11, nil, 0}, {50, 0, nil, 0}}},
		{"first after 10 ms, then every 20 ms", 13 * time.Millisecond, []lossLine{
			{0, 10, nil, 0}, {0, 13, nil, 0}, {9, 0, nil, 0}, {10, 0, []uint64{11, 12}, 0}, {29, 0, nil, 0}, {30, 0, []uint64{11, 12}, 0},
			{40, 11, nil, 0}, {50, 0, []uint64{12}, 0}, {60, 12, nil, 0}, {90, 0, nil, 0},
		}},
		{"then every 1.5 round trips", 100 * time.Millisecond, []lossLine{
			{0, 10, nil, 0}, {0, 12, nil, 0}, {10, 0, []uint64{11}, 0}, {159, 0, nil, 0}, {160, 0, []uint64{11}, 0},
		}},
		{"every 50 ms while the round trip is unknown", 0, []lossLine{
			{0, 10, nil, 0}, {0, 12, nil, 0}, {10, 0, []uint64{11}, 0}, {59, 0, nil, 0}, {60, 0, []uint64{11}, 0}, {110, 0, []uint64{11}, 0},
			{160, 0, []uint64{11}, 0}, {499, 0, []uint64{11}, 0}, {500, 0, nil, 1},
		}},
		{"across the wrap of 16 bits", 0, []lossLine{
			{0, 1<<16 - 2, nil, 0}, {0, 1<<16 + 1, nil, 0}, {10, 0, []uint64{1<<16 - 1, 1 << 16}, 0},
		}},
		{"from before the first packet", 0, []lossLine{{0, 10, nil, 0}, {0, 8, nil, 0}, {20, 0, nil, 0}}},
		{"given up after 500 ms", time.Second, []lossLine{
			{0, 10, nil, 0}, {0, 12, nil, 0}, {10, 0, []uint64{11}, 0}, {499, 0, nil, 0}, {500, 0, nil, 1}, {501, 0, nil, 0}, {502, 11, nil, 0},
		}},
		{"a gap too large to ask for", 0, []lossLine{
			{0, 10, nil, 0}, {0, 12, nil, 0}, {1, 13 + maxMissing + 1, nil, 0}, {20, 0, nil, 1 + maxMissing + 1}, {40, 0, nil, 0},
		}},
		{"a gap just small enough", 0, []lossLine{{0, 10, nil, 0}, {0, 12, nil, 0}, {1, 13 + maxMissing, nil, 0}, {5, 0, nil, 1}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var l Losses
			for i, line := range c.lines {
				if line.received > 0 {
					l.Received(line.received, after(line.ms))
					continue
				}
				due, gaveUp := l.Due(after(line.ms), c.rtt, nil)
				if !slices.Equal(due, line.due) || gaveUp != line.gaveUp {
					t.Fatalf("line %d: due %v, gave up %d; want %v, %d", i, due, gaveUp, line.due, line.gaveUp)
				}
			}
		})
	}
}

func TestLossesAskTenTimes(t *testing.T) {
	var l Losses
	l.Received(10, after(0))
	l.Received(12, after(0))
	asked, gaveUp, gaveUpAt := 0, 0, 0
	for ms := range 600 {
		due, given := l.Due(after(ms), 13*time.Millisecond, nil)
		asked += len(due)
		if given > 0 {
			gaveUp, gaveUpAt = gaveUp+given, ms
		}
	}
	if asked != 10 || gaveUp != 1 || gaveUpAt != 10+10*20 {
		t.Errorf("asked %d times, gave up %d at %d ms", asked, gaveUp, gaveUpAt)
	}
}

func TestDueAppends(t *testing.T) {
	var l Losses
	l.Received(10, after(0))
	l.Received(12, after(0))
	if due, _ := l.Due(after(10), 0, []uint64{7}); !slices.Equal(due, []uint64{7, 11}) {
		t.Errorf("due %v", due)
	}
}

// TestLossesModel holds that every missing number is asked for or given up, and that nothing else is, whatever comes.
func TestLossesModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var l Losses
		newest, ms, gaveUp := uint64(1<<16), 0, 0
		l.Received(newest, after(0))
		missing := map[uint64]bool{}
		steps := rapid.OneOf(rapid.IntRange(-10, 4), rapid.IntRange(-10, 4), rapid.IntRange(0, 600))
		for range rapid.IntRange(0, 100).Draw(t, "packets") {
			ms += rapid.IntRange(0, 30).Draw(t, "ms")
			n := newest + uint64(int64(steps.Draw(t, "step")))
			l.Received(n, after(ms))
			for m := newest + 1; m < n; m++ {
				missing[m] = true
			}
			newest = max(newest, n)
			delete(missing, n)
			due, given := l.Due(after(ms), 0, nil)
			gaveUp += given
			if !slices.IsSorted(due) || len(l.missing) > maxMissing {
				t.Fatalf("due %v, %d missing", due, len(l.missing))
			}
			for _, m := range due {
				if !missing[m] {
					t.Fatalf("%d is not missing", m)
				}
			}
		}
		if len(l.missing)+gaveUp < len(missing) || len(l.missing) > len(missing) {
			t.Fatalf("%d missing, %d known, %d given up", len(missing), len(l.missing), gaveUp)
		}
	})
}

func TestLossesAllocateNothing(t *testing.T) {
	var l Losses
	due := make([]uint64, 0, maxMissing)
	n, ms := uint64(1<<16), 0
	round := func() {
		l.Received(n, after(ms))
		l.Received(n+3, after(ms))
		l.Received(n+2, after(ms))
		due, _ = l.Due(after(ms), 0, due[:0])
		n += 4
		ms++
	}
	for range maxMissing {
		round()
	}
	if allocs := testing.AllocsPerRun(1000, round); allocs != 0 {
		t.Errorf("%v allocations", allocs)
	}
}
