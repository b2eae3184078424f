package policy

import (
	"slices"
	"time"
)

// MaxWaiting bounds a lobby; who knocks beyond it is refused.
const MaxWaiting = 200

// Waiting is somebody in the lobby.
type Waiting struct {
	ID      string
	Name    string // display name, as they chose it
	Subject Subject
	Since   time.Time // of the knock
	Why     Reason    // why they wait
}

// Lobby is who waits, in the order of their knocks. It is a value: its methods return another one.
type Lobby struct{ waiting []Waiting }

func (l Lobby) queue() queue[Waiting] {
	return queue[Waiting]{l.waiting, func(w Waiting) string { return w.ID }}
}

// Knock adds somebody at the end, also who was sent back. Whoever waits already keeps their place. False: it is full.
func (l Lobby) Knock(w Waiting) (Lobby, bool) {
	if l.Has(w.ID) {
		return l, true
	}
	q, ok := l.queue().append(w, MaxWaiting)
	return Lobby{q.entries}, ok
}

// Take takes somebody out: to admit or refuse them, or because they left. False: somebody else has done so before.
func (l Lobby) Take(id string) (Lobby, Waiting, bool) {
	q, w, ok := l.queue().take(id)
	return Lobby{q.entries}, w, ok
}

// TakeAll takes everybody out, in order.
func (l Lobby) TakeAll() (Lobby, []Waiting) { return Lobby{}, l.List() }

// Expire takes those out who have waited for the timeout or longer.
func (l Lobby) Expire(now time.Time, timeout time.Duration) (rest Lobby, gone []Waiting) {
	for _, w := range l.waiting {
		if now.Sub(w.Since) >= timeout {
			gone = append(gone, w)
		} else {
			rest.waiting = append(rest.waiting, w)
		}
	}
	return rest, gone
}

// NextExpiry is when Expire has something to do; false when nobody waits.
func (l Lobby) NextExpiry(timeout time.Duration) (at time.Time, ok bool) {
	for _, w := range l.waiting {
		if expiry := w.Since.Add(timeout); !ok || expiry.Before(at) {
			at, ok = expiry, true
		}
	}
	return at, ok
}

// Has says whether somebody waits.
func (l Lobby) Has(id string) bool { return l.queue().index(id) >= 0 }

// List returns who waits, in order.
func (l Lobby) List() []Waiting { return slices.Clone(l.waiting) }

// Len is how many wait.
func (l Lobby) Len() int { return len(l.waiting) }

// Equal compares two lobbies.
func (l Lobby) Equal(other Lobby) bool { return slices.Equal(l.waiting, other.waiting) }
