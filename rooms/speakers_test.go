package rooms

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"salon/signaling/protocol"
)

// talk has everybody in levels speak for a while, in packets of 20 ms; the others are silent.
func talk(w *world, d time.Duration, levels map[*client]uint8, all ...*client) {
	for range d / (20 * time.Millisecond) {
		for _, c := range all {
			level, speaking := levels[c]
			if !speaking {
				level = 127
			}
			c.speak(protocol.Microphone, level)
		}
		pass(20 * time.Millisecond)
	}
}

func speakersOf(all []sent, names ...*client) []string {
	var list []string
	for _, m := range of[protocol.Speakers](all) {
		var words []string
		for _, id := range m.Participants {
			words = append(words, nameOf(id, names))
		}
		list = append(list, strings.Join(words, " "))
	}
	return list
}

func TestSpeakersAreTold(t *testing.T) {
	inWorld(t, Limits{}, func(w *world) {
		alice := w.enter("room", "Alice").publishing(protocol.Microphone)
		bob := w.enter("room", "Bob").publishing(protocol.Microphone)
		talk(w, time.Second, nil, alice, bob)
		bob.out.take()
		talk(w, 2*time.Second, map[*client]uint8{alice: 20}, alice, bob)
		talk(w, 4*time.Second, nil, alice, bob)
		all := bob.out.take()
		if got := speakersOf(all, alice, bob); !slices.Equal(got, []string{"Alice", ""}) {
			t.Errorf("Bob was told %q", got)
		}
		for _, m := range of[protocol.Speakers](all) {
			wholeLists(t, m)
		}
	})
}

func TestWhoIsMutedOrLeavesDoesNotSpeak(t *testing.T) {
	for name, end := range map[string]func(*client){
		"muted": func(c *client) {
			c.must(c.do(c.w.Context(), protocol.Mute{Source: protocol.Microphone, Muted: true}))
		},
		"unpublished": func(c *client) { c.must(c.do(c.w.Context(), protocol.Unpublish{Source: protocol.Microphone})) },
		"left":        func(c *client) { c.Leave(protocol.LeftByChoice) },
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, Limits{}, func(w *world) {
				alice, bob := w.enter("room", "Alice").publishing(protocol.Microphone), w.enter("room", "Bob")
				talk(w, 2*time.Second, map[*client]uint8{alice: 20}, alice)
				bob.out.take()
				end(alice)
				if got := speakersOf(bob.out.take(), alice); !slices.Equal(got, []string{""}) {
					t.Errorf("Bob was told %q", got)
				}
			})
		})
	}
}

func TestANewcomerLearnsWhoSpeaks(t *testing.T) {
	inWorld(t, Limits{}, func(w *world) {
		alice := w.enter("room", "Alice").publishing(protocol.Microphone)
		talk(w, 2*time.Second, map[*client]uint8{alice: 20}, alice)
		out := &fakeOutbox{}
		if _, err := w.Join(w.Context(), Entrance{Join: protocol.Join{Room: "room", Name: "Bob"}, Re: 1, Out: out}); err != nil {
			t.Fatal(err)
		}
		if got := speakersOf(out.take(), alice); !slices.Equal(got, []string{"Alice"}) {
			t.Errorf("%q", got)
		}
	})
}

func TestTheSoundOfAScreenDoesNotSpeak(t *testing.T) {
	inWorld(t, Limits{}, func(w *world) {
		alice, bob := w.enter("room", "Alice").publishing(protocol.ScreenAudio), w.enter("room", "Bob")
		bob.connect(2, 0)
		if got := fills(bob.out.take(), alice); got != "0:Alice.screen_audio" {
			t.Error(got)
		}
		for range 100 {
			alice.speak(protocol.ScreenAudio, 10)
			pass(20 * time.Millisecond)
		}
		if got := speakersOf(bob.out.take(), alice); len(got) != 0 {
			t.Errorf("%q", got)
		}
	})
}

