package main

import (
	"slices"
	"time"

	"salon/cmd/linksim/link"
)

// arrival is one packet that came out of the relay.
type arrival struct {
	number int
	size   int // UDP payload in bytes
	delay  time.Duration
	at     time.Duration
}

// trial is what was sent and what came out, in order of arrival. Shares are in percent, times in milliseconds.
type trial struct {
	sent     int
	arrivals []arrival
}

// times says how often each number came.
func (t trial) times() []int {
	n := make([]int, t.sent)
	for _, a := range t.arrivals {
		n[a.number]++
	}
	return n
}

func (t trial) count(wanted func(times int) bool) (n int) {
	for _, times := range t.times() {
		if wanted(times) {
			n++
		}
	}
	return n
}

func (t trial) percent(n int) float64 { return 100 * float64(n) / float64(t.sent) }

func (t trial) lost() float64 { return t.percent(t.count(func(n int) bool { return n == 0 })) }

func (t trial) twice() float64 { return t.percent(t.count(func(n int) bool { return n > 1 })) }

// late is the share of packets that came after one that was sent later.
func (t trial) late() float64 {
	late, highest := 0, -1
	for _, a := range t.arrivals {
		if a.number < highest {
			late++
		}
		highest = max(highest, a.number)
	}
	return t.percent(late)
}

// burst is how many packets in a row are lost, on average.
func (t trial) burst() float64 {
	lost, bursts, before := 0, 0, 1
	for _, times := range t.times() {
		if times == 0 {
			lost++
			if before > 0 {
				bursts++
			}
		}
		before = times
	}
	return float64(lost) / float64(max(bursts, 1))
}

// delay is the median.
func (t trial) delay() float64 {
	if len(t.arrivals) == 0 {
		return -1
	}
	delays := make([]time.Duration, 0, len(t.arrivals))
	for _, a := range t.arrivals {
		delays = append(delays, a.delay)
	}
	slices.Sort(delays)
	return float64(delays[len(delays)/2]) / float64(time.Millisecond)
}

// rate is in kbit/s of what links count, from the first arrival to the last.
func (t trial) rate() float64 {
	if len(t.arrivals) < 2 {
		return 0
	}
	bits := 0
	for _, a := range t.arrivals[1:] {
		bits += 8 * (a.size + link.Overhead)
	}
	span := t.arrivals[len(t.arrivals)-1].at - t.arrivals[0].at
	return float64(bits) / span.Seconds() / 1000
}
