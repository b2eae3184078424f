package accounts

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"salon/rooms"
	"salon/rooms/policy"
	"salon/signaling"
	"salon/signaling/accounts/oidc"
	"salon/signaling/protocol"
)

const (
	startPath = "/api/oidc/login"
	backPath  = "/api/oidc/callback"

	attemptCookie = "salon_login"
	attemptLife   = 10 * time.Minute // to log in at the provider
	maxAsking     = 16               // answers that are looked into at once
	maxReturn     = 1024             // bytes of where somebody comes from
)

// How often somebody may be sent to the provider: a school behind one address begins its lessons together.
var (
	startAddress  = signaling.Rate{PerSecond: 2, Burst: 100}
	startTogether = signaling.Rate{PerSecond: 20, Burst: 200}
)

// The codes of logins that failed, which the page translates.
const (
	failedAway    = "login_unavailable" // the provider cannot be asked now
	failedDenied  = "login_denied"      // the provider did not let them in
	failedExpired = "login_expired"     // it took too long, or began in another browser
	failedRefused = "login_refused"     // the provider's answer is not to be believed
)

// OIDC is a provider that knows people.
type OIDC struct {
	Issuer       string // "": none
	ClientID     string
	ClientSecret string
	Scopes       []string // beside openid
	Name         string   // of the provider, for people; "": the issuer's host
	Prefix       string   // of its subjects: "sso" makes of the subject 7 the account sso/7
	PublicURL    string   // of this server, to which the provider sends browsers back
}

// referral sends browsers to a provider and takes them back. A nil one has no provider.
type referral struct {
	config   OIDC
	provider *oidc.Provider
	starts   *signaling.Rates[netip.Prefix]
	asking   chan struct{} // holds a place for each answer that is being looked into
	attempts attempts
}

func newReferral(c OIDC) *referral {
	c.PublicURL = strings.TrimSuffix(c.PublicURL, "/")
	return &referral{
		config: c, attempts: attempts{all: map[string]attempt{}}, asking: make(chan struct{}, maxAsking),
		starts: signaling.NewRates[netip.Prefix](startAddress, startTogether),
		provider: oidc.New(oidc.Config{
			Issuer: c.Issuer, ClientID: c.ClientID, ClientSecret: c.ClientSecret, Scopes: c.Scopes, RedirectURL: c.PublicURL + backPath,
		}),
	}
}

// referred is what pages say of the provider.
type referred struct {
	Name string `json:"name"`
	URL  string `json:"url"` // where a login begins: add ?to= and the path to come back to
}

func (f *referral) describe() *referred {
	if f == nil {
		return nil
	}
	name := f.config.Name
	if issuer, err := url.Parse(f.config.Issuer); name == "" && err == nil {
		name = issuer.Hostname()
	}
	return &referred{name, f.config.PublicURL + startPath}
}

// proof is what sessions of the provider's accounts rest on.
func (f *referral) proof() string {
	if f == nil {
		return ""
	}
	return digest("oidc\x00" + f.config.Issuer + "\x00" + f.config.ClientID)
}

