package oidc

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

const (
	askingTime = 5 * time.Second // for one request to the provider
	retryAfter = 2 * time.Second // a provider that was away is not asked again before
	maxAnswer  = 1 << 20         // bytes of one answer of the provider
)

// algorithms that may sign ID tokens (RFC 7518 3.1, RFC 8037): never none, and never HS256, whose key a public key could be taken
// for.
var algorithms = []string{
	oidc.RS256, oidc.RS384, oidc.RS512, oidc.PS256, oidc.PS384, oidc.PS512, oidc.ES256, oidc.ES384, oidc.ES512, oidc.EdDSA,
}

// The errors of logins. What they wrap is for the log: it holds no secret.
var (
	ErrAway    = errors.New("the provider cannot be asked")
	ErrDenied  = errors.New("the provider did not let the person in")
	ErrRefused = errors.New("the provider's answer is not to be believed")
)

// Config says which provider is asked, and as whom.
type Config struct {
	Issuer       string // as its tokens name it: https://login.example.org/realms/school
	ClientID     string
	ClientSecret string   // "": a public client, which has none
	Scopes       []string // beside openid
	RedirectURL  string   // where the provider sends browsers back to
}

// Provider is an OpenID Connect provider. It is found when it is needed first. Safe for concurrent use.
type Provider struct {
	config Config
	client *http.Client

	mu      sync.Mutex     // held while the provider is looked for, which askingTime bounds
	found   *oidc.Provider // nil: not yet
	oauth   oauth2.Config
	missing error // of the newest attempt to find it
	tried   time.Time
}

// New returns a provider, without asking it anything.
func New(c Config) *Provider {
	return &Provider{config: c, client: &http.Client{
		Timeout: askingTime,
		// Logins are rare: no connection is kept, and so no goroutine.
		Transport: limited{&http.Transport{Proxy: http.ProxyFromEnvironment, DisableKeepAlives: true, TLSHandshakeTimeout: askingTime}},
		// The addresses are the configuration's and the discovery document's; a redirect would lead secrets elsewhere.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// limited bounds the answers of a provider: go-oidc reads them whole.
type limited struct{ next http.RoundTripper }

// RoundTrip implements http.RoundTripper.
func (l limited) RoundTrip(r *http.Request) (*http.Response, error) {
	answer, err := l.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	answer.Body = struct {
		io.Reader
		io.Closer
	}{io.LimitReader(answer.Body, maxAnswer), answer.Body}
	return answer, nil
}

// find returns the provider, and looks for it where nobody has: its discovery document (OpenID Connect Discovery 4). While one
// looks, others wait for what it finds.
func (p *Provider) find(now time.Time) (*oidc.Provider, *oauth2.Config, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.found == nil && now.Sub(p.tried) >= retryAfter {
		// Who asks first must not take it from the others by going away.
		ctx, cancel := context.WithTimeout(context.Background(), askingTime)
		defer cancel()
		p.found, p.missing = oidc.NewProvider(oidc.ClientContext(ctx, p.client), p.config.Issuer)
		if p.missing == nil {
			p.missing = p.read()
		}
		if p.missing != nil {
			p.found, p.tried = nil, time.Now()
		}
	}
	if p.found == nil {
		return nil, nil, fmt.Errorf("%w: %.300s", ErrAway, p.missing)
	}
	return p.found, &p.oauth, nil
}

// read takes what is needed of the discovery document. The lock is held.
func (p *Provider) read() error {
	var said struct {
		JWKS    string   `json:"jwks_uri"`
		Methods []string `json:"token_endpoint_auth_methods_supported"`
	}
	if err := p.found.Claims(&said); err != nil {
		return err
	}
	endpoint := p.found.Endpoint()
	for _, address := range []string{endpoint.AuthURL, endpoint.TokenURL, said.JWKS} {
		if err := p.trusts(address); err != nil {
			return err
		}
	}
	// RFC 6749 2.3.1: HTTP Basic unless the provider says that it takes the body only. Trying both would spend the code.
	endpoint.AuthStyle = oauth2.AuthStyleInHeader
	if p.config.ClientSecret == "" || len(said.Methods) > 0 && !slices.Contains(said.Methods, "client_secret_basic") {
		endpoint.AuthStyle = oauth2.AuthStyleInParams
	}
	p.oauth = oauth2.Config{
		ClientID: p.config.ClientID, ClientSecret: p.config.ClientSecret, Endpoint: endpoint, RedirectURL: p.config.RedirectURL,
		Scopes: append([]string{oidc.ScopeOpenID}, p.config.Scopes...),
	}
	return nil
}

// trusts refuses addresses that are less safe than the issuer's own.
func (p *Provider) trusts(address string) error {
	u, err := url.Parse(address)
	issuer, _ := url.Parse(p.config.Issuer) // it is valid: it was asked
	if err != nil || u.Host == "" || u.Scheme != "https" && (u.Scheme != "http" || issuer.Scheme != "http") {
		return fmt.Errorf("its discovery document names %.100q, which is no address of HTTPS", address)
	}
	return nil
}
