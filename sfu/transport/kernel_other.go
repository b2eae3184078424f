//go:build !linux

package transport

import (
	"errors"
	"net"
	"net/netip"
	"syscall"
)

// hasKernelBatches: packets are sent and read one at a time.
const hasKernelBatches = false

const readPackets = 1

// share is not needed: other systems do not spread what arrives over the sockets of a port.
func share(syscall.RawConn) error { return errors.ErrUnsupported }

// sockaddr is not needed: the net package makes its own.
type sockaddr struct{}

func newSockaddr(netip.AddrPort) sockaddr { return sockaddr{} }

type kernelBatch struct{}

func (*kernelBatch) init() {}

func (s *socket) tune() {}

func (s *socket) send(b *batch) { b.sendPlain(s) }

// kernelReader reads one packet at a time. Only the socket's reading goroutine uses it.
type kernelReader struct {
	socket *socket
	memory *[packetSize]byte
	length int
	from   netip.AddrPort
}

func (r *kernelReader) init(s *socket) {
	r.socket, r.memory = s, new([packetSize]byte)
}

// read waits for a packet. An error means that the socket is closed.
func (r *kernelReader) read() (int, error) {
	for {
		n, from, err := r.socket.conn.ReadFromUDPAddrPort(r.memory[:])
		if errors.Is(err, net.ErrClosed) {
			return 0, err
		}
		if err == nil { // else it says something about an earlier packet
			r.length, r.from = n, netip.AddrPortFrom(from.Addr().Unmap(), from.Port())
			return 1, nil
		}
	}
}

func (r *kernelReader) packet(int) ([]byte, netip.AddrPort) {
	return r.memory[:r.length:packetSize], r.from
}

func (r *kernelReader) memoryOf(int) **[packetSize]byte { return &r.memory }
