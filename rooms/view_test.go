package rooms

import (
	"testing"
	"time"

	"salon/sfu/layers"
	"salon/signaling/protocol"
)

func TestCheckView(t *testing.T) {
	good := protocol.Tile{Participant: "a", Source: protocol.Camera, Width: 640, Height: 360}
	change := func(f func(*protocol.Tile)) []protocol.Tile {
		tile := good
		f(&tile)
		return []protocol.Tile{good, tile}
	}
	many := make([]protocol.Tile, protocol.MaxTiles+1)
	for i := range many {
		many[i] = good
	}
	for name, c := range map[string]struct {
		tiles []protocol.Tile
		ok    bool
	}{
		"empty":             {nil, true},
		"one":               {[]protocol.Tile{good}, true},
		"a screen":          {change(func(t *protocol.Tile) { t.Source = protocol.Screen }), true},
		"one pixel":         {change(func(t *protocol.Tile) { t.Width, t.Height = 1, 1 }), true},
		"the largest":       {change(func(t *protocol.Tile) { t.Width, t.Height = protocol.MaxTilePixels, protocol.MaxTilePixels }), true},
		"as many as may be": {many[1:], true},
		"too many":          {many, false},
		"no width":          {change(func(t *protocol.Tile) { t.Width = 0 }), false},
		"negative height":   {change(func(t *protocol.Tile) { t.Height = -1 }), false},
		"too wide":          {change(func(t *protocol.Tile) { t.Width = protocol.MaxTilePixels + 1 }), false},
		"a sound":           {change(func(t *protocol.Tile) { t.Source = protocol.Microphone }), false},
		"no source":         {change(func(t *protocol.Tile) { t.Source = "" }), false},
	} {
		if err := checkView(protocol.View{Tiles: c.tiles}); (err == nil) != c.ok {
			t.Errorf("%s: %v", name, err)
		} else if err != nil {
			refused(t, err, protocol.ErrBadView)
		}
	}
}

func TestABadViewChangesNothing(t *testing.T) {
	inWorld(t, Limits{}, func(w *world) {
		alice, bob := w.enter("room", "Alice").publishing(protocol.Camera), w.enter("room", "Bob")
		bob.connect(2, 3)
		bob.watch(alice.tile(protocol.Camera, 640, 360))
		bob.out.take()
		refused(t, bob.do(w.Context(), protocol.View{Tiles: []protocol.Tile{alice.tile(protocol.Camera, 0, 0)}}), protocol.ErrBadView)
		if len(bob.view) != 1 || len(bob.out.take()) != 0 {
			t.Error("something changed")
		}
	})
}

// target returns the layer at which the client's slot that shows a source of somebody aims.
func (c *client) target(of *client, source protocol.Source) (l layers.Layer, reason string) {
	l = layers.None
	c.inside(func() {
		for _, s := range c.media.video {
			if s.holds == (content{of.ID(), source}) {
				info := s.sink.Info()
				l, reason = info.Target, info.Reason
			}
		}
	})
	return l, reason
}

func TestTargetsFollowTiles(t *testing.T) {
	inWorld(t, Limits{}, func(w *world) {
		alice, bob := w.enter("room", "Alice").publishing(protocol.Camera), w.enter("room", "Bob")
		bob.connect(2, 3)
		alice.film(protocol.Camera)
		for _, c := range []struct {
			height  int
			spatial int8
		}{{180, 0}, {360, 1}, {720, 2}, {2160, 2}, {90, 0}} {
			bob.watch(alice.tile(protocol.Camera, c.height*16/9, c.height))
			if target, reason := bob.target(alice, protocol.Camera); target.Spatial != c.spatial || target.Temporal != layers.MaxTemporal || reason == "" {
				t.Errorf("tile of %d: target %v, %q", c.height, target, reason)
			}
		}
		before := bob.received()
		alice.film(protocol.Camera)
		if bob.received() != before+1 {
			t.Error("not exactly one encoding is sent")
		}
		bob.watch()
		alice.film(protocol.Camera)
		if bob.received() != before+1 {
			t.Error("what is not shown is sent")
		}
	})
}

