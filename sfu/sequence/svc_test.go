package sequence_test

import (
	"time"

	"salon/sfu/layers"
	"salon/sfu/sequence"
)

// stacking says how the spatial layers of one encoding build on each other.
type stacking int

const (
	flat  stacking = iota // there is one
	full                  // every frame refers to the one below it in its picture (L3T3)
	onKey                 // only at key pictures (L3T3_KEY)
)

const spatials = 3

// stack is what an encoder of several spatial layers remembers.
type stack struct {
	number uint16              // of the newest frame
	newest [spatials][3]*frame // of each layer, since the last key picture
	chains [spatials]*frame    // the newest frame of each chain
	active int                 // layers that are sent
	below  *frame              // the layer below in the same picture
}

// layersOf is what a frame says about spatial layers.
func (m *media) layersOf() layers.SVC {
	f, s := m.frame, m.frame.publication.scenario
	if s.stacking == flat {
		return layers.SVC{}
	}
	svc := layers.SVC{
		Layers: spatials, Active: spatials, Spatial: f.spatial, Needed: 0xff << f.spatial, Fresh: f.fresh,
	}
	if !s.numbered {
		return svc
	}
	if s.stacking == onKey && !f.keyPicture {
		svc.Needed = 1 << f.spatial
	}
	svc.Active, svc.Numbered, svc.Number, svc.Chains = f.active, true, f.pictures.Frame, f.chains
	return svc
}

// climb is the highest temporal layer that may follow the frame.
func (m *media) climb() int8 {
	f, s := m.frame, m.frame.publication.scenario
	switch {
	case s.stacking == flat || f.temporal == 2:
		return f.temporal
	case s.numbered:
		return 2
	}
	return layers.MaxTemporal // VP9's U
}

// capturePicture encodes one picture of several spatial layers.
func (e *encoder) capturePicture(index int, now time.Time) []media {
	s := e.publication.scenario
	key := e.stack.newest[0][0] == nil || !e.wantKey.IsZero() && !now.Before(e.wantKey)
	was := e.stack.active
	if e.stack.active == 0 || e.random.IntN(200) == 0 {
		e.stack.active = 1 + e.random.IntN(spatials)
	}
	if s.settling(index) {
		e.stack.active = spatials
	}
	key = key || e.stack.active > was && s.stacking == onKey
	if key {
		e.step, e.stack.newest = 0, [spatials][3]*frame{}
		e.wantKey, e.lastKey = time.Time{}, now
	}
	temporal := patterns[3][e.step%4]
	if e.stack.active > was && temporal > 0 {
		e.stack.active = was // layers come back at the base
	}
	e.step++
	e.pictureID++
	if temporal == 0 {
		e.tl0++
	}
	var packets []media
	e.stack.below = nil
	for spatial := range e.stack.active {
		if s.starves(index) && !key && e.random.IntN(4) == 0 {
			if temporal == 0 {
				e.stack.newest[spatial][1] = nil
			}
			continue
		}
		if f := e.layer(int8(spatial), temporal, key); f != nil {
			f.timestamp = e.timestamp + uint32(index)*frameTicks
			packets = append(packets, e.packetize(f, now.Add(time.Duration(spatial)*time.Millisecond))...)
		}
	}
	if n := len(packets); n > 0 && int(packets[n-1].frame.spatial) == e.stack.active-1 {
		packets[n-1].last = true
	}
	return packets
}

// starves says whether the encoder may drop frames of single spatial layers for want of bits. Chromium's drops them even where
// that leaves a picture without a marker.
func (s *scenario) starves(index int) bool {
	return s.stacking == onKey && s.numbered && !s.settling(index)
}

// layer encodes the frame of one spatial layer.
func (e *encoder) layer(spatial, temporal int8, key bool) *frame {
	s, st := e.publication.scenario, &e.stack
	st.number++
	f := &frame{
		publication: e.publication, encoding: e.index, keyframe: key && spatial == 0, keyPicture: key, temporal: temporal,
		spatial: spatial, active: int8(st.active), packets: 1 + e.random.IntN(2+int(spatial)),
	}
	own := &st.newest[spatial]
	switch {
	case key:
	case own[0] == nil: // the layer begins within the stream
		if temporal > 0 || s.stacking == onKey {
			panic("a layer cannot begin here")
		}
	case temporal == 2 && own[1] != nil && own[1].pictures.PictureID-own[0].pictures.PictureID < 1<<14:
		f.references = []*frame{own[1]}
	default:
		f.references = []*frame{own[0]}
	}
	f.fresh = len(f.references) == 0
	if st.below != nil && (key || s.stacking == full) {
		f.references = append(f.references, st.below)
	}
	f.sync = temporal == 0 || s.numbered && temporal == 1
	f.pictures = sequence.Pictures{
		HasPictureID: true, Long: true, PictureID: e.pictureID & 0x7fff, HasTL0: true, TL0PICIDX: e.tl0, Sparse: true,
		HasFrame: s.numbered, Frame: st.number,
	}
	for i, last := range st.chains {
		if last != nil && !f.keyframe && i < spatials {
			f.chains[i] = byte(min(st.number-last.number(), 255))
		}
	}
	st.link(f)
	if temporal == 0 {
		own[1] = nil
	}
	own[temporal] = f
	st.below = f
	return f
}

