package rooms

import (
	"sync/atomic"

	"salon/signaling/protocol"
)

// leftReasons are all reasons for which a participant leaves.
var leftReasons = [...]protocol.LeftReason{protocol.LeftByChoice, protocol.LeftTimeout, protocol.LeftRemoved}

// counters are what a registry counts. Any goroutine may.
type counters struct {
	participants, reconnecting  atomic.Int64 // now
	publications                atomic.Int64 // now
	joins, resumes, replays     atomic.Uint64
	refusedJoins                atomic.Uint64
	leaves                      [len(leftReasons)]atomic.Uint64
	chatLines                   atomic.Uint64
	panics, droppedPosts        atomic.Uint64
	slotChanges, layerDecisions atomic.Uint64
}

func (c *counters) left(reason protocol.LeftReason) {
	for i, r := range leftReasons {
		if r == reason {
			c.leaves[i].Add(1)
		}
	}
}

// Totals are a registry's numbers, for metrics. Those that end in Now go up and down, the others only up.
type Totals struct {
	RoomsNow        int   `json:"rooms_now"`
	ParticipantsNow int64 `json:"participants_now"` // reconnecting ones included
	ReconnectingNow int64 `json:"reconnecting_now"` // participants without a session
	PublicationsNow int64 `json:"publications_now"`

	Joins          uint64                         `json:"joins"`         // resumes not included
	JoinsRefused   uint64                         `json:"joins_refused"` // resumes included
	Resumes        uint64                         `json:"resumes"`
	ResumesByEvent uint64                         `json:"resumes_by_event"` // those that needed no snapshot
	Leaves         map[protocol.LeftReason]uint64 `json:"leaves"`
	ChatLines      uint64                         `json:"chat_lines"`
	SlotChanges    uint64                         `json:"slot_changes"`    // a publication began to fill a slot
	LayerDecisions uint64                         `json:"layer_decisions"` // a slot's target layer changed
	Panics         uint64                         `json:"panics"`          // in a room's goroutine; each is a bug
	DroppedPosts   uint64                         `json:"dropped_posts"`   // a room's inbox was full; a tick makes up for it
}

// Totals returns the numbers without asking any room.
func (r *Registry) Totals() Totals {
	r.mu.Lock()
	rooms := len(r.rooms)
	r.mu.Unlock()
	c := &r.counters
	t := Totals{
		RoomsNow: rooms, ParticipantsNow: c.participants.Load(), ReconnectingNow: c.reconnecting.Load(),
		PublicationsNow: c.publications.Load(),
		Joins:           c.joins.Load(), JoinsRefused: c.refusedJoins.Load(), Resumes: c.resumes.Load(), ResumesByEvent: c.replays.Load(),
		Leaves: map[protocol.LeftReason]uint64{}, ChatLines: c.chatLines.Load(), SlotChanges: c.slotChanges.Load(),
		LayerDecisions: c.layerDecisions.Load(), Panics: c.panics.Load(), DroppedPosts: c.droppedPosts.Load(),
	}
	for i, reason := range leftReasons {
		t.Leaves[reason] = c.leaves[i].Load()
	}
	return t
}
