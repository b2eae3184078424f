package codec

// Dependency is what a frame's dependency descriptor tells beyond its layers: how frames depend on each other, and where
// the descriptor is to be changed for a receiver that gets fewer layers.
type Dependency struct {
	Present      bool
	HasStructure bool   // the descriptor brings the structure of this and the following frames
	Number       uint16 // frame_number
	// Chains tells for each spatial layer how many frames ago the previous frame was without which that layer cannot go
	// on; 0: nothing before is needed, or the layer is not protected.
	Chains [MaxSpatial]uint8

	layout *layout
	masked bool   // active_decode_targets_bitmask is there
	maskAt uint16 // the bit at which it is, or would be
}

// indication is a decode target indication (appendix A, table A.1).
type indication uint8

const (
	notPresent  indication = iota // the target does not need the frame
	discardable                   // the target has it, nothing else of the target needs it
	switching                     // the target may begin here: all that follows of it can be decoded then
	required                      // others of the target need it
)

// readDescriptor refines f; nothing changes when the descriptor cannot be read.
func (s *Structure) readDescriptor(data []byte, f *Frame) {
	r := descriptorReader{bitReader: bitReader{data: data}}
	next := *s
	if !r.descriptor(&next, len(data)) {
		return
	}
	*s = next
	l, t := s.layout, &r.frame
	d := &f.Dependency
	*d = Dependency{
		Present: true, HasStructure: r.structure, Number: r.number,
		layout: l, masked: r.masked, maskAt: r.maskAt,
	}
	f.Start, f.End = r.start, r.end
	f.Spatial, f.Temporal = t.spatial, t.temporal
	f.Fresh = t.furthest <= uint16(t.spatial) // the frames of a picture have consecutive numbers
	f.Layers, f.Active, f.Needed, f.Climb, f.SwitchUp = 1, 1, 0, t.temporal, t.temporal == 0
	for i := range l.targets {
		target := l.target[i]
		f.Layers = max(f.Layers, target.spatial+1)
		if s.active>>i&1 == 1 {
			f.Active = max(f.Active, target.spatial+1)
		}
		kind := indication(t.indications >> (2 * i) & 3)
		if kind != notPresent {
			f.Needed |= 1 << target.spatial
		}
		if kind == switching && target.spatial == t.spatial && target.temporal >= t.temporal {
			f.SwitchUp, f.Climb = true, max(f.Climb, target.temporal)
		}
		if l.chains > 0 {
			d.Chains[target.spatial] = t.chains[target.chain]
		}
	}
	// A decoder starts where a structure comes with a frame that refers to none.
	f.Keyframe = r.start && r.structure && t.furthest == 0 && t.spatial == 0
	if f.Keyframe {
		if largest := s.sizes[f.Active-1]; largest.Width > 0 {
			f.Width, f.Height = largest.Width, largest.Height
		}
	}
}

// maxDescriptorGrowth is how many bytes the bitmask and the flags in front of it may add to a descriptor.
const maxDescriptorGrowth = 5

// AppendRewritten appends the descriptor to dst with another frame number. With announce it says which decode targets
// the receiver gets: those up to the spatial and the temporal layer (active_decode_targets_bitmask). The descriptor must
// be the one from which d was read; of one that could not be read only the number changes. It grows by at most 5 bytes.
// Nothing is allocated when dst has room.
func (d *Dependency) AppendRewritten(dst, descriptor []byte, number uint16, announce bool, spatial, temporal int8) []byte {
	start := len(dst)
	if len(descriptor) < 3 {
		return append(dst, descriptor...)
	}
	if announce && d.Present {
		dst = d.appendMasked(dst, descriptor, d.layout.mask(spatial, temporal))
	} else {
		dst = append(dst, descriptor...)
	}
	dst[start+1], dst[start+2] = byte(number>>8), byte(number)
	return dst
}

// appendMasked puts the bitmask in, or in place of the publisher's.
func (d *Dependency) appendMasked(dst, descriptor []byte, mask uint32) []byte {
	const flagAt = 25 // active_decode_targets_present_flag
	w := bitAppender{data: dst}
	r := bitReader{data: descriptor}
	w.write(uint64(r.read(24)), 24)
	extended := len(descriptor) > 3
	for at := 24; at < int(d.maskAt); at++ {
		bit := uint64(0)
		if extended {
			bit = uint64(r.read(1))
		}
		if at == flagAt {
			bit = 1
		}
		w.write(bit, 1)
	}
	if d.masked {
		r.skip(d.layout.targets)
	}
	w.write(uint64(mask), d.layout.targets)
	if extended {
		for at := r.at*8 + int(r.bit); at < len(descriptor)*8; at++ {
			w.write(uint64(r.read(1)), 1)
		}
	}
	return w.data
}

// bitAppender appends big-endian bit fields; the last byte is filled with zeros.
type bitAppender struct {
	data []byte
	used uint // bits of the last byte
}

func (w *bitAppender) write(value uint64, bits int) {
	for i := bits - 1; i >= 0; i-- {
		if w.used == 0 {
			w.data = append(w.data, 0)
		}
		w.data[len(w.data)-1] |= byte(value>>i&1) << (7 - w.used)
		w.used = (w.used + 1) % 8
	}
}
