package webhooks

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"salon/rooms"
)

const secret = "qwertzuiopasdfghjklyxcvbnm1234567890"

// ear is a hook's other end, without a network: it answers with the statuses that it is given, the last one for good.
type ear struct {
	mu       sync.Mutex
	statuses []int
	heard    []*http.Request
	bodies   []string
}

func (e *ear) RoundTrip(r *http.Request) (*http.Response, error) {
	body, _ := io.ReadAll(r.Body)
	e.mu.Lock()
	defer e.mu.Unlock()
	e.heard, e.bodies = append(e.heard, r), append(e.bodies, string(body))
	status := 204
	if len(e.statuses) > 0 {
		status = e.statuses[0]
		if len(e.statuses) > 1 {
			e.statuses = e.statuses[1:]
		}
	}
	if status == 0 {
		return nil, fmt.Errorf("no connection")
	}
	return &http.Response{StatusCode: status, Body: io.NopCloser(strings.NewReader("")), Request: r}, nil
}

// listening begins a sender whose hooks end at the ear.
func listening(e *ear, hooks ...Hook) *Sender {
	s := NewSender(nil, nil)
	for _, h := range hooks {
		one := &hook{Hook: h, sender: s, client: &http.Client{Transport: e}, wake: make(chan struct{}, 1)}
		s.hooks = append(s.hooks, one)
		s.running.Go(one.run)
	}
	return s
}

func joined(id string) rooms.Event {
	return rooms.Event{Kind: rooms.ParticipantJoined, Room: "weekly", At: time.Now(), Participant: id, Name: "Ann", Role: "participant", Here: 1}
}

func TestWhatIsSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := &ear{}
		s := listening(e, Hook{URL: "https://example.org/hook", Secret: secret, Events: []rooms.EventKind{rooms.ParticipantJoined, rooms.BanMade}})
		defer s.Close()
		s.Observe(joined("p1"))
		s.Observe(rooms.Event{Kind: rooms.RoomEnded, Room: "weekly"}) // not asked for
		s.Observe(rooms.Event{Kind: rooms.BanMade, Room: "weekly", Ban: "b1", Name: "Mallory"})
		synctest.Wait()
		if len(e.heard) != 2 || !strings.Contains(e.bodies[1], `"ban":{"id":"b1","name":"Mallory"}`) {
			t.Fatalf("%q", e.bodies)
		}
		var got event
		r := e.heard[0]
		if err := json.Unmarshal([]byte(e.bodies[0]), &got); err != nil || got.Event != "participant_joined" || got.Room != "weekly" ||
			got.Participant.Name != "Ann" || got.ID == "" || r.Header.Get("Salon-Delivery") != got.ID || r.Header.Get("Salon-Event") != got.Event || r.Method != "POST" {
			t.Errorf("%s %v %v", e.bodies[0], r.Header, err)
		}
		stamp, _, _ := strings.Cut(strings.TrimPrefix(r.Header.Get("Salon-Signature"), "t="), ",")
		at, _ := strconv.ParseInt(stamp, 10, 64)
		if r.Header.Get("Salon-Signature") != Sign(secret, []byte(e.bodies[0]), time.Unix(at, 0)) {
			t.Error("the signature is wrong")
		}
	})
}

// The signature is what receivers compute: it must never change.
func TestSignatureIsStable(t *testing.T) {
	const want = "t=1700000000,v1=086f6aff7bd084c98679825129c5a64dbad88c760016d6d2c0fb123f27951d54" // by openssl dgst -hmac
	if got := Sign("secret", []byte(`{"id":"1"}`), time.Unix(1700000000, 0)); got != want {
		t.Error(got)
	}
}

