package rooms

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"salon/rooms/store"
	"salon/signaling/protocol"
)

// Registry holds the rooms of a server: one is made for its first participant and goes with its last.
type Registry struct {
	config   Config
	counters counters
	used     *usedTokens

	mu         sync.Mutex       // leaf, save for the store's; guards all below
	restored   map[string]bool  // rooms that were kept when this process began: they wait for people to come back
	rooms      map[string]*room // by key
	draining   bool
	retryAfter time.Duration

	closed  chan struct{} // by Close
	closing sync.Once
	running sync.WaitGroup // the goroutines of rooms, and those that close Peers
}

// NewRegistry returns a registry without rooms.
func NewRegistry(c Config) *Registry {
	c.Limits = c.Limits.withDefaults()
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.ICEServers == nil {
		c.ICEServers = func() []protocol.ICEServer { return nil }
	}
	r := &Registry{config: c, rooms: map[string]*room{}, used: newUsedTokens(c.Store), closed: make(chan struct{})}
	if c.Store != nil {
		r.restored = map[string]bool{}
		for _, key := range c.Store.Keys() {
			r.restored[key] = true
		}
		r.running.Go(r.tidyLoop)
	}
	return r
}

// Join enters a room, which is made when it does not exist, or resumes a participant. The Joined reply goes through
// out, before any event. The error is a protocol.Error; then nothing has gone through out.
func (r *Registry) Join(ctx context.Context, e Entrance) (*Participant, error) {
	p, err := r.join(ctx, e)
	if err = asProtocol(err); err != nil {
		r.counters.refusedJoins.Add(1)
		return nil, err
	}
	return p, nil
}

func (r *Registry) join(ctx context.Context, asks Entrance) (p *Participant, err error) {
	j, e := asks.Join, entry{invite: asks.Join.Invite, re: asks.Re, out: asks.Out, noLobby: asks.NoLobby}
	key, ok := roomKey(j.Room)
	if !ok {
		return nil, errBadRoom
	}
	if j.Resume != nil {
		return r.resume(ctx, key, *j.Resume, e)
	}
	if e.name, ok = cleanName(j.Name); !ok && j.Name != "" {
		return nil, errBadName
	}
	if e.who, err = r.identify(asks, key, time.Now()); err != nil {
		return nil, err
	}
	e.watcher = j.Watcher
	first, claimed, err := r.used.claim(e.who.token, time.Now())
	if err != nil {
		return nil, err
	}
	if claimed != nil {
		if err := claimed.Wait(ctx); err != nil {
			r.config.Log.Error("which device used a token is not on disk", "room", key, "error", err)
		}
	}
	if p, err = r.joinAs(ctx, key, j.Room, e); err != nil && first {
		r.used.release(e.who.token)
	}
	return p, err
}

// joinAs enters a room that is made when it does not exist.
func (r *Registry) joinAs(ctx context.Context, key, title string, e entry) (p *Participant, err error) {
	for {
		home, err := r.open(key, title)
		if err != nil {
			return nil, err
		}
		var kept []*store.Pending
		err = home.call(ctx, func() (err error) {
			p, err = home.join(e)
			kept = home.takeKept()
			return err
		})
		if errors.Is(err, errEnded) {
			continue // its last participant left just now: make it anew
		}
		if err != nil {
			home.post(home.endIfEmpty) // a room that nobody has entered notices that it is empty
			return nil, err
		}
		if err := home.onDisk(ctx, kept); err != nil {
			r.config.Log.Error("somebody is in a room, and what that changed is not on disk", "room", key, "error", err)
		}
		return p, nil
	}
}

func (r *Registry) resume(ctx context.Context, key string, resume protocol.Resume, e entry) (p *Participant, err error) {
	home, err := r.find(key)
	if err != nil {
		return nil, err
	}
	if home == nil {
		return nil, errResumeUnknown
	}
	err = home.call(ctx, func() (err error) { p, err = home.resume(resume, e); return err })
	if errors.Is(err, errEnded) {
		err = errResumeUnknown
	}
	return p, err
}

// find returns the room with that key, or nil.
func (r *Registry) find(key string) (*room, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.draining {
		return nil, r.shuttingDown()
	}
	return r.rooms[key], nil
}

// open returns the room with that key, and makes it when it does not exist.
func (r *Registry) open(key, title string) (*room, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.draining {
		return nil, r.shuttingDown()
	}
	if home := r.rooms[key]; home != nil {
		return home, nil
	}
	if len(r.rooms) >= r.config.Limits.Rooms {
		return nil, refuse(protocol.ErrTooManyRooms, "the server has no place for another room: try again later")
	}
	home := newRoom(r, key, title)
	r.rooms[key] = home
	r.running.Go(home.run)
	return home, nil
}

// shuttingDown is the refusal while draining. The lock is held.
func (r *Registry) shuttingDown() error {
	return protocol.Error{
		Code: protocol.ErrShuttingDown, Message: "the server is shutting down: join again after retry_after",
		RetryAfter: seconds(r.retryAfter),
	}
}

// close forgets a room. It is called on the room's goroutine, before that ends.
func (r *Registry) close(home *room) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.rooms[home.key] == home {
		delete(r.rooms, home.key)
	}
}

// all returns the rooms that there are now.
func (r *Registry) all() []*room {
	r.mu.Lock()
	defer r.mu.Unlock()
	list := make([]*room, 0, len(r.rooms))
	for _, home := range r.rooms {
		list = append(list, home)
	}
	return list
}

// Reread makes a room follow its file, which has changed.
func (r *Registry) Reread(key string) {
	home, err := r.find(key)
	if err != nil || home == nil {
		return
	}
	// A room that has ended meanwhile reads its file when it begins again.
	_ = home.call(context.Background(), func() error {
		home.rules.file = r.fileOf(key)
		home.rules.merge()
		home.rulesChanged(time.Now())
		return nil
	})
}

// RoomKey folds a room's name to what tells rooms apart; false when it is not a name: see protocol.Join.
func RoomKey(name string) (key string, ok bool) { return roomKey(name) }

// Drain refuses every join and resume from now on and ends every session with shutdown. Media goes on flowing until
// Close.
func (r *Registry) Drain(retryAfter time.Duration) {
	r.mu.Lock()
	r.draining, r.retryAfter = true, retryAfter
	r.mu.Unlock()
	for _, home := range r.all() {
		// A room that has ended meanwhile has no sessions.
		_ = home.call(context.Background(), func() error { home.drain(retryAfter); return nil })
	}
}

// Close ends every room, waits until all of their goroutines have returned and their Peers are closed, and refuses
// joins for good.
func (r *Registry) Close() {
	r.mu.Lock()
	r.draining = true
	r.mu.Unlock()
	for _, home := range r.all() {
		_ = home.call(context.Background(), func() error { home.shutdown(); return nil })
	}
	r.closing.Do(func() { close(r.closed) })
	r.running.Wait()
}

// background runs what may wait, on a goroutine that Close waits for.
func (r *Registry) background(f func()) { r.running.Go(f) }
