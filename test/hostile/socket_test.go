package hostile

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"salon/signaling/protocol"
)

// socket is a session of raw frames. Its methods are for one goroutine.
type socket struct {
	t      testing.TB
	conn   *websocket.Conn
	nextID uint64
	frames []string // all that came
	seen   []protocol.ServerMessage
}

// dial opens a session.
func dial(t testing.TB, url string) *socket {
	t.Helper()
	d := websocket.Dialer{Subprotocols: []string{protocol.Subprotocol}, HandshakeTimeout: 10 * time.Second}
	conn, _, err := d.Dial("ws"+strings.TrimPrefix(url, "http")+"/ws", http.Header{"Origin": {url}})
	if err != nil {
		t.Fatal(err)
	}
	s := &socket{t: t, conn: conn}
	t.Cleanup(s.close)
	return s
}

func (s *socket) close() { _ = s.conn.Close() }

// send sends a message and returns its id.
func (s *socket) send(m protocol.ClientMessage) uint64 {
	s.t.Helper()
	s.nextID++
	frame, err := protocol.Encode(m, s.nextID, 0, 0)
	if err != nil {
		s.t.Fatal(err)
	}
	if err := s.conn.WriteMessage(websocket.TextMessage, frame); err != nil {
		s.t.Fatal(err)
	}
	return s.nextID
}

// read takes the next message; false: the socket has ended.
func (s *socket) read() (m protocol.ServerMessage, re uint64, ok bool) {
	s.t.Helper()
	_ = s.conn.SetReadDeadline(time.Now().Add(10 * time.Second))
	_, frame, err := s.conn.ReadMessage()
	if err != nil {
		return nil, 0, false
	}
	m, e, err := protocol.DecodeServer(frame)
	if err != nil {
		s.t.Fatalf("%s: %v", frame, err)
	}
	s.frames, s.seen = append(s.frames, string(frame)), append(s.seen, m)
	return m, e.Re, true
}

// request sends a message and returns its reply, a protocol.Error as it is.
func (s *socket) request(m protocol.ClientMessage) protocol.ServerMessage {
	s.t.Helper()
	id := s.send(m)
	for {
		reply, re, ok := s.read()
		if !ok {
			s.t.Fatalf("the socket ended before the reply to %s", protocol.TypeOf(m))
		}
		if re == id {
			return reply
		}
	}
}

// joins joins and returns the reply.
func joins(t testing.TB, url string, j protocol.Join) (*socket, protocol.ServerMessage) {
	t.Helper()
	s := dial(t, url)
	return s, s.request(j)
}

// ask is request for what must be carried out.
func ask[R protocol.ServerMessage](s *socket, m protocol.ClientMessage) R {
	s.t.Helper()
	reply, ok := s.request(m).(R)
	if !ok {
		s.t.Fatalf("%s is answered %+v", protocol.TypeOf(m), s.seen[len(s.seen)-1])
	}
	return reply
}

// next waits for a message of a type.
func next[M protocol.ServerMessage](s *socket) M {
	s.t.Helper()
	for {
		m, _, ok := s.read()
		if !ok {
			var none M
			s.t.Fatalf("the socket ended before %s", protocol.TypeOf(none))
		}
		if found, ok := m.(M); ok {
			return found
		}
	}
}

// code is the code of a refusal, "" for anything else.
func code(m protocol.ServerMessage) protocol.ErrorCode {
	if e, ok := m.(protocol.Error); ok {
		return e.Code
	}
	return ""
}
