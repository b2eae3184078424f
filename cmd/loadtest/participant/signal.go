package participant

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"salon/signaling/protocol"
)

// ErrSessionLost says that the socket is gone: Resume may bring the participant back.
var ErrSessionLost = errors.New("the session is lost: call Resume")

const (
	writeTimeout = 5 * time.Second
	readLimit    = 4 << 20 // a room's whole state with hundreds of participants
)

// signal is the signaling side: at most one socket at a time, requests and their replies, and the room as messages
// tell it. Safe for concurrent use.
type signal struct {
	onMessage   func(protocol.ServerMessage, uint64)
	onSlots     func([]protocol.SlotFill)
	onEncodings func(protocol.Encodings)
	socketURL   string
	origin      string
	readers     sync.WaitGroup

	mu      sync.Mutex // leaf; guards what follows
	conn    *websocket.Conn
	nextID  uint64
	pending map[uint64]chan protocol.ServerMessage // by request; closed when the session is lost
	state   State

	writes sync.Mutex // one writer at a time; held during a socket write, never together with mu
}

// dial opens a socket and begins to read from it.
func (s *signal) dial(ctx context.Context) error {
	d := websocket.Dialer{Subprotocols: []string{protocol.Subprotocol}, HandshakeTimeout: 10 * time.Second}
	conn, response, err := d.DialContext(ctx, s.socketURL, http.Header{"Origin": {s.origin}})
	if err != nil {
		if response != nil {
			return fmt.Errorf("%s answers %s instead of a WebSocket: is this the server's address?", s.socketURL, response.Status)
		}
		return fmt.Errorf("connect to %s: %w", s.socketURL, err)
	}
	if conn.Subprotocol() != protocol.Subprotocol {
		_ = conn.Close()
		return fmt.Errorf("%s does not speak %s", s.socketURL, protocol.Subprotocol)
	}
	conn.SetReadLimit(readLimit)
	s.mu.Lock()
	s.conn, s.pending, s.state.Bye = conn, map[uint64]chan protocol.ServerMessage{}, nil
	pending := s.pending
	s.mu.Unlock()
	s.readers.Go(func() { s.read(conn, pending) })
	return nil
}

// read takes messages until the socket ends.
func (s *signal) read(conn *websocket.Conn, pending map[uint64]chan protocol.ServerMessage) {
	for {
		_, frame, err := conn.ReadMessage()
		if err != nil {
			break
		}
		s.message(frame)
	}
	_ = conn.Close()
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, reply := range pending {
		close(reply)
		delete(pending, id)
	}
	if s.conn == conn {
		s.conn = nil
	}
}

// message takes one frame.
func (s *signal) message(frame []byte) {
	m, e, err := protocol.DecodeServer(frame)
	s.mu.Lock()
	if err != nil {
		s.state.Unreadable++
		s.mu.Unlock()
		return
	}
	s.state.reduce(m, e)
	reply := s.pending[e.Re]
	delete(s.pending, e.Re)
	s.mu.Unlock()
	if fills, ok := m.(protocol.Slots); ok && s.onSlots != nil {
		s.onSlots(fills.Slots)
	}
	if wanted, ok := m.(protocol.Encodings); ok && s.onEncodings != nil {
		s.onEncodings(wanted)
	}
	if s.onMessage != nil {
		s.onMessage(m, e.Seq)
	}
	if reply != nil {
		reply <- m // has room for one
	}
}

// request sends a message and waits for its reply. A refusal is a protocol.Error.
func (s *signal) request(ctx context.Context, m protocol.ClientMessage) (protocol.ServerMessage, error) {
	reply := make(chan protocol.ServerMessage, 1)
	s.mu.Lock()
	if s.conn == nil {
		s.mu.Unlock()
		return nil, ErrSessionLost
	}
	s.nextID++
	id := s.nextID
	s.pending[id] = reply
	s.mu.Unlock()
	if err := s.write(m, id); err != nil {
		return nil, err
	}
	select {
	case answer, ok := <-reply:
		if !ok {
			return nil, s.lost()
		}
		if refusal, ok := answer.(protocol.Error); ok {
			return nil, refusal
		}
		return answer, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("no reply to %s: %w", protocol.TypeOf(m), ctx.Err())
	}
}

// lost says why the session ended.
func (s *signal) lost() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state.Bye != nil {
		return fmt.Errorf("%w (the server said bye: %s)", ErrSessionLost, s.state.Bye.Reason)
	}
	return ErrSessionLost
}

// write sends a message; id 0 wants no reply.
func (s *signal) write(m protocol.ClientMessage, id uint64) error {
	frame, err := protocol.Encode(m, id, 0, 0)
	if err != nil {
		return err
	}
	return s.writeFrame(frame)
}

func (s *signal) writeFrame(frame []byte) error {
	s.mu.Lock()
	conn := s.conn
	s.mu.Unlock()
	if conn == nil {
		return ErrSessionLost
	}
	s.writes.Lock()
	defer s.writes.Unlock()
	_ = conn.SetWriteDeadline(time.Now().Add(writeTimeout))
	if err := conn.WriteMessage(websocket.TextMessage, frame); err != nil {
		return fmt.Errorf("%w: %w", ErrSessionLost, err)
	}
	return nil
}

// drop cuts the socket without a word, as a lost network does, and waits until the reader noticed.
func (s *signal) drop() {
	s.mu.Lock()
	conn := s.conn
	s.conn = nil
	s.mu.Unlock()
	if conn != nil {
		_ = conn.NetConn().Close()
	}
	s.readers.Wait()
}

// snapshot returns a copy of what is known of the room.
func (s *signal) snapshot() State {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state.clone()
}

// raw is any JSON as a client's message, for tests that send nonsense.
func (s *signal) raw(kind string, id uint64, data json.RawMessage) error {
	frame, err := json.Marshal(protocol.Envelope{Type: kind, ID: id, Data: data})
	if err != nil {
		return err
	}
	return s.writeFrame(frame)
}
