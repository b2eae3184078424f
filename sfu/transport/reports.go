package transport

import (
	"time"

	"github.com/pion/rtcp"
)

// handleRTCP does what one packet of RTCP from the client asks for. What is sent goes into the batch.
func (p *Peer) handleRTCP(packet rtcp.Packet, now time.Time, b *batch) {
	switch r := packet.(type) {
	case *rtcp.SenderReport:
		p.publisherReport(r, now)
		p.receiverBlocks(r.Reports, now)
	case *rtcp.ReceiverReport:
		p.receiverBlocks(r.Reports, now)
	case *rtcp.PictureLossIndication:
		p.keyframeWanted(r.MediaSSRC)
	case *rtcp.FullIntraRequest:
		for _, entry := range r.FIR {
			p.keyframeWanted(entry.SSRC)
		}
	case *rtcp.TransportLayerNack:
		p.retransmit(r.MediaSSRC, r.Nacks, now, b)
	case *rtcp.TransportLayerCC:
		p.heard(r, now)
	case *rtcp.ReceiverEstimatedMaximumBitrate:
		p.estimation.remb(r.Bitrate, now)
	}
}

func (p *Peer) publisherReport(r *rtcp.SenderReport, now time.Time) {
	for _, publication := range p.live.Load().publications {
		for _, e := range publication.Encodings() {
			e.SenderReport(r, now) // takes it only when the SSRC is its own
		}
	}
}

func (p *Peer) receiverBlocks(blocks []rtcp.ReceptionReport, now time.Time) {
	for _, b := range blocks {
		o := p.slotOf(b.SSRC)
		if o == nil {
			continue
		}
		if rtt := o.slot.ReceiverReport(b, now); rtt > 0 {
			p.rtt.Store(int64(rtt))
		}
		expected := float64(o.expected(b.LastSequenceNumber))
		p.estimation.reported(expected, expected*float64(b.FractionLost)/256)
	}
}

func (p *Peer) keyframeWanted(ssrc uint32) {
	if o := p.slotOf(ssrc); o != nil {
		p.engine.counters.keyframesRequested.Add(1)
		o.slot.RequestKeyframe()
	}
}

func (p *Peer) slotOf(ssrc uint32) *outbound {
	for _, o := range p.live.Load().slots {
		if bound := o.bound.Load(); bound != nil && bound.ssrc == ssrc {
			return o
		}
	}
	return nil
}

// RTT returns the newest round trip that a receiver report told, 0 while unknown.
func (p *Peer) RTT() time.Duration { return time.Duration(p.rtt.Load()) }
