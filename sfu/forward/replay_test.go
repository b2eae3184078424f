package forward

import (
	"slices"
	"testing"

	"salon/sfu/layers"
	"salon/signaling/protocol"
)

// newcomer fills another slot with the publication and returns what it got at once.
func newcomer(p *Publication) (*Slot, *sink) {
	out := &sink{}
	slot := NewSlot(protocol.Video, out, 65533, 4294967000)
	slot.Fill(p)
	slot.SetTarget(layers.Layer{Temporal: layers.MaxTemporal}, "test")
	return slot, out
}

func TestANewcomerStartsWithTheNewestGroupOfPictures(t *testing.T) {
	p, cam, _, _ := oneCamera(t)
	wakes := func() int { return p.upstream.(*upstream).wakes }
	for range 3 {
		cam.frame(false)
	}
	cam.frame(true)
	for range 20 {
		cam.frame(false)
	}
	asked := wakes()
	slot, out := newcomer(p)
	if len(out.sent) != 42 {
		t.Fatalf("%d packets at once, want the keyframe and 20 frames of two packets", len(out.sent))
	}
	if i := slices.IndexFunc(out.sent, func(p sentPacket) bool { return !p.gathered }); i >= 0 {
		t.Errorf("packet %d leaves by itself", i)
	}
	if first := out.sent[0].payload; first[0]&0x10 == 0 || first[6]&1 != 0 {
		t.Error("does not begin with a keyframe")
	}
	if wakes() != asked {
		t.Error("the publisher was asked for a keyframe")
	}
	if took := out.sent[41].timestamp - out.sent[0].timestamp; took != 20 {
		t.Errorf("the group lasts %d ticks, want one for each frame after the first", took)
	}
	for range 5 {
		cam.frame(false)
	}
	if len(out.sent) != 52 {
		t.Fatalf("%d packets, want 10 more that came live", len(out.sent))
	}
	checkContinuous(t, out.sent)
	for i := 2; i < len(out.sent); i++ {
		if got, want := pictureOf(out.sent[i].payload), pictureOf(out.sent[i-2].payload)+1; got != want {
			t.Fatalf("packet %d is of picture %d, want %d", i, got, want)
		}
	}
	if step := out.sent[42].timestamp - out.sent[41].timestamp; step != 3000 {
		t.Errorf("the first live frame is %d ticks later, want 3000", step)
	}
	if n, _ := slot.Retransmit(out.sent[5].sequence, cam.now, Path{}, nil, nil); n == 0 {
		t.Error("a replayed packet is not sent again when it is lost")
	}
}

func TestNothingIsReplayed(t *testing.T) {
	for name, prepare := range map[string]func(p *Publication, cam *camera){
		"before the first keyframe": func(_ *Publication, cam *camera) { cam.frame(false) },
		"after a loss": func(_ *Publication, cam *camera) {
			cam.frame(true)
			cam.sequence++
			cam.frame(false)
		},
		"of a long group": func(_ *Publication, cam *camera) {
			cam.frame(true)
			for range maxReplayPackets {
				cam.frame(false)
			}
		},
		"of a second ago": func(_ *Publication, cam *camera) {
			cam.frame(true)
			for range 31 {
				cam.frame(false)
			}
		},
		"while it may not be forwarded": func(p *Publication, cam *camera) {
			cam.frame(true)
			p.SetForwarding(false)
		},
		"of another stream in the same encoding": func(_ *Publication, cam *camera) {
			cam.frame(true)
			cam.ssrc, cam.sequence = 2, 30000
			cam.frame(false)
		},
	} {
		t.Run(name, func(t *testing.T) {
			p, cam, _, _ := oneCamera(t)
			prepare(p, cam)
			if _, out := newcomer(p); len(out.sent) != 0 {
				t.Errorf("%d packets", len(out.sent))
			}
		})
	}
}

