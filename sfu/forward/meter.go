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

// meter counts what an encoding received, and measures the bitrate of each of its layers.
type meter struct {
	packets, bytes        uint64
	duplicates, recovered uint64
	last                  time.Time      // newest arrival
	start                 time.Time      // of the window
	spatial               []spatialMeter // one without spatial layers
}

// spatialMeter measures what a receiver of a spatial layer gets, the layers below it included.
type spatialMeter struct {
	last     time.Time // newest arrival of a frame of the layer itself
	payload  int       // bytes of RTP payload in the window
	bitrate  int       // bit/s of RTP payload, smoothed; 0: not measured yet
	temporal [layers.MaxTemporal + 1]temporalMeter
}

// temporalMeter measures one temporal layer.
type temporalMeter struct {
	bytes   int       // on the wire, in the window
	bitrate int       // bit/s on the wire, smoothed
	last    time.Time // newest arrival
}

// received counts a packet with so many bytes of payload.
func (m *meter) received(bytes int, p *layers.Packet, at time.Time) {
	m.packets++
	m.bytes += uint64(bytes)
	switch elapsed := at.Sub(m.start); {
	case m.packets == 1 || at.Sub(m.last) > meterPause:
		m.start = at
		clear(m.spatial)
	case elapsed >= meterWindow:
		for i := range m.spatial {
			m.spatial[i].measure(elapsed, at)
		}
		m.start = at
	}
	m.last = at
	if bytes == 0 {
		return // padding is not forwarded
	}
	for len(m.spatial) < int(max(p.Layers, 1)) {
		m.spatial = append(m.spatial, spatialMeter{})
	}
	temporal := min(max(0, p.Temporal), layers.MaxTemporal)
	for i := range m.spatial {
		s := &m.spatial[i]
		if p.Spatial == int8(i) {
			s.last = at
		}
		if p.Wanted(layers.Layer{Spatial: int8(i), Temporal: p.Temporal}) {
			s.payload += bytes
			t := &s.temporal[temporal]
			t.bytes += bytes + PacketOverhead
			t.last = at
		}
	}
}

// measure ends a window.
func (s *spatialMeter) measure(elapsed time.Duration, at time.Time) {
	first := s.bitrate == 0
	s.bitrate, s.payload = smoothed(s.bitrate, s.payload, elapsed, first), 0
	for i := range s.temporal {
		t := &s.temporal[i]
		if at.Sub(t.last) > meterPause {
			*t = temporalMeter{}
			continue
		}
		t.bitrate, t.bytes = smoothed(t.bitrate, t.bytes, elapsed, first || t.bitrate == 0), 0
	}
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

// layer returns what was measured of a spatial layer; a zero value before its first packet.
func (m *meter) layer(spatial int8) *spatialMeter {
	if int(spatial) >= len(m.spatial) {
		return &spatialMeter{}
	}
	return &m.spatial[spatial]
}

func (s *spatialMeter) live(now time.Time) bool { return now.Sub(s.last) < live }

// rate returns the bitrate of the payload in bit/s, 0 when nothing arrived lately.
func (s *spatialMeter) rate(now time.Time) int {
	if !s.live(now) {
		return 0
	}
	return s.bitrate
}

// bitrates returns the bitrate on the wire in bit/s, cumulative by temporal layer; nil while it is not known, or when
// nothing arrived lately.
func (s *spatialMeter) bitrates(now time.Time) []int {
	if s.rate(now) == 0 {
		return nil
	}
	var all []int
	sum := 0
	for i := range s.temporal {
		if t := &s.temporal[i]; t.bitrate > 0 {
			for len(all) < i { // a layer that is not there adds nothing
				all = append(all, sum)
			}
			sum += t.bitrate
			all = append(all, sum)
		}
	}
	return all
}
