package rooms

import (
	"time"

	"salon/signaling/protocol"
)

// Observer is told what happens in rooms. It is called on the goroutines of rooms: it must not block, nor call back.
type Observer interface {
	Observe(e Event)
}

// EventKind is what has happened.
type EventKind string

// What may happen.
const (
	RoomStarted       EventKind = "room_started" // the first participant has entered
	RoomEnded         EventKind = "room_ended"   // the last has left
	ParticipantJoined EventKind = "participant_joined"
	ParticipantLeft   EventKind = "participant_left"
	HandRaised        EventKind = "hand_raised"
	BanMade           EventKind = "ban_made"
)

// EventKinds lists every kind.
var EventKinds = []EventKind{RoomStarted, RoomEnded, ParticipantJoined, ParticipantLeft, HandRaised, BanMade}

// Event is something that has happened in a room.
type Event struct {
	Kind        EventKind
	Room        string // its name, folded
	At          time.Time
	Participant string              // its id; "" where the event is of none
	Name        string              // of the participant, or of whom was banned
	Role        string              // of the participant
	Reason      protocol.LeftReason // with ParticipantLeft
	Ban         string              // its id, with BanMade
	Here        int                 // participants in the room after it
}

// observe tells the observer.
func (r *room) observe(e Event) {
	o := r.registry.config.Observer
	if o == nil {
		return
	}
	e.Room, e.At, e.Here = r.key, time.Now(), len(r.people)
	o.Observe(e)
}

// observeOf tells the observer of a participant.
func (r *room) observeOf(p *Participant, kind EventKind, reason protocol.LeftReason) {
	r.observe(Event{Kind: kind, Participant: p.id, Name: p.name, Role: p.rank.String(), Reason: reason})
}

// observeEntry tells the observer of one who has entered.
func (r *room) observeEntry(p *Participant) {
	if len(r.people) == 1 {
		r.observe(Event{Kind: RoomStarted})
	}
	r.observeOf(p, ParticipantJoined, "")
}

// observeDeparture tells the observer of one who was taken out of the room.
func (r *room) observeDeparture(p *Participant, reason protocol.LeftReason) {
	r.observeOf(p, ParticipantLeft, reason)
	if len(r.people) == 0 {
		r.observe(Event{Kind: RoomEnded})
	}
}
