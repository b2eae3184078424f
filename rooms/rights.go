package rooms

import (
	"slices"
	"time"

	"salon/rooms/policy"
	"salon/signaling/protocol"
)

// forRules is the participant as the rules see it.
func (p *Participant) forRules() policy.Participant {
	v := policy.Participant{
		ID: p.id, Subject: p.who.subject, Also: p.who.also, Role: p.rank, HasFloor: p.hasFloor(),
		Granted: p.who.granted&^p.standing.revoked | p.standing.granted,
		Revoked: p.who.revoked&^p.standing.granted | p.standing.revoked,
	}
	for _, pub := range p.publications {
		v.Publishes |= policy.SourcesOf(policy.Source(pub.source))
	}
	return v
}

// may says whether the participant has a right now, and why.
func (p *Participant) may(right policy.Right) policy.Decision {
	if p.stage == operating {
		return policy.Decision{Allowed: true, Reason: policy.Reason{Code: policy.WhyRole, Right: right}}
	}
	return p.decide(p.room.state(time.Now()), p.forRules(), right)
}

// decide is what the rules say, and that a name which somebody vouches for stays.
func (p *Participant) decide(now policy.State, v policy.Participant, right policy.Right) policy.Decision {
	d := policy.Decide(p.room.rules.policy, now, v, right)
	if right == policy.Rename && d.Allowed && p.who.name != "" {
		return policy.Decision{Reason: policy.Reason{Code: policy.WhyNamed, Right: right}}
	}
	return d
}

// mayOffer says whether the participant may publish a source. Where one talks at a time a microphone is published by those who
// wait for the floor as well; it is heard when they have it.
func (p *Participant) mayOffer(source protocol.Source) policy.Decision {
	v := p.forRules()
	v.HasFloor = true
	return policy.Decide(p.room.rules.policy, p.room.state(time.Now()), v, policy.Source(source).Right())
}

// forbidden is the refusal that follows from a decision.
func forbidden(d policy.Decision) error {
	return protocol.Error{
		Code: protocol.ErrForbidden, Message: d.Reason.Sentence(), Reason: protocol.ReasonCode(d.Reason.Code),
	}
}

// settle makes everything follow from the rules as they are now. It is called when a rule, a role, a grant or the floor has
// changed, and changes nothing where nothing has to change.
func (r *room) settle() {
	for _, id := range append(r.floor.Next(), r.floor.Holder()) {
		if p := r.byID[id]; p != nil && !p.mayOffer(protocol.Microphone).Allowed {
			r.leaveFloor(p, time.Now())
		}
	}
	for _, p := range r.people {
		p.stopForbidden()
	}
	for _, p := range r.people {
		p.tellRights()
	}
	r.revealAll()
	r.rearrange()
	for _, p := range r.people { // who may be named to whom is another
		p.tellRoom()
		p.sendHands()
		p.sendFloor()
		p.sendLobby()
		p.sendRequests()
	}
}

// stopForbidden ends what the participant publishes and may not, and lets pass what may.
func (p *Participant) stopForbidden() {
	for _, pub := range slices.Clone(p.publications) {
		if d := p.mayOffer(pub.source); !d.Allowed {
			p.end(pub)
			p.session.tell(protocol.Notice{What: protocol.NoticeStopped, Source: pub.source, Right: protocol.Right(d.Reason.Right.String())})
			continue
		}
		pub.enforce()
	}
}

// rights lists what the participant may do, and why.
func (p *Participant) rights() []protocol.RightInfo {
	all := make([]protocol.RightInfo, 0, len(protocol.RightsList))
	view, state := p.forRules(), p.room.state(time.Now())
	for _, right := range policy.AllRights() {
		d := p.decide(state, view, right)
		name := protocol.Right(right.String())
		all = append(all, protocol.RightInfo{
			Right: name, Allowed: d.Allowed, Askable: d.Ask, Requested: p.room.requested(p, name),
			Reason: protocol.ReasonCode(d.Reason.Code),
		})
	}
	return all
}

// tellRights tells the participant what it may do, when that has changed.
func (p *Participant) tellRights() {
	rights := protocol.Rights{Role: p.role(), Rights: p.rights()}
	if p.told.rights.Role == rights.Role && slices.Equal(p.told.rights.Rights, rights.Rights) {
		return
	}
	p.told.rights = rights
	p.session.show(rights)
}

// role is who the participant is in the room.
func (p *Participant) role() protocol.Role { return protocol.Role(p.rank.String()) }

// mayKnow says whether the viewer may know of a source of o.
func (v *Participant) mayKnow(o *Participant, source policy.Source) bool {
	return v.stage == operating || policy.Visible(v.room.rules.policy, v.forRules(), o.forRules(), source).Allowed
}

// sees says whether the viewer may know of o.
func (v *Participant) sees(o *Participant) bool { return v.mayKnow(o, policy.SourcePresence) }

// seesSource says whether the viewer may know of a publication of o.
func (v *Participant) seesSource(o *Participant, source protocol.Source) bool {
	return v.mayKnow(o, policy.Source(source))
}

// seesContent says whether the viewer may be sent a publication.
func (v *Participant) seesContent(c content) bool {
	o := v.room.byID[c.participant]
	return o != nil && v.sees(o) && v.seesSource(o, c.source)
}
