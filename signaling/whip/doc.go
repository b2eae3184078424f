// Package whip lets programs that speak standard HTTP in place of Salon's protocol into rooms: WHIP (RFC 9725) publishes
// a microphone and a camera, WHEP (draft-ietf-wish-whep) plays a room's stage.
//
// It owns the HTTP side (methods, status codes, entity tags, CORS, the token, limits), the differences between what such
// clients offer and what sfu/transport accepts, and the choice of what is on a room's stage. It joins rooms as any other
// client does: a WHIP or WHEP session is a participant. Media, rights and slots do not belong here.
//
//	POST   /whip/{room}            the offer -> 201 with the answer; the Location is the session's
//	PATCH  /whip/{room}/{session}  an ICE restart, or candidates, which an ICE-lite server does not need
//	DELETE /whip/{room}/{session}  leave
//
// and the same with /whep/. A session has one goroutine, which looks after its media and, for WHEP, moves the view to
// whatever is on the stage.
package whip
