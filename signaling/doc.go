// Package signaling connects WebSockets to rooms: it admits sessions, reads and answers their messages, and ends them.
//
// It owns the handshake (origin, subprotocol, counts), the limits on size and rate, the bounded outbox, liveness, and the
// close codes. What a message means belongs to rooms; what it looks like, to signaling/protocol. Gorilla's WebSocket
// package is used here and nowhere else.
//
//	socket -> read loop -> protocol.DecodeClient -> rates -> handlers -> rooms -> reply
//	socket <- write loop <- outbox <- replies, and what rooms send
//
// A session has two goroutines. The read loop, on the HTTP server's goroutine, owns the participant and carries out one
// request after the other. The write loop owns writing. They meet only in the outbox: whoever wants the session to end
// says so there, the first to say it wins, and the write loop carries it out.
package signaling
