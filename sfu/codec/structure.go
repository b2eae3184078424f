package codec

// MaxSpatial bounds the spatial layers of one RTP stream: RFC 9628 has 3 bits for them, AV1 two.
const MaxSpatial = 8

// Size is that of a picture in pixels; 0, 0 while unknown.
type Size struct{ Width, Height uint16 }

// Structure is what an RTP stream has said about its layers, in the order of its packets: by the dependency descriptor
// (RTP Payload Format For AV1, appendix A), which browsers also put on VP9, or by VP9's scalability structure (RFC 9628
// 4.2.1). Its zero value knows nothing. It is a value: a copy goes on by itself.
type Structure struct {
	layout *layout // of the newest dependency descriptor that had one; never changed once it is here
	active uint32  // decode targets that the publisher sends, by its newest descriptor
	number uint16  // of the frame that brought the layout

	layers int8 // spatial layers, of VP9's own descriptor
	sizes  [MaxSpatial]Size
}

// Read reads one packet: the payload as [Codec.Parse] does, then what the descriptor (the header extension, nil: none)
// and the stream's structure add. A descriptor that cannot be read, or whose structure was not received, adds nothing:
// the stream is then what its payload says. It allocates where a structure begins, once per keyframe.
func (s *Structure) Read(c Codec, payload []byte, marker bool, descriptor []byte, f *Frame) error {
	if err := c.Parse(payload, marker, f); err != nil {
		return err
	}
	f.Layers, f.Active, f.Needed, f.Climb, f.Fresh = 1, 1, 1, f.Temporal, f.Keyframe
	switch c {
	case VP8, AV1:
	case VP9:
		s.readVP9(payload, f)
	default:
		return nil // H.264 has one layer
	}
	if len(descriptor) == 0 {
		return nil
	}
	own := *f
	s.readDescriptor(descriptor, f)
	if c == VP8 { // Chromium then leaves temporal layers out of the payload; pictures and keyframes still show there
		f.Start, f.End, f.Keyframe, f.Width, f.Height = own.Start, own.End, own.Keyframe, own.Width, own.Height
	}
	return nil
}

// Size returns the size of a spatial layer.
func (s *Structure) Size(spatial int8) Size {
	if spatial < 0 || spatial >= MaxSpatial {
		return Size{}
	}
	return s.sizes[spatial]
}

// readVP9 adds what RFC 9628's descriptor tells about layers.
func (s *Structure) readVP9(payload []byte, f *Frame) {
	if at := int(f.VP9.structure); at > 0 {
		r := byteReader{data: payload[at:]}
		var sizes [MaxSpatial]Size
		s.layers = readVP9Structure(&r, &sizes)
		if sizes != [MaxSpatial]Size{} {
			s.sizes = sizes
		}
	} else if f.Keyframe && f.Width > 0 {
		s.sizes[0] = Size{f.Width, f.Height}
	}
	s.layers = max(s.layers, f.Spatial+1)
	f.Layers, f.Active = s.layers, s.layers
	// Whether an upper layer refers to this frame is told only by the upper layer's frame, too late: all keep it.
	f.Needed = 0xff << f.Spatial
	// U says that later pictures of higher layers need nothing of those layers from before. It says nothing about what
	// this picture itself refers to.
	f.Fresh = f.VP9.fresh
	if f.VP9.climb {
		f.Climb = vp9MaxTemporal
	}
}
