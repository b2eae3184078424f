package simulation

import (
	"fmt"
	"testing"
	"time"
)

const (
	ms  = time.Millisecond
	sec = time.Second

	kbit = 1000
	mbit = 1_000_000
)

// scenario is one run with the figures that it must show.
type scenario struct {
	name  string // of the test and of the plot
	title string
	end   time.Duration
	build func(makeNetwork) *network
	check func(f *figures, n *network)
	plot  bool
}

// makeNetwork returns a network with one bottleneck.
type makeNetwork = func(queue time.Duration, schedule ...step) *network

// figures collects what a scenario showed, beside what it must show.
type figures struct {
	t    *testing.T
	rows []row
}

type row struct{ name, value, bound string }

func (f *figures) least(name string, value, bound float64) {
	f.t.Helper()
	f.rows = append(f.rows, row{name, number(value), ">= " + number(bound)})
	if !(value >= bound) {
		f.t.Errorf("%s: %s, want at least %s", name, number(value), number(bound))
	}
}

func (f *figures) most(name string, value, bound float64) {
	f.t.Helper()
	f.rows = append(f.rows, row{name, number(value), "<= " + number(bound)})
	if !(value <= bound) {
		f.t.Errorf("%s: %s, want at most %s", name, number(value), number(bound))
	}
}

func (f *figures) within(name string, value, bound time.Duration) {
	f.t.Helper()
	show := func(d time.Duration) string { return fmt.Sprintf("%.2f s", d.Seconds()) }
	if bound < 2*sec {
		show = func(d time.Duration) string { return fmt.Sprintf("%d ms", d.Milliseconds()) }
	}
	f.rows = append(f.rows, row{name, show(value), "<= " + show(bound)})
	if value > bound {
		f.t.Errorf("%s: %s, want at most %s", name, show(value), show(bound))
	}
}

func number(v float64) string {
	if v >= 1000 {
		return fmt.Sprintf("%.0f", v)
	}
	return fmt.Sprintf("%.2f", v)
}

// run runs a scenario and returns its network and figures.
func (s *scenario) run(t *testing.T, seed uint64) (*network, *figures) {
	t.Helper()
	n := s.build(func(queue time.Duration, schedule ...step) *network { return newNetwork(t, seed, queue, schedule...) })
	n.run(s.end)
	f := &figures{t: t}
	s.check(f, n)
	return n, f
}
