package transport

import (
	"encoding/binary"
	"sync"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/srtp/v3"

	"salon/sfu/congestion"
)

const (
	maxFeedbackRate = 1000 // RTCP packets per second of one Peer: NACKs of 16 slots every 20 ms are 800
	maxStatusCount  = 8191 // packets that one transport feedback may speak of: 800 ms of 100 Mbit/s
	maxSenders      = 256  // SSRCs that one Peer may send RTCP from
	replayWindow    = 64   // SRTCP packets that may come late (RFC 3711 3.3.2)
	rtcpHeader      = 4    // bytes, before the sender's SSRC (RFC 3550 6.1)
	statusCountAt   = 14   // bytes into a transport feedback
)

// Types and formats of RTCP that are read (RFC 3550 12.1, RFC 4585 6.1, RFC 5104 4, the transport-wide draft).
const (
	typeSenderReport    = 200
	typeReceiverReport  = 201
	typeTransport       = 205
	typePayload         = 206
	formatNACK          = 1
	formatTransportWide = 15
	formatPLI           = 1
	formatFIR           = 4
	formatREMB          = 15
)

// isRTCP says whether a packet is (S)RTCP by its first bytes (RFC 7983, RFC 5761 4).
func isRTCP(packet []byte) bool {
	return len(packet) >= 2 && packet[0] >= 128 && packet[0] <= 191 && packet[1] >= 192 && packet[1] <= 223
}

// isRead says whether a packet of RTCP says anything that is used here.
func isRead(kind, format uint8) bool {
	switch kind {
	case typeSenderReport, typeReceiverReport:
		return true
	case typeTransport:
		return format == formatNACK || format == formatTransportWide
	case typePayload:
		return format == formatPLI || format == formatFIR || format == formatREMB
	}
	return false
}

// excessive says whether a packet of RTCP would cost far more to read than to send: 40 bytes of transport feedback can
// announce 65,535 packets, which take pion/rtcp milliseconds and megabytes.
func excessive(packet []byte) bool {
	return len(packet) >= statusCountAt+2 && isTransportFeedback(packet) && binary.BigEndian.Uint16(packet[statusCountAt:]) > maxStatusCount
}

func isTransportFeedback(packet []byte) bool {
	return packet[1] == typeTransport && packet[0]&0x1f == formatTransportWide
}

// readRTCP calls visit with every packet of a compound (RFC 3550 6.1) that is used here. It returns false when something
// was malformed or excessive; what can be read around it is. Transport feedback, most of what comes, is read in the memory
// of the parser, and gone after visit.
func readRTCP(compound []byte, parser *congestion.Parser, visit func(rtcp.Packet)) (ok bool) {
	ok = true
	for len(compound) > 0 {
		if len(compound) < rtcpHeader || compound[0]>>6 != 2 {
			return false
		}
		size := rtcpHeader + 4*int(binary.BigEndian.Uint16(compound[2:]))
		if size > len(compound) {
			return false
		}
		packet := compound[:size]
		compound = compound[size:]
		if !isRead(packet[1], packet[0]&0x1f) {
			continue
		}
		if excessive(packet) {
			ok = false
			continue
		}
		if isTransportFeedback(packet) {
			cc, err := parser.Parse(packet)
			if err == nil {
				visit(cc)
			}
			ok = ok && err == nil
			continue
		}
		packets, err := rtcp.Unmarshal(packet)
		if err != nil {
			ok = false
			continue
		}
		for _, p := range packets {
			visit(p)
		}
	}
	return ok
}

// rtcpReceiver opens the RTCP of a Peer.
type rtcpReceiver struct {
	rate bucket

	mu      sync.Mutex // leaf; guards senders, and the contexts of the Peer's mediaKeys
	senders map[uint32]struct{}
}

// open decrypts a packet in place; false when it is not authentic, was seen before, or has one sender too many.
func (r *rtcpReceiver) open(context *srtp.Context, packet []byte) ([]byte, bool) {
	if len(packet) < rtcpHeader+4 {
		return nil, false
	}
	ssrc := binary.BigEndian.Uint32(packet[rtcpHeader:])
	r.mu.Lock()
	defer r.mu.Unlock()
	_, known := r.senders[ssrc]
	if !known && len(r.senders) >= maxSenders {
		return nil, false
	}
	plain, err := context.DecryptRTCP(packet, packet, nil)
	if err != nil {
		return nil, false
	}
	if !known {
		if r.senders == nil {
			r.senders = map[uint32]struct{}{}
		}
		r.senders[ssrc] = struct{}{}
	}
	return plain, true
}

// receiveRTCP takes a packet of RTCP as it arrived, in whose memory it is opened. What is sent goes into the batch.
func (p *Peer) receiveRTCP(packet []byte, now time.Time, b *batch) {
	counters := &p.engine.counters
	plain, ok := p.rtcp.open(p.media.Load().feedback, packet)
	switch {
	case !ok:
		counters.droppedForged.Add(1)
	case !p.rtcp.rate.pass(maxFeedbackRate, now):
		counters.droppedFeedback.Add(1)
	default:
		if !readRTCP(plain, &b.parser, func(r rtcp.Packet) { p.handleRTCP(r, now, b) }) {
			counters.droppedMalformed.Add(1)
		}
	}
}

// withheld says whether a packet on its way to Pion is RTCP that Pion must not get. Pion would parse it before anybody
// can say that it is excessive, and again for every SSRC that it names; so it is taken here, over ICE-TCP as well, and
// left to Pion, at a bounded rate, only where we do not have the keys.
func (p *Peer) withheld(packet []byte) bool {
	if !isRTCP(packet) {
		return false
	}
	now := time.Now()
	if p.media.Load().readsRTCP() {
		b := p.engine.batches.get(&p.engine.counters)
		p.receiveRTCP(packet, now, b)
		b.flush()
		p.engine.batches.put(b)
		return true
	}
	if p.rtcp.rate.pass(maxFeedbackRate, now) {
		return false
	}
	p.engine.counters.droppedFeedback.Add(1)
	return true
}

// feedbackBuffer gets the RTCP about one SSRC that Pion has decrypted, where we do not have the keys: the client is the
// DTLS server. Pion hands every packet to the buffers of all SSRCs that it names; the first of them takes it.
type feedbackBuffer struct {
	writeOnly
	peer *Peer
	ssrc uint32
}

// Write takes one decrypted RTCP packet. One that is excessive has cost milliseconds already; there is no second one.
func (b *feedbackBuffer) Write(raw []byte) (int, error) {
	now := time.Now()
	if excessive(raw) {
		b.peer.abuse("it sends transport feedback of more packets than any receiver can speak of")
	}
	engine := b.peer.engine
	out := engine.batches.get(&engine.counters)
	ok := readRTCP(raw, &out.parser, func(packet rtcp.Packet) {
		if about := packet.DestinationSSRC(); len(about) == 0 || about[0] == b.ssrc {
			b.peer.handleRTCP(packet, now, out)
		}
	})
	out.flush()
	engine.batches.put(out)
	if !ok {
		engine.counters.droppedMalformed.Add(1)
	}
	return len(raw), nil
}
