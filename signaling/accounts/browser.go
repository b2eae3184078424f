package accounts

import (
	"net/http"
	"strings"
	"time"

	"salon/rooms"
	"salon/rooms/policy"
	"salon/rooms/store"
	"salon/signaling"
	"salon/signaling/protocol"
)

const sessionCookie = "salon_session"

// Account returns who has sent a request: nobody when they are not logged in.
func (s *Server) Account(r *http.Request) rooms.Account {
	cookie, err := r.Cookie(s.cookieName(sessionCookie))
	if err != nil {
		return rooms.Account{}
	}
	one, ok := s.sessions.find(cookie.Value, time.Now())
	if !ok || one.Proof == "" || one.Proof != s.proof(policy.Subject(one.Account)) {
		return rooms.Account{}
	}
	return rooms.Account{Subject: policy.Subject(one.Account), Also: policy.Subject(one.Also), Name: one.Name}
}

// proof is the digest of what sessions of an account rest on: they end when its password or the provider is another. "": the
// account has gone.
func (s *Server) proof(account policy.Subject) string {
	if strings.Contains(string(account), "/") { // names in the file have none
		return s.referral.proof()
	}
	if s.list == nil {
		return ""
	}
	hashed := s.list.hash(account)
	if hashed == "" {
		return ""
	}
	return digest("password\x00" + hashed)
}

// begin makes a session and gives the browser its secret.
func (s *Server) begin(w http.ResponseWriter, r *http.Request, a rooms.Account, proof string, life time.Duration) error {
	secret, pending := s.sessions.begin(a, proof, life, time.Now())
	if err := saved(r, pending); err != nil {
		return err
	}
	s.counters.logins.Add(1)
	s.config.Log.Info("somebody has logged in")
	s.setCookie(w, sessionCookie, secret, http.SameSiteStrictMode, life)
	return nil
}

// saved waits for the disk. What is acknowledged holds after a crash.
func saved(r *http.Request, pending *store.Pending) error {
	if pending == nil {
		return nil
	}
	if err := pending.Wait(r.Context()); err != nil {
		return signaling.NewProblem(http.StatusInternalServerError, string(protocol.ErrNotSaved), "the server cannot write this down: try again, or tell its administrator")
	}
	return nil
}

func (s *Server) logout(w http.ResponseWriter, r *http.Request) error {
	if cookie, err := r.Cookie(s.cookieName(sessionCookie)); err == nil {
		if err := saved(r, s.sessions.end(cookie.Value)); err != nil {
			return err
		}
	}
	s.setCookie(w, sessionCookie, "", http.SameSiteStrictMode, -time.Second)
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// cookieName is the name of a cookie. Under TLS it begins with what makes browsers refuse one that another host of the domain has
// set, or a page without TLS (RFC 6265bis 4.1.3.2).
func (s *Server) cookieName(name string) string {
	if s.config.Secure {
		return "__Host-" + name
	}
	return name
}

// setCookie gives the browser a secret; a life below zero takes it away.
func (s *Server) setCookie(w http.ResponseWriter, name, value string, site http.SameSite, life time.Duration) {
	http.SetCookie(w, &http.Cookie{
		Name: s.cookieName(name), Value: value, Path: "/", MaxAge: int(life / time.Second), HttpOnly: true,
		Secure: s.config.Secure, SameSite: site,
	})
}
