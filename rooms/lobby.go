package rooms

import (
	"slices"
	"time"

	"salon/rooms/policy"
	"salon/rooms/store"
	"salon/signaling/protocol"
)

// maxLobbyLines bounds what is kept of the talk with one who waits; the oldest line goes.
const maxLobbyLines = 50

// await puts a participant into the lobby: a new one, or one who was sent back.
func (r *room) await(p *Participant, why policy.Reason, re uint64, now time.Time) error {
	lobby, ok := r.lobby.Knock(policy.Waiting{ID: p.id, Name: p.name, Subject: p.who.subject, Since: now, Why: why})
	if !ok {
		return refuse(protocol.ErrLobbyFull, "too many wait already: knock again later")
	}
	r.lobby, p.stage, p.rank = lobby, waiting, policy.RoleNone
	r.waiting[p.id] = p
	r.log.Info("a participant waits", "participant", p.id, "why", why.Code, "waiting", r.lobby.Len())
	p.sendWaiting(re)
	r.tellLobby()
	return nil
}

// reconsider decides anew about everybody who waits: a rule has changed, a moderator has come, or somebody was admitted. Who
// enters may change what holds for the others: they are decided about once more, and moderators are told once.
func (r *room) reconsider(now time.Time) {
	if r.reconsidering {
		r.reconsiderAgain = true
		return
	}
	r.reconsidering, r.reconsiderAgain = true, true
	for r.reconsiderAgain {
		r.reconsiderAgain = false
		r.reconsiderOnce(now)
	}
	r.reconsidering = false
	r.tellLobby()
}

func (r *room) reconsiderOnce(now time.Time) {
	for _, w := range r.lobby.List() {
		p := r.waiting[w.ID]
		if p == nil {
			continue // entered or was turned away meanwhile: whoever enters may be the one for whom others waited
		}
		switch a := r.admission(p, now); a.Outcome {
		case policy.Enter:
			r.unwait(p)
			r.enter(p, 0, now)
		case policy.Refuse:
			if a.Reason.Code != policy.WhyFull { // a seat may become free
				r.turnAway(p, byeOf(a.Reason), "")
			}
		}
	}
}

// byeOf is how somebody who waits learns that it is in vain.
func byeOf(why policy.Reason) protocol.ByeReason {
	switch why.Code {
	case policy.WhyBanned:
		return protocol.ByeBanned
	case policy.WhyNotYet, policy.WhyExpired, policy.WhyTimeUp:
		return protocol.ByeRoomClosed
	}
	return protocol.ByeRefused
}

// unwait takes a participant out of the lobby.
func (r *room) unwait(p *Participant) {
	r.lobby, _, _ = r.lobby.Take(p.id)
	delete(r.waiting, p.id)
}

// turnAway ends the wait of a participant for good.
func (r *room) turnAway(p *Participant, bye protocol.ByeReason, message string) {
	r.unwait(p)
	p.stage = gone
	r.hangUp(p, bye, message)
}

// watchLobby gives up what has waited too long.
func (r *room) watchLobby(now time.Time) {
	before := r.lobby.Len()
	_, expired := r.lobby.Expire(now, r.rules.policy.Join.Lobby.Timeout)
	for _, w := range expired {
		r.turnAway(r.waiting[w.ID], protocol.ByeLobbyOver, "")
	}
	for _, p := range r.waiting {
		if p.session.lostFor(now) >= r.registry.config.Limits.ReconnectGrace {
			r.turnAway(p, protocol.ByeTimeout, "")
		}
	}
	if r.lobby.Len() != before {
		r.tellLobby()
	}
}

// sendWaiting tells a participant that it has to wait.
func (p *Participant) sendWaiting(re uint64) {
	rules := p.room.rules.policy.Join.Lobby
	for _, w := range p.room.lobby.List() {
		if w.ID == p.id {
			p.send(protocol.Waiting{
				Self: p.id, Token: p.token, Why: protocol.ReasonCode(w.Why.Code), Message: rules.Message, Chat: rules.Chat,
				Until: w.Since.Add(rules.Timeout).UnixMilli(), Lines: slices.Clone(p.lobbyLines),
			}, re)
		}
	}
}

// tellLobby tells those who may admit who waits.
func (r *room) tellLobby() {
	for _, p := range r.people {
		p.sendLobby()
	}
}

// sendLobby tells one participant who waits, if it may admit them.
func (p *Participant) sendLobby() {
	l := protocol.Lobby{Waiting: []protocol.Knock{}}
	if p.may(policy.AdmitWaiting).Allowed {
		l.Waiting = p.room.knocks()
	}
	if len(l.Waiting) > 0 || p.told.lobby {
		p.session.show(l)
	}
	p.told.lobby = len(l.Waiting) > 0
}

