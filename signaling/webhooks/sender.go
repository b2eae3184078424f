package webhooks

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"log/slog"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"salon/rooms"
)

const (
	maxQueue   = 1000            // events that wait for one hook; beyond it the oldest is dropped
	maxTries   = 8               // of one event: over about four minutes
	firstPause = 2 * time.Second // after a try that failed; then twice as long each time
	maxPause   = 60 * time.Second
	tryTimeout = 10 * time.Second // for one try, from the name to the end of the answer
)

// Hook is somebody who is told.
type Hook struct {
	URL          string            // http or https
	Secret       string            // signs what is sent
	Events       []rooms.EventKind // that are told; empty: all
	AllowPrivate bool              // it may be at an address that is not public
}

// Sender tells hooks. It implements rooms.Observer.
type Sender struct {
	hooks    []*hook
	log      *slog.Logger
	counters counters
	ctx      context.Context
	cancel   context.CancelFunc
	running  sync.WaitGroup
}

// counters grow for the life of a sender.
type counters struct{ events, delivered, tries, overflow, givenUp, closed atomic.Uint64 }

// hook is a Hook and what waits for it.
type hook struct {
	Hook
	sender *Sender
	client *http.Client
	wake   chan struct{} // holds one: look at queue

	mu    sync.Mutex // leaf; guards queue
	queue []message  // oldest first
}

// message is an event as it is sent.
type message struct {
	id   string
	kind rooms.EventKind
	body []byte
}

// NewSender begins to tell hooks; Close ends it.
func NewSender(hooks []Hook, log *slog.Logger) *Sender {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	s := &Sender{log: log}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	for _, h := range hooks {
		one := &hook{Hook: h, sender: s, client: newClient(h.AllowPrivate), wake: make(chan struct{}, 1)}
		s.hooks = append(s.hooks, one)
		s.running.Go(one.run)
	}
	return s
}

// Close gives up what still waits, and waits until nothing is sent any more.
func (s *Sender) Close() {
	s.cancel()
	s.running.Wait()
	for _, h := range s.hooks {
		h.client.CloseIdleConnections()
		h.mu.Lock()
		s.counters.closed.Add(uint64(len(h.queue)))
		h.queue = nil
		h.mu.Unlock()
	}
}

// Counters returns what has happened since the start, by name; the names never change.
func (s *Sender) Counters() map[string]uint64 {
	c := &s.counters
	return map[string]uint64{
		"events": c.events.Load(), "delivered": c.delivered.Load(), "tries": c.tries.Load(),
		"dropped_overflow": c.overflow.Load(), "dropped_given_up": c.givenUp.Load(), "dropped_closed": c.closed.Load(),
	}
}

// event is what is sent, as JSON.
type event struct {
	ID          string       `json:"id"` // the same in every try
	Event       string       `json:"event"`
	Room        string       `json:"room"`
	At          string       `json:"at"`           // RFC 3339, UTC
	Here        int          `json:"participants"` // in the room after it
	Participant *participant `json:"participant,omitempty"`
	Reason      string       `json:"reason,omitempty"` // why a participant left
	Ban         *ban         `json:"ban,omitempty"`
}

type participant struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Role string `json:"role"`
}

type ban struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// encode makes a message of an event.
func encode(e rooms.Event) message {
	out := event{
		ID: rand.Text(), Event: string(e.Kind), Room: e.Room, At: e.At.UTC().Format(time.RFC3339Nano), Here: e.Here, Reason: string(e.Reason),
	}
	switch {
	case e.Ban != "":
		out.Ban = &ban{e.Ban, e.Name}
	case e.Participant != "":
		out.Participant = &participant{e.Participant, e.Name, e.Role}
	}
	body, _ := json.Marshal(out) // strings and numbers: it cannot fail
	return message{out.ID, e.Kind, body}
}

// Observe implements rooms.Observer. It never waits.
func (s *Sender) Observe(e rooms.Event) {
	var m message
	for _, h := range s.hooks {
		if len(h.Events) > 0 && !slices.Contains(h.Events, e.Kind) {
			continue
		}
		if m.id == "" {
			m = encode(e)
			s.counters.events.Add(1)
		}
		h.add(m)
	}
}

func (h *hook) add(m message) {
	h.mu.Lock()
	if h.queue = append(h.queue, m); len(h.queue) > maxQueue {
		h.queue[0] = message{}
		h.queue = h.queue[1:]
		h.sender.counters.overflow.Add(1)
	}
	h.mu.Unlock()
	select {
	case h.wake <- struct{}{}:
	default:
	}
}

// take returns the oldest message; false: there is none.
func (h *hook) take() (m message, ok bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.queue) == 0 {
		return m, false
	}
	m, h.queue[0] = h.queue[0], message{}
	h.queue = h.queue[1:]
	return m, true
}

// run sends one message after the other, in their order, until Close.
func (h *hook) run() {
	for {
		m, ok := h.take()
		if !ok {
			select {
			case <-h.wake:
				continue
			case <-h.sender.ctx.Done():
				return
			}
		}
		if !h.deliver(m) {
			return
		}
	}
}

// deliver tries until the hook has taken the message, or it is given up; false: the sender was closed.
func (h *hook) deliver(m message) bool {
	c, pause := &h.sender.counters, firstPause
	for try := 1; ; try++ {
		c.tries.Add(1)
		again, err := h.send(m)
		switch {
		case h.sender.ctx.Err() != nil:
			c.closed.Add(1)
			return false
		case err == nil:
			c.delivered.Add(1)
			return true
		case !again || try == maxTries:
			c.givenUp.Add(1)
			h.sender.log.Warn("a webhook was given up", "hook", h.host(), "event", m.kind, "tries", try, "reason", err)
			return true
		}
		h.sender.log.Debug("a webhook failed and is tried again", "hook", h.host(), "event", m.kind, "after", pause, "reason", err)
		select {
		case <-time.After(pause):
		case <-h.sender.ctx.Done():
			c.closed.Add(1)
			return false
		}
		pause = min(2*pause, maxPause)
	}
}
