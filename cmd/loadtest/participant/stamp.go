package participant

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/fnv"
	"math/rand/v2"

	"salon/signaling/protocol"
)

// Stamp is what every media payload carries, behind the codec's headers. It is followed by bytes that depend on it, so
// that a receiver can tell whether anything was changed, mixed up or cut.
type Stamp struct {
	Origin    uint32 // whose: OriginOf(participant, source)
	Encoding  uint8  // 0 is the smallest
	Frame     uint32 // counts the frames of the encoding; for audio the packets
	Reference uint32 // the frame from which this one is predicted; itself when from none (a keyframe, audio)
	Index     uint16 // of the packet in its frame
	Count     uint16 // of packets in the frame
	Sent      int64  // first transmission, nanoseconds since 1970
}

const (
	stampMagic = 0x53a1_0a01
	stampSize  = 4 + 4 + 1 + 4 + 4 + 2 + 2 + 8
	fillBits   = 12 // of the number of places in the pattern where the filling may begin
	fillPeriod = 1 << fillBits
)

// pattern is what payloads are filled with. It is the same in every process: receivers compare with it.
var pattern = func() []byte {
	b := make([]byte, fillPeriod+maxPayload)
	for source, i := rand.NewPCG(1, 2), 0; i+8 <= len(b); i += 8 {
		binary.LittleEndian.PutUint64(b[i:], source.Uint64())
	}
	return b
}()

// OriginOf identifies a publication in stamps.
func OriginOf(participant string, source protocol.Source) uint32 {
	h := fnv.New32a()
	_, _ = h.Write([]byte(participant + "/" + string(source)))
	return h.Sum32()
}

// append adds the stamp and fill more bytes.
func (s *Stamp) append(dst []byte, fill int) []byte {
	dst = binary.BigEndian.AppendUint32(dst, stampMagic)
	dst = binary.BigEndian.AppendUint32(dst, s.Origin)
	dst = append(dst, s.Encoding)
	dst = binary.BigEndian.AppendUint32(dst, s.Frame)
	dst = binary.BigEndian.AppendUint32(dst, s.Reference)
	dst = binary.BigEndian.AppendUint16(dst, s.Index)
	dst = binary.BigEndian.AppendUint16(dst, s.Count)
	dst = binary.BigEndian.AppendUint64(dst, uint64(s.Sent))
	return append(dst, s.filling(fill)...)
}

// filling depends on all that identifies the packet, so that bytes of another packet do not pass.
func (s *Stamp) filling(n int) []byte {
	const prime = 16777619 // FNV-1a's: the upper bits depend on every bit below
	h := (uint32(2166136261) ^ s.Origin) * prime
	h = (h ^ uint32(s.Encoding)) * prime
	h = (h ^ s.Frame) * prime
	h = (h ^ uint32(s.Index)) * prime
	start := int(h >> (32 - fillBits))
	return pattern[start : start+n]
}

var errContent = errors.New("the payload is not what any participant sent")

// readStamp reads a stamp and verifies everything behind it.
func readStamp(b []byte, s *Stamp) error {
	if len(b) < stampSize || len(b) > maxPayload || binary.BigEndian.Uint32(b) != stampMagic {
		return errContent
	}
	*s = Stamp{
		Origin: binary.BigEndian.Uint32(b[4:]), Encoding: b[8],
		Frame: binary.BigEndian.Uint32(b[9:]), Reference: binary.BigEndian.Uint32(b[13:]),
		Index: binary.BigEndian.Uint16(b[17:]), Count: binary.BigEndian.Uint16(b[19:]),
		Sent: int64(binary.BigEndian.Uint64(b[21:])),
	}
	if rest := b[stampSize:]; !bytes.Equal(rest, s.filling(len(rest))) {
		return errContent
	}
	return nil
}
