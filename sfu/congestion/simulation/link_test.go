package simulation

import (
	"math/rand/v2"
	"time"
)

// step is a change of the capacity.
type step struct {
	at   time.Duration
	rate int // bit/s
}

// link is a bottleneck: one queue that drops what does not fit, served at a rate that changes by schedule, and behind
// it random loss and jitter. Propagation delay belongs to the flows.
type link struct {
	clock    *clock
	random   *rand.Rand
	schedule []step
	limit    int           // bytes that may wait
	loss     float64       // 0..1
	jitter   time.Duration // added uniformly from 0; packets keep their order unless reorder is set
	reorder  bool
	queue    []packet
	waiting  int // bytes
	busy     bool
	latest   map[any]time.Duration // by flow: the last delivery
	dropped  int
}

type packet struct {
	size    int
	entered time.Duration
	flow    any
	deliver func(waited time.Duration)
}

// rate returns the capacity at a time.
func (l *link) rate(at time.Duration) int {
	r := l.schedule[0].rate
	for _, s := range l.schedule {
		if s.at <= at {
			r = s.rate
		}
	}
	return r
}

// capacity returns the bytes that the link could carry between two times.
func (l *link) capacity(from, to time.Duration) float64 {
	var bytes float64
	const slice = 10 * time.Millisecond
	for at := from; at < to; at += slice {
		bytes += float64(l.rate(at)) / 8 * slice.Seconds()
	}
	return bytes
}

// send takes a packet of a flow; deliver is called when it comes out, after the propagation delay, with the time that it
// waited in the queue, its own transmission included.
func (l *link) send(size int, flow any, propagation time.Duration, deliver func(waited time.Duration)) {
	if l.waiting+size > l.limit && l.busy {
		l.dropped++
		return
	}
	l.waiting += size
	l.queue = append(l.queue, packet{size, l.clock.now, flow, func(waited time.Duration) {
		if l.random.Float64() < l.loss {
			return
		}
		at := l.clock.now + propagation
		if l.jitter > 0 {
			at += time.Duration(l.random.Int64N(int64(l.jitter)))
		}
		if !l.reorder {
			at = max(at, l.latest[flow])
			l.latest[flow] = at
		}
		l.clock.after(at-l.clock.now, func() { deliver(waited) })
	}})
	if !l.busy {
		l.serve()
	}
}

// serve transmits the first packet of the queue. With no capacity at all it looks again soon.
func (l *link) serve() {
	if len(l.queue) == 0 {
		l.busy = false
		return
	}
	l.busy = true
	r := l.rate(l.clock.now)
	if r == 0 {
		l.clock.after(10*time.Millisecond, l.serve)
		return
	}
	p := l.queue[0]
	l.clock.after(time.Duration(float64(p.size*8)/float64(r)*float64(time.Second)), func() {
		l.queue = l.queue[1:]
		l.waiting -= p.size
		p.deliver(l.clock.now - p.entered)
		l.serve()
	})
}
