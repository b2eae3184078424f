package transport

import (
	"context"
	"log/slog"
	"net"
	"net/netip"
	"runtime"
	"runtime/debug"
	"sync"
	"syscall"
	"time"
)

const (
	packetSize   = 1500 // the largest packet that is received: Ethernet's
	maxSockets   = 16   // of one endpoint
	loggedPanics = 10   // of one endpoint; all are counted
)

// endpoint is one local address and port, shared by all Peers. It has one socket for each core where the kernel can
// share a port among sockets: it gives what comes from one client always to the same one, so that a publisher's packets
// keep their order, and fan-out uses all cores. Media is sent past Pion through any of them. STUN and DTLS go to Pion,
// to which all of it looks like one connection.
type endpoint struct {
	local    netip.AddrPort
	sockets  []*socket // never changes once the endpoint is in use
	counters *counters
	log      *slog.Logger
	control  controlQueue
	running  sync.WaitGroup // the reading goroutines

	mu       sync.RWMutex // leaf; guards expected
	expected map[netip.AddrPort]*Peer

	panics sync.Mutex // guards logged
	logged int
}

// newEndpoint opens the sockets of an address; nothing is read before start.
func newEndpoint(address netip.AddrPort, c *counters, log *slog.Logger, sockets int) (*endpoint, error) {
	e := &endpoint{counters: c, log: log, expected: map[netip.AddrPort]*Peer{}}
	e.control.init()
	// The first socket is opened as one that shares its port with nobody, so that a second server fails here. Only then
	// it is shared, with ours.
	first, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(address))
	if err != nil {
		return nil, err
	}
	e.local = addressOf(first)
	if err := e.add(first); err != nil {
		return nil, err
	}
	if sockets > 1 && share(e.sockets[0].raw) == nil {
		e.open(min(sockets, maxSockets))
	}
	return e, nil
}

// open opens more sockets on the same port. Where one cannot be opened, those before it do the work.
func (e *endpoint) open(sockets int) {
	shared := net.ListenConfig{Control: func(_, _ string, raw syscall.RawConn) error { return share(raw) }}
	for len(e.sockets) < sockets {
		conn, err := shared.ListenPacket(context.Background(), "udp", e.local.String())
		if err != nil || e.add(conn.(*net.UDPConn)) != nil {
			return
		}
	}
}

func (e *endpoint) add(conn *net.UDPConn) error {
	s, err := newSocket(conn, e)
	if err != nil {
		_ = conn.Close()
		return err
	}
	e.sockets = append(e.sockets, s)
	return nil
}

// start begins to read.
func (e *endpoint) start() {
	for _, s := range e.sockets {
		e.running.Go(s.run)
	}
}

// cores is how many sockets an endpoint wants.
func cores() int { return runtime.GOMAXPROCS(0) }

// expect hands the RTP that comes from an address to a Peer.
func (e *endpoint) expect(from netip.AddrPort, p *Peer) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.expected[from] = p
}

// forget ends expect, unless another Peer has the address by now.
func (e *endpoint) forget(from netip.AddrPort, p *Peer) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.expected[from] == p {
		delete(e.expected, from)
	}
}

// owners fills in whose RTP and RTCP the packets of one read are: a Peer that ICE has validated the address for, and
// whose keys are known. Everything else is Pion's, nil.
func (e *endpoint) owners(r *kernelReader, owners []*Peer) {
	e.mu.RLock()
	defer e.mu.RUnlock()
	var newest netip.AddrPort // the sender of the packet before: packets come in bursts
	var owner *Peer
	for i := range owners {
		packet, from := r.packet(i)
		control := isRTCP(packet)
		if !control && !isRTP(packet) {
			continue
		}
		if from != newest {
			newest, owner = from, e.expected[from]
		}
		if owner == nil {
			continue
		}
		if keys := owner.media.Load(); control && keys.readsRTCP() || !control && keys.own() {
			owners[i] = owner
		}
	}
}

// panicked notes a panic of a reading goroutine.
func (e *endpoint) panicked(v any) {
	e.counters.panics.Add(1)
	e.panics.Lock()
	defer e.panics.Unlock()
	if e.logged++; e.logged <= loggedPanics {
		e.log.Error("forwarding a packet failed, it was dropped: report this as a bug", "panic", v, "stack", string(debug.Stack()))
	}
}

// ReadFromAddrPort implements ice.AddrPortReaderWriter: it returns the next packet that is Pion's.
func (e *endpoint) ReadFromAddrPort(b []byte) (int, netip.AddrPort, error) { return e.control.next(b) }

// WriteToAddrPort implements ice.AddrPortReaderWriter.
func (e *endpoint) WriteToAddrPort(b []byte, to netip.AddrPort) (int, error) {
	return e.sockets[0].write(b, to)
}

// ReadFrom implements net.PacketConn.
func (e *endpoint) ReadFrom(b []byte) (int, net.Addr, error) {
	n, from, err := e.ReadFromAddrPort(b)
	return n, net.UDPAddrFromAddrPort(from), err
}

// WriteTo implements net.PacketConn.
func (e *endpoint) WriteTo(b []byte, to net.Addr) (int, error) {
	udp, ok := to.(*net.UDPAddr)
	if !ok {
		return 0, &net.AddrError{Err: "not a UDP address", Addr: to.String()}
	}
	return e.sockets[0].write(b, udp.AddrPort())
}

// LocalAddr implements net.PacketConn.
func (e *endpoint) LocalAddr() net.Addr { return net.UDPAddrFromAddrPort(e.local) }

// SetDeadline implements net.PacketConn: reading has none, and writing does not block.
func (e *endpoint) SetDeadline(time.Time) error { return nil }

// SetReadDeadline implements net.PacketConn.
func (e *endpoint) SetReadDeadline(time.Time) error { return nil }

// SetWriteDeadline implements net.PacketConn.
func (e *endpoint) SetWriteDeadline(time.Time) error { return nil }

// Close implements net.PacketConn. It returns when nothing is read any more.
func (e *endpoint) Close() error {
	var first error
	for _, s := range e.sockets {
		if err := s.conn.Close(); err != nil && first == nil {
			first = err
		}
	}
	e.control.close()
	e.running.Wait()
	return first
}
