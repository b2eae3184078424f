package forward

import (
	"encoding/binary"
	"time"

	"salon/sfu/codec"
	"salon/sfu/layers"
)

// A packet is kept as its timestamp, a byte that is 1 with a marker, the length of its dependency descriptor, that
// descriptor, and its payload.
const keptHeader = 6

// keep puts a packet into the history. The lock is held.
func (e *Encoding) keep(p *packet) {
	b := binary.BigEndian.AppendUint32(e.kept[:0], p.timestamp)
	if p.marker {
		b = append(b, 1)
	} else {
		b = append(b, 0)
	}
	dependency := p.dependency[:min(len(p.dependency), 255)]
	b = append(append(b, byte(len(dependency))), dependency...)
	e.kept = append(b, p.payload...)
	e.ring.Put(p.sequence, e.kept)
}

// kept is a packet from the history.
type kept struct {
	codec      codec.Codec
	timestamp  uint32
	marker     bool
	dependency []byte
	payload    []byte
	frame      codec.Frame
}

// read takes a packet apart; false when it is no longer kept. The slices are the history's. The lock is held.
func (e *Encoding) read(sequence uint64, structure *codec.Structure) (k kept, ok bool) {
	b := e.ring.Get(sequence)
	if b == nil {
		return k, false
	}
	k = kept{codec: e.codec, timestamp: binary.BigEndian.Uint32(b), marker: b[4] == 1}
	n := keptHeader + int(b[5])
	k.dependency, k.payload = b[keptHeader:n], b[n:]
	err := structure.Read(k.codec, k.payload, k.marker, k.dependency, &k.frame)
	return k, err == nil
}

// stored returns a received packet, its payload appended to dst; false when it is no longer kept.
func (e *Encoding) stored(sequence uint64, dst []byte) (k kept, ok bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	structure := e.structure
	if k, ok = e.read(sequence, &structure); !ok {
		return k, false
	}
	if !k.frame.Dependency.Present && len(k.dependency) > 0 { // perhaps of the structure before, which it brings itself
		k, _ = e.read(sequence, &codec.Structure{})
	}
	all := append(append(dst, k.payload...), k.dependency...)
	k.payload, k.dependency = all[:len(k.payload)], all[len(k.payload):]
	return k, true
}

// Bounds of what a newcomer gets at once: more would be a burst that a thin link and a slow decoder feel, and a fresh
// keyframe is cheaper then.
const (
	maxReplayPackets = 150
	maxReplayBytes   = 150_000
	// maxReplayAge is how old the keyframe may be when the newest picture comes: for a moment it is on the screen, and
	// nobody should see what somebody did seconds ago.
	maxReplayAge = time.Second
)

// group returns the newest keyframe and what has come since of the base temporal layer, of the spatial layers up to the
// given one, so that a newcomer need not wait for the next keyframe. Other packets have no payload. It is nil when
// something is missing or the group is too old, too long, or has more bytes than the limit.
func (e *Encoding) group(now time.Time, spatial int8, limit int) []packet {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.keyframe == 0 || !e.meter.live(now) || e.meter.last.Sub(e.keyframes.keyAt) > maxReplayAge {
		return nil
	}
	var group []packet
	var structure codec.Structure
	packets, bytes := 0, 0
	for n := e.keyframe; n <= e.newest; n++ {
		k, ok := e.read(n, &structure)
		if !ok {
			return nil
		}
		p := packet{encoding: e, codec: k.codec, sequence: n, arrival: now, timestamp: k.timestamp, marker: k.marker, frame: k.frame}
		selection := p.selection()
		if selection.Wanted(layers.Layer{Spatial: spatial}) {
			both := append(append([]byte(nil), k.payload...), k.dependency...)
			p.payload, p.dependency = both[:len(k.payload)], both[len(k.payload):]
			packets, bytes = packets+1, bytes+len(both)
		}
		if packets > maxReplayPackets || bytes > limit {
			return nil
		}
		group = append(group, p)
	}
	return group
}
