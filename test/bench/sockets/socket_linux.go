package sockets

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"unsafe"

	"golang.org/x/sys/unix"
)

// buffer is what a socket may hold while this process is busy; the kernel may grant less.
const buffer = 4 << 20

// Socket is a UDP socket that never blocks. Send and Read may be called by different threads, each by one at a time.
type Socket struct {
	fd    int
	local netip.AddrPort
}

// Open binds a socket to any free port of an IPv4 address.
func Open(address netip.Addr) (*Socket, error) {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("open a UDP socket: %w", err)
	}
	_ = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUF, buffer)
	_ = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_SNDBUF, buffer)
	_ = unix.SetsockoptInt(fd, unix.IPPROTO_IP, unix.IP_MTU_DISCOVER, unix.IP_PMTUDISC_DO)
	if err := unix.Bind(fd, &unix.SockaddrInet4{Addr: address.As4()}); err != nil {
		_ = unix.Close(fd)
		return nil, fmt.Errorf("bind a UDP socket to %s: %w", address, err)
	}
	name, err := unix.Getsockname(fd)
	if err != nil {
		_ = unix.Close(fd)
		return nil, fmt.Errorf("find the port of a UDP socket: %w", err)
	}
	return &Socket{fd: fd, local: netip.AddrPortFrom(address, uint16(name.(*unix.SockaddrInet4).Port))}, nil
}

// Local returns the socket's address.
func (s *Socket) Local() netip.AddrPort { return s.local }

// Close closes the socket.
func (s *Socket) Close() error { return unix.Close(s.fd) }

// Drops returns how many packets the kernel dropped because the socket was full (SK_MEMINFO_DROPS of SO_MEMINFO).
func (s *Socket) Drops() uint32 {
	const soMemInfo, drops = 55, 8
	var values [drops + 1]uint32
	size := uint32(unsafe.Sizeof(values))
	_, _, errno := unix.Syscall6(unix.SYS_GETSOCKOPT, uintptr(s.fd), unix.SOL_SOCKET, soMemInfo,
		uintptr(unsafe.Pointer(&values)), uintptr(unsafe.Pointer(&size)), 0)
	if errno != 0 {
		return 0
	}
	return values[drops]
}

// mmsghdr is struct mmsghdr of recvmmsg(2) and sendmmsg(2).
type mmsghdr struct {
	header unix.Msghdr
	length uint32
}

// Address is an IPv4 address and port as the kernel reads it.
type Address [unix.SizeofSockaddrInet4]byte

// NewAddress converts an IPv4 address.
func NewAddress(a netip.AddrPort) Address {
	var b Address
	binary.NativeEndian.PutUint16(b[:], unix.AF_INET)
	binary.BigEndian.PutUint16(b[2:], a.Port())
	ip := a.Addr().Unmap().As4()
	copy(b[4:], ip[:])
	return b
}

// AddrPort is NewAddress' inverse.
func (a *Address) AddrPort() netip.AddrPort {
	return netip.AddrPortFrom(netip.AddrFrom4([4]byte(a[4:8])), binary.BigEndian.Uint16(a[2:]))
}
