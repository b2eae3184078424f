package rooms

import (
	"context"
	"sync/atomic"
	"time"

	"salon/signaling/protocol"
)

// Participant is somebody in a room. Its methods may be called from any goroutine; their errors are protocol.Error
// values, and a call that fails has changed nothing.
type Participant struct {
	room            *room
	id, name, token string                // never change
	watcher         bool                  // never changes: its client can only watch
	offering        atomic.Bool           // an offer is being answered
	reach           atomic.Pointer[reach] // nil before the first offer; the room's goroutine writes it

	// Owned by the room's goroutine.
	session      session
	media        media
	link         link
	publications []*publication // in order of their appearance
	view         []protocol.Tile
	slotsSaid    []protocol.SlotFill // the newest Slots message
	gone         bool                // left for good
}

// reach is what any goroutine may ask of a participant without waiting for its room. It never changes.
type reach struct {
	peer Peer // nil: none
	gone bool // left for good
}

// Connected says whether media can flow between the server and the participant now. It does not wait for the room.
func (p *Participant) Connected() (bool, error) {
	at := p.reach.Load()
	switch {
	case at == nil:
		return false, nil
	case at.gone:
		return false, asProtocol(errGone)
	}
	return at.peer != nil && at.peer.Connected(), nil
}

// session is a participant's connection to its client, and what is kept while there is none.
type session struct {
	out     Outbox    // nil: lost
	lostAt  time.Time // when out became nil
	journal journal
}

// tell numbers a room event, keeps it for a resume, and sends it.
func (s *session) tell(m protocol.ServerMessage) {
	seq := s.journal.add(m)
	if s.out != nil {
		s.out.Send(m, 0, seq)
	}
}

// show sends what is not numbered: only the newest counts.
func (s *session) show(m protocol.ServerMessage) {
	if s.out != nil {
		s.out.Send(m, 0, 0)
	}
}

// ID returns the participant's id, which everybody in the room may know.
func (p *Participant) ID() string { return p.id }

// call runs f on the room's goroutine, unless the participant has left.
func (p *Participant) call(ctx context.Context, f func() error) error {
	return asProtocol(p.room.call(ctx, func() error {
		if p.gone {
			return errGone
		}
		return f()
	}))
}

// Publish offers a source to the room, or changes whether it is muted.
func (p *Participant) Publish(ctx context.Context, m protocol.Publish) error {
	return p.call(ctx, func() error { return p.publish(m.Source, m.Muted) })
}

// Mute silences or darkens a publication, or undoes it. When it returns nothing more of a muted one is forwarded.
func (p *Participant) Mute(ctx context.Context, m protocol.Mute) error {
	return p.call(ctx, func() error { return p.mute(m.Source, m.Muted) })
}

// Unpublish takes a source back.
func (p *Participant) Unpublish(ctx context.Context, m protocol.Unpublish) error {
	return p.call(ctx, func() error { return p.unpublish(m.Source) })
}

// View replaces what the participant's screen shows.
func (p *Participant) View(ctx context.Context, v protocol.View) error {
	if err := checkView(v); err != nil {
		return err
	}
	return p.call(ctx, func() error { p.show(v.Tiles); return nil })
}

// Say sends a chat line to the room, the speaker included.
func (p *Participant) Say(ctx context.Context, s protocol.Say) error {
	text, err := checkText(s.Text)
	if err != nil {
		return err
	}
	return p.call(ctx, func() error { p.say(text); return nil })
}

// Leave takes the participant out of the room and closes its session with the Bye that fits the reason, if it is still
// open. When it returns, nothing more of it is forwarded. Only the first call counts.
func (p *Participant) Leave(reason protocol.LeftReason) {
	bye := protocol.ByeLeft
	if reason != protocol.LeftByChoice {
		bye = protocol.ByeRoomClosed
	}
	// A room that has ended has no participants; no other error is possible.
	_ = p.room.call(context.Background(), func() error { p.room.remove(p, reason, bye); return nil })
}

// Lost says that the session with that outbox ended without a leave: others see the participant as reconnecting, and
// it may be resumed for a while. It counts only while out is the participant's newest outbox.
func (p *Participant) Lost(out Outbox) {
	_ = p.room.call(context.Background(), func() error { p.room.lost(p, out); return nil })
}

// state is how others see the participant.
func (p *Participant) state() protocol.ParticipantState {
	if p.session.out == nil {
		return protocol.Reconnecting
	}
	return protocol.Here
}

// describe returns what everybody may know of the participant.
func (p *Participant) describe() protocol.Participant {
	d := protocol.Participant{ID: p.id, Name: p.name, State: p.state(), Watcher: p.watcher, Publications: make([]protocol.Publication, 0, len(p.publications))}
	for _, pub := range p.publications {
		d.Publications = append(d.Publications, pub.describe())
	}
	return d
}

func (p *Participant) changed() protocol.ParticipantChanged {
	return protocol.ParticipantChanged{ID: p.id, Name: p.name, State: p.state()}
}
