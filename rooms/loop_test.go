package rooms

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

type testLoop struct {
	*loop
	dropped atomic.Uint64
	panics  int
	ticks   []time.Time
}

func startLoop(interval time.Duration) *testLoop {
	l := &testLoop{}
	l.loop = newLoop(interval, func(now time.Time) { l.ticks = append(l.ticks, now) }, &l.dropped, func(any, []byte) { l.panics++ })
	go l.run()
	return l
}

func (l *testLoop) end(t *testing.T) {
	t.Helper()
	if err := l.call(context.Background(), func() error { l.stop(); return nil }); err != nil {
		t.Fatal(err)
	}
	<-l.ended
}

func TestLoopRunsOneAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := startLoop(time.Second)
		n := 0 // no lock: the race detector watches
		var callers sync.WaitGroup
		for range 50 {
			callers.Go(func() {
				for range 20 {
					if err := l.call(t.Context(), func() error { n++; return nil }); err != nil {
						t.Error(err)
					}
				}
			})
		}
		callers.Wait()
		l.end(t)
		if n != 1000 {
			t.Errorf("ran %d of 1000", n)
		}
	})
}

func TestLoopReturnsTheClosuresError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := startLoop(time.Second)
		want := errors.New("refused")
		if err := l.call(t.Context(), func() error { return want }); err != want {
			t.Errorf("got %v", err)
		}
		l.end(t)
	})
}

func TestLoopSurvivesAPanic(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := startLoop(time.Second)
		if err := l.call(t.Context(), func() error { panic("broken") }); err != errPanicked {
			t.Errorf("got %v", err)
		}
		l.post(func() { panic("broken") })
		if err := l.call(t.Context(), func() error { return nil }); err != nil {
			t.Errorf("after a panic: %v", err)
		}
		l.end(t)
		if l.panics != 2 {
			t.Errorf("%d panics reported, want 2", l.panics)
		}
	})
}

func TestLoopChangesItsInterval(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := startLoop(time.Second)
		begin := time.Now()
		<-time.After(2500 * time.Millisecond)
		l.call(t.Context(), func() error { l.every(100 * time.Millisecond); return nil })
		<-time.After(350 * time.Millisecond)
		l.end(t)
		var got []time.Duration
		for _, at := range l.ticks {
			got = append(got, at.Sub(begin))
		}
		want := []time.Duration{1e9, 2e9, 2600e6, 2700e6, 2800e6}
		if len(got) != len(want) {
			t.Fatalf("ticks at %v, want %v", got, want)
		}
		for i := range want {
			if got[i] != want[i] {
				t.Errorf("tick %d at %v, want %v", i, got[i], want[i])
			}
		}
	})
}

// hold occupies the loop until the returned function is called.
func hold(l *loop) (release func()) {
	gate, running := make(chan struct{}), make(chan struct{})
	l.post(func() { close(running); <-gate })
	<-running
	return func() { close(gate) }
}

func TestPostNeverWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := startLoop(time.Hour)
		release := hold(l.loop)
		ran := 0
		for i := range inboxSize + 10 {
			if accepted := l.post(func() { ran++ }); accepted != (i < inboxSize) {
				t.Fatalf("post %d accepted: %v", i, accepted)
			}
		}
		release()
		l.end(t)
		if ran != inboxSize || l.dropped.Load() != 10 {
			t.Errorf("ran %d, dropped %d", ran, l.dropped.Load())
		}
		if l.post(func() {}) {
			t.Error("post was accepted by a loop that has ended")
		}
	})
}

func TestCallGivesUpWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := startLoop(time.Hour)
		release := hold(l.loop)
		ctx, cancel := context.WithCancel(t.Context())
		ran := false
		result := make(chan error)
		go func() { result <- l.call(ctx, func() error { ran = true; return nil }) }()
		synctest.Wait()
		cancel()
		if err := <-result; err != context.Canceled {
			t.Errorf("got %v", err)
		}
		release()
		l.end(t)
		if ran {
			t.Error("a call that was given up ran")
		}
		if err := l.call(ctx, func() error { return nil }); err != context.Canceled {
			t.Errorf("with a dead context: %v", err)
		}
	})
}

func TestCallWaitsForWhatHasBegun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := startLoop(time.Hour)
		ctx, cancel := context.WithCancel(t.Context())
		gate := make(chan struct{})
		result := make(chan error)
		go func() { result <- l.call(ctx, func() error { <-gate; return nil }) }()
		synctest.Wait()
		cancel()
		synctest.Wait()
		select {
		case err := <-result:
			t.Errorf("returned %v while the closure was running", err)
		default:
		}
		close(gate)
		if err := <-result; err != nil {
			t.Errorf("the closure ran, but call said %v", err)
		}
		l.end(t)
	})
}

func TestCallAfterTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := startLoop(time.Hour)
		release := hold(l.loop)
		l.post(l.stop)
		results := make(chan error, 5)
		for range 5 {
			go func() { results <- l.call(t.Context(), func() error { return nil }) }()
		}
		synctest.Wait()
		release()
		for range 5 {
			if err := <-results; err != errEnded {
				t.Errorf("queued behind the end: %v", err)
			}
		}
		if err := l.call(t.Context(), func() error { return nil }); err != errEnded {
			t.Errorf("after the end: %v", err)
		}
	})
}
