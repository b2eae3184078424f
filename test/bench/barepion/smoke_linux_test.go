package barepion_test

import (
	"net/http/httptest"
	"net/netip"
	"testing"
	"time"

	"go.uber.org/goleak"

	"salon/test/bench/barepion"
	"salon/test/bench/client"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreTopFunction("net/http.(*persistConn).writeLoop"), goleak.IgnoreTopFunction("internal/poll.runtime_pollWait"))
}

// One receiver gets all that one publisher sends, in order, and tells how long it took.
func TestForwards(t *testing.T) {
	if testing.Short() {
		t.Skip("connects over the loopback interface")
	}
	address := netip.MustParseAddr("127.0.0.1")
	s, err := barepion.New(address)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	web := httptest.NewServer(s.Handler())
	defer web.Close()
	poller := client.NewPoller(address)
	defer poller.Close()
	crowd := poller.NewCrowd()
	crowd.Activate(true)
	door := &client.Door{URL: web.URL}
	if err := crowd.Publisher(t.Context(), door); err != nil {
		t.Fatal(err)
	}
	crowd.Publish(true)
	if took, err := crowd.Receiver(t.Context(), door, true); err != nil || took <= 0 {
		t.Fatalf("%s: %v", took, err)
	}
	before := crowd.Mark()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for range 1000 {
		<-tick.C
		if w := crowd.Mark().Since(before); w.Received >= 50 && len(w.Delays) > 0 {
			break
		}
	}
	w := crowd.Mark().Since(before)
	if w.Received < 50 || w.Lost > 0 || w.Sent == 0 || w.Received > w.Sent+10 {
		t.Errorf("%+v", w)
	}
	if err := crowd.Close(); err != nil {
		t.Error(err)
	}
}
