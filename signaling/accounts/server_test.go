package accounts

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"salon/rooms"
	"salon/rooms/policy"
	"salon/rooms/store"
)

const password = "correct horse battery"

// cheap is a hash of the password that is quick to check.
const cheap = "$argon2id$v=19$m=64,t=1,p=1$c2FsdHNhbHRzYWx0$"

// desk is a login and somebody who tries.
type desk struct {
	*testing.T
	*Server
	path string
	from netip.Addr
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	d := &desk{T: t, path: filepath.Join(t.TempDir(), "accounts"), from: netip.MustParseAddr("192.0.2.1")}
	d.write(t, map[policy.Subject]string{"alice": lineOf(t, password), "bob": lineOf(t, "another long one")})
	var err error
	if d.Server, err = NewServer(Config{Path: d.path, Secure: true, ClientAddress: func(*http.Request) netip.Addr { return d.from }}); err != nil {
		t.Fatal(err)
	}
	return d
}

func lineOf(t *testing.T, password string) string {
	t.Helper()
	line, err := Hash(password)
	if err != nil {
		t.Fatal(err)
	}
	return line
}

func (d *desk) write(t *testing.T, all map[policy.Subject]string) {
	t.Helper()
	if err := Write(d.path, all); err != nil {
		t.Fatal(err)
	}
}

// do sends a request. Headers come in pairs.
func (d *desk) do(method, path, body string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "https://salon.example"+path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	mux := http.NewServeMux()
	for pattern, h := range d.Routes() {
		mux.Handle(pattern, h)
	}
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, r)
	return w
}

func login(name, password string) string {
	return fmt.Sprintf(`{"name":%q,"password":%q}`, name, password)
}

func TestLogin(t *testing.T) {
	d := newDesk(t)
	w := d.do("POST", "/api/login", login("ALICE ", password), "Origin", "https://salon.example")
	cookies := w.Result().Cookies()
	if w.Code != 200 || len(cookies) != 1 || !strings.Contains(w.Body.String(), `"account":"alice"`) {
		t.Fatalf("%d %s %v", w.Code, w.Body, cookies)
	}
	c := cookies[0]
	if !c.HttpOnly || !c.Secure || c.SameSite != http.SameSiteStrictMode || c.Path != "/" || c.MaxAge != 30*24*3600 || len(c.Value) < 52 {
		t.Errorf("%+v", c)
	}
	cookie := c.Name + "=" + c.Value
	if w := d.do("GET", "/api/session", "", "Cookie", cookie); !strings.Contains(w.Body.String(), `{"accounts":true,"account":"alice"}`) {
		t.Error(w.Body)
	}
	for _, wrong := range []string{"", c.Name + "=", c.Name + "=" + c.Value[1:], "other=" + c.Value} {
		if w := d.do("GET", "/api/session", "", "Cookie", wrong); !strings.Contains(w.Body.String(), `"account":""`) {
			t.Errorf("%q: %s", wrong, w.Body)
		}
	}
	if w := d.do("POST", "/api/logout", "", "Cookie", cookie); w.Code != 204 || w.Result().Cookies()[0].MaxAge >= 0 {
		t.Errorf("%d %v", w.Code, w.Result().Cookies())
	}
	if w := d.do("GET", "/api/session", "", "Cookie", cookie); !strings.Contains(w.Body.String(), `"account":""`) {
		t.Error(w.Body)
	}
}

