package participant

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"salon/signaling/protocol"
)

// Stats is what a participant sent and received so far.
type Stats struct {
	Times Times
	Sent  SentStats
	Slots []SlotStats // in the order of their sections
	// Strangers are packets with an SSRC that no answer announced.
	Strangers uint64
}

// Times tell how a join went. Zero: not yet.
type Times struct {
	Began      time.Time // Join was called
	Joined     time.Time // the room's state came
	Answered   time.Time // the answer was applied
	Connected  time.Time // ICE and DTLS were done
	FirstFrame time.Time // the first picture that a decoder can show, in any slot
}

// SentStats are about what was published.
type SentStats struct {
	Packets, Bytes    uint64 // RTP payload, without retransmissions
	Frames, Keyframes uint64 // of all encodings
	Encodings         []EncodingStats
	Retransmitted     uint64
	NACKed            uint64        // packets that the server asked for again
	PLIs              uint64        // keyframe requests received, those ignored included
	PeakPLIs          uint64        // the most within one second for one encoding
	Reports           uint64        // reception reports received
	Feedback          uint64        // transport-wide feedback packets received
	Behind            uint64        // frames and audio packets not sent since this process was too slow
	LongestStall      time.Duration // between two pictures, which is this process's own: 33 ms at 30 frames per second
	Errors            uint64        // packets that Pion would not send
}

// EncodingStats are about one encoding of a source.
type EncodingStats struct {
	Source protocol.Source
	RID    string
	Bytes  uint64 // RTP payload, without retransmissions
	Rested uint64 // bytes that were not sent since the room did not want them
}

// SlotStats are about one recvonly section.
type SlotStats struct {
	Mid         string
	Kind        protocol.Kind
	SSRC        uint32
	Participant string          // who fills it, as the server says; "" nobody
	Source      protocol.Source // ... with what
	FilledAt    time.Time       // when the server said so
	FilledFrame time.Time       // the first frame after that

	Origin   uint32 // whose media came last: OriginOf
	Encoding int    // which encoding of it; 0 is the smallest
	Width    int    // of the last keyframe
	Height   int

	Packets, Bytes    uint64
	Frames, Keyframes uint64 // that a decoder can show; audio: packets
	Undecodable       uint64 // frames that it cannot show because of a loss
	Switches          uint64 // to another publication or encoding
	Lost              uint64 // numbers that never came
	Late, Duplicates  uint64
	Recovered         uint64 // by retransmission
	Redundant         uint64 // retransmissions of what had come, or came after: the server probes with them
	NACKs, PLIs       uint64 // sent
	SenderReports     uint64
	Bad               uint64            // all Faults
	Faults            map[string]uint64 // by name; nil: none
	FirstPacket       time.Time
	LastPacket        time.Time
	FirstFrame        time.Time
	LastFrame         time.Time
	LongestGap        time.Duration // between frames of one publication and encoding, or across a switch of encoding
	LongestSkip       time.Duration // the same, between the instants at which the frames were sent: what a slow receiver does not make longer
	lastSent          time.Time
	Delay             Histogram // one way, of packets that were not retransmitted
}

func (s *SlotStats) noteArrival(now time.Time) {
	if s.FirstPacket.IsZero() {
		s.FirstPacket = now
	}
	s.LastPacket = now
}

// note takes what the judge found.
func (s *SlotStats) note(f finding, a *arrival, now time.Time) {
	stamp := &a.picture.stamp
	if f.switched {
		s.Switches++
	}
	if s.Origin != stamp.Origin {
		s.LastFrame = time.Time{} // the pause before another publication is not a gap
	}
	sent := time.Unix(0, stamp.Sent)
	s.Origin, s.Encoding = stamp.Origin, int(stamp.Encoding)
	if f.undecodable {
		s.Undecodable++
	}
	if !f.frame {
		return
	}
	s.Frames++
	if f.keyframe {
		s.Keyframes++
	}
	if s.FirstFrame.IsZero() {
		s.FirstFrame = now
	}
	if s.FilledFrame.IsZero() && !s.FilledAt.IsZero() {
		s.FilledFrame = now
	}
	if !s.LastFrame.IsZero() {
		s.LongestGap = max(s.LongestGap, now.Sub(s.LastFrame))
		s.LongestSkip = max(s.LongestSkip, sent.Sub(s.lastSent))
	}
	s.LastFrame, s.lastSent = now, sent
}

func clockRate(k protocol.Kind) float64 {
	if k == protocol.Audio {
		return 48000
	}
	return 90000
}

// Stats returns what was sent and received so far.
func (p *Participant) Stats() Stats {
	s := Stats{Times: Times{Began: p.began, Joined: instant(&p.times[0]), Answered: instant(&p.times[1]), Connected: instant(&p.times[2])}}
	for _, section := range p.media.sections {
		for _, e := range section.encodings {
			s.Sent.add(&e.counts)
			s.Sent.Encodings = append(s.Sent.Encodings, EncodingStats{
				Source: section.source, RID: e.rid, Bytes: e.counts.bytes.Load(), Rested: e.counts.rested.Load(),
			})
		}
	}
	s.Sent.LongestStall = time.Duration(p.media.sender.stall.Load())
	s.Sent.Behind = p.media.sender.behind.Load()
	s.Strangers = p.media.strangers.Load()
	for _, slot := range p.media.allSlots() {
		c := slot.snapshot()
		if first := c.FirstFrame; c.Kind == protocol.Video && !first.IsZero() {
			if s.Times.FirstFrame.IsZero() || first.Before(s.Times.FirstFrame) {
				s.Times.FirstFrame = first
			}
		}
		s.Slots = append(s.Slots, c)
	}
	return s
}

func instant(n *atomic.Int64) time.Time {
	if ns := n.Load(); ns != 0 {
		return time.Unix(0, ns)
	}
	return time.Time{}
}

func (s *SentStats) add(c *sentCounts) {
	s.Packets += c.packets.Load()
	s.Bytes += c.bytes.Load()
	s.Frames += c.frames.Load()
	s.Keyframes += c.keyframes.Load()
	s.Retransmitted += c.retransmitted.Load()
	s.NACKed += c.nacked.Load()
	s.PLIs += c.plis.Load()
	s.PeakPLIs = max(s.PeakPLIs, c.peakPLIs.Load())
	s.Reports += c.reports.Load()
	s.Feedback += c.feedback.Load()
	s.Errors += c.errors.Load()
}

// Showing returns the slot that a publication fills now, as far as the server said.
func (s *Stats) Showing(participant string, source protocol.Source) (SlotStats, bool) {
	for _, c := range s.Slots {
		if c.Participant == participant && c.Source == source {
			return c, true
		}
	}
	return SlotStats{}, false
}

// awaitEvery is how often Await looks.
const awaitEvery = 10 * time.Millisecond

// Await waits until met holds, and returns the statistics with which it did.
func (p *Participant) Await(ctx context.Context, met func(Stats, State) bool) (Stats, error) {
	ticker := time.NewTicker(awaitEvery)
	defer ticker.Stop()
	for {
		s := p.Stats()
		if met(s, p.State()) {
			return s, nil
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return s, fmt.Errorf("%s: waited in vain: %w", p.options.Name, ctx.Err())
		}
	}
}
