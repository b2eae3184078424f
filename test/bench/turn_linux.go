package main

import (
	"context"
	"time"

	"salon/test/bench/client"
)

const (
	warmUp = 400 * time.Millisecond // before anything is counted: caches, and what a pause stopped
	drain  = 80 * time.Millisecond  // for what is under way to arrive
)

// turn is what a server did while it had a turn.
type turn struct {
	client.Window
	cpu     time.Duration
	seconds float64
}

func (t *turn) add(other turn) {
	t.cpu += other.cpu
	t.seconds += other.seconds
	t.Sent += other.Sent
	t.Received += other.Received
	t.Repair += other.Repair
	t.Lost += other.Lost
	t.Dropped += other.Dropped
	t.Left += other.Left
	t.Delays = append(t.Delays, other.Delays...)
}

// micros is the CPU time of one forwarded packet in microseconds.
func (t *turn) micros() float64 { return float64(t.cpu.Nanoseconds()) / 1000 / float64(t.Received) }

// missing is the share of the packets that should have arrived at each of n receivers and did not, in percent.
func (t *turn) missing(n int) float64 {
	expected := float64(t.Sent) * float64(n)
	return max(0, 100*(expected-float64(t.Received))/expected)
}

// gaps is the share of packets that are missing between those that arrived, in percent.
func (t *turn) gaps() float64 { return 100 * float64(t.Lost) / float64(t.Lost+t.Received) }

// run gives a server a turn. Nothing is under way when it begins, and nothing when it ends; the CPU time of the whole
// is counted.
func (s *server) run(ctx context.Context, duration time.Duration) (turn, error) {
	s.crowd.Activate(true)
	defer s.crowd.Activate(false)
	s.crowd.Publish(true)
	wait(ctx, warmUp)
	s.crowd.Publish(false)
	wait(ctx, drain)
	before, err := s.cpu()
	if err != nil {
		return turn{}, err
	}
	begin, at := s.crowd.Mark(), time.Now()
	s.crowd.Publish(true)
	wait(ctx, duration)
	s.crowd.Publish(false)
	t := turn{seconds: time.Since(at).Seconds()}
	wait(ctx, drain)
	after, err := s.cpu()
	if err != nil {
		return turn{}, err
	}
	t.Window, t.cpu = s.crowd.Mark().Since(begin), after-before
	return t, ctx.Err()
}

func wait(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
