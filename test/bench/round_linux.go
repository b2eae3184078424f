package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"salon/test/bench/client"
	"salon/test/bench/place"
	"salon/test/bench/stats"
)

const (
	saturated  = 50 // receivers
	meetingOf  = 8
	settle     = 700 * time.Millisecond // after joins
	floorSinks = 50
	// decryptsEach-th receiver decrypts what it gets, to measure delay; the first ten hold two.
	decryptsEach = 9
)

// bench measures round by round.
type bench struct {
	options  *options
	place    *place.Place
	poller   *client.Poller
	progress io.Writer
	result   result
}

// round measures everything once. The servers take turns in each scenario, and the order of the turns alternates.
func (b *bench) round(ctx context.Context, number int) error {
	for _, part := range []struct {
		name string
		run  func(context.Context, []*server) error
	}{{partFanOut, b.fanOut}, {partSaturation, b.saturation}, {partMeeting, b.meeting}} {
		if !b.options.measures(part.name) {
			continue
		}
		if err := b.measureFloor(ctx); err != nil {
			return err
		}
		b.say("round %d: %s", number, part.name)
		names := b.options.names()
		if number%2 == 0 {
			slices.Reverse(names)
		}
		if err := b.with(ctx, names, part.run); err != nil {
			return fmt.Errorf("%s: %w", part.name, err)
		}
	}
	if b.options.only == partFloor {
		return b.measureFloor(ctx)
	}
	return nil
}

func (b *bench) say(format string, values ...any) {
	_, _ = fmt.Fprintf(b.progress, format+"\n", values...)
}

// with starts servers for f and stops them.
func (b *bench) with(ctx context.Context, names []string, f func(context.Context, []*server) error) (err error) {
	var servers []*server
	defer func() {
		b.poller.Spin(false)
		for _, s := range servers {
			err = errors.Join(err, s.stop())
		}
	}()
	for _, name := range names {
		s, err := start(ctx, b.place, b.options, b.poller, name)
		if err != nil {
			return err
		}
		servers = append(servers, s)
	}
	return f(ctx, servers)
}

// measureFloor runs the floor program where servers run.
func (b *bench) measureFloor(ctx context.Context) error {
	sinks := b.poller.NewCrowd()
	defer func() { _ = sinks.Close() }()
	addresses, err := sinks.Sinks(floorSinks)
	if err != nil {
		return err
	}
	var to []string
	for _, a := range addresses {
		to = append(to, a.String())
	}
	sinks.Activate(true)
	b.poller.Spin(true)
	defer b.poller.Spin(false)
	c := b.place.Command(ctx, b.place.Program(), floorCommand, "-address", b.place.Server.String(), "-to", strings.Join(to, ","),
		"-duration", b.options.floor.String())
	c.Stderr = os.Stderr
	text, err := c.Output()
	if err != nil {
		return fmt.Errorf("the floor program: %w", err)
	}
	measured := map[string]float64{}
	if err := json.Unmarshal(text, &measured); err != nil {
		return fmt.Errorf("the floor program: %w", err)
	}
	b.result.Floor = append(b.result.Floor, measured)
	return nil
}

// fanOut grows the crowds of both servers step by step and measures each size.
func (b *bench) fanOut(ctx context.Context, servers []*server) error {
	for _, n := range b.options.crowds {
		for _, s := range servers {
			if err := s.grow(ctx, n, true); err != nil {
				return fmt.Errorf("%s: %w", s.name, err)
			}
		}
		scenario := fmt.Sprintf("x %d", n)
		turns, err := b.takeTurns(ctx, servers)
		if err != nil {
			return err
		}
		for i, s := range servers {
			f, err := s.figures(ctx, scenario, &turns[i])
			if err != nil {
				return err
			}
			f.Loss = turns[i].missing(n)
			b.result.add(f)
		}
		if err := b.profile(ctx, servers, scenario); err != nil {
			return err
		}
	}
	return nil
}

