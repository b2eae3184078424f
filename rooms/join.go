package rooms

import (
	"crypto/rand"
	"crypto/subtle"
	"time"

	"salon/signaling/protocol"
)

// entry is a session that wants to enter.
type entry struct {
	name    string // empty for a resume
	watcher bool
	re      uint64 // the join request
	out     Outbox
}

// join makes a new participant.
func (r *room) join(e entry) (*Participant, error) {
	switch {
	case !r.drained.IsZero():
		return nil, refuse(protocol.ErrShuttingDown, "the server is shutting down: join again later")
	case len(r.people) >= r.registry.config.Limits.Participants:
		return nil, refuse(protocol.ErrRoomFull, "the room is full: try again when somebody has left")
	}
	p := &Participant{
		room: r, id: rand.Text(), name: e.name, watcher: e.watcher, token: rand.Text() + rand.Text(), // 130 and 260 bits
		session: session{out: e.out, journal: journal{limit: r.registry.config.Limits.Journal}},
	}
	r.announce(protocol.ParticipantJoined{Participant: p.describe()}, nil)
	r.people = append(r.people, p)
	r.byID[p.id] = p
	r.registry.counters.joins.Add(1)
	r.registry.counters.participants.Add(1)
	r.log.Info("a participant joined", "participant", p.id, "here", len(r.people))
	e.out.Send(r.everything(p), e.re, 0)
	p.sendSpeakers()
	return p, nil
}

// resume gives a participant a new session in place of the one it lost, or is about to lose.
func (r *room) resume(resume protocol.Resume, e entry) (*Participant, error) {
	p := r.byID[resume.Participant]
	if p == nil || subtle.ConstantTimeCompare([]byte(p.token), []byte(resume.Token)) != 1 {
		return nil, errResumeUnknown
	}
	if !r.drained.IsZero() {
		return nil, refuse(protocol.ErrShuttingDown, "the server is shutting down: join again later")
	}
	c := &r.registry.counters
	missed, kept := p.session.journal.since(resume.LastSeq)
	old := p.session.out
	p.session.out = e.out
	if old != nil && old != e.out {
		old.Close(protocol.ByeReplaced)
	}
	joined := r.everything(p)
	joined.Resumed = true
	if kept {
		c.replays.Add(1)
		joined.Replayed, joined.Seq = true, resume.LastSeq
		joined.Participants, joined.Chat = []protocol.Participant{}, []protocol.ChatLine{}
	}
	e.out.Send(joined, e.re, 0)
	for _, m := range missed {
		e.out.Send(m.message, 0, m.seq)
	}
	c.resumes.Add(1)
	r.log.Info("a participant resumed", "participant", p.id, "replayed", kept, "events", len(missed))
	if old == nil {
		c.reconnecting.Add(-1)
		r.announce(p.changed(), p)
	}
	p.sendSlots()
	p.sendSpeakers()
	p.sendWanted()
	return p, nil
}

// lost notes that a participant's session ended without a leave.
func (r *room) lost(p *Participant, out Outbox) {
	if p.gone || p.session.out == nil || p.session.out != out {
		return
	}
	p.session.out, p.session.lostAt = nil, time.Now()
	r.registry.counters.reconnecting.Add(1)
	r.log.Info("a participant lost its session", "participant", p.id)
	r.announce(p.changed(), p)
}

// everything is the whole truth for one participant.
func (r *room) everything(p *Participant) protocol.Joined {
	j := protocol.Joined{
		Self: p.id, Token: p.token, Seq: p.session.journal.newest,
		Room:         protocol.Room{Name: r.key, Title: r.title},
		Participants: make([]protocol.Participant, 0, len(r.people)),
		Chat:         append([]protocol.ChatLine{}, r.chat.lines...),
		ICEServers:   append([]protocol.ICEServer{}, r.registry.config.ICEServers()...),
		Server:       protocol.ServerInfo{Version: r.registry.config.Version},
	}
	for _, other := range r.people {
		j.Participants = append(j.Participants, other.describe())
	}
	return j
}