func TestAScreenGetsItsLargestLayer(t *testing.T) {
	inWorld(t, Limits{}, func(w *world) {
		alice, bob := w.enter("room", "Alice").publishing(protocol.Screen), w.enter("room", "Bob")
		bob.connect(0, 1)
		alice.film(protocol.Screen)
		bob.watch(alice.tile(protocol.Screen, 100, 50))
		if target, _ := bob.target(alice, protocol.Screen); target.Spatial != 0 {
			t.Errorf("target %v", target)
		}
		before := bob.received()
		alice.film(protocol.Screen)
		if bob.received() != before+1 {
			t.Error("the screen is not sent")
		}
	})
}

func TestAViewCountsForWhatAppearsLater(t *testing.T) {
	inWorld(t, Limits{}, func(w *world) {
		alice, bob := w.enter("room", "Alice"), w.enter("room", "Bob")
		bob.connect(2, 3, protocol.Camera)
		bob.must(bob.do(w.Context(), protocol.Publish{Source: protocol.Camera}))
		bob.out.take()
		bob.watch(
			bob.tile(protocol.Camera, 640, 360), // oneself
			protocol.Tile{Participant: "somebody who left", Source: protocol.Camera, Width: 640, Height: 360},
			alice.tile(protocol.Camera, 640, 360), // not published yet
		)
		if all := bob.out.take(); len(all) != 0 {
			t.Errorf("%v", all)
		}
		alice.publishing(protocol.Camera)
		if got := fills(bob.out.take(), alice); got != "2:Alice.camera" {
			t.Error(got)
		}
		if target, _ := bob.target(alice, protocol.Camera); target != layers.None {
			t.Errorf("target %v before the first packet", target)
		}
		alice.film(protocol.Camera)
		pass(150 * time.Millisecond) // a slot that waits for its first layer is looked after quickly
		if target, _ := bob.target(alice, protocol.Camera); target.Spatial != 1 {
			t.Errorf("target %v", target)
		}
	})
}

func TestSlotsAreToldOnlyWhenTheyChange(t *testing.T) {
	inWorld(t, Limits{}, func(w *world) {
		alice, bob, carol := w.enter("room", "Alice").publishing(protocol.Camera), w.enter("room", "Bob").publishing(protocol.Camera), w.enter("room", "Carol")
		carol.connect(0, 2)
		a, b := alice.tile(protocol.Camera, 640, 360), bob.tile(protocol.Camera, 640, 360)
		for _, step := range []struct {
			tiles []protocol.Tile
			want  string
		}{
			{[]protocol.Tile{a}, "0:Alice.camera"},
			{[]protocol.Tile{a}, "no message"},
			{[]protocol.Tile{alice.tile(protocol.Camera, 320, 180)}, "no message"},
			{[]protocol.Tile{b, a}, "0:Alice.camera 1:Bob.camera"},
			{[]protocol.Tile{a, b}, "no message"},
			{[]protocol.Tile{b}, "1:Bob.camera"},
			{nil, ""},
			{nil, "no message"},
		} {
			carol.out.take()
			carol.watch(step.tiles...)
			if got := fills(carol.out.take(), alice, bob); got != step.want {
				t.Errorf("%v: %q, want %q", step.tiles, got, step.want)
			}
		}
	})
}

func TestAMutedCameraKeepsItsSlotAndItsTarget(t *testing.T) {
	inWorld(t, Limits{}, func(w *world) {
		alice, bob, carol := w.enter("room", "Alice").publishing(protocol.Camera), w.enter("room", "Bob").publishing(protocol.Camera), w.enter("room", "Carol")
		carol.connect(0, 1)
		alice.film(protocol.Camera)
		carol.watch(alice.tile(protocol.Camera, 640, 360))
		alice.must(alice.do(w.Context(), protocol.Mute{Source: protocol.Camera, Muted: true}))
		pass(time.Minute)
		if target, reason := carol.target(alice, protocol.Camera); target.Spatial != 1 || reason != "muted" {
			t.Errorf("target %v, %q", target, reason)
		}
		carol.out.take()
		carol.watch(alice.tile(protocol.Camera, 640, 360), bob.tile(protocol.Camera, 640, 360))
		if got := fills(carol.out.take(), alice, bob); got != "0:Bob.camera" {
			t.Errorf("with one slot, the one that shows something gets it: %s", got)
		}
	})
}

