package store

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	bbolt "go.etcd.io/bbolt"
)

const (
	// maxWaiting bounds the changes that wait for the disk. More are refused: the disk is far too slow or gone.
	maxWaiting = 32768
	// retryAfter is how soon changes that could not be written are tried again.
	retryAfter = time.Second
)

// The errors of changes.
var (
	ErrBusy   = errors.New("the disk does not keep up: nothing was changed")
	ErrClosed = errors.New("the store is closed")
)

// Store keeps rooms. Safe for concurrent use.
type Store struct {
	disk disk

	mu      sync.Mutex // leaf; guards all below
	rooms   map[string]*Room
	waiting []*Pending // staged and not yet on disk, oldest first
	size    int        // changes in waiting
	failed  error      // of the newest attempt to write; nil: it went well
	closed  bool

	wake     chan struct{} // holds one: look at waiting
	finished chan struct{} // closed when the writer has ended
}

// disk is what the writer writes to.
type disk interface {
	write(changes []*Pending) error
	Close() error
}

// Pending is changes on their way to the disk.
type Pending struct {
	room    string
	changes []Change
	done    chan struct{} // closed once err is set
	once    sync.Once
	err     error
}

// Open opens the file, which is made when it does not exist, and reads all of it.
func Open(path string) (*Store, error) {
	file, rooms, err := openFile(path)
	if err != nil {
		return nil, err
	}
	return start(file, rooms), nil
}

func start(d disk, rooms map[string]*Room) *Store {
	s := &Store{disk: d, rooms: rooms, wake: make(chan struct{}, 1), finished: make(chan struct{})}
	go s.writeLoop()
	return s
}

// Room returns what is kept of a room; false: nothing is.
func (s *Store) Room(key string) (Room, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.rooms[key]
	if r == nil {
		return *newRoom(), false
	}
	return r.clone(), true
}

// Keys returns the rooms of which something is kept.
func (s *Store) Keys() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	keys := make([]string, 0, len(s.rooms))
	for key := range s.rooms {
		keys = append(keys, key)
	}
	return keys
}

// Stage makes changes of one room, all of them or none. They are in memory when it returns, and on disk when Wait of what
// it returns has returned nil. It does not block.
func (s *Store) Stage(room string, changes ...Change) *Pending {
	p := &Pending{room: room, changes: changes, done: make(chan struct{})}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case len(changes) == 0:
		p.finish(nil)
		return p
	case s.closed:
		p.finish(ErrClosed)
		return p
	case s.size+len(changes) > maxWaiting:
		p.finish(ErrBusy)
		return p
	}
	r := s.rooms[room]
	if r == nil {
		r = newRoom()
		s.rooms[room] = r
	}
	for _, c := range changes {
		c.apply(r)
	}
	if r.empty() {
		delete(s.rooms, room)
	}
	s.waiting = append(s.waiting, p)
	s.size += len(changes)
	s.nudge()
	return p
}

// Holds says whether the ban keeps anybody out at the time.
func (b Ban) Holds(now time.Time) bool { return b.Until.IsZero() || b.Until.After(now) }

// Forget deletes everything that is kept of a room, save bans that hold at the time.
func (s *Store) Forget(room string, now time.Time) *Pending {
	r, _ := s.Room(room)
	changes := []Change{{kindMeta, "", nil}}
	for identity := range r.Standings {
		changes = append(changes, DeleteStanding(identity))
	}
	for id, b := range r.Bans {
		if !b.Holds(now) {
			changes = append(changes, DeleteBan(id))
		}
	}
	for id := range r.Invitations {
		changes = append(changes, DeleteInvitation(id))
	}
	for _, l := range r.Lines {
		changes = append(changes, DeleteLine(l.ID))
	}
	if r.Meta.empty() && len(changes) == 1 {
		return s.Stage(room)
	}
	return s.Stage(room, changes...)
}

// Err returns what is wrong with the disk, nil when all is well.
func (s *Store) Err() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.failed
}

// Close writes what waits and closes the file. Changes that cannot be written are lost, and the error says so.
func (s *Store) Close() error {
	s.mu.Lock()
	was := s.closed
	s.closed = true
	s.nudge()
	s.mu.Unlock()
	<-s.finished
	if was {
		return nil
	}
	return errors.Join(s.Err(), s.disk.Close())
}

// nudge wakes the writer. The lock is held.
func (s *Store) nudge() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// Wait returns when the changes are on disk, or with the error that kept them from it. They are in memory either way, unless
// the error is ErrBusy or ErrClosed, and are tried again until they are written.
func (p *Pending) Wait(ctx context.Context) error {
	select {
	case <-p.done:
		return p.err
	case <-ctx.Done():
		return fmt.Errorf("not on disk yet: %w", ctx.Err())
	}
}

func (p *Pending) finish(err error) {
	p.once.Do(func() {
		p.err = err
		close(p.done)
	})
}

// writeLoop writes what waits, all of it at once: one flush of the disk serves everybody who waits.
func (s *Store) writeLoop() {
	defer close(s.finished)
	for {
		<-s.wake
		for {
			batch, closed := s.take()
			if len(batch) == 0 {
				if closed {
					return
				}
				break
			}
			err := s.disk.write(batch)
			s.wrote(batch, err)
			if err == nil {
				continue
			}
			if closed {
				return
			}
			time.AfterFunc(retryAfter, func() {
				s.mu.Lock()
				defer s.mu.Unlock()
				s.nudge()
			})
			break
		}
	}
}

// take returns what waits. It stays in the list until it is written.
func (s *Store) take() (batch []*Pending, closed bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.waiting[:len(s.waiting):len(s.waiting)], s.closed
}

// wrote notes what came of a batch.
func (s *Store) wrote(batch []*Pending, err error) {
	s.mu.Lock()
	s.failed = err
	if err == nil {
		s.waiting = append([]*Pending(nil), s.waiting[len(batch):]...)
		for _, p := range batch {
			s.size -= len(p.changes)
		}
	}
	s.mu.Unlock()
	for _, p := range batch {
		p.finish(err)
	}
}

var _ disk = (*file)(nil)

// file is the bbolt file.
type file struct{ db *bbolt.DB }
