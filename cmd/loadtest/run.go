package main

import (
	"context"
	"syscall"
	"time"

	"salon/cmd/loadtest/participant"
)

// settleTime is how long the server gets to free what left, before it is looked at for the last time.
const settleTime = 3 * time.Second

// run plays the scenario: join, measure, leave. An interrupt (ctx) ends it early; the report says so.
func run(ctx context.Context, o options) (*report, error) {
	before, err := figures(ctx, o)
	if err != nil {
		return nil, err
	}
	c := newCrowd(o)
	defer c.empty()
	c.fill(ctx)
	wait(ctx, o.settle)
	begin, err := figures(ctx, o)
	if err != nil {
		return nil, err
	}
	cpu, first, videos := cpuTime(), c.now(), c.videos()
	if o.joins > 0 {
		c.churn(ctx)
	} else {
		wait(ctx, o.duration)
	}
	end, err := figures(ctx, o)
	if err != nil {
		return nil, err
	}
	seconds, last := end.at.Sub(begin.at).Seconds(), c.now()
	r := &report{
		URL: o.url, Rooms: o.rooms, Participants: o.participants(), Seconds: seconds, Media: media(&first, &last, seconds),
		ClientCPU: (cpuTime() - cpu).Seconds() / seconds, Interrupted: ctx.Err() != nil,
	}
	r.Savings = savingsBetween(videos, c.videos(), o.publishers+o.subscribers, seconds)
	c.empty()
	r.Joins = c.joins()
	return r, r.addServer(ctx, o, before, begin, end)
}

// figures reads the server's metrics, if there are any; an interrupt does not stop that.
func figures(ctx context.Context, o options) (sample, error) {
	if o.metrics == "" {
		return sample{at: time.Now()}, nil
	}
	return scrape(context.WithoutCancel(ctx), o.metrics)
}

// addServer looks at the server for the last time, after it had time to settle.
func (r *report) addServer(ctx context.Context, o options, before, begin, end sample) error {
	if o.metrics == "" {
		return nil
	}
	wait(ctx, settleTime)
	after, err := figures(ctx, o)
	if err != nil {
		return err
	}
	sharing := o.participants()
	if o.joins > 0 {
		sharing = 0
	}
	r.Server = serverFigures(before, begin, end, after, sharing)
	return nil
}

// churn lets participants come and go one after the other, each until it sees the first picture.
func (c *crowd) churn(ctx context.Context) {
	for i := range c.options.joins {
		if ctx.Err() != nil {
			return
		}
		p, err := c.join(ctx, member{room: i % c.options.rooms, index: i})
		if err != nil {
			continue
		}
		if _, video := c.options.slots(); video > 0 {
			patience, cancel := context.WithTimeout(ctx, joinTimeout)
			_, _ = p.Await(patience, func(s participant.Stats, _ participant.State) bool { return !s.Times.FirstFrame.IsZero() })
			cancel()
		}
		c.leave(p, c.options.vanish > 0 && i%c.options.vanish == c.options.vanish-1)
	}
}

func wait(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// cpuTime returns how much this process has used.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
