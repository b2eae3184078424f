package accounts

import (
	"encoding/json"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"net/netip"
	"sync/atomic"

	"salon/rooms"
	"salon/rooms/policy"
	"salon/rooms/store"
	"salon/signaling"
	"salon/signaling/protocol"
)

const (
	maxBody    = 8 << 10 // bytes of a login
	maxHashing = 2       // passwords that are checked at once: each takes costMemory
)

// How often somebody may try.
var (
	perAddress = signaling.Rate{PerSecond: 0.2, Burst: 10}
	perAccount = signaling.Rate{PerSecond: 0.1, Burst: 10}
	together   = signaling.Rate{PerSecond: 5, Burst: 50}
)

// Config says what the login works with.
type Config struct {
	Path    string   // of the file; "": there are no accounts with passwords
	OIDC    OIDC     // a provider that knows people as well
	Origins []string // of pages that may log in beside those of the same host
	Secure  bool     // browsers come by HTTPS: cookies are for that alone
	// Store is where sessions outlive the process. Nil: they do not.
	Store *store.Store
	// ClientAddress tells who a request is from. Nil: the socket's address.
	ClientAddress func(*http.Request) netip.Addr
	Log           *slog.Logger // nil: nothing is logged
}

// Server is the login.
type Server struct {
	config    Config
	list      *list     // nil: there are no accounts with passwords
	referral  *referral // nil: no provider is asked
	sessions  *sessions
	dummy     hash // of nobody: a name that is not there costs as much as one that is
	addresses *signaling.Rates[netip.Prefix]
	names     *signaling.Rates[policy.Subject]
	hashing   chan struct{} // holds a place for each password that is being checked
	counters  counters
}

// counters grow for the life of a server.
type counters struct{ logins, wrong, rate, request, provider atomic.Uint64 }

// NewServer reads the file. No provider is asked yet. The error says what is wrong with it.
func NewServer(c Config) (*Server, error) {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.ClientAddress == nil {
		c.ClientAddress = signaling.SocketAddress
	}
	s := &Server{
		config: c, sessions: newSessions(c.Store), hashing: make(chan struct{}, maxHashing),
		addresses: signaling.NewRates[netip.Prefix](perAddress, together), names: signaling.NewRates[policy.Subject](perAccount, together),
		dummy: hash{memory: costMemory, time: costTime, threads: costThreads, salt: make([]byte, saltLength), key: make([]byte, keyLength)},
	}
	if c.OIDC.Issuer != "" {
		s.referral = newReferral(c.OIDC)
	}
	if c.Path == "" {
		return s, nil
	}
	var err error
	s.list, err = openList(c.Path, c.Log)
	return s, err
}

// Counters returns what has happened since the start, by name; the names never change.
func (s *Server) Counters() map[string]uint64 {
	c := &s.counters
	return map[string]uint64{
		"logins": c.logins.Load(), "refused_password": c.wrong.Load(), "refused_rate": c.rate.Load(), "refused_request": c.request.Load(),
		"refused_provider": c.provider.Load(),
	}
}

// Routes are the handlers by pattern.
func (s *Server) Routes() map[string]http.Handler {
	return map[string]http.Handler{
		"POST /api/login":  s.guard(s.login),
		"POST /api/logout": s.guard(s.logout),
		"GET /api/session": s.guard(s.session),
		"GET " + startPath: s.guard(s.start),
		"GET " + backPath:  s.guard(s.back),
	}
}

// who is the answer to a login and to a question for the session.
type who struct {
	Accounts bool      `json:"accounts"`       // there are accounts with passwords
	Account  string    `json:"account"`        // "": not logged in
	Name     string    `json:"name,omitempty"` // of the account, to be shown
	OIDC     *referred `json:"oidc,omitempty"` // a provider that may be asked
}

// guard refuses other sites' pages, and writes what goes wrong as a problem.
func (s *Server) guard(next func(http.ResponseWriter, *http.Request) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		err := error(signaling.NewProblem(http.StatusForbidden, "bad_origin", "pages of this origin may not log in: the administrator can add it to signaling.origins"))
		if signaling.OriginAllowed(r, s.config.Origins) {
			err = next(w, r)
		} else {
			s.counters.request.Add(1)
		}
		if err != nil {
			signaling.ProblemOf(err).Write(w)
		}
	})
}

func (s *Server) session(w http.ResponseWriter, r *http.Request) error {
	return s.say(w, s.Account(r))
}

func (s *Server) say(w http.ResponseWriter, a rooms.Account) error {
	w.Header().Set("Content-Type", "application/json")
	return json.NewEncoder(w).Encode(who{s.list != nil, string(a.Subject), a.Name, s.referral.describe()})
}

// login answers a name and a password with a cookie.
func (s *Server) login(w http.ResponseWriter, r *http.Request) error {
	name, password, err := s.credentials(w, r)
	if err != nil {
		s.counters.request.Add(1)
		return err
	}
	if !s.addresses.Allow(signaling.Network(s.config.ClientAddress(r))) || !s.names.Allow(name) {
		s.counters.rate.Add(1)
		p := signaling.NewProblem(http.StatusTooManyRequests, string(protocol.ErrRateLimited), "too many tries: wait half a minute")
		p.RetryAfter = 30
		return p
	}
	hashed, ok, err := s.check(r, name, password)
	if err != nil {
		return err
	}
	if !ok {
		s.counters.wrong.Add(1)
		s.config.Log.Info("a login was refused")
		return signaling.NewProblem(http.StatusUnauthorized, "bad_login", "name and password do not fit: try again")
	}
	a := rooms.Account{Subject: name}
	if err := s.begin(w, r, a, digest("password\x00"+hashed), passwordLife); err != nil {
		return err
	}
	return s.say(w, a)
}

// credentials reads the body of a login.
func (s *Server) credentials(w http.ResponseWriter, r *http.Request) (name policy.Subject, password string, err error) {
	if s.list == nil {
		return "", "", signaling.NewProblem(http.StatusNotFound, "off", "this server has no accounts with passwords: the administrator can set accounts.file")
	}
	if got, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || got != "application/json" {
		return "", "", signaling.NewProblem(http.StatusUnsupportedMediaType, "bad_type", "send the body as Content-Type: application/json")
	}
	var body struct {
		Name     string `json:"name"`
		Password string `json:"password"`
	}
	decoder := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&body); err != nil {
		return "", "", signaling.NewProblem(http.StatusBadRequest, "bad_body", "send name and password as JSON, and nothing else")
	}
	if _, more := decoder.Token(); more != io.EOF || len(body.Password) > MaxPassword {
		return "", "", signaling.NewProblem(http.StatusBadRequest, "bad_body", "send name and password as JSON, and nothing else")
	}
	if name, err = ParseName(body.Name); err != nil {
		return "", "", signaling.NewProblem(http.StatusUnauthorized, "bad_login", "name and password do not fit: try again")
	}
	return name, body.Password, nil
}

// check says whether the password is the account's. It takes as long for an account that is not there.
func (s *Server) check(r *http.Request, name policy.Subject, password string) (hashed string, ok bool, err error) {
	select {
	case s.hashing <- struct{}{}:
		defer func() { <-s.hashing }()
	case <-r.Context().Done():
		return "", false, r.Context().Err()
	}
	hashed = s.list.hash(name)
	wanted := s.dummy
	if hashed != "" {
		if wanted, err = parseHash(hashed); err != nil {
			return "", false, err
		}
	}
	fits := wanted.fits(password)
	return hashed, fits && hashed != "", nil
}
