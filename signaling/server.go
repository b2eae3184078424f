package signaling

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"

	"salon/rooms"
	"salon/signaling/protocol"
)

// retryAfterClose is what clients are told when a server closes: its successor is up about then.
const retryAfterClose = time.Second

// Server is the HTTP handler for /ws.
type Server struct {
	config    Config
	registry  registry
	admission *admission
	counters  counters
	upgrader  websocket.Upgrader
	numbers   atomic.Uint64 // sessions so far; names a session in the log

	mu       sync.Mutex // leaf; guards closed and sessions
	closed   bool
	sessions map[*session]struct{}
	running  sync.WaitGroup // grows only under mu while not closed
}

// NewServer returns a server. The registry must outlive it.
func NewServer(c Config) *Server { return newServer(c, realRooms{c.Registry}) }

func newServer(c Config, r registry) *Server {
	c.Limits = c.Limits.withDefaults()
	c.Timing = c.Timing.withDefaults()
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.ClientAddress == nil {
		c.ClientAddress = SocketAddress
	}
	if c.Account == nil {
		c.Account = func(*http.Request) rooms.Account { return rooms.Account{} }
	}
	for _, o := range c.Origins {
		if _, ok := parseOrigin(o); !ok {
			c.Log.Warn("this origin never matches: write scheme://host or scheme://host:port", "origin", o)
		}
	}
	return &Server{
		config: c, registry: r, admission: newAdmission(c.Limits), sessions: map[*session]struct{}{},
		upgrader: websocket.Upgrader{
			HandshakeTimeout: c.Timing.Write,
			WriteBufferPool:  &sync.Pool{},
			Subprotocols:     []string{protocol.Subprotocol},
			// Compression stays off: the read limit would not bound what a small frame inflates to.
			EnableCompression: false,
			CheckOrigin:       func(*http.Request) bool { return true }, // done before
		},
	}
}

// ServeHTTP upgrades the request to a session and returns when that has ended.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if status, why, text := s.check(r); status != 0 {
		s.refuse(w, status, why, text)
		return
	}
	if !s.start() {
		w.Header().Set("Retry-After", "1")
		s.refuse(w, http.StatusServiceUnavailable, refusedClosed, "The server is shutting down. Try again in a second.")
		return
	}
	defer s.running.Done()
	address := s.config.ClientAddress(r)
	from := Network(address)
	if status, why := s.admission.enter(from); status != 0 {
		w.Header().Set("Retry-After", "5")
		s.refuse(w, status, why, "There are too many sessions. Try again in a few seconds.")
		return
	}
	defer s.admission.leave(from)
	socket, err := s.upgrader.Upgrade(w, r, nil)
	if err != nil { // the upgrader has answered
		s.counters.add(refusedRequest)
		return
	}
	s.serve(socket, address, s.config.Account(r))
}

// check decides what can be decided from the request alone. The status is 0 when it may pass.
func (s *Server) check(r *http.Request) (status int, why counter, text string) {
	switch {
	case !OriginAllowed(r, s.config.Origins):
		return http.StatusForbidden, refusedOrigin, "Pages of this origin may not connect. The administrator can add it to the allowed origins."
	case !websocket.IsWebSocketUpgrade(r):
		return http.StatusUpgradeRequired, refusedRequest, "Connect with a WebSocket, subprotocol " + protocol.Subprotocol + "."
	case !slices.Contains(websocket.Subprotocols(r), protocol.Subprotocol):
		return http.StatusBadRequest, refusedRequest, "Ask for the WebSocket subprotocol " + protocol.Subprotocol + "; this server speaks no other."
	}
	return 0, 0, ""
}

func (s *Server) refuse(w http.ResponseWriter, status int, why counter, text string) {
	s.counters.add(why)
	if status == http.StatusUpgradeRequired {
		w.Header().Set("Upgrade", "websocket") // RFC 9110 section 15.5.22
	}
	http.Error(w, text, status)
}

// start counts a session that Close must wait for; false when the server is closed.
func (s *Server) start() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	s.running.Add(1)
	return true
}

func (s *Server) serve(socket *websocket.Conn, address netip.Addr, account rooms.Account) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	log := s.config.Log.With("session", s.numbers.Add(1))
	one := &session{
		server: s, socket: socket, address: address, account: account, outbox: newOutbox(s.config.Limits, &s.counters, log), log: log, ctx: ctx, cancel: cancel,
		rates:   newRates(s.config.Limits),
		reading: readDeadline{socket: socket, dead: s.config.Timing.Dead, wait: s.config.Timing.Linger},
	}
	s.counters.add(sessionsOpened)
	s.mu.Lock()
	s.sessions[one] = struct{}{}
	if s.closed { // since start
		one.outbox.CloseRetry(protocol.ByeShutdown, retryAfterClose)
	}
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		delete(s.sessions, one)
		s.mu.Unlock()
	}()
	one.run()
}

// Sessions says how many sessions are open.
func (s *Server) Sessions() int { return s.admission.count() }

// Counters returns what has happened since the start, by name; the names never change.
func (s *Server) Counters() map[string]uint64 { return s.counters.values() }

// Close refuses new sessions, ends every session with Bye shutdown, and waits until all of their goroutines have
// returned. When ctx is done first it cuts them off and returns an error.
func (s *Server) Close(ctx context.Context) error {
	s.mu.Lock()
	s.closed = true
	for one := range s.sessions {
		one.outbox.CloseRetry(protocol.ByeShutdown, retryAfterClose)
	}
	s.mu.Unlock()
	done := make(chan struct{})
	go func() {
		s.running.Wait()
		close(done)
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
	}
	cut := s.cut()
	select {
	case <-done: // soon: the sockets are closed and the requests given up
	case <-time.After(s.config.Timing.Linger): // a room does not answer; waiting for it would keep the process
	}
	return fmt.Errorf("%d sessions did not end in time and were cut off: %w", cut, ctx.Err())
}

// cut closes every socket and gives up every request.
func (s *Server) cut() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	for one := range s.sessions {
		one.cancel()
		one.socket.Close()
	}
	return len(s.sessions)
}
