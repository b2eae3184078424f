package signaling

import (
	"net/http"
	"net/netip"
	"sync"
)

// admission counts the sessions that are open, in all and by address.
type admission struct {
	limit, perAddress int

	mu        sync.Mutex // leaf; guards all below
	total     int
	addresses map[netip.Prefix]int
}

func newAdmission(l Limits) *admission {
	return &admission{limit: l.Sessions, perAddress: l.SessionsPerAddress, addresses: map[netip.Prefix]int{}}
}

// enter takes a place. When there is none it returns the HTTP status that says so, and the counter.
func (a *admission) enter(from netip.Prefix) (status int, why counter) {
	a.mu.Lock()
	defer a.mu.Unlock()
	switch {
	case a.total >= a.limit:
		return http.StatusServiceUnavailable, refusedFull
	case a.addresses[from] >= a.perAddress:
		return http.StatusTooManyRequests, refusedAddress
	}
	a.total++
	a.addresses[from]++
	return 0, 0
}

// leave gives a place back.
func (a *admission) leave(from netip.Prefix) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.total--
	if a.addresses[from]--; a.addresses[from] == 0 {
		delete(a.addresses, from)
	}
}

func (a *admission) count() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.total
}

// Network is what counts as one address: an IPv4 address, or the /64 network within which an IPv6 host picks addresses
// as it likes (RFC 8981). Unknown addresses are one network together.
func Network(address netip.Addr) netip.Prefix {
	address = address.Unmap().WithZone("")
	bits := 64
	if address.Is4() {
		bits = 32
	}
	prefix, err := address.Prefix(bits)
	if err != nil {
		return netip.Prefix{}
	}
	return prefix
}

// SocketAddress is the address of the other end of the TCP connection.
func SocketAddress(r *http.Request) netip.Addr {
	endpoint, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	return endpoint.Addr()
}
