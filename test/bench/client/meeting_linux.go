package client

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/gorilla/websocket"

	"salon/signaling/protocol"
)

// Meeting is a room of Salon in which everybody shows and hears everybody.
type Meeting struct {
	URL     string // http://host:port
	Room    string
	members []*session
}

// session is one participant's WebSocket.
type session struct {
	conn     *websocket.Conn
	self     string
	replies  chan protocol.ServerMessage
	requests uint64
}

// Member adds a participant to the crowd and to the meeting, for one of size.
func (m *Meeting) Member(ctx context.Context, c *Crowd, index, size int) error {
	ctx, cancel := context.WithTimeout(ctx, joinTimeout)
	defer cancel()
	p, err := c.newPeer(sections{publishes: true, audioSlots: size - 1, allSlots: 2 * (size - 1)}, index == 0)
	if err != nil {
		return err
	}
	s, err := m.dial(ctx)
	if err != nil {
		return err
	}
	p.end = s.close
	m.members = append(m.members, s)
	return s.join(ctx, p, m.Room)
}

func (m *Meeting) dial(ctx context.Context) (*session, error) {
	d := websocket.Dialer{Subprotocols: []string{protocol.Subprotocol}, HandshakeTimeout: joinTimeout}
	conn, _, err := d.DialContext(ctx, "ws"+strings.TrimPrefix(m.URL, "http")+"/ws", http.Header{"Origin": {m.URL}})
	if err != nil {
		return nil, fmt.Errorf("open a session: %w", err)
	}
	s := &session{conn: conn, replies: make(chan protocol.ServerMessage, 1)}
	go s.read()
	return s, nil
}

// read takes messages until the socket is closed.
func (s *session) read() {
	defer close(s.replies)
	for {
		_, frame, err := s.conn.ReadMessage()
		if err != nil {
			return
		}
		if message, e, err := protocol.DecodeServer(frame); err == nil && e.Re != 0 {
			s.replies <- message // there is one request at a time, and it waits
		}
	}
}

// close ends the socket and waits for the reader.
func (s *session) close() {
	_ = s.conn.Close()
	for range s.replies {
		continue
	}
}

func (s *session) request(ctx context.Context, m protocol.ClientMessage) (protocol.ServerMessage, error) {
	s.requests++
	frame, err := protocol.Encode(m, s.requests, 0, 0)
	if err != nil {
		return nil, err
	}
	if err := s.conn.WriteMessage(websocket.TextMessage, frame); err != nil {
		return nil, fmt.Errorf("%s: %w", protocol.TypeOf(m), err)
	}
	select {
	case reply, ok := <-s.replies:
		if !ok {
			return nil, errors.New("the server ended the session")
		}
		if refusal, ok := reply.(protocol.Error); ok {
			return nil, fmt.Errorf("%s: %w", protocol.TypeOf(m), refusal)
		}
		return reply, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("%s: %w", protocol.TypeOf(m), ctx.Err())
	}
}

func (s *session) join(ctx context.Context, p *Peer, room string) error {
	reply, err := s.request(ctx, protocol.Join{Room: room, Name: "member"})
	if err != nil {
		return err
	}
	s.self = reply.(protocol.Joined).Self
	text, err := p.offer()
	if err != nil {
		return err
	}
	offer := protocol.Offer{SDP: text}
	for i, source := range []protocol.Source{protocol.Microphone, protocol.Camera} {
		offer.Sections = append(offer.Sections, protocol.Section{Mid: p.connection.GetTransceivers()[i].Mid(), Source: source})
	}
	reply, err = s.request(ctx, offer)
	if err != nil {
		return err
	}
	if err := p.apply(ctx, reply.(protocol.Answer).SDP); err != nil {
		return err
	}
	for _, source := range []protocol.Source{protocol.Microphone, protocol.Camera} {
		if _, err := s.request(ctx, protocol.Publish{Source: source}); err != nil {
			return err
		}
	}
	return nil
}

// Look makes everybody's screen show everybody else.
func (m *Meeting) Look(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	for _, s := range m.members {
		view := protocol.View{}
		for _, other := range m.members {
			if other != s {
				view.Tiles = append(view.Tiles, protocol.Tile{Participant: other.self, Source: protocol.Camera, Width: 640, Height: 360})
			}
		}
		if _, err := s.request(ctx, view); err != nil {
			return err
		}
	}
	return nil
}
