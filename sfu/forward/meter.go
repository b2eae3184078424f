package forward

import "time"

// live is how recent the newest packet of an encoding must be for it to be a target: never aim at a layer that a
// publisher has stopped sending.
const live = 1500 * time.Millisecond

// meter counts what an encoding received and measures its bitrate over windows of about a second.
type meter struct {
	packets, bytes        uint64
	duplicates, recovered uint64
	last                  time.Time // newest arrival
	windowStart           time.Time
	windowBytes           int
	bitrate               int // bit/s of the previous window
}

func (m *meter) received(bytes int, at time.Time) {
	m.packets++
	m.bytes += uint64(bytes)
	m.last = at
	elapsed := at.Sub(m.windowStart)
	if elapsed >= time.Second {
		m.bitrate = 0
		if elapsed < 3*time.Second {
			m.bitrate = int(float64(m.windowBytes*8) / elapsed.Seconds())
		}
		m.windowStart, m.windowBytes = at, 0
	}
	m.windowBytes += bytes
}

func (m *meter) live(now time.Time) bool { return m.packets > 0 && now.Sub(m.last) < live }

// rate returns the bitrate in bit/s, 0 when nothing arrived lately.
func (m *meter) rate(now time.Time) int {
	if !m.live(now) {
		return 0
	}
	return m.bitrate
}
