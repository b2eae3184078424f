package transport

import (
	"slices"
	"time"

	"github.com/pion/rtcp"

	"salon/sfu/forward"
)

// senderSSRC is what we call ourselves in feedback, as libwebrtc's receivers do.
const senderSSRC = 1

// How often feedback is sent. While media arrives: often enough for NACKs and for a sender's bandwidth estimate;
// otherwise only sender reports are due, once a second.
const (
	busyInterval      = 20 * time.Millisecond
	idleInterval      = 500 * time.Millisecond
	transportInterval = 50 * time.Millisecond
	reportInterval    = time.Second
	maxCompound       = 1100 // bytes of RTCP in one packet
)

// feedbackLoop sends all RTCP of the Peer: NACKs, keyframe requests, transport feedback, reports.
func (p *Peer) feedbackLoop() {
	timer := time.NewTimer(idleInterval)
	defer timer.Stop()
	var round feedbackRound
	for {
		select {
		case <-p.done:
			return
		case <-p.wake:
		case <-timer.C:
		}
		now := time.Now()
		timer.Reset(round.interval(p, now))
		if p.connected.Load() {
			p.send(round.collect(p, now))
		}
	}
}

// feedbackRound remembers when what was sent. Only the feedback loop uses it.
type feedbackRound struct {
	feedback    forward.Feedback // reused
	transportAt time.Time
	reportAt    time.Time
}

func (r *feedbackRound) interval(p *Peer, now time.Time) time.Duration {
	for _, publication := range p.live.Load().publications {
		if publication.Receiving(now) {
			return busyInterval
		}
	}
	return idleInterval
}

// collect returns what has to be sent now.
func (r *feedbackRound) collect(p *Peer, now time.Time) []rtcp.Packet {
	live := p.live.Load()
	f := &r.feedback
	f.SenderSSRC, f.Reports = senderSSRC, now.Sub(r.reportAt) >= reportInterval
	f.Packets, f.Blocks, f.NACKs, f.KeyframeRequests = f.Packets[:0], f.Blocks[:0], 0, 0
	for _, publication := range live.publications {
		publication.AppendFeedback(f, now, p.RTT())
	}
	p.engine.counters.nacksSent.Add(f.NACKs)
	p.engine.counters.keyframesSent.Add(f.KeyframeRequests)
	packets := f.Packets
	if p.moved.Swap(false) { // an empty report, for the path to see it
		packets = append(packets, &rtcp.ReceiverReport{SSRC: senderSSRC})
	}
	if now.Sub(r.transportAt) >= transportInterval {
		r.transportAt = now
		packets = append(packets, p.transportFeedback()...)
	}
	if f.Reports {
		r.reportAt = now
		packets = append(packets, senderReports(live.slots, now)...)
		for blocks := range slices.Chunk(f.Blocks, 31) { // RFC 3550 6.4.2: the count has five bits
			packets = append(packets, &rtcp.ReceiverReport{SSRC: senderSSRC, Reports: slices.Clone(blocks)})
		}
	}
	return packets
}

func (p *Peer) transportFeedback() []rtcp.Packet {
	f := &p.feedback
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.recorder.Feedback(senderSSRC, f.mediaSSRC)
}

func senderReports(slots []*outbound, now time.Time) []rtcp.Packet {
	var packets []rtcp.Packet
	for _, o := range slots {
		bound := o.bound.Load()
		if bound == nil {
			continue
		}
		if report := o.slot.SenderReport(now); report != nil {
			report.SSRC = bound.ssrc
			packets = append(packets, report)
		}
	}
	return packets
}

// send sends packets in compounds that fit a path (RFC 3550 6.1; RFC 5506 allows them to begin with anything).
func (p *Peer) send(packets []rtcp.Packet) {
	for len(packets) > 0 {
		n, size := 0, 0
		for n < len(packets) && (n == 0 || size+packets[n].MarshalSize() <= maxCompound) {
			size += packets[n].MarshalSize()
			n++
		}
		if p.connection.WriteRTCP(packets[:n]) == nil {
			p.engine.counters.feedbackSent.Add(1)
		}
		packets = packets[n:]
	}
}

// handleRTCP takes one packet as far as it is about ssrc.
func (p *Peer) handleRTCP(ssrc uint32, packet rtcp.Packet, now time.Time) {
	switch r := packet.(type) {
	case *rtcp.SenderReport:
		if r.SSRC == ssrc {
			p.publisherReport(r, now)
		}
		p.receiverBlocks(ssrc, r.Reports, now)
	case *rtcp.ReceiverReport:
		p.receiverBlocks(ssrc, r.Reports, now)
	case *rtcp.PictureLossIndication:
		if r.MediaSSRC == ssrc {
			p.keyframeWanted(ssrc)
		}
	case *rtcp.FullIntraRequest:
		if slices.ContainsFunc(r.FIR, func(e rtcp.FIREntry) bool { return e.SSRC == ssrc }) {
			p.keyframeWanted(ssrc)
		}
	case *rtcp.TransportLayerNack:
		if r.MediaSSRC == ssrc {
			p.retransmit(ssrc, r.Nacks, now)
		}
	}
}

func (p *Peer) publisherReport(r *rtcp.SenderReport, now time.Time) {
	for _, publication := range p.live.Load().publications {
		for _, e := range publication.Encodings() {
			e.SenderReport(r, now) // takes it only when the SSRC is its own
		}
	}
}

func (p *Peer) receiverBlocks(ssrc uint32, blocks []rtcp.ReceptionReport, now time.Time) {
	for _, b := range blocks {
		if b.SSRC != ssrc {
			continue
		}
		if o := p.slotOf(ssrc); o != nil {
			if rtt := o.slot.ReceiverReport(b, now); rtt > 0 {
				p.rtt.Store(int64(rtt))
			}
		}
	}
}

func (p *Peer) keyframeWanted(ssrc uint32) {
	if o := p.slotOf(ssrc); o != nil {
		p.engine.counters.keyframesRequested.Add(1)
		o.slot.RequestKeyframe()
	}
}

// maxRetransmits bounds what one NACK packet can make us send.
const maxRetransmits = 256

func (p *Peer) retransmit(ssrc uint32, pairs []rtcp.NackPair, now time.Time) {
	o := p.slotOf(ssrc)
	if o == nil {
		return
	}
	left := maxRetransmits
	var scratch []byte
	for i := range pairs {
		pairs[i].Range(func(number uint16) bool {
			p.engine.counters.nacksReceived.Add(1)
			_, scratch = o.slot.Retransmit(number, now, scratch)
			left--
			return left > 0
		})
		if left == 0 {
			return
		}
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
