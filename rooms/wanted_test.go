package rooms

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"salon/sfu/codec"
	"salon/sfu/forward"
	"salon/signaling/protocol"
)

// wanted shows the Encodings messages that came since the last take as "camera 2, camera 0".
func (c *client) wanted() string {
	var list []string
	for _, m := range of[protocol.Encodings](c.out.take()) {
		list = append(list, fmt.Sprint(m.Source, " ", m.Max))
	}
	return strings.Join(list, ", ")
}

// filming lets time pass while a camera sends its encodings up to an index.
func (c *client) filming(d time.Duration, top int) {
	for ; d > 0; d -= 250 * time.Millisecond {
		c.filmUpTo(protocol.Camera, top)
		pass(250 * time.Millisecond)
	}
}

func expect(t *testing.T, what, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s: told %q, want %q", what, got, want)
	}
}

func TestEncodingsRestWhenNobodyNeedsThem(t *testing.T) {
	inWorld(t, Limits{}, func(w *world) {
		alice, bob := w.enter("room", "Alice").publishing(protocol.Camera, protocol.Screen, protocol.Microphone), w.enter("room", "Bob")
		bob.connect(0, 1)
		expect(t, "at first", alice.wanted(), "camera 2")
		alice.filming(5*time.Second, 2)
		expect(t, "too early", alice.wanted(), "")
		alice.filming(2*time.Second, 2)
		expect(t, "nobody watches", alice.wanted(), "camera 0")
		alice.filming(time.Minute, 0)
		expect(t, "nothing changes", alice.wanted(), "")
	})
}

func TestEncodingsFollowTheLargestTile(t *testing.T) {
	inWorld(t, Limits{}, func(w *world) {
		alice, bob, carol := w.enter("room", "Alice").publishing(protocol.Camera), w.enter("room", "Bob"), w.enter("room", "Carol")
		bob.connect(0, 1)
		carol.connect(0, 1)
		small, middle, large := alice.tile(protocol.Camera, 320, 180), alice.tile(protocol.Camera, 640, 360), alice.tile(protocol.Camera, 1280, 720)
		alice.film(protocol.Camera)
		bob.watch(large)
		carol.watch(middle)
		alice.filming(10*time.Second, 2)
		expect(t, "both", alice.wanted(), "camera 2")
		bob.watch(small)
		alice.filming(5*time.Second, 2)
		expect(t, "too early", alice.wanted(), "")
		bob.watch(large)
		bob.watch(small)
		alice.filming(5*time.Second, 2)
		expect(t, "needed in between", alice.wanted(), "")
		alice.filming(2*time.Second, 2)
		expect(t, "the other needs less", alice.wanted(), "camera 1")
		carol.Leave(protocol.LeftByChoice)
		alice.filming(7*time.Second, 1)
		expect(t, "the other is gone", alice.wanted(), "camera 0")
		bob.watch(middle)
		expect(t, "raised at once", alice.wanted(), "camera 1")
		bob.watch(large)
		expect(t, "and again", alice.wanted(), "camera 2")
	})
}

// TestATileThatGrowsKeepsItsPicture: what rests is asked for, and is no target before it comes.
func TestATileThatGrowsKeepsItsPicture(t *testing.T) {
	inWorld(t, Limits{}, func(w *world) {
		alice, bob := w.enter("room", "Alice").publishing(protocol.Camera), w.enter("room", "Bob")
		bob.connect(0, 1)
		alice.film(protocol.Camera)
		bob.watch(alice.tile(protocol.Camera, 320, 180))
		alice.filming(10*time.Second, 2)
		alice.filming(2*time.Second, 0)
		expect(t, "a small tile", alice.wanted(), "camera 2, camera 0")
		bob.watch(alice.tile(protocol.Camera, 1280, 720))
		expect(t, "the tile grew", alice.wanted(), "camera 2")
		before := bob.received()
		for range 10 {
			alice.filming(time.Second, 0)
			if target, _ := bob.target(alice, protocol.Camera); target.Spatial != 0 {
				t.Fatalf("target %v, which is not sent", target)
			}
		}
		if n := bob.received() - before; n != 40 {
			t.Errorf("%d of 40 pictures came while the larger encoding was on its way", n)
		}
		expect(t, "it was told", alice.wanted(), "")
		bob.watch(alice.tile(protocol.Camera, 320, 180))
		alice.filming(7*time.Second, 0)
		bob.watch(alice.tile(protocol.Camera, 1280, 720))
		alice.film(protocol.Camera)
		pass(150 * time.Millisecond) // what was asked for is looked for quickly
		if target, _ := bob.target(alice, protocol.Camera); target.Spatial != 2 {
			t.Errorf("target %v 150 ms after the encoding came", target)
		}
	})
}

