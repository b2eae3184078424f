package sequence

import "time"

// Report is what a sender report says about an encoding (RFC 3550 6.4.1): its RTP timestamp at a wall-clock time.
type Report struct {
	NTP   uint64 // seconds since 1900, 32.32 fixed point
	RTP   uint32 // timestamp of the encoding at that time
	Valid bool   // false before the first report
}

const (
	// maxElapsed bounds how far a pause advances the timestamp: less than half of its range at 90 kHz (6.6 h), so that a
	// receiver still takes it for later.
	maxElapsed = 6 * time.Hour
	// maxApart bounds the distance of two reports, far above the seconds between real ones; their product with a clock
	// rate fits in 63 bits.
	maxApart = int64(3600) << 32
	// simultaneous is the part of a second by which a keyframe may lie before the newest frame and still follow it at
	// once: encodings of one picture leave the publisher one after another.
	simultaneous = 20 // 1/20 s = 50 ms
)

// clock is the output's timeline.
type clock struct {
	rate    uint32 // Hz
	offset  uint32 // output timestamp - input timestamp
	newest  uint32 // newest timestamp that was sent; before that, the first one to send
	at      time.Time
	started bool // something was sent
}

// rebase makes the input's timestamp in become out, or the next possible one after what was sent.
func (c *clock) rebase(in, out uint32) {
	if c.started && int32(out-c.newest) < 1 {
		out = c.newest + 1
	}
	c.offset = out - in
}

// sent notes that a timestamp was sent.
func (c *clock) sent(timestamp uint32, now time.Time) {
	if c.started && int32(timestamp-c.newest) < 1 {
		return
	}
	c.started, c.newest, c.at = true, timestamp, now
}

// project returns the output timestamp of wall time now.
func (c *clock) project(now time.Time) uint32 {
	if !c.started {
		return c.newest
	}
	elapsed := min(max(now.Sub(c.at), 0), maxElapsed)
	return c.newest + uint32(max(int64(elapsed)*int64(c.rate)/int64(time.Second), 1))
}

// align returns the output timestamp of the input timestamp ts of another encoding, see [Projection.Align].
func (c *clock) align(old, new Report, ts uint32, now time.Time) (timestamp uint32, ok bool) {
	apart := int64(new.NTP - old.NTP)
	if !c.started || !old.Valid || !new.Valid || apart > maxApart || apart < -maxApart {
		return 0, false
	}
	ticks := (apart*int64(c.rate) + 1<<31) >> 32
	timestamp = old.RTP + uint32(ticks) + (ts - new.RTP) + c.offset
	step, second := int32(timestamp-c.newest), int32(c.rate)
	switch {
	case int32(timestamp-c.project(now)) > second || step < -second/simultaneous:
		return 0, false
	case step < 1:
		return c.newest + 1, true
	}
	return timestamp, true
}
