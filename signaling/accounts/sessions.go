package accounts

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"sync"
	"time"

	"salon/rooms"
	"salon/rooms/store"
)

const (
	passwordLife  = 30 * 24 * time.Hour // of a session that a password began
	providerLife  = 12 * time.Hour      // of one that a provider began, which has no other way to end it: a working day
	maxSessions   = 10_000
	maxPerAccount = 20 // the oldest goes
)

// sessions are those that are logged in. They outlive the process where there is a store. Secrets are not kept, only what tells
// that one is right.
type sessions struct {
	store *store.Store // nil: nothing is kept

	mu  sync.Mutex               // leaf, save for the store's; guards all
	all map[string]store.Session // by digest of the secret
}

func newSessions(s *store.Store) *sessions {
	all := map[string]store.Session{}
	if s != nil {
		kept, _ := s.Room(store.NoRoom)
		all = kept.Sessions
	}
	return &sessions{store: s, all: all}
}

// digest is what of a secret is kept.
func digest(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

// begin makes a session, which rests on what proof is the digest of, and returns its secret. It is on disk when nil comes from
// pending, which is nil itself where nothing is kept.
func (s *sessions) begin(who rooms.Account, proof string, life time.Duration, now time.Time) (secret string, pending *store.Pending) {
	secret = rand.Text() + rand.Text()
	one := store.Session{
		Account: string(who.Subject), Also: string(who.Also), Name: who.Name, Proof: proof, Since: now.UTC(), Until: now.Add(life).UTC(),
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	changes := s.drop(func(o store.Session) bool { return !now.Before(o.Until) })
	for s.count(one.Account) >= maxPerAccount {
		changes = append(changes, s.dropOldest(func(o store.Session) bool { return o.Account == one.Account }))
	}
	for len(s.all) >= maxSessions {
		changes = append(changes, s.dropOldest(func(store.Session) bool { return true }))
	}
	key := digest(secret)
	s.all[key] = one
	return secret, s.keep(append(changes, store.PutSession(key, one))...)
}

// find returns the session of a secret; false: there is none.
func (s *sessions) find(secret string, now time.Time) (store.Session, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	one, ok := s.all[digest(secret)]
	return one, ok && now.Before(one.Until)
}

// end forgets a session.
func (s *sessions) end(secret string) *store.Pending {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := digest(secret)
	if _, ok := s.all[key]; !ok {
		return nil
	}
	delete(s.all, key)
	return s.keep(store.DeleteSession(key))
}

// drop forgets some. The lock is held.
func (s *sessions) drop(which func(store.Session) bool) (changes []store.Change) {
	for key, one := range s.all {
		if which(one) {
			delete(s.all, key)
			changes = append(changes, store.DeleteSession(key))
		}
	}
	return changes
}

func (s *sessions) count(account string) (n int) {
	for _, one := range s.all {
		if one.Account == account {
			n++
		}
	}
	return n
}

// dropOldest forgets the oldest of some. The lock is held.
func (s *sessions) dropOldest(of func(store.Session) bool) store.Change {
	oldest := ""
	for key, one := range s.all {
		if of(one) && (oldest == "" || one.Since.Before(s.all[oldest].Since)) {
			oldest = key
		}
	}
	delete(s.all, oldest)
	return store.DeleteSession(oldest)
}

// keep puts changes into the store. The lock is held.
func (s *sessions) keep(changes ...store.Change) *store.Pending {
	if s.store == nil || len(changes) == 0 {
		return nil
	}
	return s.store.Stage(store.NoRoom, changes...)
}
