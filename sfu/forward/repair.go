package forward

import "time"

// A packet is sent again when its receiver asks: as often as browsers do ask, not sooner than most of a round trip after the
// last time. A receiver that asks too often costs nothing; one whose own idea of the round trip is a little shorter than
// ours must not lose a whole round.
const (
	maxResends     = 10
	minResendRound = 20 * time.Millisecond // round trips near zero: browsers ask at most so often
	resendRound    = 0.7                   // of the round trip
	resendMemory   = time.Second           // after it a number is a new one
)

// Where packets get lost by the path's own doing, repairs do as well, and a picture waits for the last of its packets: with
// 30 % of loss every seventh would need three rounds. Copies of a repair save rounds.
const (
	maxCopies   = 3
	firstMisses = 0.06 // how often all copies of a first repair may get lost
	laterMisses = 0.02 // of a further one, of which there are few
)

// How much of the estimate repairs may take. A path that loses more than the highest share can make up for needs less media.
const (
	leastRepairShare = 0.25
	mostRepairShare  = 0.5
	repairReserve    = 1.25 // times what is needed on average: losses come in bunches
)

// Path is what repairs depend on: the way to a receiver.
type Path struct {
	Loss  float64 // the path's own, which less media would not end: 0..1
	Spare bool    // there is bandwidth for copies
}

// Share returns which part of the estimated bandwidth repairs may take, 0..1.
func (p Path) Share() float64 {
	cost := p.cost()
	return min(max(leastRepairShare, repairReserve*cost/(1+cost)), mostRepairShare)
}

// Media returns which part of the estimated bandwidth is left for what is sent for the first time, 0..1. It depends on
// the loss alone: what is sent, and so what is repaired, may follow it without an echo.
func (p Path) Media() float64 { return max(1/(1+p.cost()), 1-mostRepairShare) }

// cost is what repairs take per byte that is sent for the first time.
func (p Path) cost() float64 {
	p.Spare = true
	first := p.copies(0)
	lost := p.Loss
	for range first {
		lost *= p.Loss
	}
	return p.Loss*float64(first) + lost*float64(p.copies(1))
}

// copies returns how many copies of a repair are sent at once, after so many tries.
func (p Path) copies(tries int) int {
	misses := firstMisses
	if tries > 0 {
		misses = laterMisses
	}
	n := 1
	for lost := p.Loss; p.Spare && lost > misses && n < maxCopies; lost *= p.Loss {
		n++
	}
	return n
}

// repairsPast says whether what was sent before a switch of the encoding is still repaired: pictures go on from the keyframe
// of the switch as soon as that is complete, so its repairs come first. Where a path does not lose packets of its own, they
// got lost by congestion, and what comes before the keyframe would only stand in its way.
func (p Path) repairsPast() bool { return p.Loss > 0 && p.Spare }

// repairVerdict says why a request for a packet is answered, or not.
type repairVerdict uint8

const (
	repairSent    repairVerdict = iota
	repairTooSoon               // the last repair may still be on its way
	repairTooMany               // the receiver has asked as often as any does
)

// resend is what is remembered of a packet that was sent again.
type resend struct {
	sequence uint16
	tries    uint8
	at       time.Time
}

// decide judges a request for the packet.
func (e resend) decide(now time.Time, rtt time.Duration) repairVerdict {
	switch {
	case e.tries >= maxResends:
		return repairTooMany
	case e.tries > 0 && now.Sub(e.at) < time.Duration(resendRound*float64(max(minResendRound, rtt))):
		return repairTooSoon
	}
	return repairSent
}

const resendWindow = 512 // numbers remembered; older ones are forgotten

// resends remembers what was sent again lately.
type resends struct {
	entries []resend // resendWindow of them once one is needed; indexed by sequence number
}

// ask judges a request for a number, notes it, and returns how many copies to send now: 0 is none.
func (r *resends) ask(sequence uint16, now time.Time, rtt time.Duration, path Path) (copies int) {
	if r.entries == nil {
		r.entries = make([]resend, resendWindow)
	}
	e := &r.entries[sequence%resendWindow]
	if e.sequence != sequence || e.tries == 0 || now.Sub(e.at) > resendMemory {
		*e = resend{sequence: sequence}
	}
	if e.decide(now, rtt) != repairSent {
		return 0
	}
	copies = path.copies(int(e.tries))
	e.tries++
	e.at = now
	return copies
}
