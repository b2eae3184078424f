package layers

// frameWindow is how many frames back a chain can point: its distances have 8 bits.
const frameWindow = 256

// frames remembers which frames of one encoding were withheld, by the frame numbers of their dependency descriptors.
type frames struct {
	any      bool
	newest   uint16
	withheld [frameWindow / 64]uint64
}

// note remembers what became of a frame. Of the numbers that it skips nothing is known: they may still come.
func (f *frames) note(number uint16, withheld bool) {
	if ahead := int16(number - f.newest); !f.any || ahead > 0 {
		for n := uint16(1); f.any && n < uint16(ahead) && n < frameWindow; n++ {
			f.set(f.newest+n, false)
		}
		f.any, f.newest = true, number
	}
	f.set(number, withheld)
}

func (f *frames) set(number uint16, withheld bool) {
	word, bit := &f.withheld[number%frameWindow/64], uint64(1)<<(number%64)
	*word &^= bit
	if withheld {
		*word |= bit
	}
}

// lacks says whether a frame was withheld.
func (f *frames) lacks(number uint16) bool {
	if !f.any || uint16(f.newest-number) >= frameWindow {
		return false
	}
	return f.withheld[number%frameWindow/64]>>(number%64)&1 == 1
}
