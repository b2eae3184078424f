package oracle

import (
	"fmt"

	"github.com/pion/rtp/codecs"

	"salon/sfu/codec"
)

// maxFragment is how many bytes of a frame a packet carries: little, so that most frames are several packets.
const maxFragment = 220

// temporalOrder is in which order the temporal layers of testdata's VP8 come (see testdata/encode): the second picture of
// layer 2 is predicted from layer 1, everything else from layer 0 only.
var temporalOrder = []uint8{0, 2, 1, 2}

// packetizer cuts the frames of one encoding into RTP payloads.
type packetizer interface {
	cut(frame []byte, number int) [][]byte
}

// vp8Packetizer writes VP8 payload descriptors with all numbers (RFC 7741 4.2).
type vp8Packetizer struct {
	picture     uint16 // 15 bits
	tl0, keyidx uint8
}

func (p *vp8Packetizer) cut(frame []byte, number int) [][]byte {
	temporal := temporalOrder[number%len(temporalOrder)]
	p.picture = (p.picture + 1) & 0x7fff
	if temporal == 0 {
		p.tl0++
	}
	if frame[0]&1 == 0 {
		p.keyidx = (p.keyidx + 1) & 0x1f
	}
	last := temporal<<6 | p.keyidx
	if number%len(temporalOrder) != 3 {
		last |= 0x20 // Y
	}
	var payloads [][]byte
	for start := byte(0x10); len(frame) > 0; start = 0 { // S
		n := min(len(frame), maxFragment)
		descriptor := []byte{0x80 | start, 0xf0 /* I L T K */, 0x80 | byte(p.picture>>8), byte(p.picture), p.tl0, last}
		payloads = append(payloads, append(descriptor, frame[:n]...))
		frame = frame[n:]
	}
	return payloads
}

// vp9Packetizer is Pion's, for one layer.
type vp9Packetizer struct{ codecs.VP9Payloader }

func (p *vp9Packetizer) cut(frame []byte, _ int) [][]byte { return p.Payload(maxFragment, frame) }

// piece is what a receiver reads of one packet: Pion's reading of the descriptor, which is not the forwarder's.
type piece struct {
	start   bool
	data    []byte
	numbers *numbers // nil for VP9
}

// numbers are those of a VP8 picture.
type numbers struct {
	picture        uint16
	tl0, temporal  uint8
	keyidx         uint8
	sync, keyframe bool
}

func readPiece(c codec.Codec, payload []byte) (piece, error) {
	if c == codec.VP9 {
		var p codecs.VP9Packet
		data, err := p.Unmarshal(payload)
		return piece{start: p.B, data: data}, err
	}
	var p codecs.VP8Packet
	data, err := p.Unmarshal(payload)
	if err == nil && p.I+p.L+p.T+p.K != 4 {
		err = fmt.Errorf("the descriptor %x lost its numbers", payload[:6])
	}
	n := numbers{picture: p.PictureID, tl0: p.TL0PICIDX, temporal: p.TID, keyidx: p.KEYIDX, sync: p.Y == 1}
	start := p.S == 1 && p.PID == 0
	n.keyframe = start && len(data) > 0 && data[0]&1 == 0
	return piece{start: start, data: data, numbers: &n}, err
}
