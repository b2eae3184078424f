package main

import (
	"net"
	"net/netip"
	"testing"
	"time"

	"salon/cmd/linksim/link"
)

// patience is for a machine that is busy; nothing takes so long.
const patience = 20 * time.Second

func socket(t *testing.T) *net.UDPConn {
	t.Helper()
	conn, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(patience))
	return conn
}

func addressOf(conn *net.UDPConn) netip.AddrPort { return conn.LocalAddr().(*net.UDPAddr).AddrPort() }

// relayTo starts a relay to a server that the test plays.
func relayTo(t *testing.T, server *net.UDPConn, change func(*relayConfig)) *relay {
	t.Helper()
	c := relayConfig{
		listen: netip.MustParseAddrPort("127.0.0.1:0"), target: addressOf(server), up: link.Default(), down: link.Default(),
		seed: 1, maxClients: 4, idle: time.Minute,
	}
	if change != nil {
		change(&c)
	}
	r, err := startRelay(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.close)
	return r
}

func write(t *testing.T, from *net.UDPConn, to netip.AddrPort, text string) {
	t.Helper()
	if _, err := from.WriteToUDPAddrPort([]byte(text), to); err != nil {
		t.Fatal(err)
	}
}

func receive(t *testing.T, at *net.UDPConn) (string, netip.AddrPort) {
	t.Helper()
	buffer := make([]byte, 100)
	n, from, err := at.ReadFromUDPAddrPort(buffer)
	if err != nil {
		t.Fatal(err)
	}
	return string(buffer[:n]), from
}

// until waits for what other goroutines do.
func until(t *testing.T, what string, check func() bool) {
	t.Helper()
	ticker := time.NewTicker(2 * ms)
	defer ticker.Stop()
	for end := time.Now().Add(patience); !check(); <-ticker.C {
		if time.Now().After(end) {
			t.Fatalf("not within %v: %s", patience, what)
		}
	}
}

func TestRelayGivesEachClientAPortOfItsOwn(t *testing.T) {
	server, ana, bob := socket(t), socket(t), socket(t)
	r := relayTo(t, server, nil)
	write(t, ana, r.address(), "from ana")
	text, anaSeen := receive(t, server)
	if text != "from ana" {
		t.Fatalf("the server got %q", text)
	}
	write(t, bob, r.address(), "from bob")
	_, bobSeen := receive(t, server)
	if anaSeen == bobSeen {
		t.Errorf("the server sees both clients at %v", anaSeen)
	}
	write(t, server, anaSeen, "to ana")
	write(t, server, bobSeen, "to bob")
	for client, want := range map[*net.UDPConn]string{ana: "to ana", bob: "to bob"} {
		if text, from := receive(t, client); text != want || from != r.address() {
			t.Errorf("a client got %q from %v, want %q from %v", text, from, want, r.address())
		}
	}
	s := r.stats()
	if len(s.Clients) != 2 || s.totals.Clients != 2 || s.Clients[0].Up.Departed != 1 || s.Clients[1].Down.DepartedBytes != 6 {
		t.Errorf("%+v", s)
	}
}

// TestRelayLosesExactlyWhatTheLinkDecides holds what comes out of real sockets against a link on a virtual clock.
func TestRelayLosesExactlyWhatTheLinkDecides(t *testing.T) {
	server, client := socket(t), socket(t)
	settings := settingsOf(t, "loss=20%,burst_enter=5%")
	r := relayTo(t, server, func(c *relayConfig) { c.up, c.seed = settings, 42 })
	model := link.New(settings, 42)
	lost := 0
	for n := range 2000 {
		number := string([]byte{byte(n >> 8), byte(n)})
		write(t, client, r.address(), number)
		if model.Arrive(0, []byte(number)) != link.Kept {
			lost++
			continue
		}
		if got, _ := receive(t, server); got != number {
			t.Fatalf("packet %x came, and %x was to be the next", got, number)
		}
	}
	until(t, "the last packets are counted", func() bool { return r.stats().Clients[0].Up.Arrived == 2000 })
	up := r.stats().Clients[0].Up
	if sum := up.Dropped["random_loss"] + up.Dropped["burst_loss"]; int(sum) != lost || lost < 400 {
		t.Errorf("%d packets were dropped, want %d", sum, lost)
	}
}

func TestFullClientTableRefusesNewClients(t *testing.T) {
	server := socket(t)
	r := relayTo(t, server, func(c *relayConfig) { c.maxClients = 1 })
	first, second := socket(t), socket(t)
	write(t, first, r.address(), "1")
	receive(t, server)
	write(t, second, r.address(), "2")
	until(t, "the packet is counted", func() bool { return r.stats().Refused == 1 })
	write(t, first, r.address(), "3")
	if text, _ := receive(t, server); text != "3" {
		t.Errorf("the server got %q", text)
	}
}

