package forward

import (
	"math/rand/v2"
	"reflect"
	"testing"

	"salon/sfu/layers"
	"salon/signaling/protocol"
)

// Every receiver gets the same packets, whether they were forwarded one by one or together, in groups of any size.
func TestGroupsForwardTheSame(t *testing.T) {
	_, alone, _, one := oneCamera(t)
	p, together, _, first := oneCamera(t)
	second := &sink{}
	slot := NewSlot(protocol.Video, second, 65533, 4294960000)
	slot.Fill(p)
	slot.SetTarget(layers.Layer{Temporal: layers.MaxTemporal}, "test")
	together.now, together.group = alone.now, NewGroup()
	random := rand.New(rand.NewPCG(1, 2))
	for n := range 2000 {
		for _, c := range []*camera{alone, together} {
			if n%500 == 499 { // a new RTP stream
				c.ssrc++
			}
			c.temporal = byte(n % 3)
			c.frame(n%100 == 0)
		}
		if random.IntN(4) == 0 {
			together.group.Forward()
		}
	}
	together.group.Forward()
	if len(one.sent) < 3500 || !reflect.DeepEqual(one.sent, first.sent) || !reflect.DeepEqual(one.sent, second.sent) {
		t.Errorf("%d packets were forwarded one by one, %d and %d in groups, or others", len(one.sent), len(first.sent), len(second.sent))
	}
}

// A group holds packets of one publication: those of another let them pass, and so does one too many.
func TestGroupsAreOfOnePublication(t *testing.T) {
	_, a, _, atA := oneCamera(t)
	p, b, _, atB := oneCamera(t)
	g := NewGroup()
	a.group, b.group = g, g
	a.frame(true)
	if len(atA.sent) != 0 {
		t.Fatal("forwarded at once")
	}
	b.frame(true)
	if len(atA.sent) != 2 || len(atB.sent) != 0 {
		t.Fatalf("%d and %d packets, want 2 and 0", len(atA.sent), len(atB.sent))
	}
	for range maxGroup / 2 {
		b.frame(false)
	}
	if len(atB.sent) != maxGroup {
		t.Fatalf("%d packets, want %d", len(atB.sent), maxGroup)
	}
	p.SetForwarding(false) // acts on what waits
	g.Forward()
	if len(atB.sent) != maxGroup || p.refused.Load() != 2 {
		t.Errorf("%d packets were forwarded without the right, %d refused", len(atB.sent)-maxGroup, p.refused.Load())
	}
}

// A newcomer who gets a group of pictures from the history does not get its last packets again when they are forwarded.
func TestGroupAfterReplay(t *testing.T) {
	p, cam, _, _ := oneCamera(t)
	cam.group = NewGroup()
	cam.frame(true)
	cam.frame(false)
	out := &sink{}
	slot := NewSlot(protocol.Video, out, 1, 1)
	slot.Fill(p)
	slot.SetTarget(layers.Layer{Temporal: layers.MaxTemporal}, "test")
	replayed := len(out.sent)
	cam.group.Forward()
	cam.frame(false)
	cam.group.Forward()
	if replayed != 4 || len(out.sent) != 6 {
		t.Fatalf("%d packets replayed and %d in all, want 4 and 6", replayed, len(out.sent))
	}
	checkContinuous(t, out.sent)
}
