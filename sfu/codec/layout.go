package codec

// Bounds of appendix A: template ids have 6 bits, decode targets 5, and there are not more chains than targets.
const (
	maxTemplates = 64
	maxTargets   = 32
)

// layout is the template dependency structure of a stream.
type layout struct {
	templates []template
	offset    uint8 // template_id_offset
	targets   int   // DtCnt
	chains    int
	target    [maxTargets]target
}

// target is a decode target: a layer that a receiver may get.
type target struct {
	spatial, temporal int8
	chain             uint8 // that protects it
}

// template is what a frame is like, unless its own descriptor says otherwise.
type template struct {
	spatial, temporal int8
	indications       uint64 // two bits per decode target, the first lowest
	furthest          uint16 // the largest frame difference; 0: no reference
	chains            [maxTargets]uint8
}

// mask returns the decode targets up to a layer.
func (l *layout) mask(spatial, temporal int8) (mask uint32) {
	for i, t := range l.target[:l.targets] {
		if t.spatial <= spatial && t.temporal <= temporal {
			mask |= 1 << i
		}
	}
	return mask
}

// descriptorReader reads one descriptor: dependency_descriptor() of appendix A.
type descriptorReader struct {
	bitReader
	start, end bool
	number     uint16
	structure  bool
	masked     bool
	maskAt     uint16
	frame      template // of the frame, custom fields put in
}

// descriptor returns false for what cannot be read.
func (r *descriptorReader) descriptor(s *Structure, size int) bool {
	r.start, r.end = r.flag(), r.flag()
	id := uint8(r.read(6))
	r.number = uint16(r.read(16))
	var customIndications, customReferences, customChains bool
	r.maskAt = 29
	if size > 3 {
		r.structure, r.masked = r.flag(), r.flag()
		customIndications, customReferences, customChains = r.flag(), r.flag(), r.flag()
		if r.structure && !r.readStructure(s) {
			return false
		}
		r.maskAt = uint16(r.position())
	}
	l := s.layout
	if l == nil || r.short {
		return false
	}
	if r.structure {
		s.active = uint32(1)<<l.targets - 1
	}
	if r.masked {
		s.active = r.read(l.targets)
	}
	index := int(id+maxTemplates-l.offset) % maxTemplates
	if index >= len(l.templates) {
		return false
	}
	r.frame = l.templates[index]
	if customIndications {
		r.frame.indications = r.indications(l.targets)
	}
	if customReferences {
		r.frame.furthest = r.references()
	}
	if customChains {
		for i := range l.chains {
			r.frame.chains[i] = uint8(r.read(8))
		}
	}
	return !r.short
}

func (r *descriptorReader) position() int { return r.at*8 + int(r.bit) }

// readStructure reads template_dependency_structure(). A structure older than the one that is known is refused.
func (r *descriptorReader) readStructure(s *Structure) bool {
	if s.layout != nil && int16(r.number-s.number) < 0 || !r.start {
		return false
	}
	l := &layout{offset: uint8(r.read(6)), targets: int(r.read(5)) + 1}
	spatials, ok := r.layers(l)
	if !ok {
		return false
	}
	for i := range l.templates {
		l.templates[i].indications = r.indications(l.targets)
	}
	for i := range l.templates {
		for r.flag() {
			l.templates[i].furthest = max(l.templates[i].furthest, uint16(r.read(4))+1)
		}
	}
	r.readChains(l)
	l.resolveTargets()
	var sizes [MaxSpatial]Size
	if r.flag() { // resolutions_present_flag
		for i := range spatials {
			sizes[i].Width, sizes[i].Height = pixels(r.read(16)+1, r.read(16)+1, r.short)
		}
	}
	s.layout, s.number, s.sizes = l, r.number, sizes
	return !r.short
}

// layers reads template_layers() and returns the number of spatial layers.
func (r *descriptorReader) layers(l *layout) (spatials int, ok bool) {
	var spatial, temporal int8
	for len(l.templates) < maxTemplates && spatial < MaxSpatial && temporal <= vp9MaxTemporal && !r.short {
		l.templates = append(l.templates, template{spatial: spatial, temporal: temporal})
		switch r.read(2) { // next_layer_idc
		case 1:
			temporal++
		case 2:
			spatial, temporal = spatial+1, 0
		case 3:
			return int(spatial) + 1, !r.short
		}
	}
	return 0, false
}

func (r *descriptorReader) indications(targets int) (packed uint64) {
	for i := range targets {
		packed |= uint64(r.read(2)) << (2 * i)
	}
	return packed
}

// references reads frame_fdiffs() and returns the largest, 0 for none.
func (r *descriptorReader) references() (furthest uint16) {
	for size := r.read(2); size > 0 && !r.short; size = r.read(2) {
		furthest = max(furthest, uint16(r.read(4*int(size)))+1)
	}
	return furthest
}

func (r *descriptorReader) readChains(l *layout) {
	l.chains = int(r.nonSymmetric(uint32(l.targets) + 1))
	if l.chains == 0 {
		return
	}
	for i := range l.targets {
		l.target[i].chain = uint8(r.nonSymmetric(uint32(l.chains)))
	}
	for i := range l.templates {
		for j := range l.chains {
			l.templates[i].chains[j] = uint8(r.read(4))
		}
	}
}

// nonSymmetric reads ns(n) (AV1 bitstream specification 4.10.7): a number below n.
func (r *descriptorReader) nonSymmetric(n uint32) uint32 {
	width := 0
	for x := n; x != 0; x >>= 1 {
		width++
	}
	shorter := uint32(1)<<width - n
	v := r.read(width - 1)
	if v < shorter {
		return v
	}
	return v<<1 - shorter + r.read(1)
}

// resolveTargets is decode_target_layers(): a target is the largest layer of the frames that it has.
func (l *layout) resolveTargets() {
	for i := range l.targets {
		t := &l.target[i]
		for _, f := range l.templates {
			if indication(f.indications>>(2*i)&3) != notPresent {
				t.spatial, t.temporal = max(t.spatial, f.spatial), max(t.temporal, f.temporal)
			}
		}
	}
}
