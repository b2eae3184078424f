package whip

import (
	"cmp"
	"context"
	"log/slog"
	"net/http"
	"net/netip"
	"time"

	"salon/rooms"
	"salon/signaling"
	"salon/signaling/protocol"
)

// Config says what a server works with. Zero values mean the defaults.
type Config struct {
	Registry *rooms.Registry
	Token    string   // opens every room; "": WHIP and WHEP are off
	Origins  []string // pages of these may use WHIP and WHEP besides those of the same host; see signaling.Config
	// ClientAddress tells who a request is from. Nil: the socket's address.
	ClientAddress func(*http.Request) netip.Addr
	Limits        Limits
	Timing        Timing
	Log           *slog.Logger // nil: nothing is logged
}

// Limits bound what clients can make the server hold and do. Zero means the default.
type Limits struct {
	Sessions           int // at once; default 2000
	SessionsPerAddress int // at once from one IPv4 address or IPv6 /64 network; default 200

	Requests           Rate // of all clients together; default 100/s, burst 200
	RequestsPerAddress Rate // of one address; default 20/s, burst 50
	Restarts           Rate // ICE restarts of one session; default 1/s, burst 5
}

// Rate is a token bucket.
type Rate = signaling.Rate

// Timing says how long things take at most. Zero means the default.
type Timing struct {
	Lost    time.Duration // without media; then the session ends; default 30 s
	Check   time.Duration // between looks at the media connection; default 500 ms
	Request time.Duration // for what a room does for one request; default 10 s
}

func (c Config) withDefaults() Config {
	c.Limits.Sessions = cmp.Or(c.Limits.Sessions, 2000)
	c.Limits.SessionsPerAddress = cmp.Or(c.Limits.SessionsPerAddress, 200)
	c.Limits.Requests = cmp.Or(c.Limits.Requests, Rate{PerSecond: 100, Burst: 200})
	c.Limits.RequestsPerAddress = cmp.Or(c.Limits.RequestsPerAddress, Rate{PerSecond: 20, Burst: 50})
	c.Limits.Restarts = cmp.Or(c.Limits.Restarts, Rate{PerSecond: 1, Burst: 5})
	c.Timing.Lost = cmp.Or(c.Timing.Lost, 30*time.Second)
	c.Timing.Check = cmp.Or(c.Timing.Check, 500*time.Millisecond)
	c.Timing.Request = cmp.Or(c.Timing.Request, 10*time.Second)
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return c
}

// registry is what a server needs of rooms.Registry.
type registry interface {
	Join(ctx context.Context, e rooms.Entrance) (participant, error)
}

// participant is what a session needs of rooms.Participant.
type participant interface {
	Offer(ctx context.Context, o protocol.Offer) (protocol.Answer, error)
	Do(ctx context.Context, m protocol.ClientMessage) (protocol.ServerMessage, error)
	Connected() (bool, error)
	Leave(reason protocol.LeftReason)
	Lost(out rooms.Outbox)
}

// realRooms adapts rooms.Registry, whose Join returns a struct.
type realRooms struct{ *rooms.Registry }

func (r realRooms) Join(ctx context.Context, e rooms.Entrance) (participant, error) {
	p, err := r.Registry.Join(ctx, e)
	if err != nil {
		return nil, err // not p: a nil pointer would make an interface that is not nil
	}
	return p, nil
}