// localPath returns the path of a page of this server; false: it is something else. A browser takes a backslash for a slash, and
// what begins with two for another host.
func localPath(text string) (string, bool) {
	u, err := url.Parse(text)
	if err != nil || len(text) > maxReturn || u.Scheme != "" || u.Host != "" || u.User != nil || u.Fragment != "" ||
		!strings.HasPrefix(text, "/") || strings.HasPrefix(text, "//") || strings.Contains(text, `\`) {
		return "/", false
	}
	return text, true
}

// start sends a browser to the provider.
func (s *Server) start(w http.ResponseWriter, r *http.Request) error {
	f := s.referral
	if f == nil {
		return errNoProvider
	}
	to, ok := localPath(r.URL.Query().Get("to"))
	if !ok {
		s.counters.request.Add(1)
		return signaling.NewProblem(http.StatusBadRequest, "bad_return", "to is the path of a page of this server, such as /cuisine")
	}
	if !f.starts.Allow(signaling.Network(s.config.ClientAddress(r))) {
		s.counters.rate.Add(1)
		return f.comeBack(w, to, string(protocol.ErrRateLimited))
	}
	now := time.Now()
	address, begun, err := f.provider.Start(now)
	if err != nil {
		return s.failed(w, to, err)
	}
	secret := rand.Text() + rand.Text()
	if cookie, err := r.Cookie(s.cookieName(attemptCookie)); err == nil && len(cookie.Value) == len(secret) {
		secret = cookie.Value // another tab is at the provider, too
	}
	f.attempts.keep(secret, attempt{begun, to, now.Add(attemptLife)}, now)
	// Lax: the provider's page leads back here.
	s.setCookie(w, attemptCookie, secret, http.SameSiteLaxMode, attemptLife)
	redirect(w, address)
	return nil
}

// back takes a browser that comes from the provider.
func (s *Server) back(w http.ResponseWriter, r *http.Request) error {
	f := s.referral
	if f == nil {
		return errNoProvider
	}
	answer, secret := r.URL.Query(), ""
	if cookie, err := r.Cookie(s.cookieName(attemptCookie)); err == nil {
		secret = cookie.Value
	}
	now := time.Now()
	a, ok := f.attempts.take(secret, answer.Get("state"), now)
	if !ok {
		s.counters.request.Add(1)
		return f.comeBack(w, "/", failedExpired)
	}
	person, err := f.ask(r.Context(), a, answer, now)
	if err != nil {
		return s.failed(w, a.to, err)
	}
	who, err := f.account(person)
	if err != nil {
		return s.failed(w, a.to, err)
	}
	if err := s.begin(w, r, who, f.proof(), providerLife); err != nil {
		return err
	}
	return f.comeBack(w, a.to, "")
}

var errNoProvider = signaling.NewProblem(http.StatusNotFound, "off", "this server asks no provider: the administrator can set accounts.oidc")

// ask looks into what a browser brings, of some at a time.
func (f *referral) ask(ctx context.Context, a attempt, answer url.Values, now time.Time) (oidc.Person, error) {
	select {
	case f.asking <- struct{}{}:
		defer func() { <-f.asking }()
	case <-ctx.Done():
		return oidc.Person{}, ctx.Err()
	}
	return f.provider.Finish(ctx, a.Attempt, answer, now)
}

// account is the person as lists name it: prefix/subject, and mailto:address where the provider has verified the address.
func (f *referral) account(p oidc.Person) (rooms.Account, error) {
	subject, err := policy.ParseSubject(f.config.Prefix + "/" + p.Subject)
	if err != nil {
		return rooms.Account{}, fmt.Errorf("%w: its subject %w", oidc.ErrRefused, err)
	}
	a := rooms.Account{Subject: subject, Name: p.Name}
	if p.Email == "" {
		return a, nil
	}
	if a.Also, err = policy.ParseSubject("mailto:" + p.Email); err != nil {
		a.Also = "" // it names nobody whom a list could name
	}
	return a, nil
}

// failed tells the log why nobody has logged in, and the page in a word.
func (s *Server) failed(w http.ResponseWriter, to string, err error) error {
	s.counters.provider.Add(1)
	code := failedRefused
	switch {
	case errors.Is(err, oidc.ErrAway):
		code = failedAway
	case errors.Is(err, oidc.ErrDenied):
		code = failedDenied
	}
	s.config.Log.Warn("a login by the provider failed", "code", code, "error", err)
	return s.referral.comeBack(w, to, code)
}

// comeBack leads to a page of this server. A code goes into the fragment, which no server and no log sees.
func (f *referral) comeBack(w http.ResponseWriter, to, code string) error {
	address := f.config.PublicURL + to
	if code != "" {
		address += "#login=" + code
	}
	redirect(w, address)
	return nil
}

// redirect sends the browser elsewhere with GET, and without a body that could tell anything.
func redirect(w http.ResponseWriter, address string) {
	w.Header().Set("Location", address)
	w.WriteHeader(http.StatusSeeOther)
}
