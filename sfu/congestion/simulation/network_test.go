package simulation

import (
	"math/rand/v2"
	"testing"
	"time"
)

// network is one bottleneck and what runs over it.
type network struct {
	t     testing.TB
	clock *clock
	link  *link
	flows []*flow
	tcps  []*tcp
	seed  uint64
	end   time.Duration
}

// newNetwork returns a link with this capacity over time and a queue of queueTime at the first one. Everything random in
// it comes from the seed.
func newNetwork(t testing.TB, seed uint64, queueTime time.Duration, schedule ...step) *network {
	c := &clock{}
	n := &network{t: t, clock: c, seed: 1000*seed + 1}
	n.link = n.newLink(queueTime, schedule...)
	return n
}

func (n *network) newLink(queueTime time.Duration, schedule ...step) *link {
	n.seed++
	return &link{
		clock: n.clock, random: rand.New(rand.NewPCG(n.seed, 1)), schedule: schedule, latest: map[any]time.Duration{},
		limit: max(3*packetSize, int(float64(schedule[0].rate)/8*queueTime.Seconds())),
	}
}

// add adds a media flow with a one-way delay.
func (n *network) add(s source, delay time.Duration) *flow {
	n.seed++
	f := &flow{t: n.t, clock: n.clock, random: rand.New(rand.NewPCG(n.seed, 2)), forward: n.link, delay: delay, source: s}
	n.flows = append(n.flows, f)
	return f
}

func (n *network) addTCP(delay, begin, end time.Duration) *tcp {
	t := &tcp{clock: n.clock, forward: n.link, delay: delay, begin: begin, end: end}
	n.tcps = append(n.tcps, t)
	return t
}

// run lets everything happen until the end.
func (n *network) run(end time.Duration) {
	for _, f := range n.flows {
		f.run()
	}
	for _, t := range n.tcps {
		t.run()
	}
	n.end = end
	n.clock.run(end)
}

// utilisation is what all media flows delivered against what the link could carry.
func (n *network) utilisation(from, to time.Duration) float64 {
	var bits float64
	for _, f := range n.flows {
		bits += f.record.rate(from, to) * (to - from).Seconds()
	}
	return bits / 8 / n.link.capacity(from, to)
}

// queue is a percentile over all media flows.
func (n *network) queue(percent float64, from, to time.Duration) time.Duration {
	var all []time.Duration
	for _, f := range n.flows {
		for _, w := range f.record.waits {
			if w.at >= from && w.at < to {
				all = append(all, w.queue)
			}
		}
	}
	return percentile(all, percent)
}
