package whip

import (
	"context"
	"net/http"
	"net/netip"
	"testing"
	"testing/synctest"
	"time"

	"salon/rooms"
	"salon/signaling/protocol"
)

var noAddress netip.Prefix

// registryOf has one participant for everybody.
type registryOf struct{ p participant }

func (r registryOf) Join(_ context.Context, e rooms.Entrance) (participant, error) {
	if p, ok := r.p.(*fakeParticipant); ok {
		p.out = e.Out.(*outbox)
	}
	return r.p, nil
}

// inTime runs a test under virtual time with one WHIP session.
func inTime(t *testing.T, test func(d *desk, p *fakeParticipant)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, Config{Token: token})
		d.begin("/whip/r", sdpOffer)
		test(d, d.all[0])
		d.close()
		if d.server.Sessions() != 0 || len(d.server.addresses) != 0 || d.server.places != 0 {
			t.Errorf("%d sessions, %d places, addresses %v", d.server.Sessions(), d.server.places, d.server.addresses)
		}
	})
}

// after lets virtual time pass.
func after(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

func (d *desk) expectEnd(p *fakeParticipant, why counter, reason protocol.LeftReason) {
	d.Helper()
	synctest.Wait()
	if d.server.Sessions() != 0 || d.server.Counters()[counterNames[why]] != 1 || len(p.ends()) != 1 || p.ends()[0] != reason {
		d.Errorf("%d sessions, left %v, %v", d.server.Sessions(), p.ends(), d.server.Counters())
	}
}

func TestNeverConnected(t *testing.T) {
	inTime(t, func(d *desk, p *fakeParticipant) {
		after(29 * time.Second)
		if d.server.Sessions() != 1 || p.losses() != 0 {
			t.Fatalf("%d sessions, lost %d", d.server.Sessions(), p.losses())
		}
		after(2 * time.Second)
		d.expectEnd(p, endedMedia, protocol.LeftTimeout)
	})
}

// Lost media is told the room at once, and forgiven when it comes back within 30 s.
func TestMediaLostAndBack(t *testing.T) {
	inTime(t, func(d *desk, p *fakeParticipant) {
		p.set(true, nil)
		after(time.Hour)
		p.set(false, nil)
		after(time.Second)
		if p.losses() != 1 {
			t.Fatalf("the room was told %d times", p.losses())
		}
		after(28 * time.Second)
		p.set(true, nil)
		after(time.Second)
		if n := len(d.joins); n != 2 || *d.joins[1].Resume != (protocol.Resume{Participant: "self", Token: "secret"}) || p.losses() != 1 {
			t.Fatalf("joins %+v", d.joins)
		}
		p.set(false, nil)
		after(29 * time.Second)
		if d.server.Sessions() != 1 || p.losses() != 2 {
			t.Fatalf("%d sessions, lost %d", d.server.Sessions(), p.losses())
		}
		after(2 * time.Second)
		d.expectEnd(p, endedMedia, protocol.LeftTimeout)
	})
}

func TestRoomEndsIt(t *testing.T) {
	for name, end := range map[string]func(p *fakeParticipant){
		"by its outbox": func(p *fakeParticipant) { p.out.Close(protocol.ByeMedia) },
		"back to lobby": func(p *fakeParticipant) { p.out.Send(protocol.Waiting{Why: protocol.BecauseSentBack}, 0, 0) },
		"unseen":        func(p *fakeParticipant) { p.set(false, protocol.Error{Code: protocol.ErrNotJoined}) },
	} {
		t.Run(name, func(t *testing.T) {
			inTime(t, func(d *desk, p *fakeParticipant) {
				end(p)
				after(time.Second)
				d.expectEnd(p, endedRoom, protocol.LeftRemoved)
			})
		})
	}
}

// A room that does not answer is no reason to go, and a server that drains keeps media until it closes.
func TestStays(t *testing.T) {
	inTime(t, func(d *desk, p *fakeParticipant) {
		p.set(true, nil)
		after(time.Second)
		p.set(true, protocol.Error{Code: protocol.ErrInternal})
		p.out.Close(protocol.ByeShutdown)
		after(20 * time.Second)
		if d.server.Sessions() != 1 {
			t.Error("the session has ended")
		}
		d.close()
		d.expectEnd(p, endedShutdown, protocol.LeftRemoved)
		if answer := d.do(http.MethodPost, "/whip/r", sdpOffer); answer.StatusCode != http.StatusServiceUnavailable {
			t.Errorf("after the end: %s", answer.Status)
		}
	})
}

type panicking struct{ *fakeParticipant }

func (panicking) Connected() (bool, error) { panic("test") }

func TestPanicEndsOneSession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, Config{Token: token})
		p := &fakeParticipant{answer: sdpAnswer}
		d.server.registry = registryOf{panicking{p}}
		d.begin("/whip/r", sdpOffer)
		after(time.Second)
		d.expectEnd(p, endedRoom, protocol.LeftRemoved)
		d.close()
	})
}

