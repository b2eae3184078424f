package rooms

import (
	"cmp"
	"context"
	"slices"
	"time"

	"salon/sfu/allocation"
	"salon/sfu/forward"
	"salon/signaling/protocol"
)

// Snapshot is what goes on in all rooms, for people who look for the cause of something. It holds no names and no
// secrets.
type Snapshot struct {
	Totals Totals         `json:"totals"`
	Rooms  []RoomSnapshot `json:"rooms"` // by name
}

// RoomSnapshot is what goes on in one room.
type RoomSnapshot struct {
	Name         string                `json:"name"`
	Unanswering  bool                  `json:"unanswering,omitempty"` // the room did not answer in time; the rest is empty
	Draining     bool                  `json:"draining,omitempty"`
	Tick         time.Duration         `json:"tick_ns"`
	Speaking     []string              `json:"speaking"` // participants, loudest first
	Loudest      []ContentSnapshot     `json:"loudest"`  // what deserves the audio slots
	ChatLines    int                   `json:"chat_lines"`
	Participants []ParticipantSnapshot `json:"participants"` // in order of arrival
}

// ContentSnapshot names a publication.
type ContentSnapshot struct {
	Participant string          `json:"participant"`
	Source      protocol.Source `json:"source"`
}

// ParticipantSnapshot is what goes on with one participant.
type ParticipantSnapshot struct {
	ID           string                    `json:"id"`
	State        protocol.ParticipantState `json:"state"`
	Peer         string                    `json:"peer"` // the newest transport.State, "" without a Peer
	Connected    bool                      `json:"connected"`
	RTT          time.Duration             `json:"rtt_ns"`
	Estimate     EstimateSnapshot          `json:"estimate"`
	Bandwidth    BandwidthSnapshot         `json:"bandwidth"`
	Seq          uint64                    `json:"seq"`  // of its newest event
	Kept         int                       `json:"kept"` // events kept for a resume
	Tiles        int                       `json:"tiles"`
	Publications []PublicationSnapshot     `json:"publications"`
	Slots        []SlotSnapshot            `json:"slots"` // audio first, each kind in order of mids
}

// EstimateSnapshot is the bandwidth toward a participant, and why it is what it is.
type EstimateSnapshot struct {
	Bitrate  int           `json:"bitrate"` // bit/s
	State    string        `json:"state"`
	Reason   string        `json:"reason"`
	Received int           `json:"received"` // bit/s that arrive
	Loss     float64       `json:"loss"`     // 0 to 1
	Queue    time.Duration `json:"queue_ns"` // how long packets wait on the path
}

// BandwidthSnapshot is how the estimate is divided, in bit/s.
type BandwidthSnapshot struct {
	Unlimited bool `json:"unlimited,omitempty"` // the receiver tells nothing of its link: it gets what it shows
	Audio     int  `json:"audio"`               // which comes first
	Video     int  `json:"video"`               // what is left for it; 0 when unlimited
	Used      int  `json:"used"`                // of that, by the targets of all slots
}

// PublicationSnapshot is what goes on with one publication.
type PublicationSnapshot struct {
	Source protocol.Source          `json:"source"`
	Muted  bool                     `json:"muted"`
	Bound  bool                     `json:"bound"`  // a Peer carries it; otherwise Media is empty
	Wanted int8                     `json:"wanted"` // the largest encoding that the room wants of it
	Media  *forward.PublicationInfo `json:"media,omitempty"`
}

// SlotSnapshot is what goes on with one slot.
type SlotSnapshot struct {
	Mid   string           `json:"mid"`
	Kind  protocol.Kind    `json:"kind"`
	Holds *ContentSnapshot `json:"holds,omitempty"`
	Media forward.SlotInfo `json:"media"` // target, current layer, reasons, counts
	// Allocation is the video slot's part in the division of bandwidth; absent where it has none.
	Allocation *AllocationSnapshot `json:"allocation,omitempty"`
}

