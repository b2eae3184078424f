package policy

import (
	"slices"
	"time"
)

// MaxHands bounds the raised hands of a room.
const MaxHands = 1000

// RaisedHand is a hand and when it was raised.
type RaisedHand struct {
	ID    string // of the participant
	Since time.Time
}

// Hands are the raised hands in the order that everybody sees: the server's. It is a value: its methods return another
// one.
type Hands struct{ raised []RaisedHand }

func (h Hands) queue() queue[RaisedHand] {
	return queue[RaisedHand]{h.raised, func(r RaisedHand) string { return r.ID }}
}

// Raise adds a hand at the end; one that is up keeps its place. False: there are too many.
func (h Hands) Raise(id string, now time.Time) (Hands, bool) {
	if h.Number(id) > 0 {
		return h, true
	}
	q, ok := h.queue().append(RaisedHand{id, now}, MaxHands)
	return Hands{q.entries}, ok
}

// Lower lowers a hand; false when it was not up.
func (h Hands) Lower(id string) (Hands, bool) {
	q, _, ok := h.queue().take(id)
	return Hands{q.entries}, ok
}

// LowerAll lowers all and says whose they were.
func (h Hands) LowerAll() (Hands, []RaisedHand) { return Hands{}, h.List() }

// Move gives a hand another number, from 1; numbers beyond the end are the end. False: it is not up.
func (h Hands) Move(id string, number int) (Hands, bool) {
	q, ok := h.queue().move(id, number-1)
	return Hands{q.entries}, ok
}

// Number is a hand's place, from 1; 0 when it is not up.
func (h Hands) Number(id string) int { return h.queue().index(id) + 1 }

// First is whose turn it is; false when no hand is up.
func (h Hands) First() (RaisedHand, bool) {
	if len(h.raised) == 0 {
		return RaisedHand{}, false
	}
	return h.raised[0], true
}

// List returns the hands in order.
func (h Hands) List() []RaisedHand { return slices.Clone(h.raised) }

// Len is how many are up.
func (h Hands) Len() int { return len(h.raised) }

// Equal compares two orders.
func (h Hands) Equal(other Hands) bool { return slices.Equal(h.raised, other.raised) }
