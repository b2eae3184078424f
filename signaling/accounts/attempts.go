package accounts

import (
	"sync"
	"time"

	"salon/signaling/accounts/oidc"
)

// maxAttempts is more than startTogether lets begin in attemptLife; beyond it the oldest goes.
const maxAttempts = 20_000

// attempt is somebody who is at the provider.
type attempt struct {
	oidc.Attempt
	to    string // where they come from
	until time.Time
}

// attempts are those who are at the provider. They end with the process: then somebody begins anew.
type attempts struct {
	mu  sync.Mutex // leaf; guards all
	all map[string]attempt
}

// keep notes an attempt under the browser's secret and the state, so that neither is of use without the other.
func (t *attempts) keep(secret string, a attempt, now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	oldest := ""
	for key, o := range t.all {
		if !now.Before(o.until) {
			delete(t.all, key)
		} else if oldest == "" || o.until.Before(t.all[oldest].until) {
			oldest = key
		}
	}
	if len(t.all) >= maxAttempts {
		delete(t.all, oldest)
	}
	t.all[digest(secret+"\x00"+a.State)] = a
}

// take returns an attempt, once.
func (t *attempts) take(secret, state string, now time.Time) (attempt, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	key := digest(secret + "\x00" + state)
	a, ok := t.all[key]
	delete(t.all, key)
	return a, ok && now.Before(a.until)
}
