package rooms

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"salon/signaling/protocol"
)

func TestJoinedIsTheWholeTruth(t *testing.T) {
	inWorld(t, Limits{}, func(w *world) {
		alice := w.enter("room", "Alice").publishing(protocol.Microphone, protocol.Camera)
		alice.must(alice.do(w.Context(), protocol.Mute{Source: protocol.Camera, Muted: true}))
		alice.must(alice.do(w.Context(), protocol.Say{Text: "hello"}))
		alice.out.take()
		bob := &fakeOutbox{}
		p, err := w.Join(w.Context(), Entrance{Join: protocol.Join{Room: "room", Name: " Bob "}, Re: 42, Out: bob})
		if err != nil {
			t.Fatal(err)
		}
		all := bob.take()
		joined := all[0].message.(protocol.Joined)
		wholeLists(t, joined)
		if all[0].re != 42 || all[0].seq != 0 || joined.Self != p.ID() || joined.Resumed || joined.Replayed || joined.Seq != 0 {
			t.Errorf("%+v", all[0])
		}
		want := []protocol.Participant{
			{ID: alice.ID(), Name: "Alice", Role: protocol.RoleParticipant, State: protocol.Here, Publications: []protocol.Publication{
				{Source: protocol.Microphone}, {Source: protocol.Camera, Muted: true},
			}},
			{ID: p.ID(), Name: "Bob", Role: protocol.RoleParticipant, State: protocol.Here, Publications: []protocol.Publication{}},
		}
		if fmt.Sprint(joined.Participants) != fmt.Sprint(want) {
			t.Errorf("got %+v\nwant %+v", joined.Participants, want)
		}
		if len(joined.Chat) != 1 || joined.Chat[0].Text != "hello" || joined.Server.Version != "test" || len(joined.ICEServers) != 1 {
			t.Errorf("%+v", joined)
		}
		news := alice.out.take()
		if types(news) != "participant_joined" || news[0].message.(protocol.ParticipantJoined).Participant.ID != p.ID() {
			t.Errorf("Alice got %v", news)
		}
	})
}

func TestIdsAndTokensAreLongAndDifferent(t *testing.T) {
	inWorld(t, Limits{Participants: 200}, func(w *world) {
		seen := map[string]bool{}
		for range 100 {
			c := w.enter("room", "A")
			if len(c.ID()) < 26 || len(c.joined.Token) < 26 || seen[c.ID()] || seen[c.joined.Token] { // base32: 26 characters are 130 bits
				t.Errorf("id %q, token %q", c.ID(), c.joined.Token)
			}
			seen[c.ID()], seen[c.joined.Token] = true, true
		}
	})
}

func TestResumeNeedsTheToken(t *testing.T) {
	inWorld(t, Limits{}, func(w *world) {
		alice, bob := w.enter("room", "Alice"), w.enter("room", "Bob")
		other := w.enter("other", "Carol")
		for name, r := range map[string]protocol.Resume{
			"no token":           {Participant: alice.ID()},
			"another's token":    {Participant: alice.ID(), Token: bob.joined.Token},
			"a prefix":           {Participant: alice.ID(), Token: alice.joined.Token[:20]},
			"nobody":             {Participant: "nobody", Token: alice.joined.Token},
			"nobody, no token":   {},
			"from another room":  {Participant: other.ID(), Token: other.joined.Token},
			"id and token mixed": {Participant: alice.joined.Token, Token: alice.ID()},
		} {
			_, err := w.Join(w.Context(), Entrance{Join: protocol.Join{Room: "room", Resume: &r}, Re: 1, Out: &fakeOutbox{}})
			if err != errResumeUnknown {
				t.Errorf("%s: %v", name, err)
			}
		}
		if alice.out.bye() != "" {
			t.Error("a failed resume ended the session")
		}
	})
}

func TestResumeReplays(t *testing.T) {
	inWorld(t, Limits{}, func(w *world) {
		alice, bob := w.enter("room", "Alice").publishing(protocol.Camera), w.enter("room", "Bob")
		bob.connect(1, 1)
		bob.watch(alice.tile(protocol.Camera, 640, 360))
		alice.must(alice.do(w.Context(), protocol.Say{Text: "1"}))
		bob.Lost(bob.out)
		bob.out.take()
		alice.must(alice.do(w.Context(), protocol.Say{Text: "2"}))
		alice.must(alice.do(w.Context(), protocol.Mute{Source: protocol.Camera, Muted: true}))
		if lost := bob.out.take(); len(lost) != 0 {
			t.Errorf("sent to a lost session: %v", lost)
		}
		all := bob.resume(1)
		if got := types(all); got != "joined chat publication_changed slots rights speakers" {
			t.Fatal(got)
		}
		joined := all[0].message.(protocol.Joined)
		wholeLists(t, joined)
		if !joined.Resumed || !joined.Replayed || joined.Seq != 1 || len(joined.Participants)+len(joined.Chat) != 0 || all[0].re != 7 || joined.Token != bob.joined.Token {
			t.Errorf("%+v", joined)
		}
		if all[1].seq != 2 || all[2].seq != 3 || all[3].seq != 0 || all[1].message.(protocol.ChatLine).Text != "2" {
			t.Errorf("%+v", all)
		}
		if got := fills(all, alice); got != "1:Alice.camera" {
			t.Error(got)
		}
		alice.must(alice.do(w.Context(), protocol.Say{Text: "3"}))
		if next := bob.out.take(); next[0].seq != 4 {
			t.Errorf("%+v", next)
		}
		if n := w.Totals(); n.Resumes != 1 || n.ResumesByEvent != 1 {
			t.Errorf("%+v", n)
		}
	})
}

