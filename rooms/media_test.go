package rooms

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"salon/sfu/transport"
	"salon/signaling/protocol"
)

func TestOfferErrors(t *testing.T) {
	inWorld(t, Limits{}, func(w *world) {
		alice := w.enter("room", "Alice")
		w.newPeer = func(p *fakePeer) error { return errors.New("no socket") }
		_, err := alice.Offer(w.Context(), protocol.Offer{SDP: "1 1"})
		refused(t, err, protocol.ErrInternal)
		w.newPeer = nil
		_, err = alice.Offer(w.Context(), protocol.Offer{SDP: "nonsense"})
		refused(t, err, protocol.ErrBadOffer)
		if e := err.(protocol.Error); e.Message != "not an offer" {
			t.Errorf("the reason is lost: %q", e.Message)
		}
		answer, err := alice.Offer(w.Context(), protocol.Offer{SDP: "1 2"})
		if err != nil || answer.SDP != "answer" || len(answer.Slots) != 3 || answer.Slots[2] != (protocol.SlotInfo{Mid: "2", Kind: protocol.Video}) {
			t.Errorf("%+v %v", answer, err)
		}
		answer, _ = w.enter("room", "Bob").Offer(w.Context(), protocol.Offer{SDP: "0 0"})
		if answer.Slots == nil {
			t.Error("no slots must be an empty list")
		}
		ctx, cancel := context.WithCancel(w.Context())
		cancel()
		_, err = alice.Offer(ctx, protocol.Offer{SDP: "1 2"})
		refused(t, err, protocol.ErrInternal)
		alice.connect(1, 2)
	})
}

func TestConnected(t *testing.T) {
	inWorld(t, Limits{}, func(w *world) {
		alice := w.enter("room", "Alice")
		check := func(want bool) {
			t.Helper()
			if got, err := alice.Connected(); got != want || err != nil {
				t.Errorf("connected %v, error %v; want %v", got, err, want)
			}
		}
		check(false)
		alice.connect(1, 1)
		check(true)
		w.peers[0].connected.Store(false)
		check(false)
		alice.Leave(protocol.LeftByChoice)
		_, err := alice.Connected()
		refused(t, err, protocol.ErrNotJoined)
	})
}

func TestOneOfferAtATime(t *testing.T) {
	inWorld(t, Limits{}, func(w *world) {
		alice := w.enter("room", "Alice")
		gate := make(chan struct{})
		w.newPeer = func(p *fakePeer) error {
			p.answering = func(context.Context) error { <-gate; return nil }
			return nil
		}
		first := make(chan error)
		go func() { _, err := alice.Offer(w.Context(), protocol.Offer{SDP: "1 1"}); first <- err }()
		synctest.Wait()
		_, err := alice.Offer(w.Context(), protocol.Offer{SDP: "1 1"})
		refused(t, err, protocol.ErrOfferBusy)
		alice.must(alice.do(w.Context(), protocol.Say{Text: "the room does not wait"}))
		close(gate)
		if err := <-first; err != nil {
			t.Error(err)
		}
		alice.connect(1, 1)
	})
}

func TestAnOfferWhoseSessionEndedStillCounts(t *testing.T) {
	inWorld(t, Limits{}, func(w *world) {
		alice := w.enter("room", "Alice")
		ctx, cancel := context.WithCancel(w.Context())
		w.newPeer = func(p *fakePeer) error {
			p.answering = func(context.Context) error { cancel(); return nil }
			return nil
		}
		if _, err := alice.Offer(ctx, protocol.Offer{SDP: "1 1"}); err != nil {
			t.Error(err)
		}
		if alice.peer() == nil || len(alice.media.audio) != 1 {
			t.Error("the room does not know what the Peer answered")
		}
	})
}

func TestLeavingDuringAnOffer(t *testing.T) {
	for name, before := range map[string]bool{"while the Peer is made": true, "while it answers": false} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, Limits{}, func(w *world) {
				alice := w.enter("room", "Alice")
				gate := make(chan struct{})
				w.newPeer = func(p *fakePeer) error {
					if before {
						<-gate
					} else {
						p.answering = func(context.Context) error { <-gate; return nil }
					}
					return nil
				}
				result := make(chan error)
				go func() {
					_, err := alice.Offer(w.Context(), protocol.Offer{SDP: "1 1", Sections: []protocol.Section{{Mid: "s", Source: protocol.Camera}}})
					result <- err
				}()
				synctest.Wait()
				alice.Leave(protocol.LeftByChoice)
				close(gate)
				refused(t, <-result, protocol.ErrNotJoined)
				pass(time.Millisecond)
				if !w.peers[0].closed.Load() {
					t.Error("the Peer is left behind")
				}
			})
		})
	}
}

