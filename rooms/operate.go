package rooms

import (
	"context"
	"errors"
	"slices"
	"time"

	"salon/rooms/policy"
	"salon/rooms/store"
	"salon/signaling/protocol"
)

// OperatorName is who participants are told of when whoever runs the server does something.
const OperatorName = "operator"

// Operation is something that whoever runs the server does in a room.
type Operation struct {
	Room    string                 // its name
	Make    bool                   // the room is made where nothing is known of it
	Message protocol.ClientMessage // what a moderator would send
}

var errNoRoom = refuse(protocol.ErrUnknown, "there is no such room: create it first, or wait until somebody enters")

// Operate carries out what a moderator would ask for, by the same verbs, for whoever runs the server: an operator, who is in
// no room, is seen by nobody and may do everything that moderators may. A room in which nobody is begins for that, where
// something is kept of it, and ends again. The error is a protocol.Error.
func (r *Registry) Operate(ctx context.Context, o Operation) (reply protocol.ServerMessage, err error) {
	v, ok := verbs[protocol.TypeOf(o.Message)]
	if !ok {
		return nil, refuse(protocol.ErrBadMessage, "a room does not carry out this message")
	}
	err = r.visit(ctx, o.Room, o.Make, func(home *room) (err error) {
		p := home.operator()
		if err := p.at(v.stages); err != nil {
			return err
		}
		if err := home.outlasts(o.Message); err != nil {
			return err
		}
		reply, err = v.carryOut(p, o.Message)
		return err
	})
	if err != nil {
		return nil, err
	}
	return reply, nil
}

// Ban keeps an account, or the subject of a token, out of a room where it need not be now. The error is a protocol.Error.
func (r *Registry) Ban(ctx context.Context, name string, subject policy.Subject) error {
	return r.visit(ctx, name, false, func(home *room) error {
		now := time.Now()
		who := policy.Arrival{Subject: subject}
		id, err := home.ban(string(subject), who, OperatorName, now)
		if err != nil {
			return err
		}
		home.removeBanned(who, nil, now)
		home.audit(OperatorName, "ban", id)
		return nil
	})
}

// operator makes who acts for the server: a participant of nothing but the verbs.
func (r *room) operator() *Participant {
	return &Participant{room: r, id: OperatorName, name: OperatorName, stage: operating, rank: policy.RoleModerator, roster: roster{}}
}

// outlasts refuses what would be forgotten as soon as it is done: changes of a room that nobody is in and that is not kept.
func (r *room) outlasts(m protocol.ClientMessage) error {
	if len(r.people)+len(r.waiting) > 0 || asks(m) {
		return nil
	}
	if r.registry.config.Store == nil {
		return refuse(protocol.ErrForbidden, "nobody is in the room, and this server keeps nothing: set rooms.store to a file")
	}
	switch m := m.(type) {
	case protocol.End, protocol.Unban:
		return nil
	case protocol.Configure:
		if slices.ContainsFunc(m.Settings, func(c protocol.SettingChange) bool { return c.Key == "persistent" }) {
			return nil
		}
	}
	if !r.rules.policy.Persistent {
		return refuse(protocol.ErrForbidden, "nobody is in the room and it is not kept, so this would be forgotten at once: set persistent to true first")
	}
	return nil
}

// visit runs f on the goroutine of a room, which begins for that where something is known of it or it may be made, and
// waits until what f changed is on disk.
func (r *Registry) visit(ctx context.Context, name string, mayMake bool, f func(*room) error) error {
	key, ok := roomKey(name)
	if !ok {
		return errBadRoom
	}
	for {
		home, err := r.find(key)
		if err == nil && home == nil {
			if !mayMake && !r.known(key) {
				return errNoRoom
			}
			home, err = r.open(key, name)
		}
		if err != nil {
			return err
		}
		err = home.visit(ctx, f)
		if !errors.Is(err, errEnded) {
			return asProtocol(err)
		}
	}
}

// visit is the part of Registry.visit for one room.
func (r *room) visit(ctx context.Context, f func(*room) error) (err error) {
	var kept []*store.Pending
	err = r.call(ctx, func() error {
		defer func() {
			r.endIfEmpty()
			kept = r.takeKept()
		}()
		return f(r)
	})
	if err != nil {
		return err
	}
	return r.onDisk(ctx, kept)
}

// known says whether anything is kept of a room that nobody is in.
func (r *Registry) known(key string) bool {
	if r.fileOf(key).Origins != nil {
		return true
	}
	if r.config.Store == nil {
		return false
	}
	_, ok := r.config.Store.Room(key)
	return ok
}
