package codec

import "encoding/binary"

// What RFC 2198 lets a packet say of an earlier payload that it carries along.
const (
	MaxRedundantOffset = 1<<14 - 1 // timestamp units before the packet's own: 341 ms of Opus
	MaxRedundantLength = 1<<10 - 1 // bytes
	// MaxRedundant bounds the earlier payloads that are read from one packet. Browsers send one or two.
	MaxRedundant = 8

	redHeader = 4 // bytes of the header of an earlier payload; that of the packet's own has one
)

// Redundant is an earlier payload that a packet carries along.
type Redundant struct {
	PayloadType uint8  // 0 to 127
	Offset      uint16 // how much earlier than the packet's own payload, in timestamp units, up to MaxRedundantOffset
	Payload     []byte // up to MaxRedundantLength bytes
}

// RED is a payload that carries earlier ones along (RFC 2198). Its zero value is ready to parse into; it may be reused.
type RED struct {
	PayloadType uint8       // of the packet's own payload
	Payload     []byte      // the packet's own
	Redundant   []Redundant // those before, oldest first
	blocks      [MaxRedundant]Redundant
}

// Parse reads a payload (RFC 2198 3). It allocates nothing; what it finds lies in the payload's memory. An earlier
// payload may be empty. After an error r is empty.
func (r *RED) Parse(payload []byte) error {
	r.PayloadType, r.Payload, r.Redundant = 0, nil, nil
	blocks := r.blocks[:0]
	var lengths [MaxRedundant]int
	rest := payload
	for len(rest) > 0 && rest[0]&0x80 != 0 {
		if len(rest) < redHeader {
			return ErrTruncated
		}
		if len(blocks) == MaxRedundant {
			return ErrReserved
		}
		h := binary.BigEndian.Uint32(rest)
		lengths[len(blocks)] = int(h & MaxRedundantLength)
		blocks = append(blocks, Redundant{PayloadType: uint8(h >> 24 & 0x7f), Offset: uint16(h >> 10 & MaxRedundantOffset)})
		rest = rest[redHeader:]
	}
	if len(rest) == 0 {
		return ErrTruncated
	}
	own := rest[0]
	rest = rest[1:]
	for i := range blocks {
		n := lengths[i]
		if n > len(rest) {
			return ErrTruncated
		}
		blocks[i].Payload, rest = rest[:n:n], rest[n:]
	}
	if len(rest) == 0 {
		return ErrEmpty
	}
	r.PayloadType, r.Payload, r.Redundant = own, rest, blocks
	return nil
}

// REDSize returns the length of what AppendRED appends.
func REDSize(earlier []Redundant, payload []byte) int {
	n := 1 + len(payload)
	for i := range earlier {
		n += redHeader + len(earlier[i].Payload)
	}
	return n
}

// AppendRED appends a payload that carries the earlier ones along, oldest first (RFC 2198 3). PayloadType is that of all of
// them, whatever they say. Offsets and lengths must be within MaxRedundantOffset and MaxRedundantLength.
func AppendRED(dst []byte, payloadType uint8, earlier []Redundant, payload []byte) []byte {
	for i := range earlier {
		b := &earlier[i]
		h := uint32(0x80|payloadType)<<24 | uint32(b.Offset)<<10 | uint32(len(b.Payload))
		dst = binary.BigEndian.AppendUint32(dst, h)
	}
	dst = append(dst, payloadType&0x7f)
	for i := range earlier {
		dst = append(dst, earlier[i].Payload...)
	}
	return append(dst, payload...)
}