func TestAbuseEndsTheParticipant(t *testing.T) {
	inWorld(t, Limits{}, func(w *world) {
		alice, bob := w.enter("room", "Alice"), w.enter("room", "Bob")
		bob.connect(1, 1)
		peer := bob.peer()
		alice.out.take()
		peer.onState(transport.Abusive)
		peer.onState(transport.Closed) // must not hide what came before
		pass(time.Millisecond)
		if bob.out.bye() != protocol.ByeMedia {
			t.Errorf("bye %q", bob.out.bye())
		}
		if left := of[protocol.ParticipantLeft](alice.out.take()); len(left) != 1 || left[0].Reason != protocol.LeftRemoved {
			t.Errorf("%v", left)
		}
		if !peer.closed.Load() {
			t.Error("the Peer is still open")
		}
	})
}

func TestAStateThatFindsTheInboxFullIsSeenLater(t *testing.T) {
	inWorld(t, Limits{}, func(w *world) {
		alice := w.enter("room", "Alice")
		peer := alice.connect(1, 1)
		release := hold(alice.room.loop)
		for alice.room.post(func() {}) {
		}
		peer.onState(transport.Abusive)
		release()
		pass(slowTick)
		if alice.out.bye() != protocol.ByeMedia || w.Totals().DroppedPosts != 2 {
			t.Errorf("bye %q, %+v", alice.out.bye(), w.Totals())
		}
	})
}

func TestAPeerThatTheClientClosedIsReplaced(t *testing.T) {
	inWorld(t, Limits{}, func(w *world) {
		alice, bob := w.enter("room", "Alice").publishing(protocol.Camera), w.enter("room", "Bob").publishing(protocol.Camera)
		alice.watch(bob.tile(protocol.Camera, 640, 360))
		bob.watch(alice.tile(protocol.Camera, 640, 360))
		old := alice.peer()
		old.connected.Store(false)
		old.onState(transport.Closed)
		pass(time.Millisecond)
		if !old.closed.Load() {
			t.Error("the old Peer is left behind")
		}
		if got := fills(bob.out.take(), alice); got != "" {
			t.Errorf("Bob's slots: %s", got)
		}
		refused(t, alice.do(w.Context(), protocol.Publish{Source: protocol.Microphone}), protocol.ErrNoSource)
		alice.out.take()
		alice.connect(2, 3, protocol.Camera)
		if got := fills(bob.out.take(), alice); got != "2:Alice.camera" {
			t.Errorf("Bob's slots: %s", got)
		}
		if got := fills(alice.out.take(), bob); got != "2:Bob.camera" {
			t.Errorf("Alice's slots: %s", got)
		}
		old.onState(transport.Abusive) // of the past
		alice.film(protocol.Camera)
		pass(time.Second)
		if target, _ := bob.target(alice, protocol.Camera); target.Spatial != 1 || alice.out.bye() != "" {
			t.Errorf("target %v, bye %q", target, alice.out.bye())
		}
	})
}

func TestAPeerThatClosedWhileItAnswered(t *testing.T) {
	inWorld(t, Limits{}, func(w *world) {
		alice := w.enter("room", "Alice")
		w.newPeer = func(p *fakePeer) error {
			p.answering = func(context.Context) error {
				p.onState(transport.Closed)
				synctest.Wait()
				return nil
			}
			return nil
		}
		_, err := alice.Offer(w.Context(), protocol.Offer{SDP: "1 1"})
		refused(t, err, protocol.ErrBadOffer)
		w.newPeer = nil
		alice.connect(1, 1)
	})
}

func TestASlotThatIsNotInTheAnswerIsEmptied(t *testing.T) {
	inWorld(t, Limits{}, func(w *world) {
		alice, bob := w.enter("room", "Alice").publishing(protocol.Camera), w.enter("room", "Bob")
		peer := bob.connect(0, 1)
		bob.watch(alice.tile(protocol.Camera, 640, 360))
		bob.out.take()
		old := peer.slots[0].Slot
		peer.slots = nil
		bob.connect(1, 0)
		if old.Info().Filled {
			t.Error("the slot is still filled")
		}
		if got := fills(bob.out.take(), alice); got != "" {
			t.Errorf("slots: %s", got)
		}
	})
}
