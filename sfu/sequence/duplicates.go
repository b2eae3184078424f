package sequence

// Duplicates tells packets that were seen before. It remembers the last 2,048 numbers. Its zero value is ready.
type Duplicates struct {
	any  bool
	next uint64 // the number after the newest
	seen window
}

// Seen notes an extended sequence number and returns true when it was noted before, or is too old to tell.
func (d *Duplicates) Seen(sequence uint64) bool {
	if !d.any {
		d.any, d.next = true, sequence
	}
	if sequence >= d.next {
		d.seen.clear(d.next, sequence+1)
		d.seen.set(sequence)
		d.next = sequence + 1
		return false
	}
	if d.next-sequence > windowSize || d.seen.has(sequence) {
		return true
	}
	d.seen.set(sequence)
	return false
}
