package forward

import (
	"testing"
	"time"

	"github.com/pion/rtcp"

	"salon/sfu/layers"
	"salon/signaling/protocol"
)

// A slot's sender reports keep the relation of time and picture that the publisher's reports told, by the server's clock:
// sound and picture of a participant stay together, whatever was sent in the slots before.
func TestSenderReportKeepsCaptureTime(t *testing.T) {
	_, cam, slot, out := oneCamera(t)
	cam.frame(true)
	if slot.SenderReport(cam.now) != nil {
		t.Fatal("a report before the publisher's")
	}
	const second = 1 << 32
	const ntp = 3_900_000_000 * second
	cam.encoding.SenderReport(&rtcp.SenderReport{SSRC: 999, NTPTime: 1, RTPTime: 1}, cam.now)
	if slot.SenderReport(cam.now) != nil {
		t.Fatal("took the report of another SSRC")
	}
	cam.encoding.SenderReport(&rtcp.SenderReport{SSRC: cam.ssrc, NTPTime: ntp, RTPTime: cam.timestamp}, cam.now)
	reported := cam.now
	for range 45 {
		cam.frame(false)
	}
	report := slot.SenderReport(reported.Add(2 * time.Second))
	if report == nil {
		t.Fatal("no report")
	}
	if got := report.NTPTime - ntpOf(reported); got != 2*second {
		t.Errorf("the report is of %v s later, want 2", float64(got)/second)
	}
	// The newest frame was taken 1.5 s after the publisher's report; the slot's must say the same of what it sent.
	newest := out.sent[len(out.sent)-1].timestamp
	taken := 2 - float64(int32(report.RTPTime-newest))/90000
	if taken < 1.49 || taken > 1.51 {
		t.Errorf("by the report the newest frame was taken %.3f s after the publisher's report, want 1.5", taken)
	}
	if report.PacketCount != uint32(len(out.sent)) {
		t.Errorf("%d packets, want %d", report.PacketCount, len(out.sent))
	}
}

// Publishers' clocks are off by days, and nothing of that shows where one follows the other in a slot: an instant keeps its
// timestamp, whoever took the picture and however late it came.
func TestPublishersWithOtherClocksShareATimeline(t *testing.T) {
	publication, ana, slot, _ := oneCamera(t)
	slot.LimitReplay(1) // none
	other := NewPublication(PublicationConfig{Kind: protocol.Video, Upstream: &upstream{}})
	other.SetForwarding(true)
	bob := &camera{encoding: other.Encodings()[0], ssrc: 2, timestamp: 77, now: ana.now}
	off := map[*camera]time.Duration{ana: -50 * time.Hour, bob: 13 * time.Second}
	tell := func(c *camera) {
		c.encoding.SenderReport(&rtcp.SenderReport{SSRC: c.ssrc, NTPTime: ntpOf(c.now.Add(off[c])), RTPTime: c.timestamp}, c.now)
	}
	// relation is the output timestamp of the server's first instant, by the slot's reports.
	began := ana.now
	relation := func(now time.Time) uint32 {
		r := slot.SenderReport(now)
		if r == nil {
			t.Fatal("no report")
		}
		if late := time.Duration(int64(r.NTPTime-ntpOf(now)) * int64(time.Second) >> 32); late.Abs() > time.Millisecond {
			t.Errorf("the report is %v from the server's time", late)
		}
		return r.RTPTime - uint32(now.Sub(began).Seconds()*90_000)
	}
	for _, c := range []*camera{ana, bob} {
		c.frame(true)
		tell(c)
	}
	want := relation(ana.now)
	for turn := range 6 {
		next, filling := bob, other
		if turn%2 == 1 {
			next, filling = ana, publication
		}
		slot.Fill(filling)
		slot.SetTarget(layers.Layer{Temporal: layers.MaxTemporal}, "test")
		ana.frame(true)
		bob.now = bob.now.Add(17 * time.Millisecond) // its pictures are on their way for longer than its report was
		bob.frame(true)
		bob.now = bob.now.Add(-17 * time.Millisecond)
		if got := relation(next.now); int32(got-want) < -20 || int32(got-want) > 20 {
			t.Fatalf("turn %d: an instant is sent %.1f ms later than before", turn, float64(int32(got-want))/90)
		}
	}
}

// The round trip comes from the receiver's blocks (RFC 3550 6.4.1).
func TestRoundTrip(t *testing.T) {
	_, cam, slot, _ := oneCamera(t)
	cam.frame(true)
	cam.encoding.SenderReport(&rtcp.SenderReport{SSRC: cam.ssrc, NTPTime: 77 << 32, RTPTime: 1}, cam.now)
	report := slot.SenderReport(cam.now)
	block := rtcp.ReceptionReport{LastSenderReport: uint32(report.NTPTime >> 16), Delay: 65536 / 2, FractionLost: 64, TotalLost: 9}
	if rtt := slot.ReceiverReport(block, cam.now.Add(580*time.Millisecond)); rtt.Round(time.Millisecond) != 80*time.Millisecond {
		t.Errorf("round trip %v, want 80 ms", rtt)
	}
	if info := slot.Info(); info.Lost != 9 || info.Loss != 0.25 || info.RTT.Round(time.Millisecond) != 80*time.Millisecond {
		t.Errorf("info %+v", info)
	}
	block.LastSenderReport++
	if rtt := slot.ReceiverReport(block, cam.now.Add(time.Second)); rtt != 0 {
		t.Errorf("round trip %v from a report that was never sent", rtt)
	}
}
