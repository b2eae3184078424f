package main

import (
	"bytes"
	"context"
	"errors"
	"net"
	"net/netip"
	"os"
	"sync/atomic"
	"time"

	"salon/cmd/linksim/link"
)

// client is whoever sends to the relay from one address.
type client struct {
	address  netip.AddrPort
	upstream *net.UDPConn // connected to the target
	up, down *pipe
	cancel   context.CancelFunc // ends the pipes
	heard    atomic.Int64       // relay clock of the newest packet from either side
}

// clientStats are a client's part of GET /stats.
type clientStats struct {
	Client   string    `json:"client"`
	Upstream string    `json:"upstream"` // how the target sees the client
	Up       direction `json:"up"`
	Down     direction `json:"down"`
}

// newClient starts a client's goroutines. The caller holds r.mu. The n-th client's dice depend on the seed and on n.
func (r *relay) newClient(address netip.AddrPort, upstream *net.UDPConn) *client {
	_ = upstream.SetReadBuffer(socketBuffer)
	_ = upstream.SetWriteBuffer(socketBuffer)
	ctx, cancel := context.WithCancel(r.ctx)
	c := &client{address: address, upstream: upstream, cancel: cancel}
	c.heard.Store(int64(r.clock()))
	seed := r.config.seed + 2*r.totals.Clients
	c.up = newPipe(link.New(r.up, seed), r.clock, func(data []byte) error {
		_, err := upstream.Write(data)
		return err
	})
	c.down = newPipe(link.New(r.down, seed+1), r.clock, func(data []byte) error {
		_, err := r.listener.WriteToUDPAddrPort(data, address)
		return err
	})
	r.running.Go(func() { c.up.run(ctx) })
	r.running.Go(func() { c.down.run(ctx) })
	r.running.Go(func() {
		c.receive(r.clock, r.config.idle)
		c.close()
		r.forget(c)
	})
	return c
}

// receive takes the target's packets until the socket is closed or nobody has sent anything for the idle time.
func (c *client) receive(clock func() time.Duration, idle time.Duration) {
	buffer := make([]byte, maxDatagram)
	for {
		quiet := clock() - time.Duration(c.heard.Load())
		if quiet >= idle {
			return
		}
		_ = c.upstream.SetReadDeadline(time.Now().Add(idle - quiet))
		n, err := c.upstream.Read(buffer)
		switch {
		case err == nil:
			c.heard.Store(int64(clock()))
			c.down.put(bytes.Clone(buffer[:n]))
		case refusedByPeer(err) || errors.Is(err, os.ErrDeadlineExceeded):
		default:
			return
		}
	}
}

func (c *client) close() {
	c.cancel()
	_ = c.upstream.Close()
}

// known says whether this is the client that a Change names.
func (c *client) known(name string) bool {
	return name == c.address.String() || name == c.upstream.LocalAddr().String()
}

func (c *client) stats() clientStats {
	return clientStats{
		Client: c.address.String(), Upstream: c.upstream.LocalAddr().String(), Up: c.up.direction(), Down: c.down.direction(),
	}
}
