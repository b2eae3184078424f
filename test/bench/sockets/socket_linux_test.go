package sockets

import (
	"bytes"
	"net/netip"
	"testing"
)

// What is sent in any way arrives, packet by packet, from where it was sent.
func TestSendAndRead(t *testing.T) {
	loopback := netip.MustParseAddr("127.0.0.1")
	from, err := Open(loopback)
	if err != nil {
		t.Fatal(err)
	}
	defer from.Close()
	to, err := Open(loopback)
	if err != nil {
		t.Fatal(err)
	}
	defer to.Close()
	address := NewAddress(to.Local())
	if address.AddrPort() != to.Local() {
		t.Fatalf("%s became %s", to.Local(), address.AddrPort())
	}
	r, w := NewReader(), NewWriter()
	if n := r.Read(to); n != 0 {
		t.Fatalf("%d packets from nobody", n)
	}
	if err := from.SendOne(&address, []byte("one")); err != nil {
		t.Fatal(err)
	}
	n, err := w.Send(from, []Message{{To: &address, Data: []byte("two")}, {To: &address, Data: []byte("abcabcab"), Segment: 3}})
	if n != 2 || err != nil {
		t.Fatalf("%d messages were taken: %v", n, err)
	}
	want := []string{"one", "two", "abc", "abc", "ab"} // over loopback they are there when sending returns
	if n := r.Read(to); n != len(want) || Full(n) {
		t.Fatalf("%d packets", n)
	}
	for i, text := range want {
		if !bytes.Equal(r.Packet(i), []byte(text)) || r.From(i) != from.Local() {
			t.Errorf("%q from %s instead of %q", r.Packet(i), r.From(i), text)
		}
	}
	if n := to.Drops(); n != 0 {
		t.Errorf("%d drops", n)
	}
}

func TestDropsAreCounted(t *testing.T) {
	loopback := netip.MustParseAddr("127.0.0.1")
	s, err := Open(loopback)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	address, packet := NewAddress(s.Local()), make([]byte, 1000)
	for range 50_000 {
		if s.Drops() > 0 {
			return
		}
		_ = s.SendOne(&address, packet)
	}
	t.Error("a socket that nobody reads holds 50 MB")
}
