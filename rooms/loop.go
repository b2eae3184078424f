package rooms

import (
	"context"
	"errors"
	"runtime/debug"
	"sync/atomic"
	"time"
)

// inboxSize bounds what waits for a room. Callers of call wait for a place; post gives up.
const inboxSize = 256

var (
	errEnded    = errors.New("the room has ended: join again")
	errPanicked = errors.New("the room could not carry this out: try again")
)

// loop runs closures and a ticker one at a time on one goroutine: whatever only they touch needs no lock.
type loop struct {
	inbox    chan func()
	ended    chan struct{}                 // closed by run, when the last closure has returned
	dropped  *atomic.Uint64                // posts that found the inbox full
	panicked func(value any, stack []byte) // called on the loop's goroutine

	// Owned by the loop's goroutine.
	tick     func(now time.Time)
	interval time.Duration
	stopping bool
}

func newLoop(interval time.Duration, tick func(now time.Time), dropped *atomic.Uint64, panicked func(any, []byte)) *loop {
	return &loop{
		inbox: make(chan func(), inboxSize), ended: make(chan struct{}),
		dropped: dropped, panicked: panicked, tick: tick, interval: interval,
	}
}

// run is the loop's goroutine. It returns after stop.
func (l *loop) run() {
	defer close(l.ended)
	interval := l.interval
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	for !l.stopping {
		select {
		case f := <-l.inbox:
			l.guard(f)
		case <-ticker.C:
			l.guard(func() { l.tick(time.Now()) }) // a late tick must not look into the past
		}
		if l.interval != interval {
			interval = l.interval
			ticker.Reset(interval)
		}
	}
}

// guard keeps one failing closure from ending every call on the server.
func (l *loop) guard(f func()) {
	defer func() {
		if v := recover(); v != nil {
			l.panicked(v, debug.Stack())
		}
	}()
	f()
}

// every sets the interval of the ticker. Only on the loop's goroutine.
func (l *loop) every(interval time.Duration) { l.interval = interval }

// stop ends the loop after the running closure; what still waits in the inbox is never run. Only on the loop's
// goroutine.
func (l *loop) stop() { l.stopping = true }

// post asks for f to run and never waits. It returns false, and counts, when the inbox is full or the loop has ended:
// use it only for what a later tick finds out by itself.
func (l *loop) post(f func()) bool {
	select {
	case <-l.ended:
		return false
	default:
	}
	select {
	case l.inbox <- f:
		return true
	default:
		l.dropped.Add(1)
		return false
	}
}

// call runs f and returns its error. Another error (errEnded, errPanicked, the context's) means that f has not run to
// its end, and unless it panicked it never began.
func (l *loop) call(ctx context.Context, f func() error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	c := &pendingCall{f: f, done: make(chan struct{}), err: errPanicked}
	select {
	case l.inbox <- c.run:
	case <-ctx.Done():
		return ctx.Err()
	case <-l.ended:
		return errEnded
	}
	select {
	case <-c.done:
	case <-l.ended:
		if c.claimed.CompareAndSwap(false, true) {
			return errEnded
		}
	case <-ctx.Done():
		if c.claimed.CompareAndSwap(false, true) {
			return ctx.Err()
		}
	}
	<-c.done
	return c.err
}

// pendingCall is a call in the inbox. Either the loop claims it, to run it, or the caller, to give it up.
type pendingCall struct {
	f       func() error
	claimed atomic.Bool
	done    chan struct{}
	err     error // written before done is closed
}

func (c *pendingCall) run() {
	if !c.claimed.CompareAndSwap(false, true) {
		return
	}
	defer close(c.done)
	c.err = c.f()
}