func TestResumeWithoutTheJournal(t *testing.T) {
	for name, last := range map[string]uint64{"too old": 1, "never given out": 1000} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, Limits{Journal: 4}, func(w *world) {
				alice, bob := w.enter("room", "Alice"), w.enter("room", "Bob")
				bob.Lost(bob.out)
				for range 10 {
					alice.must(alice.do(w.Context(), protocol.Say{Text: "x"}))
				}
				all := bob.resume(last)
				joined := all[0].message.(protocol.Joined)
				if types(all) != "joined slots rights speakers" || !joined.Resumed || joined.Replayed || joined.Seq != 10 ||
					len(joined.Participants) != 2 || len(joined.Chat) != 10 || joined.Self != bob.ID() {
					t.Errorf("%s: %+v", types(all), joined)
				}
			})
		})
	}
}

func TestAnotherSessionTakesOver(t *testing.T) {
	inWorld(t, Limits{}, func(w *world) {
		alice, bob := w.enter("room", "Alice"), w.enter("room", "Bob")
		old := bob.out
		bob.resume(0)
		if old.bye() != protocol.ByeReplaced || bob.out.bye() != "" {
			t.Errorf("old %q, new %q", old.bye(), bob.out.bye())
		}
		bob.Lost(old) // the old session ends late
		alice.must(alice.do(w.Context(), protocol.Say{Text: "x"}))
		if got := types(alice.out.take()); got != "participant_joined chat" {
			t.Errorf("Alice saw %s", got)
		}
		if got := types(bob.out.take()); got != "chat" {
			t.Errorf("Bob saw %s", got)
		}
	})
}

func TestOthersSeeReconnecting(t *testing.T) {
	inWorld(t, Limits{}, func(w *world) {
		alice, bob := w.enter("room", "Alice"), w.enter("room", "Bob")
		alice.out.take()
		bob.Lost(bob.out)
		bob.Lost(bob.out)
		if n := w.Totals(); n.ReconnectingNow != 1 || n.ParticipantsNow != 2 {
			t.Errorf("%+v", n)
		}
		pass(29 * time.Second)
		bob.resume(0)
		pass(time.Minute)
		var states []protocol.ParticipantState
		for _, m := range of[protocol.ParticipantChanged](alice.out.take()) {
			if m.ID != bob.ID() || m.Name != "Bob" {
				t.Errorf("%+v", m)
			}
			states = append(states, m.State)
		}
		if !slices.Equal(states, []protocol.ParticipantState{protocol.Reconnecting, protocol.Here}) {
			t.Errorf("Alice saw %v", states)
		}
	})
}

func TestWhoDoesNotComeBackIsRemoved(t *testing.T) {
	inWorld(t, Limits{}, func(w *world) {
		alice, bob := w.enter("room", "Alice"), w.enter("room", "Bob").publishing(protocol.Camera)
		peer := bob.peer()
		alice.connect(1, 1)
		alice.watch(bob.tile(protocol.Camera, 640, 360))
		bob.Lost(bob.out)
		pass(29500 * time.Millisecond)
		alice.out.take()
		if peer.closed.Load() {
			t.Error("removed early")
		}
		pass(time.Second)
		all := alice.out.take()
		left := of[protocol.ParticipantLeft](all)
		if len(left) != 1 || left[0] != (protocol.ParticipantLeft{ID: bob.ID(), Reason: protocol.LeftTimeout}) {
			t.Errorf("%v", left)
		}
		if got := fills(all); got != "" {
			t.Errorf("slots: %s", got)
		}
		if !peer.closed.Load() {
			t.Error("the Peer is still there")
		}
		_, err := w.Join(w.Context(), Entrance{Join: protocol.Join{Room: "room", Resume: &protocol.Resume{Participant: bob.ID(), Token: bob.joined.Token}}, Re: 1, Out: &fakeOutbox{}})
		refused(t, err, protocol.ErrResumeUnknown)
		if n := w.Totals(); n.Leaves[protocol.LeftTimeout] != 1 || n.ReconnectingNow != 0 {
			t.Errorf("%+v", n)
		}
	})
}

