package sequence

import (
	"testing"

	"pgregory.net/rapid"
)

func TestWindowModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var w window
		model := map[uint64]bool{}
		base := rapid.Uint64Range(0, 1<<20).Draw(t, "base")
		number := rapid.Uint64Range(base, base+windowSize-1)
		for range rapid.IntRange(0, 60).Draw(t, "operations") {
			from, to := number.Draw(t, "from"), number.Draw(t, "to")
			if rapid.IntRange(0, 4).Draw(t, "clear") == 0 {
				w.clear(from, to)
				for n := from; n < to; n++ {
					delete(model, n)
				}
			}
			w.set(from)
			model[from] = true
			want := uint64(0)
			for n := from; n < to; n++ {
				if model[n] {
					want++
				}
			}
			if got := w.count(from, to); got != want {
				t.Fatalf("%d set in %d..%d, want %d", got, from, to, want)
			}
			if w.has(to) != model[to] {
				t.Fatalf("%d set: %v", to, w.has(to))
			}
		}
		if w.clear(base, base+windowSize+1); w != (window{}) {
			t.Fatalf("not cleared")
		}
	})
}

// TestCompactorModel compares with a list that numbers everything anew at each step: what is neither closed nor out of
// the window keeps its place in the order, and what was sent keeps its number.
func TestCompactorModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		base := rapid.SampledFrom([]uint64{1 << 16, 1<<16 + 65535, 1 << 40}).Draw(t, "base")
		out := rapid.SampledFrom([]uint64{1 << 16, 1<<16 + 65535}).Draw(t, "out")
		var c compactor
		c.begin(base, out)
		sent, closed, next := map[uint64]uint64{}, map[uint64]bool{}, base
		steps := rapid.OneOf(rapid.IntRange(-20, 5), rapid.IntRange(-20, 5), rapid.IntRange(-2500, 2500))
		for range rapid.IntRange(0, 150).Draw(t, "operations") {
			n := next + uint64(int64(steps.Draw(t, "step")))
			fits := n >= base && next <= n+windowSize && !closed[n]
			number, ok := c.place(n)
			if ok != fits {
				t.Fatalf("%d was placed: %v, want %v", n, ok, fits)
			}
			want := out
			for m := base; fits && m < n; m++ {
				if !closed[m] {
					want++
				}
			}
			if ok && number != want {
				t.Fatalf("%d became %d, want %d", n, number, want)
			}
			if before, known := sent[n]; ok && known && before != number {
				t.Fatalf("%d became %d, then %d", n, before, number)
			}
			if rapid.Bool().Draw(t, "drop") {
				newest := uint64(0)
				for m := range sent {
					newest = max(newest, m)
				}
				hole, left := c.drop(n)
				if left != (ok && n <= newest) || left && hole != number {
					t.Fatalf("dropping %d left %d %v, sent up to %d", n, hole, left, newest)
				}
				if ok && !left {
					closed[n] = true
				}
			} else if ok {
				c.take(n)
				sent[n] = number
			}
			if ok {
				next = max(next, n+1)
			}
		}
	})
}
