package codec

// The aggregation header, first byte of every AV1 payload (RTP Payload Format For AV1, 4.4).
const (
	av1Fragment = 0x80 // Z: the first OBU element continues an OBU of the previous packet
	av1Count    = 0x30 // W: number of OBU elements, 0: not told, each has its length in front
	av1Sequence = 0x08 // N: first packet of a coded video sequence, which begins with a keyframe
)

// OBU types (AV1 bitstream specification 6.2.2).
const (
	obuSequenceHeader    = 1
	obuTemporalDelimiter = 2
	obuFrameHeader       = 3
	obuMetadata          = 5
	obuFrame             = 6
)

// parseAV1 reads the aggregation header and the headers of the OBUs.
//
// Layers stay 0 although OBU headers can name them: only the first packet of a fragmented OBU has the header, and a
// layer known for a part of the frame would tear it apart. A stream without the dependency descriptor extension is
// therefore forwarded whole.
func parseAV1(payload []byte, marker bool, f *Frame) error {
	header := payload[0]
	fragment, sequence := header&av1Fragment != 0, header&av1Sequence != 0
	if fragment && sequence { // N is only on a packet that starts with a whole OBU
		return ErrReserved
	}
	rest := payload[1:]
	if len(rest) == 0 {
		return ErrTruncated
	}
	count := int(header & av1Count >> 4)
	for i := 0; len(rest) > 0 || i < count; i++ {
		if count > 0 && i == count {
			return ErrReserved // bytes behind the last element
		}
		var element []byte
		var ok bool
		if i == count-1 { // the last of a known number has no length in front
			element, rest = rest, nil
		} else if element, rest, ok = lengthPrefixed(rest); !ok {
			return ErrTruncated
		}
		if i == 0 && fragment {
			continue
		}
		if err := parseOBU(element, i == 0, sequence, f); err != nil {
			return err
		}
	}
	f.Start = f.Start || sequence
	f.End = marker
	f.Keyframe = sequence
	f.SwitchUp = true
	return nil
}

// parseOBU adds to f what the start of an OBU tells. A frame starts where its first OBU does: the redundant headers and
// tile groups that follow it in packets of their own are not starts.
func parseOBU(element []byte, first, sequence bool, f *Frame) error {
	if len(element) == 0 {
		return ErrTruncated
	}
	if element[0]&0x80 != 0 { // obu_forbidden_bit
		return ErrReserved
	}
	kind := element[0] >> 3 & 15
	if first {
		switch kind {
		case obuSequenceHeader, obuTemporalDelimiter, obuFrameHeader, obuMetadata, obuFrame:
			f.Start = true
		}
	}
	if kind != obuSequenceHeader || !sequence {
		return nil
	}
	body := element[1:]
	if element[0]&0x04 != 0 { // obu_extension_flag
		if len(body) == 0 {
			return ErrTruncated
		}
		body = body[1:]
	}
	if element[0]&0x02 != 0 { // obu_has_size_field: allowed, though the format asks to leave it out
		var ok bool
		if body, _, ok = lengthPrefixed(body); !ok {
			return ErrTruncated
		}
	}
	f.Width, f.Height = av1Size(body)
	return nil
}

// lengthPrefixed takes an element behind its length as leb128 (AV1 4.10.5) from the front of data.
func lengthPrefixed(data []byte) (element, rest []byte, ok bool) {
	var length uint64
	for i := 0; i < len(data) && i < 8; i++ {
		length |= uint64(data[i]&0x7f) << (7 * i)
		if data[i]&0x80 == 0 {
			data = data[i+1:]
			if length > uint64(len(data)) {
				return nil, nil, false
			}
			return data[:length], data[length:], true
		}
	}
	return nil, nil, false
}

// av1Size reads max_frame_width and height from a sequence header (AV1 5.5.1); 0, 0 when it cannot be read.
func av1Size(data []byte) (width, height uint16) {
	r := bitReader{data: data}
	r.skip(4)     // seq_profile, still_picture
	if r.flag() { // reduced_still_picture_header
		r.skip(5) // seq_level_idx
	} else {
		skipOperatingPoints(&r)
	}
	widthBits, heightBits := int(r.read(4))+1, int(r.read(4))+1
	w, h := r.read(widthBits)+1, r.read(heightBits)+1
	return pixels(w, h, r.short)
}

// skipOperatingPoints skips timing, decoder model and operating points, which stand before the size.
func skipOperatingPoints(r *bitReader) {
	delayBits := 0
	if r.flag() { // timing_info_present_flag
		r.skip(64)    // num_units_in_display_tick, time_scale
		if r.flag() { // equal_picture_interval
			r.exponent() // num_ticks_per_picture_minus_1
		}
		if r.flag() { // decoder_model_info_present_flag
			delayBits = int(r.read(5)) + 1
			r.skip(42) // num_units_in_decoding_tick, lengths of removal and presentation time
		}
	}
	initialDelay := r.flag() // initial_display_delay_present_flag
	for n := r.read(5) + 1; n > 0 && !r.short; n-- {
		r.skip(12)         // operating_point_idc
		if r.read(5) > 7 { // seq_level_idx
			r.skip(1) // seq_tier
		}
		if delayBits > 0 && r.flag() { // decoder_model_present_for_this_op
			r.skip(2*delayBits + 1) // decoder and encoder buffer delay, low_delay_mode_flag
		}
		if initialDelay && r.flag() {
			r.skip(4) // initial_display_delay_minus_1
		}
	}
}
