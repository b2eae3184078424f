package codec

// spsSize reads the cropped size in pixels from a sequence parameter set (ITU-T H.264 7.3.2.1.1) without its NAL
// header; 0, 0 when it cannot be read. A forwarder lives without the size, so a strange SPS is no error.
func spsSize(data []byte) (width, height uint16) {
	r := bitReader{data: data, escaped: true}
	profile := r.read(8)
	r.skip(16)   // constraint flags, level
	r.exponent() // seq_parameter_set_id
	chroma := uint32(1)
	if hasChroma(profile) {
		chroma = spsChroma(&r)
	}
	r.exponent() // log2_max_frame_num_minus4
	skipPictureOrder(&r)
	r.exponent() // max_num_ref_frames
	r.skip(1)    // gaps_in_frame_num_value_allowed_flag

	const most = 0xffff / 16 // macroblocks along one side that still fit 16 bits of pixels
	columns, rows := r.exponent(), r.exponent()
	if columns > most || rows > most {
		return 0, 0
	}
	fieldFactor := uint32(1) // rows count field macroblocks when frames may be coded as fields
	if !r.flag() {           // frame_mbs_only_flag
		fieldFactor = 2
		r.skip(1) // mb_adaptive_frame_field_flag
	}
	r.skip(1) // direct_8x8_inference_flag
	w, h := (columns+1)*16, (rows+1)*16*fieldFactor
	if r.flag() { // frame_cropping_flag
		left, right, top, bottom := r.exponent(), r.exponent(), r.exponent(), r.exponent()
		unitX, unitY := cropUnits(chroma)
		w = crop(w, left, right, unitX)
		h = crop(h, top, bottom, unitY*fieldFactor)
	}
	return pixels(w, h, r.short)
}

// crop takes (before + after) * unit from size; 0 when nothing would be left.
func crop(size, before, after, unit uint32) uint32 {
	cut := (uint64(before) + uint64(after)) * uint64(unit)
	if cut >= uint64(size) {
		return 0
	}
	return size - uint32(cut)
}

// cropUnits returns the pixels per cropping unit of a frame (ITU-T H.264 equations 7-19 to 7-22).
func cropUnits(chroma uint32) (x, y uint32) {
	switch chroma {
	case 1: // 4:2:0
		return 2, 2
	case 2: // 4:2:2
		return 2, 1
	default: // monochrome, 4:4:4, separate planes
		return 1, 1
	}
}

// hasChroma says whether an SPS of this profile_idc tells its chroma format; the others are 4:2:0.
func hasChroma(profile uint32) bool {
	switch profile {
	case 100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135:
		return true
	}
	return false
}

// spsChroma reads the part of the high profiles and returns ChromaArrayType: 0 for separate planes.
func spsChroma(r *bitReader) uint32 {
	chroma := r.exponent()
	separate := chroma == 3 && r.flag()
	r.exponent()  // bit_depth_luma_minus8
	r.exponent()  // bit_depth_chroma_minus8
	r.skip(1)     // qpprime_y_zero_transform_bypass_flag
	if r.flag() { // seq_scaling_matrix_present_flag
		lists := 8
		if chroma == 3 {
			lists = 12
		}
		for i := range lists {
			if !r.flag() {
				continue
			}
			if i < 6 {
				skipScalingList(r, 16)
			} else {
				skipScalingList(r, 64)
			}
		}
	}
	if separate {
		return 0
	}
	return chroma
}

// skipScalingList skips delta_scale values (ITU-T H.264 7.3.2.1.1.1): a scale of zero ends the list early.
func skipScalingList(r *bitReader, size int) {
	last, next := int32(8), int32(8)
	for i := 0; i < size && !r.short; i++ {
		if next != 0 {
			next = (last + r.signed()) & 0xff
		}
		if next != 0 {
			last = next
		}
	}
}

// skipPictureOrder skips what tells the order of pictures; its cycle has at most 255 entries.
func skipPictureOrder(r *bitReader) {
	switch r.exponent() { // pic_order_cnt_type
	case 0:
		r.exponent() // log2_max_pic_order_cnt_lsb_minus4
	case 1:
		r.skip(1) // delta_pic_order_always_zero_flag
		r.signed()
		r.signed()
		for n := min(r.exponent(), 255); n > 0 && !r.short; n-- {
			r.signed()
		}
	}
}
