package participant

import (
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
)

// reception is what a receiver reports about one RTP stream (RFC 3550 6.4.1). The slot's lock guards it.
type reception struct {
	first    uint64 // extended number of the first packet
	received uint64
	begun    bool

	expectedBefore, receivedBefore uint64 // at the previous report
	jitter                         float64
	transit                        float64
	clockRate                      float64

	lastSR   uint32 // the middle of the NTP time of the newest sender report
	lastSRAt time.Time
}

// note notes a packet that was not retransmitted, before it is put in order.
func (r *reception) note(order *reorder, h *rtp.Header, now time.Time) {
	if !r.begun {
		r.begun, r.first = true, order.extend(h.SequenceNumber)
	}
	r.received++
	transit := float64(now.UnixNano())/1e9*r.clockRate - float64(h.Timestamp)
	if d := transit - r.transit; r.transit != 0 && d > -r.clockRate && d < r.clockRate {
		if d < 0 {
			d = -d
		}
		r.jitter += (d - r.jitter) / 16
	}
	r.transit = transit
}

func (r *reception) reported(s *rtcp.SenderReport, now time.Time) {
	r.lastSR, r.lastSRAt = uint32(s.NTPTime>>16), now
}

func (r *reception) block(ssrc uint32, order *reorder, now time.Time) (rtcp.ReceptionReport, bool) {
	if !r.begun {
		return rtcp.ReceptionReport{}, false
	}
	expected := order.highest - r.first + 1
	b := rtcp.ReceptionReport{
		SSRC: ssrc, LastSequenceNumber: uint32(order.highest - 1<<16), Jitter: uint32(r.jitter), LastSenderReport: r.lastSR,
	}
	if !r.lastSRAt.IsZero() {
		b.Delay = uint32(now.Sub(r.lastSRAt).Seconds() * 65536)
	}
	if expected > r.received {
		b.TotalLost = uint32(min(expected-r.received, 1<<23-1))
	}
	interval, got := expected-r.expectedBefore, r.received-r.receivedBefore
	if interval > 0 && got < interval {
		b.FractionLost = uint8(min((interval-got)*256/interval, 255))
	}
	r.expectedBefore, r.receivedBefore = expected, r.received
	return b, true
}
