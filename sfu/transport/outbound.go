package transport

import (
	"encoding/binary"
	"errors"
	"sync"
	"sync/atomic"

	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"

	"salon/sfu/codec"
	"salon/sfu/forward"
	"salon/signaling/protocol"
)

var (
	errNotReady      = errors.New("the receiver's transport is not up")
	errNotNegotiated = errors.New("the receiver did not negotiate the codec")
	errTooLarge      = errors.New("the packet is larger than any path carries")
)

// outbound is the wire side of a slot: a sendonly section of the answer. It is Pion's TrackLocal and forward's Sink.
type outbound struct {
	id, stream  string // msid: slots of the same stream are played in sync
	kind        protocol.Kind
	slot        *forward.Slot
	transceiver *webrtc.RTPTransceiver
	counters    *counters

	bound atomic.Pointer[sending] // nil until the transport is up

	mu       sync.Mutex // leaf save for Pion's own write; guards what follows
	header   rtp.Header
	buffer   []byte // payload as it leaves: the descriptor is rewritten, RTX begins with the original number
	sequence uint16 // of the RTX stream
}

// sending is what negotiation gave the slot. It never changes.
type sending struct {
	ssrc, repairSSRC uint32
	formats          map[codec.Codec]payloadTypes
	writer           webrtc.TrackLocalWriter
}

type payloadTypes struct{ media, repair uint8 } // repair 0: no RTX

// Bind implements webrtc.TrackLocal. It never fails, since an error would fail the whole PeerConnection.
func (o *outbound) Bind(c webrtc.TrackLocalContext) (webrtc.RTPCodecParameters, error) {
	s := &sending{
		ssrc: uint32(c.SSRC()), repairSSRC: uint32(c.SSRCRetransmission()),
		formats: map[codec.Codec]payloadTypes{}, writer: c.WriteStream(),
	}
	codecs := c.CodecParameters()
	var chosen webrtc.RTPCodecParameters
	for _, p := range codecs {
		name := codec.FromMIME(p.MimeType)
		if name == codec.Unknown {
			continue
		}
		if len(s.formats) == 0 {
			chosen = p
		}
		if _, ok := s.formats[name]; !ok {
			s.formats[name] = payloadTypes{media: uint8(p.PayloadType), repair: repairType(codecs, p.PayloadType)}
		}
	}
	o.bound.Store(s)
	return chosen, nil
}

// repairType returns the RTX payload type of a codec's, 0 when there is none.
func repairType(codecs []webrtc.RTPCodecParameters, of webrtc.PayloadType) uint8 {
	for _, p := range codecs {
		if p.MimeType == webrtc.MimeTypeRTX && p.SDPFmtpLine == aptLine(of) {
			return uint8(p.PayloadType)
		}
	}
	return 0
}

// Unbind implements webrtc.TrackLocal.
func (o *outbound) Unbind(webrtc.TrackLocalContext) error {
	o.bound.Store(nil)
	return nil
}

// ID implements webrtc.TrackLocal.
func (o *outbound) ID() string { return o.id }

// RID implements webrtc.TrackLocal.
func (o *outbound) RID() string { return "" }

// StreamID implements webrtc.TrackLocal.
func (o *outbound) StreamID() string { return o.stream }

// Kind implements webrtc.TrackLocal.
func (o *outbound) Kind() webrtc.RTPCodecType { return webrtc.NewRTPCodecType(string(o.kind)) }

// Send implements forward.Sink: this receiver's SSRC and payload type, no extensions, then Pion's SRTP.
func (o *outbound) Send(p *forward.Outgoing) error {
	s := o.bound.Load()
	if s == nil {
		o.counters.droppedUnready.Add(1)
		return errNotReady
	}
	types, ok := s.formats[p.Codec]
	if !ok {
		o.counters.droppedUnnegotiated.Add(1)
		return errNotNegotiated
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	payload := o.payload(p, s.repairSSRC != 0 && types.repair != 0)
	if payload == nil {
		return errTooLarge
	}
	if _, err := s.writer.WriteRTP(o.head(p, s, types), payload); err != nil {
		o.counters.droppedUnready.Add(1)
		return errNotReady
	}
	o.counters.packetsForwarded.Add(1)
	o.counters.bytesForwarded.Add(uint64(len(payload)))
	return nil
}

// head fills the header. The lock is held.
func (o *outbound) head(p *forward.Outgoing, s *sending, types payloadTypes) *rtp.Header {
	o.header = rtp.Header{
		Version: 2, Marker: p.Marker, PayloadType: types.media, SSRC: s.ssrc,
		SequenceNumber: p.SequenceNumber, Timestamp: p.Timestamp,
	}
	if p.Retransmission {
		o.counters.retransmitted.Add(1)
		if s.repairSSRC != 0 && types.repair != 0 {
			o.sequence++
			o.header.SSRC, o.header.PayloadType, o.header.SequenceNumber = s.repairSSRC, types.repair, o.sequence
		}
	}
	return &o.header
}

// payload builds the payload as it leaves: RFC 4588's original sequence number for a retransmission, the rewritten
// descriptor, the rest. The lock is held.
func (o *outbound) payload(p *forward.Outgoing, repair bool) []byte {
	b := o.buffer[:0]
	if p.Retransmission && repair {
		b = binary.BigEndian.AppendUint16(b, p.SequenceNumber)
	} else if len(p.Descriptor) == 0 {
		return p.Payload
	}
	if len(p.Payload) > maxPayload {
		return nil
	}
	b = append(b, p.Descriptor...)
	b = append(b, p.Payload[len(p.Descriptor):]...)
	o.buffer = b
	return b
}

// maxPayload bounds what is copied into a slot's buffer; no publisher sends more in one UDP packet.
const maxPayload = 1500
