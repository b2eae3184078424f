package simulation

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

var docs = flag.String("docs", "", "the docs folder: write plots/*.svg and the figures of congestion.md there")

func TestRFC8867(t *testing.T) { runAll(t, rfc8867) }

func TestFloors(t *testing.T) { runAll(t, floors) }

// What holds for one sequence of random numbers holds for others.
func TestOtherSeeds(t *testing.T) {
	if testing.Short() || racing {
		t.Skip("the first seed is enough when time is short")
	}
	for seed := uint64(1); seed <= 3; seed++ {
		for _, s := range append(append([]scenario(nil), rfc8867...), floors...) {
			t.Run(fmt.Sprintf("%s/%d", s.name, seed), func(t *testing.T) { s.run(t, seed) })
		}
	}
}

func runAll(t *testing.T, scenarios []scenario) {
	var table strings.Builder
	for _, s := range scenarios {
		t.Run(s.name, func(t *testing.T) {
			n, f := s.run(t, 0)
			for i, r := range f.rows {
				t.Logf("%-46s %10s  %s", r.name, r.value, r.bound)
				if name := ""; i == 0 {
					name = s.title
					if s.plot {
						name = fmt.Sprintf("[%s](plots/%s.svg)", s.title, s.name)
					}
					fmt.Fprintf(&table, "| %s | %s | %s | %s |\n", name, r.name, r.value, r.bound)
				} else {
					fmt.Fprintf(&table, "| | %s | %s | %s |\n", r.name, r.value, r.bound)
				}
			}
			if *docs != "" && s.plot {
				write(t, filepath.Join(*docs, "plots", s.name+".svg"), plot(s.title, n))
			}
		})
	}
	if *docs != "" {
		insert(t, filepath.Join(*docs, "congestion.md"), t.Name(), table.String())
	}
}

// insert replaces a table in a document: what stands between two comments that name the test.
func insert(t *testing.T, path, name, table string) {
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	begin, end := "<!-- "+name+" -->\n", "<!-- end of "+name+" -->"
	before, rest, found := strings.Cut(string(text), begin)
	_, after, ended := strings.Cut(rest, end)
	if !found || !ended {
		t.Fatalf("%s has no place for %s: add the two comments %q and %q", path, name, begin, end)
	}
	write(t, path, before+begin+"| case | figure | measured | bound |\n|---|---|---|---|\n"+table+end+after)
}

func write(t *testing.T, path, text string) {
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// Hours of a capacity that wanders between 100 kbit/s and 5 Mbit/s, with jitter and some loss: nothing drifts, nothing
// runs away.
func TestHours(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 7))
	end := 2 * time.Hour
	if racing {
		end = 10 * time.Minute
	}
	var schedule []step
	rate := 2 * mbit
	for at := time.Duration(0); at < end; at += 20 * sec {
		rate = min(max(100*kbit, int(float64(rate)*(0.6+0.9*random.Float64()))), 5*mbit)
		schedule = append(schedule, step{at, rate})
	}
	n := newNetwork(t, 0, 300*ms, schedule...)
	n.link.limit = 60_000
	n.link.jitter, n.link.loss = 20*ms, 0.01
	n.add(meeting(), 40*ms)
	began := time.Now()
	n.run(end)
	f := &figures{t: t}
	f.least("utilisation", n.utilisation(10*sec, end), 0.5)
	f.within("queue p95", n.queue(95, 10*sec, end), 300*ms)
	f.most("share of seconds that send capacity + 10 %", exceeded(&n.flows[0].record, 1.1, 10*sec, end-sec), 0.1)
	for half := range time.Duration(2) {
		f.least("utilisation of each half", n.utilisation(half*end/2+10*sec, (half+1)*end/2), 0.5)
	}
	for _, r := range f.rows {
		t.Logf("%-46s %10s  %s", r.name, r.value, r.bound)
	}
	t.Logf("%v of virtual time in %v", end, time.Since(began).Round(ms))
}

// The same seed gives the same run, to the packet.
func TestSimulationRepeats(t *testing.T) {
	run := func() (estimates []int) {
		n := newNetwork(t, 0, 300*ms, step{0, 1 * mbit}, step{10 * sec, 400 * kbit})
		n.link.jitter, n.link.loss = 30*ms, 0.02
		n.add(meeting(), 40*ms)
		n.addTCP(30*ms, 5*sec, 15*sec)
		n.run(20 * sec)
		for _, s := range n.flows[0].record.samples {
			estimates = append(estimates, s.estimate.Bitrate)
		}
		return estimates
	}
	first, second := run(), run()
	if len(first) != len(second) || len(first) < 190 {
		t.Fatalf("%d and %d samples", len(first), len(second))
	}
	for i := range first {
		if first[i] != second[i] {
			t.Fatalf("sample %d: %d and %d", i, first[i], second[i])
		}
	}
}

// The link itself: rate, queue, loss and order are what was asked for, or no figure above means anything.
func TestLink(t *testing.T) {
	c := &clock{}
	l := &link{clock: c, random: rand.New(rand.NewPCG(1, 1)), schedule: []step{{0, 800 * kbit}}, limit: 10_000, loss: 0.1, jitter: 20 * ms, latest: map[any]time.Duration{}}
	var bytes, packets int
	var longest, last time.Duration
	for i := range 20_000 {
		c.after(time.Duration(i)*5*ms, func() { // 1.6 Mbit/s into 0.8
			l.send(1000, l, 30*ms, func(waited time.Duration) {
				bytes += 1000
				packets++
				longest = max(longest, waited)
				if c.now < last {
					t.Fatal("packets of one flow changed places")
				}
				last = c.now
			})
		})
	}
	c.run(100 * sec)
	if rate := float64(bytes*8) / 100 / 0.9; rate < 780*kbit || rate > 820*kbit {
		t.Errorf("%.0f bit/s came through", rate)
	}
	if longest < 90*ms || longest > 110*ms { // 10,000 bytes at 800 kbit/s
		t.Errorf("the longest wait was %v", longest)
	}
	if l.dropped < 9900 || l.dropped > 10_100 {
		t.Errorf("%d dropped", l.dropped)
	}
	if lost := 20_000 - l.dropped - packets; lost < 900 || lost > 1100 {
		t.Errorf("%d lost at random", lost)
	}
}
