package transport

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// hasKernelBatches: many packets per system call, and messages that the kernel cuts (UDP GSO).
const hasKernelBatches = true

const (
	maxMessages = 32 // per system call, which the scheduler does not see: a fraction of a millisecond
	readPackets = 32 // per system call: a frame or two of everybody
)

// mmsghdr is struct mmsghdr of recvmmsg(2) and sendmmsg(2).
type mmsghdr struct {
	header unix.Msghdr
	length uint32
}

// sockaddr is an address as the kernel reads it. It has no zone: sockets are never bound to link-local addresses.
type sockaddr struct {
	bytes [unix.SizeofSockaddrInet6]byte
	size  uint32
}

func newSockaddr(a netip.AddrPort) sockaddr {
	var s sockaddr
	if a.Addr().Is4() {
		binary.NativeEndian.PutUint16(s.bytes[:], unix.AF_INET)
		ip := a.Addr().As4()
		copy(s.bytes[4:], ip[:])
		s.size = unix.SizeofSockaddrInet4
	} else {
		binary.NativeEndian.PutUint16(s.bytes[:], unix.AF_INET6)
		ip := a.Addr().As16()
		copy(s.bytes[8:], ip[:])
		s.size = unix.SizeofSockaddrInet6
	}
	binary.BigEndian.PutUint16(s.bytes[2:], a.Port())
	return s
}

// addrPort is newSockaddr's inverse; the address is invalid for other families.
func (s *sockaddr) addrPort() netip.AddrPort {
	port := binary.BigEndian.Uint16(s.bytes[2:])
	switch binary.NativeEndian.Uint16(s.bytes[:]) {
	case unix.AF_INET:
		return netip.AddrPortFrom(netip.AddrFrom4([4]byte(s.bytes[4:8])), port)
	case unix.AF_INET6:
		return netip.AddrPortFrom(netip.AddrFrom16([16]byte(s.bytes[8:24])).Unmap(), port)
	}
	return netip.AddrPort{}
}

// share lets other sockets of this process use the port as well. The kernel then gives all packets of one client to one
// of them.
func share(raw syscall.RawConn) error {
	var failed error
	err := raw.Control(func(fd uintptr) {
		failed = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_REUSEPORT, 1)
	})
	return cmp.Or(err, failed)
}

// tune sets what a media socket wants. Path-MTU discovery spares the kernel an identification for every packet, and no
// browser sends packets that need to be cut. The kernel is to say how many packets it had no room for.
func (s *socket) tune() {
	_ = s.raw.Control(func(fd uintptr) {
		_ = unix.SetsockoptInt(int(fd), unix.IPPROTO_IP, unix.IP_MTU_DISCOVER, unix.IP_PMTUDISC_DO)
		_ = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_RXQ_OVFL, 1)
		if _, err := unix.GetsockoptInt(int(fd), unix.IPPROTO_UDP, unix.UDP_SEGMENT); err != nil {
			s.noGSO.Store(true)
		}
	})
}

// segmentSpace is the room of one control message that holds a segment size.
var segmentSpace = unix.CmsgSpace(2)

// kernelBatch is the memory of the system calls of one batch. They never block, so the scheduler is not told.
type kernelBatch struct {
	headers []mmsghdr
	vectors []unix.Iovec
	control []byte
	errno   unix.Errno
	done    int
	begin   int // of headers, where the call begins
	end     int
	call    func(fd uintptr) // made once, so that sending allocates nothing
}

func (k *kernelBatch) init() {
	k.headers = make([]mmsghdr, maxMessages)
	k.vectors = make([]unix.Iovec, maxDatagrams)
	k.control = make([]byte, maxMessages*segmentSpace)
	k.call = func(fd uintptr) {
		n, _, errno := unix.RawSyscall6(unix.SYS_SENDMMSG, fd, uintptr(unsafe.Pointer(&k.headers[k.begin])), uintptr(k.end-k.begin), unix.MSG_DONTWAIT, 0, 0)
		k.done, k.errno = int(n), errno
		if errno != 0 {
			k.done = 0
		}
	}
}

