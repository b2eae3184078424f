package simulation

import (
	"container/heap"
	"time"
)

// epoch is when every simulation begins.
var epoch = time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)

// clock runs events in the order of their time; equal times in the order in which they were added.
type clock struct {
	now    time.Duration
	events events
	added  uint64
}

type event struct {
	at    time.Duration
	order uint64
	do    func()
}

func (c *clock) after(d time.Duration, do func()) {
	c.added++
	heap.Push(&c.events, event{c.now + max(0, d), c.added, do})
}

// every runs do now and then always after the interval that it returns.
func (c *clock) every(do func() time.Duration) {
	c.after(do(), func() { c.every(do) })
}

// run lets the time pass until it is this late.
func (c *clock) run(until time.Duration) {
	for len(c.events) > 0 && c.events[0].at <= until {
		e := heap.Pop(&c.events).(event)
		c.now = e.at
		e.do()
	}
	c.now = until
}

// time is the clock as an Estimator sees it.
func (c *clock) time() time.Time { return epoch.Add(c.now) }

type events []event

func (e events) Len() int      { return len(e) }
func (e events) Swap(i, j int) { e[i], e[j] = e[j], e[i] }
func (e events) Less(i, j int) bool {
	return e[i].at < e[j].at || e[i].at == e[j].at && e[i].order < e[j].order
}
func (e *events) Push(x any) { *e = append(*e, x.(event)) }
func (e *events) Pop() any {
	last := len(*e) - 1
	x := (*e)[last]
	(*e)[last] = event{}
	*e = (*e)[:last]
	return x
}
