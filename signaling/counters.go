package signaling

import "sync/atomic"

// counter names something that has happened.
type counter int

const (
	sessionsOpened counter = iota
	refusedClosed
	refusedOrigin
	refusedRequest // no WebSocket handshake with our subprotocol
	refusedFull
	refusedAddress
	messagesReceived
	messagesRefused // bad_message and what else Validate says
	messagesLimited // rate_limited
	messagesSent
	droppedEnded    // frames for a session that was ending
	droppedOverflow // frames that were queued when an outbox overflowed
	droppedEncode   // messages that could not be encoded
	panics
	endedLeft
	endedReplaced
	endedTooSlow
	endedShutdown
	endedProtocol
	endedRate
	endedMedia
	endedRoomClosed
	endedRemoved // by a moderator, or not let in
	endedTimeout
	endedTooBig
	endedInternal
	endedDead    // no sign of life
	endedGone    // the client closed without a leave
	endedStalled // a write failed or took too long
	counterCount
)

var counterNames = [counterCount]string{
	sessionsOpened: "sessions_opened",
	refusedClosed:  "refused_closed", refusedOrigin: "refused_origin", refusedRequest: "refused_request",
	refusedFull: "refused_full", refusedAddress: "refused_address",
	messagesReceived: "messages_received", messagesRefused: "messages_refused", messagesLimited: "messages_limited",
	messagesSent: "messages_sent",
	droppedEnded: "dropped_ended", droppedOverflow: "dropped_overflow", droppedEncode: "dropped_encode",
	panics:    "panics",
	endedLeft: "ended_left", endedReplaced: "ended_replaced", endedTooSlow: "ended_too_slow", endedShutdown: "ended_shutdown",
	endedProtocol: "ended_protocol", endedRate: "ended_rate", endedMedia: "ended_media", endedRoomClosed: "ended_room_closed",
	endedRemoved: "ended_removed", endedTimeout: "ended_timeout", endedTooBig: "ended_too_big", endedInternal: "ended_internal", endedDead: "ended_dead",
	endedGone: "ended_gone", endedStalled: "ended_stalled",
}

// counters grow for the life of a server.
type counters [counterCount]atomic.Uint64

func (c *counters) add(which counter) { c[which].Add(1) }

func (c *counters) values() map[string]uint64 {
	values := make(map[string]uint64, counterCount)
	for i, name := range counterNames {
		values[name] = c[i].Load()
	}
	return values
}