func TestAnEmptyRoomOfGhostsEnds(t *testing.T) {
	inWorld(t, Limits{ReconnectGrace: 5 * time.Second}, func(w *world) {
		for _, c := range []*client{w.enter("room", "Alice"), w.enter("room", "Bob")} {
			c.Lost(c.out)
		}
		pass(6 * time.Second)
		if n := w.Totals(); n.RoomsNow != 0 || n.Leaves[protocol.LeftTimeout] != 2 {
			t.Errorf("%+v", n)
		}
	})
}

func TestByes(t *testing.T) {
	for reason, want := range map[protocol.LeftReason]protocol.ByeReason{
		protocol.LeftByChoice: protocol.ByeLeft, protocol.LeftRemoved: protocol.ByeRoomClosed,
	} {
		inWorld(t, Limits{}, func(w *world) {
			alice, bob := w.enter("room", "Alice"), w.enter("room", "Bob")
			bob.Leave(reason)
			if bob.out.bye() != want {
				t.Errorf("%s: %q", reason, bob.out.bye())
			}
			if left := of[protocol.ParticipantLeft](alice.out.take()); len(left) != 1 || left[0].Reason != reason {
				t.Errorf("%v", left)
			}
			refused(t, bob.do(w.Context(), protocol.Say{Text: "x"}), protocol.ErrNotJoined)
		})
	}
}

// TestResumesLoseNothing has one participant that keeps losing its session and one that never does: they must have
// seen the same chat, and every number once.
func TestResumesLoseNothing(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		script := rapid.SliceOfN(rapid.SampledFrom([]string{"say", "say", "lose", "lose late", "resume"}), 1, 60).Draw(rt, "script")
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, Limits{Journal: 8})
			defer w.Close()
			alice, bob := w.enter("room", "Alice"), w.enter("room", "Bob")
			steady, shaky := &reader{}, &reader{}
			connected := true
			for i, step := range script {
				switch {
				case step == "say":
					alice.must(alice.do(context.Background(), protocol.Say{Text: fmt.Sprint(i)}))
				case step == "resume" || !connected:
					shaky.read(rt, bob.resume(shaky.seq))
					connected = true
				case step == "lose late": // what is on its way is lost with the session
					bob.out.take()
					fallthrough
				case step == "lose":
					shaky.read(rt, bob.out.take())
					bob.Lost(bob.out)
					connected = false
				}
				if connected {
					shaky.read(rt, bob.out.take())
				}
				steady.read(rt, alice.out.take())
			}
			shaky.read(rt, bob.resume(shaky.seq))
			if strings.Join(shaky.chat, " ") != strings.Join(steady.chat, " ") {
				rt.Errorf("%v\n%v", shaky.chat, steady.chat)
			}
		})
	})
}

// reader is a client that checks the numbers of its events.
type reader struct {
	seq  uint64
	chat []string
}

func (r *reader) read(t *rapid.T, all []sent) {
	for _, s := range all {
		if j, ok := s.message.(protocol.Joined); ok {
			if !j.Replayed {
				r.chat = nil
				for _, line := range j.Chat {
					r.chat = append(r.chat, line.Text)
				}
			} else if j.Seq != r.seq {
				t.Errorf("replayed after %d, want %d", j.Seq, r.seq)
			}
			r.seq = j.Seq
		}
		if s.seq > 0 {
			if s.seq != r.seq+1 {
				t.Errorf("event %d after %d", s.seq, r.seq)
			}
			r.seq = s.seq
		}
		if line, ok := s.message.(protocol.ChatLine); ok {
			r.chat = append(r.chat, line.Text)
		}
	}
}

// Others know that somebody only watches, those who were there and those who come later.
func TestWatchersAreMarked(t *testing.T) {
	inWorld(t, Limits{}, func(w *world) {
		alice := w.enter("room", "Alice")
		wall, err := w.Join(w.Context(), Entrance{Join: protocol.Join{Room: "room", Name: "Wall", Watcher: true}, Re: 1, Out: &fakeOutbox{}})
		if err != nil {
			t.Fatal(err)
		}
		defer wall.Leave(protocol.LeftByChoice)
		if told := alice.out.take()[0].message.(protocol.ParticipantJoined).Participant; !told.Watcher || told.Name != "Wall" {
			t.Errorf("Alice is told of %+v", told)
		}
		all := w.enter("room", "Bob").joined.Participants
		if len(all) != 3 || all[0].Watcher || !all[1].Watcher || all[2].Watcher {
			t.Errorf("Bob finds %+v", all)
		}
	})
}
