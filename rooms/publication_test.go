package rooms

import (
	"strings"
	"testing"
	"time"

	"salon/signaling/protocol"
)

func TestPublishNeedsASection(t *testing.T) {
	inWorld(t, Limits{}, func(w *world) {
		alice := w.enter("room", "Alice")
		refused(t, alice.do(w.Context(), protocol.Publish{Source: protocol.Camera}), protocol.ErrNoSource)
		alice.connect(0, 0, protocol.Camera)
		refused(t, alice.do(w.Context(), protocol.Publish{Source: protocol.Microphone}), protocol.ErrNoSource)
		refused(t, alice.do(w.Context(), protocol.Publish{Source: "tail"}), protocol.ErrNoSource)
		refused(t, alice.do(w.Context(), protocol.Mute{Source: protocol.Camera}), protocol.ErrNotPublished)
		refused(t, alice.do(w.Context(), protocol.Unpublish{Source: protocol.Camera}), protocol.ErrNotPublished)
		alice.out.take()
		alice.must(alice.do(w.Context(), protocol.Publish{Source: protocol.Camera}))
		if got := types(alice.out.take()); got != "publication_changed encodings" {
			t.Error(got)
		}
	})
}

func TestPublicationsAreAnnounced(t *testing.T) {
	inWorld(t, Limits{}, func(w *world) {
		alice, bob := w.enter("room", "Alice"), w.enter("room", "Bob")
		alice.connect(0, 0, protocol.Camera)
		for _, step := range []struct {
			do   func() error
			want string
		}{
			{func() error {
				return alice.do(w.Context(), protocol.Publish{Source: protocol.Camera, Muted: true})
			}, "camera true"},
			{func() error {
				return alice.do(w.Context(), protocol.Publish{Source: protocol.Camera, Muted: true})
			}, ""},
			{func() error { return alice.do(w.Context(), protocol.Mute{Source: protocol.Camera}) }, "camera false"},
			{func() error { return alice.do(w.Context(), protocol.Mute{Source: protocol.Camera}) }, ""},
			{func() error {
				return alice.do(w.Context(), protocol.Publish{Source: protocol.Camera, Muted: true})
			}, "camera true"},
			{func() error { return alice.do(w.Context(), protocol.Unpublish{Source: protocol.Camera}) }, "camera ended"},
		} {
			alice.out.take()
			bob.out.take()
			alice.must(step.do())
			for _, c := range []*client{alice, bob} {
				if got := announced(c.out.take(), alice); got != step.want {
					t.Errorf("%s saw %q, want %q", c.name, got, step.want)
				}
			}
		}
		if n := w.Totals(); n.PublicationsNow != 0 {
			t.Errorf("%+v", n)
		}
	})
}

// announced shows what was said of somebody's publications.
func announced(all []sent, of *client) string {
	var words []string
	for _, s := range all {
		switch m := s.message.(type) {
		case protocol.PublicationChanged:
			if m.Participant == of.ID() {
				words = append(words, string(m.Publication.Source), map[bool]string{true: "true", false: "false"}[m.Publication.Muted])
			}
		case protocol.PublicationEnded:
			if m.Participant == of.ID() {
				words = append(words, string(m.Source), "ended")
			}
		}
	}
	return strings.Join(words, " ")
}

// TestNothingPassesWithoutARight sends all the time and looks at when packets arrive.
func TestNothingPassesWithoutARight(t *testing.T) {
	inWorld(t, Limits{}, func(w *world) {
		alice, bob := w.enter("room", "Alice"), w.enter("room", "Bob")
		alice.connect(2, 3, protocol.Microphone)
		bob.connect(2, 3)
		passes := func(when string, want bool) {
			t.Helper()
			before := bob.received()
			alice.speak(protocol.Microphone, 40)
			if got := bob.received() > before; got != want {
				t.Errorf("%s: passes %v", when, got)
			}
		}
		passes("negotiated", false)
		alice.must(alice.do(w.Context(), protocol.Publish{Source: protocol.Microphone, Muted: true}))
		passes("published muted", false)
		alice.must(alice.do(w.Context(), protocol.Mute{Source: protocol.Microphone}))
		passes("unmuted", true)
		alice.must(alice.do(w.Context(), protocol.Mute{Source: protocol.Microphone, Muted: true}))
		passes("muted", false)
		alice.must(alice.do(w.Context(), protocol.Publish{Source: protocol.Microphone}))
		passes("published again", true)
		alice.Lost(alice.out)
		passes("signaling lost, media alive", true)
		alice.resume(0)
		passes("resumed", true)
		alice.must(alice.do(w.Context(), protocol.Unpublish{Source: protocol.Microphone}))
		passes("unpublished", false)
		alice.must(alice.do(w.Context(), protocol.Publish{Source: protocol.Microphone}))
		passes("published anew", true)
		pub := alice.carrier(protocol.Microphone)
		alice.Leave(protocol.LeftByChoice)
		if pub.Forwarding() {
			t.Error("the right outlives the participant")
		}
	})
}

