package transport

import (
	"bytes"
	"encoding/binary"
	"testing"

	"github.com/pion/rtp"
)

// What we write, Pion reads; and what Pion writes for us says the same.
func TestExtensions(t *testing.T) {
	for name, c := range map[string]struct {
		x          extensions
		descriptor int
		size       int
		carried    bool
	}{
		"none":                          {extensions{}, 0, 0, false},
		"none, with a descriptor":       {extensions{}, 3, 0, false},
		"a number":                      {extensions{transportWide: 3}, 0, 8, false},
		"a descriptor not negotiated":   {extensions{transportWide: 3}, 5, 8, false},
		"a descriptor":                  {extensions{transportWide: 3, dependencyDescriptor: 4}, 3, 12, true},
		"without one":                   {extensions{transportWide: 3, dependencyDescriptor: 4}, 0, 8, false},
		"the longest short descriptor":  {extensions{transportWide: 3, dependencyDescriptor: 4}, 16, 24, true},
		"the shortest long descriptor":  {extensions{transportWide: 3, dependencyDescriptor: 4}, 17, 28, true},
		"the longest descriptor":        {extensions{transportWide: 3, dependencyDescriptor: 4}, 255, 268, true},
		"too long a descriptor":         {extensions{transportWide: 3, dependencyDescriptor: 4}, 256, 8, false},
		"only a descriptor":             {extensions{dependencyDescriptor: 4}, 3, 8, true},
		"a high id of the number":       {extensions{transportWide: 15}, 0, 8, false},
		"a high id of the descriptor":   {extensions{transportWide: 1, dependencyDescriptor: 15}, 4, 16, true},
		"a high id without descriptor":  {extensions{transportWide: 1, dependencyDescriptor: 15}, 0, 8, false},
		"the highest ids":               {extensions{transportWide: 255, dependencyDescriptor: 254}, 4, 16, true},
		"the highest id of a short one": {extensions{transportWide: 14}, 0, 8, false},
	} {
		descriptor := bytes.Repeat([]byte{0xab}, c.descriptor)
		if got := c.x.size(descriptor); got != c.size {
			t.Errorf("%s: size %d, want %d", name, got, c.size)
		}
		header := &rtp.Header{Version: 2, PayloadType: 96, SequenceNumber: 7, SSRC: 9}
		ours := c.x.append(appendHeader(nil, header), 0xfffe, descriptor)
		if len(ours) != headerSize+c.size {
			t.Errorf("%s: %d bytes, want %d", name, len(ours), headerSize+c.size)
		}
		if err := c.x.set(header, 0xfffe, descriptor); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for by, h := range map[string]*rtp.Header{"us": {}, "Pion": header} {
			if by == "us" {
				if n, err := h.Unmarshal(ours); err != nil || n != len(ours) {
					t.Errorf("%s: Pion reads %d bytes, %v", name, n, err)
				}
			}
			number := h.GetExtension(c.x.transportWide)
			if c.x.transportWide != 0 && (len(number) != 2 || binary.BigEndian.Uint16(number) != 0xfffe) {
				t.Errorf("%s, by %s: the number is %v", name, by, number)
			}
			if got := h.GetExtension(c.x.dependencyDescriptor); c.carried && !bytes.Equal(got, descriptor) || !c.carried && len(got) > 0 {
				t.Errorf("%s, by %s: the descriptor is %v", name, by, got)
			}
		}
	}
}

// A sealed packet with extensions opens with Pion, and has one size whatever the number is.
func TestSealedExtensionsOpenWithPion(t *testing.T) {
	p, pion := keyPair(t, 16)
	s := &sealing{ssrc: 9}
	x := extensions{transportWide: 3, dependencyDescriptor: 4}
	for number := range uint16(300) {
		descriptor := bytes.Repeat([]byte{byte(number)}, int(number%30))
		slot := appendHeader(make([]byte, 0, 1500), &rtp.Header{PayloadType: 96, SequenceNumber: number, SSRC: 9})
		slot = x.append(slot, number, descriptor)
		packet, ok := s.seal(p, slot, []byte("payload"))
		if !ok || len(packet) != headerSize+x.size(descriptor)+len("payload")+tagSize {
			t.Fatalf("number %d: sealed %v, %d bytes", number, ok, len(packet))
		}
		plain, err := pion.DecryptRTP(nil, packet, nil)
		if err != nil {
			t.Fatal(err)
		}
		var got rtp.Packet
		if err := got.Unmarshal(plain); err != nil || string(got.Payload) != "payload" || !bytes.Equal(got.GetExtension(4), descriptor) {
			t.Fatalf("number %d: %v, %v", number, got.Header, err)
		}
	}
}
