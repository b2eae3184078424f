package signaling

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"
	"testing/synctest"
	"time"
)

func TestTableOfRatesIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := NewRates[netip.Prefix](Rate{PerSecond: 20, Burst: 50}, Rate{PerSecond: 1e9, Burst: 1e9})
		for i := range maxKeys + 100 {
			address := netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)})
			if !a.Allow(Network(address)) {
				t.Fatal("refused")
			}
		}
		if len(a.keys) > maxKeys {
			t.Errorf("%d addresses are kept", len(a.keys))
		}
		time.Sleep(time.Minute)
		a.Allow(Network(netip.MustParseAddr("192.0.2.9")))
		if len(a.keys) != 1 {
			t.Errorf("%d addresses are kept after a quiet minute", len(a.keys))
		}
	})
}

func TestBearer(t *testing.T) {
	for _, c := range []struct {
		secret, header string
		ok, sent       bool
	}{
		{"secret", "Bearer secret", true, true},
		{"secret", "bearer  secret ", true, true},
		{"secret", "Bearer Secret", false, true},
		{"secret", "Bearer ", false, true},
		{"secret", "Basic secret", false, true},
		{"secret", "", false, false},
		{"", "Bearer ", false, true},
		{"", "", false, false},
	} {
		r, w := httptest.NewRequest(http.MethodGet, "/", nil), httptest.NewRecorder()
		if c.header != "" {
			r.Header.Set("Authorization", c.header)
		}
		ok, sent := NewBearer(c.secret).Check(w.Header(), r)
		if ok != c.ok || sent != c.sent || ok == (w.Header().Get("WWW-Authenticate") != "") {
			t.Errorf("%+v: %v %v %v", c, ok, sent, w.Header())
		}
	}
}
