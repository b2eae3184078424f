package participant

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// Around every wrap, any order within the window comes out in order, once, with the holes counted.
func TestReorderRestoresOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		first := rapid.SampledFrom([]uint16{0, 1, 100, 65500, 65534, 65535}).Draw(t, "first")
		n := rapid.IntRange(1, 300).Draw(t, "packets")
		r := reorder{size: 64}
		var sent, got []uint16
		for i := range n {
			sent = append(sent, first+uint16(i))
		}
		// Swap neighbours up to 20 apart, never the first; lose and repeat some.
		for i := 1; i < n; i++ {
			k := min(n-1, i+rapid.IntRange(0, 20).Draw(t, "swap")*rapid.IntRange(0, 1).Draw(t, "really"))
			sent[i], sent[k] = sent[k], sent[i]
		}
		lost, twice := map[uint16]bool{}, 0
		for i, s := range sent {
			if i > 0 && i < n-1 && rapid.IntRange(0, 20).Draw(t, "lose") == 0 {
				lost[s] = true
				continue
			}
			for range 1 + rapid.IntRange(0, 1).Draw(t, "again")*rapid.IntRange(0, 1).Draw(t, "truly") {
				a := arrival{sequence: r.extend(s)}
				if r.push(a) == duplicate {
					twice++
				}
			}
			for a, ok := r.pop(); ok; a, ok = r.pop() {
				got = append(got, uint16(a.sequence))
			}
		}
		var skipped uint64
		for r.next <= r.highest {
			skipped += r.skip()
			for a, ok := r.pop(); ok; a, ok = r.pop() {
				got = append(got, uint16(a.sequence))
			}
		}
		for i := 1; i < len(got); i++ {
			if int16(got[i]-got[i-1]) <= 0 {
				t.Fatalf("%d came after %d", got[i], got[i-1])
			}
		}
		if uint64(len(got))+skipped != r.highest-(1<<16+uint64(first))+1 {
			t.Fatalf("%d delivered, %d skipped, of %d numbers", len(got), skipped, n)
		}
	})
}

func TestReorderVerdicts(t *testing.T) {
	now := time.Unix(1000, 0)
	r := reorder{size: 8}
	if _, ok := r.waiting(); ok || len(r.missing(nil)) > 0 {
		t.Error("holes before the first packet")
	}
	steps := []struct {
		sequence uint16
		want     verdict
	}{
		{65534, fresh}, {65534, duplicate}, {65535, fresh}, {1, fresh}, {1, duplicate}, {65533, late}, {20, jumped},
	}
	for _, s := range steps {
		a := arrival{sequence: r.extend(s.sequence), at: now}
		if got := r.push(a); got != s.want {
			t.Errorf("%d: verdict %d, want %d", s.sequence, got, s.want)
		} else if got == jumped {
			if lost := r.restart(a); lost != 19 { // 0 and 2 to 19
				t.Errorf("the jump lost %d", lost)
			}
		}
		for _, ok := r.pop(); ok; _, ok = r.pop() {
		}
		if s.sequence == 1 {
			if since, ok := r.waiting(); !ok || since != now {
				t.Error("nobody waits for number 0")
			}
			if m := r.missing(nil); len(m) != 1 || m[0] != 0 {
				t.Errorf("missing %v", m)
			}
		}
	}
	if r.next != r.highest+1 {
		t.Errorf("next is %d after %d", r.next, r.highest)
	}
}
