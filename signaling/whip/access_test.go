package whip

import (
	"fmt"
	"net/http"
	"net/netip"
	"testing"
	"testing/synctest"
	"time"
)

// A flood from one address is refused, others are served, and the flood leaves nothing behind.
func TestFlood(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		from := netip.MustParseAddr("192.0.2.1")
		d := newDesk(t, Config{Token: token, ClientAddress: func(*http.Request) netip.Addr { return from }})
		defer d.close()
		counts := map[int]int{}
		for range 1000 {
			counts[d.do(http.MethodPost, "/whip/r", sdpOffer, "Authorization", "Bearer guess").StatusCode]++
		}
		if counts[http.StatusUnauthorized] != 50 || counts[http.StatusTooManyRequests] != 950 {
			t.Errorf("%v", counts)
		}
		from = netip.MustParseAddr("192.0.2.2")
		d.begin("/whip/r", sdpOffer)
		from = netip.MustParseAddr("192.0.2.1")
		time.Sleep(time.Second)
		d.begin("/whip/r", sdpOffer)
	})
}

func TestPlaces(t *testing.T) {
	d := newDesk(t, Config{Token: token, Limits: Limits{Sessions: 3, SessionsPerAddress: 2}})
	defer d.close()
	address := 0
	d.server.config.ClientAddress = func(*http.Request) netip.Addr { return netip.MustParseAddr(fmt.Sprintf("192.0.2.%d", address)) }
	expect := func(want int) {
		t.Helper()
		if got := d.do(http.MethodPost, "/whip/r", sdpOffer).StatusCode; got != want {
			t.Errorf("%d, want %d", got, want)
		}
	}
	location, _ := d.begin("/whip/r", sdpOffer)
	expect(http.StatusCreated)
	expect(http.StatusTooManyRequests)
	address = 1
	expect(http.StatusCreated)
	expect(http.StatusServiceUnavailable)
	d.do(http.MethodDelete, location, "")
	expect(http.StatusCreated)
}

func TestRestartsAreLimited(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, Config{Token: token})
		defer d.close()
		location, _ := d.begin("/whip/r", sdpOffer)
		counts := map[int]int{}
		for i := range 20 {
			fragment := fmt.Sprintf("a=ice-ufrag:name%d\r\na=ice-pwd:abcdefghijklmnopqrstuv\r\n", i)
			counts[d.do(http.MethodPatch, location, fragment, "If-Match", "*").StatusCode]++
		}
		if counts[http.StatusOK] != 5 || counts[http.StatusTooManyRequests] != 15 {
			t.Errorf("%v", counts)
		}
	})
}
