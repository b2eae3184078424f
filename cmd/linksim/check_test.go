package main

import (
	"context"
	"errors"
	"io"
	"testing"
	"time"
)

func TestTrialFigures(t *testing.T) {
	at := func(number int, delay, at time.Duration) arrival {
		return arrival{number: number, size: 97, delay: delay, at: at}
	}
	// Of 10 packets, 3, 4 and 7 are lost, 5 comes before 2, and 8 comes twice.
	s := trial{sent: 10, arrivals: []arrival{
		at(0, 1*ms, 0), at(1, 2*ms, 10*ms), at(5, 3*ms, 20*ms), at(2, 9*ms, 30*ms), at(6, 4*ms, 40*ms), at(8, 5*ms, 50*ms), at(8, 6*ms, 60*ms), at(9, 7*ms, 70*ms),
	}}
	for name, f := range map[string]struct{ got, want float64 }{
		"lost": {s.lost(), 30}, "twice": {s.twice(), 10}, "late": {s.late(), 10}, "burst": {s.burst(), 1.5},
		"delay": {s.delay(), 5}, "rate": {s.rate(), 7 * 1000 / 0.07 / 1000},
	} {
		if f.got < f.want-1e-9 || f.got > f.want+1e-9 {
			t.Errorf("%s is %v, want %v", name, f.got, f.want)
		}
	}
	if nothing := (trial{sent: 10}); nothing.lost() != 100 || nothing.delay() != -1 || nothing.rate() != 0 {
		t.Errorf("of nothing: %v %v %v", nothing.lost(), nothing.delay(), nothing.rate())
	}
}

// TestCheckInRealTime runs the check with fewer packets and wide bounds: how exact it is depends on the machine, and
// "linksim check" tells. Here each impairment must only show, and order be kept.
func TestCheckInRealTime(t *testing.T) {
	for _, c := range checkCases() {
		c.packets /= 10
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s, err := c.run(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range c.figures {
				got := f.measure(s)
				low, high := f.wanted-3*f.allowed-f.wanted/10, f.wanted+3*f.allowed+f.wanted/2+10
				switch f.unit {
				case "ms":
					high += 500
				case "kbit/s":
					low = 0 // a machine that is busy leaves the link idle
				}
				if f.name == "out of order" && f.wanted == 0 {
					high = 0
				}
				if got < low || got > high {
					t.Errorf("%s is %.2f %s, want %.2f to %.2f", f.name, got, f.unit, low, high)
				}
			}
		})
	}
}

func TestCheckEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := selfCheck(ctx, io.Discard); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}
