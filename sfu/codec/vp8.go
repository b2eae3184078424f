package codec

import "encoding/binary"

// The bits of the VP8 payload descriptor (RFC 7741 4.2).
const (
	vp8Extended   = 0x80 // X, octet 1: the octet of the next four flags follows
	vp8FirstPart  = 0x10 // S, octet 1: start of a partition
	vp8Partition  = 0x07 // PID, octet 1
	vp8PictureID  = 0x80 // I
	vp8TL0PICIDX  = 0x40 // L
	vp8TID        = 0x20 // T
	vp8KEYIDX     = 0x10 // K
	vp8LongID     = 0x80 // M, of the picture id
	vp8LayerSync  = 0x20 // Y, beside TID
	vp8KeyMask    = 0x1f
	vp8Inter      = 0x01 // P of the frame header (RFC 7741 4.3): 0 is a keyframe
	vp8HeaderSize = 10   // bytes of a keyframe's uncompressed header (RFC 6386 9.1)
)

// VP8Descriptor is the part of the VP8 payload descriptor (RFC 7741 4.2) that a forwarder rewrites.
type VP8Descriptor struct {
	HasPictureID  bool   // I: PictureID is there
	LongPictureID bool   // M: of 15 bits, else of 7
	PictureID     uint16 // grows by one per picture, wraps at 7 or 15 bits
	HasTL0PICIDX  bool   // L: TL0PICIDX is there
	TL0PICIDX     uint8  // grows by one per picture of temporal layer 0
	HasKEYIDX     bool   // K: KEYIDX is there
	KEYIDX        uint8  // 5 bits; grows by one per keyframe
	HasTID        bool   // T: the temporal layer and its Y bit are there
	Length        int8   // bytes of the descriptor in the payload, 1..6
}

func parseVP8(payload []byte, marker bool, f *Frame) error {
	rest, err := parseVP8Descriptor(payload, f)
	if err != nil {
		return err
	}
	f.Start = payload[0]&vp8FirstPart != 0 && payload[0]&vp8Partition == 0
	f.End = marker
	f.SwitchUp = f.SwitchUp || f.Temporal == 0
	f.Keyframe = f.Start && rest[0]&vp8Inter == 0
	if f.Keyframe {
		f.Width, f.Height = vp8Size(rest)
	}
	return nil
}

// parseVP8Descriptor fills f.VP8, f.Temporal and f.SwitchUp, and returns the VP8 data, which is never empty: a packet
// without any says nothing to a decoder.
func parseVP8Descriptor(payload []byte, f *Frame) (rest []byte, err error) {
	d := &f.VP8
	n := 1
	var flags byte
	if payload[0]&vp8Extended != 0 {
		if len(payload) < 2 {
			return nil, ErrTruncated
		}
		flags = payload[1]
		n = 2
	}
	length := n + vp8Optional(flags)
	if flags&vp8PictureID != 0 && n < len(payload) && payload[n]&vp8LongID != 0 {
		length++
		d.LongPictureID = true
	}
	if len(payload) <= length {
		return nil, ErrTruncated
	}
	d.Length = int8(length)
	if flags&vp8PictureID != 0 {
		d.HasPictureID = true
		d.PictureID = uint16(payload[n] &^ vp8LongID)
		n++
		if d.LongPictureID {
			d.PictureID = d.PictureID<<8 | uint16(payload[n])
			n++
		}
	}
	if flags&vp8TL0PICIDX != 0 {
		d.HasTL0PICIDX = true
		d.TL0PICIDX = payload[n]
		n++
	}
	if d.HasTID = flags&vp8TID != 0; d.HasTID {
		f.Temporal = int8(payload[n] >> 6)
		f.SwitchUp = payload[n]&vp8LayerSync != 0
	}
	if d.HasKEYIDX = flags&vp8KEYIDX != 0; d.HasKEYIDX {
		d.KEYIDX = payload[n] & vp8KeyMask
	}
	return payload[length:], nil
}

// vp8Optional returns the bytes that follow the flags, with a picture id of 7 bits.
func vp8Optional(flags byte) int {
	n := 0
	if flags&vp8PictureID != 0 {
		n++
	}
	if flags&vp8TL0PICIDX != 0 {
		n++
	}
	if flags&(vp8TID|vp8KEYIDX) != 0 {
		n++
	}
	return n
}

// vp8Size reads the 14-bit sizes behind the start code of a keyframe (RFC 6386 9.1); the two bits above are a scale.
func vp8Size(frame []byte) (width, height uint16) {
	if len(frame) < vp8HeaderSize || frame[3] != 0x9d || frame[4] != 0x01 || frame[5] != 0x2a {
		return 0, 0
	}
	return binary.LittleEndian.Uint16(frame[6:]) & 0x3fff, binary.LittleEndian.Uint16(frame[8:]) & 0x3fff
}

// AppendRewritten appends the descriptor at the start of payload to dst, with the same length and the same flags, and
// with the three numbers replaced where the descriptor has them: pictureID is cut to 7 or 15 bits, keyidx to 5. The
// payload must be the one that d was parsed from; of any other as much as d is long is copied, unchanged from where it
// does not fit. It allocates nothing when dst has room for 6 more bytes.
func (d *VP8Descriptor) AppendRewritten(dst, payload []byte, pictureID uint16, tl0picidx, keyidx uint8) []byte {
	start := len(dst)
	dst = append(dst, payload[:min(max(int(d.Length), 0), len(payload))]...)
	numbers := dst[start:]
	numbers = numbers[min(2, len(numbers)):] // behind X and the flags; a descriptor without X has no numbers
	if d.HasPictureID {
		if d.LongPictureID {
			numbers = put(numbers, 0, vp8LongID|byte(pictureID>>8))
			numbers = put(numbers, 0, byte(pictureID))
		} else {
			numbers = put(numbers, 0, byte(pictureID)&^vp8LongID)
		}
	}
	if d.HasTL0PICIDX {
		numbers = put(numbers, 0, tl0picidx)
	}
	if d.HasKEYIDX {
		put(numbers, ^byte(vp8KeyMask), keyidx&vp8KeyMask)
	}
	return dst
}

// put writes value into the first byte of b, keeping its bits in keep, and returns the bytes behind it.
func put(b []byte, keep, value byte) []byte {
	if len(b) == 0 {
		return nil
	}
	b[0] = b[0]&keep | value
	return b[1:]
}
