package main

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"salon/configs"
)

func networks(t *testing.T, texts ...string) []configs.Network {
	t.Helper()
	list := make([]configs.Network, len(texts))
	for i, text := range texts {
		if err := list[i].UnmarshalText([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	return list
}

func TestBehindProxies(t *testing.T) {
	trusted := networks(t, "127.0.0.1", "10.0.0.0/8", "::1")
	for _, c := range []struct {
		name, peer string
		forwarded  []string
		host       string // X-Forwarded-Host
		wantPeer   string
		wantHost   string
	}{
		{"no proxy", "198.51.100.1:5", nil, "", "198.51.100.1:5", "salon.example"},
		{"stranger lies", "198.51.100.1:5", []string{"192.0.2.1"}, "evil.example", "198.51.100.1:5", "salon.example"},
		{"proxy", "127.0.0.1:5", []string{"192.0.2.1"}, "public.example", "192.0.2.1:0", "public.example"},
		{"proxy over IPv6", "[::1]:5", []string{"2001:db8::1"}, "", "[2001:db8::1]:0", "salon.example"},
		{"mapped", "[::ffff:127.0.0.1]:5", []string{"192.0.2.1"}, "", "192.0.2.1:0", "salon.example"},
		{"client lies to the proxy", "127.0.0.1:5", []string{"203.0.113.9, 192.0.2.1"}, "", "192.0.2.1:0", "salon.example"},
		{"two proxies", "127.0.0.1:5", []string{"203.0.113.9, 192.0.2.1, 10.1.2.3"}, "", "192.0.2.1:0", "salon.example"},
		{"two headers", "127.0.0.1:5", []string{"192.0.2.1", "10.1.2.3"}, "", "192.0.2.1:0", "salon.example"},
		{"with port", "127.0.0.1:5", []string{"192.0.2.1:1234"}, "", "192.0.2.1:0", "salon.example"},
		{"only proxies", "127.0.0.1:5", []string{"10.1.2.3"}, "", "10.1.2.3:0", "salon.example"},
		{"nonsense", "127.0.0.1:5", []string{"unknown"}, "", "127.0.0.1:5", "salon.example"},
		{"nonsense before", "127.0.0.1:5", []string{"unknown, 10.1.2.3"}, "", "10.1.2.3:0", "salon.example"},
		{"empty", "127.0.0.1:5", []string{""}, "", "127.0.0.1:5", "salon.example"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := httptest.NewRequest(http.MethodGet, "http://salon.example/", nil)
			r.RemoteAddr = c.peer
			r.Header["X-Forwarded-For"] = c.forwarded
			r.Header.Set("X-Real-Ip", "192.0.2.99")
			if c.host != "" {
				r.Header.Set("X-Forwarded-Host", c.host)
			}
			var got *http.Request
			behindProxies(trusted, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got = r })).ServeHTTP(httptest.NewRecorder(), r)
			if got.RemoteAddr != c.wantPeer || got.Host != c.wantHost {
				t.Errorf("from %s to %s, want %s to %s", got.RemoteAddr, got.Host, c.wantPeer, c.wantHost)
			}
			for _, name := range []string{"X-Forwarded-For", "X-Forwarded-Host", "X-Real-Ip"} {
				if got.Header.Get(name) != "" {
					t.Errorf("%s is passed on", name)
				}
			}
		})
	}
}
