package participant

import (
	"encoding/binary"
	"sync"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"

	"salon/signaling/protocol"
)

const (
	videoWindow  = 512 // packets that may arrive out of order: a second of the largest encoding
	audioWindow  = 64
	gapPatience  = 200 * time.Millisecond // a hole is a loss after this
	nackPatience = 600 * time.Millisecond // ... when retransmissions are asked for
	nackEvery    = 40 * time.Millisecond
	pliEvery     = 500 * time.Millisecond // browsers' pace for a picture that cannot start
	pliAfter     = 100 * time.Millisecond
	maxNACKs     = 128 // packets in one request; more are asked for later
)

// slot is a recvonly section. Pion's decrypting goroutine and the participant's clock use it.
type slot struct {
	mid    string
	kind   protocol.Kind
	limits formats // as negotiated
	nack   bool
	wide   *transportWide

	mu       sync.Mutex // leaf; guards what follows
	ssrc     uint32
	repair   uint32 // SSRC of RTX, 0: none
	wideID   uint8  // of the header extension with transport-wide numbers, 0: none
	order    reorder
	judge    judge
	stats    SlotStats
	report   reception
	restored restored
	header   rtp.Header // reused
	askedPLI time.Time
	needs    time.Time // since when a keyframe is needed; zero: not
	nackedAt time.Time
	scratch  []uint16
}

// formats are a section's payload types; 0 is none.
type formats struct{ media, repair uint8 }

func newSlot(mid string, kind protocol.Kind, nack bool, own map[uint32]bool, wide *transportWide) *slot {
	s := &slot{mid: mid, kind: kind, nack: nack, wide: wide}
	s.order.size = videoWindow
	if kind == protocol.Audio {
		s.order.size = audioWindow
	}
	s.judge.own = own
	s.report.clockRate = clockRate(kind)
	s.stats.Mid, s.stats.Kind = mid, kind
	return s
}

// negotiated takes what an answer says of the section.
func (s *slot) negotiated(d *described) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ssrc, s.repair, s.limits, s.stats.SSRC, s.wideID = d.ssrc, d.repair, d.formats, d.ssrc, d.transport
}

// filled notes what the server says about the slot; an empty participant means nothing fills it.
func (s *slot) filled(f protocol.SlotFill, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stats.Participant != f.Participant || s.stats.Source != f.Source {
		s.stats.Participant, s.stats.Source, s.stats.FilledAt = f.Participant, f.Source, now
		s.stats.FilledFrame, s.stats.LastFrame = time.Time{}, time.Time{} // the pause before is not a gap
	}
}

// receive takes one RTP packet of either of the slot's SSRCs.
func (s *slot) receive(packet []byte, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	h := &s.header
	n, err := h.Unmarshal(packet)
	if err != nil {
		s.judge.fault(FaultContent)
		return
	}
	s.wide.note(h, s.wideID, now)
	payload := packet[n:]
	if h.Padding && len(payload) > 0 {
		payload = payload[:max(0, len(payload)-int(payload[len(payload)-1]))]
	}
	s.stats.Bytes += uint64(len(payload))
	s.stats.noteArrival(now)
	if h.SSRC == s.repair {
		if len(payload) <= 2 {
			return // padding that probes
		}
		if h.PayloadType != s.limits.repair {
			s.judge.fault(FaultPayloadType)
			return
		}
		h.SequenceNumber, payload = binary.BigEndian.Uint16(payload), payload[2:]
		s.take(h, payload, true, now)
		return
	}
	if h.PayloadType != s.limits.media {
		s.judge.fault(FaultPayloadType)
		return
	}
	if len(payload) == 0 && h.Padding {
		return
	}
	s.report.note(&s.order, h, now)
	s.take(h, payload, false, now)
}

