package forward

import (
	"encoding/binary"
	"time"

	"salon/sfu/codec"
)

// A packet is kept as its timestamp, a byte that is 1 with a marker, and its payload.
const keptHeader = 5

// keep puts a packet into the history. The lock is held.
func (e *Encoding) keep(p *packet) {
	b := binary.BigEndian.AppendUint32(e.kept[:0], p.timestamp)
	if p.marker {
		b = append(b, 1)
	} else {
		b = append(b, 0)
	}
	e.kept = append(b, p.payload...)
	e.ring.Put(p.sequence, e.kept)
}

// stored appends the payload of a received packet to dst; nil when it is no longer kept.
func (e *Encoding) stored(sequence uint64, dst []byte) ([]byte, codec.Codec) {
	e.mu.Lock()
	defer e.mu.Unlock()
	kept := e.ring.Get(sequence)
	if kept == nil {
		return nil, codec.Unknown
	}
	return append(dst, kept[keptHeader:]...), e.codec
}

// Bounds of what a newcomer gets at once: more would be a burst that a thin link and a slow decoder feel, and a fresh
// keyframe is cheaper then.
const (
	maxReplayPackets = 150
	maxReplayBytes   = 150_000
)

// group returns the newest keyframe and what has come of the base temporal layer since, so that a newcomer need not wait
// for the next keyframe. Packets of upper temporal layers have no payload. It is nil when something is missing or the
// group is too long.
func (e *Encoding) group(now time.Time) []packet {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.keyframe == 0 || !e.meter.live(now) {
		return nil
	}
	var group []packet
	packets, bytes := 0, 0
	for n := e.keyframe; n <= e.newest; n++ {
		kept := e.ring.Get(n)
		if kept == nil {
			return nil
		}
		p := packet{
			encoding: e, codec: e.codec, sequence: n, arrival: now,
			timestamp: binary.BigEndian.Uint32(kept), marker: kept[4] == 1,
		}
		if err := e.codec.Parse(kept[keptHeader:], p.marker, &p.frame); err != nil {
			return nil
		}
		if p.frame.Temporal == 0 {
			p.payload = append([]byte(nil), kept[keptHeader:]...)
			packets, bytes = packets+1, bytes+len(p.payload)
		}
		if packets > maxReplayPackets || bytes > maxReplayBytes {
			return nil
		}
		group = append(group, p)
	}
	return group
}
