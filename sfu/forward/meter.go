package forward

import (
	"time"

	"salon/sfu/layers"
)

const (
	// live is how recent the newest packet of an encoding must be for it to be a target: never aim at a layer that a
	// publisher has stopped sending.
	live = 1500 * time.Millisecond

	meterWindow = 500 * time.Millisecond // one measurement; two of them weigh as much as all before
	meterPause  = 2 * time.Second        // an encoding that was silent for so long begins anew, a temporal layer has ended

	// PacketOverhead is what one packet takes on the wire besides its payload, in bytes: IPv4 and UDP 28, RTP 12, the
	// transport-wide number 8, the tag of AES-GCM 16.
	PacketOverhead = 64
)

// meter counts what an encoding received, and measures the bitrate of each of its temporal layers.
type meter struct {
	packets, bytes        uint64
	duplicates, recovered uint64
	last                  time.Time // newest arrival
	start                 time.Time // of the window
	payload               int       // bytes of RTP payload in the window
	bitrate               int       // bit/s of RTP payload, smoothed; 0: not measured yet
	temporal              [layers.MaxTemporal + 1]temporalMeter
}

// temporalMeter measures one temporal layer.
type temporalMeter struct {
	bytes   int       // on the wire, in the window
	bitrate int       // bit/s on the wire, smoothed
	last    time.Time // newest arrival
}

// received counts a packet with so many bytes of payload, of a temporal layer.
func (m *meter) received(bytes int, temporal int8, at time.Time) {
	m.packets++
	m.bytes += uint64(bytes)
	switch elapsed := at.Sub(m.start); {
	case m.packets == 1 || at.Sub(m.last) > meterPause:
		m.begin(at)
	case elapsed >= meterWindow:
		m.measure(elapsed, at)
	}
	m.last = at
	if bytes == 0 {
		return // padding is not forwarded
	}
	m.payload += bytes
	t := &m.temporal[min(max(0, temporal), layers.MaxTemporal)]
	t.bytes += bytes + PacketOverhead
	t.last = at
}

// begin forgets what was measured.
func (m *meter) begin(at time.Time) {
	m.start, m.payload, m.bitrate = at, 0, 0
	clear(m.temporal[:])
}

// measure ends a window.
func (m *meter) measure(elapsed time.Duration, at time.Time) {
	first := m.bitrate == 0
	m.bitrate = smoothed(m.bitrate, m.payload, elapsed, first)
	for i := range m.temporal {
		t := &m.temporal[i]
		if at.Sub(t.last) > meterPause {
			*t = temporalMeter{}
			continue
		}
		t.bitrate, t.bytes = smoothed(t.bitrate, t.bytes, elapsed, first || t.bitrate == 0), 0
	}
	m.start, m.payload = at, 0
}

// smoothed returns the new bitrate in bit/s.
func smoothed(before, bytes int, elapsed time.Duration, first bool) int {
	now := int(float64(bytes*8) / elapsed.Seconds())
	if first {
		return now
	}
	return (before + now) / 2
}

func (m *meter) live(now time.Time) bool { return m.packets > 0 && now.Sub(m.last) < live }

// rate returns the bitrate of the payload in bit/s, 0 when nothing arrived lately.
func (m *meter) rate(now time.Time) int {
	if !m.live(now) {
		return 0
	}
	return m.bitrate
}

// bitrates returns the bitrate on the wire in bit/s, cumulative by temporal layer; nil while it is not known, or when
// nothing arrived lately.
func (m *meter) bitrates(now time.Time) []int {
	if m.rate(now) == 0 {
		return nil
	}
	var all []int
	sum := 0
	for i := range m.temporal {
		if t := &m.temporal[i]; t.bitrate > 0 {
			for len(all) < i { // a layer that is not there adds nothing
				all = append(all, sum)
			}
			sum += t.bitrate
			all = append(all, sum)
		}
	}
	return all
}
