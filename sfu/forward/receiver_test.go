package forward

import (
	"maps"
	"slices"
	"testing"
)

// browser is a model of how libwebrtc receives a stream with dependency descriptors. It is written from the specification
// and from what Chromium was seen to do, and shares nothing with the code under test.
//
//   - A frame is complete when all packets from its first to its last are there.
//   - It is continuous when all frames to which it refers, by number, are decoded or continuous.
//   - A picture, the frames of one timestamp, ends with the frame that has the RTP marker. It is decoded when all frames that
//     it refers to are decoded or its own.
//   - Frames before the last decoded one are forgotten.
type browser struct {
	structure *bookStructure
	newest    int64
	frames    map[int64]*bookFrame // not decoded yet
	decoded   map[int64]bool
	last      int64   // the last frame decoded
	pictures  []int64 // the last frame of each picture decoded
	skipped   int     // frames that were received in vain
}

type bookFrame struct {
	timestamp          uint32
	references         []int64
	first, end, parts  int // packets; 0: not there yet
	marker, continuous bool
	spatial            int
}

func newBrowser() *browser {
	return &browser{frames: map[int64]*bookFrame{}, decoded: map[int64]bool{}}
}

// receive takes a packet; number counts them.
func (b *browser) receive(t *testing.T, number int, p *svcPacket) {
	t.Helper()
	d := readBookDescriptor(t, p.dependency, &b.structure)
	if b.newest == 0 {
		b.newest = 1<<16 + int64(d.number)
	}
	id := b.newest + int64(int16(d.number-uint16(b.newest)))
	b.newest = max(b.newest, id)
	f := b.frames[id]
	if f == nil {
		f = &bookFrame{timestamp: p.timestamp, spatial: d.template.spatial}
		for _, distance := range d.template.distances {
			f.references = append(f.references, id-int64(distance))
		}
		b.frames[id] = f
	}
	if f.timestamp != p.timestamp {
		t.Fatalf("frame %d has two timestamps", id)
	}
	f.parts++
	f.marker = f.marker || p.marker
	if d.first {
		f.first = number + 1
	}
	if d.end {
		f.end = number + 1
	}
	for b.advance() {
	}
}

func (f *bookFrame) complete() bool { return f.first > 0 && f.end > 0 && f.parts == f.end-f.first+1 }

// advance decodes the next picture that can be decoded.
func (b *browser) advance() bool {
	var picture []int64
	for _, id := range slices.Sorted(maps.Keys(b.frames)) {
		f := b.frames[id]
		if !f.complete() {
			continue
		}
		f.continuous = f.continuous || !slices.ContainsFunc(f.references, func(r int64) bool {
			return !b.decoded[r] && (b.frames[r] == nil || !b.frames[r].continuous)
		})
		if len(picture) > 0 && b.frames[picture[0]].timestamp != f.timestamp {
			picture = nil
		}
		if picture = append(picture, id); f.marker && b.decodable(picture) {
			b.decode(picture)
			return true
		}
	}
	return false
}

func (b *browser) decodable(picture []int64) bool {
	for _, id := range picture {
		f := b.frames[id]
		if !f.continuous || slices.ContainsFunc(f.references, func(r int64) bool { return !b.decoded[r] && !slices.Contains(picture, r) }) {
			return false
		}
	}
	return true
}

func (b *browser) decode(picture []int64) {
	for _, id := range picture {
		b.decoded[id] = true
		delete(b.frames, id)
	}
	b.last = picture[len(picture)-1]
	b.pictures = append(b.pictures, b.last)
	for id := range b.frames {
		if id < b.last {
			b.skipped++
			delete(b.frames, id)
		}
	}
}

// bookStructure is a template dependency structure, read field by field as appendix A of the AV1 payload format writes it.
type bookStructure struct {
	offset, targets, chains int
	templates               []bookTemplate
}

type bookTemplate struct {
	spatial, temporal int
	distances         []int
}

type bookDescriptor struct {
	first, end bool
	number     uint16
	template   bookTemplate
}

// bookBits reads f(n).
type bookBits struct {
	t    *testing.T
	data []byte
	at   int
}

func (r *bookBits) f(n int) (v int) {
	for range n {
		if r.at >= 8*len(r.data) {
			r.t.Fatalf("the descriptor %x is too short", r.data)
		}
		v = v<<1 | int(r.data[r.at/8]>>(7-r.at%8)&1)
		r.at++
	}
	return v
}

func (r *bookBits) ns(n int) int {
	w := 0
	for x := n; x != 0; x >>= 1 {
		w++
	}
	m := 1<<w - n
	v := r.f(w - 1)
	if v < m {
		return v
	}
	return v<<1 - m + r.f(1)
}

func readBookDescriptor(t *testing.T, data []byte, s **bookStructure) (d bookDescriptor) {
	t.Helper()
	r := &bookBits{t: t, data: data}
	d.first, d.end = r.f(1) == 1, r.f(1) == 1
	template := r.f(6)
	d.number = uint16(r.f(16))
	var structure, active, indications, distances int
	if len(data) > 3 {
		structure, active, indications, distances = r.f(1), r.f(1), r.f(1), r.f(1)
		r.f(1) // custom_chains_flag
	}
	if structure == 1 {
		*s = readBookStructure(r)
	}
	if *s == nil {
		t.Fatal("a descriptor came before the structure")
	}
	r.f(active * (*s).targets)
	d.template = (*s).templates[(template+64-(*s).offset)%64]
	r.f(indications * 2 * (*s).targets)
	if distances == 1 {
		d.template.distances = nil
		for size := r.f(2); size > 0; size = r.f(2) {
			d.template.distances = append(d.template.distances, r.f(4*size)+1)
		}
	}
	return d
}

func readBookStructure(r *bookBits) *bookStructure {
	s := &bookStructure{offset: r.f(6), targets: r.f(5) + 1}
	for layer, next := (bookTemplate{}), 0; next != 3; {
		s.templates = append(s.templates, layer)
		switch next = r.f(2); next {
		case 1:
			layer.temporal++
		case 2:
			layer = bookTemplate{spatial: layer.spatial + 1}
		}
	}
	r.f(2 * s.targets * len(s.templates))
	for i := range s.templates {
		for r.f(1) == 1 {
			s.templates[i].distances = append(s.templates[i].distances, r.f(4)+1)
		}
	}
	if s.chains = r.ns(s.targets + 1); s.chains > 0 {
		for range s.targets {
			r.ns(s.chains)
		}
		r.f(4 * s.chains * len(s.templates))
	}
	if r.f(1) == 1 {
		r.f(32 * (s.templates[len(s.templates)-1].spatial + 1))
	}
	return s
}