// write sends one packet of Pion's. It does not block, so the scheduler is not told: its monitor thread would wake up each
// time.
func (s *socket) write(data []byte, to netip.AddrPort) (int, error) {
	if s.plain || len(data) == 0 {
		return s.conn.WriteToUDPAddrPort(data, to)
	}
	address, errno := newSockaddr(netip.AddrPortFrom(to.Addr().Unmap(), to.Port())), unix.Errno(0)
	err := s.raw.Control(func(fd uintptr) {
		_, _, errno = unix.RawSyscall6(unix.SYS_SENDTO, fd, uintptr(unsafe.Pointer(&data[0])), uintptr(len(data)), unix.MSG_DONTWAIT,
			uintptr(unsafe.Pointer(&address.bytes)), uintptr(address.size))
	})
	if err == nil && errno != 0 {
		err = errno
	}
	if err != nil {
		return 0, fmt.Errorf("send to %s: %w", to, err)
	}
	return len(data), nil
}

// send sends the messages of a batch that are for this socket.
func (s *socket) send(b *batch) {
	if s.plain {
		b.sendPlain(s)
		return
	}
	if s.noGSO.Load() {
		b.single()
	}
	for from := 0; from < len(b.messages); from += maxMessages {
		s.sendSome(b, b.messages[from:min(from+maxMessages, len(b.messages))])
	}
}

// sendSome sends at most maxMessages messages. A message that the kernel refuses is dropped, or cut by us.
func (s *socket) sendSome(b *batch, messages []message) {
	k := &b.kernel
	for i, m := range messages {
		k.fill(i, b, m)
	}
	for k.begin, k.end = 0, len(messages); k.begin < k.end; {
		if s.raw.Control(k.call) != nil { // the socket is closed
			k.done, k.errno = 0, unix.EBADF
		}
		for _, m := range messages[k.begin : k.begin+k.done] {
			b.outcome(m, true)
		}
		k.begin += k.done
		if k.errno == 0 || k.errno == unix.EINTR {
			continue
		}
		if k.errno == unix.EAGAIN || k.errno == unix.ENOBUFS || k.errno == unix.EBADF { // waiting would hold back everybody
			for _, m := range messages[k.begin:] {
				b.outcome(m, false)
			}
			return
		}
		s.refused(b, messages[k.begin], k.errno)
		k.begin++
	}
}

// refused deals with a message that the kernel does not take: one that it cannot cut goes out packet by packet.
func (s *socket) refused(b *batch, m message, errno unix.Errno) {
	if m.count == 1 {
		b.outcome(m, false)
		return
	}
	if errno == unix.EIO || errno == unix.EOPNOTSUPP { // no checksum offload: it will never work
		s.noGSO.Store(true)
	}
	k := &b.kernel
	for i := range m.count {
		one := message{route: m.route, from: m.from + i, count: 1}
		k.fill(k.begin, b, one)
		end := k.end
		k.end = k.begin + 1
		if s.raw.Control(k.call) != nil {
			k.done = 0
		}
		k.end = end
		b.outcome(one, k.done == 1)
	}
}

// outcome counts what became of all packets of a message.
func (b *batch) outcome(m message, ok bool) {
	for _, data := range b.packets[m.from : m.from+m.count] {
		b.sent(ok, data)
	}
}

// single makes every packet a message of its own.
func (b *batch) single() {
	if len(b.messages) == len(b.packets) {
		return
	}
	b.merged = append(b.merged[:0], b.messages...)
	b.messages = b.messages[:0]
	for _, m := range b.merged {
		for i := range m.count {
			b.messages = append(b.messages, message{route: m.route, from: m.from + i, count: 1})
		}
	}
}

// fill describes message m to the kernel as the i-th of a call.
func (k *kernelBatch) fill(i int, b *batch, m message) {
	for n, data := range b.packets[m.from : m.from+m.count] {
		v := &k.vectors[m.from+n]
		v.Base = &data[0]
		v.SetLen(len(data))
	}
	h := &k.headers[i].header
	*h = unix.Msghdr{Name: &m.route.raw.bytes[0], Namelen: m.route.raw.size, Iov: &k.vectors[m.from]}
	h.SetIovlen(m.count)
	if m.count == 1 {
		return
	}
	control := k.control[i*segmentSpace : (i+1)*segmentSpace]
	c := (*unix.Cmsghdr)(unsafe.Pointer(&control[0]))
	c.Level, c.Type = unix.IPPROTO_UDP, unix.UDP_SEGMENT
	c.SetLen(unix.CmsgLen(2))
	binary.NativeEndian.PutUint16(control[unix.CmsgLen(0):], uint16(len(b.packets[m.from])))
	h.Control = &control[0]
	h.SetControllen(segmentSpace)
}

