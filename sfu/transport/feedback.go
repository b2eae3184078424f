package transport

import (
	"slices"
	"sync"
	"time"

	"github.com/pion/rtcp"

	"salon/sfu/congestion"
	"salon/sfu/forward"
)

// senderSSRC is what we call ourselves in feedback, as libwebrtc's receivers do.
const senderSSRC = 1

// How often feedback is sent. What has to be told of packets that arrive, packets ask for themselves: the loop then runs
// while the process is awake anyway, and its timer is for what nothing else causes.
const (
	repairInterval    = 10 * time.Millisecond  // while packets are missing: their NACKs
	mediaInterval     = 100 * time.Millisecond // while media arrives: the last packets before a pause, and repeated requests
	idleInterval      = 500 * time.Millisecond // otherwise: sender reports are due, once a second
	transportInterval = 50 * time.Millisecond  // enough for a sender's bandwidth estimate
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
		if woken || !now.Before(round.due) {
			round.due = now.Add(round.interval(p, now))
		}
		timer.Reset(min(round.due.Sub(now), p.estimation.wait()))
	}
}

// feedbackRound remembers when what was sent. Only the feedback loop uses it.
type feedbackRound struct {
	feedback forward.Feedback // reused
	due      time.Time        // of the next round
	reportAt time.Time
}

func (r *feedbackRound) interval(p *Peer, now time.Time) time.Duration {
	if r.feedback.Missing {
		return repairInterval
	}
	for _, publication := range p.live.Load().publications {
		if publication.Receiving(now) {
			return mediaInterval
		}
	}
	return together(idleInterval, now)
}

// together returns how long to wait for the next of the times that all Peers share, so that a server with many of them
// at rest wakes up once for all.
func together(interval time.Duration, now time.Time) time.Duration {
	return interval - time.Duration(now.UnixNano())%interval
}

// collect returns what has to be sent now.
func (r *feedbackRound) collect(p *Peer, now time.Time) []rtcp.Packet {
	live := p.live.Load()
	f := &r.feedback
	f.SenderSSRC, f.Reports = senderSSRC, now.Sub(r.reportAt) >= reportInterval
	f.Packets, f.Blocks, f.NACKs, f.KeyframeRequests, f.Missing = f.Packets[:0], f.Blocks[:0], 0, 0, false
	for _, publication := range live.publications {
		publication.AppendFeedback(f, now, p.RTT())
	}
	p.engine.counters.nacksSent.Add(f.NACKs)
	p.engine.counters.keyframesSent.Add(f.KeyframeRequests)
	packets := f.Packets
	if p.moved.Swap(false) { // an empty report, for the path to see it
		packets = append(packets, &rtcp.ReceiverReport{SSRC: senderSSRC})
	}
	packets = append(packets, p.feedback.take(now)...)
	if f.Reports {
		r.reportAt = now
		packets = append(packets, senderReports(live.slots, now)...)
		for blocks := range slices.Chunk(f.Blocks, 31) { // RFC 3550 6.4.2: the count has five bits
			packets = append(packets, &rtcp.ReceiverReport{SSRC: senderSSRC, Reports: slices.Clone(blocks)})
		}
	}
	return packets
}

// feedbackState is what is noted for transport feedback.
type feedbackState struct {
	mu        sync.Mutex           // leaf; guards all below
	recorder  *congestion.Recorder // nil before the first numbered packet: receivers have none
	mediaSSRC uint32
	sentAt    time.Time
	asked     bool // a packet has asked for feedback since
}

// note takes the arrival of a numbered packet, and says whether feedback is due because of it.
func (f *feedbackState) note(number uint16, ssrc uint32, at time.Time) (due bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.recorder == nil {
		f.recorder = &congestion.Recorder{}
	}
	f.recorder.Record(number, at)
	f.mediaSSRC = ssrc
	if f.asked || at.Sub(f.sentAt) < transportInterval {
		return false
	}
	f.asked = true
	return true
}

// take returns the feedback that is due.
func (f *feedbackState) take(now time.Time) []rtcp.Packet {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.recorder == nil || !f.asked && now.Sub(f.sentAt) < transportInterval {
		return nil
	}
	packets := f.recorder.Feedback(senderSSRC, f.mediaSSRC)
	if f.asked = false; len(packets) > 0 {
		f.sentAt = now
	}
	return packets
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
