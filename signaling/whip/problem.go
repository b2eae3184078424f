package whip

import (
	"errors"

	"salon/signaling"
	"salon/signaling/protocol"
)

// problem is a request that is refused, and how it is counted.
type problem struct {
	*signaling.Problem
	why counter
}

func refuse(status int, why counter, code, detail string) *problem {
	return &problem{signaling.NewProblem(status, code, detail), why}
}

// later adds when to try again.
func (p *problem) later(seconds int) *problem {
	p.RetryAfter = max(seconds, 1)
	return p
}

// problemOf makes any error one that a client may see.
func problemOf(err error) *problem {
	if p, ok := errors.AsType[*problem](err); ok {
		return p
	}
	p := &problem{signaling.ProblemOf(err), refusedRoom}
	if p.Code == string(protocol.ErrBadOffer) {
		p.why = refusedOffer
	}
	return p
}
