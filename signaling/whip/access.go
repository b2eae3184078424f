package whip

import (
	"crypto/sha256"
	"crypto/subtle"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"salon/signaling"
)

// maxAddresses bounds the table of rates by address. An address whose bucket is full again is forgotten first.
const maxAddresses = 10_000

// access decides whether a request may come in at all, before anything of its body is read.
type access struct {
	digest  [sha256.Size]byte // of the token: comparing digests takes the same time whatever was sent (RFC 6750 5.2)
	off     bool
	origins []string

	perAddress Rate
	mu         sync.Mutex // leaf; guards what follows
	all        *rate.Limiter
	addresses  map[netip.Prefix]*rate.Limiter
}

func newAccess(c Config) *access {
	return &access{
		digest: sha256.Sum256([]byte(c.Token)), off: c.Token == "", origins: c.Origins, perAddress: c.Limits.RequestsPerAddress,
		all: c.Limits.Requests.limiter(), addresses: map[netip.Prefix]*rate.Limiter{},
	}
}

func (r Rate) limiter() *rate.Limiter { return rate.NewLimiter(rate.Limit(r.PerSecond), r.Burst) }

// cors checks the Origin and lets pages that may use WHIP and WHEP read the answers (the Fetch standard 3.2). There is
// no wildcard: other sites' pages are refused, although they would need the token as well.
func (a *access) cors(h http.Header, r *http.Request) error {
	h.Add("Vary", "Origin")
	if !signaling.OriginAllowed(r, a.origins) {
		return refuse(http.StatusForbidden, refusedOrigin, "bad_origin", "pages of this origin may not connect: the administrator can add it to signaling.origins")
	}
	if origin := r.Header.Get("Origin"); origin != "" {
		h.Set("Access-Control-Allow-Origin", origin)
		h.Set("Access-Control-Expose-Headers", "Location, ETag, Link, Accept-Patch, Retry-After")
	}
	return nil
}

// preflight answers OPTIONS, which browsers send without the token (RFC 9725 4.7).
func preflight(h http.Header, methods string) {
	h.Set("Allow", methods)
	h.Set("Access-Control-Allow-Methods", methods)
	h.Set("Access-Control-Allow-Headers", "Authorization, Content-Type, If-Match")
	h.Set("Access-Control-Max-Age", "3600")
}

// rate takes a token from the address's bucket and from everybody's.
func (a *access) rate(from netip.Prefix) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	limiter := a.addresses[from]
	if limiter == nil {
		if len(a.addresses) >= maxAddresses {
			a.forget(time.Now())
		}
		limiter = a.perAddress.limiter()
		if len(a.addresses) < maxAddresses {
			a.addresses[from] = limiter
		}
	}
	if !limiter.Allow() || !a.all.Allow() {
		return refuse(http.StatusTooManyRequests, refusedRate, "rate_limited", "too many requests: try again in a second").later(1)
	}
	return nil
}

// forget drops the addresses that have been quiet. The lock is held.
func (a *access) forget(now time.Time) {
	for from, limiter := range a.addresses {
		if limiter.TokensAt(now) >= float64(a.perAddress.Burst) {
			delete(a.addresses, from)
		}
	}
}

// authorize checks the bearer token (RFC 6750 2.1).
func (a *access) authorize(h http.Header, r *http.Request) error {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	sum := sha256.Sum256([]byte(strings.TrimSpace(token)))
	same := subtle.ConstantTimeCompare(sum[:], a.digest[:]) == 1
	switch {
	case strings.EqualFold(scheme, "Bearer") && same:
		return nil
	case scheme == "":
		h.Set("WWW-Authenticate", `Bearer realm="salon"`)
		return refuse(http.StatusUnauthorized, refusedToken, "no_token", "send the server's WHIP token as Authorization: Bearer")
	}
	h.Set("WWW-Authenticate", `Bearer realm="salon", error="invalid_token"`)
	return refuse(http.StatusUnauthorized, refusedToken, "bad_token", "this is not the server's WHIP token: ask the administrator for it")
}