// What leaves at once is bounded by what the receiver's link carries; else a keyframe is asked for.
func TestReplayIsLimited(t *testing.T) {
	p, cam, _, _ := oneCamera(t)
	cam.now = cam.now.Add(-keyframeInterval)
	cam.frame(true)
	for range 5 {
		cam.frame(false)
	}
	wakes := p.upstream.(*upstream).wakes
	for limit, want := range map[int]int{0: 12, 1_000_000: 12, 100: 0} {
		out := &sink{}
		slot := NewSlot(protocol.Video, out, 1, 1)
		slot.Fill(p)
		slot.LimitReplay(limit)
		slot.SetTarget(layers.Layer{Temporal: layers.MaxTemporal}, "test")
		if len(out.sent) != want {
			t.Errorf("%d bytes: %d packets, want %d", limit, len(out.sent), want)
		}
	}
	if p.upstream.(*upstream).wakes != wakes+1 {
		t.Error("no keyframe was asked for")
	}
}

// Frames of upper temporal layers are left out of a replay, and leave no gap.
func TestReplayLeavesOutUpperTemporalLayers(t *testing.T) {
	p, cam, _, _ := oneCamera(t)
	cam.frame(true)
	for i := range 8 {
		cam.temporal = []byte{2, 1, 2, 0}[i%4]
		cam.frame(false)
	}
	cam.temporal = 0
	_, out := newcomer(p)
	if len(out.sent) != 6 {
		t.Fatalf("%d packets, want those of three frames", len(out.sent))
	}
	cam.temporal = 2
	cam.frame(false) // with the sync bit: the receiver may begin the layer here
	cam.temporal = 0
	cam.frame(false)
	if len(out.sent) < 8 {
		t.Fatalf("%d packets, the live ones are missing", len(out.sent))
	}
	checkContinuous(t, out.sent)
}

// A replay into a slot that showed somebody else goes on from there.
func TestReplayContinuesTheSlot(t *testing.T) {
	_, cam, slot, out := oneCamera(t)
	cam.frame(true)
	cam.frame(false)
	p2 := NewPublication(PublicationConfig{Kind: protocol.Video, Upstream: &upstream{}})
	p2.SetForwarding(true)
	other := &camera{encoding: p2.Encodings()[0], ssrc: 9, now: cam.now}
	other.frame(true)
	other.frame(false)
	before := slices.Clone(out.sent)
	slot.Fill(p2)
	slot.SetTarget(layers.Layer{Temporal: layers.MaxTemporal}, "test")
	other.frame(false)
	if len(out.sent) != len(before)+6 {
		t.Fatalf("%d packets more, want 6", len(out.sent)-len(before))
	}
	checkContinuous(t, out.sent)
}

// An encoding that rests holds no packets, and begins again as if nothing had been.
func TestARestingEncodingGivesItsHistoryUp(t *testing.T) {
	p, cam, slot, out := oneCamera(t)
	cam.frame(true)
	number := out.sent[len(out.sent)-1].sequence
	var f Feedback
	p.AppendFeedback(&f, cam.now.Add(restingAfter), 0)
	if n, _ := slot.Retransmit(number, cam.now, Path{}, nil, nil); n == 0 {
		t.Fatal("the history is gone too early")
	}
	p.AppendFeedback(&f, cam.now.Add(2*restingAfter), 0)
	if n, _ := slot.Retransmit(number, cam.now.Add(2*restingAfter), Path{}, nil, nil); n > 0 {
		t.Error("the history is still there")
	}
	cam.now = cam.now.Add(2 * restingAfter)
	before := len(out.sent)
	cam.frame(true)
	if got := len(out.sent) - before; got != 2 {
		t.Fatalf("%d packets after the rest, want 2", got)
	}
	if n, _ := slot.Retransmit(out.sent[before].sequence, cam.now, Path{}, nil, nil); n == 0 {
		t.Error("a packet after the rest is not kept")
	}
}
