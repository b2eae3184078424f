package signaling

import (
	"context"
	"errors"
	"sync"

	"salon/rooms"
	"salon/signaling/protocol"
)

// fakeRooms is a registry in which everybody who joins is called by the name, and every call is noted.
type fakeRooms struct {
	mu       sync.Mutex
	calls    []string
	outboxes map[string]rooms.Outbox
	// do is called for every call, outside the lock; its error is the call's.
	do func(ctx context.Context, name string, m protocol.ClientMessage) error
}

func (f *fakeRooms) note(ctx context.Context, name string, m protocol.ClientMessage) error {
	f.mu.Lock()
	f.calls = append(f.calls, name+" "+protocol.TypeOf(m))
	do := f.do
	f.mu.Unlock()
	if do != nil {
		return do(ctx, name, m)
	}
	return nil
}

// noted returns and forgets the calls so far.
func (f *fakeRooms) noted() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	calls := f.calls
	f.calls = nil
	return calls
}

func (f *fakeRooms) outbox(name string) rooms.Outbox {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.outboxes[name]
}

func (f *fakeRooms) Join(ctx context.Context, e rooms.Entrance) (participant, error) {
	j, out := e.Join, e.Out
	if err := f.note(ctx, j.Name, j); err != nil {
		return nil, err
	}
	f.mu.Lock()
	if f.outboxes == nil {
		f.outboxes = map[string]rooms.Outbox{}
	}
	f.outboxes[j.Name] = out
	f.mu.Unlock()
	out.Send(protocol.Joined{Self: j.Name}, e.Re, 0)
	return &fakeParticipant{rooms: f, name: j.Name}, nil
}

type fakeParticipant struct {
	rooms *fakeRooms
	name  string
}

func (p *fakeParticipant) Offer(ctx context.Context, m protocol.Offer) (protocol.Answer, error) {
	return protocol.Answer{SDP: "answer to " + m.SDP}, p.rooms.note(ctx, p.name, m)
}
func (p *fakeParticipant) Do(ctx context.Context, m protocol.ClientMessage) (protocol.ServerMessage, error) {
	return protocol.OK{}, p.rooms.note(ctx, p.name, m)
}

func (p *fakeParticipant) Leave(reason protocol.LeftReason) {
	p.rooms.mu.Lock()
	defer p.rooms.mu.Unlock()
	p.rooms.calls = append(p.rooms.calls, p.name+" gone: "+string(reason))
}

func (p *fakeParticipant) Lost(out rooms.Outbox) {
	p.rooms.mu.Lock()
	defer p.rooms.mu.Unlock()
	if p.rooms.outboxes[p.name] == out {
		p.rooms.calls = append(p.rooms.calls, p.name+" lost")
	}
}

var errSecret = errors.New("the database password is hunter2")
