package main

import (
	"strings"
	"testing"
	"time"

	"salon/test/bench/client"
)

func TestTable(t *testing.T) {
	r := result{
		Machine: machine{CPU: "Test", Cores: 2, Kernel: "6", Go: "go1"}, Notes: []string{"busy"},
		Floor: []map[string]float64{{floorWay: 2000, "seal": 500}},
	}
	for i, micros := range [][2]float64{{10, 5}, {20, 8}, {8, 8}} {
		r.round = i + 1
		r.add(figures{Server: bareName, Scenario: "x 10", Micros: micros[0], PacketsPerSecond: 1700, JoinP50: 12})
		r.add(figures{Server: salonName, Scenario: "x 10", Micros: micros[1], PacketsPerSecond: 1700, Loss: 0.25, ClientLeft: uint64(i)})
	}
	var b strings.Builder
	if err := r.write(&b); err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{
		"Test, 2 cores, Linux 6, go1; rounds: 3; medians", "note: busy", "| seal | 500 | 500 |",
		"| x 10 | 1700 / 1700 | 10.00 / 8.00 | 8.00 / 5.00 | 0.50 | - | 4.0 |", // ratios of each round, then their median
		"| x 10 | - / - | - / - | 0.00 / 0.25 | 0 / 0 | 0.0 / 0.0 | 12 / - | - / - |",
		"note: round 3, x 10, Salon: the client dropped 0 packets and left out 2 frames",
	} {
		if !strings.Contains(b.String(), line+"\n") {
			t.Errorf("no line %q in\n%s", line, b.String())
		}
	}
}

func TestNothingMeasured(t *testing.T) {
	r := result{}
	if v := r.of(salonName, "x 10", micros); v != nil {
		t.Errorf("%v", v)
	}
	if text := each(&r, "x 10", "%.0f", micros, least); text != "- / -" {
		t.Error(text)
	}
	var b strings.Builder
	if err := r.writeJSON(&b); err != nil || b.Len() == 0 {
		t.Error(err)
	}
}

func TestTurn(t *testing.T) {
	var sum turn
	sum.add(turn{Window: client.Window{Sent: 100, Received: 990}, cpu: 3 * time.Millisecond, seconds: 1})
	sum.add(turn{Window: client.Window{Sent: 100, Received: 1000, Lost: 10, Delays: []time.Duration{1}}, cpu: 965 * time.Microsecond, seconds: 1})
	if sum.missing(10) != 0.5 || sum.gaps() != 0.5 || sum.micros() != 3965.0/1990 || sum.seconds != 2 || len(sum.Delays) != 1 {
		t.Errorf("%+v: %v %v %v", sum, sum.missing(10), sum.gaps(), sum.micros())
	}
	if more := (&turn{Window: client.Window{Sent: 10, Received: 101}}); more.missing(10) != 0 {
		t.Errorf("more than was sent: %v", more.missing(10))
	}
}

func TestPace(t *testing.T) {
	for _, c := range []struct {
		rate float64
		want time.Duration
	}{{50 * (50 + 4*30), time.Second / 30}, {50 * (50 + 4*1000), time.Millisecond}} {
		if got := pace(c.rate); got != c.want {
			t.Errorf("%v packets/s by a frame every %s, not %s", c.rate, got, c.want)
		}
	}
}

func TestGoroutinesOf(t *testing.T) {
	for _, c := range []struct {
		text string
		want float64
		ok   bool
	}{
		{"# HELP go_goroutines how many\n# TYPE go_goroutines gauge\ngo_goroutines 417\ngo_info 1\n", 417, true},
		{"go_goroutines 3", 3, true},
		{"go_goroutines many\n", 0, false},
		{"go_threads 3\n", 0, false},
	} {
		if got, err := goroutinesOf(c.text); got != c.want || (err == nil) != c.ok {
			t.Errorf("%q: %v, %v", c.text, got, err)
		}
	}
}

func TestProcessors(t *testing.T) {
	model, cores := processors("processor\t: 0\nmodel name\t: AMD EPYC\n\nprocessor\t: 1\nmodel name\t: AMD EPYC\n")
	if model != "AMD EPYC" || cores != 2 {
		t.Errorf("%q, %d", model, cores)
	}
}

func TestOptions(t *testing.T) {
	for _, c := range []struct {
		arguments string
		rounds    int
		ok        bool
	}{{"", 3, true}, {"-quick", 1, true}, {"-quick -rounds 2", 2, true}, {"-only fan-out", 3, true}, {"-only much", 0, false}, {"-rounds -1", 0, false}, {"-crowds 5,20", 3, true}, {"-crowds 5,5", 0, false}, {"-crowds x", 0, false}, {"more", 0, false}} {
		o, err := parseOptions(strings.Fields(c.arguments), &strings.Builder{})
		if (err == nil) != c.ok || err == nil && o.rounds != c.rounds {
			t.Errorf("%q: %+v, %v", c.arguments, o, err)
		}
	}
}
