package forward

import (
	"testing"
	"time"

	"salon/sfu/sequence"
)

func TestReceptionCountsLoss(t *testing.T) {
	start := time.Unix(1000, 0)
	var r reception
	for i := range uint64(100) {
		if i%10 == 3 {
			continue // lost
		}
		r.received(sequenceStart+65500+i, uint32(i*3000), start.Add(time.Duration(i)*time.Second/30), 90000)
	}
	report := senderReport{Report: sequence.Report{NTP: 0x1122334455667788, RTP: 1, Valid: true}, arrival: start}
	block := r.report(7, &report, start.Add(2*time.Second))
	if block.TotalLost != 10 || block.FractionLost < 24 || block.FractionLost > 26 {
		t.Errorf("lost %d, fraction %d/256; want 10 and a tenth", block.TotalLost, block.FractionLost)
	}
	if block.LastSequenceNumber != 65599 {
		t.Errorf("extended number %d, want 65599: one cycle and 63", block.LastSequenceNumber)
	}
	if block.LastSenderReport != 0x33445566 || block.Delay != 2*65536 {
		t.Errorf("LSR %x DLSR %d", block.LastSenderReport, block.Delay)
	}
	if block.Jitter > 1 {
		t.Errorf("jitter %d of evenly paced input", block.Jitter)
	}
	if again := r.report(7, &report, start.Add(3*time.Second)); again.FractionLost != 0 || again.TotalLost != 10 {
		t.Errorf("second interval: fraction %d, total %d", again.FractionLost, again.TotalLost)
	}
}

func TestReceptionMeasuresJitter(t *testing.T) {
	start := time.Unix(1000, 0)
	var r reception
	for i := range uint64(1000) {
		at := start.Add(time.Duration(i) * 20 * time.Millisecond)
		if i%2 == 1 {
			at = at.Add(10 * time.Millisecond)
		}
		r.received(sequenceStart+i, uint32(4294960000+i*960), at, 48000)
	}
	jitter := time.Duration(r.jitter / 48000 * float64(time.Second))
	if jitter < 9*time.Millisecond || jitter > 11*time.Millisecond {
		t.Errorf("jitter %v, want about 10 ms", jitter)
	}
}

// A report extrapolated to later keeps the relation of wall clock and timestamp.
func TestSenderReportAt(t *testing.T) {
	r := senderReport{Report: sequence.Report{NTP: 5 << 32, RTP: 4294967290, Valid: true}, arrival: time.Unix(1000, 0)}
	ntp, rtp := r.at(time.Unix(1001, 500_000_000), 90000)
	if want := uint64(5<<32 + 3<<31); ntp != want {
		t.Errorf("NTP %x, want %x", ntp, want)
	}
	if want := r.RTP + 135000; rtp != want {
		t.Errorf("RTP %d, want %d", rtp, want)
	}
}
