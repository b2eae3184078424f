package sequence_test

import (
	"time"

	"salon/sfu/sequence"
)

// received is a packet at the receiver.
type received struct {
	number uint64 // extended output number
	output sequence.Output
	media  media
}

// assembly is a frame at the receiver, in parts. What it may use of media is what packets carry: start, marker,
// keyframe, temporal layer and sync; the truth in media.frame only judges.
type assembly struct {
	frame      *frame
	output     sequence.Output
	first, end uint64 // output numbers; 0: not there yet
	parts      uint64
	picture    uint64    // extended
	number     uint64    // extended frame number
	base       uint64    // extended TL0PICIDX
	at         time.Time // when it was complete
}

// assemblyKey tells frames apart: of one timestamp there is one of each spatial layer.
type assemblyKey struct {
	timestamp uint32
	spatial   int8
}

// layerInfo is the newest picture of each temporal layer at one base layer frame.
type layerInfo [3]uint64

// decoder is the model of a receiver of VP8. It finds references as receivers must, from picture ids, TL0PICIDX, the
// temporal layer and the sync bit (RFC 7741 4.2), never decodes what lacks one, and is judged against the truth: it must
// never decode a frame that refers to one that was not decoded, and with clean input it must decode all.
type decoder struct {
	failer
	frames   map[assemblyKey]*assembly
	complete map[uint64]int8 // temporal layers of complete frames, by extended picture id
	done     map[*frame]bool
	pictures map[uint64]*frame // decoded, by extended picture id
	bases    map[uint64]layerInfo
	ends     map[uint64]bool // output numbers on which a decoded frame ended
	pending  []*assembly     // complete, not decoded
	picture  uint64          // newest
	base     uint64
	key      uint64            // the output number on which the newest decoded keyframe began
	decoded  int               // frames of the highest spatial layer
	number   uint64            // the newest frame number
	numbers  map[uint64]*frame // decoded, by extended frame number
	layers   map[layerFrame]*frame
	// abandoned counts frames that waited for a reference until a keyframe came.
	abandoned int
	newestAt  time.Time
}

func newDecoder(t failer) *decoder {
	return &decoder{
		failer: t, frames: map[assemblyKey]*assembly{}, numbers: map[uint64]*frame{}, layers: map[layerFrame]*frame{}, complete: map[uint64]int8{}, done: map[*frame]bool{},
		pictures: map[uint64]*frame{}, bases: map[uint64]layerInfo{}, ends: map[uint64]bool{}, picture: 1 << 16, base: 1 << 16, number: 1 << 32,
		newestAt: epochStart,
	}
}

// waiting counts the frames that are, or were, complete but not decodable.
func (d *decoder) waiting() int { return len(d.pending) + d.abandoned }

func (d *decoder) receive(r received) {
	key := assemblyKey{r.output.Timestamp, r.media.frame.spatial}
	a := d.frames[key]
	if a == nil {
		a = &assembly{frame: r.media.frame, output: r.output}
		d.frames[key] = a
		d.unwrap(a)
	}
	same := r.output
	same.Sequence, same.Marker = a.output.Sequence, a.output.Marker
	if a.frame != r.media.frame || same != a.output {
		d.Fatalf("two frames in one: %+v, %+v", a.output, r.output)
	}
	a.parts++
	if r.media.start {
		a.first = r.number
	}
	if r.media.end {
		a.end = r.number
	}
	if a.first == 0 || a.end == 0 || a.parts != a.end-a.first+1 {
		return
	}
	if a.parts != uint64(a.frame.packets) {
		d.Fatalf("a frame of %d packets looks complete with %d", a.frame.packets, a.parts)
	}
	a.at = r.media.arrival
	d.complete[a.picture] = a.frame.temporal
	d.pending = append(d.pending, a)
	d.advance(r.media.arrival)
}

