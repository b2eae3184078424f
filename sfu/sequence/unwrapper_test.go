package sequence

import (
	"testing"

	"pgregory.net/rapid"
)

func TestUnwrapper(t *testing.T) {
	const base = 1 << 16
	for _, c := range []struct {
		name string
		in   []uint16
		want []uint64
	}{
		{"from 0", []uint16{0, 1, 65535, 2}, []uint64{base, base + 1, base - 1, base + 2}},
		{"from 1", []uint16{1, 0, 65535}, []uint64{base + 1, base, base - 1}},
		{"over the edge", []uint16{65534, 65535, 0, 1}, []uint64{base + 65534, base + 65535, base + 65536, base + 65537}},
		{"from 65535", []uint16{65535, 0, 65534, 1}, []uint64{base + 65535, base + 65536, base + 65534, base + 65537}},
		{"as far ahead as can be", []uint16{0, 32767, 65534}, []uint64{base, base + 32767, base + 65534}},
		{"as far behind as can be", []uint16{0, 32768, 32769}, []uint64{base, base - 32768, base - 32767}},
		{"late ones do not move it", []uint16{100, 50, 65000, 101}, []uint64{base + 100, base + 50, base - 536, base + 101}},
	} {
		var u Unwrapper
		for i, n := range c.in {
			if got := u.Unwrap(n); got != c.want[i] {
				t.Errorf("%s: %d became %d, want %d", c.name, n, got, c.want[i])
			}
		}
	}
}

func TestUnwrapperFollowsTheTruth(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var u Unwrapper
		truth := rapid.Uint64Range(1<<20, 1<<30).Draw(t, "first")
		off := truth - u.Unwrap(uint16(truth))
		for _, step := range rapid.SliceOf(rapid.IntRange(-32768, 32767)).Draw(t, "steps") {
			n := truth + uint64(int64(step))
			if got := u.Unwrap(uint16(n)); got != n-off {
				t.Fatalf("%d became %d, want %d", uint16(n), got, n-off)
			}
			truth = max(truth, n)
		}
	})
}

func TestDuplicates(t *testing.T) {
	const base = 1 << 16
	for _, c := range []struct {
		name     string
		sequence []uint64
		seen     []bool
	}{
		{"in order", []uint64{0, 1, 2}, []bool{false, false, false}},
		{"repeated", []uint64{0, 0, 1, 1, 0}, []bool{false, true, false, true, true}},
		{"reordered", []uint64{base, base + 2, base + 1, base + 1}, []bool{false, false, false, true}},
		{"before the first", []uint64{base, base - 1, base - 1}, []bool{false, false, true}},
		{"at the end of the window", []uint64{base, base + windowSize - 1, base, base + 1}, []bool{false, false, true, false}},
		{"out of the window", []uint64{base, base + windowSize, base, base + 1}, []bool{false, false, true, false}},
		{"a jump clears the window", []uint64{base, base + 5*windowSize, base + 4*windowSize + 1, base + 4*windowSize},
			[]bool{false, false, false, true}},
	} {
		var d Duplicates
		for i, n := range c.sequence {
			if got := d.Seen(n); got != c.seen[i] {
				t.Errorf("%s: %d seen %v, want %v", c.name, n, got, c.seen[i])
			}
		}
	}
}

// TestDuplicatesModel compares with a set.
func TestDuplicatesModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var d Duplicates
		newest := rapid.SampledFrom([]uint64{1 << 16, 1<<16 + 65534, 1 << 40}).Draw(t, "first")
		noted := map[uint64]bool{newest: true}
		d.Seen(newest)
		steps := rapid.OneOf(rapid.IntRange(-70, 70), rapid.IntRange(-3000, 3000))
		for _, step := range rapid.SliceOfN(steps, 0, 200).Draw(t, "steps") {
			n := newest + uint64(int64(step))
			newest = max(newest, n)
			want := noted[n] || newest-n >= windowSize
			if got := d.Seen(n); got != want {
				t.Fatalf("%d (newest %d): seen %v, want %v", n, newest, got, want)
			}
			noted[n] = true
		}
	})
}
