package accounts

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"salon/rooms"
	"salon/test/provider"
)

const public = "https://salon.example"

// travel is a browser between the server and a provider.
type travel struct {
	*desk
	at      *provider.Provider
	machine *httptest.Server
	log     *bytes.Buffer
	cookies map[string]string
}

func newTravel(t *testing.T) *travel {
	t.Helper()
	j := &travel{at: provider.New(), log: &bytes.Buffer{}, cookies: map[string]string{}}
	j.machine = httptest.NewServer(j.at)
	t.Cleanup(j.machine.Close)
	j.desk = &desk{T: t, from: netip.MustParseAddr("192.0.2.1")}
	var err error
	j.Server, err = NewServer(Config{
		Secure: true, ClientAddress: func(*http.Request) netip.Addr { return j.from },
		Log: slog.New(slog.NewTextHandler(j.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		OIDC: OIDC{
			Issuer: j.machine.URL, ClientID: provider.ClientID, ClientSecret: provider.ClientSecret, Scopes: []string{"profile", "email"},
			Prefix: "sso", PublicURL: public + "/",
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return j
}

// get asks the server as the browser does, and keeps its cookies.
func (j *travel) get(address string) *httptest.ResponseRecorder {
	j.Helper()
	var pairs []string
	for name, value := range j.cookies {
		pairs = append(pairs, name+"="+value)
	}
	w := j.do("GET", strings.TrimPrefix(address, public), "", "Cookie", strings.Join(pairs, "; "))
	for _, c := range w.Result().Cookies() {
		if !c.HttpOnly || !c.Secure || c.Path != "/" || !strings.HasPrefix(c.Name, "__Host-") {
			j.Errorf("%+v", c)
		}
		j.cookies[c.Name] = c.Value
	}
	return w
}

// start begins a login and returns the provider's page.
func (j *travel) start(to string) string {
	j.Helper()
	w := j.get(startPath + "?to=" + url.QueryEscape(to))
	if w.Code != http.StatusSeeOther || w.Body.Len() > 0 {
		j.Fatalf("%d %s", w.Code, w.Body)
	}
	return w.Header().Get("Location")
}

// choose chooses somebody on the provider's page and returns where that leads to.
func (j *travel) choose(page, who string) string {
	j.Helper()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := client.PostForm(page, url.Values{"who": {who}})
	if err != nil {
		j.Fatal(err)
	}
	client.CloseIdleConnections()
	_ = answer.Body.Close()
	return answer.Header.Get("Location")
}

// account is who the server takes the browser for.
func (j *travel) account() rooms.Account {
	r := httptest.NewRequest("GET", "/ws", nil)
	for name, value := range j.cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	return j.Account(r)
}

// outside fails when the answer let somebody in, leads elsewhere than to a page that says the code, or tells more.
func (j *travel) outside(w *httptest.ResponseRecorder, page string) {
	j.Helper()
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != public+page || w.Body.Len() > 0 {
		j.Errorf("%d to %q, want %q: %s", w.Code, w.Header().Get("Location"), page, w.Body)
	}
	if got := j.account(); got != (rooms.Account{}) {
		j.Errorf("%+v is logged in", got)
	}
	j.secretless()
}

func (j *travel) secretless() {
	j.Helper()
	for _, secret := range []string{provider.ClientSecret, "eyJ", j.cookies["__Host-"+attemptCookie], "alice", "Alice"} {
		if secret != "" && strings.Contains(strings.ToLower(j.log.String()), strings.ToLower(secret)) {
			j.Errorf("the log tells %q: %s", secret, j.log)
		}
	}
}

func TestTheProviderSaysWhoSomebodyIs(t *testing.T) {
	j := newTravel(t)
	page := j.start("/caf%C3%A9?a=b")
	asks, _ := url.Parse(page)
	q := asks.Query()
	if q.Get("redirect_uri") != public+backPath || q.Get("code_challenge_method") != "S256" || q.Get("scope") != "openid profile email" ||
		len(q.Get("state")) < 26 || len(q.Get("nonce")) < 26 || strings.Contains(page, "secret") {
		t.Errorf("%s", page)
	}
	w := j.get(j.choose(page, "1"))
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != public+"/caf%C3%A9?a=b" || w.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("%d %v %s", w.Code, w.Header(), w.Body)
	}
	if got, want := j.account(), (rooms.Account{Subject: "sso/1", Also: "mailto:alice@example.org", Name: "Alice Example"}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	for _, c := range w.Result().Cookies() {
		if c.SameSite != http.SameSiteStrictMode || c.MaxAge != int(providerLife/time.Second) {
			t.Errorf("%+v", c)
		}
	}
	session := j.get("/api/session").Body.String()
	if !strings.Contains(session, `{"accounts":false,"account":"sso/1","name":"Alice Example","oidc":{"name":"127.0.0.1","url":"`+public+startPath+`"}}`) {
		t.Error(session)
	}
	j.secretless()

	other := newTravel(t) // an address that was not verified names nobody
	other.get(other.choose(other.start("/"), "2"))
	if got, want := other.account(), (rooms.Account{Subject: "sso/2", Name: "Bob Example"}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	other.referral.config.ClientID = "another"
	if got := other.account(); got != (rooms.Account{}) {
		t.Errorf("%+v after the provider has changed", got)
	}
}

// Tokens that are not what was asked for, and a provider that is not what it was.
func TestForgedTokens(t *testing.T) {
	stranger, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	with := func(key string, value any) func(*provider.Provider, provider.Claims) string {
		return func(p *provider.Provider, c provider.Claims) string {
			if c[key] = value; value == nil {
				delete(c, key)
			}
			return p.Sign(c)
		}
	}
	for name, forge := range map[string]func(*provider.Provider, provider.Claims) string{
		"another nonce":           with("nonce", "another"),
		"no nonce":                with("nonce", nil),
		"another audience":        with("aud", "another"),
		"audiences without azp":   with("aud", []string{provider.ClientID, "another"}),
		"made for another client": with("azp", "another"),
		"expired":                 with("exp", time.Now().Add(-time.Second).Unix()),
		"without end":             with("exp", nil),
		"not yet":                 with("nbf", time.Now().Add(time.Hour).Unix()),
		"another issuer":          with("iss", "https://login.example"),
		"no subject":              with("sub", nil),
		"no subject to compare":   with("sub", "a\u200bb"),
		"claims of another kind":  with("name", 7),
		"another key":             func(_ *provider.Provider, c provider.Claims) string { return provider.SignWith(stranger, c) },
		"no algorithm":            func(_ *provider.Provider, c provider.Claims) string { return provider.Unsigned("none", c) + "." },
		"no signature":            func(_ *provider.Provider, c provider.Claims) string { return provider.Unsigned("RS256", c) + "." },
		"HS256 with the public key": func(p *provider.Provider, c provider.Claims) string {
			der, _ := x509.MarshalPKIXPublicKey(p.Public())
			mac := hmac.New(sha256.New, pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
			text := provider.Unsigned("HS256", c)
			mac.Write([]byte(text))
			return text + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
		},
		"changed afterwards": func(p *provider.Provider, c provider.Claims) string {
			signature := p.Sign(c)
			c["sub"] = "2"
			return provider.Unsigned("RS256", c) + signature[strings.LastIndex(signature, "."):]
		},
		"none at all": func(*provider.Provider, provider.Claims) string { return "" },
		"garbage":     func(*provider.Provider, provider.Claims) string { return "a.b.c" },
	} {
		t.Run(name, func(t *testing.T) {
			j := newTravel(t)
			j.at.Token = func(c provider.Claims) string { return forge(j.at, c) }
			j.outside(j.get(j.choose(j.start("/room"), "1")), "/room#login=login_refused")
		})
	}
}

// Answers that are not this browser's, not to this question, or not for the first time.
func TestForgedAnswers(t *testing.T) {
	changed := func(address, key, value string) string {
		u, _ := url.Parse(address)
		q := u.Query()
		q.Set(key, value)
		u.RawQuery = q.Encode()
		return u.String()
	}
	for name, forge := range map[string]struct {
		answer func(j *travel, answer string) string
		page   string
	}{
		"another state": {func(_ *travel, a string) string { return changed(a, "state", "another") }, "/#login=login_expired"},
		"no state":      {func(*travel, string) string { return backPath + "?code=x" }, "/#login=login_expired"},
		"no cookie":     {func(j *travel, a string) string { clear(j.cookies); return a }, "/#login=login_expired"},
		"another cookie": {func(j *travel, a string) string {
			j.cookies["__Host-"+attemptCookie] = strings.Repeat("A", 52)
			return a
		}, "/#login=login_expired"},
		"another issuer":     {func(_ *travel, a string) string { return changed(a, "iss", "https://login.example") }, "/room#login=login_refused"},
		"another code":       {func(_ *travel, a string) string { return changed(a, "code", "another") }, "/room#login=login_refused"},
		"no code":            {func(_ *travel, a string) string { return changed(a, "code", "") }, "/room#login=login_refused"},
		"a code too long":    {func(_ *travel, a string) string { return changed(a, "code", strings.Repeat("x", 5000)) }, "/room#login=login_refused"},
		"refused over there": {func(_ *travel, a string) string { return changed(a, "error", "access_denied") }, "/room#login=login_denied"},
		"the code of another login": {func(j *travel, a string) string {
			other, _ := url.Parse(j.choose(j.start("/room"), "2")) // PKCE: its verifier is another
			return changed(a, "code", other.Query().Get("code"))
		}, "/room#login=login_refused"},
	} {
		t.Run(name, func(t *testing.T) {
			j := newTravel(t)
			answer := j.choose(j.start("/room"), "1")
			j.outside(j.get(forge.answer(j, answer)), forge.page)
		})
	}
}

func TestAnAnswerIsTakenOnce(t *testing.T) {
	j := newTravel(t)
	first, second := j.start("/first"), j.start("/second") // two tabs
	answer := j.choose(first, "1")
	if w := j.get(answer); w.Header().Get("Location") != public+"/first" || j.account().Subject != "sso/1" {
		t.Fatalf("%v", w.Header())
	}
	delete(j.cookies, "__Host-"+sessionCookie)
	j.outside(j.get(answer), "/#login=login_expired")
	if w := j.get(j.choose(second, "2")); w.Header().Get("Location") != public+"/second" || j.account().Subject != "sso/2" {
		t.Errorf("%v", w.Header())
	}
}

func TestWhereSomebodyComesBackTo(t *testing.T) {
	for to, ok := range map[string]bool{
		"/": true, "/cuisine": true, "/caf%C3%A9": true, "/room?x=//evil.example": true,
		"": false, "room": false, "//evil.example": false, `/\evil.example`: false, `\\evil.example`: false, "https://evil.example": false,
		"https:evil.example": false, "javascript:alert(1)": false, "/\t/evil.example": false, "/a\r\nSet-Cookie: x": false,
		"/%zz": false, "/room#fragment": false, "/" + strings.Repeat("a", maxReturn): false,
	} {
		j := newTravel(t)
		w := j.get(startPath + "?to=" + url.QueryEscape(to))
		if ok != (w.Code == http.StatusSeeOther) || !ok && (w.Code != http.StatusBadRequest || w.Header().Get("Location") != "" || len(j.cookies) > 0) {
			t.Errorf("%q: %d %v %s", to, w.Code, w.Header(), w.Body)
		}
	}
}

// The server runs without its provider, says so, and finds it when it is there.
func TestAProviderThatIsAway(t *testing.T) {
	j := newTravel(t)
	address := j.machine.Listener.Addr().String()
	page := j.start("/room")
	answer := j.choose(page, "1")
	j.machine.Close()
	j.outside(j.get(answer), "/room#login=login_unavailable")

	away := newTravel(t)
	away.machine.Close()
	for range 3 {
		away.outside(away.get(startPath+"?to=/room"), "/room#login=login_unavailable")
	}
	if got := away.Counters()["refused_provider"]; got != 3 {
		t.Errorf("%d are counted", got)
	}
	if !strings.Contains(away.log.String(), "login_unavailable") || strings.Contains(j.log.String(), address+"/token?") {
		t.Errorf("%s", away.log)
	}
	if w := away.get("/api/session"); w.Code != 200 || !strings.Contains(w.Body.String(), `"oidc"`) {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestWithoutAProvider(t *testing.T) {
	d := newDesk(t)
	for _, path := range []string{startPath + "?to=/room", backPath + "?code=x&state=y"} {
		if w := d.do("GET", path, ""); w.Code != 404 || !strings.Contains(w.Body.String(), "accounts.oidc") {
			t.Errorf("%d %s", w.Code, w.Body)
		}
	}
}

func TestStartsAreBounded(t *testing.T) {
	j := newTravel(t)
	limited := 0
	for range 2 * startAddress.Burst {
		if w := j.get(startPath + "?to=/room"); strings.HasSuffix(w.Header().Get("Location"), "#login=rate_limited") {
			limited++
		}
	}
	if limited == 0 || len(j.referral.attempts.all) != 2*startAddress.Burst-limited {
		t.Errorf("%d of %d are refused, %d are kept", limited, 2*startAddress.Burst, len(j.referral.attempts.all))
	}
	now := time.Now()
	a := &attempts{all: map[string]attempt{}}
	for i := range 3 {
		one := attempt{until: now.Add(time.Duration(i) * time.Second)}
		one.State = string(rune('a' + i))
		a.keep("secret", one, now)
	}
	if _, ok := a.take("secret", "a", now); ok || len(a.all) != 2 {
		t.Errorf("one whose time is over is taken, %d are kept", len(a.all))
	}
	if _, ok := a.take("secret", "b", now); !ok {
		t.Error("one is not taken")
	}
	if _, ok := a.take("secret", "b", now); ok {
		t.Error("one is taken twice")
	}
}
