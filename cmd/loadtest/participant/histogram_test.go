package participant

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestHistogramOfNothing(t *testing.T) {
	var h Histogram
	if h.Quantile(0.5) != 0 || h.Mean() != 0 || h.Max() != 0 || h.Count() != 0 {
		t.Error("an empty histogram says something")
	}
	var o Histogram
	o.Merge(&h)
	if o.Count() != 0 || o.smallest != 0 {
		t.Error("merging nothing changed something")
	}
}

func TestHistogramEdges(t *testing.T) {
	for _, d := range []time.Duration{-time.Second, 0, 1, 999, time.Microsecond, 7 * time.Microsecond, 8 * time.Microsecond, time.Hour, 1 << 62} {
		var h Histogram
		h.Add(d)
		if got := h.Quantile(0.5); got != max(d, 0) { // one value: bounded by itself
			t.Errorf("%v reads as %v", d, got)
		}
	}
}

// Quantiles are never below the true value, and at most an eighth (and a microsecond) above.
func TestQuantilesAreClose(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		micro := rapid.SliceOfN(rapid.Int64Range(0, 60_000_000), 1, 200).Draw(t, "microseconds")
		var h, left, right Histogram
		for i, us := range micro {
			d := time.Duration(us) * time.Microsecond
			h.Add(d)
			if i%2 == 0 {
				left.Add(d)
			} else {
				right.Add(d)
			}
		}
		left.Merge(&right)
		if left != h {
			t.Fatal("two halves merged are not the whole")
		}
		slices.Sort(micro)
		q := rapid.Float64Range(0, 1).Draw(t, "q")
		truth := time.Duration(micro[min(int(q*float64(len(micro))), len(micro)-1)]) * time.Microsecond
		if got := h.Quantile(q); got < truth || got > truth+truth/8+time.Microsecond {
			t.Fatalf("quantile %v is %v, true is %v", q, got, truth)
		}
	})
}

func TestBucketsAreInOrder(t *testing.T) {
	for i := range histogramBuckets - 1 {
		end := upperEnd(i)
		if bucketOf(end-time.Microsecond) != i || bucketOf(end) != i+1 {
			t.Fatalf("bucket %d ends at %v, where bucket %d begins", i, end, bucketOf(end))
		}
	}
}
