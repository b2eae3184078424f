package transport

import (
	"fmt"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// socket is one UDP socket, shared by all Peers. Pion reads STUN, DTLS and RTCP from it through its mux, whose only
// goroutine is the one that reads; the RTP of Peers whose keys are known goes to their inboxes instead. Media is sent
// past Pion as well, by any goroutine.
type socket struct {
	conn     *net.UDPConn
	raw      syscall.RawConn
	counters *counters
	plain    bool        // no system call for many packets: other systems, and tests
	noGSO    atomic.Bool // the kernel or the network card does not cut messages

	mu       sync.RWMutex // leaf; guards expected
	expected map[netip.AddrPort]*Peer

	// The reading goroutine's own.
	reader  kernelReader
	arrived int // packets of the last read
	next    int // of those, the first that has not been looked at
	readAt  time.Time
	woken   []*Peer
}

func newSocket(address netip.AddrPort, c *counters) (*socket, error) {
	conn, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(address))
	if err != nil {
		return nil, err
	}
	raw, err := conn.SyscallConn()
	if err != nil {
		_ = conn.Close()
		return nil, fmt.Errorf("use the media socket: %w", err)
	}
	_ = conn.SetReadBuffer(socketBuffer) // the kernel may grant less; docs/operations.md says how to raise it
	_ = conn.SetWriteBuffer(socketBuffer)
	s := &socket{conn: conn, raw: raw, counters: c, plain: !hasKernelBatches, expected: map[netip.AddrPort]*Peer{}}
	s.tune()
	s.reader.init(s)
	return s, nil
}

// expect hands the RTP that comes from an address to a Peer.
func (s *socket) expect(from netip.AddrPort, p *Peer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.expected[from] = p
}

// forget ends expect, unless another Peer has the address by now.
func (s *socket) forget(from netip.AddrPort, p *Peer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.expected[from] == p {
		delete(s.expected, from)
	}
}

// peer returns whose RTP comes from an address.
func (s *socket) peer(from netip.AddrPort) *Peer {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.expected[from]
}

// isRTP says whether a packet is (S)RTP by its first bytes (RFC 7983, RFC 5761 4).
func isRTP(packet []byte) bool {
	return len(packet) >= headerSize && packet[0] >= 128 && packet[0] <= 191 && (packet[1] < 192 || packet[1] > 223)
}

// ReadFromAddrPort implements ice.AddrPortReaderWriter: it returns the next packet that is not for an inbox. Packets
// that were read together are all in their inboxes before any Peer is woken, so that a burst is forwarded as one.
func (s *socket) ReadFromAddrPort(b []byte) (int, netip.AddrPort, error) {
	for {
		for s.next < s.arrived {
			i := s.next
			s.next++
			packet, from := s.reader.packet(i)
			if p := s.receiver(packet, from); p != nil {
				s.post(p, i, packet)
				continue
			}
			return copy(b, packet), from, nil
		}
		s.wake()
		n, err := s.reader.read()
		if err != nil {
			return 0, netip.AddrPort{}, err
		}
		s.arrived, s.next, s.readAt = n, 0, time.Now()
	}
}

// receiver returns the Peer that takes a packet past Pion, nil when there is none.
func (s *socket) receiver(packet []byte, from netip.AddrPort) *Peer {
	if !isRTP(packet) {
		return nil
	}
	if p := s.peer(from); p != nil && p.media.Load().own() {
		return p
	}
	return nil
}

func (s *socket) post(p *Peer, i int, packet []byte) {
	if !p.inbox.put(arrival{packet, s.readAt}, p.startReceiving) {
		s.counters.droppedInbox.Add(1)
		return
	}
	s.reader.renew(i)
	for _, woken := range s.woken {
		if woken == p {
			return
		}
	}
	s.woken = append(s.woken, p)
}

func (s *socket) wake() {
	for i, p := range s.woken {
		p.inbox.signal()
		s.woken[i] = nil
	}
	s.woken = s.woken[:0]
}

// WriteToAddrPort implements ice.AddrPortReaderWriter.
func (s *socket) WriteToAddrPort(b []byte, to netip.AddrPort) (int, error) {
	return s.conn.WriteToUDPAddrPort(b, to)
}

// ReadFrom implements net.PacketConn.
func (s *socket) ReadFrom(b []byte) (int, net.Addr, error) {
	n, from, err := s.ReadFromAddrPort(b)
	return n, net.UDPAddrFromAddrPort(from), err
}

// WriteTo implements net.PacketConn.
func (s *socket) WriteTo(b []byte, to net.Addr) (int, error) { return s.conn.WriteTo(b, to) }

// LocalAddr implements net.PacketConn.
func (s *socket) LocalAddr() net.Addr { return s.conn.LocalAddr() }

// SetDeadline implements net.PacketConn.
func (s *socket) SetDeadline(t time.Time) error { return s.conn.SetDeadline(t) }

// SetReadDeadline implements net.PacketConn.
func (s *socket) SetReadDeadline(t time.Time) error { return s.conn.SetReadDeadline(t) }

// SetWriteDeadline implements net.PacketConn.
func (s *socket) SetWriteDeadline(t time.Time) error { return s.conn.SetWriteDeadline(t) }

// Close implements net.PacketConn.
func (s *socket) Close() error { return s.conn.Close() }
