package transport

import (
	"salon/sfu/codec"
	"salon/sfu/forward"
)

// unpacked is one packet with the earlier ones that it carries.
type unpacked struct {
	red     codec.RED
	earlier forward.Incoming
}

// unpack makes of a packet that carries earlier ones along (RFC 2198) a packet with its own payload. Those of the earlier
// ones that did not come are received first. They have no numbers of their own: publishers carry along what they sent just
// before, without gaps. It returns false for what cannot be read.
func (s *inbound) unpack(in *forward.Incoming) bool {
	u, formats := &s.unpacked, &s.binding.section.formats
	if u.red.Parse(in.Payload) != nil || formats[u.red.PayloadType&0x7f] != (format{codec: codec.Opus}) {
		return false
	}
	for i, b := range u.red.Redundant {
		number := in.SequenceNumber - uint16(len(u.red.Redundant)-i)
		if len(b.Payload) == 0 || formats[b.PayloadType&0x7f] != (format{codec: codec.Opus}) || !s.binding.encoding.Lacks(s.ssrc, number) {
			continue
		}
		u.earlier = forward.Incoming{
			SequenceNumber: number, Timestamp: in.Timestamp - uint32(b.Offset), Codec: codec.Opus, Payload: b.Payload,
			Arrival: in.Arrival, Recovered: true, Burst: in.Burst, Group: in.Group,
		}
		s.binding.encoding.Receive(s.ssrc, &u.earlier)
	}
	in.Payload = u.red.Payload
	return true
}
