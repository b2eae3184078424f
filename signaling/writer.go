package signaling

import (
	"time"

	"github.com/gorilla/websocket"

	"salon/signaling/protocol"
)

// writeLoop writes what is in the outbox, pings, and carries out the session's end.
func (s *session) writeLoop() {
	defer s.cancel()
	ticker := time.NewTicker(s.server.config.Timing.Ping)
	defer ticker.Stop()
	for {
		select {
		case <-s.outbox.wake:
		case <-ticker.C:
			if err := s.socket.WriteControl(websocket.PingMessage, nil, s.writeBy(time.Time{})); err != nil {
				s.stalled()
				return
			}
		}
		if !s.flush() {
			return
		}
	}
}

// flush writes all that is queued, and returns false when the session is over.
func (s *session) flush() bool {
	for {
		frame, end, at := s.outbox.next()
		if end != nil {
			s.farewell(*end, at)
			return false
		}
		if frame == nil {
			return true
		}
		if err := s.write(frame, at); err != nil {
			s.stalled()
			return false
		}
	}
}

func (s *session) write(frame []byte, ended time.Time) error {
	if err := s.socket.SetWriteDeadline(s.writeBy(ended)); err != nil {
		return err
	}
	err := s.socket.WriteMessage(websocket.TextMessage, frame)
	if err == nil {
		s.server.counters.add(messagesSent)
	}
	return err
}

// writeBy is the deadline of a write: each has its own, but a session that has ended has one for all that is queued,
// or a client that reads a little now and then would keep it for minutes.
func (s *session) writeBy(ended time.Time) time.Time {
	if ended.IsZero() {
		ended = time.Now()
	}
	return ended.Add(s.server.config.Timing.Write)
}

// farewell sends Bye and the close frame, and gives the client a moment to answer it. The read loop closes the socket.
func (s *session) farewell(end ending, at time.Time) {
	if end.code == 0 {
		return
	}
	s.cancel() // a request under way is given up, so that the read loop can end
	if end.bye != "" {
		frame, err := protocol.Encode(protocol.Bye{Reason: end.bye, RetryAfter: end.retryAfter, Message: end.message}, 0, end.re, 0)
		if err != nil || s.write(frame, at) != nil {
			s.socket.Close()
			return
		}
	}
	message := websocket.FormatCloseMessage(end.code, string(end.bye))
	if s.socket.WriteControl(websocket.CloseMessage, message, s.writeBy(at)) != nil {
		s.socket.Close()
		return
	}
	s.reading.linger()
}

// stalled ends a session whose socket takes nothing more.
func (s *session) stalled() {
	s.outbox.stop(endStalled)
	s.socket.Close()
}
