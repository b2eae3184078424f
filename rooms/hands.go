package rooms

import (
	"slices"
	"time"

	"salon/rooms/policy"
	"salon/signaling/protocol"
)

// raise puts the sender's hand up, or takes it down.
func (p *Participant) raise(m protocol.Raise) error {
	r := p.room
	if !m.Raised {
		r.lower(p)
		return nil
	}
	if d := p.may(policy.Hand); !d.Allowed {
		return forbidden(d)
	}
	hands, ok := r.hands.Raise(p.id, time.Now())
	if !ok {
		return refuse(protocol.ErrRateLimited, "too many hands are up: wait until some are down")
	}
	if up := r.hands.Number(p.id) > 0; !up {
		r.observeOf(p, HandRaised, "")
	}
	r.setHands(hands)
	return nil
}

// lower takes a participant's hand down.
func (r *room) lower(p *Participant) {
	if hands, ok := r.hands.Lower(p.id); ok {
		r.setHands(hands)
	}
}

// setHands tells everybody another order, and whoever is the first now that they are next.
func (r *room) setHands(hands policy.Hands) {
	if r.hands.Equal(hands) {
		return
	}
	before, _ := r.hands.First()
	r.hands = hands
	for _, p := range r.people {
		p.sendHands()
	}
	if first, ok := hands.First(); ok && first.ID != before.ID && before.ID != "" {
		if p := r.byID[first.ID]; p != nil {
			p.notice(protocol.Notice{What: protocol.NoticeNext})
		}
	}
}

// sendHands tells one participant whose hands are up, as far as it may know of them.
func (p *Participant) sendHands() {
	h := protocol.Hands{Hands: []protocol.Hand{}}
	for _, raised := range p.room.hands.List() {
		if o := p.room.byID[raised.ID]; o != nil && p.sees(o) {
			h.Hands = append(h.Hands, protocol.Hand{Participant: raised.ID, At: raised.Since.UnixMilli()})
		}
	}
	if !slices.Equal(h.Hands, p.told.hands) {
		p.told.hands = h.Hands
		p.session.show(h)
	}
}

// lowerHands takes down the hand of one, or all.
func (p *Participant) lowerHands(m protocol.LowerHands) error {
	r := p.room
	var lowered []string
	if m.Participant != "" {
		o, err := p.other(m.Participant)
		if err != nil {
			return err
		}
		if r.hands.Number(o.id) == 0 {
			return nil
		}
		lowered = []string{o.id}
		r.lower(o)
	} else {
		hands, all := r.hands.LowerAll()
		for _, h := range all {
			lowered = append(lowered, h.ID)
		}
		r.setHands(hands)
	}
	for _, id := range lowered {
		if o := r.byID[id]; o != nil && o != p {
			o.notice(protocol.Notice{What: protocol.NoticeHandDown, By: p.name})
		}
	}
	return nil
}

// orderHands puts the hands that are named first, in that order.
func (p *Participant) orderHands(m protocol.OrderHands) error {
	hands, number := p.room.hands, 0
	for _, id := range m.Participants {
		if moved, ok := hands.Move(id, number+1); ok {
			hands, number = moved, number+1
		}
	}
	p.room.setHands(hands)
	return nil
}
