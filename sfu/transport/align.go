package transport

import "salon/sfu/forward"

const (
	// maxPadding is how many bytes a packet gets at most: browsers cut a frame into packets that differ by one, and an
	// extension may make a few more.
	maxPadding = 4
	// minPadded is the smallest payload that is padded: audio never is, and small packets gain nothing.
	minPadded = 300
)

// align says, for packets of one stream that arrived together, by how many bytes each is padded (RFC 3550 5.1) so that
// the kernel can cut them from one message: all have to have the size of the first, only the last may be shorter. Sizes
// are those of the payloads, in order of arrival.
func align(sizes []int, pads []uint8) {
	for from := 0; from < len(sizes); {
		low, high, to := sizes[from], sizes[from], from+1
		for ; to < len(sizes); to++ {
			l, h := min(low, sizes[to]), max(high, sizes[to])
			if h-l > maxPadding {
				break
			}
			low, high = l, h
		}
		for i := from; i < to; i++ {
			pads[i] = uint8(high - sizes[i])
		}
		if to == len(sizes) || sizes[to] > high {
			pads[to-1] = 0 // nothing of this message comes after it
		}
		if low < minPadded {
			clear(pads[from:to])
		}
		from = to
	}
}

// alignAll aligns the packets of one read, each stream for itself, as far as its packets came one after another.
func (s *socket) alignAll(n int) {
	clear(s.pads[:n])
	var sizes [readPackets]int
	for from := 0; from < n; {
		size, ssrc, ok := s.payloadOf(from)
		to := from + 1
		if ok {
			sizes[from] = size
			for ; to < n && s.owners[to] == s.owners[from]; to++ {
				next, of, ok := s.payloadOf(to)
				if !ok || of != ssrc {
					break
				}
				sizes[to] = next
			}
			if to > from+1 {
				align(sizes[from:to], s.pads[from:to])
			}
		}
		from = to
	}
}

// payloadOf returns the size of the payload of a packet that was read, before it is opened, and its SSRC; false when it
// is not a Peer's RTP.
func (s *socket) payloadOf(i int) (size int, ssrc uint32, ok bool) {
	if s.owners[i] == nil {
		return 0, 0, false
	}
	packet, _ := s.reader.packet(i)
	if !isRTP(packet) {
		return 0, 0, false
	}
	length, ssrc, ok := rtpHeader(packet)
	return len(packet) - length - tagSize, ssrc, ok
}

// pad writes the padding of a packet behind its payload, into memory that the tag had.
func pad(in *forward.Incoming, padding uint8) {
	if padding == 0 || cap(in.Payload) < len(in.Payload)+int(padding) {
		return
	}
	tail := in.Payload[len(in.Payload) : len(in.Payload)+int(padding)]
	clear(tail)
	tail[padding-1] = padding
	in.Padding = padding
}
