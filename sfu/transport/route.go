package transport

import (
	"net"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/pion/ice/v4"
)

// route is where a Peer's packets go: an endpoint of ours and the client's address. It never changes; a Peer that moves
// gets another.
type route struct {
	number   uint32    // of all routes, to find one in a batch
	endpoint *endpoint // nil: ICE-TCP
	to       netip.AddrPort
	raw      sockaddr       // to, as the kernel wants it
	conn     net.PacketConn // of ICE-TCP
	addr     net.Addr       // of ICE-TCP

	estimation *estimation // of the receiver; nil in tests
}

var routeNumbers atomic.Uint32

// path follows where Pion sends a Peer's packets. Pion sends STUN to any address that passed a check, but DTLS and RTCP
// only along the selected pair, so the pair is always the right one, across nominations, ICE restarts and addresses
// that are advertised in place of our own.
type path struct {
	peer    *Peer
	current atomic.Pointer[route]

	mu    sync.Mutex // guards known
	known []source   // addresses that ICE validated, the newest last
}

// source is where a Peer's packets come from.
type source struct {
	endpoint *endpoint
	from     netip.AddrPort
}

// maxSources bounds the addresses of one Peer from which RTP is taken: the selected one, and those that a client tries
// or has left lately.
const maxSources = 4

// wrote notes that Pion sent a packet.
func (p *path) wrote(packet []byte, e *endpoint, to netip.AddrPort) {
	to = netip.AddrPortFrom(to.Addr().Unmap(), to.Port())
	p.validated(e, to)
	if !selects(packet) {
		return
	}
	if r := p.current.Load(); r != nil && r.endpoint == e && r.to == to {
		return
	}
	p.current.Store(&route{number: routeNumbers.Add(1), endpoint: e, to: to, raw: newSockaddr(to), estimation: &p.peer.estimation})
}

// wroteTCP notes that Pion sent a packet over ICE-TCP.
func (p *path) wroteTCP(packet []byte, conn net.PacketConn, to net.Addr) {
	if !selects(packet) {
		return
	}
	if r := p.current.Load(); r != nil && r.conn == conn && r.addr == to {
		return
	}
	p.current.Store(&route{number: routeNumbers.Add(1), conn: conn, addr: to, estimation: &p.peer.estimation})
}

// selects says whether a packet is DTLS or (S)RTCP by its first bytes (RFC 7983, RFC 5761 4).
func selects(packet []byte) bool {
	if len(packet) < 2 {
		return false
	}
	return packet[0] >= 20 && packet[0] <= 63 || isRTCP(packet)
}

// validated lets RTP from an address come to the Peer.
func (p *path) validated(e *endpoint, from netip.AddrPort) {
	p.mu.Lock()
	defer p.mu.Unlock()
	at := source{e, from}
	if n := len(p.known); n > 0 && p.known[n-1] == at {
		return
	}
	if i := slices.Index(p.known, at); i >= 0 {
		p.known = append(slices.Delete(p.known, i, i+1), at)
		return
	}
	if len(p.known) == maxSources {
		p.known[0].endpoint.forget(p.known[0].from, p.peer)
		p.known = slices.Delete(p.known, 0, 1)
	}
	p.known = append(p.known, at)
	e.expect(from, p.peer)
}

// close forgets all addresses.
func (p *path) close() {
	p.current.Store(nil)
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, at := range p.known {
		at.endpoint.forget(at.from, p.peer)
	}
	p.known = nil
}

// peerUDP is the shared UDP sockets as one Peer's agent sees them.
type peerUDP struct {
	*udpMux
	path *path
}

// GetConn implements ice.UDPMux.
func (m peerUDP) GetConn(ufrag string, addr net.Addr) (net.PacketConn, error) {
	conn, endpoint, err := m.conn(ufrag, addr)
	if err != nil {
		return nil, err
	}
	return &tapped{PacketConn: conn, both: conn.(ice.AddrPortReaderWriter), endpoint: endpoint, path: m.path}, nil
}

// Close implements ice.UDPMux: the sockets are the Engine's.
func (peerUDP) Close() error { return nil }

// tapped is a Peer's part of a shared endpoint.
type tapped struct {
	net.PacketConn
	both     ice.AddrPortReaderWriter
	endpoint *endpoint
	path     *path
}

// ReadFromAddrPort implements ice.AddrPortReaderWriter. RTCP is taken out.
func (t *tapped) ReadFromAddrPort(b []byte) (int, netip.AddrPort, error) {
	for {
		n, from, err := t.both.ReadFromAddrPort(b)
		if err != nil || !t.path.peer.withheld(b[:n]) {
			return n, from, err
		}
	}
}

// WriteToAddrPort implements ice.AddrPortReaderWriter.
func (t *tapped) WriteToAddrPort(b []byte, to netip.AddrPort) (int, error) {
	t.path.wrote(b, t.endpoint, to)
	return t.both.WriteToAddrPort(b, to)
}

// WriteTo implements net.PacketConn.
func (t *tapped) WriteTo(b []byte, to net.Addr) (int, error) {
	if udp, ok := to.(*net.UDPAddr); ok {
		t.path.wrote(b, t.endpoint, udp.AddrPort())
	}
	return t.PacketConn.WriteTo(b, to)
}

// peerTCP is the shared ICE-TCP listener as one Peer's agent sees it.
type peerTCP struct {
	*ice.TCPMuxDefault
	path *path
}

// GetConnByUfrag implements ice.TCPMux.
func (m peerTCP) GetConnByUfrag(ufrag string, isIPv6 bool, local net.IP) (net.PacketConn, error) {
	conn, err := m.TCPMuxDefault.GetConnByUfrag(ufrag, isIPv6, local)
	if err != nil {
		return nil, err
	}
	return &tappedTCP{PacketConn: conn, path: m.path}, nil
}

// Close implements ice.TCPMux: the listener is the Engine's.
func (peerTCP) Close() error { return nil }

// tappedTCP is a Peer's ICE-TCP connections.
type tappedTCP struct {
	net.PacketConn
	path *path
}

// ReadFrom implements net.PacketConn. RTCP is taken out.
func (t *tappedTCP) ReadFrom(b []byte) (int, net.Addr, error) {
	for {
		n, from, err := t.PacketConn.ReadFrom(b)
		if err != nil || !t.path.peer.withheld(b[:n]) {
			return n, from, err
		}
	}
}

// WriteTo implements net.PacketConn.
func (t *tappedTCP) WriteTo(b []byte, to net.Addr) (int, error) {
	t.path.wroteTCP(b, t.PacketConn, to)
	return t.PacketConn.WriteTo(b, to)
}
