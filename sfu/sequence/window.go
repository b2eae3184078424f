package sequence

import "math/bits"

// windowSize is how many numbers back a late packet can still be placed, a power of two. At 2.5 Mbit/s it is 8 s.
const windowSize = 2048

// window is one bit for each of the last windowSize numbers. Whoever advances clears what comes into it.
type window [windowSize / 64]uint64

func (w *window) set(n uint64) { w[n/64%uint64(len(w))] |= 1 << (n % 64) }

func (w *window) has(n uint64) bool { return w[n/64%uint64(len(w))]&(1<<(n%64)) != 0 }

// clear unsets the numbers from..to-1.
func (w *window) clear(from, to uint64) {
	if to > from+windowSize {
		*w = window{}
		return
	}
	for n := from; n < to; {
		word, mask, span := part(n, to)
		w[word] &^= mask
		n += span
	}
}

// count returns how many of from..to-1 are set. These are at most windowSize numbers.
func (w *window) count(from, to uint64) uint64 {
	var set int
	for n := from; n < to; {
		word, mask, span := part(n, to)
		set += bits.OnesCount64(w[word] & mask)
		n += span
	}
	return uint64(set)
}

// part returns the bits of the word that holds n, from n to the end of the word or to-1, and how many they are.
func part(n, to uint64) (word int, mask, span uint64) {
	span = min(64-n%64, to-n)
	return int(n / 64 % (windowSize / 64)), (^uint64(0) >> (64 - span)) << (n % 64), span
}
