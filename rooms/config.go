package rooms

import (
	"context"
	"log/slog"
	"time"

	"salon/rooms/policy"
	"salon/rooms/store"
	"salon/rooms/token"
	"salon/sfu/codec"
	"salon/sfu/congestion"
	"salon/sfu/transport"
	"salon/signaling/protocol"
)

// Peer is the server's end of a participant's PeerConnection.
type Peer interface {
	// Answer answers an offer; one at a time. It may take as long as its context allows.
	Answer(ctx context.Context, o transport.Offer) (transport.Answer, error)
	// Close ends the connection. It may wait, also for an Answer that is under way: it is never called on a room's
	// goroutine.
	Close()
	// Connected says whether media can flow now.
	Connected() bool
	// RTT is the newest round trip, 0 while unknown.
	RTT() time.Duration
	// Estimate is the bandwidth toward the participant, for all that is sent, audio included. When it falls by more than
	// a tenth below what was last returned, transport.Events.Fell is called.
	Estimate() congestion.Estimate
	// Want says how much would be sent if the bandwidth sufficed, in bit/s, audio included; so much is probed for.
	Want(bitrate int)
}

// Outbox is where a participant's messages go: a session's bounded queue. It must not call back into this package
// from these methods, because a room's goroutine may be calling. One that also has
//
//	CloseRetry(reason protocol.ByeReason, retryAfter time.Duration)
//
// gets that in place of Close when the server can say when to come back.
type Outbox interface {
	// Send queues a message: re is the request that it answers, seq the number of a room event, each 0 where it does
	// not apply. It never blocks; an overflow closes the session with too_slow.
	Send(m protocol.ServerMessage, re, seq uint64)
	// Close sends Bye, after what is queued, and closes the session. It never blocks, and only the first call counts.
	Close(reason protocol.ByeReason)
}

// retryingOutbox is the part of an Outbox that need not be there.
type retryingOutbox interface {
	CloseRetry(reason protocol.ByeReason, retryAfter time.Duration)
}

// explainingOutbox is the part of an Outbox that can pass on what a moderator wrote to whom it removed.
type explainingOutbox interface {
	CloseWith(reason protocol.ByeReason, message string)
}

// Limits bound what clients can make the server keep. Zero means the default.
type Limits struct {
	Rooms          int           // at once; default 1000
	Participants   int           // in one room, reconnecting ones included; default 100
	Chat           int           // lines that one room keeps; default 200, negative: none
	AudioSlots     int           // how many others a participant hears at once: the loudest; default 6
	Cameras        int           // how many cameras a participant gets at once; default 25
	ViewerBitrate  int           // bit/s that a participant gets at most, audio included; 0: what its link carries
	ReconnectGrace time.Duration // how long a lost participant is kept; default 30 s
	// Journal is how many events are kept for each participant's resume; default 128. A replay goes through the
	// session's outbox at once, so it must be well below what that holds.
	Journal int
}

func (l Limits) withDefaults() Limits {
	for value, standard := range map[*int]int{
		&l.Rooms: 1000, &l.Participants: 100, &l.Chat: 200, &l.AudioSlots: 6, &l.Cameras: 25, &l.Journal: 128,
	} {
		if *value == 0 {
			*value = standard
		}
	}
	if l.ReconnectGrace == 0 {
		l.ReconnectGrace = 30 * time.Second
	}
	return l
}

// Files are room files, by the keys of rooms.
type Files interface {
	Room(key string) policy.File // zero where there is none
	Keys() []string              // of the rooms that have one
	Problem(key string) error    // what is wrong with the file of a room, nil when nothing is
}

// Config says what a registry works with.
type Config struct {
	Limits     Limits
	NewPeer    func(transport.Events) (Peer, error) // called by the goroutine that makes the first offer
	ICEServers func() []protocol.ICEServer          // called at every join; nil: none
	Site       policy.Site                          // rules for every room
	Files      Files                                // room files; nil: there are none
	Store      *store.Store                         // what outlives rooms and the process; nil: nothing does
	Tokens     *token.Verifier                      // nil: tokens are refused
	// Codecs are the video codecs that publishers are asked for, by source, the preferred one first: the first that
	// everybody present can decode. A source without any sends what it likes.
	Codecs map[protocol.Source][]codec.Codec
	// Observer is told what happens in rooms; nil: nobody is.
	Observer Observer
	Version  string       // for Joined
	Log      *slog.Logger // nil: nothing is logged
}