func TestASourceThatIsNotNegotiatedAnyMoreEnds(t *testing.T) {
	inWorld(t, Limits{}, func(w *world) {
		alice, bob := w.enter("room", "Alice").publishing(protocol.Microphone, protocol.Camera), w.enter("room", "Bob")
		old := alice.carrier(protocol.Microphone)
		peer := alice.peer()
		peer.mu.Lock()
		delete(peer.bound, protocol.Camera)
		delete(peer.bound, protocol.Microphone)
		peer.mu.Unlock()
		bob.out.take()
		alice.connect(2, 3, protocol.Microphone) // another section carries it now
		if got := announced(bob.out.take(), alice); got != "camera ended" {
			t.Error(got)
		}
		if now := alice.carrier(protocol.Microphone); old.Forwarding() || !now.Forwarding() {
			t.Error("the right did not move to the new section")
		}
	})
}

func TestLeavingFreesWhatOthersReceive(t *testing.T) {
	inWorld(t, Limits{}, func(w *world) {
		alice, bob := w.enter("room", "Alice").publishing(protocol.Microphone, protocol.Camera), w.enter("room", "Bob")
		bob.connect(2, 3)
		bob.watch(alice.tile(protocol.Camera, 640, 360))
		if got := fills(bob.out.take(), alice); got != "0:Alice.microphone 2:Alice.camera" {
			t.Error(got)
		}
		peer := alice.peer()
		alice.Leave(protocol.LeftByChoice)
		all := bob.out.take()
		if got := types(all); got != "participant_left slots" {
			t.Error(got)
		}
		wholeLists(t, of[protocol.Slots](all)[0])
		for _, s := range bob.peer().slots {
			if s.Slot.Info().Filled {
				t.Errorf("slot %s is still filled", s.Mid)
			}
		}
		pass(time.Millisecond)
		if !peer.closed.Load() {
			t.Error("the Peer is still open")
		}
	})
}

func TestChat(t *testing.T) {
	inWorld(t, Limits{Chat: 2}, func(w *world) {
		alice, bob := w.enter("room", "Alice"), w.enter("room", "Bob")
		for _, c := range []struct {
			text string
			code protocol.ErrorCode
		}{
			{"", protocol.ErrChatEmpty}, {" \n\x00", protocol.ErrChatEmpty},
			{strings.Repeat("é", 4001), protocol.ErrChatTooLong}, {strings.Repeat("x", 1<<20), protocol.ErrChatTooLong},
		} {
			refused(t, alice.do(w.Context(), protocol.Say{Text: c.text}), c.code)
		}
		longest := strings.Repeat("é", 4000)
		for _, text := range []string{" one\x07 ", "<b>two</b>", longest} {
			alice.must(alice.do(w.Context(), protocol.Say{Text: text}))
		}
		now := time.Now().UnixMilli()
		for _, c := range []*client{alice, bob} {
			lines := of[protocol.ChatLine](c.out.take())
			want := []protocol.ChatLine{
				{ID: 1, Participant: alice.ID(), Name: "Alice", Text: "one", At: now},
				{ID: 2, Participant: alice.ID(), Name: "Alice", Text: "<b>two</b>", At: now},
				{ID: 3, Participant: alice.ID(), Name: "Alice", Text: longest, At: now},
			}
			if len(lines) != 3 || lines[0] != want[0] || lines[1] != want[1] || lines[2] != want[2] {
				t.Errorf("%s saw %v", c.name, lines)
			}
		}
		alice.Leave(protocol.LeftByChoice)
		if kept := w.enter("room", "Carol").joined.Chat; len(kept) != 2 || kept[0].ID != 2 || kept[0].Name != "Alice" {
			t.Errorf("%v", kept)
		}
		if n := w.Totals().ChatLines; n != 3 {
			t.Errorf("%d lines counted", n)
		}
	})
}
