package sequence

// Pictures are the counters of VP8's and VP9's payload descriptors (RFC 7741 4.2, RFC 9628 4.2) and of the dependency
// descriptor (RTP Payload Format For AV1, appendix A), each valid where its Has field is true.
type Pictures struct {
	HasPictureID bool
	Long         bool // the picture id has 15 bits instead of 7
	HasTL0       bool
	HasKey       bool
	PictureID    uint16
	TL0PICIDX    uint8 // 8 bits; counts the frames of temporal layer 0
	KEYIDX       uint8 // 5 bits; counts keyframes

	// Sparse: picture ids keep the distances that they have, also where pictures are dropped. VP9's receivers compute
	// references and temporal layers from them.
	Sparse   bool
	HasFrame bool
	Frame    uint16 // frame_number; its distances are references, and are kept
}

const (
	shortPictureID = 0x7f
	longPictureID  = 0x7fff
	keyIndex       = 0x1f
)

func (p *Pictures) mask() uint64 {
	if p.Long {
		return longPictureID
	}
	return shortPictureID
}

// pictures renumbers the pictures of one input after another. Other codecs than VP8 pass through it without a trace.
type pictures struct {
	begun  bool // ids was begun for the current input
	mask   uint64
	ids    compactor // of extended picture ids
	newest uint64    // the newest extended picture id that was sent, over all inputs
	tl0    counter
	key    counter
	frames frameNumbers
}

// rebase makes the next picture begin another input.
func (p *pictures) rebase() {
	p.begun, p.tl0.begun, p.key.begun, p.frames.begun = false, false, false, false
}

// locate returns the extended picture id of a packet. Late means that a packet with a later sequence number came
// before: then the picture is older or the same, else newer or the same. That makes even 7 bits unambiguous.
func (p *pictures) locate(in *Pictures, late bool) (id uint64, ok bool) {
	value, mask := uint64(in.PictureID)&in.mask(), in.mask()
	if !p.begun || p.mask != mask {
		if p.begun && late {
			return 0, false
		}
		return p.begin(value, mask), true
	}
	newest := p.ids.next - 1
	if late {
		return newest - (newest-value)&mask, true
	}
	if step := (value - newest) & mask; step <= mask/2 {
		return newest + step, true
	}
	// The sender jumped back. A receiver would take that for old pictures and drop them: hide it.
	return p.begin(value, mask), true
}

func (p *pictures) begin(value, mask uint64) (id uint64) {
	id = 1<<16 + value
	p.begun, p.mask = true, mask
	p.ids.begin(id, p.newest+1)
	return id
}

// place writes the output's numbers to out; false when the picture was dropped or is too old. It notes nothing but where
// an input begins.
func (p *pictures) place(in *Pictures, late bool, out *Output) (id uint64, ok bool) {
	if in.HasPictureID {
		if id, ok = p.locate(in, late); !ok {
			return 0, false
		}
		placed, ok := p.ids.place(id)
		if !ok {
			return 0, false
		}
		out.PictureID = uint16(placed & in.mask())
	}
	if in.HasTL0 {
		out.TL0PICIDX = p.tl0.place(in.TL0PICIDX, 0xff)
	}
	if in.HasKey {
		out.KEYIDX = p.key.place(in.KEYIDX, keyIndex)
	}
	if in.HasFrame {
		out.Frame = p.frames.place(in.Frame)
	}
	return id, true
}

// take notes that the picture is sent with the numbers that place found. Front means that nothing later was sent before.
func (p *pictures) take(in *Pictures, id uint64, out *Output, front bool) {
	if in.HasPictureID {
		placed, _ := p.ids.place(id)
		p.ids.take(id)
		p.newest = max(p.newest, placed)
	}
	if in.HasTL0 && front {
		p.tl0.last = out.TL0PICIDX
	}
	if in.HasKey && front {
		p.key.last = out.KEYIDX
	}
	if in.HasFrame {
		p.frames.take(out.Frame)
	}
}

// drop closes the picture of a packet that is not forwarded, or leaves its place empty.
func (p *pictures) drop(in *Pictures, late bool) {
	if !in.HasPictureID {
		return
	}
	id, ok := p.locate(in, late)
	switch {
	case !ok:
	case in.Sparse:
		p.ids.advance(id)
	default:
		p.ids.drop(id)
	}
}

// counter continues a counter of which no value is ever dropped: TL0PICIDX, since temporal layer 0 always flows, and
// KEYIDX.
type counter struct {
	begun  bool
	offset uint8
	last   uint8 // the newest value that was sent
}

func (c *counter) place(in, mask uint8) uint8 {
	if !c.begun {
		c.begun, c.offset = true, c.last+1-in
	}
	return (in + c.offset) & mask
}

// frameNumbers continues the frame numbers of one input after those of another, with their distances.
type frameNumbers struct {
	begun  bool
	offset uint16
	any    bool
	newest uint16 // that was sent
}

func (f *frameNumbers) place(in uint16) uint16 {
	if !f.begun {
		f.begun, f.offset = true, f.newest+1-in
	}
	return in + f.offset
}

func (f *frameNumbers) take(out uint16) {
	if !f.any || int16(out-f.newest) > 0 {
		f.any, f.newest = true, out
	}
}
