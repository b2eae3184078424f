package main

import (
	"context"
	"fmt"
	"time"

	"salon/test/bench/client"
)

const (
	maxLoss  = 0.5                    // percent that a server may lose at its highest rate
	recovery = 300 * time.Millisecond // after too much
	patience = 5 * time.Second        // for a server that estimates bandwidth to find that there is more
	glance   = 300 * time.Millisecond // how long the arriving rate is looked at meanwhile
	enough   = 0.995                  // of what is sent: it has found it, for all receivers
)

// saturation raises the publishers' rate until a server loses too much. The servers try one rate after the other in
// turns, so that both see the same machine.
func (b *bench) saturation(ctx context.Context, servers []*server) error {
	for _, s := range servers {
		if err := s.grow(ctx, saturated, false); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
	}
	searches, knees := make([]search, len(servers)), make([]turn, len(servers))
	b.poller.Spin(true)
	defer b.poller.Spin(false)
	for going := true; going; {
		going = false
		for i, s := range servers {
			rate := searches[i].next()
			if rate == 0 {
				continue
			}
			going = true
			t, err := s.at(ctx, rate, b.options.step)
			if err != nil {
				return err
			}
			ok := t.missing(saturated) <= maxLoss
			b.say("  %s %.0f/s: %.0f/s arrive, %.2f %% lost (%d by the client, %d frames left out), %.2f us", s.name, rate,
				float64(t.Received)/t.seconds, t.missing(saturated), t.Dropped, t.Left, t.micros())
			if searches[i].note(rate, float64(t.Sent)*saturated/t.seconds, ok) {
				knees[i] = t
			}
		}
	}
	return b.kneesFound(ctx, servers, searches, knees)
}

func (b *bench) kneesFound(ctx context.Context, servers []*server, searches []search, knees []turn) error {
	const scenario = "saturation"
	for i, s := range servers {
		if searches[i].passed == 0 {
			b.result.Notes = append(b.result.Notes, fmt.Sprintf("%s lost too much at %.0f packets per second already: its saturation is not known", s.name, searches[i].failed))
			continue
		}
		f, err := s.figures(ctx, scenario, &knees[i])
		if err != nil {
			return err
		}
		f.Loss = knees[i].missing(saturated)
		b.result.add(f)
		s.crowd.Pace(pace(searches[i].passed))
	}
	return b.profile(ctx, servers, scenario)
}

// at gives a server a turn at a rate of packets that leave it. The rate stays until the next.
func (s *server) at(ctx context.Context, rate float64, step time.Duration) (turn, error) {
	s.crowd.Pace(pace(rate))
	s.ramp(ctx)
	t, err := s.run(ctx, step)
	wait(ctx, recovery)
	return t, err
}

// ramp waits until the server forwards what is sent. One that estimates bandwidth does so only when its probes say that
// there is enough.
func (s *server) ramp(ctx context.Context) {
	s.crowd.Activate(true)
	defer s.crowd.Activate(false)
	s.crowd.Publish(true)
	for begun := time.Now(); time.Since(begun) < patience && ctx.Err() == nil; {
		before := s.crowd.Mark()
		wait(ctx, glance)
		w := s.crowd.Mark().Since(before)
		if float64(w.Received) >= enough*saturated*float64(w.Sent) {
			return
		}
	}
}

// pace is the interval between frames that makes a rate.
func pace(rate float64) time.Duration {
	frames := max(rate/saturated-float64(client.SoundPackets), 1) / client.FramePackets
	return time.Duration(float64(time.Second) / frames)
}