func TestTheLoudestAreHeard(t *testing.T) {
	inWorld(t, Limits{AudioSlots: 2}, func(w *world) {
		var people []*client
		for i := range 6 {
			people = append(people, w.enter("room", fmt.Sprint("P", i)).publishing(protocol.Microphone))
		}
		bob := w.enter("room", "Bob")
		bob.connect(4, 0)
		levels := map[*client]uint8{people[4]: 20, people[5]: 25}
		talk(w, 5*time.Second, levels, people...)
		heard := func(c *client) (names []string) {
			c.inside(func() {
				for _, h := range holding(c.media.audio) {
					if h != (content{}) {
						names = append(names, nameOf(h.participant, people))
					}
				}
			})
			slices.Sort(names)
			return names
		}
		if got := heard(bob); !slices.Equal(got, []string{"P4", "P5"}) {
			t.Errorf("Bob hears %v", got)
		}
		if got := heard(people[4]); len(got) != 2 || slices.Contains(got, "P4") || !slices.Contains(got, "P5") {
			t.Errorf("P4 hears %v", got)
		}
		changes := w.Totals().SlotChanges
		talk(w, 5*time.Second, levels, people...)
		if now := w.Totals().SlotChanges; now != changes {
			t.Errorf("%d slots changed although nothing did", now-changes)
		}
		levels = map[*client]uint8{people[0]: 15, people[5]: 25}
		talk(w, 10*time.Second, levels, people...)
		if got := heard(bob); !slices.Equal(got, []string{"P0", "P5"}) {
			t.Errorf("Bob hears %v", got)
		}
	})
}

func TestTheRulesSayHowManyAreHeard(t *testing.T) {
	inWorld(t, Limits{AudioSlots: 4}, func(w *world) {
		w.ruled("owners: [host]", "limits: {speakers: 2}")
		host := w.enterAs("room", "Host", "host")
		var people []*client
		for i := range 5 {
			people = append(people, w.enter("room", fmt.Sprint("P", i)).publishing(protocol.Microphone))
		}
		bob := w.enter("room", "Bob")
		bob.connect(4, 0)
		heard := func() (n int) {
			bob.inside(func() {
				for _, h := range holding(bob.media.audio) {
					if h != (content{}) {
						n++
					}
				}
			})
			return n
		}
		talk(w, 5*time.Second, map[*client]uint8{people[0]: 20, people[1]: 20, people[2]: 20, people[3]: 20}, people...)
		if n := heard(); n != 2 {
			t.Errorf("Bob hears %d", n)
		}
		host.expect(protocol.Configure{Settings: []protocol.SettingChange{{Key: "limits.speakers", Value: "24"}}})
		talk(w, 5*time.Second, map[*client]uint8{people[0]: 20, people[1]: 20, people[2]: 20, people[3]: 20}, people...)
		if n := heard(); n != 4 {
			t.Errorf("Bob hears %d with the server's limit", n)
		}
	})
}

func TestTheRoomListensOnlyWhileThereIsSomethingToHear(t *testing.T) {
	inWorld(t, Limits{}, func(w *world) {
		alice := w.enter("room", "Alice")
		interval := func() (d time.Duration) { alice.inside(func() { d = alice.room.interval }); return d }
		if interval() != slowTick {
			t.Error("an empty room ticks fast")
		}
		alice.publishing(protocol.Microphone)
		if interval() != fastTick {
			t.Error("a room with a microphone ticks slowly")
		}
		alice.must(alice.do(w.Context(), protocol.Mute{Source: protocol.Microphone, Muted: true}))
		if interval() != slowTick {
			t.Error("a room with a muted microphone ticks fast")
		}
		alice.connect(1, 1, protocol.Camera)
		bob := w.enter("room", "Bob")
		bob.connect(1, 1)
		bob.watch(alice.tile(protocol.Camera, 640, 360))
		alice.must(alice.do(w.Context(), protocol.Publish{Source: protocol.Camera}))
		if interval() != fastTick {
			t.Error("a room with a slot that waits ticks slowly")
		}
		pass(eagerFor + 2*slowTick) // the camera never sends
		if interval() != slowTick {
			t.Error("a room ticks fast for a camera that never sends")
		}
	})
}
