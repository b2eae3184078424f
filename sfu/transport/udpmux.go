package transport

import (
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"sync"

	"github.com/pion/ice/v4"
)

// udpMux lets all Peers share one UDP socket per local address, all on the same port. One socket for all addresses
// would be read by one goroutine per candidate of each Peer, and packets would change their order. Addresses that
// appear later get their socket when the next Peer gathers candidates.
type udpMux struct {
	config Config
	log    *slog.Logger

	mu      sync.Mutex // guards sockets and failed; no packet passes here
	port    uint16     // fixed once the first socket is open
	sockets map[netip.Addr]muxedSocket
	failed  map[netip.Addr]bool // could not be opened, and that was said

	counters *counters
}

// muxedSocket is a socket and Pion's view of it.
type muxedSocket struct {
	socket *socket
	mux    *ice.UDPMuxDefault
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
			sockets: map[netip.Addr]muxedSocket{}, failed: map[netip.Addr]bool{},
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
	opened, err := newSocket(netip.AddrPortFrom(a, m.port), m.counters)
	if err != nil {
		return err
	}
	if m.port == 0 {
		m.port = opened.conn.LocalAddr().(*net.UDPAddr).AddrPort().Port()
	}
	m.sockets[a] = muxedSocket{opened, ice.NewUDPMuxDefault(ice.UDPMuxParams{UDPConn: opened, Logger: silence{}})}
	return nil
}

// GetListenAddresses implements ice.UDPMux: the addresses that are advertised now.
func (m *udpMux) GetListenAddresses() []net.Addr {
	m.mu.Lock()
	defer m.mu.Unlock()
	var all []net.Addr
	for _, a := range m.config.advertised() {
		if m.sockets[a].mux == nil && !m.failed[a] {
			if err := m.open(a); err != nil {
				m.failed[a] = true
				m.log.Warn("a new network address cannot receive media", "error", err)
			}
		}
		if m.sockets[a].mux != nil {
			all = append(all, net.UDPAddrFromAddrPort(netip.AddrPortFrom(a, m.port)))
		}
	}
	return all
}

// conn returns a Peer's part of the socket that listens on addr, and the socket.
func (m *udpMux) conn(ufrag string, addr net.Addr) (net.PacketConn, *socket, error) {
	udp, ok := addr.(*net.UDPAddr)
	if !ok {
		return nil, nil, &net.AddrError{Err: "not a UDP address", Addr: addr.String()}
	}
	m.mu.Lock()
	at := m.sockets[udp.AddrPort().Addr().Unmap()]
	m.mu.Unlock()
	if at.mux == nil {
		return nil, nil, &net.AddrError{Err: "no socket listens there", Addr: addr.String()}
	}
	conn, err := at.mux.GetConn(ufrag, addr)
	return conn, at.socket, err
}

// RemoveConnByUfrag implements ice.UDPMux.
func (m *udpMux) RemoveConnByUfrag(ufrag string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, s := range m.sockets {
		s.mux.RemoveConnByUfrag(ufrag)
	}
}

// Close closes all sockets.
func (m *udpMux) Close() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	var first error
	for _, s := range m.sockets {
		if err := s.mux.Close(); err != nil && first == nil {
			first = err
		}
	}
	return first
}
