package forward

import (
	"time"

	"salon/sfu/codec"
	"salon/sfu/layers"
	"salon/sfu/sequence"
)

// Incoming is one RTP packet as a transport hands it over: decrypted, padding removed, retransmissions unwrapped.
type Incoming struct {
	SequenceNumber uint16
	Timestamp      uint32
	Marker         bool
	Codec          codec.Codec // of the packet's payload type: a publisher may change it at any packet
	Payload        []byte      // valid until Receive returns, with a Group until its Forward; empty for padding
	Padding        uint8       // bytes of RTP padding behind Payload, in its memory, that a sink may send as well
	// DependencyDescriptor is the value of that header extension (AV1 RTP payload format, appendix A); valid as long.
	DependencyDescriptor []byte
	Arrival              time.Time
	Recovered            bool   // it came as a retransmission
	Burst                any    // the transport's own; every Outgoing that comes of the packet has it
	Group                *Group // the packet is forwarded with others of it, by its Forward; nil: at once
}

// packet is one received packet on its way to the subscriptions, which share it read-only.
type packet struct {
	encoding   *Encoding
	codec      codec.Codec
	sequence   uint64 // extended, of its encoding
	timestamp  uint32
	marker     bool
	frame      codec.Frame
	payload    []byte
	padding    uint8  // as in Incoming
	dependency []byte // the dependency descriptor; empty: none
	arrival    time.Time
	burst      any
	selected   layers.Packet  // what selection returns, for all receivers
	numbers    sequence.Input // what input returns
	restart    bool           // the first packet of a new RTP stream (SSRC) of its encoding
	gap        bool           // packets of video before it are missing, and none were before
	// earlier are the audio packets just before it, the nearest first, in the memory of the history; those without payload
	// did not come.
	earlier [MaxRedundancy]earlier
}

// prepare computes what all receivers need of the packet.
func (p *packet) prepare() { p.selected, p.numbers = p.selection(), p.input() }

// selection is what the selector needs to know of the packet.
func (p *packet) selection() layers.Packet {
	return layers.Packet{
		Encoding: p.encoding.index, Sequence: p.sequence, Timestamp: p.timestamp,
		Temporal: p.frame.Temporal, Start: p.frame.Start, End: p.frame.End,
		Keyframe: p.frame.Keyframe, SwitchUp: p.frame.SwitchUp, Climb: p.frame.Climb,
		SVC: layers.SVC{
			Layers: p.frame.Layers, Active: p.frame.Active, Spatial: p.frame.Spatial, Needed: p.frame.Needed, Fresh: p.frame.Fresh,
			Numbered: p.frame.Dependency.Present, Number: p.frame.Dependency.Number, Chains: p.frame.Dependency.Chains,
		},
	}
}

// input is what the projection needs to know of the packet.
func (p *packet) input() sequence.Input {
	in := sequence.Input{Sequence: p.sequence, Timestamp: p.timestamp, Marker: p.marker}
	switch p.codec {
	case codec.VP8:
		d := &p.frame.VP8
		in.Pictures = sequence.Pictures{
			HasPictureID: d.HasPictureID, Long: d.LongPictureID, HasTL0: d.HasTL0PICIDX, HasKey: d.HasKEYIDX,
			PictureID: d.PictureID, TL0PICIDX: d.TL0PICIDX, KEYIDX: d.KEYIDX,
		}
	case codec.VP9:
		d := &p.frame.VP9
		in.Pictures = sequence.Pictures{
			HasPictureID: d.HasPictureID, Long: d.LongPictureID, HasTL0: d.HasTL0PICIDX, Sparse: true,
			PictureID: d.PictureID, TL0PICIDX: d.TL0PICIDX,
		}
	}
	if d := &p.frame.Dependency; d.Present {
		in.Pictures.HasFrame, in.Pictures.Frame = true, d.Number
	}
	return in
}

// Outgoing is one RTP packet for a receiver. The sink must not keep it or its slices.
type Outgoing struct {
	SequenceNumber uint16
	Timestamp      uint32
	Marker         bool
	Codec          codec.Codec
	Descriptor     []byte // takes the place of the first len(Descriptor) bytes of Payload
	Payload        []byte
	Padding        uint8 // bytes of RTP padding behind Payload, in its memory: with them it has the size of its neighbours
	Retransmission bool  // to be sent as RTX (RFC 4588) where that is negotiated
	Probe          bool  // a Retransmission that nobody asked for: not sent without RTX
	Burst          any   // the transport's own: of the Incoming, or as given to Retransmit and Probe; nil: sent at once

	// DependencyDescriptor is the value of that header extension (AV1 RTP payload format, appendix A) for the receiver;
	// empty: none. It is left out where the receiver did not negotiate it.
	DependencyDescriptor []byte
	// Redundant are payloads that were sent before, oldest first, to go along (RFC 2198). There are none unless
	// [Slot.SetRedundancy] asked for them.
	Redundant []codec.Redundant
}

// Sink is where a slot's packets go: the sending side of one section of a receiver's PeerConnection.
type Sink interface {
	// Send sends a packet and returns whether it left. It is called by one goroutine at a time for new packets, and by
	// any goroutine for retransmissions. It must not block.
	Send(o *Outgoing) error
	// Gather lets many packets leave together: those that send sends with the burst that it is given. It does not block.
	Gather(send func(burst any))
}

// Upstream is the publisher's transport, which sends the feedback that a publication asks for.
type Upstream interface {
	// Wake asks for a call of AppendFeedback soon. It must not block.
	Wake()
}
