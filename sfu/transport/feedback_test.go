package transport

import (
	"testing"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/srtp/v3"

	"salon/sfu/congestion"
)

// contexts returns both ends of a Peer's SRTCP.
func contexts(t testing.TB) (client, server *srtp.Context) {
	t.Helper()
	key, salt := make([]byte, 16), make([]byte, masterSaltSize)
	var both [2]*srtp.Context
	for i := range both {
		c, err := srtp.CreateContext(key, salt, srtp.ProtectionProfileAeadAes128Gcm, srtp.SRTCPReplayProtection(replayWindow))
		if err != nil {
			t.Fatal(err)
		}
		both[i] = c
	}
	return both[0], both[1]
}

// sealedRTCP is packets as a client sends them.
func sealedRTCP(t testing.TB, client *srtp.Context, packets ...rtcp.Packet) []byte {
	t.Helper()
	sealed, err := client.EncryptRTCP(nil, marshaled(t, packets...), nil)
	if err != nil {
		t.Fatal(err)
	}
	return sealed
}

// newReportedPeer returns a Peer whose client's RTCP can be made up.
func newReportedPeer(t testing.TB) (*Peer, *srtp.Context) {
	t.Helper()
	p, err := newEngine(t).NewPeer(Events{State: func(State) {}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	client, server := contexts(t)
	p.media.Store(&mediaKeys{feedback: server})
	return p, client
}

// What is replayed, forged, of too many senders or too fast is dropped and counted; the rest is read once.
func TestRTCPIsBounded(t *testing.T) {
	p, client := newReportedPeer(t)
	now := time.Now()
	b := newBatch(&p.engine.counters, 0)
	receive := func(sealed []byte) { p.receiveRTCP(append([]byte(nil), sealed...), now, b) }
	good := sealedRTCP(t, client, &rtcp.PictureLossIndication{SenderSSRC: 1, MediaSSRC: 2})
	receive(good)
	receive(good) // again
	good[len(good)-6] ^= 1
	receive(good)
	receive(nil)
	if got := p.engine.Counters()["dropped_forged"]; got != 3 {
		t.Errorf("%d dropped as forged, want 3", got)
	}
	for sender := range uint32(maxSenders + 10) {
		receive(sealedRTCP(t, client, &rtcp.PictureLossIndication{SenderSSRC: 1 + sender}))
	}
	if got := p.engine.Counters()["dropped_forged"]; got != 3+10 {
		t.Errorf("%d dropped, want those of the 10 senders too many as well", got)
	}
	for range maxFeedbackRate {
		receive(sealedRTCP(t, client, &rtcp.PictureLossIndication{SenderSSRC: 1}))
	}
	if got := p.engine.Counters()["dropped_feedback"]; got != maxSenders+1 {
		t.Errorf("%d dropped as too fast, want %d", got, maxSenders+1)
	}
	now = now.Add(time.Second)
	receive(sealedRTCP(t, client, &rtcp.PictureLossIndication{SenderSSRC: 1}))
	if got := p.engine.Counters()["dropped_feedback"]; got != maxSenders+1 {
		t.Errorf("%d dropped a second later", got)
	}
}

// Feedback that announces far more than was sent changes nothing, and costs next to nothing.
func TestForgedFeedbackIsHarmless(t *testing.T) {
	p, client := newReportedPeer(t)
	b := newBatch(&p.engine.counters, 0)
	before := p.Estimate()
	for count := uint16(1); count > 0; count *= 2 {
		sealed, err := client.EncryptRTCP(nil, forgedFeedback(t, count), nil)
		if err != nil {
			t.Fatal(err)
		}
		p.receiveRTCP(sealed, time.Now(), b)
	}
	if after := p.Estimate(); after.Bitrate != before.Bitrate {
		t.Errorf("the estimate is %+v, was %+v", after, before)
	}
	if got := p.engine.Counters()["dropped_malformed"]; got != 3 { // 8192, 16384, 32768
		t.Errorf("%d were refused, want 3", got)
	}
}

// Where Pion reads the RTCP, such feedback has cost milliseconds before it is seen: its sender is removed.
func TestExcessiveFeedbackThroughPionIsAbuse(t *testing.T) {
	var state State
	p, err := newEngine(t).NewPeer(Events{State: func(s State) { state = s }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	buffer := &feedbackBuffer{peer: p, ssrc: 2}
	for count, want := range map[uint16]State{maxStatusCount: "", maxStatusCount + 1: Abusive} {
		state = ""
		if _, err := buffer.Write(forgedFeedback(t, count)); err != nil || state != want {
			t.Errorf("%d packets: state %q, %v, want %q", count, state, err, want)
		}
	}
}

// RTCP that Pion must read for us comes at a bounded rate; what is not RTCP is not touched.
func TestPionGetsBoundedRTCP(t *testing.T) {
	p, _ := newReportedPeer(t)
	p.media.Store(&mediaKeys{})
	report, withheld := marshaled(t, &rtcp.ReceiverReport{SSRC: 1}), 0
	for range 10 * maxFeedbackRate {
		if p.withheld(report) {
			withheld++
		}
		if p.withheld([]byte{0x16, 0xfe, 0xfd}) { // DTLS
			t.Fatal("DTLS is withheld")
		}
	}
	if withheld < 5*maxFeedbackRate || p.engine.Counters()["dropped_feedback"] != uint64(withheld) {
		t.Errorf("%d of %d packets were withheld", withheld, 10*maxFeedbackRate)
	}
}

// Without transport feedback the client's own estimate and its reports count.
func TestREMB(t *testing.T) {
	p, client := newReportedPeer(t)
	b := newBatch(&p.engine.counters, 0)
	start := time.Now()
	for i := range 100 {
		now := start.Add(time.Duration(i) * 50 * time.Millisecond)
		p.estimation.note(p.estimation.next(), 1000, now)
		p.receiveRTCP(sealedRTCP(t, client, &rtcp.ReceiverEstimatedMaximumBitrate{SenderSSRC: 1, Bitrate: 120_000, SSRCs: []uint32{2}}), now, b)
	}
	if e := p.estimation.estimator.Estimate(start.Add(5 * time.Second)); e.Bitrate > 120_000 {
		t.Errorf("the estimate is %+v, the client says 120 kbit/s", e)
	}
}

// The loss of all slots is one report.
func TestReportedLossIsWeighted(t *testing.T) {
	e := estimation{estimator: congestion.NewEstimator(congestion.Config{})}
	now := time.Now()
	for i := range 100 {
		e.note(e.next(), 1000, now.Add(time.Duration(i)*50*time.Millisecond))
	}
	e.estimator.Want(1_000_000)
	e.reported(900, 0)
	e.reported(100, 50)
	e.report(0, now.Add(5*time.Second))
	if got := e.estimator.Estimate(now.Add(5 * time.Second)); got.Loss < 0.3*0.049 || got.Loss > 0.3*0.051 || got.State != congestion.Holding {
		t.Errorf("%+v, want a loss of 5 %%, smoothed to 1.5", got)
	}
}

// BenchmarkFeedback is one transport feedback of 50 packets, from the socket to the estimate.
func BenchmarkFeedback(b *testing.B) {
	p, client := newReportedPeer(b)
	var recorder congestion.Recorder
	now := time.Now()
	var sealed [][]byte
	for range b.N {
		for range 50 {
			number := p.estimation.next()
			recorder.Record(number, now)
			now = now.Add(time.Millisecond)
		}
		sealed = append(sealed, sealedRTCP(b, client, recorder.Feedback(1, 2)...))
	}
	out := newBatch(&p.engine.counters, 0)
	number, at := uint16(0), now.Add(-time.Duration(b.N)*50*time.Millisecond)
	b.ReportAllocs()
	b.ResetTimer()
	for _, packet := range sealed {
		for range 50 {
			number++
			p.estimation.note(number, 1000, at)
			at = at.Add(time.Millisecond)
		}
		p.receiveRTCP(packet, at.Add(20*time.Millisecond), out)
	}
}

// BenchmarkSent is what a packet costs more because it is counted.
func BenchmarkSent(b *testing.B) {
	e := estimation{estimator: congestion.NewEstimator(congestion.Config{})}
	now := time.Now()
	b.ReportAllocs()
	for range b.N {
		now = now.Add(time.Millisecond)
		e.note(e.next(), 1000, now)
	}
}
