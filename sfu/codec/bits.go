package codec

// bitReader reads big-endian bit fields. Past the end it returns zeros and sets short, so that a parser checks once,
// at its end. With escaped it leaves out H.264's emulation prevention bytes (ITU-T H.264 7.4.1).
type bitReader struct {
	data    []byte
	at      int  // the next byte
	bit     uint // bits of it that are read, 0..7
	zeros   int  // zero bytes in a row before at, for escaped
	escaped bool
	short   bool
}

// read returns the next n bits, n <= 32.
func (r *bitReader) read(n int) uint32 {
	var v uint32
	for range n {
		v = v<<1 | r.next()
	}
	return v
}

func (r *bitReader) flag() bool { return r.next() == 1 }

func (r *bitReader) skip(n int) {
	for i := 0; i < n && !r.short; i++ {
		r.next()
	}
}

func (r *bitReader) next() uint32 {
	if r.bit == 0 && r.escaped && r.zeros >= 2 && r.at < len(r.data) && r.data[r.at] == 3 {
		r.at++
		r.zeros = 0
	}
	if r.at >= len(r.data) {
		r.short = true
		return 0
	}
	b := r.data[r.at]
	v := uint32(b>>(7-r.bit)) & 1
	r.bit++
	if r.bit == 8 {
		r.bit = 0
		r.at++
		if b == 0 {
			r.zeros++
		} else {
			r.zeros = 0
		}
	}
	return v
}

// exponent returns an unsigned Exp-Golomb number: ue(v) of ITU-T H.264 9.1 and uvlc() of AV1 4.10.3. A prefix of 32 or
// more zeros is no number that either format can use; it ends the reading.
func (r *bitReader) exponent() uint32 {
	zeros := 0
	for !r.flag() {
		zeros++
		if r.short || zeros > 31 {
			r.short = true
			return 0
		}
	}
	return 1<<zeros - 1 + r.read(zeros)
}

// signed returns a signed Exp-Golomb number, se(v) of ITU-T H.264 9.1.1.
func (r *bitReader) signed() int32 {
	k := r.exponent()
	if k&1 == 1 {
		return int32(k/2) + 1
	}
	return -int32(k / 2)
}