// unwrap extends the picture's numbers to the nearest of the newest.
func (d *decoder) unwrap(a *assembly) {
	p := &a.frame.pictures
	if p.HasPictureID {
		if d.picture, a.picture = nearest(d.picture, uint64(a.output.PictureID), p.Long); d.pictures[a.picture] != nil && a.frame.spatial == 0 && d.pictures[a.picture].spatial == 0 {
			d.Fatalf("picture id %d was used before", a.output.PictureID)
		}
	}
	if p.HasFrame {
		a.number = d.number + uint64(int64(int16(a.output.Frame-uint16(d.number))))
		d.number = max(d.number, a.number)
	}
	if p.HasTL0 {
		a.base = d.base + uint64(int64(int8(a.output.TL0PICIDX-uint8(d.base))))
		d.base = max(d.base, a.base)
	}
}

func nearest(newest, value uint64, long bool) (advanced, extended uint64) {
	shift := 64 - 7
	if long {
		shift = 64 - 15
	}
	extended = newest + uint64(int64((value-newest)<<shift)>>shift)
	return max(newest, extended), extended
}

// advance decodes what can be decoded.
func (d *decoder) advance(now time.Time) {
	for again := true; again; {
		again = false
		kept := d.pending[:0]
		for _, a := range d.pending {
			if a.end < d.key && !a.frame.keyframe {
				d.abandoned++
				continue
			}
			if !d.ready(a) {
				kept = append(kept, a)
				continue
			}
			d.decode(a, now)
			again = true
		}
		d.pending = kept
	}
}

func (d *decoder) decode(a *assembly, now time.Time) {
	if a.frame.keyframe {
		d.key = max(d.key, a.first)
	}
	for _, reference := range a.frame.references {
		if !d.done[reference] {
			d.Fatalf("a frame of temporal layer %d (sync %v, picture %d) was decoded without its reference in layer %d",
				a.frame.temporal, a.frame.sync, a.picture, reference.temporal)
		}
	}
	d.done[a.frame] = true
	d.pictures[a.picture] = a.frame
	d.ends[a.end] = true
	if a.frame.spatial == a.frame.publication.scenario.top() || a.frame.publication.scenario.stacking == flat {
		d.decoded++
	}
	d.numbers[a.number] = a.frame
	d.layers[layerFrame{a.picture, a.frame.spatial}] = a.frame
	d.newestAt = now
}

// ready says whether a complete frame has what it needs, as far as a receiver can know.
func (d *decoder) ready(a *assembly) bool {
	f := a.frame
	switch {
	case f.publication.scenario.stacking != flat:
		return d.stacked(a)
	case f.keyframe:
		if f.pictures.HasTL0 {
			d.bases[a.base] = layerInfo{a.picture}
		}
		return true
	case f.pictures.HasTL0:
		return d.layered(a)
	case f.pictures.HasPictureID:
		return d.pictures[a.picture-1] != nil
	}
	return d.ends[a.first-1]
}

func (d *decoder) layered(a *assembly) bool {
	f := a.frame
	if f.temporal == 0 {
		info, ok := d.bases[a.base-1]
		if !ok || d.pictures[info[0]] == nil {
			return false
		}
		info[0] = a.picture
		d.bases[a.base] = info
		return true
	}
	info, ok := d.bases[a.base]
	if !ok || d.pictures[info[0]] == nil {
		return false
	}
	if f.sync {
		info[f.temporal] = a.picture
		d.bases[a.base] = info
		return true
	}
	for t := range f.temporal + 1 {
		if info[t] == 0 || info[t] > a.picture || d.pictures[info[t]] == nil || !d.whole(info[t], a.picture, f.temporal) {
			return false
		}
	}
	info[f.temporal] = a.picture
	d.bases[a.base] = info
	return true
}

// whole says whether every picture between two is accounted for: one that is missing, or waits itself, might be what the
// later one refers to. Those of higher temporal layers cannot.
func (d *decoder) whole(from, to uint64, temporal int8) bool {
	for n := from + 1; n < to; n++ {
		if t, complete := d.complete[n]; !complete || t <= temporal && d.pictures[n] == nil {
			return false
		}
	}
	return true
}

// stuck says whether a receiver would ask for a keyframe: nothing was decoded for a while, or a frame waits in vain.
func (d *decoder) stuck(now time.Time) bool {
	return now.Sub(d.newestAt) > 300*time.Millisecond || len(d.pending) > 0 && now.Sub(d.pending[0].at) > 500*time.Millisecond
}
