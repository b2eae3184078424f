// Package rooms knows who is here, what they publish, and who sees and hears what.
//
// It owns rooms, participants, their rights, the assignment of publications to slots, the target layer of every slot,
// who is speaking, the chat, and the journal from which a lost session is resumed. It does not know WebSockets (an
// [Outbox] takes its messages), SDP or Pion (a [Peer] answers offers), and never touches a packet.
//
//	session --call--> room's goroutine --> decide (pure: assign, audible, allocation, speech) --> do (Slot, Publication)
//	                                   --> Outbox
//
// Every room has one goroutine, which owns all of its state and waits for nothing but its inbox and its ticker. What
// may take long, answering an offer or closing a Peer, runs elsewhere.
package rooms