func TestWhatIsStillReceivedDoesNotRest(t *testing.T) {
	inWorld(t, Limits{}, func(w *world) {
		alice, bob := w.enter("room", "Alice").publishing(protocol.Camera), w.enter("room", "Bob")
		bob.connect(0, 1)
		alice.film(protocol.Camera)
		bob.watch(alice.tile(protocol.Camera, 1280, 720))
		alice.film(protocol.Camera)
		bob.watch(alice.tile(protocol.Camera, 320, 180))
		alice.wanted()
		// No keyframe comes of the smallest encoding: the largest goes on in its place.
		for range 80 {
			alice.ssrc++
			for i, e := range alice.carrier(protocol.Camera).Encodings() {
				e.Receive(uint32(10+i), &forward.Incoming{
					SequenceNumber: alice.ssrc, Timestamp: uint32(alice.ssrc) * 3000, Marker: true, Codec: codec.VP8,
					Arrival: time.Now(), Payload: []byte{0x10, 0x11, 0, 0, 1, 2, 3}, // RFC 7741 4.3: an interframe
				})
			}
			pass(250 * time.Millisecond)
		}
		if target, _ := bob.target(alice, protocol.Camera); target.Spatial != 0 {
			t.Fatalf("target %v", target)
		}
		expect(t, "after 20 s", alice.wanted(), "")
		alice.film(protocol.Camera)
		alice.filming(7*time.Second, 2)
		expect(t, "the keyframe came", alice.wanted(), "camera 0")
	})
}

func TestEncodingsAreToldAgain(t *testing.T) {
	inWorld(t, Limits{}, func(w *world) {
		alice := w.enter("room", "Alice").publishing(protocol.Camera)
		alice.filming(10*time.Second, 2)
		expect(t, "before", alice.wanted(), "camera 2, camera 0")
		alice.Lost(alice.out)
		all := alice.resume(0)
		if got := of[protocol.Encodings](all); len(got) != 1 || got[0] != (protocol.Encodings{Source: protocol.Camera}) || all[len(all)-1].seq != 0 {
			t.Errorf("after the resume: %s, %v", types(all), got)
		}
		alice.must(alice.do(w.Context(), protocol.Unpublish{Source: protocol.Camera}))
		alice.must(alice.do(w.Context(), protocol.Publish{Source: protocol.Camera}))
		expect(t, "published anew", alice.wanted(), "camera 2")
	})
}

func TestWhoIsNotConnectedYetNeedsTheEncoding(t *testing.T) {
	inWorld(t, Limits{}, func(w *world) {
		alice, bob := w.enter("room", "Alice").publishing(protocol.Camera), w.enter("room", "Bob")
		w.newPeer = func(p *fakePeer) error { p.connected.Store(false); return nil }
		bob.connect(0, 1)
		alice.film(protocol.Camera)
		bob.watch(alice.tile(protocol.Camera, 1280, 720))
		alice.filming(10*time.Second, 2)
		expect(t, "on its way", alice.wanted(), "camera 2")
	})
}

func TestTheSnapshotSaysWhatIsWanted(t *testing.T) {
	inWorld(t, Limits{}, func(w *world) {
		alice := w.enter("room", "Alice").publishing(protocol.Camera)
		for _, want := range []int8{2, 0} {
			if pub := w.Snapshot().Rooms[0].Participants[0].Publications[0]; pub.Wanted != want {
				t.Errorf("wanted %d, want %d", pub.Wanted, want)
			}
			alice.filming(7*time.Second, 2)
		}
	})
}
