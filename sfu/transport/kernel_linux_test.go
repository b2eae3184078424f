package transport

import (
	"net/netip"
	"testing"
)

func TestSockaddr(t *testing.T) {
	for _, text := range []string{"127.0.0.1:1", "203.0.113.7:65535", "[::1]:3478", "[2001:db8::8:1]:50000"} {
		want := netip.MustParseAddrPort(text)
		s := newSockaddr(want)
		if got := s.addrPort(); got != want {
			t.Errorf("%v became %v", want, got)
		}
	}
}
