package client

import (
	"encoding/binary"
	"sync"
	"time"

	"github.com/pion/rtcp"

	"salon/sfu/congestion"
)

const (
	opusType  = 111
	vp8Type   = 96
	vp8Repair = 97

	reporter      = 0x5a1005 // SSRC under which feedback is sent
	feedbackEvery = 100 * time.Millisecond
	reportEvery   = time.Second
	quiet         = 2 * time.Second // nothing is reported of a stream that is silent for longer
)

// reception counts what a participant receives, and reports it. The poller's thread owns it, but for what reports has.
type reception struct {
	streams  []stream
	packets  uint64 // of media
	repair   uint64 // retransmissions and probes
	lastAt   time.Time
	wideID   byte // of the transport-wide number's header extension; 0: not negotiated
	recorder congestion.Recorder
	pending  bool // something for the recorder's next feedback
	write    func([]rtcp.Packet) error

	feedbackAt, reportAt time.Time
	reports              senderReports
}

// stream is one SSRC of media.
type stream struct {
	ssrc         uint32
	begun        uint16
	highest      uint32 // sequence number, extended
	packets      uint32
	lostThen     uint32 // at the last report, with expectedThen
	expectedThen uint32
	lastAt       time.Time
}

// count notes one RTP packet by what stands in clear. Media is false for retransmissions, probes, and what is unreadable.
func (r *reception) count(packet []byte, at time.Time) (ssrc uint32, sequence uint16, media bool) {
	sequence, ssrc = binary.BigEndian.Uint16(packet[2:]), binary.BigEndian.Uint32(packet[8:])
	if r.wideID != 0 {
		if number, ok := wideNumber(packet, r.wideID); ok {
			r.recorder.Record(number, at)
			r.pending = true
		}
	}
	if t := packet[1] & 0x7f; t != vp8Type && t != opusType {
		r.repair++
		return ssrc, sequence, false
	}
	r.packets++
	r.lastAt = at
	s := r.stream(ssrc, sequence)
	s.packets++
	s.lastAt = at
	if ahead := int16(sequence - uint16(s.highest)); ahead > 0 {
		s.highest += uint32(ahead)
	}
	return ssrc, sequence, true
}

func (r *reception) stream(ssrc uint32, sequence uint16) *stream {
	for i := range r.streams {
		if r.streams[i].ssrc == ssrc {
			return &r.streams[i]
		}
	}
	r.streams = append(r.streams, stream{ssrc: ssrc, begun: sequence, highest: uint32(sequence)})
	return &r.streams[len(r.streams)-1]
}

// expected returns how many packets there were, by their numbers (RFC 3550 A.3).
func (s *stream) expected() uint32 { return s.highest - uint32(s.begun) + 1 }

func (s *stream) lost() uint32 {
	if e := s.expected(); e > s.packets {
		return e - s.packets
	}
	return 0
}

// wideNumber reads the transport-wide number from a header with one-byte extensions (RFC 8285 4.2).
func wideNumber(packet []byte, id byte) (uint16, bool) {
	at := 12 + 4*int(packet[0]&0x0f)
	if packet[0]&0x10 == 0 || len(packet) < at+4 || binary.BigEndian.Uint16(packet[at:]) != 0xbede {
		return 0, false
	}
	end := at + 4 + 4*int(binary.BigEndian.Uint16(packet[at+2:]))
	if len(packet) < end {
		return 0, false
	}
	for at += 4; at < end; {
		size := int(packet[at]&0x0f) + 1
		switch {
		case packet[at] == 0:
			at++
			continue
		case packet[at]>>4 == id && size == 2 && at+2 < end:
			return binary.BigEndian.Uint16(packet[at+1:]), true
		}
		at += 1 + size
	}
	return 0, false
}

// tick sends the feedback that is due, as often as browsers do at about 1 Mbit/s.
func (r *reception) tick(now time.Time) {
	if r.pending && now.Sub(r.feedbackAt) >= feedbackEvery && len(r.streams) > 0 {
		r.feedbackAt, r.pending = now, false
		if packets := r.recorder.Feedback(reporter, r.streams[0].ssrc); len(packets) > 0 {
			_ = r.write(packets)
		}
	}
	if now.Sub(r.reportAt) < reportEvery || now.Sub(r.lastAt) > quiet {
		return
	}
	r.reportAt = now
	report := &rtcp.ReceiverReport{SSRC: reporter}
	for i := range r.streams {
		if s := &r.streams[i]; now.Sub(s.lastAt) < quiet && len(report.Reports) < 31 { // RFC 3550 6.4.2: five bits
			report.Reports = append(report.Reports, s.block(r.reports.of(s.ssrc), now))
		}
	}
	_ = r.write([]rtcp.Packet{report})
}

// block makes a reception report (RFC 3550 6.4.1) without jitter, which no server here uses.
func (s *stream) block(last senderReport, now time.Time) rtcp.ReceptionReport {
	lost, expected := s.lost(), s.expected()
	b := rtcp.ReceptionReport{SSRC: s.ssrc, TotalLost: min(lost, 1<<24-1), LastSequenceNumber: s.highest}
	if span := expected - s.expectedThen; span > 0 && lost > s.lostThen {
		b.FractionLost = uint8(min(255, (lost-s.lostThen)*256/span))
	}
	if !last.at.IsZero() {
		b.LastSenderReport, b.Delay = last.middle, uint32(now.Sub(last.at).Seconds()*65536)
	}
	s.lostThen, s.expectedThen = lost, expected
	return b
}

// senderReport is what the newest sender report of an SSRC said.
type senderReport struct {
	middle uint32 // bits of the NTP time
	at     time.Time
}

// senderReports are written by Pion's goroutine. Safe for concurrent use.
type senderReports struct {
	mu     sync.Mutex
	newest map[uint32]senderReport
}

func (r *senderReports) note(p *rtcp.SenderReport, at time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.newest == nil {
		r.newest = map[uint32]senderReport{}
	}
	r.newest[p.SSRC] = senderReport{uint32(p.NTPTime >> 16), at}
}

func (r *senderReports) of(ssrc uint32) senderReport {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.newest[ssrc]
}
