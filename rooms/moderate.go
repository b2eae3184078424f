package rooms

import (
	"slices"
	"time"

	"salon/rooms/policy"
	"salon/rooms/store"
	"salon/signaling/protocol"
)

var errUnknown = refuse(protocol.ErrUnknown, "there is no such participant, line, ban or invitation here")

// other returns the participant that a request names, as far as the sender may know of it: what may not be seen is answered
// like what does not exist.
func (p *Participant) other(id string) (*Participant, error) {
	o := p.room.byID[id]
	if o == nil || !p.sees(o) {
		return nil, errUnknown
	}
	return o, nil
}

// below returns the participant that a request names, if something may be forced on it: not on the room's owners, who could not
// be sure of their room.
func (p *Participant) below(id string) (*Participant, error) {
	o, err := p.other(id)
	if err != nil {
		return nil, err
	}
	if o != p && p.stage != operating && p.room.rules.policy.Owners.Has(o.who.subject, o.who.also) {
		return nil, refuse(protocol.ErrForbidden, "the owners of a room cannot be moderated")
	}
	return o, nil
}

// notice tells a participant what was done to it.
func (p *Participant) notice(n protocol.Notice) { p.session.tell(n) }

// ask puts a wish for a right before the moderators, or takes it back.
func (p *Participant) ask(m protocol.Ask) error {
	r := p.room
	r.requests = slices.DeleteFunc(r.requests, func(q protocol.RightRequest) bool { return q.Participant == p.id && q.Right == m.Right })
	if m.Wanted {
		var right policy.Right
		if err := right.UnmarshalText([]byte(m.Right)); err != nil {
			return refuse(protocol.ErrBadMessage, "there is no such right")
		}
		if d := p.may(right); !d.Allowed && !d.Ask {
			return forbidden(d)
		} else if d.Allowed {
			return nil
		}
		r.requests = append(r.requests, protocol.RightRequest{Participant: p.id, Right: m.Right, At: time.Now().UnixMilli()})
	}
	p.tellRights()
	r.tellRequests()
	return nil
}

// requested says whether the participant has asked for a right.
func (r *room) requested(p *Participant, right protocol.Right) bool {
	return slices.ContainsFunc(r.requests, func(q protocol.RightRequest) bool { return q.Participant == p.id && q.Right == right })
}

// tellRequests tells moderators who asks for what.
func (r *room) tellRequests() {
	for _, p := range r.people {
		p.sendRequests()
	}
}

func (p *Participant) sendRequests() {
	q := protocol.Requests{Requests: []protocol.RightRequest{}}
	for _, wish := range p.room.requests {
		if o := p.room.byID[wish.Participant]; p.rank == policy.RoleModerator && o != nil && p.sees(o) {
			q.Requests = append(q.Requests, wish)
		}
	}
	if !slices.Equal(q.Requests, p.told.requests) {
		p.told.requests = q.Requests
		p.session.show(q)
	}
}

// grant gives a right to a participant, takes it, or leaves it to the rules again.
func (p *Participant) grant(m protocol.Grant) error {
	o, err := p.below(m.Participant)
	if err != nil {
		return err
	}
	var right policy.Right
	if err := right.UnmarshalText([]byte(m.Right)); err != nil {
		return refuse(protocol.ErrBadMessage, "there is no such right")
	}
	if right >= policy.AdmitWaiting && !p.may(policy.Promote).Allowed {
		return forbidden(p.may(policy.Promote))
	}
	asked := p.room.requested(o, m.Right)
	p.room.forgetRequests(func(q protocol.RightRequest) bool { return q.Participant == o.id && q.Right == m.Right })
	bit, before := policy.RightsOf(right), o.may(right).Allowed
	o.judge(func(s *standing) {
		s.granted, s.revoked = s.granted&^bit, s.revoked&^bit
		switch m.State {
		case protocol.Allowed:
			s.granted |= bit
		case protocol.Denied:
			s.revoked |= bit
		}
	})
	p.room.settle()
	if what, tell := change(before, o.may(right).Allowed, asked && m.State != protocol.Allowed); tell {
		o.notice(protocol.Notice{What: what, By: p.name, Right: m.Right})
	}
	return nil
}