// A viewer's picture follows the stage.
func TestViewFollowsTheStage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, Config{Token: token})
		d.begin("/whep/r", sdpPlay)
		p := d.all[0]
		show := func(m protocol.ServerMessage, want ...protocol.Tile) {
			t.Helper()
			before := len(p.seen())
			p.out.Send(m, 0, 1)
			synctest.Wait()
			if len(p.seen()) != before+len(want) {
				t.Fatalf("views %+v", p.seen()[before:])
			}
			for i, tile := range want {
				tile.Width, tile.Height = protocol.MaxTilePixels, protocol.MaxTilePixels
				if got := p.seen()[before+i].Tiles; len(got) != 1 || got[0] != tile {
					t.Errorf("view %+v, want %+v", got, tile)
				}
			}
		}
		camera := []protocol.Publication{{Source: protocol.Camera}}
		show(protocol.ParticipantJoined{Participant: protocol.Participant{ID: "a", State: protocol.Here}})
		show(protocol.ParticipantJoined{Participant: protocol.Participant{ID: "b", State: protocol.Here, Publications: camera}},
			protocol.Tile{Participant: "b", Source: protocol.Camera})
		show(protocol.PublicationChanged{Participant: "a", Publication: camera[0]})
		show(protocol.Speakers{Participants: []string{"a"}}, protocol.Tile{Participant: "a", Source: protocol.Camera})
		p.set(true, protocol.Error{Code: protocol.ErrInternal})
		show(protocol.PublicationChanged{Participant: "b", Publication: protocol.Publication{Source: protocol.Screen}},
			protocol.Tile{Participant: "b", Source: protocol.Screen})
		p.set(true, nil)
		before := len(p.seen())
		after(time.Second) // what failed is tried again, once
		if len(p.seen()) != before+1 {
			t.Errorf("tried again %d times", len(p.seen())-before)
		}
		p.out.Send(protocol.ParticipantLeft{ID: "a"}, 0, 2)
		p.out.Send(protocol.ParticipantLeft{ID: "b"}, 0, 3)
		synctest.Wait()
		if last := p.seen()[len(p.seen())-1]; len(last.Tiles) != 0 {
			t.Errorf("nobody is left, but %+v", last)
		}
		d.close()
	})
}

// Sessions look at the same times, twice a second, and a room is asked for nothing while nothing changes.
func TestSessionsLookTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, Config{Token: token})
		for range 3 {
			d.begin("/whep/r", sdpPlay)
			time.Sleep(170 * time.Millisecond) // they come at different times
		}
		for _, p := range d.all {
			p.set(true, nil)
		}
		after(time.Until(time.Now().Truncate(500 * time.Millisecond).Add(501 * time.Millisecond)))
		before := make([]int, len(d.all))
		for i, p := range d.all {
			before[i] = p.looked()
		}
		views := len(d.all[0].seen())
		for beat := 1; beat <= 4; beat++ {
			after(498 * time.Millisecond)
			for i, p := range d.all {
				if got := p.looked() - before[i]; got != beat-1 {
					t.Errorf("session %d has looked %d times just before beat %d", i, got, beat)
				}
			}
			after(2 * time.Millisecond)
			for i, p := range d.all {
				if got := p.looked() - before[i]; got != beat {
					t.Errorf("session %d has looked %d times after beat %d", i, got, beat)
				}
			}
		}
		if got := len(d.all[0].seen()) - views; got != 0 {
			t.Errorf("the room was told of a view %d times", got)
		}
		d.close()
	})
}
