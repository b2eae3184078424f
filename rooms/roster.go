package rooms

import (
	"slices"

	"salon/signaling/protocol"
)

// roster is what a participant was told of everybody it may know of, itself included. What it is told next is the difference
// to that, so that nothing can be announced that it may not see. The descriptions are shared and never change.
type roster map[*Participant]*protocol.Participant

// reveal tells everybody what has changed about o, as far as they may know it.
func (r *room) reveal(o *Participant) {
	o.described = nil
	named := r.spotlight.participant == o.id || r.hands.Number(o.id) > 0 || r.floor.Holder() == o.id || slices.Contains(r.floor.Next(), o.id)
	for _, v := range r.people {
		v.learn(o)
		if named { // who sees it now is told what else is known of it
			v.tellRoom()
			v.sendHands()
			v.sendFloor()
		}
	}
}

// revealAll tells everybody what has changed about anybody: who may see whom is another.
func (r *room) revealAll() {
	for _, o := range r.people {
		r.reveal(o)
	}
}

// conceal tells everybody who knew o that it is gone.
func (r *room) conceal(o *Participant, reason protocol.LeftReason) {
	for _, v := range r.people {
		v.unlearn(o, reason)
	}
}

// learn tells the viewer what it may know of o and was not told yet.
func (v *Participant) learn(o *Participant) {
	now := o.seenBy(v)
	was := v.roster[o]
	switch {
	case now == nil:
		v.unlearn(o, protocol.LeftHidden)
		return
	case was == now:
		return
	case was == nil:
		v.session.tell(protocol.ParticipantJoined{Participant: *now})
	default:
		v.tellDifference(was, now)
	}
	v.roster[o] = now
}

func (v *Participant) unlearn(o *Participant, reason protocol.LeftReason) {
	if v.roster[o] != nil {
		delete(v.roster, o)
		v.session.tell(protocol.ParticipantLeft{ID: o.id, Reason: reason})
	}
}

// tellDifference tells what is different between two descriptions of one participant.
func (v *Participant) tellDifference(was, now *protocol.Participant) {
	if was.Name != now.Name || was.Role != now.Role || was.State != now.State {
		v.session.tell(protocol.ParticipantChanged{ID: now.ID, Name: now.Name, Role: now.Role, State: now.State})
	}
	for _, pub := range was.Publications {
		if !slices.ContainsFunc(now.Publications, func(p protocol.Publication) bool { return p.Source == pub.Source }) {
			v.session.tell(protocol.PublicationEnded{Participant: now.ID, Source: pub.Source})
		}
	}
	for _, pub := range now.Publications {
		if !slices.Contains(was.Publications, pub) {
			v.session.tell(protocol.PublicationChanged{Participant: now.ID, Publication: pub})
		}
	}
}

// seenBy describes the participant as far as the viewer may know it; nil: not at all. To itself it is always here.
func (p *Participant) seenBy(v *Participant) *protocol.Participant {
	if !v.sees(p) {
		return nil
	}
	if p.described == nil {
		p.described = p.describe()
	}
	all := p.described
	hidden := func(pub protocol.Publication) bool { return !v.seesSource(p, pub.Source) }
	switch {
	case v == p && all.State != protocol.Here:
		own := *all
		own.State = protocol.Here
		return &own
	case slices.ContainsFunc(all.Publications, hidden):
		part := *all
		part.Publications = slices.DeleteFunc(slices.Clone(all.Publications), hidden)
		return &part
	}
	return all
}

// describe returns all that anybody may know of the participant.
func (p *Participant) describe() *protocol.Participant {
	d := &protocol.Participant{
		ID: p.id, Name: p.name, Role: p.role(), State: p.state(), Watcher: p.watcher, Publications: make([]protocol.Publication, 0, len(p.publications)),
	}
	for _, pub := range p.publications {
		d.Publications = append(d.Publications, pub.describe())
	}
	return d
}
