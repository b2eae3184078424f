//go:build !linux

package transport

import "net/netip"

// hasKernelBatches: packets are sent and read one at a time.
const hasKernelBatches = false

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
	r.socket = s
	r.renew(0)
}

func (r *kernelReader) read() (int, error) {
	n, from, err := r.socket.conn.ReadFromUDPAddrPort(r.memory[:])
	r.length, r.from = n, netip.AddrPortFrom(from.Addr().Unmap(), from.Port())
	return 1, err
}

func (r *kernelReader) packet(int) ([]byte, netip.AddrPort) {
	return r.memory[:r.length:packetSize], r.from
}

func (r *kernelReader) renew(int) { r.memory = packetPool.Get().(*[packetSize]byte) }
