package sequence

// compactor renumbers one input: dropped numbers are closed up, missing ones keep their place. It serves sequence
// numbers and picture ids alike.
//
// Invariant: the output number of an input number n < next that is not closed is out minus the numbers from n to next-1
// that are not closed. So one bit per input number is all that late packets need.
type compactor struct {
	base   uint64 // the first input number
	next   uint64 // the input number after the newest
	out    uint64 // the output number of next
	sent   uint64 // the newest input number that was given an output number; base-1 before the first
	closed window // input numbers that take no output number
}

// begin starts with another input: in becomes out.
func (c *compactor) begin(in, out uint64) {
	*c = compactor{base: in, next: in, out: out, sent: in - 1}
}

// place returns the output number of in without noting anything; false when it was dropped or is out of the window.
func (c *compactor) place(in uint64) (out uint64, ok bool) {
	switch {
	case in >= c.next:
		return c.out + (in - c.next), true
	case in < c.base || c.next-in > windowSize || c.closed.has(in):
		return 0, false
	}
	return c.out - (c.next - in) + c.closed.count(in, c.next), true
}

// take notes that in is sent. Place must have accepted it.
func (c *compactor) take(in uint64) {
	c.advance(in)
	c.sent = max(c.sent, in)
}

// drop closes in. When a later number has been sent already, its output number cannot be closed and is returned.
func (c *compactor) drop(in uint64) (hole uint64, left bool) {
	c.advance(in)
	place, ok := c.place(in)
	if !ok {
		return 0, false
	}
	if in <= c.sent {
		return place, true
	}
	c.closed.set(in)
	c.out--
	return 0, false
}

// advance makes in the newest input number, if it is; the numbers that it skips become holes.
func (c *compactor) advance(in uint64) {
	if in < c.next {
		return
	}
	c.closed.clear(c.next, in+1)
	c.out += in + 1 - c.next
	c.next = in + 1
}
