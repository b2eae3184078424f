package rooms

import (
	"sync"
	"time"

	"salon/rooms/store"
	"salon/signaling/protocol"
)

// maxUsedTokens bounds what is remembered; beyond it tokens with an id are refused until others have expired.
const maxUsedTokens = 100_000

// tokenUse is the use of a token that has an id (RFC 7519 4.1.7): it belongs to the device that used it first. The zero value is
// no such token.
type tokenUse struct {
	key    string
	device string // digest; "": a client that cannot be told apart, which can use a token once
	until  time.Time
}

// usedTokens remembers which device used a token first, in the store beside the rooms: a token may open several. Safe for concurrent use.
type usedTokens struct {
	store *store.Store // nil: it is remembered for as long as the process lives

	mu   sync.Mutex // leaf, save for the store's
	uses map[string]store.Standing
}

func newUsedTokens(s *store.Store) *usedTokens {
	u := &usedTokens{store: s, uses: map[string]store.Standing{}}
	if s != nil {
		kept, _ := s.Room(store.NoRoom)
		u.uses = kept.Standings
	}
	return u
}

// claim takes a token for a device; first says that nobody has used it before. It fails when the token is another's.
func (u *usedTokens) claim(t tokenUse, now time.Time) (first bool, pending *store.Pending, err error) {
	if t.key == "" {
		return false, nil, nil
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	if use, known := u.uses[t.key]; known {
		if t.device == "" || use.Device != t.device {
			return false, nil, errBadToken
		}
		return false, nil, nil
	}
	if len(u.uses) >= maxUsedTokens {
		u.sweep(now)
	}
	if len(u.uses) >= maxUsedTokens {
		return false, nil, refuse(protocol.ErrBadToken, "too many tokens are in use: try again later")
	}
	use := store.Standing{Device: t.device, At: now, Until: t.until}
	u.uses[t.key] = use
	return true, u.keep(store.PutStanding(t.key, use)), nil
}

// release gives back a claim by which nobody entered.
func (u *usedTokens) release(t tokenUse) {
	u.mu.Lock()
	defer u.mu.Unlock()
	delete(u.uses, t.key)
	u.keep(store.DeleteStanding(t.key))
}

// sweep forgets tokens that have expired. The lock is held.
func (u *usedTokens) sweep(now time.Time) {
	for key, use := range u.uses {
		if !use.Until.After(now) {
			delete(u.uses, key)
			u.keep(store.DeleteStanding(key))
		}
	}
}

// expire is sweep for who does not hold the lock.
func (u *usedTokens) expire(now time.Time) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.sweep(now)
}

func (u *usedTokens) keep(c store.Change) *store.Pending {
	if u.store == nil {
		return nil
	}
	return u.store.Stage(store.NoRoom, c)
}
