package client

import (
	"net"
	"net/netip"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"salon/test/bench/sockets"
)

const (
	waitingPackets = 256 // for Pion; more are dropped, and Pion asks again for what matters
	arrivalRing    = 1 << 13
)

// nowhere is a reserved network (RFC 1112 4), of addresses that exist for Pion only: what is sent there is dropped.
var nowhere = netip.MustParsePrefix("240.0.0.0/4")

// link is one participant's socket: RTP is counted, the rest is Pion's. It is Pion's net.PacketConn.
type link struct {
	socket   *sockets.Socket
	incoming chan datagram
	verified chan struct{} // closed when the server has answered a connectivity check
	deadline chan struct{} // closed when Pion wants to read no longer
	once     sync.Once

	firstMedia atomic.Int64 // nanoseconds since 1970; 0: not yet
	arrivals   *[arrivalRing]atomic.Int64
	decrypts   bool // RTP goes to Pion as well

	mu     sync.Mutex // guards held; kept during a send
	hold   bool
	held   []sockets.Message
	writer *sockets.Writer

	// The thread's own.
	reception
}

type datagram struct {
	data []byte
	from netip.AddrPort
}

func newLink(address netip.Addr, decrypts bool) (*link, error) {
	socket, err := sockets.Open(address)
	if err != nil {
		return nil, err
	}
	l := &link{
		socket: socket, incoming: make(chan datagram, waitingPackets), verified: make(chan struct{}), deadline: make(chan struct{}),
		decrypts: decrypts, writer: sockets.NewWriter(),
	}
	if decrypts {
		l.arrivals = new([arrivalRing]atomic.Int64)
	}
	return l, nil
}

// place is where the arrival of a packet is noted.
func place(ssrc uint32, sequence uint16) int {
	return int(ssrc*2654435761>>3+uint32(sequence)) % arrivalRing
}

// read takes what has arrived.
func (l *link) read(r *sockets.Reader) (read int) {
	for {
		n := r.Read(l.socket)
		if n == 0 {
			return read
		}
		at := time.Now()
		for i := range n {
			l.take(r.Packet(i), r.From(i), at)
		}
		read += n
		if !sockets.Full(n) {
			return read
		}
	}
}

func (l *link) take(packet []byte, from netip.AddrPort, at time.Time) {
	if isRTP(packet) {
		ssrc, sequence, media := l.count(packet, at)
		if media && l.firstMedia.Load() == 0 {
			l.firstMedia.Store(at.UnixNano())
		}
		if !l.decrypts || !media {
			return
		}
		l.arrivals[place(ssrc, sequence)].Store(at.UnixNano())
	}
	select {
	case l.incoming <- datagram{append([]byte(nil), packet...), from}:
	default:
	}
	if isSuccess(packet) {
		select {
		case <-l.verified:
		default:
			close(l.verified)
		}
	}
}

// isRTP tells (S)RTP from all else by its first bytes (RFC 7983, RFC 5761 4).
func isRTP(packet []byte) bool {
	return len(packet) >= 12 && packet[0]>>6 == 2 && (packet[1] < 192 || packet[1] > 223)
}

// isSuccess tells the answer to a connectivity check (RFC 8489 5).
func isSuccess(packet []byte) bool { return len(packet) >= 20 && packet[0] == 1 && packet[1] == 1 }

// batch keeps what Pion sends during f and sends it with one system call, as a frame's packets leave a browser.
func (l *link) batch(f func()) {
	l.mu.Lock()
	l.hold = true
	l.mu.Unlock()
	f()
	l.mu.Lock()
	defer l.mu.Unlock()
	_, _ = l.writer.Send(l.socket, l.held[:min(len(l.held), sockets.MaxMessages)])
	l.hold, l.held = false, l.held[:0]
}

// WriteToAddrPort implements ice.AddrPortReaderWriter.
func (l *link) WriteToAddrPort(b []byte, to netip.AddrPort) (int, error) {
	if nowhere.Contains(to.Addr().Unmap()) {
		return len(b), nil
	}
	address := sockets.NewAddress(to)
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.hold {
		l.held = append(l.held, sockets.Message{To: &address, Data: append([]byte(nil), b...)})
		return len(b), nil
	}
	return len(b), l.socket.SendOne(&address, b)
}

// WriteTo implements net.PacketConn.
func (l *link) WriteTo(b []byte, to net.Addr) (int, error) {
	return l.WriteToAddrPort(b, to.(*net.UDPAddr).AddrPort())
}

// ReadFromAddrPort implements ice.AddrPortReaderWriter.
func (l *link) ReadFromAddrPort(b []byte) (int, netip.AddrPort, error) {
	select {
	case d := <-l.incoming:
		return copy(b, d.data), d.from, nil
	case <-l.deadline:
		return 0, netip.AddrPort{}, os.ErrDeadlineExceeded
	}
}

// ReadFrom implements net.PacketConn.
func (l *link) ReadFrom(b []byte) (int, net.Addr, error) {
	n, from, err := l.ReadFromAddrPort(b)
	return n, net.UDPAddrFromAddrPort(from), err
}

// LocalAddr implements net.PacketConn.
func (l *link) LocalAddr() net.Addr { return net.UDPAddrFromAddrPort(l.socket.Local()) }

// SetDeadline implements net.PacketConn: Pion sets one to end its reading.
func (l *link) SetDeadline(t time.Time) error { return l.SetReadDeadline(t) }

// SetReadDeadline implements net.PacketConn.
func (l *link) SetReadDeadline(t time.Time) error {
	if !t.IsZero() {
		l.once.Do(func() { close(l.deadline) })
	}
	return nil
}

// SetWriteDeadline implements net.PacketConn: writing does not block.
func (*link) SetWriteDeadline(time.Time) error { return nil }

// Close implements net.PacketConn. The socket is the crowd's.
func (l *link) Close() error { return l.SetReadDeadline(time.Now()) }

// one is an ice.UDPMux with one socket and one agent.
type one struct{ *link }

// GetConn implements ice.UDPMux.
func (o one) GetConn(string, net.Addr) (net.PacketConn, error) { return o.link, nil }

// RemoveConnByUfrag implements ice.UDPMux.
func (one) RemoveConnByUfrag(string) {}

// GetListenAddresses implements ice.UDPMux.
func (o one) GetListenAddresses() []net.Addr { return []net.Addr{o.LocalAddr()} }
