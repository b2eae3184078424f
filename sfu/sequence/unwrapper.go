package sequence

// Unwrapper extends 16-bit sequence numbers (RFC 3550 5.1) to 64 bits. Its zero value is ready.
type Unwrapper struct {
	any    bool
	newest uint64
}

// Unwrap returns the extended number that is nearest to the newest one, up to 32,767 ahead and 32,768 behind. The first
// result is 1<<16 + n, so that packets from before the first do not underflow.
func (u *Unwrapper) Unwrap(n uint16) uint64 {
	if !u.any {
		u.any, u.newest = true, 1<<16+uint64(n)
		return u.newest
	}
	step := int16(n - uint16(u.newest))
	extended := u.newest + uint64(int64(step))
	u.newest = max(u.newest, extended)
	return extended
}
