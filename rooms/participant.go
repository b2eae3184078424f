package rooms

import (
	"context"
	"slices"
	"sync/atomic"
	"time"

	"salon/rooms/policy"
	"salon/signaling/protocol"
)

// Participant is somebody in a room. Its methods may be called from any goroutine; their errors are protocol.Error
// values, and a call that fails has changed nothing.
type Participant struct {
	room      *room
	id, token string                // never change
	watcher   bool                  // never changes: its client can only watch
	who       identity              // never changes
	offering  atomic.Bool           // an offer is being answered
	reach     atomic.Pointer[reach] // nil before the first offer; the room's goroutine writes it

	// Owned by the room's goroutine.
	stage        stage
	since        time.Time // when it entered
	name         string
	rank         policy.Role // RoleNone while it waits
	standing     standing
	session      session
	media        media
	link         link
	publications []*publication // in order of their appearance
	roster       roster
	described    *protocol.Participant // the newest description; nil: it has changed
	view         []protocol.Tile
	slotsSaid    []protocol.SlotFill // the newest Slots message
	restless     bool                // it gets less than it shows: it is looked at at every fast tick
	told         told
	toldRoom     protocol.Room // the newest description of the room

	// Of one who waits, or has waited.
	sentBack   bool                 // by a moderator
	spent      bool                 // the invitation was counted
	lobbyLines []protocol.LobbyLine // oldest first
}

// told is the newest of what a participant was told that is told only when it has changed.
type told struct {
	rights   protocol.Rights
	hands    []protocol.Hand
	floor    protocol.Floor
	requests []protocol.RightRequest
	lobby    bool // the newest was not empty
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

// close ends the session with a word for the person.
func (s *session) close(bye protocol.ByeReason, message string) {
	switch out := s.out.(type) {
	case nil:
	case explainingOutbox:
		out.CloseWith(bye, message)
	default:
		out.Close(bye)
	}
}

// lostFor is how long there has been no session.
func (s *session) lostFor(now time.Time) time.Duration {
	if s.out != nil {
		return 0
	}
	return now.Sub(s.lostAt)
}

// send answers a request.
func (p *Participant) send(m protocol.ServerMessage, re uint64) {
	if p.session.out != nil {
		p.session.out.Send(m, re, 0)
	}
}

// sendState sends what is told as a whole and not as events: after a join, a resume, or another role.
func (p *Participant) sendState() {
	p.told = told{}
	p.tellRights()
	p.sendHands()
	p.sendFloor()
	p.sendSpeakers()
	p.sendLobby()
	p.sendRequests()
}

// ID returns the participant's id, which everybody in the room may know.
func (p *Participant) ID() string { return p.id }

// call runs f on the room's goroutine, if the participant is in the room.
func (p *Participant) call(ctx context.Context, f func() error) error {
	return p.callAs(ctx, []stage{here}, f)
}

// callAs runs f on the room's goroutine, if the participant is in one of these stages.
func (p *Participant) callAs(ctx context.Context, stages []stage, f func() error) error {
	return asProtocol(p.room.call(ctx, func() error {
		if err := p.at(stages); err != nil {
			return err
		}
		return f()
	}))
}

// at says why the participant is in none of these stages, nil when it is.
func (p *Participant) at(stages []stage) error {
	switch {
	case p.stage == gone:
		return errGone
	case !slices.Contains(stages, p.stage):
		return errStage[p.stage]
	}
	return nil
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
