package sockets

import (
	"encoding/binary"
	"unsafe"

	"golang.org/x/sys/unix"
)

// MaxMessages is how many messages one system call sends at most.
const MaxMessages = 64

// Message is one or several packets to one address.
type Message struct {
	To      *Address
	Data    []byte
	Segment int // bytes of each packet but the last, which the kernel cuts Data into (UDP GSO); 0: Data is one packet
}

var segmentSpace = unix.CmsgSpace(2)

// Writer sends messages with one system call. Not safe for concurrent use.
type Writer struct {
	headers [MaxMessages]mmsghdr
	vectors [MaxMessages]unix.Iovec
	control []byte
}

// NewWriter returns a Writer. It must not be copied.
func NewWriter() *Writer { return &Writer{control: make([]byte, MaxMessages*segmentSpace)} }

// Send sends at most MaxMessages messages and returns how many the kernel took; err says why not the next.
func (w *Writer) Send(s *Socket, messages []Message) (taken int, err error) {
	for i := range messages {
		w.fill(i, &messages[i])
	}
	for taken < len(messages) {
		n, _, errno := unix.RawSyscall6(unix.SYS_SENDMMSG, uintptr(s.fd), uintptr(unsafe.Pointer(&w.headers[taken])), uintptr(len(messages)-taken), unix.MSG_DONTWAIT, 0, 0)
		if errno == unix.EINTR {
			continue
		}
		if errno != 0 {
			return taken, errno
		}
		taken += int(n)
	}
	return taken, nil
}

// SendOne sends one packet by sendto(2).
func (s *Socket) SendOne(to *Address, packet []byte) error {
	_, _, errno := unix.RawSyscall6(unix.SYS_SENDTO, uintptr(s.fd), uintptr(unsafe.Pointer(&packet[0])), uintptr(len(packet)), unix.MSG_DONTWAIT,
		uintptr(unsafe.Pointer(&to[0])), uintptr(len(to)))
	if errno != 0 {
		return errno
	}
	return nil
}

func (w *Writer) fill(i int, m *Message) {
	w.vectors[i].Base = &m.Data[0]
	w.vectors[i].SetLen(len(m.Data))
	h := &w.headers[i].header
	*h = unix.Msghdr{Name: &m.To[0], Namelen: uint32(len(m.To)), Iov: &w.vectors[i]}
	h.SetIovlen(1)
	if m.Segment == 0 {
		return
	}
	control := w.control[i*segmentSpace : (i+1)*segmentSpace]
	c := (*unix.Cmsghdr)(unsafe.Pointer(&control[0]))
	c.Level, c.Type = unix.IPPROTO_UDP, unix.UDP_SEGMENT
	c.SetLen(unix.CmsgLen(2))
	binary.NativeEndian.PutUint16(control[unix.CmsgLen(0):], uint16(m.Segment))
	h.Control = &control[0]
	h.SetControllen(segmentSpace)
}
