package simulation

import (
	"fmt"
	"time"
)

// meeting is what one receiver of four cameras with three encodings each gets, as the web client publishes them.
func meeting() *forwarder { return newForwarder(4, 150*kbit, 500*kbit, 1700*kbit) }

// floors are the conditions that docs/congestion.md and the promises of Salon speak of, with a forwarder as source.
var floors = []scenario{
	{
		name: "steps", title: "3 Mbit/s, 300 kbit/s, 3 Mbit/s; four cameras", end: 180 * sec, plot: true,
		build: func(make makeNetwork) *network {
			n := make(300*ms, step{0, 3 * mbit}, step{60 * sec, 300 * kbit}, step{120 * sec, 3 * mbit})
			n.add(meeting(), 40*ms)
			return n
		},
		check: func(f *figures, n *network) {
			r := &n.flows[0].record
			f.within("2 Mbit/s after the start", r.reached(2*mbit, 0), 15*sec)
			f.within("down: what is sent fits after", r.fell(300*kbit, 60*sec), 1500*ms)
			f.within("down: queue under 300 ms after", r.drained(300*ms, 60*sec, 90*sec), 4500*ms)
			f.within("at 300 kbit/s: queue p95", r.queue(95, 65*sec, 120*sec), 300*ms)
			f.within("up: 2 Mbit/s after", r.reached(2*mbit, 120*sec), 15*sec)
		},
	},
	{
		name: "steps-one", title: "3 Mbit/s, 300 kbit/s, 3 Mbit/s; one camera", end: 180 * sec, plot: true,
		build: func(make makeNetwork) *network {
			n := make(100*ms, step{0, 3 * mbit}, step{60 * sec, 300 * kbit}, step{120 * sec, 3 * mbit})
			n.add(newForwarder(1, 150*kbit, 500*kbit, 1700*kbit), 40*ms)
			return n
		},
		check: func(f *figures, n *network) {
			r := &n.flows[0].record
			f.within("top encoding after the start", r.reached(1600*kbit, 0), 10*sec)
			f.within("down: what is sent fits after", r.fell(300*kbit, 60*sec), 1500*ms)
			f.within("down: queue under 300 ms after", r.drained(300*ms, 60*sec, 90*sec), 3*sec)
			f.within("at 300 kbit/s: queue p95", r.queue(95, 65*sec, 120*sec), 300*ms)
			f.within("up: top encoding after", r.reached(1600*kbit, 120*sec), 15*sec)
		},
	},
	{
		name: "narrow", title: "300 kbit/s, four cameras", end: 600 * sec, plot: true,
		build: func(make makeNetwork) *network {
			n := make(1*sec, step{0, 300 * kbit})
			n.add(meeting(), 40*ms)
			return n
		},
		check: func(f *figures, n *network) {
			r := &n.flows[0].record
			f.within("queue p95", r.queue(95, 15*sec, 600*sec), 300*ms)
			f.least("kbit/s delivered", r.rate(15*sec, 600*sec)/1000, 150)
			f.most("layer switches a minute", float64(n.flows[0].source.(*forwarder).switches)/10, 6)
		},
	},
	{
		name: "sweep", title: "0 to 5 Mbit/s and back, four cameras", end: 1010 * sec, plot: true,
		build: func(make makeNetwork) *network {
			n := make(300*ms, sweep()...)
			n.link.limit = 60_000
			n.add(meeting(), 40*ms)
			return n
		},
		check: func(f *figures, n *network) {
			r := &n.flows[0].record
			f.least("utilisation", n.utilisation(10*sec, 1000*sec), 0.5)
			f.within("queue p95 above 300 kbit/s", r.queue(95, 40*sec, 970*sec), 300*ms)
			f.most("share of seconds that send capacity + 10 %", exceeded(r, 1.1, 40*sec, 970*sec), 0.05)
		},
	},
	lossy(0.05, 0.9), lossy(0.10, 0.9), lossy(0.20, 0.85), lossy(0.30, 0.85),
	jittery("jitter-30", "Jitter of 30 ms", 0, 30*ms, false), jittery("jitter-30-reordered", "Jitter of 30 ms that reorders", 0, 30*ms, true),
	jittery("jitter", "100 +- 50 ms", 0, 100*ms, false), jittery("jitter-reordered", "100 +- 50 ms that reorder", 0, 100*ms, true),
	jittery("jitter-comes", "20 ms, from 20 s on 100 +- 50 ms", 20*sec, 100*ms, false),
	jittery("jitter-comes-reordered", "20 ms, from 20 s on 100 +- 50 ms that reorder", 20*sec, 100*ms, true),
	congested("jitter-congested", "100 +- 50 ms", false), congested("jitter-congested-reordered", "100 +- 50 ms that reorder", true),
	{
		name: "pauses", title: "Every 5 s the network, or a machine, pauses for 150 ms; one camera, 20 Mbit/s", end: 120 * sec,
		build: func(make makeNetwork) *network {
			schedule := []step{{0, 20 * mbit}}
			for at := 5 * sec; at < 120*sec; at += 5 * sec {
				schedule = append(schedule, step{at, 0}, step{at + 150*ms, 20 * mbit})
			}
			n := make(300*ms, schedule...)
			n.add(newForwarder(1, 150*kbit, 500*kbit, 1700*kbit), 20*ms)
			return n
		},
		check: func(f *figures, n *network) {
			f.least("share of the top encoding", n.flows[0].record.rate(20*sec, 120*sec)/(1700*kbit+audioRate), 0.9)
			f.most("layer switches a minute", float64(n.flows[0].source.(*forwarder).switches)/2, 6)
		},
	},
	{
		name: "policer", title: "1 Mbit/s enforced by dropping, hardly a queue", end: 120 * sec, plot: true,
		build: func(make makeNetwork) *network {
			n := make(1*ms, step{0, 1 * mbit})
			n.link.limit = 6000
			n.add(&encoder{least: 50 * kbit, most: 3 * mbit}, 40*ms)
			return n
		},
		check: func(f *figures, n *network) {
			r := &n.flows[0].record
			f.least("utilisation", n.utilisation(10*sec, 120*sec), 0.75)
			f.most("share of seconds that send capacity + 10 %", exceeded(r, 1.1, 10*sec, 120*sec), 0.1)
			f.most("packets dropped, %", 100*float64(n.link.dropped)/float64(n.link.dropped+len(r.waits)), 5)
		},
	},
	{
		name: "limited", title: "The application sends 300 kbit/s, the link carries 3 Mbit/s", end: 1800 * sec,
		build: func(make makeNetwork) *network {
			n := make(300*ms, step{0, 3 * mbit})
			n.link.jitter = 20 * ms
			n.add(&encoder{least: 250 * kbit, most: 250 * kbit}, 40*ms)
			return n
		},
		check: func(f *figures, n *network) {
			least, most := n.flows[0].record.estimates(10*sec, 1800*sec)
			f.least("smallest estimate, kbit/s", float64(least)/1000, 300)
			f.most("largest estimate, kbit/s", float64(most)/1000, 500)
			f.most("padding, %", 100*float64(n.flows[0].paddingPackets)/float64(len(n.flows[0].record.waits)), 0.5)
		},
	},
	{
		name: "feedback-loss", title: "30 % of the feedback is lost, 1.5 Mbit/s", end: 120 * sec,
		build: func(make makeNetwork) *network {
			n := make(300*ms, step{0, 1500 * kbit})
			n.add(rfcEncoder(), 40*ms).feedbackLoss = 0.3
			return n
		},
		check: func(f *figures, n *network) {
			f.least("utilisation", n.utilisation(10*sec, 120*sec), 0.7)
			f.within("queue p95", n.queue(95, 10*sec, 120*sec), 250*ms)
		},
	},
	{
		name: "outage", title: "No network from 30 to 35 s, 2 Mbit/s", end: 60 * sec, plot: true,
		build: func(make makeNetwork) *network {
			n := make(300*ms, step{0, 2 * mbit}, step{30 * sec, 0}, step{35 * sec, 2 * mbit})
			n.add(newForwarder(1, 150*kbit, 500*kbit, 1700*kbit), 40*ms)
			return n
		},
		check: func(f *figures, n *network) {
			r := &n.flows[0].record
			least, _ := r.estimates(34*sec, 35*sec)
			f.most("estimate at the end of the outage, kbit/s", float64(least)/1000, 900)
			f.within("500 kbit/s after it", r.reached(450*kbit, 35*sec), 5*sec)
		},
	},
}