func TestRetries(t *testing.T) {
	for _, c := range []struct {
		statuses                 []int
		tries, delivered, failed uint64
	}{
		{[]int{200}, 1, 1, 0},
		{[]int{503, 0, 429, 204}, 4, 1, 0},
		{[]int{500}, maxTries, 0, 1},
		{[]int{0}, maxTries, 0, 1},
		{[]int{404}, 1, 0, 1},
		{[]int{302}, 1, 0, 1}, // redirects are not followed
		{[]int{410}, 1, 0, 1},
	} {
		synctest.Test(t, func(t *testing.T) {
			e := &ear{statuses: c.statuses}
			s := listening(e, Hook{URL: "https://example.org/", Secret: secret})
			s.Observe(joined("p1"))
			time.Sleep(time.Hour)
			synctest.Wait()
			got := s.Counters()
			if got["tries"] != c.tries || got["delivered"] != c.delivered || got["dropped_given_up"] != c.failed {
				t.Errorf("%v: %v", c.statuses, got)
			}
			for _, body := range e.bodies {
				if body != e.bodies[0] {
					t.Error("a try sends something else")
				}
			}
			s.Close()
		})
	}
}

// A hook that does not answer holds up nobody and keeps a bounded number of events: the newest.
func TestOverflow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := &ear{statuses: []int{500}}
		s := listening(e, Hook{URL: "https://example.org/", Secret: secret})
		for i := range maxQueue + 101 {
			s.Observe(joined(fmt.Sprint(i)))
			synctest.Wait()
		}
		if got := s.Counters()["dropped_overflow"]; got != 100 { // one is being sent
			t.Errorf("%d were dropped", got)
		}
		s.Close()
		if got := s.Counters()["dropped_closed"]; got != maxQueue+1 {
			t.Errorf("%d were given up at the end", got)
		}
	})
}

func TestPublicAddresses(t *testing.T) {
	for address, want := range map[string]bool{
		"93.184.216.34": true, "2606:2800:220:1::1": true,
		"127.0.0.1": false, "10.1.2.3": false, "172.16.0.1": false, "192.168.1.1": false, "169.254.169.254": false, "0.0.0.0": false,
		"100.64.0.1": false, "192.0.2.1": false, "198.18.0.1": false, "224.0.0.1": false, "255.255.255.255": false, "240.0.0.1": false,
		"::1": false, "::": false, "fe80::1": false, "fc00::1": false, "ff02::1": false, "::ffff:127.0.0.1": false, "::ffff:10.0.0.1": false,
		"64:ff9b::7f00:1": false, "2002:7f00:1::": false, "2001:db8::1": false, "::7f00:1": false, "64:ff9b:1::1": false, "fe80::1%eth0": false,
	} {
		if got := public(netip.MustParseAddr(address)); got != want {
			t.Errorf("%s: %v", address, got)
		}
	}
}

// A real server on this machine: reached only where that is allowed, by its address and by a name.
func TestSpecialAddressesAreNotConnectedTo(t *testing.T) {
	var hits atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { hits.Add(1) }))
	defer server.Close()
	_, port, _ := net.SplitHostPort(server.Listener.Addr().String())
	var log bytes.Buffer
	for _, url := range []string{server.URL, "http://localhost:" + port + "/?key=hidden"} {
		for _, allowed := range []bool{false, true} {
			hits.Store(0)
			s := NewSender([]Hook{{URL: url, Secret: secret, AllowPrivate: allowed}}, slog.New(slog.NewTextHandler(&log, nil)))
			again, err := s.hooks[0].send(encode(joined("p1")))
			s.Close()
			if again || (err == nil) != allowed || (hits.Load() == 1) != allowed {
				t.Errorf("%s, allowed %v: %v, %v, %d hits", url, allowed, again, err, hits.Load())
			}
			if err != nil && strings.Contains(err.Error(), "hidden") {
				t.Errorf("the error shows the address: %v", err)
			}
		}
	}
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	var hits atomic.Int64
	var server *httptest.Server
	server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		hits.Add(1)
		http.Redirect(w, r, server.URL+"/elsewhere", http.StatusTemporaryRedirect)
	}))
	defer server.Close()
	s := NewSender([]Hook{{URL: server.URL, Secret: secret, AllowPrivate: true}}, nil)
	again, err := s.hooks[0].send(encode(joined("p1")))
	s.Close()
	if again || err == nil || hits.Load() != 1 {
		t.Errorf("%v %v %d", again, err, hits.Load())
	}
}
