package forward

import (
	"time"

	"github.com/pion/rtcp"

	"salon/sfu/codec"
	"salon/sfu/layers"
)

// EncodingInfo is what an encoding is doing, or, where one encoding carries several spatial layers, one of these: Index is
// the Spatial of layers then, and what is measured includes the layers below that are sent with it.
type EncodingInfo struct {
	Index   int8   `json:"index"`
	RID     string `json:"rid,omitempty"`
	Width   int    `json:"width"` // of the newest keyframe, 0 while unknown
	Height  int    `json:"height"`
	Bitrate int    `json:"bitrate"` // bit/s of RTP payload
	// Bitrates are in bit/s on the wire, PacketOverhead included, cumulative by temporal layer: index 0 is the base. One
	// without temporal layers; nil in the first half second, and when nothing was received lately.
	Bitrates []int  `json:"bitrates"`
	Live     bool   `json:"live"`    // packets came within the last 1.5 s
	Packets  uint64 `json:"packets"` // distinct ones, recovered ones included
	Bytes    uint64 `json:"bytes"`
	Lost     uint64 `json:"lost"` // before retransmission
	// FractionLost is the loss between the last two receiver reports, 0 to 1.
	FractionLost float64 `json:"fraction_lost"`
	Recovered    uint64  `json:"recovered"`  // by retransmission
	Duplicates   uint64  `json:"duplicates"` // dropped
}

// PublicationInfo is what a publication is doing.
type PublicationInfo struct {
	Codec      string         `json:"codec"` // "" before the first packet
	Forwarding bool           `json:"forwarding"`
	Encodings  []EncodingInfo `json:"encodings"`
	Refused    uint64         `json:"refused"`   // packets that came while forwarding was off
	Malformed  uint64         `json:"malformed"` // packets that could not be parsed
}

// Info returns what the publication is doing now.
func (p *Publication) Info() PublicationInfo {
	now := time.Now()
	info := PublicationInfo{Forwarding: p.Forwarding(), Refused: p.refused.Load(), Malformed: p.malformed.Load()}
	carriers := p.encodings
	if e := p.layered(now); e != nil {
		carriers = []*Encoding{e}
	}
	live := false
	for _, e := range carriers {
		var c codec.Codec
		info.Encodings, c = e.appendInfo(info.Encodings, now)
		// An encoding that rests may remember the codec of before.
		if l := info.Encodings[len(info.Encodings)-1].Live; c != codec.Unknown && (l || !live) {
			info.Codec, live = c.String(), live || l
		}
	}
	return info
}

// layered says whether the encoding carries several spatial layers now.
func (e *Encoding) layered(now time.Time) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.layers > 1 && e.meter.live(now)
}

// appendInfo appends what the encoding, or each of its spatial layers, is doing.
func (e *Encoding) appendInfo(all []EncodingInfo, now time.Time) ([]EncodingInfo, codec.Codec) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.layers <= 1 {
		return append(all, e.info(e.index, 0, now)), e.codec
	}
	for spatial := range e.layers {
		all = append(all, e.info(spatial, spatial, now))
	}
	return all, e.codec
}

// info describes a spatial layer. The lock is held.
func (e *Encoding) info(index, spatial int8, now time.Time) EncodingInfo {
	m, size := e.meter.layer(spatial), e.size(spatial)
	return EncodingInfo{
		Index: index, RID: e.rid, Width: int(size.Width), Height: int(size.Height),
		Bitrate: m.rate(now), Bitrates: m.bitrates(now), Live: m.live(now), Packets: e.meter.packets, Bytes: e.meter.bytes,
		Lost: e.reception.lost(), FractionLost: float64(e.reception.fractionLost) / 256,
		Recovered: e.meter.recovered, Duplicates: e.meter.duplicates,
	}
}

// size returns the size of a spatial layer's pictures. The lock is held.
func (e *Encoding) size(spatial int8) codec.Size {
	if e.layers > 1 {
		return e.sizes[min(max(spatial, 0), codec.MaxSpatial-1)]
	}
	return codec.Size{Width: e.width, Height: e.height}
}

// sizeOf returns the size of the pictures of a receiver's layer.
func (e *Encoding) sizeOf(l layers.Layer) codec.Size {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.size(l.Spatial)
}

// SlotInfo is what a slot is doing.
type SlotInfo struct {
	Filled   bool          `json:"filled"`
	Target   layers.Layer  `json:"target"`
	Current  layers.Layer  `json:"current"`
	Reason   string        `json:"reason"`   // why the target is what it is
	Selector string        `json:"selector"` // why the current layer is not the target
	Width    int           `json:"width"`    // of the encoding that is sent
	Height   int           `json:"height"`
	Packets  uint64        `json:"packets"`
	Bytes    uint64        `json:"bytes"`
	Resent   uint64        `json:"resent"`
	Dropped  uint64        `json:"dropped"` // unwanted, late, or refused by the transport
	Lost     uint64        `json:"lost"`    // as the receiver reports
	Loss     float64       `json:"loss"`    // between its last two reports, 0 to 1
	RTT      time.Duration `json:"rtt"`

	Redundancy       int    `json:"redundancy"`        // earlier payloads that each packet carries along
	RedundancyReason string `json:"redundancy_reason"` // why so many
	Redundant        uint64 `json:"redundant"`         // bytes of them
}

// Info returns what the slot is doing now.
func (s *Slot) Info() SlotInfo {
	s.mu.Lock()
	defer s.mu.Unlock()
	info := SlotInfo{
		Target: layers.None, Current: layers.None, Reason: s.reason,
		Packets: s.counts.packets, Bytes: s.counts.bytes, Resent: s.counts.resent,
		Dropped: s.counts.unwanted + s.counts.late + s.counts.failed,
		Lost:    s.remote.lost, Loss: s.remote.fraction, RTT: s.remote.rtt,
		Redundancy: s.redundancy.distance, RedundancyReason: s.redundancy.reason, Redundant: s.counts.redundant,
	}
	if sub := s.filled; sub != nil {
		info.Filled = true
		info.Target, info.Current = sub.selector.Target(), sub.selector.Current()
		info.Selector = sub.selector.Reason().String()
		if e := sub.current(); e != nil {
			size := e.sizeOf(info.Current)
			info.Width, info.Height = int(size.Width), int(size.Height)
		}
	}
	return info
}

// remoteReport is what the receiver says of a slot (RFC 3550 6.4.1).
type remoteReport struct {
	lost     uint64
	fraction float64
	rtt      time.Duration
	reports  [8]sentReport // the newest sender reports, to measure the round trip
	next     int
}

type sentReport struct {
	middle uint32 // of the NTP timestamp, which comes back as LSR
	at     time.Time
}

func (r *remoteReport) sent(ntp uint64, now time.Time) {
	r.reports[r.next%len(r.reports)] = sentReport{middle: uint32(ntp >> 16), at: now}
	r.next++
}

// ReceiverReport notes the receiver's block about the slot. It returns the round trip that the block tells, 0 when it
// tells none.
func (s *Slot) ReceiverReport(b rtcp.ReceptionReport, now time.Time) (rtt time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := &s.remote
	r.lost, r.fraction = uint64(b.TotalLost), float64(b.FractionLost)/256
	if b.LastSenderReport == 0 {
		return 0
	}
	for _, report := range r.reports {
		if report.middle == b.LastSenderReport && !report.at.IsZero() {
			held := time.Duration(float64(b.Delay) / 65536 * float64(time.Second))
			if rtt := now.Sub(report.at) - held; rtt >= 0 && rtt < 10*time.Second {
				r.rtt = rtt
				return rtt
			}
		}
	}
	return 0
}
