package whip

import (
	"context"
	"fmt"
	"net/http"
	"net/netip"
	"sync"
	"sync/atomic"

	"salon/signaling"
)

// Server answers WHIP and WHEP requests.
type Server struct {
	config   Config
	registry registry
	access   *access
	counters counters
	numbers  atomic.Uint64 // sessions so far; names a session in the log

	mu        sync.Mutex // leaf; guards what follows
	closed    bool
	places    int // taken: sessions, and those that are being opened
	addresses map[netip.Prefix]int
	sessions  map[string]*session // by id
	running   sync.WaitGroup      // places; grows only under mu while not closed
}

// NewServer returns a server. The registry must outlive it.
func NewServer(c Config) *Server { return newServer(c, realRooms{c.Registry}) }

func newServer(c Config, r registry) *Server {
	c = c.withDefaults()
	if c.ClientAddress == nil {
		c.ClientAddress = signaling.SocketAddress
	}
	return &Server{config: c, registry: r, access: newAccess(c), addresses: map[netip.Prefix]int{}, sessions: map[string]*session{}}
}

// Routes returns the handlers by the patterns of http.ServeMux.
func (s *Server) Routes() map[string]http.Handler {
	routes := map[string]http.Handler{}
	for _, d := range []door{ingest, playback} {
		routes["/"+d.name+"/{room}"] = s.guard(d, endpoints, s.endpoint)
		routes["/"+d.name+"/{room}/{session}"] = s.guard(d, resources, s.resource)
	}
	return routes
}

// open takes a place. The caller gives it back with leave.
func (s *Server) open(from netip.Prefix) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.closed:
		return refuse(http.StatusServiceUnavailable, refusedFull, "shutting_down", "the server is shutting down: try again in a second").later(1)
	case s.places >= s.config.Limits.Sessions:
		return refuse(http.StatusServiceUnavailable, refusedFull, "full", "the server has no place for another session: try again later").later(5)
	case s.addresses[from] >= s.config.Limits.SessionsPerAddress:
		return refuse(http.StatusTooManyRequests, refusedFull, "full", "too many sessions from this address: end one first").later(5)
	}
	s.places++
	s.addresses[from]++
	s.running.Add(1)
	return nil
}

func (s *Server) leave(from netip.Prefix) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.places--
	if s.addresses[from]--; s.addresses[from] == 0 {
		delete(s.addresses, from)
	}
	s.running.Done()
}

// begin makes a session known and starts its goroutine, which gives the place back.
func (s *Server) begin(one *session) {
	s.mu.Lock()
	s.sessions[one.id] = one
	if s.closed { // since open
		one.cancel(endShutdown)
	}
	s.mu.Unlock()
	s.counters.add(sessionsOpened)
	go func() {
		defer close(one.ended)
		defer s.leave(one.from)
		one.run()
	}()
}

func (s *Server) forget(one *session) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.sessions, one.id)
}

// find returns the session at an address, nil when there is none.
func (s *Server) find(d door, room, id string) *session {
	s.mu.Lock()
	defer s.mu.Unlock()
	if one := s.sessions[id]; one != nil && one.door == d && one.room == room {
		return one
	}
	return nil
}

// Sessions says how many sessions there are.
func (s *Server) Sessions() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.sessions)
}

// Counters returns what has happened since the start, by name; the names never change.
func (s *Server) Counters() map[string]uint64 { return s.counters.values() }

// Close refuses new sessions, ends all, and waits until they are freed or ctx is done.
func (s *Server) Close(ctx context.Context) error {
	s.mu.Lock()
	s.closed = true
	for _, one := range s.sessions {
		one.cancel(endShutdown)
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
		return fmt.Errorf("%d WHIP and WHEP sessions did not end in time: %w", s.Sessions(), ctx.Err())
	}
}
