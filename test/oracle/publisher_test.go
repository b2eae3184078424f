package oracle

import (
	"math/rand/v2"
	"time"

	"github.com/pion/rtcp"

	"salon/sfu/codec"
	"salon/sfu/forward"
	"salon/signaling/protocol"
)

// roundTrip is between a publisher and the server: what is asked for again comes after it.
const roundTrip = 30 * time.Millisecond

// upstream is what the network does to a publisher's packets.
type upstream struct {
	loss     float64       // share that is lost, and comes when it is asked for again
	reorder  float64       // share that is late
	lateness time.Duration // of those, at most
}

// stream is one RTP stream of a publisher.
type stream struct {
	media     *media
	codec     codec.Codec
	cutter    packetizer
	encoding  *forward.Encoding
	ssrc      uint32
	sequence  uint16
	base      uint32 // of its timestamps
	frame     int
	remembers map[uint16]forward.Incoming
}

// publisher is a publication and what feeds it.
type publisher struct {
	publication *forward.Publication
	streams     []*stream
	network     upstream
	random      *rand.Rand
	queue       *queue
	asked       int // packets that the server asked for again
	keyframes   int // requests
}

// Wake implements forward.Upstream: feedback is collected at every tick anyway.
func (*publisher) Wake() {}

func newPublisher(encodings []*media, network upstream, random *rand.Rand, q *queue) *publisher {
	p := &publisher{network: network, random: random, queue: q}
	rids := []string{"q", "h", "f"}[:len(encodings)]
	if len(encodings) == 1 {
		rids = nil
	}
	p.publication = forward.NewPublication(forward.PublicationConfig{Kind: protocol.Video, RIDs: rids, Upstream: p})
	p.publication.SetForwarding(true)
	for i, m := range encodings {
		s := &stream{
			media: m, encoding: p.publication.Encodings()[i], ssrc: random.Uint32(), sequence: uint16(65_000 + 100*i),
			base: random.Uint32(), remembers: map[uint16]forward.Incoming{},
		}
		s.codec, s.cutter = codec.VP8, &vp8Packetizer{picture: uint16(random.Uint32()) & 0x7fff, tl0: uint8(random.Uint32()), keyidx: 30}
		if m.fourcc == "VP90" {
			s.codec, s.cutter = codec.VP9, &vp9Packetizer{}
		}
		p.streams = append(p.streams, s)
	}
	return p
}

// capture sends the next frame of every encoding.
func (p *publisher) capture(begin, now time.Time) {
	for _, s := range p.streams {
		number := s.frame % len(s.media.frames)
		payloads := s.cutter.cut(s.media.frames[number], number)
		s.frame++
		for i, payload := range payloads {
			s.sequence++
			in := forward.Incoming{
				SequenceNumber: s.sequence, Timestamp: s.timestamp(begin, now), Marker: i == len(payloads)-1, Codec: s.codec, Payload: payload,
			}
			s.remembers[s.sequence] = in
			p.send(s, in, now)
		}
	}
}

func (s *stream) timestamp(begin, now time.Time) uint32 {
	return s.base + uint32(int64(now.Sub(begin).Seconds()*90000+0.5))
}

// send puts a packet on its way.
func (p *publisher) send(s *stream, in forward.Incoming, now time.Time) {
	switch dice := p.random.Float64(); {
	case dice < p.network.loss:
		return
	case dice < p.network.loss+p.network.reorder:
		now = now.Add(time.Duration(p.random.Int64N(int64(p.network.lateness))))
	}
	p.queue.add(now, func(at time.Time) {
		in.Arrival = at
		s.encoding.Receive(s.ssrc, &in)
	})
}

// answer does what the server asks for: what was lost comes again, as often as it takes. Keyframes come by themselves.
func (p *publisher) answer(now time.Time, rtt time.Duration) {
	f := forward.Feedback{SenderSSRC: 1, Reports: true}
	p.publication.AppendFeedback(&f, now, rtt)
	p.keyframes += int(f.KeyframeRequests)
	for _, packet := range f.Packets {
		nack, ok := packet.(*rtcp.TransportLayerNack)
		if !ok {
			continue
		}
		for _, s := range p.streams {
			if s.ssrc == nack.MediaSSRC {
				p.repeat(s, nack, now)
			}
		}
	}
}

func (p *publisher) repeat(s *stream, nack *rtcp.TransportLayerNack, now time.Time) {
	for _, pair := range nack.Nacks {
		for _, number := range pair.PacketList() {
			in := s.remembers[number]
			in.Recovered = true
			p.asked++
			p.send(s, in, now.Add(roundTrip))
		}
	}
}

// report sends sender reports (RFC 3550 6.4.1).
func (p *publisher) report(begin, now time.Time) {
	for _, s := range p.streams {
		seconds := now.Sub(begin).Seconds()
		ntp := uint64((seconds + 3e9) * (1 << 32))
		s.encoding.SenderReport(&rtcp.SenderReport{SSRC: s.ssrc, NTPTime: ntp, RTPTime: s.timestamp(begin, now)}, now)
	}
}
