package participant

import (
	"encoding/binary"
	"math/rand/v2"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/sdp/v3"
)

const (
	historySize   = 1024 // packets that can be sent again: more than a second of any encoding. A power of two.
	historyPrefix = descriptorSize + keyHeaderSize + stampSize
)

// history remembers how to make recent packets again. The encoding's lock guards it.
type history struct {
	ring     [historySize]sentPacket // by sequence
	sequence uint16                  // of the RTX stream
	sent     int                     // RTX packets so far
}

// sentPacket is a packet that can be made again: the payload is its beginning and bytes of the pattern.
type sentPacket struct {
	sequence  uint16
	used      bool
	marker    bool
	timestamp uint32
	prefix    [historyPrefix]byte
	prefixLen uint8
	fill      []byte // of the pattern, never written
}

func newHistory() *history { return &history{sequence: uint16(rand.Uint32())} }

func (y *history) remember(h *rtp.Header, prefix, fill []byte) {
	p := &y.ring[h.SequenceNumber%historySize]
	p.sequence, p.used, p.marker, p.timestamp, p.fill = h.SequenceNumber, true, h.Marker, h.Timestamp, fill
	p.prefixLen = uint8(copy(p.prefix[:], prefix))
}

func (y *history) find(n uint16) *sentPacket {
	if p := &y.ring[n%historySize]; p.used && p.sequence == n {
		return p
	}
	return nil
}

// retransmit answers a request for packets, each by RTX (RFC 4588).
func (e *encoding) retransmit(pairs []rtcp.NackPair) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, pair := range pairs {
		for _, n := range pair.PacketList() {
			e.counts.nacked.Add(1)
			if e.bound == nil || e.history == nil || e.bound.repairSSRC == 0 || e.bound.formats.repair == 0 {
				continue
			}
			if p := e.history.find(n); p != nil {
				e.sendAgain(p)
			}
		}
	}
}

// sendAgain sends one packet by RTX. The lock is held.
func (e *encoding) sendAgain(p *sentPacket) {
	y := e.history
	y.sequence++
	e.header = rtp.Header{
		Version: 2, Marker: p.marker, PayloadType: e.bound.formats.repair, SequenceNumber: y.sequence,
		Timestamp: p.timestamp, SSRC: e.bound.repairSSRC, Extensions: e.header.Extensions[:0],
	}
	e.extend(y.sent, sdp.SDESRepairRTPStreamIDURI)
	y.sent++
	e.payload = binary.BigEndian.AppendUint16(e.payload[:0], p.sequence)
	e.payload = append(e.payload, p.prefix[:p.prefixLen]...)
	e.payload = append(e.payload, p.fill...)
	e.counts.retransmitted.Add(1)
	e.write()
}
