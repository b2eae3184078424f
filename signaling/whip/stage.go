package whip

import (
	"slices"

	"salon/signaling/protocol"
)

// shown is what is on the stage: a participant's camera or screen. The zero value is nothing.
type shown struct {
	participant string
	source      protocol.Source
}

// person is what the stage needs to know of a participant.
type person struct {
	id             string
	away           bool // its session or its media is lost
	screen, camera bool // published and not muted
}

// audience is who is in a room and who is speaking, as a session was told of it.
type audience struct {
	people   []person // in order of arrival; without those who can only watch, who are most of a large audience
	speakers []string // loudest first
}

// stage decides what the one picture of a WHEP viewer shows: a shared screen; else the camera of who is speaking; else
// the camera that was shown before; else the first camera. What is shown stays as long as it is as good as another,
// because a change costs a keyframe and the viewer's orientation.
func (a *audience) stage(now shown) shown {
	everybody := make([]string, len(a.people))
	for i, p := range a.people {
		everybody[i] = p.id
	}
	for _, rule := range []struct {
		source protocol.Source
		of     []string // participants, best first
	}{{protocol.Screen, everybody}, {protocol.Camera, a.speakers}, {protocol.Camera, everybody}} {
		if pick := a.first(now, rule.source, rule.of); pick != (shown{}) {
			return pick
		}
	}
	return shown{}
}

// first returns what is shown now, if that is the source of one of them, or else the source of the first who shows it.
func (a *audience) first(now shown, source protocol.Source, of []string) shown {
	if now.source == source && slices.Contains(of, now.participant) && a.shows(now) {
		return now
	}
	for _, id := range of {
		if pick := (shown{id, source}); a.shows(pick) {
			return pick
		}
	}
	return shown{}
}

func (a *audience) shows(s shown) bool {
	p := a.find(s.participant)
	return p != nil && !p.away && (s.source == protocol.Screen && p.screen || s.source == protocol.Camera && p.camera)
}

func (a *audience) find(id string) *person {
	for i := range a.people {
		if a.people[i].id == id {
			return &a.people[i]
		}
	}
	return nil
}

// apply takes what a room tells. It keeps nothing of the message, which others may hold as well.
func (a *audience) apply(m protocol.ServerMessage) {
	switch m := m.(type) {
	case protocol.Joined:
		if m.Replayed {
			return // the missed events follow
		}
		*a = audience{}
		for _, p := range m.Participants {
			a.add(p)
		}
	case protocol.ParticipantJoined:
		a.add(m.Participant)
	case protocol.ParticipantLeft:
		a.people = slices.DeleteFunc(a.people, func(p person) bool { return p.id == m.ID })
	case protocol.ParticipantChanged:
		if p := a.find(m.ID); p != nil {
			p.away = m.State != protocol.Here
		}
	case protocol.PublicationChanged:
		if p := a.find(m.Participant); p != nil {
			p.set(m.Publication.Source, !m.Publication.Muted)
		}
	case protocol.PublicationEnded:
		if p := a.find(m.Participant); p != nil {
			p.set(m.Source, false)
		}
	case protocol.Speakers:
		a.speakers = append([]string{}, m.Participants...)
	}
}

func (a *audience) add(m protocol.Participant) {
	if m.Watcher || a.find(m.ID) != nil {
		return
	}
	p := person{id: m.ID, away: m.State != protocol.Here}
	for _, pub := range m.Publications {
		p.set(pub.Source, !pub.Muted)
	}
	a.people = append(a.people, p)
}

func (p *person) set(source protocol.Source, lit bool) {
	switch source {
	case protocol.Screen:
		p.screen = lit
	case protocol.Camera:
		p.camera = lit
	}
}
