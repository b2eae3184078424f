package congestion

import (
	"sync"
	"time"

	"github.com/pion/rtcp"
)

const (
	// window is how many sequence numbers back an arrival is remembered: 2 s at 1,000 packets/s (about 10 Mbit/s),
	// against a feedback every 50 to 100 ms. A power of two. What falls out unreported is counted.
	window = 2048

	tick          = 250 * time.Microsecond // unit of a receive delta (draft 3.1.5)
	ticksPerUnit  = 256                    // of 64 ms, the unit of the reference time (draft 3.1)
	firstTick     = 1 << 32                // of the first arrival: far from 0, which means "not received"
	maxPerCall    = 8                      // packets of one Feedback; the rest waits for the next call
	maxPacketSize = 1200                   // bytes of one feedback packet: fits every path without fragments
)

// Recorder notes the transport-wide sequence number and arrival of every packet of one Peer, on every SSRC, and builds
// feedback. The zero value is ready. Safe for concurrent use.
//
// A feedback covers all numbers since the last one reported, the missing ones as lost. When a packet comes late, the
// next feedback goes back to it and tells what follows again, as libwebrtc does: a sender ignores what it knows, and
// learns that the packet was not lost.
type Recorder struct {
	mu       sync.Mutex // leaf; guards all below
	origin   time.Time  // of firstTick
	started  bool
	newest   int64         // extended sequence number
	from     int64         // the first extended number of the next feedback; above newest: nothing to tell
	stray    uint16        // the number after the last one that was out of the window
	strays   bool          // stray is set
	arrivals [window]int64 // tick per extended sequence number; 0: not received
	count    uint8         // feedback packets sent, modulo 256
	builder  builder
	ignored  uint64
	lost     uint64
}

// RecorderCounters says what a Recorder could not use.
type RecorderCounters struct {
	Ignored    uint64 // packets: duplicates, and those more than 2,048 numbers older than the newest
	Unreported uint64 // sequence numbers that were overtaken by 2,048 others before Feedback was called
}

// Record notes that the packet with this transport-wide sequence number arrived. Of duplicates the first one counts. It
// allocates nothing.
func (r *Recorder) Record(sequence uint16, arrival time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.started {
		r.started = true
		r.origin = arrival
		r.restart(sequence)
	}
	n := r.newest + int64(int16(sequence-uint16(r.newest)))
	if n <= r.newest-window {
		if !r.live(sequence) {
			r.ignored++
			return
		}
		n = r.newest + 1
	}
	r.strays = false
	if n <= r.newest && r.arrivals[n&(window-1)] != 0 {
		r.ignored++
		return
	}
	r.advance(n)
	r.from = min(r.from, n)
	r.arrivals[n&(window-1)] = r.ticks(arrival)
}

// live judges a number that looks too old. After a silence in which 32,768 numbers or more were lost, a live packet
// looks the same; two in a row, as in RFC 3550 A.1, say that the sender really is there, and the Recorder restarts.
func (r *Recorder) live(sequence uint16) bool {
	if !r.strays || sequence != r.stray {
		r.stray, r.strays = sequence+1, true
		return false
	}
	r.restart(sequence)
	return true
}

// restart begins again just before this number, with nothing received.
func (r *Recorder) restart(sequence uint16) {
	r.arrivals = [window]int64{}
	r.strays = false
	r.newest = 1<<16 + int64(sequence) - 1 // so far above 0 that packets which come late have numbers, too
	r.from = r.newest + 1
}

// advance moves the newest number to n and forgets what leaves the window.
func (r *Recorder) advance(n int64) {
	if n <= r.newest {
		return
	}
	if n-r.newest >= window {
		r.arrivals = [window]int64{}
	} else {
		for i := r.newest + 1; i <= n; i++ {
			r.arrivals[i&(window-1)] = 0
		}
	}
	r.newest = n
	if oldest := n - window + 1; r.from < oldest {
		r.lost += uint64(oldest - r.from)
		r.from = oldest
	}
}

// ticks returns the arrival in ticks, rounded to the nearest. A clock that stepped back far before the first arrival
// gives the first tick there is.
func (r *Recorder) ticks(arrival time.Time) int64 {
	d := arrival.Sub(r.origin)
	return max(1, firstTick+int64(d.Round(tick)/tick))
}

// Feedback returns the feedback for what came since the last call, as at most 8 rtcp packets of at most 1,200 bytes;
// nil when nothing came. The packets are encoded already. senderSSRC is the one that we report under. mediaSSRC must be
// one that the Peer is sending: many libwebrtc versions ignore any other. Which of them does not matter, as the numbers
// are those of all its SSRCs.
func (r *Recorder) Feedback(senderSSRC, mediaSSRC uint32) []rtcp.Packet {
	r.mu.Lock()
	defer r.mu.Unlock()
	var packets []rtcp.Packet
	for r.from <= r.newest && r.started && len(packets) < maxPerCall {
		end := r.fill(&r.builder)
		raw := rtcp.RawPacket(r.builder.marshal(senderSSRC, mediaSSRC, r.count))
		packets = append(packets, &raw)
		r.count++
		r.from = end
	}
	return packets
}

// fill adds the numbers from r.from on to b as far as they fit, and returns the number after the last one added. A
// packet ends with a received number; the newest always is one.
func (r *Recorder) fill(b *builder) (end int64) {
	b.reset(uint16(r.from))
	next := r.from
	for n := r.from; n <= r.newest; n++ {
		arrival := r.arrivals[n&(window-1)]
		if arrival == 0 {
			continue
		}
		if !b.add(int(n-next), arrival) {
			break
		}
		next = n + 1
	}
	return next
}

// Counters returns what was not used so far.
func (r *Recorder) Counters() RecorderCounters {
	r.mu.Lock()
	defer r.mu.Unlock()
	return RecorderCounters{Ignored: r.ignored, Unreported: r.lost}
}
