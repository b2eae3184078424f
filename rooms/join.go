package rooms

import (
	"crypto/rand"
	"crypto/subtle"
	"time"

	"salon/rooms/policy"
	"salon/signaling/protocol"
)

// stage is where a participant is.
type stage uint8

const (
	gone stage = iota
	waiting
	here
	operating // acts for the server, and is in no room: see Registry.Operate
)

// entry is a session that wants to enter.
type entry struct {
	name    string // as the client gives it, cleaned; empty: none
	watcher bool
	invite  string // code of an invitation
	who     identity
	returns bool   // it has used its invitation before
	noLobby bool   // it cannot wait
	re      uint64 // the join request
	out     Outbox
}

// join makes a new participant, who enters or waits.
func (r *room) join(e entry) (*Participant, error) {
	if !r.drained.IsZero() {
		return nil, errDraining
	}
	now := time.Now()
	if e.invite != "" {
		if err := r.invited(&e, now); err != nil {
			return nil, err
		}
	}
	if e.who.name != "" {
		e.name = e.who.name
	}
	if e.name == "" {
		return nil, errBadName
	}
	if e.returns {
		r.replace(e.who.key(), e.who.invitation, now)
	}
	p := &Participant{
		room: r, id: rand.Text(), token: rand.Text() + rand.Text(), // 130 and 260 bits
		name: e.name, watcher: e.watcher, who: e.who, standing: r.standings[e.who.key()], roster: roster{},
		spent:   e.returns,
		session: session{out: e.out, journal: journal{limit: r.registry.config.Limits.Journal}},
	}
	a := r.admission(p, now)
	switch a.Outcome {
	case policy.Enter:
		r.enter(p, e.re, now)
	case policy.Wait:
		if e.noLobby {
			return nil, cannotWait(a.Reason)
		}
		if err := r.await(p, a.Reason, e.re, now); err != nil {
			return nil, err
		}
	default:
		return nil, notAdmitted(a.Reason)
	}
	return p, nil
}

// admission says what happens to somebody at the door, and to somebody who waits.
func (r *room) admission(p *Participant, now time.Time) policy.Admission {
	a := p.who.arrival()
	if p.standing.role != policy.RoleNone {
		a.Role = p.standing.role
	}
	a.Admitted, a.SentBack = p.standing.admitted, p.sentBack
	if !r.stillInvited(p, now) {
		return policy.Admission{Outcome: policy.Refuse, Reason: policy.Reason{Code: policy.WhyNoGuests}}
	}
	return policy.Admit(r.rules.policy, r.state(now), r.banList(), a)
}

// enter takes a participant in: a new one, or one who waited.
func (r *room) enter(p *Participant, re uint64, now time.Time) {
	p.stage, p.sentBack, p.since = here, false, now
	p.rank = p.standing.role
	if p.rank == policy.RoleNone {
		p.rank = policy.RoleOf(r.rules.policy, p.who.arrival())
	}
	start := policy.Begin(r.rules.policy, r.state(now), p.rank)
	if r.rules.opened.IsZero() {
		r.rules.opened = now
	}
	r.spendInvitation(p)
	r.byID[p.id] = p
	r.reveal(p) // to those who are here before it is itself
	r.people = append(r.people, p)
	r.registry.counters.joins.Add(1)
	r.registry.counters.participants.Add(1)
	r.log.Info("a participant joined", "participant", p.id, "role", p.rank, "here", len(r.people))
	r.observeEntry(p)
	joined := r.everything(p)
	joined.Start = protocol.Start{Muted: start.Muted, CameraOff: start.CameraOff}
	p.send(joined, re)
	p.sendState()
	r.moderatorsChanged(now)
}

