package rooms

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"salon/signaling/protocol"
)

func TestJoinRefusals(t *testing.T) {
	inWorld(t, Limits{Rooms: 1, Participants: 2}, func(w *world) {
		w.enter("full", "Alice")
		w.enter("full", "Bob")
		for _, c := range []struct {
			join protocol.Join
			code protocol.ErrorCode
		}{
			{protocol.Join{Room: "", Name: "A"}, protocol.ErrBadRoom},
			{protocol.Join{Room: "..", Name: "A"}, protocol.ErrBadRoom},
			{protocol.Join{Room: "a/b", Name: "A"}, protocol.ErrBadRoom},
			{protocol.Join{Room: "full", Name: ""}, protocol.ErrBadName},
			{protocol.Join{Room: "full", Name: strings.Repeat("x", 65)}, protocol.ErrBadName},
			{protocol.Join{Room: "full", Name: "A"}, protocol.ErrRoomFull},
			{protocol.Join{Room: "FULL", Name: "A"}, protocol.ErrRoomFull},
			{protocol.Join{Room: "other", Name: "A"}, protocol.ErrTooManyRooms},
			{protocol.Join{Room: "full", Resume: &protocol.Resume{Participant: "x", Token: "y"}}, protocol.ErrResumeUnknown},
			{protocol.Join{Room: "other", Resume: &protocol.Resume{Participant: "x", Token: "y"}}, protocol.ErrResumeUnknown},
		} {
			out := &fakeOutbox{}
			p, err := w.Join(w.Context(), Entrance{Join: c.join, Re: 1, Out: out})
			refused(t, err, c.code)
			if p != nil || len(out.take()) > 0 {
				t.Errorf("%+v: something came of a refused join", c.join)
			}
		}
		if n := w.Totals(); n.JoinsRefused != 10 || n.Joins != 2 || n.RoomsNow != 1 {
			t.Errorf("%+v", n)
		}
	})
}

func TestRoomLimitHoldsUnderConcurrency(t *testing.T) {
	inWorld(t, Limits{Participants: 10}, func(w *world) {
		var joined, full atomic.Int64
		var all sync.WaitGroup
		for range 50 {
			all.Go(func() {
				switch _, err := w.tryEnter("room", "A"); {
				case err == nil:
					joined.Add(1)
				case err.(protocol.Error).Code == protocol.ErrRoomFull:
					full.Add(1)
				}
			})
		}
		all.Wait()
		if joined.Load() != 10 || full.Load() != 40 {
			t.Errorf("%d joined, %d were refused", joined.Load(), full.Load())
		}
	})
}

