package transport

import (
	"encoding/binary"
	"io"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/rtp"
	"github.com/pion/sdp/v3"
	"github.com/pion/transport/v4/packetio"

	"salon/sfu/codec"
	"salon/sfu/forward"
	"salon/signaling/protocol"
)

// newBuffer is Pion's buffer factory: it is called once for every SSRC from which, or about which, an authenticated
// packet came. What it returns gets the packets in the goroutine that decrypted them; Pion's own readers read nothing.
func (p *Peer) newBuffer(kind packetio.BufferPacketType, ssrc uint32) io.ReadWriteCloser {
	if kind == packetio.RTCPBufferPacket {
		return &feedbackBuffer{peer: p, ssrc: ssrc}
	}
	if s := p.stream(ssrc); s != nil {
		return s
	}
	if n := p.ssrcs.Add(1); n > int32(p.engine.config.MaxSSRCs) {
		if n == int32(p.engine.config.MaxSSRCs*abusiveSSRCs) {
			p.abuse("it sends far too many RTP streams")
		}
		return discard{&p.engine.counters.droppedBudget}
	}
	s, _ := p.streams.put(&inbound{peer: p, ssrc: ssrc})
	return s
}

// streams are the RTP streams that a participant sends.
type streams struct {
	mu  sync.Mutex                 // leaf; serialises writers
	all atomic.Pointer[[]*inbound] // copy on write: a few, read per packet without a lock
}

// put adds a stream, unless its SSRC has one by now, and returns the one that is kept.
func (s *streams) put(stream *inbound) (kept *inbound, added bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if known := s.get(stream.ssrc); known != nil {
		return known, false
	}
	var all []*inbound
	if old := s.all.Load(); old != nil {
		all = slices.Clone(*old)
	}
	all = append(all, stream)
	s.all.Store(&all)
	return stream, true
}

func (s *streams) get(ssrc uint32) *inbound {
	if all := s.all.Load(); all != nil {
		for _, stream := range *all {
			if stream.ssrc == ssrc {
				return stream
			}
		}
	}
	return nil
}

// stream returns a stream that has sent before, or nil.
func (p *Peer) stream(ssrc uint32) *inbound { return p.streams.get(ssrc) }

// keep makes a stream of an SSRC whose first packet was authentic.
func (p *Peer) keep(ssrc uint32, o opening) *inbound {
	stream, added := p.streams.put(&inbound{peer: p, ssrc: ssrc, opening: o})
	if added {
		p.ssrcs.Add(1)
	}
	return stream
}

// writeOnly is a buffer from which nothing is read.
type writeOnly struct{}

func (writeOnly) Read([]byte) (int, error) { return 0, io.EOF }
func (writeOnly) Close() error             { return nil }

// discard counts what it drops.
type discard struct{ count *atomic.Uint64 }

func (d discard) Write(b []byte) (int, error) { d.count.Add(1); return len(b), nil }
func (discard) Read([]byte) (int, error)      { return 0, io.EOF }
func (discard) Close() error                  { return nil }

// inbound is one RTP stream (SSRC) from the participant. A socket's reading goroutine feeds it, or Pion's decrypting one
// when the packets come through Pion; both do for a moment when a connection comes up, and two sockets' when ICE selects
// another address.
type inbound struct {
	writeOnly
	peer *Peer
	ssrc uint32

	// The Peer's receiving lock guards all below, and is held while a packet is forwarded.
	opening  opening
	header   rtp.Header       // reused
	binding  *binding         // nil until a packet has told what the stream is
	incoming forward.Incoming // reused
	unpacked unpacked         // reused
}

// binding is what an SSRC is, as its first packets or the SDP said. It never changes: an SSRC cannot move to another
// section.
type binding struct {
	section  *receiving
	encoding *forward.Encoding
}

// Write takes one RTP packet that Pion decrypted.
func (s *inbound) Write(packet []byte) (int, error) {
	b := s.peer.engine.batches.get(&s.peer.engine.counters)
	s.receive(packet, 0, time.Now(), b)
	b.flush()
	s.peer.engine.batches.put(b)
	return len(packet), nil
}

// open takes one packet as it arrived, with a header of that length. It is padded by so many bytes when it is sent. What
// comes of it goes into the socket's batch. The receiving lock is held.
func (s *inbound) open(keys *protection, packet []byte, headerLength int, padding uint8, now time.Time, at *socket) {
	first := !s.opening.any
	plain, ok := s.opening.open(keys, s.ssrc, packet, headerLength, at.again[:])
	if !ok {
		at.counters.droppedForged.Add(1)
		return
	}
	s.take(plain, padding, now, at.batch)
	if first {
		at.batch.group.Forward() // the next one's scratch may be its memory
	}
}

// receive takes one decrypted RTP packet, which is padded by so many bytes when it is sent. What comes of it goes into the
// batch.
func (s *inbound) receive(packet []byte, padding uint8, now time.Time, b *batch) {
	s.peer.receiving.Lock()
	defer s.peer.receiving.Unlock()
	s.take(packet, padding, now, b)
}

// take is receive with the lock held.
func (s *inbound) take(packet []byte, padding uint8, now time.Time, b *batch) {
	counters := &s.peer.engine.counters
	b.tally.received++
	b.tally.receivedBytes += uint64(len(packet))
	n, err := s.header.Unmarshal(packet)
	payload, ok := unpadded(packet, n, s.header.Padding)
	if err != nil || !ok {
		counters.droppedMalformed.Add(1)
		return
	}
	table := s.peer.routes.Load()
	s.recordTransportWide(table, now)
	if s.binding == nil {
		s.binding = table.bind(s.ssrc, &s.header)
	}
	if s.binding == nil {
		counters.droppedUnbound.Add(1)
		return
	}
	s.deliver(payload, padding, now, b)
}