// grow lets receivers join one after the other until there are n.
func (s *server) grow(ctx context.Context, n int, delays bool) error {
	s.crowd.Activate(true)
	defer s.crowd.Activate(false)
	if s.members == 0 {
		if err := s.crowd.Publisher(ctx, s.door); err != nil {
			return err
		}
		s.members++
	}
	s.crowd.Publish(true)
	defer s.crowd.Publish(false)
	s.joins = nil
	for ; s.members <= n; s.members++ {
		took, err := s.crowd.Receiver(ctx, s.door, delays && s.members%decryptsEach == 0)
		if err != nil {
			return err
		}
		s.joins = append(s.joins, took)
	}
	wait(ctx, settle)
	return ctx.Err()
}

// takeTurns lets the servers take turns, forwards and then backwards.
func (b *bench) takeTurns(ctx context.Context, servers []*server) ([]turn, error) {
	b.poller.Spin(true)
	defer b.poller.Spin(false)
	turns := make([]turn, len(servers))
	for n := range b.options.turns {
		for i := range servers {
			if n%2 == 1 {
				i = len(servers) - 1 - i
			}
			t, err := servers[i].run(ctx, b.options.slice)
			if err != nil {
				return nil, err
			}
			turns[i].add(t)
		}
	}
	return turns, nil
}

// figures makes of a turn what is reported, save the loss.
func (s *server) figures(ctx context.Context, scenario string, t *turn) (figures, error) {
	each, err := s.each(ctx)
	return figures{
		Server: s.name, Scenario: scenario, PacketsPerSecond: float64(t.Received) / t.seconds, Micros: t.micros(),
		DelayP50: millis(stats.Percentile(t.Delays, 50)), DelayP99: millis(stats.Percentile(t.Delays, 99)),
		JoinP50: millis(stats.Percentile(s.joins, 50)), JoinP95: millis(stats.Percentile(s.joins, 95)),
		KiB: each.kib, Goroutines: each.goroutines, ClientDropped: t.Dropped, ClientLeft: t.Left, Repair: t.Repair,
	}, err
}

func millis(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// meeting measures a meeting in which everybody receives everybody.
func (b *bench) meeting(ctx context.Context, servers []*server) error {
	for _, s := range servers {
		if err := s.meet(ctx); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
	}
	scenario := fmt.Sprintf("%d x %d", meetingOf, meetingOf)
	turns, err := b.takeTurns(ctx, servers)
	if err != nil {
		return err
	}
	for i, s := range servers {
		f, err := s.figures(ctx, scenario, &turns[i])
		if err != nil {
			return err
		}
		f.Loss = turns[i].gaps()
		b.result.add(f)
	}
	return b.profile(ctx, servers, scenario)
}

func (s *server) meet(ctx context.Context) error {
	s.crowd.Activate(true)
	defer s.crowd.Activate(false)
	for ; s.members < meetingOf; s.members++ {
		var err error
		if s.name == bareName {
			err = s.crowd.Member(ctx, s.door, s.members, meetingOf)
		} else {
			err = s.meeting.Member(ctx, s.crowd, s.members, meetingOf)
		}
		if err != nil {
			return err
		}
	}
	s.crowd.Publish(true)
	defer s.crowd.Publish(false)
	if s.name != bareName {
		if err := s.meeting.Look(ctx); err != nil {
			return err
		}
	}
	wait(ctx, settle)
	return ctx.Err()
}

// profile writes a CPU profile of Salon under the load of a scenario, when that is wanted.
func (b *bench) profile(ctx context.Context, servers []*server, scenario string) error {
	if b.options.profiles == "" {
		return nil
	}
	b.poller.Spin(true)
	defer b.poller.Spin(false)
	for _, s := range servers {
		if s.name != salonName {
			continue
		}
		s.crowd.Activate(true)
		s.crowd.Publish(true)
		text, err := get(ctx, s.Metrics+"/debug/pprof/profile?seconds=8")
		s.crowd.Publish(false)
		s.crowd.Activate(false)
		if err != nil {
			return fmt.Errorf("profile %s: %w", s.name, err)
		}
		file := strings.ReplaceAll(scenario, " ", "") + ".pprof"
		if err := os.WriteFile(filepath.Join(b.options.profiles, file), text, 0o644); err != nil {
			return err
		}
	}
	return nil
}
