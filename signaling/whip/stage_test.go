package whip

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"salon/signaling/protocol"
)

// shows makes a person of "id:cs": c for a camera, s for a screen, - for away.
func shows(text string) person {
	var id, what string
	if _, err := fmt.Sscanf(text, "%1s:%s", &id, &what); err != nil {
		panic(err)
	}
	p := person{id: id}
	for _, r := range what {
		switch r {
		case 'c':
			p.camera = true
		case 's':
			p.screen = true
		case '-':
			p.away = true
		}
	}
	return p
}

func TestStage(t *testing.T) {
	camera := func(id string) shown { return shown{id, protocol.Camera} }
	screen := func(id string) shown { return shown{id, protocol.Screen} }
	for _, c := range []struct {
		name     string
		people   []string
		speakers []string
		now      shown
		want     shown
	}{
		{"nobody", nil, nil, shown{}, shown{}},
		{"nobody is left", nil, []string{"a"}, camera("a"), shown{}},
		{"nobody shows anything", []string{"a:."}, []string{"a"}, shown{}, shown{}},
		{"the first camera", []string{"a:.", "b:c", "c:c"}, nil, shown{}, camera("b")},
		{"the speaker's camera", []string{"a:c", "b:c"}, []string{"b"}, shown{}, camera("b")},
		{"the loudest speaker with a camera", []string{"a:c", "b:c", "c:."}, []string{"c", "b", "a"}, shown{}, camera("b")},
		{"stays while it speaks, although another is louder", []string{"a:c", "b:c"}, []string{"b", "a"}, camera("a"), camera("a")},
		{"stays in silence", []string{"a:c", "b:c"}, nil, camera("b"), camera("b")},
		{"moves to who speaks", []string{"a:c", "b:c"}, []string{"a"}, camera("b"), camera("a")},
		{"a screen comes first", []string{"a:c", "b:cs"}, []string{"a"}, camera("a"), screen("b")},
		{"the screen stays", []string{"a:s", "b:s"}, nil, screen("b"), screen("b")},
		{"the screen has ended", []string{"a:c", "b:c"}, []string{"b"}, screen("a"), camera("b")},
		{"who is away is not shown", []string{"a:c-", "b:c"}, []string{"a"}, camera("a"), camera("b")},
		{"a speaker who has left", []string{"b:c"}, []string{"a"}, shown{}, camera("b")},
	} {
		a := audience{speakers: c.speakers}
		for _, text := range c.people {
			a.people = append(a.people, shows(text))
		}
		if got := a.stage(c.now); got != c.want {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
	}
}

// Whatever happens, what is on the stage is really shown, something is there while anybody shows anything, and asking
// again changes nothing.
func TestStageProperties(t *testing.T) {
	ids := []string{"a", "b", "c"}
	sources := []protocol.Source{protocol.Microphone, protocol.Camera, protocol.Screen, protocol.ScreenAudio}
	rapid.Check(t, func(t *rapid.T) {
		var a audience
		var now shown
		for range rapid.IntRange(1, 50).Draw(t, "events") {
			id, source := rapid.SampledFrom(ids).Draw(t, "id"), rapid.SampledFrom(sources).Draw(t, "source")
			switch rapid.IntRange(0, 5).Draw(t, "event") {
			case 0:
				a.apply(protocol.ParticipantJoined{Participant: protocol.Participant{ID: id, State: protocol.Here}})
			case 1:
				a.apply(protocol.ParticipantLeft{ID: id})
			case 2:
				a.apply(protocol.PublicationChanged{Participant: id, Publication: protocol.Publication{Source: source, Muted: rapid.Bool().Draw(t, "muted")}})
			case 3:
				a.apply(protocol.PublicationEnded{Participant: id, Source: source})
			case 4:
				state := rapid.SampledFrom([]protocol.ParticipantState{protocol.Here, protocol.Reconnecting}).Draw(t, "state")
				a.apply(protocol.ParticipantChanged{ID: id, State: state})
			case 5:
				a.apply(protocol.Speakers{Participants: rapid.SliceOfDistinct(rapid.SampledFrom(ids), rapid.ID).Draw(t, "speakers")})
			}
			now = a.stage(now)
			anything := false
			for _, p := range a.people {
				anything = anything || !p.away && (p.camera || p.screen)
			}
			if anything != (now != shown{}) || anything && !a.shows(now) {
				t.Fatalf("%v is on the stage of %+v", now, a)
			}
			if again := a.stage(now); again != now {
				t.Fatalf("%v, and asked again %v", now, again)
			}
		}
		if len(a.people) > len(ids) {
			t.Fatalf("%d people", len(a.people))
		}
	})
}

// A snapshot replaces what was known; one that says that events follow does not.
func TestSnapshots(t *testing.T) {
	a := audience{people: []person{shows("a:c")}, speakers: []string{"a"}}
	a.apply(protocol.Joined{Replayed: true})
	if len(a.people) != 1 || len(a.speakers) != 1 {
		t.Errorf("%+v", a)
	}
	a.apply(protocol.Joined{Participants: []protocol.Participant{
		{ID: "b", State: protocol.Here, Publications: []protocol.Publication{{Source: protocol.Screen}, {Source: protocol.Camera, Muted: true}}},
	}})
	if len(a.people) != 1 || a.people[0] != shows("b:s") {
		t.Errorf("%+v", a)
	}
}

// Who can only watch is no candidate for the stage: sessions of a large audience do not remember each other.
func TestWatchersAreNotRemembered(t *testing.T) {
	a := audience{}
	a.apply(protocol.Joined{Participants: []protocol.Participant{{ID: "a", State: protocol.Here, Watcher: true}}})
	for i := range 1000 {
		a.apply(protocol.ParticipantJoined{Participant: protocol.Participant{ID: fmt.Sprint(i), State: protocol.Here, Watcher: true}})
	}
	a.apply(protocol.ParticipantChanged{ID: "7", State: protocol.Reconnecting})
	a.apply(protocol.ParticipantLeft{ID: "7"})
	if len(a.people) != 0 {
		t.Errorf("%d people", len(a.people))
	}
}
