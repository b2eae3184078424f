package admin

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"salon/rooms"
	"salon/rooms/policy"
	"salon/signaling"
	"salon/signaling/protocol"
)

// Prefix is where the API is.
const Prefix = "/api/v1"

const (
	maxBody        = 256 << 10        // bytes of a request: 64 settings of 2000 characters fit
	requestTimeout = 10 * time.Second // for what a room does
)

// Config says what the API works with.
type Config struct {
	Registry *rooms.Registry
	Token    string                // of at least 32 characters; "": the API is off
	Backup   func(io.Writer) error // writes everything that is kept; nil: nothing is
	// ClientAddress tells who a request is from. Nil: the socket's address.
	ClientAddress func(*http.Request) netip.Addr
	Limits        Limits
	Log           *slog.Logger // nil: nothing is logged
}

// Limits bound requests. Zero means the default.
type Limits struct {
	Requests Rate // with the token, of all clients together; default 50/s, burst 200
	Refused  Rate // without it, of one address; default 2/s, burst 20. All together may do ten times that
}

// Rate is a token bucket.
type Rate = signaling.Rate

// registry is what the API needs of rooms.Registry.
type registry interface {
	Operate(ctx context.Context, o rooms.Operation) (protocol.ServerMessage, error)
	Ban(ctx context.Context, room string, subject policy.Subject) error
	List(ctx context.Context, after string, limit int) ([]rooms.RoomEntry, error)
	Show(ctx context.Context, room string) (rooms.RoomDetails, error)
	Explain(ctx context.Context, room string, q rooms.Question) (rooms.Explanation, error)
}

// Server is the API.
type Server struct {
	config   Config
	registry registry
	token    signaling.Bearer
	requests *signaling.Rates[struct{}]     // with the token
	refused  *signaling.Rates[netip.Prefix] // without it
	copying  sync.Mutex                     // one backup at a time
	mux      *http.ServeMux
	counters counters
}

// counters grow for the life of a server.
type counters struct{ requests, token, rate, request, room atomic.Uint64 }

// NewServer returns the API. The registry must outlive it.
func NewServer(c Config) *Server {
	if c.Limits.Requests == (Rate{}) {
		c.Limits.Requests = Rate{PerSecond: 50, Burst: 200}
	}
	if c.Limits.Refused == (Rate{}) {
		c.Limits.Refused = Rate{PerSecond: 2, Burst: 20}
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.ClientAddress == nil {
		c.ClientAddress = signaling.SocketAddress
	}
	all := Rate{PerSecond: 10 * c.Limits.Refused.PerSecond, Burst: 10 * c.Limits.Refused.Burst}
	s := &Server{
		config: c, registry: c.Registry, token: signaling.NewBearer(c.Token), mux: http.NewServeMux(),
		requests: signaling.NewRates[struct{}](c.Limits.Requests, c.Limits.Requests),
		refused:  signaling.NewRates[netip.Prefix](c.Limits.Refused, all),
	}
	s.register()
	return s
}

// Counters returns what has happened since the start, by name; the names never change.
func (s *Server) Counters() map[string]uint64 {
	c := &s.counters
	return map[string]uint64{
		"requests": c.requests.Load(), "refused_token": c.token.Load(), "refused_rate": c.rate.Load(),
		"refused_request": c.request.Load(), "refused_room": c.room.Load(),
	}
}

// ServeHTTP answers everything below Prefix.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.counters.requests.Add(1)
	if err := s.admit(w.Header(), r); err != nil {
		err.Write(w)
		return
	}
	s.mux.ServeHTTP(w, r)
}

// admit decides what can be decided from the headers. Guessing is slowed down; whoever has the token is not disturbed by
// those who guess.
func (s *Server) admit(h http.Header, r *http.Request) *signaling.Problem {
	if s.token.Off() {
		return signaling.NewProblem(http.StatusNotFound, "off", "the administration API is off: set admin.token, or admin.token_file")
	}
	ok, sent := s.token.Check(h, r)
	if ok {
		if !s.requests.Allow(struct{}{}) {
			return s.tooMany(h)
		}
		return nil
	}
	if !s.refused.Allow(signaling.Network(s.config.ClientAddress(r))) {
		return s.tooMany(h)
	}
	if r.URL.Path == Prefix+"/openapi.json" && !sent {
		h.Del("WWW-Authenticate")
		return nil
	}
	s.counters.token.Add(1)
	if !sent {
		return signaling.NewProblem(http.StatusUnauthorized, "no_token", "send admin.token as Authorization: Bearer")
	}
	return signaling.NewProblem(http.StatusUnauthorized, "bad_token", "this is not the server's admin.token: look into its configuration")
}

func (s *Server) tooMany(h http.Header) *signaling.Problem {
	h.Del("WWW-Authenticate")
	s.counters.rate.Add(1)
	p := signaling.NewProblem(http.StatusTooManyRequests, string(protocol.ErrRateLimited), "too many requests: try again in a second")
	p.RetryAfter = 1
	return p
}
