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

// feedbackLoop sends all RTCP of the Peer: NACKs, keyframe requests, transport feedback, reports; and estimates the
// bandwidth toward its client.
func (p *Peer) feedbackLoop() {
	timer := time.NewTimer(idleInterval)
	defer timer.Stop()
	var round feedbackRound
	var estimation estimationRound
	for {
		woken := false
		select {
		case <-p.done:
			return
		case <-p.wake:
			woken = true
		case <-timer.C:
		}
		now := time.Now()
		if p.connected.Load() {
			if woken || !now.Before(round.due) {
				p.send(round.collect(p, now))
			}
			estimation.run(p, now)
		}
		if !now.Before(round.due) {
			round.due = now.Add(round.interval(p, now))
		}
		timer.Reset(min(round.due.Sub(now), p.estimation.wait()))
	}
}

// feedbackRound remembers when what was sent. Only the feedback loop uses it.
type feedbackRound struct {
	feedback    forward.Feedback // reused
	due         time.Time        // of the next round
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
