package signaling

import (
	"github.com/gorilla/websocket"

	"salon/signaling/protocol"
)

// Close codes of our own (RFC 6455 section 7.4.2 leaves 4000 to 4999 to applications). The others in use are 1000 left,
// 1001 shutdown, 1002 broken WebSocket framing, 1003 binary frame, 1007 unreadable frame, 1008 flooding, 1009 frame too big and 1011 internal error.
// A client reads Bye; the code is for those that do not get it, and for the logs of proxies.
const (
	CloseReplaced   = 4000 // another session resumed the participant
	CloseTooSlow    = 4001 // the outbox overflowed
	CloseMedia      = 4002 // the media connection broke the rules
	CloseRoomClosed = 4003 // the room ended, or the participant was removed
	CloseTimeout    = 4004 // no join in time
)

// ending says why and how a session ends.
type ending struct {
	why        counter
	bye        protocol.ByeReason // "": no Bye
	code       int                // of the close frame; 0: the socket is closed without one
	retryAfter int                // seconds
	re         uint64             // the leave that Bye answers
	message    string             // from a moderator
	// left is set where the participant is taken out of the room; else it may resume.
	left protocol.LeftReason
}

// byes are the endings that have a Bye, by its reason.
var byes = map[protocol.ByeReason]ending{
	protocol.ByeLeft:       {why: endedLeft, code: websocket.CloseNormalClosure, left: protocol.LeftByChoice},
	protocol.ByeReplaced:   {why: endedReplaced, code: CloseReplaced},
	protocol.ByeTooSlow:    {why: endedTooSlow, code: CloseTooSlow},
	protocol.ByeShutdown:   {why: endedShutdown, code: websocket.CloseGoingAway},
	protocol.ByeProtocol:   {why: endedProtocol, code: websocket.CloseInvalidFramePayloadData},
	protocol.ByeRate:       {why: endedRate, code: websocket.ClosePolicyViolation, left: protocol.LeftRemoved},
	protocol.ByeMedia:      {why: endedMedia, code: CloseMedia, left: protocol.LeftRemoved},
	protocol.ByeRoomClosed: {why: endedRoomClosed, code: CloseRoomClosed, left: protocol.LeftRemoved},
	protocol.ByeTimeout:    {why: endedTimeout, code: CloseTimeout, left: protocol.LeftTimeout},
	protocol.ByeRemoved:    {why: endedRemoved, code: CloseRoomClosed, left: protocol.LeftRemoved},
	protocol.ByeBanned:     {why: endedRemoved, code: CloseRoomClosed, left: protocol.LeftRemoved},
	protocol.ByeRefused:    {why: endedRemoved, code: CloseRoomClosed, left: protocol.LeftRemoved},
	protocol.ByeLobbyOver:  {why: endedTimeout, code: CloseTimeout, left: protocol.LeftTimeout},
	protocol.ByeEnded:      {why: endedRoomClosed, code: CloseRoomClosed, left: protocol.LeftRemoved},
}

// byeFor returns the ending with that Bye.
func byeFor(reason protocol.ByeReason) ending {
	e, ok := byes[reason]
	if !ok {
		e = ending{why: endedInternal, code: websocket.CloseInternalServerErr}
	}
	e.bye = reason
	return e
}

// The endings without a Bye: the client is not there to read it, or must not be told more.
var (
	endGone     = ending{why: endedGone}
	endDead     = ending{why: endedDead}
	endStalled  = ending{why: endedStalled}
	endTooBig   = ending{why: endedTooBig}   // the WebSocket package has sent 1009
	endBroken   = ending{why: endedProtocol} // it has sent 1002: no WebSocket frames
	endInternal = ending{why: endedInternal, code: websocket.CloseInternalServerErr}
)
