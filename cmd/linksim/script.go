package main

import (
	"context"
	"time"

	"salon/cmd/linksim/link"
)

// play begins a script now and ends the one before, whose settings stay.
func (r *relay) play(s link.Script) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ctx.Err() != nil {
		return
	}
	r.script()
	ctx, cancel := context.WithCancel(r.ctx)
	r.script, r.totals.StepsApplied, r.totals.StepsNoClient = cancel, 0, 0
	start := r.clock()
	r.running.Go(func() {
		defer cancel()
		timer := time.NewTimer(0)
		defer timer.Stop()
		for _, step := range s.Steps {
			timer.Reset(start + time.Duration(step.At) - r.clock())
			select {
			case <-ctx.Done():
				return
			case <-timer.C:
				r.step(ctx, step)
			}
		}
	})
}

// step applies one, unless another script has begun meanwhile.
func (r *relay) step(ctx context.Context, s link.Step) {
	if ctx.Err() != nil {
		return
	}
	err := r.apply(s.Change)
	r.mu.Lock()
	defer r.mu.Unlock()
	if ctx.Err() == nil { // the counts are the newest script's
		r.totals.StepsApplied++
		if err != nil {
			r.totals.StepsNoClient++
		}
	}
}