// overflowSpace is the room of one control message that holds a count of packets.
var overflowSpace = unix.CmsgSpace(4)

// kernelReader reads many packets at once. Only the socket's reading goroutine uses it.
type kernelReader struct {
	socket   *socket
	memory   [readPackets]*[packetSize]byte
	headers  [readPackets]mmsghdr
	vectors  [readPackets]unix.Iovec
	names    [readPackets]sockaddr
	control  []byte // of the first packet of a read: how many the kernel has dropped so far
	overflow uint32 // what it said last
	handle   func(packets int) (again, end bool)
	ended    bool
	call     func(fd uintptr) bool
}

func (r *kernelReader) init(s *socket) {
	r.socket = s
	r.control = make([]byte, overflowSpace)
	for i := range r.memory {
		r.memory[i] = new([packetSize]byte)
		r.vectors[i].SetLen(packetSize)
		r.headers[i].header.Name = &r.names[i].bytes[0]
		r.headers[i].header.Iov = &r.vectors[i]
		r.headers[i].header.SetIovlen(1)
	}
	r.headers[0].header.Control = &r.control[0]
	r.call = r.drain
}

// run hands over what arrives, until the socket is closed or handle says that it wants no more.
func (r *kernelReader) run(handle func(packets int) (again, end bool)) error {
	r.handle, r.ended = handle, false
	for !r.ended {
		if !r.socket.plain {
			return r.socket.raw.Read(r.call)
		}
		n, err := r.readOne()
		if err != nil {
			return err
		}
		_, r.ended = handle(n)
	}
	return nil
}

// drain reads and hands over what has arrived; false when there was no more, and the poller should wait. It never blocks,
// so the scheduler need not be told. A read that was not full has taken everything, and the poller does not forget what
// comes after it, also before it is asked: it need not be tried whether there is more.
func (r *kernelReader) drain(fd uintptr) bool {
	for {
		for i := range r.headers {
			r.headers[i].header.Namelen = uint32(len(r.names[i].bytes))
			r.vectors[i].Base = &r.memory[i][0]
		}
		r.headers[0].header.SetControllen(len(r.control))
		n, _, errno := unix.RawSyscall6(unix.SYS_RECVMMSG, fd, uintptr(unsafe.Pointer(&r.headers[0])), readPackets, unix.MSG_DONTWAIT, 0, 0)
		if errno == unix.EAGAIN {
			return false
		}
		if errno != 0 { // a signal, or an error that an earlier packet caused: reading it has cleared it
			continue
		}
		r.countOverflow()
		again, end := r.handle(int(n))
		if r.ended = end; end {
			return true
		}
		if int(n) < readPackets && !again {
			return false
		}
	}
}

// countOverflow counts the packets that the kernel had no room for.
func (r *kernelReader) countOverflow() {
	if int(r.headers[0].header.Controllen) < overflowSpace {
		return
	}
	if c := (*unix.Cmsghdr)(unsafe.Pointer(&r.control[0])); c.Level != unix.SOL_SOCKET || c.Type != unix.SO_RXQ_OVFL {
		return
	}
	dropped := binary.NativeEndian.Uint32(r.control[unix.CmsgLen(0):])
	r.socket.counters.droppedReceive.Add(uint64(dropped - r.overflow))
	r.overflow = dropped
}

// readOne is read without system calls of our own.
func (r *kernelReader) readOne() (int, error) {
	for {
		n, from, err := r.socket.conn.ReadFromUDPAddrPort(r.memory[0][:])
		if errors.Is(err, net.ErrClosed) {
			return 0, err
		}
		if err == nil {
			r.headers[0].length = uint32(n)
			r.names[0] = newSockaddr(netip.AddrPortFrom(from.Addr().Unmap(), from.Port()))
			return 1, nil
		}
	}
}

// packet returns the i-th packet that was read and where it came from. It stays until the next read.
func (r *kernelReader) packet(i int) ([]byte, netip.AddrPort) {
	return r.memory[i][:r.headers[i].length:packetSize], r.names[i].addrPort()
}

// memoryOf returns the place of the i-th packet's memory, for others to exchange it.
func (r *kernelReader) memoryOf(i int) **[packetSize]byte { return &r.memory[i] }
