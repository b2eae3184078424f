package signaling

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"runtime/debug"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"salon/rooms"
	"salon/signaling/protocol"
)

// session is one WebSocket lifetime of a participant.
type session struct {
	server  *Server
	address netip.Addr      // of the client
	account rooms.Account   // of who has logged in
	socket  *websocket.Conn // read by the read loop, written by the write loop
	outbox  *outbox
	log     *slog.Logger
	ctx     context.Context // of every request; done when the write loop has ended, or Close gives up waiting
	cancel  context.CancelFunc

	// Owned by the read loop.
	rates       rates
	participant participant // nil before the join, and after the participant was told of the end
	joinTimer   *time.Timer

	reading readDeadline
}

// run is the read loop and the session's whole life. It returns when both loops have ended.
func (s *session) run() {
	s.joinTimer = time.AfterFunc(s.server.config.Timing.Join, func() { s.outbox.Close(protocol.ByeTimeout) })
	defer s.joinTimer.Stop()
	written := make(chan struct{})
	go func() {
		defer close(written)
		s.writeLoop()
	}()
	s.outbox.stop(s.readLoop())
	s.socket.Close() // nobody reads: writing more is of no use
	s.safely(s.depart)
	<-written
	end := s.outbox.ended()
	s.server.counters.add(end.why)
	s.log.Debug("a session ended", "reason", counterNames[end.why])
}

// readLoop carries out messages until the socket ends, and says how it did.
func (s *session) readLoop() ending {
	s.socket.SetReadLimit(protocol.MaxMessageBytes)
	s.socket.SetPongHandler(func(string) error { return s.control() })
	s.socket.SetPingHandler(func(data string) error {
		// A failed write is the write loop's to notice.
		_ = s.socket.WriteControl(websocket.PongMessage, []byte(data), s.writeBy(time.Time{}))
		return s.control()
	})
	for {
		s.reading.extend()
		kind, frame, err := s.socket.ReadMessage()
		if err != nil {
			return s.readEnded(err)
		}
		if s.outbox.ended() != nil {
			continue // Bye is on its way; what the client sends meanwhile is read so that its socket is not reset
		}
		s.receive(kind, frame)
	}
}

// control is called for every ping and pong. They are signs of life, and they count as messages.
func (s *session) control() error {
	s.reading.extend()
	if s.rates.frame() > 0 && s.rates.flooding() {
		s.outbox.Close(protocol.ByeRate)
	}
	return nil
}

func (s *session) readEnded(err error) ending {
	var failed net.Error
	switch {
	case errors.Is(err, websocket.ErrReadLimit):
		// What the client is still sending is read for a moment: closing now would reset the connection, and the close
		// frame with 1009 could be lost.
		s.reading.linger()
		_, _ = io.CopyN(io.Discard, s.socket.NetConn(), 16*protocol.MaxMessageBytes)
		return endTooBig
	case errors.As(err, &failed) && failed.Timeout():
		return endDead
	case failed != nil, errors.As(err, new(*websocket.CloseError)), errors.Is(err, io.ErrClosedPipe):
		return endGone
	}
	return endBroken
}

// receive carries out one frame.
func (s *session) receive(kind int, frame []byte) {
	s.server.counters.add(messagesReceived)
	if wait := s.rates.frame(); wait > 0 {
		s.limited(wait, idOf(frame))
		return
	}
	if kind != websocket.TextMessage {
		e := byeFor(protocol.ByeProtocol)
		e.code = websocket.CloseUnsupportedData
		s.outbox.stop(e)
		return
	}
	m, id, err := protocol.DecodeClient(frame)
	switch {
	case errors.Is(err, protocol.ErrUnreadable):
		s.outbox.Close(protocol.ByeProtocol)
		return
	case err == nil:
		if wait := s.rates.message(m); wait > 0 {
			s.limited(wait, id)
			return
		}
		err = protocol.Validate(m)
	}
	if err != nil {
		s.server.counters.add(messagesRefused)
		s.outbox.Send(protocol.Refusal(err), id, 0)
		return
	}
	s.carryOut(m, id)
}

// limited refuses a message that came too soon, or ends the session of a client that does not care.
func (s *session) limited(wait time.Duration, id uint64) {
	s.server.counters.add(messagesLimited)
	if s.rates.flooding() {
		s.outbox.Close(protocol.ByeRate)
		return
	}
	s.outbox.Send(protocol.Error{Code: protocol.ErrRateLimited, Message: "send fewer messages", RetryAfter: seconds(wait)}, id, 0)
}

// idOf finds the id of a frame that is refused unread, as far as it is a frame of ours.
func idOf(frame []byte) uint64 {
	_, id, _ := protocol.DecodeClient(frame)
	return id
}

// carryOut runs the handler and sends its reply. A panic ends this session only.
func (s *session) carryOut(m protocol.ClientMessage, id uint64) {
	defer func() {
		if cause := recover(); cause != nil {
			s.panicked(cause)
			s.outbox.Send(protocol.Error{Code: protocol.ErrInternal, Message: "the server failed: connect and resume"}, id, 0)
			s.outbox.stop(endInternal)
		}
	}()
	h := handlerOf(m)
	err := h.allowed(s.participant != nil)
	var reply protocol.ServerMessage
	if err == nil {
		ctx, cancel := context.WithTimeout(s.ctx, s.server.config.Timing.Request)
		defer cancel()
		reply, err = h.run(ctx, s, m, id)
	}
	if err != nil {
		s.outbox.Send(s.asError(err, m), id, 0)
	} else if reply != nil && id != 0 {
		s.outbox.Send(reply, id, 0)
	}
}

// asError is what the client may know of an error.
func (s *session) asError(err error, m protocol.ClientMessage) protocol.Error {
	var e protocol.Error
	if errors.As(err, &e) {
		return e
	}
	s.log.Error("a request failed", "type", protocol.TypeOf(m), "error", err)
	return protocol.Error{Code: protocol.ErrInternal, Message: "the server failed to carry this out: send it again"}
}

// depart tells the room, once, that this session is over.
func (s *session) depart() {
	p := s.participant
	s.participant = nil
	if p == nil {
		return
	}
	if left := s.outbox.ended().left; left != "" {
		p.Leave(left)
	} else {
		p.Lost(s.outbox)
	}
}

// safely keeps a panic of f from ending the process.
func (s *session) safely(f func()) {
	defer func() {
		if cause := recover(); cause != nil {
			s.panicked(cause)
		}
	}()
	f()
}

func (s *session) panicked(cause any) {
	s.server.counters.add(panics)
	s.log.Error("a panic ended a session", "cause", cause, "stack", string(debug.Stack()))
}

// readDeadline is when the client counts as dead, or has had its time to answer a close frame.
type readDeadline struct {
	socket     *websocket.Conn
	dead, wait time.Duration
	mu         sync.Mutex // leaf; guards lingering and orders the deadlines
	lingering  bool
}

// extend notes a sign of life.
func (d *readDeadline) extend() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.lingering {
		_ = d.socket.NetConn().SetReadDeadline(time.Now().Add(d.dead)) // fails only on a closed socket
	}
}

// linger sets the last deadline.
func (d *readDeadline) linger() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.lingering = true
	_ = d.socket.NetConn().SetReadDeadline(time.Now().Add(d.wait))
}
