package codec

// Set is a set of codecs.
type Set uint16

// SetOf returns the set of the given codecs.
func SetOf(codecs ...Codec) (s Set) {
	for _, c := range codecs {
		s |= 1 << c
	}
	return s
}

// Has says whether the set has the codec.
func (s Set) Has(c Codec) bool { return s>>c&1 == 1 }
