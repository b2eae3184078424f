package participant

import (
	"encoding/binary"
	"errors"
)

// maxPayload is the largest RTP payload that is sent, as browsers do: it fits 1200 bytes with headers and SRTP.
const maxPayload = 1150

const (
	descriptorSize = 6 // X, I with 15 bits, L, T and K (RFC 7741 4.2)
	plainSize      = 4 // X and I with 15 bits: no temporal layers
	keyHeaderSize  = 10
	tagSize        = 3
)

// step is one frame of a temporal pattern.
type step struct {
	temporal  uint8
	sync      bool // Y: depends on nothing but the last frame of layer 0
	discard   bool // N: nothing depends on it
	reference int  // how many frames ago the frame is from which this one is predicted
}

// The temporal patterns. In L1T3 the order 0 2 1 2 is browsers'; the second frame of layer 2 is predicted from layer 1.
var (
	patternL1T1 = []step{{reference: 1}}
	patternL1T3 = []step{
		{temporal: 0, reference: 4},
		{temporal: 2, reference: 1, sync: true, discard: true},
		{temporal: 1, reference: 2, sync: true},
		{temporal: 2, reference: 1, discard: true},
	}
)

// vp8Source makes the frames of one encoding: well-formed headers, meaningless pictures. Not safe for concurrent use.
type vp8Source struct {
	layer    VideoLayer
	origin   uint32
	encoding uint8
	fps      int
	pattern  []step

	position  int // in the pattern
	counter   uint32
	pictureID uint16 // 15 bits
	tl0       uint8
	keyidx    uint8 // 5 bits
	begun     bool
}

// vp8Frame is one frame, ready to be cut into packets.
type vp8Frame struct {
	source   *vp8Source
	step     step
	key      bool
	stamp    Stamp // of packet 0
	size     int   // bytes of payload of all packets together
	picture  uint16
	tl0, idx uint8
}

// next makes the next frame. The first is always a keyframe.
func (v *vp8Source) next(key bool) vp8Frame {
	if key = key || !v.begun; key {
		v.position = 0
	}
	f := vp8Frame{source: v, step: v.pattern[v.position], key: key, size: v.frameSize(key, v.pattern[v.position].temporal)}
	v.position = (v.position + 1) % len(v.pattern)
	v.advance(key, f.step.temporal)
	f.picture, f.tl0, f.idx = v.pictureID, v.tl0, v.keyidx
	f.stamp = Stamp{Origin: v.origin, Encoding: v.encoding, Frame: v.counter, Reference: v.counter - uint32(f.step.reference)}
	if key {
		f.stamp.Reference = v.counter
		f.step.sync = true
	}
	f.stamp.Count = uint16((f.size + maxPayload - 1) / maxPayload)
	v.counter++
	return f
}

func (v *vp8Source) advance(key bool, temporal uint8) {
	v.pictureID = (v.pictureID + 1) & 0x7fff
	if temporal == 0 {
		v.tl0++
	}
	if key {
		v.keyidx = (v.keyidx + 1) & 0x1f
	}
	v.begun = true
}

// frameSize shares the bitrate among the frames: layer 0 gets the most, a keyframe four times the average.
func (v *vp8Source) frameSize(key bool, temporal uint8) int {
	average := v.layer.Kbps * 1000 / 8 / v.fps
	switch {
	case key:
		average *= 4
	case len(v.pattern) == 1:
	case temporal == 0:
		average = average * 16 / 10
	case temporal == 2:
		average = average * 7 / 10
	}
	return max(average, descriptorSize+keyHeaderSize+stampSize)
}

// appendPacket appends the payload of packet i of stamp.Count, and returns its end that is only filling. The sizes of a
// frame's packets differ by at most one byte, as browsers'.
func (f *vp8Frame) appendPacket(dst []byte, i int, sent int64) (payload, fill []byte) {
	start := len(dst)
	dst = f.appendDescriptor(dst, i == 0)
	if i == 0 {
		dst = f.appendHeader(dst)
	}
	count := int(f.stamp.Count)
	want := f.size*(i+1)/count - f.size*i/count
	stamp := f.stamp
	stamp.Index, stamp.Sent = uint16(i), sent
	n := max(0, want-stampSize-(len(dst)-start))
	return stamp.append(dst, n), stamp.filling(n)
}