// AllocationSnapshot is what was decided for a video slot, in bit/s. The reason is in Media.
type AllocationSnapshot struct {
	Paused  bool `json:"paused,omitempty"` // the link carries less than Least
	Bitrate int  `json:"bitrate"`          // of the target
	Least   int  `json:"least"`            // of the lowest layer
	Ideal   int  `json:"ideal"`            // of what the tile would get from a link that carries everything
}

// snapshotPatience is how long a snapshot waits for all rooms. None takes long, unless it is broken, which is when
// somebody looks.
const snapshotPatience = 2 * time.Second

// Snapshot asks every room what goes on in it.
func (r *Registry) Snapshot() Snapshot {
	ctx, cancel := context.WithTimeout(context.Background(), snapshotPatience)
	defer cancel()
	s := Snapshot{Totals: r.Totals(), Rooms: []RoomSnapshot{}}
	for _, home := range r.all() {
		var room RoomSnapshot
		switch err := home.call(ctx, func() error { room = home.snapshot(); return nil }); err {
		case nil:
			s.Rooms = append(s.Rooms, room)
		case errEnded:
		default:
			s.Rooms = append(s.Rooms, RoomSnapshot{Name: home.key, Unanswering: true})
		}
	}
	slices.SortFunc(s.Rooms, func(a, b RoomSnapshot) int { return cmp.Compare(a.Name, b.Name) })
	return s
}

func (r *room) snapshot() RoomSnapshot {
	s := RoomSnapshot{
		Name: r.key, Draining: !r.drained.IsZero(), Tick: r.interval, ChatLines: len(r.chat.lines),
		Speaking: append([]string{}, r.speech.speaking...), Loudest: []ContentSnapshot{}, Participants: []ParticipantSnapshot{},
	}
	for _, c := range r.speech.loudest {
		s.Loudest = append(s.Loudest, *c.snapshot())
	}
	for _, p := range r.people {
		s.Participants = append(s.Participants, p.snapshot())
	}
	return s
}

func (p *Participant) snapshot() ParticipantSnapshot {
	s := ParticipantSnapshot{
		ID: p.id, State: p.state(), Seq: p.session.journal.newest, Kept: len(p.session.journal.events), Tiles: len(p.view),
		Publications: []PublicationSnapshot{}, Slots: []SlotSnapshot{},
	}
	if p.media.peer != nil {
		s.Peer = p.media.watch.newest()
		s.Connected, s.RTT = p.media.peer.Connected(), p.media.peer.RTT()
		e := p.media.peer.Estimate()
		s.Estimate = EstimateSnapshot{e.Bitrate, e.State.String(), e.Reason, e.Received, e.Loss, e.Queue}
	}
	s.Bandwidth = p.link.snapshot()
	for _, pub := range p.publications {
		ps := PublicationSnapshot{Source: pub.source, Muted: pub.muted, Bound: pub.media != nil, Wanted: pub.wanted.Max}
		if pub.media != nil {
			info := pub.media.Info()
			ps.Media = &info
		}
		s.Publications = append(s.Publications, ps)
	}
	for _, slot := range slices.Concat(p.media.audio, p.media.video) {
		s.Slots = append(s.Slots, SlotSnapshot{
			Mid: slot.mid, Kind: slot.sink.Kind(), Holds: slot.holds.snapshot(), Media: slot.sink.Info(), Allocation: slot.allocation(),
		})
	}
	return s
}

func (l link) snapshot() BandwidthSnapshot {
	if l.budget == allocation.Unlimited {
		return BandwidthSnapshot{Unlimited: true, Audio: l.audio, Used: l.used}
	}
	return BandwidthSnapshot{Audio: l.audio, Video: l.budget, Used: l.used}
}

// allocation returns nil for a slot that does not compete.
func (s *slot) allocation() *AllocationSnapshot {
	d := s.decision
	if d.Least == 0 {
		return nil
	}
	return &AllocationSnapshot{Paused: d.Paused, Bitrate: d.Bitrate, Least: d.Least, Ideal: d.Ideal}
}

// snapshot returns nil for nothing.
func (c content) snapshot() *ContentSnapshot {
	if c == (content{}) {
		return nil
	}
	return &ContentSnapshot{c.participant, c.source}
}