func (f *frame) number() uint16 { return f.pictures.Frame }

// link makes a frame the newest of the chains to which it belongs.
func (st *stack) link(f *frame) {
	f.pictures.Frame = st.number
	for i := range st.chains {
		above := f.spatial < int8(i) && (f.keyPicture || f.publication.scenario.stacking == full)
		if f.temporal == 0 && (int8(i) == f.spatial || above) {
			st.chains[i] = f
		}
	}
}

// settling says whether a capture belongs to the clean end of a scenario.
func (s *scenario) settling(index int) bool { return index >= s.captures }

// layered says whether a complete frame of several spatial layers has what it refers to, by the numbers that its receiver
// has: the frame numbers of dependency descriptors, or VP9's picture ids and layers.
func (d *decoder) stacked(a *assembly) bool {
	f := a.frame
	for _, r := range f.references {
		if f.publication.scenario.numbered {
			if d.numbers[a.number-uint64(f.pictures.Frame-r.pictures.Frame)] == nil {
				return false
			}
			continue
		}
		picture := a.picture - uint64((f.pictures.PictureID-r.pictures.PictureID)&0x7fff)
		if d.layers[layerFrame{picture, r.spatial}] == nil {
			return false
		}
	}
	return true
}

// layerFrame names a frame as VP9's descriptor does.
type layerFrame struct {
	picture uint64 // extended
	spatial int8
}

// pictureEnd is what is known of the end of a picture at the receiver.
type pictureEnd struct{ newest, marker uint64 }

// checkMarker holds P6: the marker is on the last packet of a picture, and nothing follows it.
func (s *slot) checkMarker(m *media, out sequence.Output, number uint64) {
	if s.ends == nil {
		s.ends = map[uint32]*pictureEnd{}
	}
	end := s.ends[out.Timestamp]
	if end == nil {
		end = &pictureEnd{}
		s.ends[out.Timestamp] = end
	}
	if out.Marker {
		if end.marker != 0 {
			s.Fatalf("a picture has two markers")
		}
		end.marker = number
	}
	end.newest = max(end.newest, number)
	if end.marker != 0 && end.newest > end.marker {
		s.Fatalf("a packet of spatial layer %d follows the marker of its picture", m.frame.spatial)
	}
}

// checkMarkers holds that no picture lacks its marker.
func (s *slot) checkMarkers() {
	for timestamp, end := range s.ends {
		if end.marker == 0 && timestamp != s.frameOut.Timestamp {
			s.Fatalf("a picture ends without a marker")
		}
	}
}

// checkStacked holds P3 for what keeps its distances: numbers step as those of the publisher, and by one at a switch.
func (s *slot) checkStacked(m *media, out sequence.Output, begins bool) {
	p, before := &m.frame.pictures, &s.frame.pictures
	picture, base, number := p.PictureID-before.PictureID, p.TL0PICIDX-before.TL0PICIDX, p.Frame-before.Frame
	if begins {
		picture, base, number = 1, 1, 1
	}
	if (out.PictureID-s.frameOut.PictureID-picture)&0x7fff != 0 {
		s.Fatalf("picture id %d after %d, want a step of %d", out.PictureID, s.frameOut.PictureID, picture)
	}
	if out.TL0PICIDX-s.frameOut.TL0PICIDX != base {
		s.Fatalf("TL0PICIDX %d after %d, want a step of %d", out.TL0PICIDX, s.frameOut.TL0PICIDX, base)
	}
	if p.HasFrame && s.frame.pictures.HasFrame && out.Frame-s.frameOut.Frame != number {
		s.Fatalf("frame number %d after %d, want a step of %d", out.Frame, s.frameOut.Frame, number)
	}
}
