package congestion

import (
	"encoding/binary"
	"math"

	"github.com/pion/rtcp"
)

// Status symbols of a packet (draft 3.1.1): how many bytes its receive delta takes.
const (
	notReceived = 0
	smallDelta  = 1 // 0..255 ticks, one byte
	largeDelta  = 2 // signed 16 bits
)

const (
	headerSize  = 20   // RTCP header, two SSRCs, base, count, reference time, feedback count
	runLength   = 8191 // most packets of a run length chunk (draft 3.1.3)
	oneBitCount = 14   // packets of a status vector chunk with one bit each (draft 3.1.4)
	twoBitCount = 7    // with two bits each
)

// builder collects the packets of one feedback. It is used again for the next one, to keep its memory.
type builder struct {
	base      uint16 // the first sequence number
	reference int64  // in units of 64 ms
	last      int64  // arrival of the last packet, in ticks
	symbols   []uint8
	deltas    []byte
}

func (b *builder) reset(base uint16) {
	*b = builder{base: base, symbols: b.symbols[:0], deltas: b.deltas[:0]}
}

// add appends missing packets and a received one; false, and nothing is added, when the feedback is full or the time
// since the last packet does not fit a delta. The first one always fits: at most window packets can be missing.
func (b *builder) add(missing int, arrival int64) bool {
	if len(b.symbols) == 0 {
		b.reference = arrival / ticksPerUnit
		b.last = b.reference * ticksPerUnit
	}
	delta := arrival - b.last
	symbol := uint8(smallDelta)
	if delta < 0 || delta > math.MaxUint8 {
		symbol = largeDelta
	}
	if delta < math.MinInt16 || delta > math.MaxInt16 {
		return false
	}
	// Every chunk but the last describes 7 packets or more: that bounds their size before they are chosen.
	count := len(b.symbols) + missing + 1
	chunks := (count + twoBitCount - 1) / twoBitCount * 2
	if padded(headerSize+chunks+len(b.deltas)+int(symbol)) > maxPacketSize {
		return false
	}
	for range missing {
		b.symbols = append(b.symbols, notReceived)
	}
	b.symbols = append(b.symbols, symbol)
	if symbol == smallDelta {
		b.deltas = append(b.deltas, byte(delta))
	} else {
		b.deltas = binary.BigEndian.AppendUint16(b.deltas, uint16(delta))
	}
	b.last = arrival
	return true
}

// marshal encodes the feedback (draft 3.1).
func (b *builder) marshal(senderSSRC, mediaSSRC uint32, count uint8) []byte {
	out := make([]byte, headerSize, maxPacketSize)
	binary.BigEndian.PutUint32(out[4:], senderSSRC)
	binary.BigEndian.PutUint32(out[8:], mediaSSRC)
	binary.BigEndian.PutUint16(out[12:], b.base)
	binary.BigEndian.PutUint16(out[14:], uint16(len(b.symbols)))
	binary.BigEndian.PutUint32(out[16:], uint32(b.reference)<<8|uint32(count))
	out = appendChunks(out, b.symbols)
	out = append(out, b.deltas...)

	out[0] = 2<<6 | rtcp.FormatTCC
	out[1] = byte(rtcp.TypeTransportSpecificFeedback)
	if padding := padded(len(out)) - len(out); padding > 0 { // the last byte of padding says how much (RFC 3550 6.4.1)
		out = append(out, make([]byte, padding)...)
		out[len(out)-1] = byte(padding)
		out[0] |= 1 << 5
	}
	binary.BigEndian.PutUint16(out[2:], uint16(len(out)/4-1))
	return out
}

// padded rounds up to the 32-bit words of RTCP.
func padded(size int) int { return (size + 3) &^ 3 }

// appendChunks appends packet chunks for the symbols: long runs as run lengths, else vectors of one bit where no large
// delta is near, else of two.
func appendChunks(out []byte, symbols []uint8) []byte {
	for len(symbols) > 0 {
		run := leadingRun(symbols)
		bits := leadingSmall(symbols)
		var chunk uint16
		n := run
		switch {
		case run >= oneBitCount, run == len(symbols), run >= twoBitCount && bits < oneBitCount && bits < len(symbols):
			chunk = uint16(symbols[0])<<13 | uint16(run)
		case bits >= oneBitCount || bits == len(symbols):
			n = min(oneBitCount, len(symbols))
			chunk = 1<<15 | vector(symbols[:n], 1)
		default:
			n = min(twoBitCount, len(symbols))
			chunk = 1<<15 | 1<<14 | vector(symbols[:n], 2)
		}
		out = binary.BigEndian.AppendUint16(out, chunk)
		symbols = symbols[n:]
	}
	return out
}

// vector packs symbols from the highest of 14 bits down; what is left over says "not received" and is beyond the count.
func vector(symbols []uint8, width int) uint16 {
	var v uint16
	for i, s := range symbols {
		v |= uint16(s) << (oneBitCount - width*(i+1))
	}
	return v
}

// leadingRun counts the equal symbols in front.
func leadingRun(symbols []uint8) int {
	n := 1
	for n < len(symbols) && n < runLength && symbols[n] == symbols[0] {
		n++
	}
	return n
}

// leadingSmall counts the symbols in front that one bit can tell, up to one chunk of them.
func leadingSmall(symbols []uint8) int {
	n := 0
	for n < len(symbols) && n < oneBitCount && symbols[n] != largeDelta {
		n++
	}
	return n
}
