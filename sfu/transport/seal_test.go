package transport

import (
	"bytes"
	"testing"

	"github.com/pion/rtp"
	"github.com/pion/srtp/v3"
)

// keyPair is one direction's keys for us and for Pion, as the second opinion.
func keyPair(t testing.TB, keySize int) (*protection, *srtp.Context) {
	t.Helper()
	key, salt := make([]byte, keySize), make([]byte, masterSaltSize)
	for i := range key {
		key[i] = byte(3*i + 1)
	}
	for i := range salt {
		salt[i] = byte(200 - i)
	}
	profile := srtp.ProtectionProfileAeadAes128Gcm
	if keySize == 32 {
		profile = srtp.ProtectionProfileAeadAes256Gcm
	}
	p, err := newProtection(key, salt)
	if err != nil {
		t.Fatal(err)
	}
	context, err := srtp.CreateContext(key, salt, profile, srtp.SRTPNoReplayProtection())
	if err != nil {
		t.Fatal(err)
	}
	return p, context
}

func sealPacket(t testing.TB, s *sealing, p *protection, number uint16, payload []byte) []byte {
	t.Helper()
	slot := appendHeader(make([]byte, 0, headerSize+len(payload)+tagSize), &rtp.Header{
		PayloadType: 96, Marker: number%2 == 0, SequenceNumber: number, Timestamp: uint32(number) * 3000, SSRC: s.ssrc,
	})
	packet, ok := s.seal(p, slot, payload)
	if !ok {
		t.Fatalf("number %d was not sealed", number)
	}
	return packet
}

// What we seal, Pion opens, across wraps of the sequence number, with losses and late packets.
func TestSealedPacketsOpenWithPion(t *testing.T) {
	for name, keySize := range map[string]int{"AES-128": 16, "AES-256": 32} {
		t.Run(name, func(t *testing.T) {
			p, pion := keyPair(t, keySize)
			s := &sealing{ssrc: 0xfedcba98}
			repair := &sealing{ssrc: 0x01020304}
			numbers := []uint16{65530, 65531, 65534, 65533, 65535, 0, 65532, 1, 2}
			for n := uint32(3); n < 3*65536; n += 97 {
				numbers = append(numbers, uint16(n))
			}
			for _, number := range numbers {
				for _, stream := range []*sealing{s, repair} {
					payload := bytes.Repeat([]byte{byte(number)}, int(number)%1200)
					plain, err := pion.DecryptRTP(nil, sealPacket(t, stream, p, number, payload), nil)
					if err != nil {
						t.Fatalf("number %d after index %d: %v", number, stream.highest, err)
					}
					var got rtp.Packet
					if err := got.Unmarshal(plain); err != nil {
						t.Fatal(err)
					}
					if got.SequenceNumber != number || got.SSRC != stream.ssrc || got.PayloadType != 96 || got.Timestamp != uint32(number)*3000 || got.Marker != (number%2 == 0) || !bytes.Equal(got.Payload, payload) {
						t.Fatalf("number %d came out as %v", number, got.Header)
					}
				}
			}
			if s.highest>>16 < 3 {
				t.Errorf("the rollover counter is %d: nothing was proved", s.highest>>16)
			}
		})
	}
}

// What Pion seals, we open; what anybody changed, we do not.
func TestOpening(t *testing.T) {
	for name, keySize := range map[string]int{"AES-128": 16, "AES-256": 32} {
		t.Run(name, func(t *testing.T) {
			p, pion := keyPair(t, keySize)
			var o opening
			for n := uint32(65000); n < 3*65536; n += 61 {
				packet := &rtp.Packet{
					Header:  rtp.Header{Version: 2, SSRC: 7, PayloadType: 96, SequenceNumber: uint16(n), CSRC: []uint32{1, 2}},
					Payload: bytes.Repeat([]byte{byte(n)}, int(n)%900),
				}
				if err := packet.SetExtension(1, []byte{1, 2, 3}); err != nil {
					t.Fatal(err)
				}
				plain, err := packet.Marshal()
				if err != nil {
					t.Fatal(err)
				}
				sealed, err := pion.EncryptRTP(nil, plain, nil)
				if err != nil {
					t.Fatal(err)
				}
				length, ssrc, ok := rtpHeader(sealed)
				if !ok || ssrc != 7 {
					t.Fatalf("header: length %d, SSRC %d, %v", length, ssrc, ok)
				}
				forged := bytes.Clone(sealed)
				forged[n%uint32(len(forged)-10)+10] ^= 1
				if _, ok := o.open(p, 7, forged, length, make([]byte, packetSize)); ok {
					t.Fatalf("number %d: a changed packet was taken", n)
				}
				got, ok := o.open(p, 7, sealed, length, make([]byte, packetSize))
				if !ok || !bytes.Equal(got, plain) {
					t.Fatalf("number %d: opened %v, %d bytes, want %d", n, ok, len(got), len(plain))
				}
			}
		})
	}
}

