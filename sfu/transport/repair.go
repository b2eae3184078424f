package transport

import (
	"time"

	"github.com/pion/rtcp"

	"salon/sfu/congestion"
	"salon/sfu/forward"
)

// Bounds of what a client's NACKs can make us send.
const (
	maxRetransmits  = 256    // packets for one NACK packet
	leastRepairRate = 30_000 // bit/s, whatever the estimate is
	copiesReserve   = 0.5    // seconds of repairs that must be left for copies
)

// pathOf is what repairs depend on. Only loss that less media would not end counts: copies would feed a congestion.
func pathOf(e congestion.Estimate) forward.Path { return forward.Path{Loss: e.Own, Spare: true} }

// retransmit answers a NACK; its packets leave together.
func (p *Peer) retransmit(ssrc uint32, pairs []rtcp.NackPair, now time.Time, b *batch) {
	o := p.slotOf(ssrc)
	if o == nil {
		return
	}
	estimate := p.estimation.estimator.Estimate(now)
	path, repairs := pathOf(estimate), &p.estimation.repairs
	rate := max(path.Share()*float64(estimate.Bitrate), leastRepairRate) / 8
	left := maxRetransmits
	var scratch []byte
	for i := 0; i < len(pairs) && left > 0; i++ {
		pairs[i].Range(func(number uint16) bool {
			p.engine.counters.nacksReceived.Add(1)
			left--
			if !repairs.open(rate, now) {
				p.engine.counters.droppedResend.Add(1)
				return left > 0
			}
			path.Spare = repairs.holds(copiesReserve * rate)
			var sent int
			if sent, scratch = o.slot.Retransmit(number, now, path, scratch, b); sent > 0 {
				repairs.spend(float64(sent * (len(scratch) + forward.PacketOverhead)))
			}
			return left > 0
		})
	}
}
