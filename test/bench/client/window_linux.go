package client

import (
	"sync"
	"time"

	"github.com/pion/rtp"
)

// Window is what a crowd received between two marks.
type Window struct {
	Sent     uint64 // packets of media by all publishers
	Received uint64 // by all receivers, and the next two
	Repair   uint64 // retransmissions and probes
	Lost     uint64 // gaps between sequence numbers
	Dropped  uint64 // by this process' sockets: the client was too slow
	Left     uint64 // frames that were due and not sent: the client was too slow
	Delays   []time.Duration
}

// Publish begins or ends sending, for all publishers.
func (c *Crowd) Publish(on bool) {
	c.poller.do(func() {
		for _, s := range c.sources {
			s.turn(on)
		}
	})
}

// Pace sets the interval between two frames of every publisher.
func (c *Crowd) Pace(interval time.Duration) {
	c.poller.do(func() {
		for _, s := range c.sources {
			s.interval, s.frameDue = interval, time.Now()
		}
	})
}

// Mark returns the sums since the beginning, and begins a new collection of delays.
func (c *Crowd) Mark() Window {
	var w Window
	c.poller.do(func() {
		for _, s := range c.sources {
			w.Sent += s.sent
			w.Left += s.left
		}
		for _, l := range c.links {
			w.Received += l.packets
			w.Repair += l.repair
			w.Dropped += uint64(l.socket.Drops())
			for i := range l.streams {
				w.Lost += uint64(l.streams[i].lost())
			}
		}
	})
	for _, p := range c.peers {
		w.Delays = append(w.Delays, p.delays.take()...)
	}
	return w
}

// Since returns what happened between an earlier mark and this one.
func (w Window) Since(before Window) Window {
	w.Sent -= before.Sent
	w.Received -= before.Received
	w.Repair -= before.Repair
	w.Dropped -= before.Dropped
	w.Left -= before.Left
	w.Lost = max(w.Lost, before.Lost) - before.Lost // what came late was a loss before
	return w
}

// delays are one-way delays of video packets, from the sending of their frame to the socket of the receiver.
type delays struct {
	mu     sync.Mutex
	values []time.Duration
	header rtp.Header // reused
}

// note takes a decrypted packet.
func (d *delays) note(l *link, packet []byte) {
	d.mu.Lock()
	defer d.mu.Unlock()
	n, err := d.header.Unmarshal(packet)
	if err != nil || l.arrivals == nil {
		return
	}
	sent, ok := stampOf(packet[n:])
	if !ok || d.header.PayloadType != vp8Type {
		return
	}
	if at := l.arrivals[place(d.header.SSRC, d.header.SequenceNumber)].Load(); at > 0 {
		d.values = append(d.values, time.Duration(at-sent))
	}
}

func (d *delays) take() []time.Duration {
	d.mu.Lock()
	defer d.mu.Unlock()
	values := d.values
	d.values = nil
	return values
}