// change says what a participant is told of a decision about one of its rights.
func change(before, after, refused bool) (what protocol.NoticeCode, tell bool) {
	switch {
	case !before && after:
		return protocol.NoticeGranted, true
	case before && !after:
		return protocol.NoticeRevoked, true
	}
	return protocol.NoticeRefused, refused
}

// forgetRequests takes wishes out, and tells moderators when there were any.
func (r *room) forgetRequests(which func(protocol.RightRequest) bool) {
	before := len(r.requests)
	r.requests = slices.DeleteFunc(r.requests, which)
	if len(r.requests) != before {
		r.tellRequests()
	}
}

// silence mutes microphones and cameras, and ends screens. They may be turned on again.
func (p *Participant) silenceOthers(m protocol.Silence) error {
	right := policy.StopOthers
	if m.Source == protocol.Microphone {
		right = policy.MuteOthers
	}
	if d := p.may(right); !d.Allowed {
		return forbidden(d)
	}
	if m.Participant != "" {
		o, err := p.below(m.Participant)
		if err != nil {
			return err
		}
		o.silenced(m.Source, p.name)
	} else {
		for _, o := range slices.Clone(p.room.people) {
			if o != p && o.rank != policy.RoleModerator {
				o.silenced(m.Source, p.name)
			}
		}
	}
	p.room.rearrange()
	return nil
}

// silenced is the other end of silence.
func (p *Participant) silenced(source protocol.Source, by string) {
	pub := p.published(source)
	if pub == nil || pub.muted {
		return
	}
	if source == protocol.Screen || source == protocol.ScreenAudio {
		p.end(pub)
	} else {
		p.setMuted(pub, true)
	}
	p.notice(protocol.Notice{What: protocol.NoticeMuted, By: by, Source: source})
}

// askUnmute asks a participant to turn a source on.
func (p *Participant) askUnmute(m protocol.AskUnmute) error {
	o, err := p.other(m.Participant)
	if err != nil {
		return err
	}
	o.notice(protocol.Notice{What: protocol.NoticeAskUnmute, By: p.name, Source: m.Source})
	return nil
}

// setRole gives a participant another role.
func (p *Participant) setRole(m protocol.SetRole) error {
	o, err := p.below(m.Participant)
	if err != nil {
		return err
	}
	var role policy.Role
	if err := role.UnmarshalText([]byte(m.Role)); err != nil {
		return refuse(protocol.ErrBadMessage, "there is no such role")
	}
	if o.rank == role {
		return nil
	}
	o.judge(func(s *standing) { s.role = role })
	o.rank = role
	o.notice(protocol.Notice{What: protocol.NoticeRole, By: p.name, Role: m.Role})
	p.room.settle()
	p.room.moderatorsChanged(time.Now())
	o.sendState()
	return nil
}

// remove puts a participant out, for good with Ban.
func (p *Participant) remove(m protocol.Remove) error {
	if m.Ban {
		if d := p.may(policy.Ban); !d.Allowed {
			return forbidden(d)
		}
	}
	o, err := p.below(m.Participant)
	if err != nil {
		return err
	}
	if o == p {
		return refuse(protocol.ErrForbidden, "leave in place of removing yourself")
	}
	bye := protocol.ByeRemoved
	if m.Ban {
		if _, err := p.room.ban(o.name, o.who.arrival(), p.name, time.Now()); err != nil {
			return err
		}
		bye = protocol.ByeBanned
	}
	if o.standing.admitted { // what let it past the lobby and a lock is over
		o.judge(func(s *standing) { s.admitted = false })
	}
	p.room.removeWith(o, protocol.LeftRemoved, bye, m.Message)
	if m.Ban {
		p.room.removeBanned(o.who.arrival(), p, time.Now())
	}
	return nil
}

