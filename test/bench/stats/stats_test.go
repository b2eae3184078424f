package stats

import (
	"math"
	"testing"
)

func TestPercentile(t *testing.T) {
	for _, c := range []struct {
		values []int
		p      float64
		want   int
	}{
		{nil, 50, 0},
		{[]int{7}, 0, 7},
		{[]int{7}, 100, 7},
		{[]int{3, 1, 2}, 50, 2},
		{[]int{4, 3, 2, 1}, 50, 2},
		{[]int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, 95, 10},
		{[]int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, 90, 9},
	} {
		if got := Percentile(c.values, c.p); got != c.want {
			t.Errorf("percentile %v of %v is %d, not %d", c.p, c.values, got, c.want)
		}
	}
}

func TestMedianAndBest(t *testing.T) {
	nan := math.NaN()
	for _, c := range []struct {
		values                    []float64
		median, smallest, largest float64
	}{
		{nil, nan, nan, nan},
		{[]float64{nan}, nan, nan, nan},
		{[]float64{2}, 2, 2, 2},
		{[]float64{3, 1, 2}, 2, 1, 3},
		{[]float64{4, nan, 1}, 2.5, 1, 4},
		{[]float64{1, 2, 3, 10}, 2.5, 1, 10},
	} {
		if got := Median(c.values); !same(got, c.median) {
			t.Errorf("the median of %v is %v, not %v", c.values, got, c.median)
		}
		if got := Best(c.values, false); !same(got, c.smallest) {
			t.Errorf("the smallest of %v is %v, not %v", c.values, got, c.smallest)
		}
		if got := Best(c.values, true); !same(got, c.largest) {
			t.Errorf("the largest of %v is %v, not %v", c.values, got, c.largest)
		}
	}
}

func TestRatios(t *testing.T) {
	got := Ratios([]float64{1, 2, 3, 9}, []float64{2, 0, math.NaN()})
	want := []float64{0.5, math.NaN(), math.NaN()}
	if len(got) != len(want) {
		t.Fatalf("%v", got)
	}
	for i := range want {
		if !same(got[i], want[i]) {
			t.Errorf("%v instead of %v", got, want)
		}
	}
}

func same(a, b float64) bool { return a == b || math.IsNaN(a) && math.IsNaN(b) }