func TestSessionsEndWithThePassword(t *testing.T) {
	d := newDesk(t)
	c := d.do("POST", "/api/login", login("alice", password)).Result().Cookies()[0]
	r := httptest.NewRequest("GET", "/ws", nil)
	r.AddCookie(c)
	if got := d.Account(r); got != (rooms.Account{Subject: "alice"}) {
		t.Fatalf("%+v", got)
	}
	d.write(t, map[policy.Subject]string{"alice": lineOf(t, "a new password"), "bob": cheap + "c2FsdHNhbHRzYWx0c2FsdA", "carol": cheap + "c2FsdHNhbHRzYWx0c2FsdA"})
	if got := d.Account(r); got != (rooms.Account{}) {
		t.Errorf("%+v after another password", got)
	}
	if w := d.do("POST", "/api/login", login("alice", "a new password")); w.Code != 200 {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if err := os.WriteFile(d.path, []byte("broken"), 0o600); err != nil {
		t.Fatal(err)
	}
	if w := d.do("POST", "/api/login", login("alice", "a new password")); w.Code != 200 {
		t.Errorf("%d %s: a broken file takes accounts away", w.Code, w.Body)
	}
}

func TestHostileLogins(t *testing.T) {
	d := newDesk(t)
	for i, c := range []struct {
		body    string
		status  int
		headers []string
	}{
		{login("alice", "wrong"), 401, nil},
		{login("nobody", password), 401, nil},
		{login("", password), 401, nil},
		{login("alice:x", password), 401, nil},
		{login("alice", ""), 401, nil},
		{login("alice", strings.Repeat("x", MaxPassword+1)), 400, nil},
		{login("alice", strings.Repeat("x", maxBody)), 400, nil},
		{`{"name":"alice"`, 400, nil},
		{`{"name":"alice","password":"x","admin":true}`, 400, nil},
		{login("alice", password) + "{}", 400, nil},
		{login("alice", password), 415, []string{"Content-Type", "text/plain"}},
		{login("alice", password), 403, []string{"Origin", "https://evil.example"}},
		{login("alice", password), 403, []string{"Origin", "null"}},
	} {
		d.from = netip.AddrFrom4([4]byte{198, 51, 100, byte(i)})
		if w := d.do("POST", "/api/login", c.body, c.headers...); w.Code != c.status || len(w.Result().Cookies()) != 0 || !strings.Contains(w.Body.String(), "detail") {
			t.Errorf("%.60s %v: %d %s", c.body, c.headers, w.Code, w.Body)
		}
	}
}

// Guessing is slow, from one address and of one account, whatever the other is.
func TestGuessingIsSlowedDown(t *testing.T) {
	d := newDesk(t)
	d.write(t, map[policy.Subject]string{"alice": cheap + "c2FsdHNhbHRzYWx0c2FsdA"})
	counts := map[int]int{}
	for i := range 20 {
		counts[d.do("POST", "/api/login", login(fmt.Sprint("user", i), password)).Code]++
	}
	if counts[401] > 11 || counts[429] < 9 {
		t.Errorf("one address: %v", counts)
	}
	counts = map[int]int{}
	for i := range 20 {
		d.from = netip.AddrFrom4([4]byte{203, 0, 113, byte(i)})
		counts[d.do("POST", "/api/login", login("alice", "guess")).Code]++
	}
	if counts[401] > 11 || counts[429] < 9 {
		t.Errorf("one account: %v", counts)
	}
}

func TestWithoutAccounts(t *testing.T) {
	s, err := NewServer(Config{})
	if err != nil {
		t.Fatal(err)
	}
	d := &desk{T: t, Server: s}
	if w := d.do("GET", "/api/session", ""); !strings.Contains(w.Body.String(), `{"accounts":false,"account":""}`) {
		t.Error(w.Body)
	}
	if w := d.do("POST", "/api/login", login("alice", password)); w.Code != 404 || !strings.Contains(w.Body.String(), "accounts.file") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if got := s.Account(httptest.NewRequest("GET", "/ws", nil)); got != (rooms.Account{}) {
		t.Error(got)
	}
}

func TestSessionsAreBoundedAndEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSessions(nil)
		begin := func(name policy.Subject, life time.Duration) string {
			secret, pending := s.begin(rooms.Account{Subject: name}, "p", life, time.Now())
			if pending != nil {
				t.Error("it waits for a disk that is not there")
			}
			return secret
		}
		first := begin("alice", passwordLife)
		for range maxPerAccount {
			time.Sleep(time.Second)
			begin("alice", passwordLife)
		}
		if _, ok := s.find(first, time.Now()); ok || len(s.all) != maxPerAccount {
			t.Errorf("%d sessions of one account", len(s.all))
		}
		last := begin("bob", providerLife)
		if _, ok := s.find(last, time.Now().Add(providerLife-time.Second)); !ok {
			t.Error("it ended early")
		}
		time.Sleep(providerLife)
		if _, ok := s.find(last, time.Now()); ok {
			t.Error("it lives for ever")
		}
		time.Sleep(passwordLife)
		if begin("carol", passwordLife); len(s.all) != 1 {
			t.Errorf("%d sessions are kept", len(s.all))
		}
	})
}

