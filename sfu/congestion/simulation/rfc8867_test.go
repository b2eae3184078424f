package simulation

import "time"

// rfcEncoder is the adaptive source of RFC 8867 4.3, with a largest bitrate that the link bounds.
func rfcEncoder() *encoder { return &encoder{least: 50 * kbit, most: 3 * mbit} }

// rfc8867 are the cases of RFC 8867 section 5: 50 ms one way, a queue of 300 ms, and 30 ms of jitter where the section
// asks for it.
var rfc8867 = []scenario{
	{
		name: "rfc8867-5.1", title: "Variable capacity, one flow", end: 100 * sec, plot: true,
		build: func(make makeNetwork) *network {
			n := make(300*ms, step{0, 1 * mbit}, step{40 * sec, 2500 * kbit}, step{60 * sec, 600 * kbit}, step{80 * sec, 1 * mbit})
			n.link.jitter = 30 * ms
			n.add(rfcEncoder(), 50*ms)
			return n
		},
		check: func(f *figures, n *network) {
			f.least("utilisation", n.utilisation(5*sec, 100*sec), 0.75)
			f.within("queue p95", n.queue(95, 5*sec, 100*sec), 200*ms)
			f.within("1 to 2.5 Mbit/s: 80 % after", n.flows[0].record.reached(2*mbit, 40*sec), 12*sec)
			f.within("2.5 to 0.6 Mbit/s: fits after", n.flows[0].record.fell(600*kbit, 60*sec), 2*sec)
		},
	},
	{
		name: "rfc8867-5.2", title: "Variable capacity, two flows", end: 125 * sec, plot: true,
		build: func(make makeNetwork) *network {
			n := make(300*ms, step{0, 4 * mbit}, step{25 * sec, 2 * mbit}, step{50 * sec, 3500 * kbit}, step{75 * sec, 1 * mbit}, step{100 * sec, 2 * mbit})
			n.link.jitter = 30 * ms
			n.add(rfcEncoder(), 50*ms)
			n.add(rfcEncoder(), 50*ms)
			return n
		},
		check: func(f *figures, n *network) {
			f.least("utilisation", n.utilisation(5*sec, 125*sec), 0.75)
			f.within("queue p95", n.queue(95, 5*sec, 125*sec), 250*ms)
			f.least("fairness", fairness(n.flows[0].record.rate(10*sec, 125*sec), n.flows[1].record.rate(10*sec, 125*sec)), 0.9)
		},
	},
	{
		name: "rfc8867-5.3", title: "Congested feedback link, media both ways", end: 100 * sec, plot: true,
		build: func(make makeNetwork) *network {
			n := make(300*ms, step{0, 2 * mbit}, step{20 * sec, 1 * mbit}, step{40 * sec, 500 * kbit}, step{60 * sec, 2 * mbit})
			back := n.newLink(300*ms, step{0, 2 * mbit}, step{35 * sec, 800 * kbit}, step{70 * sec, 2 * mbit})
			n.link.jitter, back.jitter = 30*ms, 30*ms
			there := n.add(rfcEncoder(), 50*ms)
			there.back = back
			again := n.add(rfcEncoder(), 50*ms)
			again.forward, again.back = back, n.link
			return n
		},
		check: func(f *figures, n *network) {
			there, again := &n.flows[0].record, &n.flows[1].record
			f.least("utilisation", there.rate(5*sec, 100*sec)*95/8/n.link.capacity(5*sec, 100*sec), 0.7)
			f.least("utilisation back", again.rate(5*sec, 100*sec)*95/8/n.flows[1].forward.capacity(5*sec, 100*sec), 0.7)
			f.within("queue p95", n.queue(95, 5*sec, 100*sec), 250*ms)
		},
	},
	{
		name: "rfc8867-5.4", title: "Three competing flows", end: 120 * sec, plot: true,
		build: func(make makeNetwork) *network {
			n := make(300*ms, step{0, 3500 * kbit})
			n.link.jitter = 30 * ms
			for i := range 3 {
				n.add(rfcEncoder(), 50*ms).begin = time.Duration(i) * 20 * sec
			}
			return n
		},
		check: func(f *figures, n *network) {
			f.least("utilisation", n.utilisation(5*sec, 120*sec), 0.75)
			f.within("queue p95", n.queue(95, 5*sec, 120*sec), 200*ms)
			f.least("fairness of the last minute", fairness(rates(n, 60*sec, 120*sec)...), 0.8)
		},
	},
	{
		name: "rfc8867-5.5", title: "Round-trip fairness, five flows of 10 to 150 ms", end: 300 * sec, plot: true,
		build: func(make makeNetwork) *network {
			n := make(300*ms, step{0, 4 * mbit})
			n.link.jitter = 30 * ms
			for i, delay := range []time.Duration{10 * ms, 25 * ms, 50 * ms, 100 * ms, 150 * ms} {
				n.add(rfcEncoder(), delay).begin = time.Duration(i) * 10 * sec
			}
			return n
		},
		check: func(f *figures, n *network) {
			f.least("utilisation", n.utilisation(5*sec, 300*sec), 0.75)
			f.within("queue p95", n.queue(95, 5*sec, 300*sec), 250*ms)
			f.least("fairness of the last 200 s", fairness(rates(n, 100*sec, 300*sec)...), 0.8)
		},
	},
	{
		name: "rfc8867-5.6", title: "A long TCP flow from 20 to 100 s", end: 120 * sec, plot: true,
		build: func(make makeNetwork) *network {
			n := make(300*ms, step{0, 2 * mbit})
			n.link.jitter = 30 * ms
			n.add(rfcEncoder(), 50*ms)
			n.addTCP(50*ms, 20*sec, 100*sec)
			return n
		},
		check: func(f *figures, n *network) {
			f.least("kbit/s beside TCP", n.flows[0].record.rate(30*sec, 100*sec)/1000, 400)
			f.least("kbit/s of TCP", float64(n.tcps[0].bytes)*8/80/1000, 400)
			f.within("80 % after TCP ends", n.flows[0].record.reached(1600*kbit, 100*sec), 15*sec)
		},
	},
	{
		name: "rfc8867-5.7", title: "Short TCP flows", end: 120 * sec, plot: true,
		build: func(make makeNetwork) *network {
			n := make(300*ms, step{0, 2 * mbit})
			n.link.jitter = 30 * ms
			n.add(rfcEncoder(), 50*ms)
			n.add(rfcEncoder(), 50*ms)
			for i := range 10 {
				at := time.Duration(10+10*i) * sec
				n.addTCP(50*ms, at, at+2*sec)
			}
			return n
		},
		check: func(f *figures, n *network) {
			f.least("utilisation by media", n.utilisation(5*sec, 120*sec), 0.4)
			f.least("fairness", fairness(rates(n, 10*sec, 120*sec)...), 0.75)
		},
	},
	{
		name: "rfc8867-5.8", title: "Media pause from 40 to 60 s", end: 120 * sec, plot: true,
		build: func(make makeNetwork) *network {
			n := make(300*ms, step{0, 3500 * kbit})
			n.link.jitter = 30 * ms
			for range 3 {
				n.add(rfcEncoder(), 50*ms)
			}
			f := n.flows[0]
			n.clock.after(40*sec, func() { f.stopped = true })
			n.clock.after(60*sec, func() { f.stopped = false })
			return n
		},
		check: func(f *figures, n *network) {
			f.least("utilisation", n.utilisation(5*sec, 120*sec), 0.75)
			f.within("queue p95", n.queue(95, 5*sec, 120*sec), 200*ms)
			f.within("200 kbit/s again after", n.flows[0].record.reached(200*kbit, 60*sec), 5*sec)
			f.least("fairness of the last 40 s", fairness(rates(n, 80*sec, 120*sec)...), 0.75)
		},
	},
}

func rates(n *network, from, to time.Duration) (all []float64) {
	for _, f := range n.flows {
		all = append(all, f.record.rate(from, to))
	}
	return all
}
