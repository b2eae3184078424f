package signaling

import (
	"cmp"
	"context"
	"log/slog"
	"net/http"
	"net/netip"
	"time"

	"salon/rooms"
	"salon/signaling/protocol"
)

// Config says what a server works with. Zero values mean the defaults.
type Config struct {
	Registry *rooms.Registry
	// Origins may open sessions besides pages of the same host, each as "https://host" or "https://host:port". There are
	// no wildcards.
	Origins []string
	// ClientAddress tells who a request is from, where a reverse proxy stands in front. Nil: the socket's address.
	ClientAddress func(*http.Request) netip.Addr
	// Account tells who has logged in. Nil: nobody ever has.
	Account func(*http.Request) rooms.Account
	Limits  Limits
	Timing  Timing
	Log     *slog.Logger // nil: nothing is logged
}

// Limits bound what clients can make the server hold and do. Zero means the default.
type Limits struct {
	Sessions           int // at once; default 5000
	SessionsPerAddress int // at once from one IPv4 address or IPv6 /64 network; default 256: offices share addresses

	Messages Rate // of any type; default 50/s, burst 100
	Say      Rate // default 5/s, burst 10
	Offer    Rate // default 2/s, burst 5
	// Refused is how many messages over those rates are answered with rate_limited; who sends still more is flooding,
	// and its session ends. Default 10/s, burst 100.
	Refused Rate

	OutboxMessages int // default 256
	OutboxBytes    int // default 1 MiB
}

// Rate is a token bucket.
type Rate struct {
	PerSecond float64
	Burst     int
}

// Timing says how long a session waits. Zero means the default.
type Timing struct {
	Join  time.Duration // from the handshake to a successful join; default 10 s
	Ping  time.Duration // between the server's WebSocket pings; default 3 s
	Dead  time.Duration // without a sign of life; default 7 s, so that others know of a dead client within 8 s
	Write time.Duration // for one frame, and for all that is queued when the session ends; default 5 s
	// Request is how long a room may take for one request; default 5 s, less than Dead because nothing is read meanwhile.
	Request time.Duration
	// Linger is how long a client may take to answer a close frame; default 1 s.
	Linger time.Duration
}

func (l Limits) withDefaults() Limits {
	l.Sessions = cmp.Or(l.Sessions, 5000)
	l.SessionsPerAddress = cmp.Or(l.SessionsPerAddress, 256)
	l.Messages = cmp.Or(l.Messages, Rate{PerSecond: 50, Burst: 100})
	l.Say = cmp.Or(l.Say, Rate{PerSecond: 5, Burst: 10})
	l.Offer = cmp.Or(l.Offer, Rate{PerSecond: 2, Burst: 5})
	l.Refused = cmp.Or(l.Refused, Rate{PerSecond: 10, Burst: 100})
	l.OutboxMessages = cmp.Or(l.OutboxMessages, 256)
	l.OutboxBytes = cmp.Or(l.OutboxBytes, 1<<20)
	return l
}

func (t Timing) withDefaults() Timing {
	t.Join = cmp.Or(t.Join, 10*time.Second)
	t.Ping = cmp.Or(t.Ping, 3*time.Second)
	t.Dead = cmp.Or(t.Dead, 7*time.Second)
	t.Write = cmp.Or(t.Write, 5*time.Second)
	t.Request = cmp.Or(t.Request, 5*time.Second)
	t.Linger = cmp.Or(t.Linger, time.Second)
	return t
}

// registry is what a server needs of rooms.Registry.
type registry interface {
	Join(ctx context.Context, e rooms.Entrance) (participant, error)
}

// participant is what a session needs of rooms.Participant.
type participant interface {
	Offer(ctx context.Context, o protocol.Offer) (protocol.Answer, error)
	Do(ctx context.Context, m protocol.ClientMessage) (protocol.ServerMessage, error)
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
