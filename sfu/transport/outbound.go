package transport

import (
	"encoding/binary"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"

	"salon/sfu/codec"
	"salon/sfu/forward"
	"salon/signaling/protocol"
)

var (
	errNotReady      = errors.New("the receiver's transport is not up")
	errNotNegotiated = errors.New("the receiver did not negotiate the codec")
	errRepeated      = errors.New("the packet's number was sent before, and the receiver has no RTX stream")
	errTooLarge      = errors.New("the packet is larger than any path carries")
)

// outbound is the wire side of a slot: a sendonly section of the answer. It is Pion's TrackLocal and forward's Sink.
type outbound struct {
	id, stream  string // msid: slots of the same stream are played in sync
	kind        protocol.Kind
	slot        *forward.Slot
	transceiver *webrtc.RTPTransceiver
	peer        *Peer
	counters    *counters

	bound      atomic.Pointer[sending]    // nil until the transport is up
	extensions atomic.Pointer[extensions] // never nil; replaced by Answer

	mu       sync.Mutex // leaf save for the write itself; guards what follows
	header   rtp.Header
	buffer   []byte  // payload for Pion: the descriptor is rewritten, RTX begins with the original number
	primary  sealing // of the slot's own SSRC
	repair   sealing // of its RTX
	sequence uint16  // of the RTX stream
	reported uint32  // the highest number of the last receiver report, 0: none came
}

// sending is what negotiation gave the slot. It never changes.
type sending struct {
	ssrc, repairSSRC uint32
	formats          formats
	writer           webrtc.TrackLocalWriter
}

// formats are by codec; media 0: not negotiated.
type formats [codec.AV1 + 1]payloadTypes

type payloadTypes struct{ media, repair, redundant uint8 } // repair 0: no RTX; redundant 0: no RED (RFC 2198)

// repairable says whether a retransmission goes on an RTX stream.
func (s *sending) repairable(types payloadTypes) bool { return s.repairSSRC != 0 && types.repair != 0 }

// Bind implements webrtc.TrackLocal. It never fails, since an error would fail the whole PeerConnection.
func (o *outbound) Bind(c webrtc.TrackLocalContext) (webrtc.RTPCodecParameters, error) {
	s := &sending{
		ssrc: uint32(c.SSRC()), repairSSRC: uint32(c.SSRCRetransmission()),
		writer: c.WriteStream(),
	}
	codecs := c.CodecParameters()
	var chosen webrtc.RTPCodecParameters
	for _, p := range codecs {
		name := codec.FromMIME(p.MimeType)
		if name == codec.Unknown {
			continue
		}
		if chosen.PayloadType == 0 {
			chosen = p
		}
		if s.formats[name].media == 0 {
			s.formats[name] = payloadTypes{
				media:     uint8(p.PayloadType),
				repair:    findType(codecs, webrtc.MimeTypeRTX, aptLine(p.PayloadType)),
				redundant: findType(codecs, mimeRED, redLine(p.PayloadType)),
			}
		}
	}
	o.bound.Store(s)
	return chosen, nil
}

