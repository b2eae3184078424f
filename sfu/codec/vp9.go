package codec

// The bits of the first octet of the VP9 payload descriptor (RFC 9628 4.2).
const (
	vp9PictureID = 0x80 // I
	vp9Inter     = 0x40 // P: predicted from earlier pictures
	vp9Layers    = 0x20 // L: temporal and spatial layer follow
	vp9Flexible  = 0x10 // F: every packet names its references
	vp9Begin     = 0x08 // B: start of a layer frame
	vp9End       = 0x04 // E: end of a layer frame
	vp9Structure = 0x02 // V: the scalability structure follows
)

const (
	vp9MaxReferences = 3 // P_DIFF, RFC 9628 4.2
	vp9MaxTemporal   = 7
)

// VP9Descriptor is what of a VP9 payload descriptor is rewritten for a receiver (RFC 9628 4.2).
type VP9Descriptor struct {
	HasPictureID  bool
	LongPictureID bool // 15 bits instead of 7
	PictureID     uint16
	HasTL0PICIDX  bool // the non-flexible form has it
	TL0PICIDX     uint8

	fresh     bool  // not P: no earlier picture is needed
	climb     bool  // U
	structure int16 // where the scalability structure begins; 0: none
}

// AppendRewritten appends the start of payload to dst, up to the last number that changes: with the picture id, cut to the
// bits that it has, and TL0PICIDX replaced where the descriptor has them. The payload must be the one that d was parsed
// from; of a shorter one all is copied. It allocates nothing when dst has room for 5 more bytes.
func (d *VP9Descriptor) AppendRewritten(dst, payload []byte, pictureID uint16, tl0picidx uint8) []byte {
	length := 1
	if d.HasPictureID {
		length++
	}
	if d.LongPictureID {
		length++
	}
	if d.HasTL0PICIDX {
		length += 2
	}
	start := len(dst)
	dst = append(dst, payload[:min(length, len(payload))]...)
	numbers := dst[min(start+1, len(dst)):]
	switch {
	case d.LongPictureID:
		numbers = put(numbers, 0, 0x80|byte(pictureID>>8))
		numbers = put(numbers, 0, byte(pictureID))
	case d.HasPictureID:
		numbers = put(numbers, 0, byte(pictureID)&0x7f)
	}
	if d.HasTL0PICIDX && len(numbers) > 1 {
		numbers[1] = tl0picidx // behind the byte of the layers
	}
	return dst
}

// byteReader walks over a descriptor of single bytes. Past the end it returns zero and sets short.
type byteReader struct {
	data  []byte
	short bool
}

func (r *byteReader) next() byte {
	if len(r.data) == 0 {
		r.short = true
		return 0
	}
	b := r.data[0]
	r.data = r.data[1:]
	return b
}

func (r *byteReader) skip(n int) {
	if n > len(r.data) {
		r.short = true
		n = len(r.data)
	}
	r.data = r.data[n:]
}

// parseVP9 reads the flexible and the non-flexible form. The marker is not used: it ends a picture, while E ends the
// frame of one spatial layer, and a receiver of a lower layer never sees the marker.
func parseVP9(payload []byte, f *Frame) error {
	r := byteReader{data: payload}
	flags := r.next()
	d := &f.VP9
	if d.HasPictureID = flags&vp9PictureID != 0; d.HasPictureID {
		d.PictureID = uint16(r.next())
		if d.LongPictureID = d.PictureID&0x80 != 0; d.LongPictureID { // M: 15 bits
			d.PictureID = d.PictureID&0x7f<<8 | uint16(r.next())
		}
	}
	if flags&vp9Layers != 0 {
		layer := r.next() // TID(3) U SID(3) D
		f.Temporal = int8(layer >> 5)
		d.climb = layer&0x10 != 0
		f.Spatial = int8(layer >> 1 & 7)
		if flags&vp9Flexible == 0 {
			d.HasTL0PICIDX, d.TL0PICIDX = true, r.next()
		}
	}
	if flags&vp9Flexible != 0 && flags&vp9Inter != 0 {
		if err := skipVP9References(&r); err != nil {
			return err
		}
	}
	if flags&vp9Structure != 0 {
		d.structure = int16(len(payload) - len(r.data))
		var sizes [MaxSpatial]Size
		last := readVP9Structure(&r, &sizes) - 1
		f.Width, f.Height = sizes[last].Width, sizes[last].Height
	}
	if r.short || len(r.data) == 0 {
		return ErrTruncated
	}
	f.Start = flags&vp9Begin != 0
	f.End = flags&vp9End != 0
	f.SwitchUp = f.Temporal == 0
	d.fresh = flags&vp9Inter == 0
	// Without the P bit nothing earlier is needed; of the spatial layers of such a picture only the lowest stands alone.
	f.Keyframe = f.Start && flags&vp9Inter == 0 && f.Spatial == 0
	if f.Keyframe && f.Width == 0 {
		f.Width, f.Height = vp9HeaderSize(r.data)
	}
	return nil
}

func skipVP9References(r *byteReader) error {
	for range vp9MaxReferences {
		if r.next()&1 == 0 { // N: another one follows
			return nil
		}
	}
	return ErrReserved
}

// readVP9Structure reads the scalability structure (RFC 9628 4.2.1): the number of spatial layers and their sizes, which stay
// as they are when it has none.
func readVP9Structure(r *byteReader, sizes *[MaxSpatial]Size) (layers int8) {
	header := r.next() // N_S(3) Y G RES(3)
	layers = int8(header>>5) + 1
	if header&0x10 != 0 {
		for i := range layers {
			sizes[i].Width = uint16(r.next())<<8 | uint16(r.next())
			sizes[i].Height = uint16(r.next())<<8 | uint16(r.next())
		}
	}
	if header&0x08 != 0 {
		for range r.next() { // N_G pictures: TID(3) U R(2) RES(2), then R references
			r.skip(int(r.next() >> 2 & 3))
		}
	}
	return layers
}

// vp9HeaderSize reads the uncompressed header of a keyframe (VP9 bitstream specification 6.2); 0, 0 when it is none.
func vp9HeaderSize(frame []byte) (width, height uint16) {
	r := bitReader{data: frame}
	if r.read(2) != 2 { // frame_marker
		return 0, 0
	}
	low, high := r.read(1), r.read(1) // profile_low_bit, profile_high_bit
	profile := low | high<<1
	if profile == 3 && r.flag() { // reserved_zero
		return 0, 0
	}
	showExisting, frameType := r.flag(), r.flag()
	if showExisting || frameType { // frame_type 0 is a keyframe
		return 0, 0
	}
	r.skip(2) // show_frame, error_resilient_mode
	if r.read(24) != 0x498342 {
		return 0, 0
	}
	if profile >= 2 {
		r.skip(1) // ten_or_twelve_bit
	}
	const rgb = 7 // CS_RGB
	subsampled := profile == 1 || profile == 3
	if r.read(3) != rgb {
		r.skip(1) // color_range
		if subsampled {
			r.skip(3)
		}
	} else if subsampled {
		r.skip(1)
	}
	w, h := r.read(16)+1, r.read(16)+1
	return pixels(w, h, r.short)
}

// pixels returns a size that was read, or 0, 0 when it is incomplete or does not fit 16 bits.
func pixels(width, height uint32, short bool) (uint16, uint16) {
	if short || width > 0xffff || height > 0xffff || width == 0 || height == 0 {
		return 0, 0
	}
	return uint16(width), uint16(height)
}
