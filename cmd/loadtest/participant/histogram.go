package participant

import (
	"math/bits"
	"time"
)

// Histogram counts durations in buckets that are at most an eighth of their value wide, from 1 us to 67 s. The zero
// value is empty; values are copied as a whole. Not safe for concurrent use.
type Histogram struct {
	counts   [histogramBuckets]uint32
	n        uint64
	sum      time.Duration
	smallest time.Duration
	largest  time.Duration
}

const (
	histogramSteps   = 8 // buckets per power of two
	histogramOctaves = 27
	histogramBuckets = histogramSteps * histogramOctaves
)

// Add counts one duration. Negative ones (clocks) count as zero, too large ones as the largest bucket.
func (h *Histogram) Add(d time.Duration) {
	d = max(d, 0)
	if h.n == 0 || d < h.smallest {
		h.smallest = d
	}
	h.largest = max(h.largest, d)
	h.counts[bucketOf(d)]++
	h.n++
	h.sum += d
}

// Merge adds all of o.
func (h *Histogram) Merge(o *Histogram) {
	if o.n == 0 {
		return
	}
	for i, c := range o.counts {
		h.counts[i] += c
	}
	if h.n == 0 || o.smallest < h.smallest {
		h.smallest = o.smallest
	}
	h.largest = max(h.largest, o.largest)
	h.n += o.n
	h.sum += o.sum
}

// Count returns how many durations were added.
func (h *Histogram) Count() uint64 { return h.n }

// Max returns the largest duration, exactly.
func (h *Histogram) Max() time.Duration { return h.largest }

// Mean returns the average, 0 when empty.
func (h *Histogram) Mean() time.Duration {
	if h.n == 0 {
		return 0
	}
	return h.sum / time.Duration(h.n)
}

// Quantile returns the duration below which the share q (0 to 1) lies: the upper end of its bucket, and never outside
// of what was added. It is 0 when empty.
func (h *Histogram) Quantile(q float64) time.Duration {
	if h.n == 0 {
		return 0
	}
	rank := uint64(q * float64(h.n))
	var seen uint64
	for i, c := range h.counts {
		if seen += uint64(c); seen > rank {
			return min(max(upperEnd(i), h.smallest), h.largest)
		}
	}
	return h.largest
}

// bucketOf returns the index of the bucket: linear below 8 us, then 8 per power of two.
func bucketOf(d time.Duration) int {
	us := uint64(d / time.Microsecond)
	if us < histogramSteps {
		return int(us)
	}
	octave := bits.Len64(us) - 4 // us>>octave is 8..15
	i := (octave+1)*histogramSteps + int(us>>octave) - histogramSteps
	return min(i, histogramBuckets-1)
}

// upperEnd returns the end of a bucket.
func upperEnd(i int) time.Duration {
	if i < histogramSteps {
		return time.Duration(i+1) * time.Microsecond
	}
	octave := i/histogramSteps - 1
	us := uint64(i%histogramSteps+histogramSteps+1) << octave
	return time.Duration(us) * time.Microsecond
}

// Since returns what was added after the copy before was made of h. Its smallest and largest values are known to a
// bucket only.
func (h *Histogram) Since(before *Histogram) Histogram {
	var d Histogram
	d.n, d.sum = h.n-before.n, h.sum-before.sum
	for i := range h.counts {
		if d.counts[i] = h.counts[i] - before.counts[i]; d.counts[i] == 0 {
			continue
		}
		if d.largest == 0 && i > 0 {
			d.smallest = upperEnd(i - 1)
		}
		d.largest = min(upperEnd(i), h.largest)
	}
	d.smallest = min(d.smallest, d.largest)
	return d
}
