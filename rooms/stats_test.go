package rooms

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"salon/signaling/protocol"
)

func TestStreamCounts(t *testing.T) {
	for _, c := range []struct {
		now, was streamCounts
		bitrate  int // over 2 s
		sent     float64
	}{
		{streamCounts{100, 1000, 10}, streamCounts{}, 4000, 0.1},
		{streamCounts{200, 2000, 10}, streamCounts{100, 1000, 10}, 4000, 0},
		{streamCounts{5, 50, 0}, streamCounts{100, 1000, 10}, 0, 0}, // began anew
		{streamCounts{100, 1000, 500}, streamCounts{0, 0, 0}, 4000, 1},
		{streamCounts{}, streamCounts{}, 0, 0},
	} {
		d := c.now.since(c.was)
		if got := d.bitrate(2 * time.Second); got != c.bitrate {
			t.Errorf("%v - %v: %d bit/s", c.now, c.was, got)
		}
		if got := loss(d.lost, d.packets); got != c.sent {
			t.Errorf("%v - %v: loss %v", c.now, c.was, got)
		}
	}
	if (streamCounts{1, 1, 1}).bitrate(0) != 0 {
		t.Error("a bitrate over no time")
	}
}

func TestStatsComeEveryTwoSeconds(t *testing.T) {
	inWorld(t, Limits{}, func(w *world) {
		alice, bob := w.enter("room", "Alice").publishing(protocol.Camera), w.enter("room", "Bob")
		bob.connect(0, 1)
		idle := w.enter("room", "Idle")
		alice.film(protocol.Camera)
		bob.watch(alice.tile(protocol.Camera, 640, 360))
		for _, c := range []*client{alice, bob} {
			c.out.take()
		}
		for range 100 {
			alice.film(protocol.Camera)
			pass(100 * time.Millisecond)
		}
		up, down := of[protocol.Stats](alice.out.take()), of[protocol.Stats](bob.out.take())
		if len(up) != 5 || len(down) != 5 {
			t.Fatalf("%d and %d in 10 s", len(up), len(down))
		}
		last := up[4]
		wholeLists(t, last)
		// 14 bytes ten times a second on three encodings.
		if len(last.Up) != 1 || last.Up[0] != (protocol.StreamStats{Participant: alice.ID(), Source: protocol.Camera, Bitrate: 3360, Width: 1280, Height: 720}) {
			t.Errorf("%+v", last)
		}
		last = down[4]
		wholeLists(t, last)
		if len(last.Down) != 1 || last.Down[0] != (protocol.StreamStats{Participant: alice.ID(), Source: protocol.Camera, Bitrate: 1120, Width: 640, Height: 360}) {
			t.Errorf("%+v", last)
		}
		if n := len(of[protocol.Stats](idle.out.take())); n != 0 {
			t.Errorf("%d stats about nothing", n)
		}
	})
}

func TestSnapshot(t *testing.T) {
	inWorld(t, Limits{}, func(w *world) {
		alice, bob := w.enter("room", "Alice Secret").publishing(protocol.Microphone, protocol.Camera), w.enter("room", "Bob")
		w.enter("another", "Carol")
		bob.connect(1, 2)
		alice.film(protocol.Camera)
		bob.watch(alice.tile(protocol.Camera, 640, 360))
		bob.Lost(bob.out)
		alice.film(protocol.Camera)

		s := w.Snapshot()
		if len(s.Rooms) != 2 || s.Rooms[0].Name != "another" || s.Totals.RoomsNow != 2 || s.Totals.ReconnectingNow != 1 {
			t.Fatalf("%+v", s)
		}
		people := s.Rooms[1].Participants
		if len(people) != 2 || people[0].ID != alice.ID() || people[1].State != protocol.Reconnecting || people[1].Tiles != 1 || !people[1].Connected {
			t.Fatalf("%+v", people)
		}
		if p := people[0].Publications; len(p) != 2 || !p[1].Bound || len(p[1].Media.Encodings) != 3 || p[1].Media.Encodings[2].Height != 720 {
			t.Errorf("%+v", p)
		}
		slots := people[1].Slots
		if len(slots) != 3 || slots[1].Holds == nil || slots[1].Holds.Participant != alice.ID() || slots[2].Holds != nil ||
			slots[1].Media.Target.Spatial != 1 || slots[1].Media.Current.Spatial != 1 || slots[1].Media.Reason == "" {
			t.Errorf("%+v", slots)
		}
		text, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		for _, secret := range []string{alice.joined.Token, "Alice Secret"} {
			if strings.Contains(string(text), secret) {
				t.Errorf("%q is in the snapshot", secret)
			}
		}
	})
}

func TestSnapshotDoesNotWaitForABrokenRoom(t *testing.T) {
	inWorld(t, Limits{}, func(w *world) {
		alice := w.enter("room", "Alice")
		release := hold(alice.room.loop)
		if s := w.Snapshot(); len(s.Rooms) != 1 || !s.Rooms[0].Unanswering || s.Rooms[0].Name != "room" {
			t.Errorf("%+v", s)
		}
		release()
	})
}
