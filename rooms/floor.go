package rooms

import (
	"slices"
	"time"

	"salon/rooms/policy"
	"salon/signaling/protocol"
)

// hasFloor says whether it is the participant's turn to talk.
func (p *Participant) hasFloor() bool { return p.room.floor.Holder() == p.id }

// takeFloor asks for the floor, or gives it back.
func (p *Participant) takeFloor(m protocol.TakeFloor) error {
	r, now := p.room, time.Now()
	if !m.Wanted {
		r.setFloor(r.floor.Release(p.id, now))
		return nil
	}
	if r.rules.policy.TalkMode != policy.TalkFloor {
		return refuse(protocol.ErrForbidden, "everybody may talk at any time in this room")
	}
	if d := p.mayOffer(protocol.Microphone); !d.Allowed {
		return forbidden(d)
	}
	floor, ok := r.floor.Request(p.id, now)
	if !ok {
		return refuse(protocol.ErrRateLimited, "too many wait for the floor already")
	}
	r.setFloor(floor)
	return nil
}

// giveFloor gives the floor to a participant, or takes it from whoever has it.
func (p *Participant) giveFloor(m protocol.GiveFloor) error {
	r, now := p.room, time.Now()
	if m.Participant == "" {
		r.setFloor(r.floor.Take(now))
		return nil
	}
	o, err := p.other(m.Participant)
	if err != nil {
		return err
	}
	if d := o.mayOffer(protocol.Microphone); !d.Allowed {
		return forbidden(d)
	}
	if r.rules.policy.TalkMode == policy.TalkFloor {
		r.setFloor(r.floor.Give(o.id, now))
	} else {
		o.notice(protocol.Notice{What: protocol.NoticeFloor, By: p.name})
	}
	r.lower(o)
	return nil
}

// setFloor makes it somebody else's turn. Who had the floor is silent at once, whatever it goes on sending.
func (r *room) setFloor(floor policy.Floor) {
	if r.floor.Equal(floor) {
		return
	}
	before := r.byID[r.floor.Holder()]
	r.floor = floor
	after := r.byID[floor.Holder()]
	for _, p := range []*Participant{before, after} {
		if p == nil || before == after {
			continue
		}
		p.stopForbidden()
		p.tellRights()
		r.reveal(p)
	}
	if before != after {
		r.tellTurn(before, after)
		r.rearrange()
	}
	for _, p := range r.people {
		p.sendFloor()
	}
}

func (r *room) tellTurn(before, after *Participant) {
	if before != nil && before.stage == here {
		before.notice(protocol.Notice{What: protocol.NoticeFloorOver})
	}
	if after != nil {
		after.notice(protocol.Notice{What: protocol.NoticeFloor})
	}
}

// settleFloor clears the floor where everybody may talk, and passes it on when the turn is over.
func (r *room) settleFloor(now time.Time) {
	if r.rules.policy.TalkMode != policy.TalkFloor {
		r.setFloor(policy.Floor{})
		return
	}
	r.setFloor(r.floor.Tick(now))
}

// leaveFloor lets go of what somebody who may no longer speak had of it.
func (r *room) leaveFloor(p *Participant, now time.Time) {
	r.setFloor(r.floor.Release(p.id, now))
}

// sendFloor tells one participant who talks, as far as it may know of them.
func (p *Participant) sendFloor() {
	f, r := protocol.Floor{Queue: []string{}}, p.room
	if o := r.byID[r.floor.Holder()]; o != nil && p.sees(o) {
		ends, _ := r.floor.Ends()
		f.Talker, f.Until = o.id, ends.UnixMilli()
	}
	for _, id := range r.floor.Next() {
		if o := r.byID[id]; o != nil && p.sees(o) {
			f.Queue = append(f.Queue, id)
		}
	}
	if f.Talker == p.told.floor.Talker && f.Until == p.told.floor.Until && slices.Equal(f.Queue, p.told.floor.Queue) {
		return
	}
	p.told.floor = f
	p.session.show(f)
}