// Who is logged in stays so when the server starts anew; who has logged out, or has another password, does not come back.
func TestSessionsOutliveTheProcess(t *testing.T) {
	path := filepath.Join(t.TempDir(), "salon.db")
	d := newDesk(t)
	start := func() *store.Store {
		kept, err := store.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		if d.Server, err = NewServer(Config{Path: d.path, Secure: true, Store: kept}); err != nil {
			t.Fatal(err)
		}
		return kept
	}
	cookieOf := func(w *httptest.ResponseRecorder) string {
		return strings.SplitN(w.Header().Get("Set-Cookie"), ";", 2)[0]
	}
	whose := func(cookie string) string { return d.do("GET", "/api/session", "", "Cookie", cookie).Body.String() }
	kept := start()
	alice := cookieOf(d.do("POST", "/api/login", login("alice", password)))
	again := cookieOf(d.do("POST", "/api/login", login("alice", password)))
	bob := cookieOf(d.do("POST", "/api/login", login("bob", "another long one")))
	if w := d.do("POST", "/api/logout", "", "Cookie", again); w.Code != 204 {
		t.Fatal(w.Code)
	}
	if err := kept.Close(); err != nil {
		t.Fatal(err)
	}
	if all, err := os.ReadFile(path); err != nil || strings.Contains(string(all), alice[len(alice)-20:]) {
		t.Errorf("the secret is in the store (%v)", err)
	}
	d.write(t, map[policy.Subject]string{"alice": d.list.hash("alice"), "bob": cheap + "c2FsdHNhbHRzYWx0c2FsdA"})
	kept = start()
	defer kept.Close()
	if got := whose(alice); !strings.Contains(got, `"account":"alice"`) {
		t.Errorf("alice is %s", got)
	}
	for who, cookie := range map[string]string{"who has logged out": again, "who has another password": bob} {
		if got := whose(cookie); !strings.Contains(got, `"account":""`) {
			t.Errorf("%s is %s", who, got)
		}
	}
	if err := kept.Close(); err != nil {
		t.Fatal(err)
	}
	if w := d.do("POST", "/api/logout", "", "Cookie", alice); w.Code != 500 || !strings.Contains(w.Body.String(), "not_saved") {
		t.Errorf("a logout that is not on disk: %d %s", w.Code, w.Body)
	}
}

func TestHashes(t *testing.T) {
	line := lineOf(t, password)
	h, err := parseHash(line)
	if err != nil || !h.fits(password) || h.fits(password+"x") || line == lineOf(t, password) {
		t.Errorf("%s %v", line, err)
	}
	for _, short := range []string{"", "short", strings.Repeat("x", MaxPassword+1)} {
		if _, err := Hash(short); err == nil {
			t.Errorf("%.10q is a password", short)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("alice:" + cheap + "c2FsdHNhbHRzYWx0c2FsdA\n# bob\n")
	for _, wrong := range []string{
		"alice", "alice:", ":" + cheap, "alice:$argon2id$v=19$m=99999999,t=1,p=1$c2FsdHNhbHQ$c2FsdHNhbHRzYWx0c2FsdA", "alice:$argon2i$v=19$m=64,t=1,p=1$a$b",
		"alice:$argon2id$v=19$m=64,t=0,p=1$c2FsdHNhbHQ$c2FsdHNhbHRzYWx0c2FsdA", "a/b:" + cheap + "c2FsdHNhbHRzYWx0c2FsdA",
		"alice:" + cheap + "c2FsdHNhbHRzYWx0c2FsdA\nALICE:" + cheap + "c2FsdHNhbHRzYWx0c2FsdA",
	} {
		if _, err := parse(wrong); err == nil {
			f.Errorf("%q is believed", wrong)
		}
		f.Add(wrong)
	}
	f.Fuzz(func(t *testing.T, text string) {
		all, err := parse(text)
		for name, hashed := range all {
			if h, wrong := parseHash(hashed); err == nil && (wrong != nil || h.memory > maxMemory || name == "") {
				t.Errorf("%q: %q", text, hashed)
			}
		}
	})
}
