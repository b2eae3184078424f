package transport

import (
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"sync"

	"github.com/pion/ice/v4"
)

// udpMux lets all Peers share one endpoint per local address, all on the same port. One for all addresses would
// be read by one goroutine per candidate of each Peer, and packets would change their order. Addresses that
// appear later get their socket when the next Peer gathers candidates.
type udpMux struct {
	config Config
	log    *slog.Logger

	mu        sync.Mutex // guards endpoints and failed; no packet passes here
	port      uint16     // fixed once the first socket is open
	endpoints map[netip.Addr]muxed
	failed    map[netip.Addr]bool // could not be opened, and that was said

	counters *counters
}

// muxed is an endpoint and Pion's view of it.
type muxed struct {
	endpoint *endpoint
	mux      *ice.UDPMuxDefault
}

// portAttempts is how often another free port is tried when the one that the first address got is taken on a second.
const portAttempts = 10

// newUDPMux opens a socket on every address that is advertised now.
func newUDPMux(c Config, n *counters, log *slog.Logger) (*udpMux, error) {
	addresses := c.advertised()
	if len(addresses) == 0 {
		return nil, fmt.Errorf("no network address to receive media on: check media.interfaces and media.bind")
	}
	var err error
	for range portAttempts {
		m := &udpMux{
			config: c, log: log, port: uint16(c.UDPPort), counters: n,
			endpoints: map[netip.Addr]muxed{}, failed: map[netip.Addr]bool{},
		}
		if err = m.openAll(addresses); err == nil {
			return m, nil
		}
		_ = m.Close()
		if c.UDPPort != 0 {
			break
		}
	}
	return nil, fmt.Errorf("listen for media on UDP: %w (if another program uses the port, set media.udp_port to another)", err)
}

func (m *udpMux) openAll(addresses []netip.Addr) error {
	for _, a := range addresses {
		if err := m.open(a); err != nil {
			return err
		}
	}
	return nil
}

func (m *udpMux) open(a netip.Addr) error {
	opened, err := newEndpoint(netip.AddrPortFrom(a, m.port), m.counters, m.log, cores())
	if err != nil {
		return err
	}
	if m.port == 0 {
		m.port = opened.local.Port()
	}
	m.endpoints[a] = muxed{opened, ice.NewUDPMuxDefault(ice.UDPMuxParams{UDPConn: opened, Logger: silence{}})}
	opened.start()
	return nil
}

// GetListenAddresses implements ice.UDPMux: the addresses that are advertised now.
func (m *udpMux) GetListenAddresses() []net.Addr {
	m.mu.Lock()
	defer m.mu.Unlock()
	var all []net.Addr
	for _, a := range m.config.advertised() {
		if m.endpoints[a].mux == nil && !m.failed[a] {
			if err := m.open(a); err != nil {
				m.failed[a] = true
				m.log.Warn("a new network address cannot receive media", "error", err)
			}
		}
		if m.endpoints[a].mux != nil {
			all = append(all, net.UDPAddrFromAddrPort(netip.AddrPortFrom(a, m.port)))
		}
	}
	return all
}

// conn returns a Peer's part of the endpoint that listens on addr, and the endpoint.
func (m *udpMux) conn(ufrag string, addr net.Addr) (net.PacketConn, *endpoint, error) {
	udp, ok := addr.(*net.UDPAddr)
	if !ok {
		return nil, nil, &net.AddrError{Err: "not a UDP address", Addr: addr.String()}
	}
	m.mu.Lock()
	at := m.endpoints[udp.AddrPort().Addr().Unmap()]
	m.mu.Unlock()
	if at.mux == nil {
		return nil, nil, &net.AddrError{Err: "nothing listens there", Addr: addr.String()}
	}
	conn, err := at.mux.GetConn(ufrag, addr)
	return conn, at.endpoint, err
}

// RemoveConnByUfrag implements ice.UDPMux.
func (m *udpMux) RemoveConnByUfrag(ufrag string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, s := range m.endpoints {
		s.mux.RemoveConnByUfrag(ufrag)
	}
}

// Close closes all sockets.
func (m *udpMux) Close() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	var first error
	for _, s := range m.endpoints {
		if err := s.mux.Close(); err != nil && first == nil {
			first = err
		}
	}
	return first
}
