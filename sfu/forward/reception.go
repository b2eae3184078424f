package forward

import (
	"time"

	"github.com/pion/rtcp"

	"salon/sfu/sequence"
)

// senderReport is a publisher's newest report and when it came.
type senderReport struct {
	sequence.Report
	arrival time.Time
}

// at extrapolates the report to now: the same relation of wall clock and RTP timestamp, later.
func (r *senderReport) at(now time.Time, clockRate uint32) (ntp uint64, rtp uint32) {
	elapsed := now.Sub(r.arrival)
	seconds := elapsed.Seconds()
	return r.NTP + uint64(seconds*(1<<32)), r.RTP + uint32(int64(seconds*float64(clockRate)))
}

// reception is the state behind a receiver report block: RFC 3550 6.4.1, A.3 and A.8.
type reception struct {
	any           bool
	first, newest uint64 // extended sequence numbers
	packets       uint64
	expectedPrior uint64
	receivedPrior uint64
	transit       uint32 // of the newest packet, in timestamp units, relative to an arbitrary start
	jitter        float64
	fractionLost  uint8 // of the newest report
}

func (r *reception) received(sequence uint64, timestamp uint32, arrival time.Time, clockRate uint32) {
	if !r.any {
		r.any, r.first, r.newest = true, sequence, sequence
	}
	r.packets++
	newest := sequence >= r.newest
	r.newest = max(r.newest, sequence)
	if !newest {
		return
	}
	clock := uint32(arrival.UnixMicro() * int64(clockRate) / 1_000_000)
	transit := clock - timestamp
	if d := float64(int32(transit - r.transit)); r.packets > 1 && max(d, -d) < float64(clockRate) {
		r.jitter += (max(d, -d) - r.jitter) / 16
	}
	r.transit = transit
}

// lost returns the packets that never came, duplicates and retransmissions not counted.
func (r *reception) lost() uint64 {
	if expected := r.newest - r.first + 1; r.any && expected > r.packets {
		return expected - r.packets
	}
	return 0
}

// sequenceStart is where sequence.Unwrapper begins to count; RFC 3550's extended numbers begin with cycle 0.
const sequenceStart = 1 << 16

// report returns the block for now and begins the next interval.
func (r *reception) report(ssrc uint32, sr *senderReport, now time.Time) rtcp.ReceptionReport {
	expected := r.newest - r.first + 1
	expectedNow, receivedNow := expected-r.expectedPrior, r.packets-r.receivedPrior
	r.expectedPrior, r.receivedPrior = expected, r.packets
	r.fractionLost = 0
	if expectedNow > receivedNow && expectedNow > 0 {
		r.fractionLost = uint8(min((expectedNow-receivedNow)*256/expectedNow, 255))
	}
	block := rtcp.ReceptionReport{
		SSRC: ssrc, FractionLost: r.fractionLost, TotalLost: uint32(min(r.lost(), 1<<23-1)),
		LastSequenceNumber: uint32(r.newest - sequenceStart), Jitter: uint32(r.jitter),
	}
	if sr.Valid {
		block.LastSenderReport = uint32(sr.NTP >> 16)
		block.Delay = uint32(now.Sub(sr.arrival).Seconds() * 65536)
	}
	return block
}
