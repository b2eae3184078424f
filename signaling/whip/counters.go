package whip

import "sync/atomic"

// counter names something that has happened.
type counter int

const (
	sessionsOpened counter = iota
	iceRestarts
	panics
	refusedOff
	refusedOrigin
	refusedMethod
	refusedToken
	refusedRate
	refusedFull
	refusedRequest // content type, size, headers
	refusedOffer
	refusedRoom // by the room: full, bad name, shutting down
	refusedUnknown
	refusedCondition // If-Match is missing or matches no longer
	endedDeleted
	endedMedia // no media for too long
	endedRoom  // by the room
	endedShutdown
	counterCount
)

var counterNames = [counterCount]string{
	sessionsOpened: "sessions_opened", iceRestarts: "ice_restarts", panics: "panics",
	refusedOff: "refused_off", refusedOrigin: "refused_origin", refusedMethod: "refused_method", refusedToken: "refused_token",
	refusedRate: "refused_rate", refusedFull: "refused_full", refusedRequest: "refused_request", refusedOffer: "refused_offer",
	refusedRoom: "refused_room", refusedUnknown: "refused_unknown", refusedCondition: "refused_condition",
	endedDeleted: "ended_deleted", endedMedia: "ended_media", endedRoom: "ended_room", endedShutdown: "ended_shutdown",
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
