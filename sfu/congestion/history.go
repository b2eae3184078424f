package congestion

import "time"

// Packets are remembered for historySpan until feedback comes, against feedback every 50 to 100 ms plus a round trip: as
// many as that takes, from 4 KiB up to 128 KiB, which at 4,000 packets/s (about 40 Mbit/s) hold all of it and at 100 Mbit/s
// 800 ms. Powers of two. What falls out untold is never counted.
const (
	historySpan  = 2 * time.Second
	historyStart = 256
	historySize  = 8192
)

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
	packets []sentPacket // made by the first packet, and larger when it is too short for historySpan
	first   int64        // extended number of the first packet
	newest  int64        // extended number; 0: nothing was sent
	told    int64        // the highest extended number that any feedback told
}

// size is how many packets are remembered.
func (h *history) size() int64 { return int64(len(h.packets)) }

func (h *history) at(n int64) *sentPacket { return &h.packets[n&(h.size()-1)] }

// add notes a packet. Numbers may come a little out of order; one that is older than the history is not noted.
func (h *history) add(number uint16, p sentPacket) {
	if h.packets == nil {
		h.packets = make([]sentPacket, historyStart)
		h.newest = 1<<16 + int64(number) - 1 // far enough above 0 that numbers before the first have a place, too
		h.first, h.told = h.newest+1, h.newest
	}
	n := extend(h.newest, number)
	for h.size() < historySize && h.short(n, p.at) {
		h.grow()
	}
	if n <= h.newest-h.size() {
		return
	}
	if n-h.newest > h.size() {
		clear(h.packets)
	} else {
		for i := h.newest + 1; i < n; i++ { // numbers that were not sent, at least not yet
			*h.at(i) = sentPacket{}
		}
	}
	h.newest = max(h.newest, n)
	*h.at(n) = p
}

// short says whether packet n, now, would take the place of one that was sent less than historySpan ago, or has no place
// as it is too late by a little.
func (h *history) short(n int64, now time.Duration) bool {
	if n <= h.newest-h.size() {
		return n >= h.first
	}
	out := min(n-h.size(), h.newest)
	if out < h.first {
		return false
	}
	p := h.get(out)
	return p == nil || now-p.at < historySpan
}

// grow makes room for twice as many.
func (h *history) grow() {
	larger := history{packets: make([]sentPacket, 2*len(h.packets))}
	for n := h.newest - h.size() + 1; n <= h.newest; n++ {
		*larger.at(n) = *h.at(n)
	}
	h.packets = larger.packets
}

// get returns the packet sent under an extended number, nil when there is none.
func (h *history) get(n int64) *sentPacket {
	if h.packets == nil || n > h.newest || n <= h.newest-h.size() {
		return nil
	}
	if p := h.at(n); p.fate != unsent {
		return p
	}
	return nil
}

// extend returns the extended number next to reference that ends in these 16 bits.
func extend(reference int64, number uint16) int64 {
	return reference + int64(int16(number-uint16(reference)))
}
