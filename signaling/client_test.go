package signaling

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"

	"salon/signaling/protocol"
)

// pipes is a listener whose connections are pipes, so that client and server share a synctest bubble: time passes only
// when everybody waits. A pipe holds nothing, so a client that does not read stalls the server's very next write.
type pipes struct {
	accept chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.accept:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}
func (p *pipes) Close() error   { p.once.Do(func() { close(p.closed) }); return nil }
func (p *pipes) Addr() net.Addr { return &net.UnixAddr{Name: "pipes", Net: "unix"} }

func (p *pipes) dial(context.Context, string, string) (net.Conn, error) {
	ours, theirs := net.Pipe()
	select {
	case p.accept <- theirs:
		return ours, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

// world is a server with fake rooms inside a synctest bubble.
type world struct {
	t      *testing.T
	rooms  *fakeRooms
	server *Server
	pipes  *pipes
}

// inWorld runs a test in virtual time. Every session must have ended when it returns, and is then waited for.
func inWorld(t *testing.T, c Config, test func(w *world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := &world{t: t, rooms: &fakeRooms{}, pipes: &pipes{accept: make(chan net.Conn), closed: make(chan struct{})}}
		w.server = newServer(c, w.rooms)
		web := &http.Server{Handler: w.server}
		served := make(chan error, 1)
		go func() { served <- web.Serve(w.pipes) }()
		defer func() { // also when the test gives up
			if err := w.server.Close(context.Background()); err != nil {
				t.Error(err)
			}
			if n := w.server.Sessions(); n != 0 {
				t.Errorf("%d sessions are still open", n)
			}
			web.Close()
			<-served
		}()
		test(w)
	})
}

// client is a recorder of frames.
type client struct {
	t      *testing.T
	socket *websocket.Conn
}

// dial opens a session.
func (w *world) dial() *client {
	w.t.Helper()
	dialer := websocket.Dialer{NetDialContext: w.pipes.dial, Subprotocols: []string{protocol.Subprotocol}}
	socket, _, err := dialer.Dial("ws://salon.test/ws", nil)
	if err != nil {
		w.t.Fatal(err)
	}
	return &client{w.t, socket}
}

// join opens a session and joins.
func (w *world) join(name string) *client {
	w.t.Helper()
	c := w.dial()
	c.send(protocol.Join{Room: "r", Name: name}, 1)
	if joined, re, _ := c.receive(); re != 1 || joined.(protocol.Joined).Self != name {
		w.t.Fatalf("got %#v, re %d", joined, re)
	}
	w.rooms.noted()
	return c
}

// expectCalls compares what the rooms were asked since the last time, when all is quiet.
func (w *world) expectCalls(want ...string) {
	w.t.Helper()
	synctest.Wait()
	got := w.rooms.noted()
	if len(got) != len(want) {
		w.t.Fatalf("calls %q, want %q", got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			w.t.Fatalf("calls %q, want %q", got, want)
		}
	}
}

func (w *world) expectCount(which counter, want uint64) {
	w.t.Helper()
	synctest.Wait()
	if got := w.server.Counters()[counterNames[which]]; got != want {
		w.t.Errorf("%s is %d, want %d", counterNames[which], got, want)
	}
}

func (c *client) send(m protocol.ClientMessage, id uint64) {
	c.t.Helper()
	frame, err := protocol.Encode(m, id, 0, 0)
	if err != nil {
		c.t.Fatal(err)
	}
	c.write(websocket.TextMessage, string(frame))
}

func (c *client) write(kind int, frame string) {
	c.t.Helper()
	if err := c.socket.WriteMessage(kind, []byte(frame)); err != nil {
		c.t.Fatal(err)
	}
}

// receive returns the next message.
func (c *client) receive() (m protocol.ServerMessage, re, seq uint64) {
	c.t.Helper()
	_, frame, err := c.socket.ReadMessage()
	if err != nil {
		c.t.Fatal(err)
	}
	m, e, err := protocol.DecodeServer(frame)
	if err != nil {
		c.t.Fatalf("%s: %v", frame, err)
	}
	return m, e.Re, e.Seq
}

func (c *client) expect(want protocol.ServerMessage, wantRe uint64) {
	c.t.Helper()
	if got, re, _ := c.receive(); got != want || re != wantRe {
		c.t.Fatalf("got %#v, re %d; want %#v, re %d", got, re, want, wantRe)
	}
}

func (c *client) expectError(want protocol.ErrorCode, wantRe uint64) protocol.Error {
	c.t.Helper()
	m, re, _ := c.receive()
	e, ok := m.(protocol.Error)
	if !ok || e.Code != want || re != wantRe || e.Message == "" {
		c.t.Fatalf("got %#v, re %d; want error %s, re %d", m, re, want, wantRe)
	}
	return e
}

// expectClose reads the close frame and closes.
func (c *client) expectClose(code int) {
	c.t.Helper()
	_, frame, err := c.socket.ReadMessage()
	if !websocket.IsCloseError(err, code) {
		c.t.Fatalf("got %s, %v; want close code %d", frame, err, code)
	}
	c.socket.Close()
}

// expectBye reads messages until Bye, then the close frame.
func (c *client) expectBye(want protocol.ByeReason, code int) protocol.Bye {
	c.t.Helper()
	for {
		m, _, _ := c.receive()
		if bye, ok := m.(protocol.Bye); ok {
			if bye.Reason != want {
				c.t.Fatalf("bye %s, want %s", bye.Reason, want)
			}
			c.expectClose(code)
			return bye
		}
	}
}

// expectCut reads until the connection ends without a close frame.
func (c *client) expectCut() {
	c.t.Helper()
	for {
		if _, _, err := c.socket.ReadMessage(); err != nil {
			if !websocket.IsCloseError(err, websocket.CloseAbnormalClosure) && !errors.Is(err, io.EOF) && !errors.Is(err, net.ErrClosed) {
				c.t.Fatalf("the connection ended with %v", err)
			}
			c.socket.Close()
			return
		}
	}
}

// background reads and answers pings, as a browser does, until the socket ends.
func (c *client) background() (frames <-chan []byte) {
	read := make(chan []byte, 10000)
	go func() {
		defer close(read)
		for {
			_, frame, err := c.socket.ReadMessage()
			if err != nil {
				return
			}
			read <- frame
		}
	}()
	return read
}

// pause lets virtual time pass. Inside a bubble no real time is spent.
func pause(d time.Duration) { <-time.After(d) }

// waitUntilSessions lets virtual time pass, to 10 ms, until so many sessions are left.
func (w *world) waitUntilSessions(n int) {
	w.t.Helper()
	for range 3000 {
		synctest.Wait()
		if w.server.Sessions() <= n {
			return
		}
		pause(10 * time.Millisecond)
	}
	w.t.Fatalf("%d sessions are still open after 30 s", w.server.Sessions())
}
