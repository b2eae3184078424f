package oidc

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// document is a discovery document of the server that is asked.
const document = `{"issuer":"http://%[1]s","authorization_endpoint":"http://%[1]s/a","token_endpoint":"http://%[1]s/t","jwks_uri":"http://%[1]s/k"%[2]s}`

func TestProvidersThatCannotBeUsed(t *testing.T) {
	say := func(format string, more ...any) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprintf(w, format, append([]any{r.Host}, more...)...)
		}
	}
	for name, handler := range map[string]http.HandlerFunc{
		"fails": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) },
		"leads away": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://192.0.2.1/", http.StatusFound)
		},
		"no document":    say("hello %s"),
		"another issuer": say(`{"issuer":"http://login.example","x":"%s"}`),
		"no endpoints":   say(`{"issuer":"http://%s"}`),
		"a script":       say(`{"issuer":"http://%[1]s","authorization_endpoint":"javascript:alert(1)","token_endpoint":"http://%[1]s/t","jwks_uri":"http://%[1]s/k"}`),
		"endless":        say(document, `,"x":"`+strings.Repeat("x", 2*maxAnswer)+`"`),
	} {
		t.Run(name, func(t *testing.T) {
			machine := httptest.NewServer(handler)
			defer machine.Close()
			address, a, err := New(Config{Issuer: machine.URL, ClientID: "salon"}).Start(time.Now())
			if !errors.Is(err, ErrAway) || address != "" || a != (Attempt{}) || len(err.Error()) > 500 {
				t.Errorf("%q %v", address, err)
			}
		})
	}
	if err := (&Provider{config: Config{Issuer: "https://login.example"}}).trusts("http://login.example/t"); err == nil {
		t.Error("a secret would go without TLS")
	}
}

// A provider that is away is asked again a little later, and not by everybody; one that was found is not looked for again.
func TestAProviderThatComesBack(t *testing.T) {
	var asked atomic.Int64
	var there atomic.Bool
	machine := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		if !there.Load() {
			w.WriteHeader(503)
			return
		}
		fmt.Fprintf(w, document, r.Host, "")
	}))
	defer machine.Close()
	p, now := New(Config{Issuer: machine.URL, ClientID: "salon"}), time.Now()
	for range 5 {
		if _, _, err := p.Start(now); !errors.Is(err, ErrAway) {
			t.Fatal(err)
		}
	}
	there.Store(true)
	if got := asked.Load(); got != 1 {
		t.Errorf("it was asked %d times", got)
	}
	for range 5 {
		if address, _, err := p.Start(time.Now().Add(retryAfter)); err != nil || !strings.HasPrefix(address, machine.URL+"/a?") {
			t.Fatal(address, err)
		}
	}
	if got := asked.Load(); got != 2 {
		t.Errorf("it was asked %d times", got)
	}
}

// The secret goes where the provider wants it.
func TestHowTheClientSaysWhoItIs(t *testing.T) {
	for more, want := range map[string]string{
		"": "header", `,"token_endpoint_auth_methods_supported":["client_secret_post"]`: "body",
		`,"token_endpoint_auth_methods_supported":["client_secret_post","client_secret_basic"]`: "header",
	} {
		var got string
		machine := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/t" {
				fmt.Fprintf(w, document, r.Host, more)
				return
			}
			if _, secret, ok := r.BasicAuth(); ok && secret == "hush" {
				got += "header"
			}
			if r.FormValue("client_secret") == "hush" {
				got += "body"
			}
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(400)
			fmt.Fprint(w, `{"error":"invalid_grant","error_description":"the code hush-hush is used"}`)
		}))
		p := New(Config{Issuer: machine.URL, ClientID: "salon", ClientSecret: "hush"})
		_, a, err := p.Start(time.Now())
		if err != nil {
			t.Fatal(err)
		}
		_, err = p.Finish(t.Context(), a, map[string][]string{"state": {a.State}, "code": {"c"}}, time.Now())
		if got != want || !errors.Is(err, ErrRefused) || strings.Contains(err.Error(), "hush") {
			t.Errorf("%s: in the %q, want %q (%v)", more, got, want, err)
		}
		machine.Close()
	}
}
