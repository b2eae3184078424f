package signaling

import (
	"context"

	"salon/rooms"
	"salon/signaling/protocol"
)

// stage says when in a session a message may come.
type stage int

const (
	anytime stage = iota
	beforeJoin
	afterJoin
)

// handler carries out one type of message. A nil reply without an error means that the reply goes another way.
type handler struct {
	stage stage
	run   func(ctx context.Context, s *session, m protocol.ClientMessage, id uint64) (protocol.ServerMessage, error)
}

// handlers has one entry for each message from a client that is not the room's to carry out, by its name.
var handlers = table(
	on(beforeJoin, (*session).join),
	on(afterJoin, (*session).offer),
	on(anytime, (*session).leave),
	on(anytime, (*session).ping),
)

// inRoom carries out all other messages.
var inRoom = handler{afterJoin, func(ctx context.Context, s *session, m protocol.ClientMessage, _ uint64) (protocol.ServerMessage, error) {
	return s.participant.Do(ctx, m)
}}

// handlerOf returns what carries out a message.
func handlerOf(m protocol.ClientMessage) handler {
	if h, ok := handlers[protocol.TypeOf(m)]; ok {
		return h
	}
	return inRoom
}

type row struct {
	name string
	handler
}

// on makes the row for the messages that method takes.
func on[M protocol.ClientMessage](when stage, method func(*session, context.Context, M, uint64) (protocol.ServerMessage, error)) row {
	var m M
	return row{protocol.TypeOf(m), handler{when, func(ctx context.Context, s *session, m protocol.ClientMessage, id uint64) (protocol.ServerMessage, error) {
		return method(s, ctx, m.(M), id)
	}}}
}

func table(rows ...row) map[string]handler {
	all := make(map[string]handler, len(rows))
	for _, r := range rows {
		all[r.name] = r.handler
	}
	return all
}

// allowed says whether a message may come now.
func (h handler) allowed(joined bool) error {
	switch {
	case h.stage == afterJoin && !joined:
		return protocol.Error{Code: protocol.ErrNotJoined, Message: "join a room first"}
	case h.stage == beforeJoin && joined:
		return protocol.Error{Code: protocol.ErrAlreadyJoined, Message: "open another session to join again"}
	}
	return nil
}

// join has its reply, Joined, sent by the room: before any event.
func (s *session) join(ctx context.Context, m protocol.Join, id uint64) (protocol.ServerMessage, error) {
	p, err := s.server.registry.Join(ctx, rooms.Entrance{Join: m, Re: id, Out: s.outbox, Address: s.address, Account: s.account})
	if err != nil {
		return nil, err
	}
	s.participant = p
	s.joinTimer.Stop()
	return nil, nil
}

func (s *session) offer(ctx context.Context, m protocol.Offer, _ uint64) (protocol.ServerMessage, error) {
	answer, err := s.participant.Offer(ctx, m)
	return answer, err
}

// leave is answered by Bye, whose re names the request.
func (s *session) leave(_ context.Context, _ protocol.Leave, id uint64) (protocol.ServerMessage, error) {
	e := byeFor(protocol.ByeLeft)
	e.re = id
	s.outbox.stop(e)
	s.depart()
	return nil, nil
}

func (s *session) ping(context.Context, protocol.Ping, uint64) (protocol.ServerMessage, error) {
	return protocol.Pong{}, nil
}