// lossy is a wide link that loses packets at random: loss that less sending does not cure.
func lossy(loss, share float64) scenario {
	return scenario{
		name:  fmt.Sprintf("loss-%.0f", loss*100),
		title: fmt.Sprintf("%.0f %% random loss, 3 Mbit/s", loss*100), end: 120 * sec, plot: loss == 0.2,
		build: func(make makeNetwork) *network {
			n := make(300*ms, step{0, 3 * mbit})
			n.link.loss = loss
			n.add(newForwarder(1, 150*kbit, 500*kbit, 1700*kbit), 40*ms)
			return n
		},
		check: func(f *figures, n *network) {
			r := &n.flows[0].record
			f.within("top encoding after the start", r.reached(1600*kbit*(1-loss), 0), 20*sec)
			f.least("share of the top encoding, loss aside", r.rate(20*sec, 120*sec)/(1-loss)/(1700*kbit+audioRate), share)
		},
	}
}

// jittery is a wide link whose delay of 20 ms becomes 50 ms and jitter, at the beginning or in the middle of a call: nothing
// of it is a queue.
func jittery(name, title string, from, jitter time.Duration, reorder bool) scenario {
	return scenario{
		name: name, title: title + "; one camera, 20 Mbit/s", end: 120 * sec, plot: name == "jitter-comes",
		build: func(make makeNetwork) *network {
			n := make(300*ms, step{0, 20 * mbit})
			flow := n.add(newForwarder(1, 150*kbit, 500*kbit, 1700*kbit), 20*ms)
			n.link.reorder = reorder
			n.clock.after(from, func() { n.link.jitter, flow.delay = jitter, 50*ms })
			return n
		},
		check: func(f *figures, n *network) {
			r := &n.flows[0].record
			f.within("top encoding after the change", r.reached(1600*kbit, max(from, sec)+sec), 15*sec)
			f.least("share of the top encoding from 15 s after it", r.rate(from+15*sec, 120*sec)/(1700*kbit+audioRate), 0.9)
			f.most("layer switches from then on", float64(n.flows[0].source.(*forwarder).switches)-3, 6)
		},
	}
}

