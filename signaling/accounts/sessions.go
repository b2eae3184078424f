package accounts

import (
	"crypto/rand"
	"crypto/sha256"
	"sync"
	"time"

	"salon/rooms/policy"
)

const (
	sessionLife   = 30 * 24 * time.Hour
	maxSessions   = 10_000
	maxPerAccount = 20 // the oldest goes
)

// session is somebody who is logged in.
type session struct {
	account policy.Subject
	hash    string // of the password that was given: another one ends the session
	since   time.Time
}

// digest is what of a cookie is kept.
type digest = [sha256.Size]byte

// sessions are those that are logged in. They end with the process.
type sessions struct {
	mu  sync.Mutex // leaf; guards all
	all map[digest]session
}

// begin makes a session and returns its secret.
func (s *sessions) begin(account policy.Subject, hash string, now time.Time) string {
	secret := rand.Text() + rand.Text()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sweep(now)
	for s.count(account) >= maxPerAccount {
		s.dropOldest(func(one session) bool { return one.account == account })
	}
	for len(s.all) >= maxSessions {
		s.dropOldest(func(session) bool { return true })
	}
	s.all[sha256.Sum256([]byte(secret))] = session{account, hash, now}
	return secret
}

// find returns the session of a secret; false: there is none.
func (s *sessions) find(secret string, now time.Time) (session, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	one, ok := s.all[sha256.Sum256([]byte(secret))]
	return one, ok && now.Sub(one.since) < sessionLife
}

// end forgets a session.
func (s *sessions) end(secret string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.all, sha256.Sum256([]byte(secret)))
}

// sweep forgets those whose time is over. The lock is held.
func (s *sessions) sweep(now time.Time) {
	for key, one := range s.all {
		if now.Sub(one.since) >= sessionLife {
			delete(s.all, key)
		}
	}
}

func (s *sessions) count(account policy.Subject) (n int) {
	for _, one := range s.all {
		if one.account == account {
			n++
		}
	}
	return n
}

// dropOldest forgets the oldest of some. The lock is held.
func (s *sessions) dropOldest(of func(session) bool) {
	var oldest digest
	var since time.Time
	for key, one := range s.all {
		if of(one) && (since.IsZero() || one.since.Before(since)) {
			oldest, since = key, one.since
		}
	}
	delete(s.all, oldest)
}
