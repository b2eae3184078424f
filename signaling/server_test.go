package signaling

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"salon/signaling/protocol"
)

// realServer is a server on a TCP socket. It is closed when the test ends.
func realServer(t *testing.T, c Config) (*Server, *fakeRooms, string) {
	t.Helper()
	fake := &fakeRooms{}
	server := newServer(c, fake)
	web := httptest.NewServer(server)
	t.Cleanup(func() {
		if err := server.Close(t.Context()); err != nil && !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		web.Close()
	})
	return server, fake, "ws" + strings.TrimPrefix(web.URL, "http")
}

func dialTCP(t *testing.T, url string, header http.Header) (*client, *http.Response, error) {
	t.Helper()
	dialer := websocket.Dialer{Subprotocols: []string{protocol.Subprotocol}, EnableCompression: true}
	socket, response, err := dialer.Dial(url, header)
	if err != nil {
		return nil, response, err
	}
	t.Cleanup(func() { socket.Close() })
	return &client{t, socket}, response, nil
}

func TestHandshake(t *testing.T) {
	server, _, url := realServer(t, Config{Origins: []string{"https://app.example.org"}})
	good := http.Header{"Connection": {"Upgrade"}, "Upgrade": {"websocket"}, "Sec-Websocket-Version": {"13"},
		"Sec-Websocket-Key": {"dGhlIHNhbXBsZSBub25jZQ=="}, "Sec-Websocket-Protocol": {"salon.v1"}}
	for _, tt := range []struct {
		name, method string
		set          http.Header // replaces; nil value: deleted
		status       int
		body         string
		why          counter
	}{
		{"foreign origin", "GET", http.Header{"Origin": {"https://evil.example"}}, 403, "origin", refusedOrigin},
		{"null origin", "GET", http.Header{"Origin": {"null"}}, 403, "origin", refusedOrigin},
		{"foreign origin without an upgrade", "GET", http.Header{"Origin": {"https://evil.example"}, "Upgrade": nil}, 403, "origin", refusedOrigin},
		{"a page", "GET", http.Header{"Connection": nil, "Upgrade": nil}, 426, "salon.v1", refusedRequest},
		{"no subprotocol", "GET", http.Header{"Sec-Websocket-Protocol": nil}, 400, "salon.v1", refusedRequest},
		{"another subprotocol", "GET", http.Header{"Sec-Websocket-Protocol": {"salon.v2, chat"}}, 400, "salon.v1", refusedRequest},
		{"POST", "POST", nil, 405, "", refusedRequest},
		{"old version", "GET", http.Header{"Sec-Websocket-Version": {"8"}}, 400, "", refusedRequest},
		{"no key", "GET", http.Header{"Sec-Websocket-Key": nil}, 400, "", refusedRequest},
	} {
		t.Run(tt.name, func(t *testing.T) {
			request, err := http.NewRequest(tt.method, "http"+strings.TrimPrefix(url, "ws"), nil)
			if err != nil {
				t.Fatal(err)
			}
			request.Header = good.Clone()
			for key, value := range tt.set {
				request.Header[key] = value
			}
			before := server.Counters()[counterNames[tt.why]]
			client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
			response, err := client.Do(request)
			if err != nil {
				t.Fatal(err)
			}
			body, _ := io.ReadAll(response.Body)
			response.Body.Close()
			if response.StatusCode != tt.status || !strings.Contains(string(body), tt.body) {
				t.Errorf("%d %s, want %d with %q", response.StatusCode, body, tt.status, tt.body)
			}
			if response.Header.Get("Access-Control-Allow-Origin") != "" {
				t.Error("a header opens the answer to other origins")
			}
			if after := server.Counters()[counterNames[tt.why]]; after != before+1 {
				t.Errorf("%s went from %d to %d", counterNames[tt.why], before, after)
			}
		})
	}
	c, response, err := dialTCP(t, url, http.Header{"Origin": {"https://app.example.org"}})
	if err != nil {
		t.Fatal(err)
	}
	if got := c.socket.Subprotocol(); got != protocol.Subprotocol {
		t.Errorf("subprotocol %q", got)
	}
	if got := response.Header.Get("Sec-WebSocket-Extensions"); got != "" {
		t.Errorf("extensions %q were accepted; compression must stay off", got)
	}
}

func TestLimitsOfSessions(t *testing.T) {
	_, _, url := realServer(t, Config{
		Limits: Limits{Sessions: 3, SessionsPerAddress: 2},
		ClientAddress: func(r *http.Request) netip.Addr {
			return netip.MustParseAddr(r.Header.Get("X-Test-Address"))
		},
	})
	from := func(address string) (*client, int) {
		c, response, err := dialTCP(t, url, http.Header{"X-Test-Address": {address}})
		if err != nil && response == nil {
			t.Fatal(err)
		}
		if response.StatusCode != http.StatusSwitchingProtocols && response.Header.Get("Retry-After") == "" {
			t.Errorf("%d without Retry-After", response.StatusCode)
		}
		return c, response.StatusCode
	}
	first, _ := from("192.0.2.1")
	for i, tt := range []struct {
		address string
		status  int
	}{{"192.0.2.1", 101}, {"192.0.2.1", 429}, {"192.0.2.2", 101}, {"192.0.2.3", 503}} {
		if _, status := from(tt.address); status != tt.status {
			t.Errorf("session %d: %d, want %d", i, status, tt.status)
		}
	}
	first.send(protocol.Leave{}, 1)
	first.expect(protocol.Bye{Reason: protocol.ByeLeft}, 1)
	first.expectClose(websocket.CloseNormalClosure)
}

