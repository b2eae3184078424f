package main

import (
	"context"
	"sync"
	"time"

	"salon/cmd/linksim/link"
)

// pipe moves packets through a link in real time: put from any goroutine, run sends what departs.
type pipe struct {
	clock func() time.Duration // monotonic
	send  func([]byte) error   // called by run only
	wake  chan struct{}        // capacity 1: the next departure may be another one

	mu     sync.Mutex // guards the rest; nothing is sent under it
	link   *link.Link
	failed uint64        // packets that the socket refused
	late   time.Duration // most that a packet was sent after its departure
}

// direction is a pipe's state for /stats.
type direction struct {
	Settings link.Settings `json:"settings"`
	link.Stats
	SendFailed uint64        `json:"send_failed"`
	Late       link.Duration `json:"late_max"` // most that this machine was late; more than 2 ms spoils a measurement
}

func newPipe(l *link.Link, clock func() time.Duration, send func([]byte) error) *pipe {
	return &pipe{clock: clock, send: send, wake: make(chan struct{}, 1), link: l}
}

// run sends departing packets until the context ends; what is still on the link then is discarded.
func (p *pipe) run(ctx context.Context) {
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		if wait, any := p.deliver(); any {
			timer.Reset(wait)
		} else {
			timer.Stop()
		}
		select {
		case <-ctx.Done():
			return
		case <-p.wake:
		case <-timer.C:
		}
	}
}

// deliver sends what is due, and says how long nothing will be.
func (p *pipe) deliver() (wait time.Duration, any bool) {
	for {
		p.mu.Lock()
		now := p.clock()
		packet, due := p.link.Depart(now)
		if due {
			p.late = max(p.late, now-packet.Departs)
		}
		next, any := p.link.Next()
		p.mu.Unlock()
		if !due {
			return next - now, any
		}
		if err := p.send(packet.Data); err != nil {
			p.mu.Lock()
			p.failed++
			p.mu.Unlock()
		}
	}
}

// put lets a packet arrive. The pipe keeps data.
func (p *pipe) put(data []byte) {
	p.mu.Lock()
	p.link.Arrive(p.clock(), data)
	p.mu.Unlock()
	p.stir()
}

// change patches the settings.
func (p *pipe) change(patch link.Patch) {
	p.mu.Lock()
	p.link.Set(p.clock(), patch.Apply(p.link.Settings()))
	p.mu.Unlock()
	p.stir()
}

func (p *pipe) stir() {
	select {
	case p.wake <- struct{}{}:
	default: // run will look anyway
	}
}

func (p *pipe) direction() direction {
	p.mu.Lock()
	defer p.mu.Unlock()
	return direction{Settings: p.link.Settings(), Stats: p.link.Stats(), SendFailed: p.failed, Late: link.Duration(p.late)}
}
