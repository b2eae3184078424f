package oracle

// references are the frames that what follows may be predicted from, as a receiver that does not look into the pictures
// knows them.
type references struct {
	any    bool
	last   uint64 // sequence number of the last shown frame
	tl0    uint8  // of the last shown picture of temporal layer 0
	middle int    // TL0PICIDX of the last shown picture of temporal layer 1; none: -1
}

// allow says whether all is there that the frame is predicted from, and notes it when it is. With VP8's numbers, a hole in
// the sequence numbers means nothing: a packet that was to be dropped, and came late, leaves its number unused.
func (r *references) allow(f *shown) bool {
	if !r.holds(f) {
		return false
	}
	r.any, r.last = true, f.last
	switch n := f.numbers; {
	case n == nil:
	case n.temporal == 0:
		r.tl0, r.middle = n.tl0, -1
	case n.temporal == 1:
		r.middle = int(n.tl0)
	}
	return true
}

func (r *references) holds(f *shown) bool {
	n := f.numbers
	switch {
	case f.origin.frame%keyframeEvery == 0:
		return true
	case !r.any:
		return false
	case n == nil:
		return f.first == r.last+1
	case n.temporal == 0:
		return n.tl0 == r.tl0+1
	}
	return n.tl0 == r.tl0 && (n.sync || r.middle == int(n.tl0))
}
