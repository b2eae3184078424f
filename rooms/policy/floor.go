package policy

import (
	"slices"
	"time"
)

// LongestTurn is how long one may speak before the next in the order does: long enough for a message by radio, short
// enough that nobody blocks the channel by a key that is stuck.
const LongestTurn = 20 * time.Second

// MaxFloorQueue bounds those who wait for the floor.
const MaxFloorQueue = 1000

// Floor is whose turn it is to speak, and who is next. It is a value: its methods return another one. Call Tick at
// Ends.
type Floor struct {
	holder string
	since  time.Time
	next   []string
}

func (f Floor) queue() queue[string] {
	return queue[string]{f.next, func(id string) string { return id }}
}

// Holder is who has the floor, "" when nobody does.
func (f Floor) Holder() string { return f.holder }

// Next are those who wait for it, in order.
func (f Floor) Next() []string { return slices.Clone(f.next) }

// Number is somebody's place among those who wait, from 1; 0 when they do not wait.
func (f Floor) Number(id string) int { return f.queue().index(id) + 1 }

// Ends is when the turn is over; false when nobody has the floor.
func (f Floor) Ends() (time.Time, bool) { return f.since.Add(LongestTurn), f.holder != "" }

// Request gives the floor to somebody when it is free, else a place at the end of the order. Who has or awaits it
// already keeps what they have. False: too many wait.
func (f Floor) Request(id string, now time.Time) (Floor, bool) {
	f = f.Tick(now)
	switch {
	case f.holder == id:
		return f, true
	case f.holder == "":
		return f.pass(id, now), true
	case f.Number(id) > 0:
		return f, true
	}
	q, ok := f.queue().append(id, MaxFloorQueue)
	f.next = q.entries
	return f, ok
}

// Release is somebody letting go of the key, leaving, or losing the right: the floor passes to the next, or they give
// up their place.
func (f Floor) Release(id string, now time.Time) Floor {
	if f.holder == id {
		return f.advance(now)
	}
	q, _, _ := f.queue().take(id)
	f.next = q.entries
	return f.Tick(now)
}

// Give is a moderator giving the floor: who had it loses it, the order of the others stays.
func (f Floor) Give(id string, now time.Time) Floor {
	if f.holder == id {
		return f.Tick(now)
	}
	return f.pass(id, now)
}

// Take is a moderator taking the floor from who has it: it passes to the next.
func (f Floor) Take(now time.Time) Floor { return f.advance(now) }

// TakeAll is a moderator clearing the floor and the order.
func (f Floor) TakeAll() Floor { return Floor{} }

// Tick passes the floor on when the turn is over. It returns f when there is nothing to do.
func (f Floor) Tick(now time.Time) Floor {
	if end, ok := f.Ends(); ok && !now.Before(end) {
		return f.advance(now)
	}
	return f
}

// advance passes the floor to the first who waits.
func (f Floor) advance(now time.Time) Floor {
	if len(f.next) == 0 {
		return Floor{}
	}
	return f.pass(f.next[0], now)
}

// pass makes somebody the holder, who then waits no more.
func (f Floor) pass(id string, now time.Time) Floor {
	q, _, _ := f.queue().take(id)
	return Floor{holder: id, since: now, next: q.entries}
}

// Equal compares two floors.
func (f Floor) Equal(other Floor) bool {
	return f.holder == other.holder && f.since.Equal(other.since) && slices.Equal(f.next, other.next)
}
