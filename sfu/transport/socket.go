package transport

import (
	"encoding/binary"
	"fmt"
	"net"
	"net/netip"
	"sync/atomic"
	"syscall"
	"time"

	"salon/sfu/forward"
)

// socket is one kernel socket of an endpoint. Its goroutine reads what has arrived, opens the RTP and RTCP of known Peers
// in place, routes and seals it, and sends everything that came of it as one batch: no other goroutine has to wake up for
// a forwarded packet. Nothing on that way blocks; what arrives meanwhile waits in the kernel's receive buffer.
type socket struct {
	endpoint *endpoint
	lane     int // of the endpoint's sockets: a batch leaves through the sockets of its lane
	conn     *net.UDPConn
	raw      syscall.RawConn
	counters *counters
	plain    bool        // no system call for many packets: other systems, and tests
	noGSO    atomic.Bool // the kernel or the network card does not cut messages

	// The reading goroutine's own.
	reader kernelReader
	batch  *batch
	owners [readPackets]*Peer // of the packets of one read; nil: Pion's
	pads   [readPackets]uint8 // bytes by which they are padded when they are sent
	first  opening            // of an SSRC that has not sent anything authentic yet
	again  [packetSize]byte   // scratch of opening
}

// newSocket takes over a connection.
func newSocket(conn *net.UDPConn, e *endpoint) (*socket, error) {
	raw, err := conn.SyscallConn()
	if err != nil {
		return nil, fmt.Errorf("use the media socket: %w", err)
	}
	_ = conn.SetReadBuffer(socketBuffer) // the kernel may grant less; docs/operations.md says how to raise it
	_ = conn.SetWriteBuffer(socketBuffer)
	s := &socket{endpoint: e, lane: len(e.sockets), conn: conn, raw: raw, counters: e.counters, plain: !hasKernelBatches}
	s.batch = newBatch(s.counters, s.lane)
	s.batch.group = forward.NewGroup()
	s.tune()
	s.reader.init(s)
	return s, nil
}

// run reads until the socket is closed.
func (s *socket) run() {
	_ = s.reader.run(func(packets int) (again, end bool) { // the error says that the socket is closed
		return s.handle(packets, time.Now()) >= longBatch, false
	})
}

// longBatch is how many packets take so long to be sent that more have most likely arrived meanwhile. Those are read before
// other goroutines run.
const longBatch = 100

// handle deals with the packets of one read and returns how many it has sent in the end. A packet that makes the code panic
// costs itself only.
func (s *socket) handle(n int, at time.Time) (sent int) {
	s.endpoint.owners(&s.reader, s.owners[:n])
	s.alignAll(n)
	for next := 0; next < n; {
		next = s.handleFrom(next, n, at)
	}
	clear(s.owners[:n])
	sent = len(s.batch.datagrams)
	s.flush()
	s.endpoint.control.signal()
	return sent
}

// handleFrom deals with the packets from next to n; it returns early, with the next one to look at, after a panic.
func (s *socket) handleFrom(next, n int, at time.Time) (after int) {
	after = next
	defer func() {
		if v := recover(); v != nil {
			s.endpoint.panicked(v)
		}
	}()
	for after < n {
		packet, from := s.reader.packet(after)
		p := s.owners[after]
		if p != nil && !isRTCP(packet) {
			s.receiveRun(p, &after, n, at)
			continue
		}
		i := after
		after++
		if p != nil {
			p.receiveRTCP(packet, at, s.batch)
		} else if !s.endpoint.control.put(s.reader.memoryOf(i), len(packet), from) {
			s.counters.droppedControl.Add(1)
		}
	}
	return after
}

// receiveRun takes the RTP from next to n as far as it is one Peer's, and forwards what came together. It moves next on
// before each packet, so that one that makes the code panic is not met again; those before it are forwarded later.
func (s *socket) receiveRun(p *Peer, next *int, n int, at time.Time) {
	p.receiving.Lock()
	defer p.receiving.Unlock()
	for *next < n && s.owners[*next] == p {
		i := *next
		packet, _ := s.reader.packet(i)
		if isRTCP(packet) {
			break
		}
		*next++
		s.receive(p, packet, s.pads[i], at)
	}
	s.batch.group.Forward()
}

// flush sends the batch, with packets that another one's panic has left behind. A batch that makes the code panic is thrown
// away.
func (s *socket) flush() {
	defer func() {
		if v := recover(); v != nil {
			s.endpoint.panicked(v)
			s.batch.reset()
		}
	}()
	s.batch.group.Forward()
	s.batch.flush()
}

// receive opens one packet of a Peer, whose receiving lock is held, and hands it to its stream. A forged packet costs the
// attempts to open it.
func (s *socket) receive(p *Peer, packet []byte, padding uint8, at time.Time) {
	length, ssrc, ok := rtpHeader(packet)
	if !ok {
		s.counters.droppedMalformed.Add(1)
		return
	}
	keys := p.media.Load().remote
	if stream := p.stream(ssrc); stream != nil {
		stream.open(keys, packet, length, padding, at, s)
		return
	}
	if p.ssrcs.Load() >= int32(p.engine.config.MaxSSRCs) {
		s.counters.droppedBudget.Add(1)
		return
	}
	s.first = opening{}
	plain, ok := s.first.open(keys, ssrc, packet, length, s.again[:])
	if !ok {
		s.counters.droppedForged.Add(1)
		return
	}
	p.keep(ssrc, s.first).take(plain, padding, at, s.batch)
	s.batch.group.Forward() // the next one's scratch may be its memory
}

// isRTP says whether a packet is (S)RTP by its first bytes (RFC 7983, RFC 5761 4).
func isRTP(packet []byte) bool {
	return len(packet) >= headerSize && packet[0] >= 128 && packet[0] <= 191 && (packet[1] < 192 || packet[1] > 223)
}

// rtpHeader returns the length of an RTP header with its sources and extensions (RFC 3550 5.1, 5.3.1), and its SSRC.
func rtpHeader(packet []byte) (length int, ssrc uint32, ok bool) {
	if len(packet) < headerSize || packet[0]>>6 != 2 {
		return 0, 0, false
	}
	length = headerSize + 4*int(packet[0]&0x0f)
	if packet[0]&0x10 != 0 {
		if len(packet) < length+4 {
			return 0, 0, false
		}
		length += 4 + 4*int(binary.BigEndian.Uint16(packet[length+2:]))
	}
	return length, binary.BigEndian.Uint32(packet[8:]), len(packet) >= length
}

// addressOf returns the local address of a connection.
func addressOf(conn *net.UDPConn) netip.AddrPort { return conn.LocalAddr().(*net.UDPAddr).AddrPort() }
