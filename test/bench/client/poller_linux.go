package client

import (
	"fmt"
	"net/netip"
	"runtime"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"salon/test/bench/sockets"
)

const (
	restTime      = 50 * time.Microsecond // between rounds while nothing is measured: Pion needs the core
	restingRounds = 20 * time.Millisecond // how often the sockets of a crowd that rests are read
	sourceChecks  = 8                     // sockets that are read between two looks at the clock
)

// Poller owns the thread that reads all sockets and sends all media.
type Poller struct {
	address  netip.Addr
	requests chan func()
	done     chan struct{}
	running  sync.WaitGroup

	// The thread's own.
	reader   *sockets.Reader
	crowds   []*Crowd
	spinning bool
}

// NewPoller starts the thread. The sockets will be bound to the address.
func NewPoller(address netip.Addr) *Poller {
	p := &Poller{address: address, requests: make(chan func()), done: make(chan struct{}), reader: sockets.NewReader()}
	p.running.Go(p.run)
	return p
}

// Close ends the thread. All crowds must be closed.
func (p *Poller) Close() {
	close(p.done)
	p.running.Wait()
}

// do runs f on the thread and returns when it is done.
func (p *Poller) do(f func()) {
	finished := make(chan struct{})
	p.requests <- func() { f(); close(finished) }
	<-finished
}

// Spin says whether the thread takes all the time that nobody else wants. It should while something is measured: a
// reader that sleeps makes the sender pay for waking it.
func (p *Poller) Spin(on bool) { p.do(func() { p.spinning = on }) }

func (p *Poller) run() {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	for {
		select {
		case f := <-p.requests:
			f()
			continue
		case <-p.done:
			return
		default:
		}
		read := 0
		for _, c := range p.crowds {
			read += c.round(p.reader)
		}
		if p.spinning {
			_, _, _ = unix.RawSyscall(unix.SYS_SCHED_YIELD, 0, 0, 0)
		} else if read == 0 {
			rest := unix.NsecToTimespec(int64(restTime))
			_ = unix.Nanosleep(&rest, nil)
		}
	}
}

// Crowd is everybody who is connected to one server.
type Crowd struct {
	poller *Poller
	peers  []*Peer // in the order of their joins; its own goroutine's

	// The thread's own.
	links   []*link
	sources []*Source
	active  bool
	lookAt  time.Time
}

// NewCrowd returns an empty crowd. Its methods are for one goroutine.
func (p *Poller) NewCrowd() *Crowd {
	c := &Crowd{poller: p}
	p.do(func() { p.crowds = append(p.crowds, c) })
	return c
}

// Activate says whether the crowd is the one that is measured, or one that rests.
func (c *Crowd) Activate(on bool) { c.poller.do(func() { c.active = on }) }

// Close disconnects everybody.
func (c *Crowd) Close() error {
	c.Publish(false)
	var first error
	for _, p := range c.peers {
		if err := p.close(); err != nil && first == nil {
			first = fmt.Errorf("disconnect: %w", err)
		}
	}
	c.poller.do(func() {
		for i, other := range c.poller.crowds {
			if other == c {
				c.poller.crowds = append(c.poller.crowds[:i], c.poller.crowds[i+1:]...)
				break
			}
		}
		for _, l := range c.links {
			_ = l.socket.Close()
		}
	})
	return first
}

// round reads every socket once and sends what is due.
func (c *Crowd) round(r *sockets.Reader) (read int) {
	now := time.Now()
	if !c.active {
		if now.Before(c.lookAt) {
			return 0
		}
		c.lookAt = now.Add(restingRounds)
	}
	for i, l := range c.links {
		if i%sourceChecks == 0 {
			now = time.Now()
			for _, s := range c.sources {
				s.send(now)
			}
		}
		read += l.read(r)
		l.tick(now)
	}
	return read
}

// Sinks opens sockets whose packets are read and forgotten.
func (c *Crowd) Sinks(n int) ([]netip.AddrPort, error) {
	var addresses []netip.AddrPort
	for range n {
		l, err := newLink(c.poller.address, false)
		if err != nil {
			return nil, err
		}
		c.poller.do(func() { c.links = append(c.links, l) })
		addresses = append(addresses, l.socket.Local())
	}
	return addresses, nil
}
