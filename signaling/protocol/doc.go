// Package protocol is every message on the wire between a client and Salon, as pure data.
//
// A connection is a WebSocket on /ws with subprotocol [Subprotocol]. Every text frame is one JSON [Envelope]:
//
//	client -> server  {"type":"view","id":7,"data":{...}}    id: the client's number for this request (>= 1)
//	server -> client  {"type":"ok","re":7,"data":{}}         re: the request that this answers
//	server -> client  {"type":"chat","seq":12,"data":{...}}  seq: the number of a room event for this participant
//
// The flow of a call:
//
//	join   ->            who and where, or which participant to resume
//	       <- joined     the whole truth: people, publications, chat, limits
//	offer  ->            SDP, and the source of every section that sends
//	       <- answer     SDP, and the slots
//	publish, mute, unpublish ->   what is on offer to the room
//	view   ->            what the screen shows now, the whole of it
//	       <- slots      which publication fills which slot, the whole of it
//	       <- encodings    which encodings of a publication anybody can use
//	       <- participant_*, publication_*, chat, speakers, stats
//	leave  ->
//	       <- bye        why the session ends
//
// Every request that carries an id gets exactly one reply (joined, answer, ok, pong or error). Room events carry a
// seq that grows by one; a client that lost its socket joins again with [Resume] and receives what it missed. The
// package knows no sockets and no rooms; the TypeScript types of the web client are generated from it.
package protocol
