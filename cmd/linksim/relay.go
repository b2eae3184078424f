package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"sync"
	"syscall"
	"time"

	"salon/cmd/linksim/link"
)

// relayConfig says what a relay connects.
type relayConfig struct {
	listen, target netip.AddrPort
	up, down       link.Settings // of clients that come
	seed           uint64
	maxClients     int
	idle           time.Duration
}

// relay is the listening socket and its clients. Safe for concurrent use.
type relay struct {
	config   relayConfig
	listener *net.UDPConn
	start    time.Time
	ctx      context.Context // ends with close
	cancel   context.CancelFunc
	running  sync.WaitGroup // every goroutine of the relay and of its clients
	broken   chan error     // capacity 1: why the listening socket failed

	mu      sync.Mutex // guards the rest
	clients map[netip.AddrPort]*client
	up      link.Settings // of clients that will come
	down    link.Settings
	totals  totals
	script  context.CancelFunc // ends the running one; never nil
}

// totals count what concerns no present client.
type totals struct {
	Clients       uint64 `json:"clients_ever"`
	Forgotten     uint64 `json:"clients_forgotten"`      // after the idle time
	Refused       uint64 `json:"refused_packets"`        // of new clients while the table was full
	NoSocket      uint64 `json:"no_socket_packets"`      // of new clients for whom no upstream socket could be opened
	StepsApplied  int    `json:"script_steps_applied"`   // of the newest script
	StepsNoClient int    `json:"script_steps_no_client"` // that named a client who was not there
}

// socketBuffer holds bursts while this process waits for its turn; the kernel may grant less.
const socketBuffer = 4 << 20

// maxDatagram is the largest UDP payload.
const maxDatagram = 65_535

func startRelay(c relayConfig) (*relay, error) {
	listener, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(c.listen))
	if err != nil {
		return nil, fmt.Errorf("listen for clients: %w", err)
	}
	_ = listener.SetReadBuffer(socketBuffer)
	_ = listener.SetWriteBuffer(socketBuffer)
	r := &relay{
		config: c, listener: listener, start: time.Now(), broken: make(chan error, 1),
		clients: make(map[netip.AddrPort]*client), up: c.up, down: c.down, script: func() {},
	}
	r.ctx, r.cancel = context.WithCancel(context.Background())
	r.running.Go(r.receive)
	return r, nil
}

// close ends every goroutine and waits for them.
func (r *relay) close() {
	r.cancel()
	_ = r.listener.Close()
	r.mu.Lock()
	for _, c := range r.clients {
		c.close()
	}
	r.mu.Unlock()
	r.running.Wait()
}

func (r *relay) address() netip.AddrPort { return r.listener.LocalAddr().(*net.UDPAddr).AddrPort() }

func (r *relay) clock() time.Duration { return time.Since(r.start) }

// receive takes clients' packets.
func (r *relay) receive() {
	buffer := make([]byte, maxDatagram)
	for {
		n, from, err := r.listener.ReadFromUDPAddrPort(buffer)
		if refusedByPeer(err) {
			continue
		}
		if err != nil {
			if r.ctx.Err() == nil {
				r.broken <- fmt.Errorf("receive from clients: %w", err)
			}
			return
		}
		if c := r.clientAt(netip.AddrPortFrom(from.Addr().Unmap(), from.Port())); c != nil {
			c.heard.Store(int64(r.clock()))
			c.up.put(bytes.Clone(buffer[:n]))
		}
	}
}

// refusedByPeer says that an earlier packet met a closed port (ICMP): no reason to stop.
func refusedByPeer(err error) bool { return errors.Is(err, syscall.ECONNREFUSED) }

// clientAt returns the client with an address, a new one where there is room, else nil.
func (r *relay) clientAt(address netip.AddrPort) *client {
	r.mu.Lock()
	defer r.mu.Unlock()
	if c := r.clients[address]; c != nil {
		return c
	}
	if r.ctx.Err() != nil {
		return nil
	}
	if len(r.clients) >= r.config.maxClients {
		r.totals.Refused++
		return nil
	}
	upstream, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(r.config.target))
	if err != nil {
		r.totals.NoSocket++
		return nil
	}
	c := r.newClient(address, upstream)
	r.clients[address] = c
	r.totals.Clients++
	return c
}

// forget removes a client whose upstream reader ended.
func (r *relay) forget(c *client) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.clients, c.address)
	r.totals.Forgotten++
}

// errNoClient says that a Change names nobody.
var errNoClient = errors.New("no such client: GET /stats lists them")

// apply changes the links of one client, or of everybody from now on.
func (r *relay) apply(c link.Change) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	found := false
	for _, client := range r.clients {
		if c.Client == "" || client.known(c.Client) {
			client.up.change(c.Up)
			client.down.change(c.Down)
			found = true
		}
	}
	if c.Client != "" && !found {
		return errNoClient
	}
	if c.Client == "" {
		r.up, r.down = c.Up.Apply(r.up), c.Down.Apply(r.down)
	}
	return nil
}

// stats are the answer of GET /stats.
type stats struct {
	Uptime link.Duration `json:"uptime"`
	Up     link.Settings `json:"up"` // of clients that will come
	Down   link.Settings `json:"down"`
	totals
	Clients []clientStats `json:"clients"` // by address
}

func (r *relay) stats() stats {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := stats{Uptime: link.Duration(r.clock()), Up: r.up, Down: r.down, totals: r.totals, Clients: []clientStats{}}
	for _, c := range r.clients {
		s.Clients = append(s.Clients, c.stats())
	}
	slices.SortFunc(s.Clients, func(a, b clientStats) int { return cmp.Compare(a.Client, b.Client) })
	return s
}
