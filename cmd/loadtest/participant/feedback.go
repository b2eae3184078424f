package participant

import (
	"io"
	"time"

	"github.com/pion/rtcp"
)

// feedbackBuffer takes the RTCP packets that are about one SSRC. Pion hands a packet to the buffer of each SSRC that it
// names, so each takes only what is about its own.
type feedbackBuffer struct {
	media *media
	ssrc  uint32
}

// Write takes one decrypted RTCP packet.
func (b *feedbackBuffer) Write(raw []byte) (int, error) {
	packets, err := rtcp.Unmarshal(raw)
	if err != nil {
		return len(raw), nil
	}
	r := b.media.routes.Load()
	s, e := r.slots[b.ssrc], r.encodings[b.ssrc]
	for _, packet := range packets {
		switch p := packet.(type) {
		case *rtcp.SenderReport:
			if s != nil && p.SSRC == b.ssrc {
				s.senderReport(p, time.Now())
			}
		case *rtcp.ReceiverReport:
			if e != nil && about(p.Reports, b.ssrc) {
				e.counts.reports.Add(1)
			}
		default:
			if e != nil {
				e.feedback(packet, b.ssrc)
			}
		}
	}
	return len(raw), nil
}

// Read implements io.Reader: there is nothing to read.
func (*feedbackBuffer) Read([]byte) (int, error) { return 0, io.EOF }

// Close implements io.Closer.
func (*feedbackBuffer) Close() error { return nil }

func about(blocks []rtcp.ReceptionReport, ssrc uint32) bool {
	for _, b := range blocks {
		if b.SSRC == ssrc {
			return true
		}
	}
	return false
}

// feedback takes what the server asks of an encoding.
func (e *encoding) feedback(packet rtcp.Packet, ssrc uint32) {
	switch p := packet.(type) {
	case *rtcp.PictureLossIndication:
		if p.MediaSSRC == ssrc {
			e.keyframeWanted()
		}
	case *rtcp.FullIntraRequest:
		for _, entry := range p.FIR {
			if entry.SSRC == ssrc {
				e.keyframeWanted()
			}
		}
	case *rtcp.TransportLayerNack:
		if p.MediaSSRC == ssrc {
			e.retransmit(p.Nacks)
		}
	case *rtcp.TransportLayerCC:
		if p.MediaSSRC == ssrc {
			e.counts.feedback.Add(1)
		}
	}
}

func (e *encoding) keyframeWanted() {
	e.counts.plis.Add(1)
	if peak := uint64(e.asked.peak(time.Now())); peak > e.counts.peakPLIs.Load() {
		e.counts.peakPLIs.Store(peak)
	}
	e.wantsKeyframe.Store(true)
}

// reports returns what is due once a second: sender reports, and reception reports of all slots.
func (m *media) reports(now time.Time) []rtcp.Packet {
	var packets []rtcp.Packet
	for _, s := range m.sections {
		for _, e := range s.encodings {
			if r := e.report(now); r != nil {
				packets = append(packets, r)
			}
		}
	}
	var blocks []rtcp.ReceptionReport
	for _, s := range m.allSlots() {
		if b, ok := s.block(now); ok {
			blocks = append(blocks, b)
		}
	}
	for len(blocks) > 0 { // RFC 3550 6.4.2: the count has five bits
		n := min(len(blocks), 31)
		packets = append(packets, &rtcp.ReceiverReport{SSRC: m.reporter, Reports: blocks[:n]})
		blocks = blocks[n:]
	}
	return packets
}
