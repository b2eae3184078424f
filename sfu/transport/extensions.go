package transport

import (
	"encoding/binary"

	"github.com/pion/rtp"
)

// uriDependencyDescriptor tells which frame a packet belongs to and on which others it depends (AV1 RTP payload format,
// appendix A).
const uriDependencyDescriptor = "https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension"

// extensions are the header extensions (RFC 8285) that a slot's packets carry, by the ids of its section; 0: not
// negotiated. The block has the same size in all packets with a descriptor of the same length, so that the kernel can
// cut packets of one message.
type extensions struct{ transportWide, dependencyDescriptor uint8 }

const (
	oneByteProfile = 0xBEDE // RFC 8285 4.2: ids to 14, values of 1 to 16 bytes
	twoByteProfile = 0x1000 // RFC 8285 4.3: ids to 255, values to 255 bytes
	maxOneByteID   = 14
	maxOneByte     = 16
	maxTwoByte     = 255
	blockHeader    = 4
	transportWide  = 2 // bytes of the number
)

// carried returns the descriptor if it can be sent.
func (x extensions) carried(descriptor []byte) []byte {
	if x.dependencyDescriptor == 0 || len(descriptor) > maxTwoByte {
		return nil
	}
	return descriptor
}

// twoByte says whether the long form is needed. Receivers that offered a descriptor read both, whether they say
// extmap-allow-mixed or not.
func (x extensions) twoByte(descriptor []byte) bool {
	return x.transportWide > maxOneByteID || len(descriptor) > maxOneByte || len(descriptor) > 0 && x.dependencyDescriptor > maxOneByteID
}

// size returns the size of the whole block in bytes, 0: there is none.
func (x extensions) size(descriptor []byte) int {
	descriptor = x.carried(descriptor)
	perElement := 1
	if x.twoByte(descriptor) {
		perElement = 2
	}
	n := 0
	if x.transportWide != 0 {
		n += perElement + transportWide
	}
	if len(descriptor) > 0 {
		n += perElement + len(descriptor)
	}
	if n == 0 {
		return 0
	}
	return blockHeader + (n+3)&^3
}

// append appends the block to a header that ends with its SSRC, and says so in the header's first byte.
func (x extensions) append(header []byte, number uint16, descriptor []byte) []byte {
	size := x.size(descriptor)
	if size == 0 {
		return header
	}
	descriptor = x.carried(descriptor)
	long := x.twoByte(descriptor)
	profile := uint16(oneByteProfile)
	if long {
		profile = twoByteProfile
	}
	header[0] |= 0x10
	end := len(header) + size
	b := binary.BigEndian.AppendUint16(header, profile)
	b = binary.BigEndian.AppendUint16(b, uint16((size-blockHeader)/4))
	if x.transportWide != 0 {
		b = appendElement(b, long, x.transportWide, transportWide)
		b = binary.BigEndian.AppendUint16(b, number)
	}
	if len(descriptor) > 0 {
		b = appendElement(b, long, x.dependencyDescriptor, len(descriptor))
		b = append(b, descriptor...)
	}
	for len(b) < end {
		b = append(b, 0)
	}
	return b
}

// set is append for packets that Pion sends.
func (x extensions) set(h *rtp.Header, number uint16, descriptor []byte) error {
	descriptor = x.carried(descriptor)
	if x.size(descriptor) == 0 {
		return nil
	}
	h.Extension, h.ExtensionProfile = true, oneByteProfile
	if x.twoByte(descriptor) {
		h.ExtensionProfile = twoByteProfile
	}
	if len(descriptor) > 0 {
		if err := h.SetExtension(x.dependencyDescriptor, descriptor); err != nil {
			return err
		}
	}
	if x.transportWide == 0 {
		return nil
	}
	return h.SetExtension(x.transportWide, binary.BigEndian.AppendUint16(nil, number))
}

func appendElement(b []byte, long bool, id uint8, length int) []byte {
	if long {
		return append(b, id, uint8(length))
	}
	return append(b, id<<4|uint8(length-1))
}

// outgoing returns the extensions that a section of our answer lets us send.
func (s *section) outgoing() *extensions {
	if s == nil {
		return &extensions{}
	}
	return &extensions{transportWide: s.extensions[uriTransportWide], dependencyDescriptor: s.extensions[uriDependencyDescriptor]}
}
