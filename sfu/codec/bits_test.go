package codec

import (
	"testing"

	"pgregory.net/rapid"
)

// bitWriter is the inverse of bitReader, for tests.
type bitWriter struct {
	data []byte
	bits int
}

func (w *bitWriter) write(n int, v uint32) {
	for i := n - 1; i >= 0; i-- {
		if w.bits%8 == 0 {
			w.data = append(w.data, 0)
		}
		w.data[w.bits/8] |= byte(v>>i&1) << (7 - w.bits%8)
		w.bits++
	}
}

func (w *bitWriter) exponent(v uint32) {
	n := 0
	for uint64(v)+1 >= 2<<n {
		n++
	}
	w.write(n, 0)
	w.write(n+1, v+1)
}

func (w *bitWriter) signed(v int32) {
	if v > 0 {
		w.exponent(uint32(2*v - 1))
	} else {
		w.exponent(uint32(-2 * v))
	}
}

// escape inserts emulation prevention bytes (ITU-T H.264 7.4.1.1).
func escape(data []byte) []byte {
	var out []byte
	zeros := 0
	for _, b := range data {
		if zeros >= 2 && b <= 3 {
			out = append(out, 3)
			zeros = 0
		}
		out = append(out, b)
		if b == 0 {
			zeros++
		} else {
			zeros = 0
		}
	}
	return out
}

func TestBitReaderIsInverse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		type field struct {
			kind byte
			bits int
			v    uint32
		}
		var w bitWriter
		var fields []field
		for range rapid.IntRange(1, 40).Draw(t, "fields") {
			f := field{kind: rapid.SampledFrom([]byte("bes")).Draw(t, "kind"), bits: rapid.IntRange(1, 32).Draw(t, "bits")}
			f.v = rapid.SampledFrom([]uint32{0, 1, 2, rapid.Uint32().Draw(t, "v")}).Draw(t, "value")
			switch f.kind {
			case 'b':
				f.v &= 1<<f.bits - 1
				w.write(f.bits, f.v)
			case 'e':
				f.v >>= 1
				w.exponent(f.v)
			case 's':
				f.v >>= 2
				w.signed(int32(f.v) * int32(1-2*(f.bits&1)))
			}
			fields = append(fields, f)
		}
		r := bitReader{data: w.data}
		if rapid.Bool().Draw(t, "escaped") {
			r = bitReader{data: escape(w.data), escaped: true}
		}
		for i, f := range fields {
			var got uint32
			switch f.kind {
			case 'b':
				got = r.read(f.bits)
			case 'e':
				got = r.exponent()
			case 's':
				got = uint32(r.signed() * int32(1-2*(f.bits&1)))
			}
			if got != f.v || r.short {
				t.Fatalf("field %d %+v: got %d, short %v", i, f, got, r.short)
			}
		}
	})
}

func TestBitReaderEnds(t *testing.T) {
	r := bitReader{data: []byte{0xff}}
	if got := r.read(8); got != 0xff || r.short {
		t.Fatalf("read %x, short %v", got, r.short)
	}
	if got := r.read(1); got != 0 || !r.short {
		t.Fatalf("past the end: %x, short %v", got, r.short)
	}
	r = bitReader{data: make([]byte, 16)}
	if got := r.exponent(); got != 0 || !r.short {
		t.Fatalf("a prefix of zeros only: %d, short %v", got, r.short)
	}
	r = bitReader{data: []byte{0, 0, 3, 1}, escaped: true}
	if got := r.read(24); got != 1 || r.short {
		t.Fatalf("escaped: %x, short %v", got, r.short)
	}
	r = bitReader{data: []byte{0, 0, 3}, escaped: true}
	if r.read(17); !r.short {
		t.Fatal("an escape at the end is no data")
	}
}
