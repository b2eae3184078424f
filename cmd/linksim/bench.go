package main

import (
	"context"
	"encoding/binary"
	"errors"
	"net"
	"net/netip"
	"sync"
	"time"

	"salon/cmd/linksim/link"
)

// bench is a relay between two sockets of this process, and the goroutine that notes what comes out of it.
type bench struct {
	relay          *relay
	client, target *net.UDPConn
	source, sink   *net.UDPConn   // which of the two sends
	to             netip.AddrPort // where the source sends
	start          time.Time
	running        sync.WaitGroup

	mu       sync.Mutex // guards arrivals
	arrivals []arrival
}

// header is a packet's number and when it was sent, 8 bytes each.
const header = 16

// newBench opens everything, and lets the client introduce itself.
func newBench(s link.Settings, down bool) (b *bench, err error) {
	b = &bench{start: time.Now()}
	defer func() {
		if err != nil {
			b.close()
		}
	}()
	loopback := netip.MustParseAddrPort("127.0.0.1:0")
	for _, conn := range []**net.UDPConn{&b.client, &b.target} {
		if *conn, err = net.ListenUDP("udp", net.UDPAddrFromAddrPort(loopback)); err != nil {
			return b, err
		}
		_ = (*conn).SetReadBuffer(socketBuffer)
	}
	c := relayConfig{listen: loopback, target: b.target.LocalAddr().(*net.UDPAddr).AddrPort(), up: link.Default(), down: link.Default(), seed: 1, maxClients: 1, idle: time.Minute}
	if b.relay, err = startRelay(c); err != nil {
		return b, err
	}
	client, err := b.introduce()
	if err != nil {
		return b, err
	}
	b.source, b.sink, b.to = b.client, b.target, b.relay.address()
	if down {
		b.source, b.sink, b.to = b.target, b.client, client
	}
	b.shape(s, down)
	b.running.Go(b.note)
	return b, nil
}

// shape impairs the direction under test only, and only after the introduction.
func (b *bench) shape(s link.Settings, down bool) {
	b.relay.mu.Lock()
	defer b.relay.mu.Unlock()
	for _, c := range b.relay.clients {
		p := c.up
		if down {
			p = c.down
		}
		p.mu.Lock()
		p.link = link.New(s, 1)
		p.mu.Unlock()
	}
}

// introduce sends one packet and returns where the target sees it come from.
func (b *bench) introduce() (netip.AddrPort, error) {
	if _, err := b.client.WriteToUDPAddrPort(make([]byte, 1), b.relay.address()); err != nil {
		return netip.AddrPort{}, err
	}
	_ = b.target.SetReadDeadline(time.Now().Add(5 * time.Second))
	_, from, err := b.target.ReadFromUDPAddrPort(make([]byte, header))
	_ = b.target.SetReadDeadline(time.Time{})
	return from, err
}

func (b *bench) send(number, size int) error {
	data := make([]byte, max(size, header))
	binary.BigEndian.PutUint64(data, uint64(number))
	binary.BigEndian.PutUint64(data[8:], uint64(time.Since(b.start)))
	_, err := b.source.WriteToUDPAddrPort(data, b.to)
	return err
}

// note writes down what comes out until the sink is closed or finish sets a deadline.
func (b *bench) note() {
	buffer := make([]byte, maxDatagram)
	for {
		n, _, err := b.sink.ReadFromUDPAddrPort(buffer)
		now := time.Since(b.start)
		if err != nil {
			return
		}
		if n < header {
			continue
		}
		sent := time.Duration(binary.BigEndian.Uint64(buffer[8:]))
		b.mu.Lock()
		b.arrivals = append(b.arrivals, arrival{number: int(binary.BigEndian.Uint64(buffer)), size: n, delay: now - sent, at: now})
		b.mu.Unlock()
	}
}

// grace is how long the last packets may take from the relay to the sink.
const grace = 50 * time.Millisecond

// finish waits until the link is empty, and returns what came out.
func (b *bench) finish(ctx context.Context, sent int) (trial, error) {
	ticker := time.NewTicker(10 * time.Millisecond)
	defer ticker.Stop()
	for quietSince := time.Now(); time.Since(quietSince) < grace; {
		select {
		case <-ctx.Done():
			return trial{}, ctx.Err()
		case <-ticker.C:
		}
		for _, c := range b.relay.stats().Clients {
			if c.Up.Waiting+c.Up.Travelling+c.Down.Waiting+c.Down.Travelling > 0 {
				quietSince = time.Now()
			}
		}
	}
	_ = b.sink.SetReadDeadline(time.Now())
	b.running.Wait()
	for _, a := range b.arrivals {
		if a.number < 0 || a.number >= sent {
			return trial{}, errors.New("a packet came that was never sent: is another program using the port?")
		}
	}
	return trial{sent: sent, arrivals: b.arrivals}, nil
}

func (b *bench) close() {
	for _, conn := range []*net.UDPConn{b.client, b.target} {
		if conn != nil {
			_ = conn.SetReadDeadline(time.Now())
			_ = conn.Close()
		}
	}
	if b.relay != nil {
		b.relay.close()
	}
	b.running.Wait()
}