// take judges one packet of media. The lock is held.
func (s *slot) take(h *rtp.Header, payload []byte, recovered bool, now time.Time) {
	a := arrival{timestamp: h.Timestamp, marker: h.Marker, at: now}
	var err error
	if s.kind == protocol.Audio {
		err = readOpus(payload, &a.picture.stamp)
	} else {
		err = readVP8(payload, &a.picture)
	}
	if err != nil {
		s.judge.fault(FaultContent)
		return
	}
	a.sequence = s.order.extend(h.SequenceNumber)
	switch s.order.push(a) {
	case duplicate:
		if recovered || s.restored.has(h.SequenceNumber) {
			s.stats.Redundant++
		} else {
			s.stats.Duplicates++
		}
		return
	case late:
		s.stats.Late++
		return
	case jumped:
		s.flush(now)
		s.stats.Lost += s.order.restart(a)
		s.judge.lost()
	}
	s.stats.Packets++
	if recovered {
		s.stats.Recovered++
		s.restored.add(h.SequenceNumber)
	} else {
		s.stats.Delay.Add(now.Sub(time.Unix(0, a.picture.stamp.Sent)))
	}
	s.drain(now)
}

// drain judges what is in order. The lock is held.
func (s *slot) drain(now time.Time) {
	for {
		a, ok := s.order.pop()
		if !ok {
			return
		}
		if s.kind == protocol.Audio {
			s.stats.note(s.judge.audio(a), a, now)
			continue
		}
		s.stats.note(s.judge.video(a), a, now)
		s.stats.Width, s.stats.Height = s.judge.width, s.judge.height
		if !s.judge.needsStart {
			s.needs = time.Time{}
		} else if s.needs.IsZero() {
			s.needs = now
		}
	}
}

// flush gives up on all holes. The lock is held.
func (s *slot) flush(now time.Time) {
	for s.order.begun && s.order.next <= s.order.highest {
		if lost := s.order.skip(); lost > 0 {
			s.stats.Lost += lost
			s.judge.lost()
		}
		s.drain(now)
	}
}

// tick gives up on old holes and returns the feedback that is due.
func (s *slot) tick(now time.Time, sender uint32, feedback []rtcp.Packet) []rtcp.Packet {
	s.mu.Lock()
	defer s.mu.Unlock()
	patience := gapPatience
	if s.nack {
		patience = nackPatience
	}
	since, hole := s.order.waiting()
	for hole && now.Sub(since) > patience {
		s.stats.Lost += s.order.skip()
		s.judge.lost()
		s.drain(now)
		since, hole = s.order.waiting()
	}
	if hole && s.nack && now.Sub(s.nackedAt) >= nackEvery {
		s.nackedAt = now
		s.scratch = s.order.missing(s.scratch[:0])
		s.scratch = s.scratch[:min(len(s.scratch), maxNACKs)]
		s.stats.NACKs++
		feedback = append(feedback, &rtcp.TransportLayerNack{
			SenderSSRC: sender, MediaSSRC: s.ssrc, Nacks: rtcp.NackPairsFromSequenceNumbers(s.scratch),
		})
	}
	waits := !s.needs.IsZero() && now.Sub(s.needs) >= pliAfter && now.Sub(s.stats.LastPacket) < time.Second
	if waits && now.Sub(s.askedPLI) >= pliEvery {
		s.askedPLI = now
		s.stats.PLIs++
		feedback = append(feedback, &rtcp.PictureLossIndication{SenderSSRC: sender, MediaSSRC: s.ssrc})
	}
	return feedback
}

// insist appends a keyframe request when the slot shows a picture.
func (s *slot) insist(sender uint32, feedback []rtcp.Packet) []rtcp.Packet {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.kind != protocol.Video || s.stats.Participant == "" {
		return feedback
	}
	s.stats.PLIs++
	return append(feedback, &rtcp.PictureLossIndication{SenderSSRC: sender, MediaSSRC: s.ssrc})
}

// block returns the reception report about the slot, ok false while nothing was received.
func (s *slot) block(now time.Time) (rtcp.ReceptionReport, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.report.block(s.ssrc, &s.order, now)
}

func (s *slot) senderReport(r *rtcp.SenderReport, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stats.SenderReports++
	s.report.reported(r, now)
}

// snapshot returns the statistics.
func (s *slot) snapshot() SlotStats {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.stats
	for f, n := range s.judge.faults {
		if n > 0 {
			if c.Faults == nil {
				c.Faults = map[string]uint64{}
			}
			c.Faults[Fault(f).String()] = n
			c.Bad += n
		}
	}
	return c
}
