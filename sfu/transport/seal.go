package transport

import (
	"encoding/binary"

	"salon/sfu/sequence"
)

const (
	headerSize = 12   // of RTP without extensions (RFC 3550 5.1)
	tagSize    = 16   // of AES-GCM (RFC 7714)
	nonceSize  = 12   // RFC 7714 8.1
	maxLate    = 2048 // a number this far behind the newest is a late packet; farther, it is one far ahead
)

// sealing is the sending side of one SSRC: its packet index, which is rollover counter and sequence number (RFC 3711
// 3.3.1). AES-GCM breaks when two packets have one nonce, so an index is sealed once, whatever the caller believes: a
// retransmission needs an RTX stream. The lock of its outbound guards it.
type sealing struct {
	ssrc    uint32
	highest uint64 // newest index
	any     bool
	sealed  sequence.Duplicates
	nonce   [nonceSize]byte // here, so that passing it to the cipher allocates nothing
}

// index returns the packet's index; false for a number before the first.
func (s *sealing) index(number uint16) (uint64, bool) {
	if !s.any {
		s.any, s.highest = true, uint64(number)
		return s.highest, true
	}
	delta := int64(int16(number - uint16(s.highest)))
	if delta < -maxLate {
		delta += 1 << 16
	}
	index := int64(s.highest) + delta
	if index < 0 {
		return 0, false
	}
	s.highest = max(s.highest, uint64(index))
	return uint64(index), true
}

// seal protects a packet whose header is header and returns the whole of it, in header's memory. The plaintext may begin right after the header (it is then sealed in place) or lie elsewhere. False: the number lies before
// the first, or was sealed before.
func (s *sealing) seal(p *protection, header, plaintext []byte) ([]byte, bool) {
	index, ok := s.index(binary.BigEndian.Uint16(header[2:]))
	if !ok || s.sealed.Seen(index) {
		return nil, false
	}
	setNonce(&s.nonce, &p.salt, s.ssrc, index)
	return p.aead.Seal(header, s.nonce[:], plaintext, header), true
}

// setNonce is RFC 7714 8.1: two zero bytes, SSRC, rollover counter and sequence number, all of it XOR the salt.
func setNonce(nonce, salt *[nonceSize]byte, ssrc uint32, index uint64) {
	nonce[0], nonce[1] = 0, 0
	binary.BigEndian.PutUint32(nonce[2:], ssrc)
	binary.BigEndian.PutUint32(nonce[6:], uint32(index>>16))
	binary.BigEndian.PutUint16(nonce[10:], uint16(index))
	for i := range nonce {
		nonce[i] ^= salt[i]
	}
}

// opening is the receiving side of one SSRC. Its Peer's receiving lock guards it.
type opening struct {
	highest uint64 // newest authenticated index
	any     bool
	nonce   [nonceSize]byte
}

// open verifies a packet, decrypts it in place and returns it without its tag. headerLength is that of the whole RTP
// header with its extensions, which are authenticated and not encrypted. The scratch is as large as a packet may be.
func (o *opening) open(p *protection, ssrc uint32, packet []byte, headerLength int, scratch []byte) ([]byte, bool) {
	if len(packet) < headerLength+tagSize {
		return nil, false
	}
	number := binary.BigEndian.Uint16(packet[2:])
	if !o.any {
		return o.openFirst(p, ssrc, packet, headerLength, number, scratch)
	}
	index := int64(o.highest) + int64(int16(number-uint16(o.highest)))
	if index < 0 {
		return nil, false
	}
	return o.openAs(p, ssrc, packet, headerLength, uint64(index))
}

// openFirst takes the first packet of an SSRC. Its rollover counter is 0 (RFC 3711 3.3.1), or 1 when Pion received the
// packets before a wrap, while the connection was coming up. A failed attempt destroys the packet.
func (o *opening) openFirst(p *protection, ssrc uint32, packet []byte, headerLength int, number uint16, scratch []byte) ([]byte, bool) {
	again := append(scratch[:0], packet...)
	if plain, ok := o.openAs(p, ssrc, packet, headerLength, uint64(number)); ok {
		return plain, true
	}
	return o.openAs(p, ssrc, again, headerLength, 1<<16|uint64(number))
}

func (o *opening) openAs(p *protection, ssrc uint32, packet []byte, headerLength int, index uint64) ([]byte, bool) {
	setNonce(&o.nonce, &p.salt, ssrc, index)
	header := packet[:headerLength]
	plain, err := p.aead.Open(header, o.nonce[:], packet[headerLength:], header)
	if err != nil {
		return nil, false
	}
	if !o.any || index > o.highest {
		o.any, o.highest = true, index
	}
	return plain, true
}
