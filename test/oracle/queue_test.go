package oracle

import (
	"container/heap"
	"time"
)

// event is something that arrives.
type event struct {
	at    time.Time
	order int // of those that arrive at the same instant
	run   func(at time.Time)
}

// queue is what is on its way, by arrival.
type queue struct {
	events []event
	count  int
}

// add puts something on its way.
func (q *queue) add(at time.Time, run func(time.Time)) {
	q.count++
	heap.Push(q, event{at, q.count, run})
}

// runUntil lets arrive what is due, at its own time.
func (q *queue) runUntil(end time.Time) {
	for len(q.events) > 0 && !q.events[0].at.After(end) {
		e := heap.Pop(q).(event)
		time.Sleep(time.Until(e.at))
		e.run(e.at)
	}
	time.Sleep(time.Until(end))
}

// Len implements heap.Interface.
func (q *queue) Len() int { return len(q.events) }

// Less implements heap.Interface.
func (q *queue) Less(i, j int) bool {
	a, b := q.events[i], q.events[j]
	return a.at.Before(b.at) || a.at.Equal(b.at) && a.order < b.order
}

// Swap implements heap.Interface.
func (q *queue) Swap(i, j int) { q.events[i], q.events[j] = q.events[j], q.events[i] }

// Push implements heap.Interface.
func (q *queue) Push(e any) { q.events = append(q.events, e.(event)) }

// Pop implements heap.Interface.
func (q *queue) Pop() any {
	last := q.events[len(q.events)-1]
	q.events = q.events[:len(q.events)-1]
	return last
}