func TestAPauseOfThePublisherKeepsTheTarget(t *testing.T) {
	inWorld(t, Limits{}, func(w *world) {
		alice, bob := w.enter("room", "Alice").publishing(protocol.Camera), w.enter("room", "Bob")
		bob.connect(0, 1)
		alice.film(protocol.Camera)
		bob.watch(alice.tile(protocol.Camera, 640, 360))
		pass(10 * time.Second)
		if target, reason := bob.target(alice, protocol.Camera); target.Spatial != 1 || reason == "" {
			t.Errorf("target %v, %q", target, reason)
		}
	})
}

func TestNothingIsSentBeforeThePeerIsConnected(t *testing.T) {
	inWorld(t, Limits{}, func(w *world) {
		alice, bob := w.enter("room", "Alice").publishing(protocol.Camera), w.enter("room", "Bob")
		w.newPeer = func(p *fakePeer) error { p.connected.Store(false); return nil }
		peer := bob.connect(0, 1)
		alice.film(protocol.Camera)
		bob.watch(alice.tile(protocol.Camera, 640, 360))
		if target, reason := bob.target(alice, protocol.Camera); target != layers.None || reason != "not connected yet" {
			t.Errorf("target %v, %q", target, reason)
		}
		peer.connected.Store(true)
		peer.onState("connected")
		pass(time.Millisecond)
		if target, _ := bob.target(alice, protocol.Camera); target.Spatial != 1 {
			t.Errorf("target %v", target)
		}
		peer.connected.Store(false)
		peer.onState("disconnected") // for a moment, perhaps
		pass(time.Second)
		if target, _ := bob.target(alice, protocol.Camera); target.Spatial != 1 {
			t.Errorf("target %v", target)
		}
	})
}

func TestMoreSlotsLater(t *testing.T) {
	inWorld(t, Limits{}, func(w *world) {
		alice, bob, carol := w.enter("room", "Alice").publishing(protocol.Camera), w.enter("room", "Bob").publishing(protocol.Camera), w.enter("room", "Carol")
		carol.connect(0, 1)
		carol.watch(alice.tile(protocol.Camera, 640, 360), bob.tile(protocol.Camera, 640, 360))
		if got := fills(carol.out.take(), alice, bob); got != "0:Alice.camera" {
			t.Error(got)
		}
		changes := w.Totals().SlotChanges
		carol.connect(0, 2)
		if got := fills(carol.out.take(), alice, bob); got != "0:Alice.camera 1:Bob.camera" {
			t.Error(got)
		}
		if w.Totals().SlotChanges != changes+1 {
			t.Error("a slot that was filled was filled again")
		}
	})
}

func TestMicrophoneAndCameraShareAPair(t *testing.T) {
	inWorld(t, Limits{}, func(w *world) {
		alice := w.enter("room", "Alice").publishing(protocol.Camera)
		bob := w.enter("room", "Bob").publishing(protocol.Camera)
		carol := w.enter("room", "Carol")
		carol.connect(3, 3) // audio slots 0 1 2, video slots 3 4 5
		carol.watch(alice.tile(protocol.Camera, 640, 360), bob.tile(protocol.Camera, 640, 360))
		bob.publishing(protocol.Microphone)
		if got := fills(carol.out.take(), alice, bob); got != "1:Bob.microphone 3:Alice.camera 4:Bob.camera" {
			t.Error(got)
		}
		dave := w.enter("room", "Dave").publishing(protocol.Microphone)
		if got := fills(carol.out.take(), alice, bob, dave); got != "1:Bob.microphone 2:Dave.microphone 3:Alice.camera 4:Bob.camera" {
			t.Error(got)
		}
	})
}
