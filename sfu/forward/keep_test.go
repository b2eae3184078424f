package forward

import (
	"testing"

	"salon/sfu/layers"
)

// TestAPausedSlotHasPacketsForProbes: without them nobody could tell that its link has grown.
func TestAPausedSlotHasPacketsForProbes(t *testing.T) {
	p, cam, _, _ := oneCamera(t)
	cam.frame(true)
	slot, out := newcomer(p)
	for range 20 {
		cam.frame(false)
	}
	before := len(out.sent)
	newest := out.sent[before-1]
	slot.SetTarget(layers.None, "test")
	for range 2000 { // the history has none of it any more
		cam.frame(false)
	}
	slot.SetTarget(layers.None, "another reason")
	if !slot.Probing(cam.now) {
		t.Fatal("nothing to send again")
	}
	sent, _ := slot.Probe(2000, nil, nil)
	if sent < 2000 || len(out.sent) == before {
		t.Fatalf("%d bytes of 2000, %d packets", sent, len(out.sent)-before)
	}
	if again := out.sent[before]; again.sequence != newest.sequence || again.timestamp != newest.timestamp || string(again.payload) != string(newest.payload) {
		t.Errorf("%+v, want the newest packet that was sent, %+v", again, newest)
	}
	p.SetForwarding(false)
	if sent, _ := slot.Probe(2000, nil, nil); sent != 0 {
		t.Error("muted, it is sent again")
	}
	p.SetForwarding(true)
	slot.SetTarget(layers.Layer{}, "test")
	if slot.filled.kept != nil {
		t.Error("what was kept is still there")
	}
	before = len(out.sent)
	cam.frame(true)
	cam.frame(false)
	if len(out.sent) == before {
		t.Error("it does not go on")
	}
}