func TestRoomCountHoldsUnderConcurrency(t *testing.T) {
	inWorld(t, Limits{Rooms: 10}, func(w *world) {
		var joined atomic.Int64
		var all sync.WaitGroup
		for i := range 50 {
			all.Go(func() {
				if _, err := w.tryEnter(fmt.Sprint("room", i), "A"); err == nil {
					joined.Add(1)
				} else if err.(protocol.Error).Code != protocol.ErrTooManyRooms {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if joined.Load() != 10 {
			t.Errorf("%d joined", joined.Load())
		}
	})
}

func TestRoomsComeAndGo(t *testing.T) {
	inWorld(t, Limits{Rooms: 1}, func(w *world) {
		alice := w.enter("Kitchen", "Alice")
		bob := w.enter("kitchen", "Bob")
		if alice.room != bob.room || bob.joined.Room != (protocol.Room{Name: "kitchen", Title: "Kitchen", TalkMode: protocol.TalkOpen, ScreenHint: "detail"}) {
			t.Errorf("%+v", bob.joined.Room)
		}
		alice.Leave(protocol.LeftByChoice)
		if n := w.Totals(); n.RoomsNow != 1 || n.ParticipantsNow != 1 {
			t.Errorf("%+v", n)
		}
		bob.Leave(protocol.LeftByChoice)
		bob.Leave(protocol.LeftByChoice)
		if n := w.Totals(); n.RoomsNow != 0 || n.Leaves[protocol.LeftByChoice] != 2 {
			t.Errorf("%+v", n)
		}
		<-bob.room.ended
		refused(t, bob.do(w.Context(), protocol.Say{Text: "x"}), protocol.ErrNotJoined)
		if again := w.enter("other", "Carol"); again.room == bob.room {
			t.Error("a room lives on after its last participant")
		}
	})
}

func TestAbandonedJoinLeavesNoRoom(t *testing.T) {
	inWorld(t, Limits{}, func(w *world) {
		ctx, cancel := context.WithCancel(w.Context())
		cancel()
		_, err := w.Join(ctx, Entrance{Join: protocol.Join{Room: "room", Name: "A"}, Re: 1, Out: &fakeOutbox{}})
		refused(t, err, protocol.ErrInternal)
		synctest.Wait()
		if n := w.Totals(); n.RoomsNow != 0 || n.Joins != 0 {
			t.Errorf("%+v", n)
		}
	})
}

func TestJoinAndLeaveRace(t *testing.T) {
	inWorld(t, Limits{}, func(w *world) {
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				for range 200 {
					c, err := w.tryEnter("room", "A")
					if err != nil {
						t.Error(err)
						return
					}
					c.Leave(protocol.LeftByChoice)
				}
			})
		}
		all.Wait()
		if n := w.Totals(); n.Joins != 1600 || n.Leaves[protocol.LeftByChoice] != 1600 || n.RoomsNow != 0 {
			t.Errorf("%+v", n)
		}
	})
}

func TestDrain(t *testing.T) {
	inWorld(t, Limits{}, func(w *world) {
		alice, bob := w.enter("room", "Alice").publishing(protocol.Microphone), w.enter("room", "Bob")
		bob.connect(2, 3)
		w.Drain(1500 * time.Millisecond)
		for _, c := range []*client{alice, bob} {
			if c.out.bye() != protocol.ByeShutdown || c.out.retryAfter != 1500*time.Millisecond {
				t.Errorf("%s: %q after %v", c.name, c.out.bye(), c.out.retryAfter)
			}
		}
		for _, j := range []protocol.Join{
			{Room: "room", Name: "Carol"}, {Room: "new", Name: "Carol"},
			{Room: "room", Resume: &protocol.Resume{Participant: bob.ID(), Token: bob.joined.Token}},
		} {
			_, err := w.Join(w.Context(), Entrance{Join: j, Re: 1, Out: &fakeOutbox{}})
			refused(t, err, protocol.ErrShuttingDown)
			if e, ok := err.(protocol.Error); ok && e.RetryAfter != 2 {
				t.Errorf("retry after %d", e.RetryAfter)
			}
		}
		bob.Lost(bob.out)
		before := bob.received()
		alice.speak(protocol.Microphone, 30)
		if bob.received() != before+1 {
			t.Error("media stopped before Close")
		}
	})
}

func TestCloseEndsSessionsThatWereNotDrained(t *testing.T) {
	inWorld(t, Limits{}, func(w *world) {
		alice := w.enter("room", "Alice").publishing(protocol.Microphone, protocol.Camera)
		bob := w.enter("room", "Bob")
		bob.Lost(bob.out)
		w.Close()
		if alice.out.bye() != protocol.ByeShutdown || bob.out.bye() != "" {
			t.Errorf("%q, %q", alice.out.bye(), bob.out.bye())
		}
		_, err := w.tryEnter("room", "Carol")
		refused(t, err, protocol.ErrShuttingDown)
		alice.Leave(protocol.LeftByChoice)
		alice.Lost(alice.out)
		w.Close()
	})
}

func TestARoomThatPanicsGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, Limits{})
		defer w.Close()
		alice := w.enter("room", "Alice")
		refused(t, alice.call(w.Context(), func() error { panic("broken") }), protocol.ErrInternal)
		if err := alice.do(w.Context(), protocol.Say{Text: "still here"}); err != nil {
			t.Error(err)
		}
		if w.Totals().Panics != 1 {
			t.Error("the panic was not counted")
		}
	})
}

// TestALateJoinMeetsADrainingRoom has joins that were let in before Drain arrive at the room after it.
func TestALateJoinMeetsADrainingRoom(t *testing.T) {
	inWorld(t, Limits{}, func(w *world) {
		alice := w.enter("room", "Alice")
		w.Drain(time.Second)
		alice.inside(func() {
			_, err := alice.room.join(entry{name: "Bob", out: &fakeOutbox{}})
			refused(t, err, protocol.ErrShuttingDown)
			_, err = alice.room.resume(protocol.Resume{Participant: alice.ID(), Token: alice.joined.Token}, entry{out: &fakeOutbox{}})
			refused(t, err, protocol.ErrShuttingDown)
		})
	})
}

func TestTheZeroConfigHasDefaults(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := NewRegistry(Config{})
		defer r.Close()
		out := &fakeOutbox{}
		if _, err := r.Join(t.Context(), Entrance{Join: protocol.Join{Room: "room", Name: "A"}, Re: 1, Out: out}); err != nil {
			t.Fatal(err)
		}
		wholeLists(t, out.take()[0].message)
		want := Limits{Rooms: 1000, Participants: 100, Chat: 200, AudioSlots: 6, Cameras: 25, ReconnectGrace: 30 * time.Second, Journal: 128}
		if r.config.Limits != want {
			t.Errorf("%+v", r.config.Limits)
		}
	})
}