// congested is a narrow link with a queue of half a second, and jitter behind which it must still be found.
func congested(name, title string, reorder bool) scenario {
	return scenario{
		name: name, title: title + "; an encoder, 1 Mbit/s", end: 120 * sec, plot: !reorder,
		build: func(make makeNetwork) *network {
			n := make(500*ms, step{0, 1 * mbit})
			n.link.jitter, n.link.reorder = 100*ms, reorder
			n.add(&encoder{least: 50 * kbit, most: 3 * mbit}, 50*ms)
			return n
		},
		check: func(f *figures, n *network) {
			f.least("utilisation", n.utilisation(10*sec, 120*sec), 0.6)
			f.within("queue p95", n.queue(95, 10*sec, 120*sec), 350*ms)
		},
	}
}

// sweep goes from 0 to 5 Mbit/s and back in steps of 100 kbit/s, each 10 s long.
func sweep() (schedule []step) {
	for i := range 101 {
		rate := min(i, 100-i) * 100 * kbit
		schedule = append(schedule, step{time.Duration(i) * 10 * sec, rate})
	}
	schedule[0].rate = 50 * kbit
	schedule[100].rate = 50 * kbit
	return schedule
}

// exceeded is the share of seconds in which more was sent than the capacity times a factor.
func exceeded(r *record, factor float64, from, to time.Duration) float64 {
	over, all := 0, 0
	for _, s := range r.samples {
		if s.at < from || s.at >= to || s.at%sec != 0 {
			continue
		}
		all++
		bytes, i := 0, int(s.at/sampleStep)
		for j := range 10 {
			bytes += r.out[i+j]
		}
		if float64(bytes*8) > factor*float64(s.capacity) {
			over++
		}
	}
	return float64(over) / float64(all)
}