func TestQuietClientIsForgotten(t *testing.T) {
	server, client := socket(t), socket(t)
	r := relayTo(t, server, func(c *relayConfig) { c.idle = 20 * ms })
	write(t, client, r.address(), "1")
	_, seen := receive(t, server)
	until(t, "the client is forgotten", func() bool { s := r.stats(); return s.Forgotten == 1 && len(s.Clients) == 0 })
	write(t, client, r.address(), "2")
	if _, again := receive(t, server); again == seen {
		t.Error("a forgotten client still has its port")
	}
}

func TestRelaySurvivesAServerThatIsNotThere(t *testing.T) {
	gone := socket(t)
	address := addressOf(gone)
	r := relayTo(t, gone, nil)
	gone.Close()
	client := socket(t)
	write(t, client, r.address(), "1")
	until(t, "the packet is sent", func() bool { s := r.stats(); return len(s.Clients) == 1 && s.Clients[0].Up.Departed == 1 })
	server, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(address))
	if err != nil {
		t.Skipf("another program took the port: %v", err)
	}
	defer server.Close()
	_ = server.SetDeadline(time.Now().Add(patience))
	until(t, "a packet arrives", func() bool {
		write(t, client, r.address(), "2")
		_ = server.SetReadDeadline(time.Now().Add(50 * ms))
		_, _, err := server.ReadFromUDPAddrPort(make([]byte, 10))
		return err == nil
	})
}

func TestApply(t *testing.T) {
	server, ana, bob := socket(t), socket(t), socket(t)
	r := relayTo(t, server, nil)
	write(t, ana, r.address(), "1")
	_, anaSeen := receive(t, server)
	write(t, bob, r.address(), "2")
	receive(t, server)

	up := func(address string) float64 {
		for _, c := range r.stats().Clients {
			if c.Client == address {
				return float64(c.Up.Settings.Loss)
			}
		}
		t.Fatalf("no client %s", address)
		return 0
	}
	expect := func(what string, anaWants, bobWants, futureWants float64) {
		t.Helper()
		a, b, f := up(addressOf(ana).String()), up(addressOf(bob).String()), float64(r.stats().Up.Loss)
		if a != anaWants || b != bobWants || f != futureWants {
			t.Errorf("%s: loss %v, %v, future %v; want %v, %v, %v", what, a, b, f, anaWants, bobWants, futureWants)
		}
	}
	apply := func(client, text string) {
		t.Helper()
		if err := r.apply(link.Change{Client: client, Up: patch(t, text)}); err != nil {
			t.Fatal(err)
		}
	}
	apply("", "loss=10%")
	expect("everybody", 0.1, 0.1, 0.1)
	apply(anaSeen.String(), "loss=20%")
	expect("by the address that the target sees", 0.2, 0.1, 0.1)
	apply(addressOf(bob).String(), "loss=30%")
	expect("by its own address", 0.2, 0.3, 0.1)
	apply("", "delay=1ms")
	expect("another setting", 0.2, 0.3, 0.1)
	if err := r.apply(link.Change{Client: "127.0.0.1:1"}); err == nil {
		t.Error("a change for nobody was accepted")
	}
}

func TestScriptsRunInOrderAndReplaceEachOther(t *testing.T) {
	r := relayTo(t, socket(t), nil)
	play := func(text string) {
		t.Helper()
		s, err := link.ParseScript([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		r.play(s)
	}
	play(`{"steps": [{"at": "0s", "down": {"rate": "3Mbit/s"}}, {"at": "20ms", "down": {"rate": "300kbit/s"}, "up": {"loss": "1%"}},
		{"at": "20ms", "client": "127.0.0.1:1", "up": {"loss": "100%"}}]}`)
	until(t, "all steps are done", func() bool { return r.stats().StepsApplied == 3 })
	if s := r.stats(); s.Down.Rate != 300e3 || s.Up.Loss != 0.01 || s.StepsNoClient != 1 {
		t.Errorf("%+v", s)
	}
	play(`{"steps": [{"at": "1h", "up": {"loss": "100%"}}]}`)
	play(`{"steps": [{"at": "0s", "up": {"loss": "2%"}}]}`)
	until(t, "the newest script ran", func() bool { s := r.stats(); return s.Up.Loss == 0.02 && s.StepsApplied == 1 })
}
