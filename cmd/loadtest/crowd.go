package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"salon/cmd/loadtest/participant"
	"salon/signaling/protocol"
)

const (
	joinTimeout   = 20 * time.Second
	leaveTimeout  = 5 * time.Second
	parallelJoins = 32 // at the same time; more would measure this process
)

// crowd is everybody who is in a room now, and how the joins went. Safe for concurrent use.
type crowd struct {
	options options
	run     string // makes the rooms' names new in every run

	mu         sync.Mutex // leaf; guards what follows
	people     []*participant.Participant
	publishing map[int]int // publishers that are there, by room
	gone       totals      // of those who left
	ok         int
	reasons    map[string]int
	took       participant.Histogram
	firstFrame participant.Histogram
	shown      participant.Histogram
	sees       map[*participant.Participant]bool // somebody published already when it joined
}

func newCrowd(o options) *crowd {
	return &crowd{
		options: o, run: fmt.Sprintf("%x", time.Now().UnixNano()&0xffffff), publishing: map[int]int{}, reasons: map[string]int{},
		sees: map[*participant.Participant]bool{},
	}
}

// member is somebody who is to join.
type member struct {
	room, index int
	publishes   bool
}

// members lists everybody, room by room in turn, publishers first, so that rooms fill up evenly.
func (o *options) members() []member {
	var all []member
	for index := range o.publishers + o.subscribers {
		for room := range o.rooms {
			all = append(all, member{room: room, index: index, publishes: index < o.publishers})
		}
	}
	return all
}

// fill lets everybody join, spread over the ramp. It returns when all have joined or failed.
func (c *crowd) fill(ctx context.Context) {
	members := c.options.members()
	var joining sync.WaitGroup
	seats := make(chan struct{}, parallelJoins)
	begin := time.Now()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for i, m := range members {
		timer.Reset(time.Until(begin.Add(c.options.ramp * time.Duration(i) / time.Duration(len(members)))))
		select {
		case <-timer.C:
		case <-ctx.Done():
		}
		if ctx.Err() != nil {
			break
		}
		seats <- struct{}{}
		joining.Go(func() {
			defer func() { <-seats }()
			_, _ = c.join(ctx, m) // a failure is in the report
		})
	}
	joining.Wait()
}

// join lets one member join and notes how it went.
func (c *crowd) join(ctx context.Context, m member) (*participant.Participant, error) {
	ctx, cancel := context.WithTimeout(ctx, joinTimeout)
	defer cancel()
	c.mu.Lock()
	sees := c.publishing[m.room] > 0
	c.mu.Unlock()
	p, err := participant.Join(ctx, c.participantOptions(m))
	c.mu.Lock()
	defer c.mu.Unlock()
	if err != nil {
		c.reasons[reason(err)]++
		return nil, err
	}
	c.ok++
	times := p.Stats().Times
	c.took.Add(times.Connected.Sub(times.Began))
	c.people, c.sees[p] = append(c.people, p), sees
	if m.publishes {
		c.publishing[m.room]++
	}
	return p, nil
}

func (c *crowd) participantOptions(m member) participant.Options {
	audio, video := c.options.slots()
	o := participant.Options{
		URL: c.options.url, Room: fmt.Sprintf("load-%s-%d", c.run, m.room), Name: fmt.Sprintf("load %d", m.index),
		Publish:    participant.Publish{Microphone: m.publishes, Camera: m.publishes},
		AudioSlots: max(audio, 1), VideoSlots: video, Layers: participant.DefaultLayers(c.options.videoKbps), NACK: c.options.nack,
		AllEncodings: c.options.all, PLIs: c.options.plis,
	}
	if video > 0 {
		o.AutoView = &participant.AutoView{
			Width: c.options.tile.width, Height: c.options.tile.height, BigWidth: c.options.big.width, BigHeight: c.options.big.height,
		}
	}
	return o
}

// reason makes failures countable: without the participant's name and without port numbers.
func reason(err error) string {
	var refusal protocol.Error
	switch {
	case errors.As(err, &refusal):
		return refusal.Error()
	case errors.Is(err, participant.ErrSessionLost):
		return participant.ErrSessionLost.Error()
	}
	if inner := errors.Unwrap(err); inner != nil {
		err = inner
	}
	return err.Error()
}

// now returns the sums over everybody, those included who left.
func (c *crowd) now() totals {
	c.mu.Lock()
	people := append([]*participant.Participant(nil), c.people...)
	sum := totals{}
	sum.merge(&c.gone)
	c.mu.Unlock()
	for _, p := range people {
		s := p.Stats()
		sum.add(&s)
	}
	return sum
}

// leave lets one member leave, or vanish, and keeps its figures.
func (c *crowd) leave(p *participant.Participant, vanish bool) {
	ctx, cancel := context.WithTimeout(context.Background(), leaveTimeout) // also after an interrupt: others see it leave
	defer cancel()
	if !vanish {
		_ = p.Leave(ctx) // what counts is that the server forgets it: the report shows what stays behind
	}
	s := p.Stats()
	_ = p.Close()
	c.mu.Lock()
	defer c.mu.Unlock()
	for i := range c.people {
		if c.people[i] == p {
			c.people = append(c.people[:i], c.people[i+1:]...)
			break
		}
	}
	c.gone.add(&s)
	if first := s.Times.FirstFrame; c.sees[p] && !first.IsZero() {
		c.firstFrame.Add(first.Sub(s.Times.Began))
		c.shown.Add(max(0, first.Sub(s.Times.Connected)))
	}
	delete(c.sees, p)
}

// empty lets everybody leave.
func (c *crowd) empty() {
	c.mu.Lock()
	people := append([]*participant.Participant(nil), c.people...)
	c.mu.Unlock()
	var leaving sync.WaitGroup
	seats := make(chan struct{}, parallelJoins)
	for _, p := range people {
		seats <- struct{}{}
		leaving.Go(func() {
			defer func() { <-seats }()
			c.leave(p, false)
		})
	}
	leaving.Wait()
}

// joins returns how the joins went. First frames are known of those who left.
func (c *crowd) joins() joinReport {
	c.mu.Lock()
	defer c.mu.Unlock()
	r := joinReport{OK: c.ok, Reasons: c.reasons, Took: spreadOf(&c.took), FirstFrame: spreadOf(&c.firstFrame), Shown: spreadOf(&c.shown)}
	for _, n := range c.reasons {
		r.Failed += n
	}
	return r
}
