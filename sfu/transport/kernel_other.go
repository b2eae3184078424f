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

func (s *socket) write(data []byte, to netip.AddrPort) (int, error) {
	return s.conn.WriteToUDPAddrPort(data, to)
}

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

// run hands over what arrives, until the socket is closed or handle says that it wants no more.
func (r *kernelReader) run(handle func(packets int) (again, end bool)) error {
	for {
		n, from, err := r.socket.conn.ReadFromUDPAddrPort(r.memory[:])
		if errors.Is(err, net.ErrClosed) {
			return err
		}
		if err != nil {
			continue // it says something about an earlier packet
		}
		r.length, r.from = n, netip.AddrPortFrom(from.Addr().Unmap(), from.Port())
		if _, end := handle(1); end {
			return nil
		}
	}
}

func (r *kernelReader) packet(int) ([]byte, netip.AddrPort) {
	return r.memory[:r.length:packetSize], r.from
}

func (r *kernelReader) memoryOf(int) **[packetSize]byte { return &r.memory }