// unpadded returns the payload without padding (RFC 3550 5.1).
func unpadded(packet []byte, headerLength int, padding bool) ([]byte, bool) {
	if headerLength > len(packet) {
		return nil, false
	}
	payload := packet[headerLength:]
	if !padding {
		return payload, true
	}
	if len(payload) == 0 || int(payload[len(payload)-1]) > len(payload) {
		return nil, false
	}
	return payload[:len(payload)-int(payload[len(payload)-1])], true
}

// recordTransportWide notes the packet for transport feedback, whatever it is: a publisher reads what is not reported as lost.
func (s *inbound) recordTransportWide(table *routes, now time.Time) {
	if id := table.transportWide; id != 0 {
		if value := s.header.GetExtension(id); len(value) >= 2 {
			if s.peer.feedback.note(binary.BigEndian.Uint16(value), s.ssrc, now) {
				s.peer.Wake()
			}
		}
	}
}

func (s *inbound) deliver(payload []byte, padding uint8, now time.Time, b *batch) {
	f := s.binding.section.formats[s.header.PayloadType&0x7f]
	if f.codec == codec.Unknown {
		s.peer.engine.counters.droppedUnbound.Add(1)
		return
	}
	in := &s.incoming
	*in = forward.Incoming{
		SequenceNumber: s.header.SequenceNumber, Timestamp: s.header.Timestamp, Marker: s.header.Marker,
		Codec: f.codec, Payload: payload, Arrival: now, Burst: b, Group: b.group,
	}
	if id := s.binding.section.dependencyDescriptor; id != 0 && f.codec != codec.H264 {
		in.DependencyDescriptor = s.header.GetExtension(id)
	}
	if f.repair { // RFC 4588 4: the payload begins with the original sequence number
		if len(payload) < 2 {
			return // padding, sent to probe bandwidth
		}
		in.SequenceNumber, in.Payload, in.Recovered = binary.BigEndian.Uint16(payload), payload[2:], true
	} else if id := s.binding.section.audioLevel; id != 0 {
		if value := s.header.GetExtension(id); len(value) == 1 {
			s.binding.section.publication.ObserveLevel(value[0] & 0x7f)
		}
	}
	if !f.repair && !s.header.Padding && s.binding.section.publication.Kind() == protocol.Video {
		pad(in, padding)
	}
	if f.redundant && !s.unpack(in) {
		s.peer.engine.counters.droppedMalformed.Add(1)
		return
	}
	s.binding.encoding.Receive(s.ssrc, in)
}

// routes say where packets go. A Peer replaces them as a whole at every answer.
type routes struct {
	sections      map[string]*receiving // by mid
	ssrcs         map[uint32]*receiving // declared in the SDP
	transportWide uint8                 // extension ids; 0: not negotiated. The same in all sections (RFC 9143 7.1)
	mid           uint8
	rid           uint8
	repairedRID   uint8
}

// receiving is a section on which the participant may send.
type receiving struct {
	publication *forward.Publication
	formats     [128]format // by payload type; of no codec: not negotiated
	// Extension ids, 0: not negotiated.
	audioLevel, dependencyDescriptor uint8
}

// bind says what an SSRC is. The section comes from the mid extension, or from the SDP; the encoding from the rid
// extension (RFC 8852), or it is the only one. nil: not to be told (yet).
func (r *routes) bind(ssrc uint32, h *rtp.Header) *binding {
	section := r.sections[extensionText(h, r.mid)]
	if section == nil {
		section = r.ssrcs[ssrc]
	}
	if section == nil {
		return nil
	}
	f := section.formats[h.PayloadType&0x7f]
	if f.codec == codec.Unknown {
		return nil
	}
	b := &binding{section: section}
	encodings := section.publication.Encodings()
	if len(encodings) == 1 && encodings[0].RID() == "" {
		b.encoding = encodings[0]
		return b
	}
	rid := extensionText(h, r.rid)
	if f.repair {
		rid = extensionText(h, r.repairedRID)
	}
	for _, e := range encodings {
		if e.RID() == rid {
			b.encoding = e
			return b
		}
	}
	return nil
}

func extensionText(h *rtp.Header, id uint8) string {
	if id == 0 {
		return ""
	}
	return string(h.GetExtension(id))
}

// newRoutes builds the table from the negotiated answer and the offer. The ids and payload types are the answer's; the
// SSRCs are the offer's.
func newRoutes(offer, answer *description, publications map[string]*forward.Publication) *routes {
	r := &routes{sections: map[string]*receiving{}, ssrcs: map[uint32]*receiving{}}
	for mid, publication := range publications {
		offered, agreed := offer.section(mid), answer.section(mid)
		if offered == nil || agreed == nil {
			continue
		}
		section := &receiving{publication: publication, audioLevel: agreed.extensions[sdp.AudioLevelURI], dependencyDescriptor: agreed.extensions[uriDependencyDescriptor]}
		for payloadType, f := range agreed.formats {
			section.formats[payloadType&0x7f] = f
		}
		r.sections[mid] = section
		for _, ssrc := range offered.ssrcs {
			r.ssrcs[ssrc] = section
		}
		set := func(id *uint8, uri string) {
			if n := agreed.extensions[uri]; n != 0 {
				*id = n
			}
		}
		set(&r.transportWide, uriTransportWide)
		set(&r.mid, sdp.SDESMidURI)
		set(&r.rid, sdp.SDESRTPStreamIDURI)
		set(&r.repairedRID, sdp.SDESRepairRTPStreamIDURI)
	}
	return r
}
