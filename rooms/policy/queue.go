package policy

import "slices"

// queue is an order of participants, each at most once. It is a value: its methods return another one and never change
// what somebody else holds.
type queue[E any] struct {
	entries []E
	id      func(E) string
}

func (q queue[E]) index(id string) int {
	return slices.IndexFunc(q.entries, func(e E) bool { return q.id(e) == id })
}

// append adds at the end; false when it is there already or the queue is full.
func (q queue[E]) append(e E, most int) (queue[E], bool) {
	if len(q.entries) >= most || q.index(q.id(e)) >= 0 {
		return q, false
	}
	q.entries = append(slices.Clip(q.entries), e)
	return q, true
}

// take removes one; false when it is not there.
func (q queue[E]) take(id string) (queue[E], E, bool) {
	i := q.index(id)
	if i < 0 {
		var none E
		return q, none, false
	}
	taken := q.entries[i]
	q.entries = slices.Delete(slices.Clone(q.entries), i, i+1)
	return q, taken, true
}

// move puts one at a place, 0 is the front; places beyond the end are the end.
func (q queue[E]) move(id string, place int) (queue[E], bool) {
	rest, e, ok := q.take(id)
	if !ok {
		return q, false
	}
	rest.entries = slices.Insert(rest.entries, min(max(place, 0), len(rest.entries)), e)
	return rest, true
}
