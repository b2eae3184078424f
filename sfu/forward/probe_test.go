package forward

import (
	"bytes"
	"slices"
	"testing"
	"time"
)

// A probe is recent packets exactly as they were sent, in turn; nobody's retransmissions get fewer by it.
func TestProbeSendsRecentPacketsAgain(t *testing.T) {
	p, cam, slot, out := oneCamera(t)
	cam.frame(true)
	if slot.Probing(cam.now.Add(time.Second)) || !slot.Probing(cam.now) {
		t.Error("a slot can probe while it sends, and not later")
	}
	for range 100 {
		cam.frame(false)
	}
	original := slices.Clone(out.sent)
	recent := original[len(original)-probeDepth:]
	out.sent = nil
	one, _ := slot.Probe(1, nil, out)
	if len(out.sent) != 1 || one != len(recent[len(recent)-1].payload)+PacketOverhead || out.sent[0].sequence != recent[len(recent)-1].sequence {
		t.Fatalf("%d packets of %d bytes, want the newest", len(out.sent), one)
	}
	sent, _ := slot.Probe(len(recent)*one, nil, out)
	if sent < len(recent)*one {
		t.Errorf("%d bytes, want %d", sent, len(recent)*one)
	}
	for i, got := range out.sent {
		want := recent[len(recent)-1-i%len(recent)]
		if !got.retransmission || !got.gathered || got.sequence != want.sequence || got.timestamp != want.timestamp || got.marker != want.marker || !bytes.Equal(got.payload, want.payload) {
			t.Fatalf("probe %d is %+v, first time it was %+v", i, got, want)
		}
	}
	for range maxResends {
		cam.now = cam.now.Add(100 * time.Millisecond)
		if n, _ := slot.Retransmit(recent[0].sequence, cam.now, Path{}, nil, nil); n == 0 {
			t.Error("probes count as retransmissions")
		}
	}
	if info := slot.Info(); info.Resent != maxResends || info.Packets != uint64(len(original)) {
		t.Errorf("%d sent again, %d packets", info.Resent, info.Packets)
	}
	p.SetForwarding(false)
	if sent, _ := slot.Probe(1000, nil, out); sent != 0 {
		t.Error("probed although the right is gone")
	}
}

// A slot that was filled anew sends nothing of what filled it before, and an empty one nothing at all.
func TestProbeSendsNothingStale(t *testing.T) {
	p, cam, slot, out := oneCamera(t)
	cam.frame(true)
	slot.Clear()
	out.sent = nil
	if sent, _ := slot.Probe(1000, nil, out); sent != 0 || slot.Probing(cam.now) {
		t.Error("an empty slot probes")
	}
	slot.Fill(p)
	if sent, _ := slot.Probe(1000, nil, out); sent != 0 || len(out.sent) != 0 {
		t.Error("packets from before are sent")
	}
}