// Pion may have received the packets before the first wrap.
func TestOpeningBeginsAfterAWrap(t *testing.T) {
	p, _ := keyPair(t, 16)
	s := &sealing{ssrc: 7}
	sealPacket(t, s, p, 65535, []byte("before"))
	var o opening
	packet := sealPacket(t, s, p, 0, []byte("after"))
	if _, ok := o.open(p, 7, packet, headerSize, make([]byte, packetSize)); !ok {
		t.Fatal("the first packet after a wrap was not opened")
	}
	if _, ok := o.open(p, 7, sealPacket(t, s, p, 1, []byte("later")), headerSize, make([]byte, packetSize)); !ok || o.highest != 65537 {
		t.Errorf("opened %v, index %d, want 65537", ok, o.highest)
	}
}

func TestIndex(t *testing.T) {
	for name, c := range map[string]struct {
		numbers []uint16
		want    []int64 // -1: refused
	}{
		"in order over a wrap":          {[]uint16{65534, 65535, 0, 1}, []int64{65534, 65535, 65536, 65537}},
		"late over a wrap":              {[]uint16{65534, 0, 65535, 1}, []int64{65534, 65536, 65535, 65537}},
		"before the first":              {[]uint16{0, 65535, 1}, []int64{0, -1, 1}},
		"the same again":                {[]uint16{9, 9}, []int64{9, 9}},
		"as late as may be":             {[]uint16{5000, 5000 - maxLate}, []int64{5000, 5000 - maxLate}},
		"a leap never comes from below": {[]uint16{40000, 40000 - maxLate - 1}, []int64{40000, 1<<16 + 40000 - maxLate - 1}},
	} {
		var s sealing
		for i, number := range c.numbers {
			index, ok := s.index(number)
			if !ok {
				index = ^uint64(0)
			}
			if int64(index) != c.want[i] {
				t.Errorf("%s: number %d has index %d, want %d", name, number, int64(index), c.want[i])
			}
		}
	}
}

// Two packets with one nonce would give away the key of the authentication.
func TestNoNumberIsSealedTwice(t *testing.T) {
	p, _ := keyPair(t, 16)
	s := &sealing{ssrc: 7}
	refused := func(number uint16) bool {
		slot := appendHeader(make([]byte, 0, 100), &rtp.Header{SequenceNumber: number, SSRC: 7})
		_, ok := s.seal(p, slot, []byte("another"))
		return !ok
	}
	for _, number := range []uint16{65534, 65535, 1, 0} {
		sealPacket(t, s, p, number, []byte("first"))
	}
	for _, number := range []uint16{65534, 65535, 0, 1} {
		if !refused(number) {
			t.Errorf("number %d was sealed twice", number)
		}
	}
	if refused(2) {
		t.Error("a new number was refused")
	}
}

func FuzzRTPHeader(f *testing.F) {
	f.Add([]byte{0x80, 96, 0, 1, 0, 0, 0, 0, 0, 0, 0, 9, 1})
	f.Add([]byte{0x92, 96, 0, 1, 0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0xbe, 0xde, 0, 1, 0x10, 1, 0, 0, 5})
	f.Fuzz(func(t *testing.T, packet []byte) {
		length, ssrc, ok := rtpHeader(packet)
		var h rtp.Header
		n, err := h.Unmarshal(packet)
		if err == nil && h.Version == 2 && (!ok || n != length || h.SSRC != ssrc) {
			t.Errorf("length %d, SSRC %d, %v; pion says %d, %d", length, ssrc, ok, n, h.SSRC)
		}
		if ok && length > len(packet) {
			t.Errorf("a header of %d bytes in %d", length, len(packet))
		}
	})
}
