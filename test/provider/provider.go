// Package provider is an OpenID Connect provider for tests: discovery, keys, a page where somebody chooses who to be, and
// tokens. It remembers what it gave out, believes nobody without PKCE, and can be told to lie.
package provider

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"math/big"
	"net/http"
	"net/url"
	"sync"
	"time"
)

// The client that the provider knows.
const (
	ClientID     = "salon"
	ClientSecret = "a secret of the test that is long enough"
)

// Person is somebody whom the provider knows.
type Person struct {
	Name, Email string
	Verified    bool
}

// Claims are the members of an ID token.
type Claims map[string]any

// Provider is the provider. Its issuer is the address under which it is asked. Safe for concurrent use, save for the fields
// that are set before.
type Provider struct {
	People map[string]Person // by subject
	// Token makes an ID token of claims, nil: as it should be.
	Token func(Claims) string

	key *rsa.PrivateKey

	mu     sync.Mutex
	grants map[string]grant // by code
	access map[string]string
}

// grant is what a code was given out for.
type grant struct{ subject, redirect, nonce, challenge string }

// New makes a provider with a key of its own, who knows Alice and Bob.
func New() *Provider {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err) // there is no randomness: see crypto/rand
	}
	return &Provider{
		People: map[string]Person{
			"1": {"Alice Example", "alice@example.org", true}, "2": {"Bob Example", "bob@example.org", false},
		},
		key: key, grants: map[string]grant{}, access: map[string]string{},
	}
}

// ServeHTTP implements http.Handler.
func (p *Provider) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", p.discovery)
	mux.HandleFunc("GET /keys", p.keys)
	mux.HandleFunc("GET /authorize", p.choose)
	mux.HandleFunc("POST /authorize", p.authorize)
	mux.HandleFunc("POST /token", p.token)
	mux.HandleFunc("GET /userinfo", p.userinfo)
	mux.ServeHTTP(w, r)
}

func issuer(r *http.Request) string { return "http://" + r.Host }

func say(w http.ResponseWriter, status int, what any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(what)
}

func refuse(w http.ResponseWriter, code string) {
	say(w, http.StatusBadRequest, map[string]string{"error": code})
}

func (p *Provider) discovery(w http.ResponseWriter, r *http.Request) {
	is := issuer(r)
	say(w, http.StatusOK, map[string]any{
		"issuer": is, "authorization_endpoint": is + "/authorize", "token_endpoint": is + "/token", "jwks_uri": is + "/keys",
		"userinfo_endpoint": is + "/userinfo", "response_types_supported": []string{"code"}, "subject_types_supported": []string{"public"},
		"id_token_signing_alg_values_supported": []string{"RS256", "HS256", "none"}, "code_challenge_methods_supported": []string{"S256"},
	})
}

func (p *Provider) keys(w http.ResponseWriter, _ *http.Request) {
	public := p.Public()
	say(w, http.StatusOK, map[string]any{"keys": []map[string]string{{
		"kty": "RSA", "use": "sig", "alg": "RS256", "kid": "1",
		"n": encode(public.N.Bytes()), "e": encode(big.NewInt(int64(public.E)).Bytes()),
	}}})
}

// Public is the key that verifies tokens.
func (p *Provider) Public() *rsa.PublicKey { return &p.key.PublicKey }

// choose is the page: a button for each person, and one to go back.
func (p *Provider) choose(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	fmt.Fprintf(w, `<!doctype html><html lang="en"><title>Log in</title><form method="post" action="%s">`, html.EscapeString(r.URL.String()))
	for subject, one := range p.People {
		fmt.Fprintf(w, `<button name="who" value="%s">%s</button>`, html.EscapeString(subject), html.EscapeString(one.Name))
	}
	fmt.Fprint(w, `<button name="who" value="">Cancel</button></form>`)
}

// authorize answers the page (RFC 6749 4.1.2).
func (p *Provider) authorize(w http.ResponseWriter, r *http.Request) {
	q, who := r.URL.Query(), r.FormValue("who")
	back, err := url.Parse(q.Get("redirect_uri"))
	if err != nil || q.Get("client_id") != ClientID || q.Get("response_type") != "code" || q.Get("code_challenge_method") != "S256" {
		refuse(w, "invalid_request")
		return
	}
	answer := url.Values{"state": {q.Get("state")}, "iss": {issuer(r)}}
	if _, known := p.People[who]; known {
		code := rand.Text()
		p.mu.Lock()
		p.grants[code] = grant{who, q.Get("redirect_uri"), q.Get("nonce"), q.Get("code_challenge")}
		p.mu.Unlock()
		answer.Set("code", code)
	} else {
		answer.Set("error", "access_denied")
	}
	back.RawQuery = answer.Encode()
	http.Redirect(w, r, back.String(), http.StatusSeeOther)
}

// token gives a token for a code, once (RFC 6749 4.1.3, RFC 7636 4.6).
func (p *Provider) token(w http.ResponseWriter, r *http.Request) {
	id, secret, _ := r.BasicAuth()
	secret, _ = url.QueryUnescape(secret)
	if id != ClientID || secret != ClientSecret {
		say(w, http.StatusUnauthorized, map[string]string{"error": "invalid_client"})
		return
	}
	access := rand.Text()
	p.mu.Lock()
	g, known := p.grants[r.FormValue("code")]
	delete(p.grants, r.FormValue("code"))
	p.access[access] = g.subject
	p.mu.Unlock()
	sum := sha256.Sum256([]byte(r.FormValue("code_verifier")))
	if !known || r.FormValue("redirect_uri") != g.redirect || encode(sum[:]) != g.challenge {
		refuse(w, "invalid_grant")
		return
	}
	now := time.Now()
	claims := Claims{
		"iss": issuer(r), "aud": ClientID, "sub": g.subject, "nonce": g.nonce, "iat": now.Unix(), "exp": now.Add(time.Minute).Unix(),
	}
	sign := p.Token
	if sign == nil {
		sign = p.Sign
	}
	say(w, http.StatusOK, map[string]any{"access_token": access, "token_type": "Bearer", "expires_in": 60, "id_token": sign(claims)})
}

// userinfo says who the person is: the token does not.
func (p *Provider) userinfo(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	var subject string
	if header := r.Header.Get("Authorization"); len(header) > len("Bearer ") {
		subject = p.access[header[len("Bearer "):]]
	}
	p.mu.Unlock()
	one, known := p.People[subject]
	if !known {
		say(w, http.StatusUnauthorized, map[string]string{"error": "invalid_token"})
		return
	}
	say(w, http.StatusOK, map[string]any{"sub": subject, "name": one.Name, "email": one.Email, "email_verified": one.Verified})
}

// Sign makes a token with the provider's key.
func (p *Provider) Sign(c Claims) string { return SignWith(p.key, c) }

// SignWith makes a token with any key (RS256).
func SignWith(key *rsa.PrivateKey, c Claims) string {
	text := Unsigned("RS256", c)
	sum := sha256.Sum256([]byte(text))
	signature, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
	if err != nil {
		panic(err) // the key is too short for the digest
	}
	return text + "." + encode(signature)
}

// Unsigned is what is signed (RFC 7515 5.1).
func Unsigned(algorithm string, c Claims) string {
	header, _ := json.Marshal(map[string]string{"alg": algorithm, "kid": "1", "typ": "JWT"})
	body, _ := json.Marshal(c) // plain values: they cannot fail
	return encode(header) + "." + encode(body)
}

func encode(data []byte) string { return base64.RawURLEncoding.EncodeToString(data) }
