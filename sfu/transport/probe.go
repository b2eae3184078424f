package transport

import "time"

const probeInterval = 5 * time.Millisecond

// probe sends what is due of a cluster: recent packets again, on the RTX stream of slots that send. Where nothing can be
// sent that way there are no clusters: padding needs a stream, too. It returns whether the cluster goes on.
func (r *estimationRound) probe(p *Peer, now time.Time) (on bool) {
	slots := p.live.Load().slots
	cluster, on := p.estimation.estimator.Probe(now)
	if !on || cluster.Due == 0 {
		return on
	}
	b := p.engine.batches.get(&p.engine.counters)
	left := cluster.Due
	for i := range slots {
		o := slots[(r.first+i)%len(slots)]
		if left <= 0 {
			break
		}
		if o.slot.Probing(now) {
			var sent int
			sent, r.scratch = o.slot.Probe(left, r.scratch, b)
			left -= sent
		}
	}
	r.first++
	b.flush()
	p.engine.batches.put(b)
	return true
}

// canProbe says whether some slot has packets that can be sent again.
func canProbe(slots []*outbound, now time.Time) bool {
	for _, o := range slots {
		if o.repairs() && o.slot.Probing(now) {
			return true
		}
	}
	return false
}