// findType returns the payload type of a format that refers to another one, 0 when there is none.
func findType(codecs []webrtc.RTPCodecParameters, mime, line string) uint8 {
	for _, p := range codecs {
		if strings.EqualFold(p.MimeType, mime) && p.SDPFmtpLine == line {
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

// repairs says whether some codec of the slot has an RTX stream.
func (o *outbound) repairs() bool {
	s := o.bound.Load()
	if s == nil || s.repairSSRC == 0 {
		return false
	}
	for _, types := range s.formats {
		if types.repair != 0 {
			return true
		}
	}
	return false
}

// expected returns how many packets a receiver report speaks of, given the highest number in it (RFC 3550 6.4.1).
func (o *outbound) expected(highest uint32) uint32 {
	o.mu.Lock()
	defer o.mu.Unlock()
	before := o.reported
	o.reported = highest
	if before == 0 || highest-before > 1<<16 {
		return 0
	}
	return highest - before
}

// Send implements forward.Sink: this receiver's SSRC, payload type and extensions, then our sealing or Pion's.
func (o *outbound) Send(p *forward.Outgoing) error {
	s, keys := o.bound.Load(), o.peer.media.Load()
	if s == nil || keys == nil {
		o.counters.droppedUnready.Add(1)
		return errNotReady
	}
	types := s.formats[p.Codec]
	if types.media == 0 {
		o.counters.droppedUnnegotiated.Add(1)
		return errNotNegotiated
	}
	if len(p.Payload) > maxPayload {
		return errTooLarge
	}
	if p.Retransmission && !s.repairable(types) && (p.Probe || keys.own()) {
		o.counters.droppedRepeated.Add(1)
		return errRepeated
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	switch {
	case p.Probe:
		o.counters.probesSent.Add(1)
	case p.Retransmission:
		o.counters.retransmitted.Add(1)
	}
	if !keys.own() {
		return o.sendByPion(p, s, types)
	}
	r := o.peer.path.current.Load()
	if r == nil {
		o.counters.droppedUnready.Add(1)
		return errNotReady
	}
	if b, ok := p.Burst.(*batch); ok {
		return o.sealInto(b, r, keys.local, p, s, types)
	}
	b := o.peer.engine.batches.get(o.counters)
	err := o.sealInto(b, r, keys.local, p, s, types)
	b.flush()
	o.peer.engine.batches.put(b)
	return err
}

// Gather implements forward.Sink.
func (o *outbound) Gather(send func(burst any)) {
	b := o.peer.engine.batches.get(o.counters)
	send(b)
	b.flush()
	o.peer.engine.batches.put(b)
}

// sealInto seals a packet into a batch, straight from the payload that all receivers share. The lock is held.
func (o *outbound) sealInto(b *batch, r *route, keys *protection, p *forward.Outgoing, s *sending, types payloadTypes) error {
	header, x := o.head(p, s, types), o.extensions.Load()
	number := o.peer.estimation.next()
	body, redundant := p.Payload[:len(p.Payload)+int(p.Padding)], redundant(p, types)
	slot := b.slot(r, headerSize+x.size(p.DependencyDescriptor)+originalSize+codec.REDSize(redundant, body)+tagSize)
	slot = x.append(appendHeader(slot, header), number, p.DependencyDescriptor)
	stream := &o.primary
	if header.SSRC != s.ssrc {
		stream = &o.repair
	}
	if stream.ssrc != header.SSRC {
		*stream = sealing{ssrc: header.SSRC}
	}
	switch {
	case stream == &o.repair || len(p.Descriptor) > 0:
		body = appendPayload(slot[len(slot):], p, body, stream == &o.repair)
	case len(redundant) > 0:
		body = codec.AppendRED(slot[len(slot):], types.media, redundant, body)
	}
	if p.Padding > 0 {
		slot[0] |= 0x20
	}
	packet, ok := stream.seal(keys, slot, body)
	if !ok {
		o.counters.droppedRepeated.Add(1)
		return errRepeated
	}
	b.add(r, packet)
	if o.counted(x) {
		b.count(number)
	}
	return nil
}

// counted says whether packets count for the estimation: not when the client reads numbers and these have none.
func (o *outbound) counted(x *extensions) bool {
	return x.transportWide != 0 || !o.peer.estimation.numbered.Load()
}

// sendByPion is for clients without AES-GCM. The lock is held.
func (o *outbound) sendByPion(p *forward.Outgoing, s *sending, types payloadTypes) error {
	header, payload, redundant := o.head(p, s, types), p.Payload, redundant(p, types)
	switch repair := header.SSRC != s.ssrc; {
	case repair || len(p.Descriptor) > 0:
		o.buffer = appendPayload(o.buffer[:0], p, payload, repair)
		payload = o.buffer
	case len(redundant) > 0:
		o.buffer = codec.AppendRED(o.buffer[:0], types.media, redundant, payload)
		payload = o.buffer
	}
	x, number := o.extensions.Load(), o.peer.estimation.next()
	if err := x.set(header, number, p.DependencyDescriptor); err != nil {
		return err
	}
	if _, err := s.writer.WriteRTP(header, payload); err != nil {
		o.counters.droppedUnready.Add(1)
		return errNotReady
	}
	if o.counted(x) {
		o.peer.estimation.note(number, headerSize+x.size(p.DependencyDescriptor)+len(payload)+tagSize, time.Now())
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
	if len(redundant(p, types)) > 0 {
		o.header.PayloadType = types.redundant
	}
	if p.Retransmission && s.repairable(types) {
		o.sequence++
		o.header.SSRC, o.header.PayloadType, o.header.SequenceNumber = s.repairSSRC, types.repair, o.sequence
	}
	return &o.header
}

// appendHeader appends a header without sources and extensions (RFC 3550 5.1).
func appendHeader(b []byte, h *rtp.Header) []byte {
	second := h.PayloadType
	if h.Marker {
		second |= 0x80
	}
	b = append(b, 2<<6, second)
	b = binary.BigEndian.AppendUint16(b, h.SequenceNumber)
	b = binary.BigEndian.AppendUint32(b, h.Timestamp)
	return binary.BigEndian.AppendUint32(b, h.SSRC)
}

// appendPayload appends the payload as it leaves: RFC 4588's original sequence number for a retransmission, the
// rewritten descriptor, the rest. Payload is p's, with its padding or without.
func appendPayload(b []byte, p *forward.Outgoing, payload []byte, repair bool) []byte {
	if repair {
		b = binary.BigEndian.AppendUint16(b, p.SequenceNumber)
	}
	b = append(b, p.Descriptor...)
	return append(b, payload[len(p.Descriptor):]...)
}

const (
	maxPayload   = 1500 // no publisher sends more in one UDP packet
	originalSize = 2    // the original sequence number of a retransmission (RFC 4588 4)
)
