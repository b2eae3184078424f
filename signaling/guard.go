package signaling

import (
	"crypto/sha256"
	"crypto/subtle"
	"net/http"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// maxKeys bounds the table of rates. A key whose bucket is full again is forgotten first.
const maxKeys = 10_000

// Rates bounds requests of each key, such as an address or an account, and of all together. Safe for concurrent use.
type Rates[K comparable] struct {
	each Rate

	mu   sync.Mutex // leaf; guards what follows
	all  *rate.Limiter
	keys map[K]*rate.Limiter
}

// NewRates returns rates of which nothing is used.
func NewRates[K comparable](each, all Rate) *Rates[K] {
	return &Rates[K]{each: each, all: all.Bucket(), keys: map[K]*rate.Limiter{}}
}

// Bucket returns a bucket that is full.
func (r Rate) Bucket() *rate.Limiter { return rate.NewLimiter(rate.Limit(r.PerSecond), r.Burst) }

// Allow takes one from the key's bucket and one from everybody's, and says whether both had one.
func (r *Rates[K]) Allow(key K) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	limiter := r.keys[key]
	if limiter == nil {
		if len(r.keys) >= maxKeys {
			r.forget(time.Now())
		}
		limiter = r.each.Bucket()
		if len(r.keys) < maxKeys {
			r.keys[key] = limiter
		}
	}
	return limiter.Allow() && r.all.Allow()
}

// forget drops the keys that have been quiet. The lock is held.
func (r *Rates[K]) forget(now time.Time) {
	for key, limiter := range r.keys {
		if limiter.TokensAt(now) >= float64(r.each.Burst) {
			delete(r.keys, key)
		}
	}
}

// Bearer checks a secret that a request carries as "Authorization: Bearer" (RFC 6750 2.1).
type Bearer struct {
	digest [sha256.Size]byte // comparing digests takes the same time whatever was sent (RFC 6750 5.2)
	off    bool
}

// NewBearer returns the check for a secret; with "" nothing passes it.
func NewBearer(secret string) Bearer { return Bearer{sha256.Sum256([]byte(secret)), secret == ""} }

// Off says that there is no secret.
func (b Bearer) Off() bool { return b.off }

// Check says whether the request carries the secret, and whether it carries anything at all. When it does not pass, the
// header that says so is set (RFC 6750 3).
func (b Bearer) Check(h http.Header, r *http.Request) (ok, sent bool) {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	sum := sha256.Sum256([]byte(strings.TrimSpace(token)))
	same := subtle.ConstantTimeCompare(sum[:], b.digest[:]) == 1
	switch {
	case strings.EqualFold(scheme, "Bearer") && same && !b.off:
		return true, true
	case scheme == "":
		h.Set("WWW-Authenticate", `Bearer realm="salon"`)
		return false, false
	}
	h.Set("WWW-Authenticate", `Bearer realm="salon", error="invalid_token"`)
	return false, true
}
