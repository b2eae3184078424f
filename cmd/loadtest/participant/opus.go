package participant

// opusTOC is the first byte of a packet: CELT, full band, one mono frame of 20 ms (RFC 6716 3.1).
const opusTOC = 31 << 3

const (
	opusInterval = 20 // milliseconds
	opusStep     = 960
	opusSize     = 80 // bytes: 32 kbit/s
)

// appendOpus appends the payload of one packet.
func appendOpus(dst []byte, s Stamp) []byte {
	return s.append(append(dst, opusTOC), opusSize-1-stampSize)
}

// readOpus reads a payload.
func readOpus(b []byte, s *Stamp) error {
	if len(b) == 0 || b[0] != opusTOC {
		return errContent
	}
	return readStamp(b[1:], s)
}
