package forward

import (
	"sync"
	"time"

	"github.com/pion/rtcp"

	"salon/sfu/codec"
	"salon/sfu/layers"
	"salon/sfu/sequence"
	"salon/signaling/protocol"
)

// Slot is one pre-negotiated sending section toward a receiver; any publication of its kind may fill it, one at a
// time, and the receiver sees one continuous RTP stream. Safe for concurrent use.
//
// Its lock is held while a new packet goes to the sink, so that packets leave in the order of their numbers; the sink
// does not block. While it is held, an encoding's lock may be taken to read a sender report, never the other way.
type Slot struct {
	kind protocol.Kind
	sink Sink

	mu          sync.Mutex
	projection  *sequence.Projection
	source      *Encoding // whose timestamps the projection maps; nil before anything was sent
	filled      *subscription
	reason      string // why the target is what it is
	counts      slotCounts
	remote      remoteReport
	resends     resends
	sentAt      time.Time // when the newest packet was sent
	replayBytes int       // as LimitReplay was told
	probeTurn   uint16    // how far behind the newest the next probe packet is
	out         Outgoing  // reused, so that sending allocates nothing
	rewriter    rewriter  // what out's descriptors point to
	redundancy  redundancy
}

// slotCounts are what a slot sent and what it did not.
type slotCounts struct {
	packets, bytes, resent uint64
	redundant              uint64 // bytes of payloads that went along with later ones
	ignored                uint64 // packets of encodings that the slot does not send
	unwanted               uint64 // packets of temporal layers above the target
	late                   uint64 // packets whose numbers were given away
	failed                 uint64 // packets that the sink refused
}

// NewSlot returns an empty slot. The caller gives the first sequence number and timestamp, which should be random
// (RFC 3550 5.1).
func NewSlot(kind protocol.Kind, sink Sink, firstSequence uint16, firstTimestamp uint32) *Slot {
	s := &Slot{kind: kind, sink: sink}
	s.projection = sequence.NewProjection(firstSequence, firstTimestamp, s.clockRate())
	if kind == protocol.Audio {
		s.projection.Remember(audioHistory)
	} else {
		s.projection.Remember(videoNumbers)
	}
	return s
}

// Kind says whether the slot is audio or video.
func (s *Slot) Kind() protocol.Kind { return s.kind }

// clockRate is the RTP clock of every codec of the slot's kind.
func (s *Slot) clockRate() uint32 {
	if s.kind == protocol.Audio {
		return codec.Opus.ClockRate()
	}
	return codec.VP8.ClockRate()
}

// Fill makes the publication fill the slot in place of what did. A video slot sends nothing before SetTarget.
func (s *Slot) Fill(p *Publication) {
	s.Clear()
	s.mu.Lock()
	sub := &subscription{slot: s, publication: p, epoch: s.projection.Epoch()}
	if s.kind == protocol.Audio {
		sub.selector.SetTarget(layers.Layer{Temporal: layers.MaxTemporal})
	}
	s.filled, s.reason = sub, ""
	s.mu.Unlock()
	if !p.subscribe(sub) {
		s.clear(sub)
		return
	}
	s.mu.Lock()
	stays := s.filled == sub
	s.mu.Unlock()
	if !stays { // somebody emptied or refilled the slot meanwhile
		p.unsubscribe(sub)
	}
}

// Clear empties the slot.
func (s *Slot) Clear() {
	s.mu.Lock()
	sub := s.filled
	s.filled = nil
	s.mu.Unlock()
	if sub != nil {
		sub.publication.unsubscribe(sub)
	}
}

// clear empties the slot if sub still fills it.
func (s *Slot) clear(sub *subscription) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.filled == sub {
		s.filled = nil
	}
}

// SetTarget says which layer the receiver should get, and why. The current layer goes on until the target's keyframe.
func (s *Slot) SetTarget(l layers.Layer, reason string) {
	s.mu.Lock()
	sub := s.filled
	if sub == nil {
		s.mu.Unlock()
		return
	}
	s.reason = reason
	pauses := l == layers.None && sub.selector.Target() != layers.None
	sub.selector.SetTarget(l)
	if l != layers.None {
		sub.kept = nil
	}
	sub.begin(time.Now())
	encoding, wanted := sub.keyframeWanted()
	s.mu.Unlock()
	if pauses {
		s.keep()
	}
	if wanted {
		sub.publication.wantKeyframe(encoding, time.Now())
	}
}

// RequestKeyframe is a receiver's PLI or FIR.
func (s *Slot) RequestKeyframe() {
	s.mu.Lock()
	sub := s.filled
	var encoding int8 = -1
	if sub != nil {
		encoding = sub.selector.Encoding()
	}
	s.mu.Unlock()
	if encoding >= 0 {
		sub.publication.wantKeyframe(encoding, time.Now())
	}
}

// send renumbers a packet and gives it to the sink. The lock is held.
func (s *Slot) send(p *packet, in sequence.Input) {
	out, ok := s.projection.Map(in, p.arrival)
	if !ok {
		s.counts.late++
		return
	}
	o := &s.out
	*o = Outgoing{SequenceNumber: out.Sequence, Timestamp: out.Timestamp, Marker: out.Marker, Codec: p.codec, Payload: p.payload, Padding: p.padding, Burst: p.burst}
	s.rewriter.rewrite(o, &p.frame, p.dependency, &out, in.Note)
	if s.redundancy.distance > 0 {
		o.Redundant = s.redundancy.gather(s.projection, p, &out)
	}
	if err := s.sink.Send(o); err != nil {
		s.counts.failed++
		return
	}
	s.sentAt = p.arrival
	s.counts.packets++
	s.counts.bytes += uint64(len(p.payload))
	for i := range o.Redundant {
		s.counts.redundant += uint64(len(o.Redundant[i].Payload))
	}
}

// rebase makes the slot go on with another encoding, from its packet p. The lock is held.
func (s *Slot) rebase(p *packet, in sequence.Input, timestamp uint32) {
	s.projection.Rebase(p.encoding.index, in, timestamp)
	s.source = p.encoding
}

// timestampOf is the output timestamp of the first packet of another encoding at wall time now. An instant of capture
// keeps its output time, whoever captured it, so that what sender reports have told stays true; until reports have come,
// and where the clocks do not agree, wall time since the last output counts. The lock is held.
func (s *Slot) timestampOf(p *packet, now time.Time) uint32 {
	if s.source != nil {
		old, new := s.source.lastReport(), p.encoding.lastReport()
		if timestamp, ok := s.projection.Align(old.Report, new.Report, p.timestamp, now); ok {
			return timestamp
		}
	}
	return s.projection.TimestampAt(now)
}

// SenderReport returns the report that tells the receiver how the slot's timestamps relate to the server's wall clock
// (RFC 3550 6.4.1), nil while the publisher has not told. It goes on unchanged where another publication fills the slot. The SSRC is left to the caller.
func (s *Slot) SenderReport(now time.Time) *rtcp.SenderReport {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.filled == nil || !s.filled.started {
		return nil
	}
	e := s.filled.current()
	if e == nil {
		return nil
	}
	report := e.lastReport()
	if !report.Valid {
		return nil
	}
	ntp, rtp := report.at(now, s.clockRate())
	s.remote.sent(ntp, now)
	return &rtcp.SenderReport{
		NTPTime: ntp, RTPTime: rtp + s.projection.Offset(),
		PacketCount: uint32(s.counts.packets), OctetCount: uint32(s.counts.bytes + s.counts.redundant),
	}
}
