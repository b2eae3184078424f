package congestion

import (
	"time"

	"github.com/pion/rtcp"
)

// arrival is what one feedback told of one packet that was not known to have arrived.
type arrival struct {
	sent    time.Duration // by our clock
	at      time.Duration // by the receiver's: only differences mean something
	size    int           // bytes
	cluster uint8
	missed  bool // received, but told as lost by an earlier feedback
	assumed bool // received, and counted already, because an earlier feedback was lost
}

// report is the content of one feedback, in the order of the numbers.
type report struct {
	arrivals []arrival
	lost     int // packets that this feedback tells as missing for the first time
	skipped  int // bytes of packets that no feedback told: it was lost
}

// reader turns feedback into arrivals. It keeps the memory of its report for the next one.
type reader struct {
	report report
	unit   int64 // reference time of the newest feedback, unwrapped from 24 bits, in 64 ms
	begun  bool
}

// read takes one feedback. It trusts nothing: numbers that were never sent, are too old or were told before are passed
// over, symbols without a delta end the reading. The report is valid until the next call.
func (r *reader) read(cc *rtcp.TransportLayerCC, h *history) *report {
	r.report = report{arrivals: r.report.arrivals[:0]}
	if h.packets == nil || cc.PacketStatusCount == 0 {
		return &r.report
	}
	base := extend(h.told, cc.BaseSequenceNumber)
	if base > h.newest || base+int64(cc.PacketStatusCount) <= h.newest-h.size() {
		return &r.report // not of ours, or of long ago
	}
	r.report.skipped = skip(h, h.told+1, base)
	w := walk{number: base, end: base + int64(cc.PacketStatusCount), at: r.reference(cc.ReferenceTime), deltas: cc.RecvDeltas}
	for _, c := range cc.PacketChunks {
		if !r.chunk(&w, h, c) {
			break
		}
	}
	h.told = max(h.told, min(w.number-1, h.newest))
	return &r.report
}

// reference unwraps the reference time (draft 3.1): it wraps every 12.4 days, and feedback may come out of order.
func (r *reader) reference(t uint32) time.Duration {
	if !r.begun {
		r.begun = true
		r.unit = 1<<24 + int64(t&0xffffff)
	}
	unit := r.unit + int64(int32((t-uint32(r.unit))<<8)>>8)
	r.unit = max(r.unit, unit)
	return time.Duration(unit) * (ticksPerUnit * tick)
}

// walk is how far the reading of one feedback has come.
type walk struct {
	number, end int64
	at          time.Duration
	deltas      []*rtcp.RecvDelta
}

// chunk reads one packet chunk (draft 3.1.2); false ends the reading.
func (r *reader) chunk(w *walk, h *history, c rtcp.PacketStatusChunk) bool {
	switch c := c.(type) {
	case *rtcp.RunLengthChunk:
		if c.PacketStatusSymbol == notReceived && w.number+int64(c.RunLength) <= h.newest-h.size() {
			w.number = min(w.end, w.number+int64(c.RunLength)) // long ago: nothing to look up
			return w.number < w.end
		}
		for range c.RunLength {
			if !r.symbol(w, h, c.PacketStatusSymbol) {
				return false
			}
		}
	case *rtcp.StatusVectorChunk:
		for _, s := range c.SymbolList {
			if !r.symbol(w, h, s) {
				return false
			}
		}
	}
	return true
}

// symbol reads the status of the next packet; false ends the reading.
func (r *reader) symbol(w *walk, h *history, symbol uint16) bool {
	if w.number >= w.end || w.number > h.newest {
		return false // told more than was announced, or sent
	}
	n := w.number
	switch symbol {
	case smallDelta, largeDelta:
		if len(w.deltas) == 0 || w.deltas[0] == nil {
			return false
		}
		w.at += time.Duration(w.deltas[0].Delta) * time.Microsecond
		w.deltas = w.deltas[1:]
		r.received(h.get(n), w.at)
	case notReceived:
		if p := h.get(n); p != nil && (p.fate == unknown || p.fate == assumed) {
			p.fate = lost
			r.report.lost++
		}
	} // the fourth symbol is reserved: nothing is known of the packet
	w.number++
	return w.number < w.end
}

func (r *reader) received(p *sentPacket, at time.Duration) {
	if p == nil || p.fate == delivered {
		return
	}
	r.report.arrivals = append(r.report.arrivals, arrival{
		sent: p.at, at: at, size: int(p.size), cluster: p.cluster, missed: p.fate == lost, assumed: p.fate == assumed,
	})
	p.fate = delivered
}

// skip marks the packets of a feedback that got lost, and returns their bytes: most of them surely arrived, and the
// received bitrate would seem to collapse if they did not count.
func skip(h *history, from, to int64) int {
	bytes := 0
	for n := max(from, h.newest-h.size()+1); n < to; n++ {
		if p := h.get(n); p != nil && p.fate == unknown {
			p.fate = assumed
			bytes += int(p.size)
		}
	}
	return bytes
}