// knocks describes who waits.
func (r *room) knocks() []protocol.Knock {
	all := []protocol.Knock{}
	for _, w := range r.lobby.List() {
		o := r.waiting[w.ID]
		all = append(all, protocol.Knock{
			ID: w.ID, Name: w.Name, Verified: o.who.name != "", Since: w.Since.UnixMilli(), Lines: append([]protocol.LobbyLine{}, o.lobbyLines...),
		})
	}
	return all
}

// admit lets those who wait in.
func (p *Participant) admit(m protocol.Admit) error {
	r, now := p.room, time.Now()
	admitted, err := r.knocking(m.Participants)
	if err != nil {
		return err
	}
	for _, o := range admitted {
		o.sentBack = false
		o.judge(func(s *standing) { s.admitted = true })
	}
	r.reconsider(now)
	return nil
}

// refuse sends those who wait away.
func (p *Participant) refuse(m protocol.Refuse) error {
	refused, err := p.room.knocking(m.Participants)
	if err != nil {
		return err
	}
	for _, o := range refused {
		p.room.turnAway(o, protocol.ByeRefused, "")
	}
	p.room.tellLobby()
	return nil
}

// knocking returns those who wait and are named; all when nobody is. Who is no longer waiting is passed over, since somebody
// else has decided: but when nobody is left, that is an error.
func (r *room) knocking(ids []string) ([]*Participant, error) {
	var found []*Participant
	for _, w := range r.lobby.List() {
		if len(ids) == 0 || slices.Contains(ids, w.ID) {
			found = append(found, r.waiting[w.ID])
		}
	}
	if len(ids) > 0 && len(found) == 0 {
		return nil, errUnknown
	}
	return found, nil
}

// sendBack puts a participant back into the lobby.
func (p *Participant) sendBack(m protocol.SendBack) error {
	o, err := p.below(m.Participant)
	if err != nil {
		return err
	}
	r, now := p.room, time.Now()
	if r.lobby.Len() >= policy.MaxWaiting {
		return refuse(protocol.ErrLobbyFull, "too many wait already: admit or refuse some first")
	}
	o.judge(func(s *standing) { s.admitted = false })
	r.takeOut(o, protocol.LeftRemoved)
	o.sentBack = true
	if err := r.await(o, policy.Reason{Code: policy.WhySentBack}, 0, now); err != nil {
		return err
	}
	r.afterDeparture(now)
	return nil
}

// lobbySay is a line between one who waits and those who may admit.
func (p *Participant) lobbySay(m protocol.LobbySay) error {
	text, err := checkText(m.Text)
	if err != nil {
		return err
	}
	o := p
	if p.stage == here {
		if d := p.may(policy.AdmitWaiting); !d.Allowed {
			return forbidden(d)
		}
		if o = p.room.waiting[m.Participant]; o == nil {
			return errUnknown
		}
	} else if !p.room.rules.policy.Join.Lobby.Chat {
		return refuse(protocol.ErrForbidden, "the lobby of this room has no chat")
	}
	o.lobbyLines = append(o.lobbyLines, protocol.LobbyLine{Name: p.name, Own: p == o, Text: text, At: time.Now().UnixMilli()})
	if len(o.lobbyLines) > maxLobbyLines {
		o.lobbyLines = slices.Delete(o.lobbyLines, 0, 1)
	}
	o.sendWaiting(0)
	p.room.tellLobby()
	return nil
}

// judge changes what moderators decided about the participant, and keeps it where it can be told apart.
func (p *Participant) judge(change func(*standing)) {
	change(&p.standing)
	p.standing.at = time.Now()
	key, r := p.who.key(), p.room
	if key == "" {
		return
	}
	r.standings[key] = p.standing
	r.keep(store.PutStanding(key, p.standing.kept()))
	r.boundStandings()
}

// maxStandings bounds what is kept of people whom moderators judged.
const maxStandings = 2000

// boundStandings forgets the oldest standing of somebody who is not here when there are too many.
func (r *room) boundStandings() {
	if len(r.standings) <= maxStandings {
		return
	}
	present := map[string]bool{}
	for _, p := range r.everybody() {
		present[p.who.key()] = true
	}
	oldest := ""
	for key, s := range r.standings {
		if !present[key] && (oldest == "" || s.at.Before(r.standings[oldest].at)) {
			oldest = key
		}
	}
	if oldest != "" {
		delete(r.standings, oldest)
		r.keep(store.DeleteStanding(oldest))
	}
}
