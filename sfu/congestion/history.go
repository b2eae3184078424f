package congestion

import "time"

// historySize is how many packets are remembered until feedback comes: 2 s at 1,000 packets/s (about 10 Mbit/s), against
// feedback every 50 to 100 ms plus a round trip. 32 KiB. A power of two. What falls out untold is never counted.
const historySize = 2048

// fate is what is known of a sent packet.
type fate uint8

const (
	unsent    fate = iota
	unknown        // sent, nothing told yet
	assumed        // its feedback was lost: counted as arrived until told otherwise
	lost           // told as not received; may still come
	delivered      // told as received, once and for all
)

// sentPacket is one packet that went out.
type sentPacket struct {
	at      time.Duration // since the Estimator's origin
	size    uint16        // bytes
	cluster uint8         // the probe cluster that it belongs to, 0: none
	fate    fate
}

// history remembers what was sent under which transport-wide number, extended beyond 16 bits.
type history struct {
	packets *[historySize]sentPacket // allocated by the first packet
	newest  int64                    // extended number; 0: nothing was sent
	told    int64                    // the highest extended number that any feedback told
}

// add notes a packet. Numbers may come a little out of order; one that is older than the history is not noted.
func (h *history) add(number uint16, p sentPacket) {
	if h.packets == nil {
		h.packets = new([historySize]sentPacket)
		h.newest = 1<<16 + int64(number) - 1 // far enough above 0 that numbers before the first have a place, too
		h.told = h.newest
	}
	n := extend(h.newest, number)
	if n <= h.newest-historySize {
		return
	}
	if n-h.newest > historySize {
		*h.packets = [historySize]sentPacket{}
	} else {
		for i := h.newest + 1; i < n; i++ { // numbers that were not sent, at least not yet
			h.packets[i&(historySize-1)] = sentPacket{}
		}
	}
	h.newest = max(h.newest, n)
	h.packets[n&(historySize-1)] = p
}

// get returns the packet sent under an extended number, nil when there is none.
func (h *history) get(n int64) *sentPacket {
	if h.packets == nil || n > h.newest || n <= h.newest-historySize {
		return nil
	}
	if p := &h.packets[n&(historySize-1)]; p.fate != unsent {
		return p
	}
	return nil
}

// extend returns the extended number next to reference that ends in these 16 bits.
func extend(reference int64, number uint16) int64 {
	return reference + int64(int16(number-uint16(reference)))
}