// resume gives a participant a new session in place of the one it lost, or is about to lose.
func (r *room) resume(resume protocol.Resume, e entry) (*Participant, error) {
	p := r.byID[resume.Participant]
	if p == nil {
		p = r.waiting[resume.Participant]
	}
	if p == nil || subtle.ConstantTimeCompare([]byte(p.token), []byte(resume.Token)) != 1 {
		return nil, errResumeUnknown
	}
	if !r.drained.IsZero() {
		return nil, errDraining
	}
	old := p.session.out
	p.session.out = e.out
	if old != nil && old != e.out {
		old.Close(protocol.ByeReplaced)
	}
	r.registry.counters.resumes.Add(1)
	if old == nil {
		r.registry.counters.reconnecting.Add(-1)
	}
	if p.stage == waiting {
		p.sendWaiting(e.re)
		return p, nil
	}
	r.goOn(p, resume.LastSeq, e.re)
	if old == nil {
		r.reveal(p)
	}
	return p, nil
}

// goOn tells a participant who has a new session what it has missed.
func (r *room) goOn(p *Participant, last, re uint64) {
	missed, kept := p.session.journal.since(last)
	joined := r.everything(p)
	joined.Resumed = true
	if kept {
		r.registry.counters.replays.Add(1)
		joined.Replayed, joined.Seq = true, last
		joined.Participants, joined.Chat = []protocol.Participant{}, []protocol.ChatLine{}
	}
	p.send(joined, re)
	for _, m := range missed {
		p.session.out.Send(m.message, 0, m.seq)
	}
	r.log.Info("a participant resumed", "participant", p.id, "replayed", kept, "events", len(missed))
	p.sendSlots()
	p.sendState()
	p.sendWanted()
}

// lost notes that a participant's session ended without a leave.
func (r *room) lost(p *Participant, out Outbox) {
	if p.stage == gone || p.session.out == nil || p.session.out != out {
		return
	}
	p.session.out, p.session.lostAt = nil, time.Now()
	r.registry.counters.reconnecting.Add(1)
	r.log.Info("a participant lost its session", "participant", p.id)
	if p.stage == here {
		r.reveal(p)
	}
}

// everything is the whole truth for one participant.
func (r *room) everything(p *Participant) protocol.Joined {
	j := protocol.Joined{
		Self: p.id, Token: p.token, Seq: p.session.journal.newest, Room: p.describeRoom(),
		Participants: make([]protocol.Participant, 0, len(r.people)), Chat: r.history(p),
		ICEServers: append([]protocol.ICEServer{}, r.registry.config.ICEServers()...),
		Server:     protocol.ServerInfo{Version: r.registry.config.Version},
	}
	p.roster, p.toldRoom = roster{}, j.Room
	for _, other := range r.people {
		if seen := other.seenBy(p); seen != nil {
			p.roster[other] = seen
			j.Participants = append(j.Participants, *seen)
		}
	}
	return j
}

// history is the chat for a participant: what was said since it came, and of before what the rules leave.
func (r *room) history(p *Participant) []protocol.ChatLine {
	oldest := time.Now().Add(-r.rules.policy.Policy.Chat.History)
	if !p.since.IsZero() && p.since.Before(oldest) {
		oldest = p.since
	}
	return r.chat.since(oldest, p)
}

// cannotWait is the refusal of a program that would have to wait in the lobby.
func cannotWait(why policy.Reason) error {
	message := "the room has a lobby, in which programs cannot wait: set join.bypass_lobby: [token] in the room's rules"
	if why.Code == policy.WhyWaitModerator {
		message = "no moderator is in the room yet: try again when one is"
	}
	return protocol.Error{Code: protocol.ErrForbidden, Message: message, Reason: protocol.ReasonCode(why.Code)}
}

// notAdmitted is the refusal of somebody at the door.
func notAdmitted(why policy.Reason) error {
	code := protocol.ErrForbidden
	switch why.Code {
	case policy.WhyBanned:
		code = protocol.ErrBanned
	case policy.WhyLocked, policy.WhyNoModerator:
		code = protocol.ErrRoomLocked
	case policy.WhyFull:
		code = protocol.ErrRoomFull
	case policy.WhyNoGuests:
		code = protocol.ErrNeedsToken
	case policy.WhyNotYet, policy.WhyExpired, policy.WhyTimeUp:
		code = protocol.ErrRoomClosed
	}
	return protocol.Error{Code: code, Message: why.Sentence(), Reason: protocol.ReasonCode(why.Code)}
}
