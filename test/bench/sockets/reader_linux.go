package sockets

import (
	"net/netip"
	"unsafe"

	"golang.org/x/sys/unix"
)

const (
	readPackets = 32
	packetSize  = 1600 // larger than any packet of an Ethernet
)

// Reader reads many packets with one system call, from one socket after the other. Not safe for concurrent use.
type Reader struct {
	headers [readPackets]mmsghdr
	vectors [readPackets]unix.Iovec
	names   [readPackets]Address
	memory  [readPackets][packetSize]byte
}

// NewReader returns a Reader. It must not be copied.
func NewReader() *Reader {
	r := &Reader{}
	for i := range r.headers {
		r.vectors[i].Base = &r.memory[i][0]
		r.vectors[i].SetLen(packetSize)
		r.headers[i].header.Iov = &r.vectors[i]
		r.headers[i].header.SetIovlen(1)
		r.headers[i].header.Name = &r.names[i][0]
	}
	return r
}

// Read reads what has arrived and returns how many packets that are, at most 32; 0 when there is nothing.
func (r *Reader) Read(s *Socket) int {
	for i := range r.headers {
		r.headers[i].header.Namelen = uint32(len(r.names[i]))
	}
	// It does not block, so the scheduler need not know.
	n, _, errno := unix.RawSyscall6(unix.SYS_RECVMMSG, uintptr(s.fd), uintptr(unsafe.Pointer(&r.headers[0])), readPackets, unix.MSG_DONTWAIT, 0, 0)
	if errno != 0 {
		return 0
	}
	return int(n)
}

// Full says whether a Read returned as much as it can, so that there may be more.
func Full(n int) bool { return n == readPackets }

// Packet returns the i-th packet of the last Read. It stays until the next.
func (r *Reader) Packet(i int) []byte { return r.memory[i][:r.headers[i].length] }

// From returns who sent the i-th packet.
func (r *Reader) From(i int) netip.AddrPort { return r.names[i].AddrPort() }