// appendDescriptor writes the payload descriptor (RFC 7741 4.2). There is one partition, so PID is 0 and S marks the
// first packet.
func (f *vp8Frame) appendDescriptor(dst []byte, first bool) []byte {
	b := byte(0x80) // X
	if f.step.discard && !f.key {
		b |= 0x20 // N
	}
	if first {
		b |= 0x10 // S
	}
	if len(f.source.pattern) == 1 {
		return append(dst, b, 0x80 /* I */, 0x80|byte(f.picture>>8), byte(f.picture))
	}
	last := f.step.temporal<<6 | f.idx
	if f.step.sync {
		last |= 0x20 // Y
	}
	return append(dst, b, 0xf0 /* I L T K */, 0x80|byte(f.picture>>8), byte(f.picture), f.tl0, last)
}

// appendHeader writes the uncompressed header of the frame (RFC 6386 9.1).
func (f *vp8Frame) appendHeader(dst []byte) []byte {
	firstPartition := uint32(f.size/2) & 0x7ffff // 19 bits
	tag := 1<<4 | firstPartition<<5              // show_frame; version 0
	if !f.key {
		tag |= 1
	}
	dst = append(dst, byte(tag), byte(tag>>8), byte(tag>>16))
	if !f.key {
		return dst
	}
	dst = append(dst, 0x9d, 0x01, 0x2a) // sync code
	dst = binary.LittleEndian.AppendUint16(dst, uint16(f.source.layer.Width))
	return binary.LittleEndian.AppendUint16(dst, uint16(f.source.layer.Height))
}

// vp8Packet is what the model decoder reads of a payload.
type vp8Packet struct {
	start, key     bool
	discard, sync  bool
	hasPicture     bool
	hasTL0, hasIdx bool
	picture        uint16
	tl0, idx       uint8
	temporal       uint8
	width, height  int
	stamp          Stamp
}

var errVP8 = errors.New("not a VP8 payload")

// readVP8 reads a payload as RFC 7741 and RFC 6386 say, then the stamp behind.
func readVP8(b []byte, p *vp8Packet) error {
	*p = vp8Packet{}
	n, err := p.readDescriptor(b)
	if err != nil {
		return err
	}
	body := b[n:]
	if p.start {
		if n, err = p.readHeader(body); err != nil {
			return err
		}
		body = body[n:]
	}
	return readStamp(body, &p.stamp)
}

func (p *vp8Packet) readDescriptor(b []byte) (int, error) {
	if len(b) < plainSize || b[0]&0x80 == 0 { // a participant always sends picture numbers
		return 0, errVP8
	}
	p.discard, p.start = b[0]&0x20 != 0, b[0]&0x1f == 0x10
	flags, at := b[1], 2
	if flags&0x80 != 0 {
		p.hasPicture = true
		if p.picture = uint16(b[at]); b[at]&0x80 != 0 {
			p.picture = binary.BigEndian.Uint16(b[at:]) & 0x7fff
			at++
		}
		at++
	}
	if len(b) < at+2 {
		return 0, errVP8
	}
	if flags&0x40 != 0 {
		p.hasTL0, p.tl0 = true, b[at]
		at++
	}
	if flags&0x30 != 0 {
		p.temporal, p.sync = b[at]>>6, b[at]&0x20 != 0
		p.hasIdx, p.idx = flags&0x10 != 0, b[at]&0x1f
		at++
	}
	return at, nil
}

func (p *vp8Packet) readHeader(b []byte) (int, error) {
	if len(b) < tagSize {
		return 0, errVP8
	}
	if p.key = b[0]&1 == 0; !p.key {
		return tagSize, nil
	}
	if len(b) < keyHeaderSize || b[3] != 0x9d || b[4] != 0x01 || b[5] != 0x2a {
		return 0, errVP8
	}
	p.width = int(binary.LittleEndian.Uint16(b[6:]) & 0x3fff) // the two upper bits are the scale
	p.height = int(binary.LittleEndian.Uint16(b[8:]) & 0x3fff)
	return keyHeaderSize, nil
}
