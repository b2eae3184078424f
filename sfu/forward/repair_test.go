package forward

import (
	"math"
	"testing"
	"time"

	"salon/sfu/layers"
	"salon/signaling/protocol"
)

func TestCopiesOfRepairs(t *testing.T) {
	for _, c := range []struct {
		path         Path
		first, later int
	}{
		{Path{Loss: 0, Spare: true}, 1, 1},
		{Path{Loss: 0.05, Spare: true}, 1, 2},
		{Path{Loss: 0.10, Spare: true}, 2, 2},
		{Path{Loss: 0.20, Spare: true}, 2, 3},
		{Path{Loss: 0.30, Spare: true}, 3, 3},
		{Path{Loss: 1, Spare: true}, 3, 3},
		{Path{Loss: 0.30}, 1, 1},
	} {
		if first, later := c.path.copies(0), c.path.copies(1); first != c.first || later != c.later {
			t.Errorf("%+v: %d copies, later %d; want %d and %d", c.path, first, later, c.first, c.later)
		}
	}
}

func TestShareOfRepairs(t *testing.T) {
	for _, c := range []struct{ loss, share, media float64 }{
		{0, 0.25, 1},
		{0.05, 0.25, 0.95},
		{0.10, 0.25, 0.83},
		{0.20, 0.37, 0.70},
		{0.30, 0.50, 0.52},
		{1, 0.50, 0.50},
	} {
		p := Path{Loss: c.loss}
		if share, media := p.Share(), p.Media(); math.Abs(share-c.share) > 0.01 || math.Abs(media-c.media) > 0.01 {
			t.Errorf("loss %.2f: repairs may take %.2f, media gets %.2f; want %.2f and %.2f", c.loss, share, media, c.share, c.media)
		}
	}
}

func TestRequestsAreJudged(t *testing.T) {
	now := time.Unix(1000, 0)
	const ms = time.Millisecond
	for _, c := range []struct {
		name  string
		tries uint8
		ago   time.Duration
		rtt   time.Duration
		want  repairVerdict
	}{
		{"the first", 0, 0, 40 * ms, repairSent},
		{"a round trip later", 1, 40 * ms, 40 * ms, repairSent},
		{"by a shorter round trip than ours", 1, 29 * ms, 40 * ms, repairSent},
		{"while the repair is on its way", 1, 27 * ms, 40 * ms, repairTooSoon},
		{"on a short path", 1, 15 * ms, ms, repairSent},
		{"on a short path, at once", 1, 10 * ms, ms, repairTooSoon},
		{"for the tenth time", 9, time.Second, 40 * ms, repairSent},
		{"more often than any browser", 10, time.Second, 40 * ms, repairTooMany},
	} {
		if got := (resend{tries: c.tries, at: now.Add(-c.ago)}).decide(now, c.rtt); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

func TestRepairsAreBounded(t *testing.T) {
	var r resends
	now := time.Unix(1000, 0)
	rtt := 50 * time.Millisecond
	path := Path{Loss: 0.05}
	n := 0
	for range 800 { // a receiver that asks for the same packet every millisecond
		n += r.ask(65535, now, rtt, path)
		now = now.Add(time.Millisecond)
	}
	if n != maxResends {
		t.Errorf("sent %d times, want %d", n, maxResends)
	}
	if r.ask(0, now, rtt, path) != 1 || r.ask(0, now, rtt, path) != 0 {
		t.Error("another number is sent once, and not again at once")
	}
	if r.ask(65535, now.Add(2*time.Second), rtt, path) != 1 {
		t.Error("the number came round again after a wrap and is refused")
	}
}

func TestCopiesAreSentAndCounted(t *testing.T) {
	_, cam, slot, out := oneCamera(t)
	cam.frame(true)
	number := out.sent[0].sequence
	out.sent = nil
	sent, _ := slot.Retransmit(number, cam.now, Path{Loss: 0.3, Spare: true}, nil, nil)
	if sent != 3 || len(out.sent) != 3 || slot.Info().Resent != 3 {
		t.Fatalf("%d copies, %d sent, %d counted; want 3", sent, len(out.sent), slot.Info().Resent)
	}
	for _, p := range out.sent {
		if !p.retransmission || p.sequence != number {
			t.Errorf("sent %+v", p)
		}
	}
}

// After a switch of the encoding its keyframe is what the receiver waits for: what came before is sent again only where
// that takes nothing from it.
func TestWhatASwitchLeavesBehindIsNotRepairedInACongestion(t *testing.T) {
	p := NewPublication(PublicationConfig{Kind: protocol.Video, RIDs: []string{"q", "h"}, Upstream: &upstream{}})
	p.SetForwarding(true)
	out := &sink{}
	slot := NewSlot(protocol.Video, out, 65533, 1000)
	slot.Fill(p)
	now := time.Now()
	q := &camera{encoding: p.Encodings()[0], ssrc: 1, sequence: 10, now: now}
	h := &camera{encoding: p.Encodings()[1], ssrc: 2, sequence: 9000, now: now}
	slot.SetTarget(layers.Layer{Spatial: 1, Temporal: layers.MaxTemporal}, "test")
	h.frame(true)
	slot.SetTarget(layers.Layer{Temporal: layers.MaxTemporal}, "test")
	q.frame(true)
	before, after := out.sent[0].sequence, out.sent[2].sequence
	at := now
	for _, c := range []struct {
		number uint16
		path   Path
		want   bool
	}{
		{before, Path{}, false}, {before, Path{Spare: true}, false}, {before, Path{Loss: 0.05}, false}, {before, Path{Loss: 0.05, Spare: true}, true},
		{after, Path{}, true}, {after, Path{Loss: 0.05, Spare: true}, true},
	} {
		at = at.Add(time.Second)
		if sent, _ := slot.Retransmit(c.number, at, c.path, nil, nil); sent > 0 != c.want {
			t.Errorf("packet %d, sent before the switch: %v, over %+v: %d copies", c.number, c.number == before, c.path, sent)
		}
	}
}
