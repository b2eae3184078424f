package forward

import (
	"sync"
	"time"
)

const (
	// ntpSecond is a second in NTP's 32.32 fixed point.
	ntpSecond = 1 << 32
	// drift is how fast a publisher's clock may run away from ours, in parts of a second per second: crystals differ by up to
	// 100 ppm.
	drift = 10_000
	// clockSet is how far a report may lie from what is known before the publisher's clock has been set anew: no path delays
	// a report by so much.
	clockSet = 2 * ntpSecond
)

// WallClock relates the wall clock of a publisher, which may be off by hours, to the server's. All publications of one
// publisher share one, so that what was captured together stays together; those of different publishers can follow
// each other in a slot without its sender reports contradicting each other (RFC 3550 6.4.1). The least delayed report
// counts, so what it says is late by the shortest way from the publisher. The zero value knows nothing. Safe for
// concurrent use.
type WallClock struct {
	mu     sync.Mutex
	known  bool
	behind int64 // server's wall clock - publisher's, NTP 32.32
	at     time.Time
}

// observe notes that a report of the publisher's time ntp came.
func (c *WallClock) observe(ntp uint64, arrival time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	behind := int64(ntpOf(arrival) - ntp)
	aged := c.behind + ntpSecond/drift*int64(max(arrival.Sub(c.at), 0)/time.Millisecond)/1000
	if later := behind - aged; !c.known || later < 0 || later > clockSet {
		aged = behind
	}
	c.known, c.behind, c.at = true, aged, arrival
}

// ours returns the server's time of the publisher's time ntp.
func (c *WallClock) ours(ntp uint64) uint64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return ntp + uint64(c.behind)
}

// ntpEpoch is how many seconds NTP counts from before Unix does (RFC 5905 6).
const ntpEpoch = 2_208_988_800

// ntpOf returns the NTP timestamp of a wall time.
func ntpOf(t time.Time) uint64 {
	return uint64(t.Unix()+ntpEpoch)<<32 + uint64(t.Nanosecond())<<32/uint64(time.Second)
}
