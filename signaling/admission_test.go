package signaling

import (
	"net/http"
	"net/netip"
	"sync"
	"sync/atomic"
	"testing"
)

func TestNetwork(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		same bool
	}{
		{"192.0.2.1", "192.0.2.1", true},
		{"192.0.2.1", "192.0.2.2", false},
		{"192.0.2.1", "::ffff:192.0.2.1", true},
		{"2001:db8:0:1::1", "2001:db8:0:1:ffff::2", true},
		{"2001:db8:0:1::1", "2001:db8:0:2::1", false},
		{"fe80::1%eth0", "fe80::2%eth1", true},
	} {
		if same := Network(netip.MustParseAddr(tt.a)) == Network(netip.MustParseAddr(tt.b)); same != tt.same {
			t.Errorf("%s and %s: same is %v", tt.a, tt.b, same)
		}
	}
	if Network(netip.Addr{}) != (netip.Prefix{}) {
		t.Error("an unknown address has a network")
	}
}

func TestSocketAddress(t *testing.T) {
	for in, want := range map[string]string{"192.0.2.1:5": "192.0.2.1", "[2001:db8::1]:5": "2001:db8::1", "@": "invalid IP", "": "invalid IP"} {
		if got := SocketAddress(&http.Request{RemoteAddr: in}).String(); got != want {
			t.Errorf("%q: %s, want %s", in, got, want)
		}
	}
}

func TestAdmission(t *testing.T) {
	a := newAdmission(Limits{Sessions: 3, SessionsPerAddress: 2})
	one, two := Network(netip.MustParseAddr("192.0.2.1")), Network(netip.MustParseAddr("192.0.2.2"))
	for i, tt := range []struct {
		from   netip.Prefix
		status int
		why    counter
	}{
		{one, 0, 0}, {one, 0, 0}, {one, http.StatusTooManyRequests, refusedAddress}, {two, 0, 0},
		{two, http.StatusServiceUnavailable, refusedFull}, {one, http.StatusServiceUnavailable, refusedFull},
	} {
		if status, why := a.enter(tt.from); status != tt.status || why != tt.why {
			t.Errorf("entry %d: %d %s", i, status, counterNames[why])
		}
	}
	a.leave(one)
	if status, _ := a.enter(two); status != 0 {
		t.Error("a place that was given back is not free")
	}
	a.leave(one)
	a.leave(two)
	a.leave(two)
	if a.count() != 0 || len(a.addresses) != 0 {
		t.Errorf("%d sessions, %v", a.count(), a.addresses)
	}
}

func TestAdmissionUnderConcurrency(t *testing.T) {
	a := newAdmission(Limits{Sessions: 10, SessionsPerAddress: 100})
	var entered atomic.Int32
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			if status, _ := a.enter(netip.Prefix{}); status == 0 {
				entered.Add(1)
			}
		})
	}
	all.Wait()
	if entered.Load() != 10 || a.count() != 10 {
		t.Errorf("%d entered, %d counted", entered.Load(), a.count())
	}
}