// removeBanned removes whoever has the key of one who was banned, in another tab or in the lobby. An address alone is no
// proof of that for those who are inside.
func (r *room) removeBanned(who policy.Arrival, but *Participant, now time.Time) {
	is := policy.BanEntry{Subject: who.Subject, Device: who.Device}
	if by := r.rules.policy.Join.Bans.By; by&policy.MarkDevice == 0 {
		is.Device = ""
	} else if by&policy.MarkAccount == 0 {
		is.Subject = ""
	}
	for _, twin := range slices.Clone(r.people) {
		owner := r.rules.policy.Owners.Has(twin.who.subject, twin.who.also)
		if twin != but && !owner && is.Matches(policy.Arrival{Subject: twin.who.subject, Also: twin.who.also, Device: twin.who.device}) {
			r.remove(twin, protocol.LeftRemoved, protocol.ByeBanned)
		}
	}
	r.reconsider(now)
}

// lock closes the room for newcomers, or opens it.
func (p *Participant) lock(m protocol.Lock) error {
	r := p.room
	if r.rules.locked == m.Locked {
		return nil
	}
	r.rules.locked = m.Locked
	if m.Locked {
		for _, o := range r.people { // who is inside may come back, also after the server has fallen
			if !o.standing.admitted {
				o.judge(func(s *standing) { s.admitted = true })
			}
		}
	}
	r.keepMeta()
	r.tellRooms()
	r.reconsider(time.Now())
	return nil
}

// shine shows a publication large to everybody, or ends that.
func (p *Participant) shine(m protocol.Spotlight) error {
	c := content{m.Participant, m.Source}
	if c != (content{}) {
		o, err := p.other(m.Participant)
		if err != nil {
			return err
		}
		if o != p {
			o.notice(protocol.Notice{What: protocol.NoticeSpotlight, By: p.name, Source: m.Source})
		}
	}
	p.room.spot(c)
	return nil
}

// spot changes what everybody sees large.
func (r *room) spot(c content) {
	if r.spotlight != c {
		r.spotlight = c
		r.tellRooms()
	}
}

// configure changes settings of the room.
func (p *Participant) configure(m protocol.Configure) (protocol.ServerMessage, error) {
	r := p.room
	if !p.ownsRoom() && slices.ContainsFunc(m.Settings, func(s protocol.SettingChange) bool { return s.Key == keyOwners }) {
		return nil, protocol.Error{Code: protocol.ErrForbidden, Message: "only the owners of a room say who they are", Setting: keyOwners}
	}
	if err := r.rules.change(m.Settings); err != nil {
		return nil, err
	}
	r.keepMeta()
	r.rulesChanged(time.Now())
	return protocol.Settings{Settings: r.rules.settings(p.ownsRoom())}, nil
}

// rulesChanged makes everything follow from other rules.
func (r *room) rulesChanged(now time.Time) {
	r.tellRooms()
	r.settleFloor(now)
	r.settle()
	r.reconsider(now)
}

func (p *Participant) getSettings(protocol.GetSettings) (protocol.ServerMessage, error) {
	return protocol.Settings{Settings: p.room.rules.settings(p.ownsRoom())}, nil
}

// endRoom ends the room for everybody.
func (p *Participant) endRoom(protocol.End) error {
	p.room.over = true
	p.room.endForAll(protocol.ByeEnded)
	return nil
}

// rename gives the sender another name.
func (p *Participant) rename(m protocol.Rename) error {
	name, ok := cleanName(m.Name)
	if !ok {
		return errBadName
	}
	p.name = name
	p.room.reveal(p)
	return nil
}

// ban keeps somebody out, and returns the id of the ban.
func (r *room) ban(name string, who policy.Arrival, by string, now time.Time) (string, error) {
	entry, known := policy.NewBan(r.rules.policy, now, who)
	if !known {
		return "", refuse(protocol.ErrUnknown, "nothing tells this participant apart from others: remove it without a ban, or lock the room")
	}
	r.sweepBans(now)
	if len(r.bans) >= maxBans {
		return "", refuse(protocol.ErrBadMessage, "there are too many bans: end some first")
	}
	b := store.Ban{
		ID: newID(), Name: name, By: by, Subject: string(entry.Subject), Device: entry.Device, At: now, Until: entry.Until,
	}
	if entry.Network.IsValid() {
		b.Address = entry.Network.String()
	}
	r.bans[b.ID] = b
	r.keep(store.PutBan(b))
	r.observe(Event{Kind: BanMade, Ban: b.ID, Name: b.Name})
	return b.ID, nil
}
