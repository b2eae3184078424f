package whip

import (
	"sync"

	"salon/signaling/protocol"
)

// outbox is where a room's messages go. HTTP has no way to tell a client of them; what a session needs of them is kept
// here, and takes no more than the room itself. It implements rooms.Outbox.
type outbox struct {
	wake chan struct{} // holds one signal for the session's goroutine; never closed

	mu       sync.Mutex // leaf; guards what follows
	self     protocol.Resume
	ice      []protocol.ICEServer
	audience audience
	removed  bool // the room has ended the session
}

func newOutbox() *outbox { return &outbox{wake: make(chan struct{}, 1)} }

// Send implements rooms.Outbox.
func (o *outbox) Send(m protocol.ServerMessage, _, seq uint64) {
	o.mu.Lock()
	defer o.mu.Unlock()
	switch m := m.(type) {
	case protocol.Joined:
		o.self = protocol.Resume{Participant: m.Self, Token: m.Token, LastSeq: m.Seq}
		o.ice = m.ICEServers
	case protocol.Waiting: // a moderator has sent it back to the lobby: it cannot be told, and cannot wait
		o.removed = true
	}
	if seq > 0 {
		o.self.LastSeq = seq
	}
	o.audience.apply(m)
	o.signal()
}

// Close implements rooms.Outbox. A server that drains closes sessions so that clients come back elsewhere; without
// signaling they would only lose media, so these stay until the server ends them.
func (o *outbox) Close(reason protocol.ByeReason) {
	if reason == protocol.ByeShutdown {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.removed = true
	o.signal()
}

func (o *outbox) signal() {
	select {
	case o.wake <- struct{}{}:
	default:
	}
}

// stage says what should be shown now, and whether the session still is in the room.
func (o *outbox) stage(now shown) (next shown, here bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.audience.stage(now), !o.removed
}

func (o *outbox) resume() protocol.Resume {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.self
}

func (o *outbox) iceServers() []protocol.ICEServer {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.ice
}
