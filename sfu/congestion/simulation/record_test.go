package simulation

import (
	"math"
	"slices"
	"time"

	"salon/sfu/congestion"
)

const sampleStep = 100 * time.Millisecond

// record is what happened to a flow, in steps of 100 ms.
type record struct {
	samples []sample
	waits   []wait
	out     map[int]int // bytes sent, by step
	in      map[int]int // bytes delivered, padding left out
}

type sample struct {
	at       time.Duration
	capacity int
	estimate congestion.Estimate
}

type wait struct {
	at    time.Duration
	queue time.Duration
}

func (r *record) sent(size int, now time.Duration) {
	if r.out == nil {
		r.out, r.in = map[int]int{}, map[int]int{}
	}
	r.out[int(now/sampleStep)] += size
}

func (r *record) delivered(size int, waited time.Duration, padding bool, now time.Duration) {
	if !padding {
		r.in[int(now/sampleStep)] += size
	}
	r.waits = append(r.waits, wait{now, waited})
}

func (r *record) sample(now time.Duration, capacity int, e congestion.Estimate) {
	r.samples = append(r.samples, sample{now, capacity, e})
}

// rate is the bitrate delivered between two times, without padding.
func (r *record) rate(from, to time.Duration) float64 {
	bytes := 0
	for i := int(from / sampleStep); i < int(to/sampleStep); i++ {
		bytes += r.in[i]
	}
	return float64(bytes*8) / (to - from).Seconds()
}

// queue returns a percentile of the waiting time of packets that came between two times.
func (r *record) queue(percent float64, from, to time.Duration) time.Duration {
	var all []time.Duration
	for _, w := range r.waits {
		if w.at >= from && w.at < to {
			all = append(all, w.queue)
		}
	}
	return percentile(all, percent)
}

func percentile(all []time.Duration, percent float64) time.Duration {
	if len(all) == 0 {
		return 0
	}
	slices.Sort(all)
	return all[min(len(all)-1, int(percent/100*float64(len(all))))]
}

// reached returns how long after a time the delivered bitrate, averaged over a second, first was at least so large.
func (r *record) reached(rate float64, from time.Duration) time.Duration {
	return r.when(from, func(got float64) bool { return got >= rate })
}

// fell returns how long after a time the delivered bitrate, averaged over a second, and what is sent fit into a rate.
func (r *record) fell(rate float64, from time.Duration) time.Duration {
	for at := from; at < from+time.Hour; at += sampleStep {
		if i := int(at / sampleStep); float64(r.out[i]+r.out[i+1]+r.out[i+2])*8/0.3 <= rate {
			return at - from
		}
	}
	return time.Hour
}

func (r *record) when(from time.Duration, is func(float64) bool) time.Duration {
	if len(r.samples) == 0 {
		return time.Hour
	}
	last := r.samples[len(r.samples)-1].at
	for at := from + time.Second; at <= last; at += sampleStep {
		if is(r.rate(at-time.Second, at)) {
			return at - from
		}
	}
	return time.Hour
}

// estimates returns the least and the largest estimate between two times.
func (r *record) estimates(from, to time.Duration) (least, most int) {
	least = math.MaxInt
	for _, s := range r.samples {
		if s.at >= from && s.at < to {
			least, most = min(least, s.estimate.Bitrate), max(most, s.estimate.Bitrate)
		}
	}
	return least, most
}

// drained returns how long after a time the last packet came that had waited longer than this.
func (r *record) drained(queue, from, to time.Duration) time.Duration {
	last := time.Duration(0)
	for _, w := range r.waits {
		if w.at >= from && w.at < to && w.queue > queue {
			last = w.at - from
		}
	}
	return last
}

// fairness is Jain's index of some bitrates: 1 when all are equal.
func fairness(rates ...float64) float64 {
	var sum, squares float64
	for _, r := range rates {
		sum += r
		squares += r * r
	}
	return sum * sum / (float64(len(rates)) * squares)
}