func TestOversize(t *testing.T) {
	for _, tt := range []struct {
		name  string
		size  int
		close bool
	}{{"at the bound", protocol.MaxMessageBytes, false}, {"over the bound", protocol.MaxMessageBytes + 1, true}, {"far over the bound", 8 * protocol.MaxMessageBytes, true}} {
		t.Run(tt.name, func(t *testing.T) {
			_, _, url := realServer(t, Config{})
			c, _, err := dialTCP(t, url, nil)
			if err != nil {
				t.Fatal(err)
			}
			frame := `{"type":"ping","id":5}`
			c.write(websocket.TextMessage, frame+strings.Repeat(" ", tt.size-len(frame)))
			if tt.close {
				c.expectClose(websocket.CloseMessageTooBig)
			} else {
				c.expect(protocol.Pong{}, 5)
			}
		})
	}
}

// A message in many fragments is bounded like one in a single frame.
func TestOversizeInFragments(t *testing.T) {
	_, _, url := realServer(t, Config{})
	c, _, err := dialTCP(t, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	w, err := c.socket.NextWriter(websocket.TextMessage)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 * protocol.MaxMessageBytes / 4096 {
		if _, err := w.Write(make([]byte, 4096)); err != nil {
			break // the server has closed
		}
	}
	c.expectClose(websocket.CloseMessageTooBig)
}

func TestBrokenFraming(t *testing.T) {
	server, _, url := realServer(t, Config{})
	c, _, err := dialTCP(t, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.socket.NetConn().Write([]byte{0xff, 0x80, 0, 0, 0, 0}); err != nil { // reserved bits, opcode 15
		t.Fatal(err)
	}
	if _, _, err := c.socket.ReadMessage(); !websocket.IsCloseError(err, websocket.CloseProtocolError) {
		t.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, c.socket.NetConn()) // until the server has closed: then the end is noted
	if err := server.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := server.Counters()["ended_protocol"]; got != 1 {
		t.Errorf("ended_protocol is %d", got)
	}
}

// A client whose kernel takes nothing more must not hold the server: with a real socket and its real buffers.
func TestSocketThatIsNotRead(t *testing.T) {
	server, fake, url := realServer(t, Config{Timing: Timing{Write: 200 * time.Millisecond}})
	c, _, err := dialTCP(t, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	c.send(protocol.Join{Room: "r", Name: "slow"}, 1)
	c.receive()
	out := fake.outbox("slow").(*outbox)
	line := protocol.ChatLine{Text: strings.Repeat("x", 16<<10)}
	for out.ended() == nil {
		out.Send(line, 0, 0)
	}
	if end := out.ended(); end.bye != protocol.ByeTooSlow {
		t.Errorf("ended with %+v", end)
	}
	if err := server.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestClose(t *testing.T) {
	server, fake, url := realServer(t, Config{})
	joined, _, err := dialTCP(t, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	joined.send(protocol.Join{Room: "r", Name: "ada"}, 1)
	joined.receive()
	waiting, _, err := dialTCP(t, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	waiting.send(protocol.Ping{}, 1)
	waiting.receive()
	closed := make(chan error)
	go func() { closed <- server.Close(t.Context()) }()
	for _, c := range []*client{joined, waiting} {
		if bye := c.expectBye(protocol.ByeShutdown, websocket.CloseGoingAway); bye.RetryAfter != 1 {
			t.Errorf("retry after %d s", bye.RetryAfter)
		}
	}
	if err := <-closed; err != nil {
		t.Error(err)
	}
	if calls := fake.noted(); calls[len(calls)-1] != "ada lost" {
		t.Errorf("calls %q", calls)
	}
	if _, response, err := dialTCP(t, url, nil); err == nil || response.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("a closed server answers %v", err)
	}
	if err := server.Close(t.Context()); err != nil {
		t.Errorf("the second Close: %v", err)
	}
}

func TestCloseCutsOff(t *testing.T) {
	server, fake, url := realServer(t, Config{})
	c, _, err := dialTCP(t, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	asked := make(chan struct{})
	fake.do = func(ctx context.Context, _ string, m protocol.ClientMessage) error {
		if _, ok := m.(protocol.Join); ok {
			return nil
		}
		close(asked)
		<-ctx.Done()
		return ctx.Err()
	}
	c.send(protocol.Join{Room: "r", Name: "ada"}, 1)
	c.receive()
	c.send(protocol.Say{Text: "x"}, 2)
	<-asked
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := server.Close(ctx); !errors.Is(err, context.Canceled) && err != nil {
		t.Errorf("got %v", err)
	}
	if n := server.Sessions(); n != 0 {
		t.Errorf("%d sessions", n)
	}
}

func TestOriginsThatNeverMatchAreLogged(t *testing.T) {
	var log strings.Builder
	newServer(Config{Origins: []string{"https://good.example", "*"}, Log: slog.New(slog.NewTextHandler(&log, nil))}, &fakeRooms{})
	if strings.Count(log.String(), "never matches") != 1 {
		t.Errorf("the log is %q", log.String())
	}
}

func TestDisconnectsAreNotProtocolErrors(t *testing.T) {
	server, _, url := realServer(t, Config{})
	c, _, err := dialTCP(t, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	tcp := c.socket.NetConn().(*net.TCPConn)
	if err := tcp.SetLinger(0); err != nil { // a reset
		t.Fatal(err)
	}
	tcp.Close()
	if err := server.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := server.Counters()["ended_protocol"]; got != 0 {
		t.Errorf("ended_protocol is %d", got)
	}
}
