package whip

import (
	"net/http"
	"net/netip"

	"salon/signaling"
)

// access decides whether a request may come in at all, before anything of its body is read.
type access struct {
	token   signaling.Bearer
	origins []string
	rates   *signaling.Rates[netip.Prefix]
}

func newAccess(c Config) *access {
	return &access{
		token: signaling.NewBearer(c.Token), origins: c.Origins,
		rates: signaling.NewRates[netip.Prefix](c.Limits.RequestsPerAddress, c.Limits.Requests),
	}
}

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
	if !a.rates.Allow(from) {
		return refuse(http.StatusTooManyRequests, refusedRate, "rate_limited", "too many requests: try again in a second").later(1)
	}
	return nil
}

// authorize checks the bearer token.
func (a *access) authorize(h http.Header, r *http.Request) error {
	switch ok, sent := a.token.Check(h, r); {
	case ok:
		return nil
	case !sent:
		return refuse(http.StatusUnauthorized, refusedToken, "no_token", "send the server's WHIP token as Authorization: Bearer")
	}
	return refuse(http.StatusUnauthorized, refusedToken, "bad_token", "this is not the server's WHIP token: ask the administrator for it")
}
