package signaling

import (
	"crypto/tls"
	"net/http"
	"testing"
)

func TestOriginAllowed(t *testing.T) {
	listed := []string{"https://app.example.org", "http://localhost:5173", "*", "https://*", "nonsense", "https://app.example.net/path", "null"}
	for _, tt := range []struct {
		name    string
		host    string
		origins []string // headers
		tls     bool
		want    bool
	}{
		{"no browser", "salon.test", nil, false, true},
		{"same host", "salon.test", []string{"https://salon.test"}, false, true},
		{"same host without TLS", "salon.test", []string{"http://salon.test"}, false, true},
		{"same host, page without TLS, server with it", "salon.test", []string{"http://salon.test"}, true, false},
		{"same host, both with TLS", "salon.test", []string{"https://salon.test"}, true, true},
		{"same host in capitals", "SALON.test", []string{"https://salon.TEST"}, false, true},
		{"same port", "salon.test:8443", []string{"https://salon.test:8443"}, false, true},
		{"default port written out", "salon.test:443", []string{"https://salon.test"}, false, true},
		{"default port written out by the page", "salon.test", []string{"http://salon.test:80"}, false, true},
		{"another port", "salon.test", []string{"https://salon.test:8443"}, false, false},
		{"another port of the server", "salon.test:8443", []string{"https://salon.test"}, false, false},
		{"IPv6", "[2001:db8::1]:8443", []string{"https://[2001:db8::1]:8443"}, false, true},
		{"IPv6 with the default port", "[2001:db8::1]", []string{"https://[2001:db8::1]"}, false, true},

		{"listed", "salon.test", []string{"https://app.example.org"}, false, true},
		{"listed, default port written out", "salon.test", []string{"https://app.example.org:443"}, false, true},
		{"listed for development, server with TLS", "salon.test", []string{"http://localhost:5173"}, true, true},
		{"listed with another scheme", "salon.test", []string{"http://app.example.org"}, false, false},
		{"listed with another port", "salon.test", []string{"https://app.example.org:444"}, false, false},
		{"below a listed one", "salon.test", []string{"https://a.app.example.org"}, false, false},
		{"listed with a path never matches", "salon.test", []string{"https://app.example.net"}, false, false},

		{"foreign", "salon.test", []string{"https://evil.example"}, false, false},
		{"a star is no wildcard", "salon.test", []string{"https://*"}, false, false},
		{"our name as a prefix", "salon.test", []string{"https://salon.test.evil.example"}, false, false},
		{"our name as a suffix", "salon.test", []string{"https://evilsalon.test"}, false, false},
		{"our name as a user", "salon.test", []string{"https://salon.test@evil.example"}, false, false},
		{"user before our name", "salon.test", []string{"https://evil@salon.test"}, false, false},
		{"null", "salon.test", []string{"null"}, false, false},
		{"empty", "salon.test", []string{""}, false, false},
		{"two headers", "salon.test", []string{"https://salon.test", "https://salon.test"}, false, false},
		{"two origins in one header", "salon.test", []string{"https://salon.test https://salon.test"}, false, false},
		{"a path", "salon.test", []string{"https://salon.test/"}, false, false},
		{"a query", "salon.test", []string{"https://salon.test?"}, false, false},
		{"a fragment", "salon.test", []string{"https://salon.test#x"}, false, false},
		{"another scheme", "salon.test", []string{"ftp://salon.test"}, false, false},
		{"file", "salon.test", []string{"file://"}, false, false},
		{"an extension", "salon.test", []string{"chrome-extension://salon.test"}, false, false},
		{"no scheme", "salon.test", []string{"salon.test"}, false, false},
		{"a bad escape", "salon.test", []string{"https://salon%zz.test"}, false, false},
		{"no host on either side", "", []string{"https://:443"}, false, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := &http.Request{Host: tt.host, Header: http.Header{"Origin": tt.origins}}
			if tt.origins == nil {
				r.Header = http.Header{}
			}
			if tt.tls {
				r.TLS = &tls.ConnectionState{}
			}
			if got := OriginAllowed(r, listed); got != tt.want {
				t.Errorf("got %v", got)
			}
		})
	}
}
