package codec

import "encoding/binary"

// NAL unit types (ITU-T H.264 table 7-1) and packet types (RFC 6184 5.2).
const (
	nalTypeMask = 0x1f

	nalSlice     = 1
	nalIDR       = 5
	nalSPS       = 7
	nalDelimiter = 9
	nalLast      = 23 // of the types that a single NAL unit packet may carry
	nalSTAPA     = 24
	nalFUA       = 28

	fuStart = 0x80 // S of the FU header (RFC 6184 5.8)
)

// parseH264 reads a packet of packetization mode 0 or 1: a single NAL unit, a STAP-A or a FU-A.
//
// A packet starts a frame when it holds an access unit delimiter, an SPS, or the first slice of a picture
// (first_mb_in_slice 0). It begins a keyframe when it holds an SPS or the first slice of an IDR picture. An encoder
// that sends SPS, PPS and IDR slice as three packets therefore shows two such packets with one timestamp: the first is
// where a decoder may start, and the second changes nothing for a selector that already follows this encoding. Later
// slices of the IDR picture never look like a beginning. RTP tells of no other boundary than the marker, which ends the
// access unit.
func parseH264(payload []byte, marker bool, f *Frame) error {
	f.End = marker
	f.SwitchUp = true
	switch t := payload[0] & nalTypeMask; {
	case t >= 1 && t <= nalLast:
		return parseNAL(t, payload[1:], f)
	case t == nalSTAPA:
		return parseSTAPA(payload[1:], f)
	case t == nalFUA:
		return parseFUA(payload[1:], f)
	default: // 0, 30 and 31 mean nothing; STAP-B, MTAP and FU-B belong to the interleaved mode
		return ErrReserved
	}
}

// parseSTAPA reads several NAL units, each behind its size of 16 bits (RFC 6184 5.7.1).
func parseSTAPA(rest []byte, f *Frame) error {
	if len(rest) == 0 {
		return ErrTruncated
	}
	for len(rest) > 0 {
		if len(rest) < 3 {
			return ErrTruncated
		}
		size := int(binary.BigEndian.Uint16(rest))
		rest = rest[2:]
		if size == 0 || size > len(rest) {
			return ErrTruncated
		}
		t := rest[0] & nalTypeMask
		if t == 0 || t > nalLast { // aggregation packets must not be nested
			return ErrReserved
		}
		if err := parseNAL(t, rest[1:size], f); err != nil {
			return err
		}
		rest = rest[size:]
	}
	return nil
}

// parseFUA reads a fragment: only the first one has the start of a NAL unit, whose header is split between the FU
// indicator and the FU header (RFC 6184 5.8).
func parseFUA(rest []byte, f *Frame) error {
	if len(rest) < 2 {
		return ErrTruncated
	}
	t := rest[0] & nalTypeMask
	if t == 0 || t > nalLast {
		return ErrReserved
	}
	if rest[0]&fuStart == 0 {
		return nil
	}
	return parseNAL(t, rest[1:], f)
}

// parseNAL adds to f what the beginning of one NAL unit says; data is what follows its header of one byte.
func parseNAL(t byte, data []byte, f *Frame) error {
	switch t {
	case nalDelimiter:
		f.Start = true
	case nalSPS:
		f.Start, f.Keyframe = true, true
		f.Width, f.Height = spsSize(data)
	case nalSlice, nalIDR:
		if len(data) == 0 {
			return ErrTruncated
		}
		if data[0]&0x80 != 0 { // first_mb_in_slice, ue(v): 0 is a single one bit
			f.Start = true
			f.Keyframe = f.Keyframe || t == nalIDR
		}
	}
	return nil
}
