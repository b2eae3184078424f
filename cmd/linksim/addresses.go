package main

import (
	"fmt"
	"net"
	"net/netip"
	"slices"
)

// neverPublic are the prefixes, beside loopback and private ones, that the Internet does not route: shared (RFC 6598)
// and documentation addresses (RFC 5737, 3849).
var neverPublic = []netip.Prefix{
	netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("198.51.100.0/24"),
	netip.MustParsePrefix("203.0.113.0/24"), netip.MustParsePrefix("2001:db8::/32"),
}

// ownAddresses refuses what would make a relay for others: each address must be this machine's and not be public.
func ownAddresses(addresses ...netip.Addr) error {
	interfaces, err := net.InterfaceAddrs()
	if err != nil {
		return fmt.Errorf("list this machine's addresses: %w", err)
	}
	for _, a := range addresses {
		switch {
		case a.IsLoopback():
		case !inside(a):
			return fmt.Errorf("%s is not a loopback or private address: linksim is for tests on one machine; "+
				"if you are sure, say so with --i-own-these-addresses", a)
		case !slices.ContainsFunc(interfaces, func(n net.Addr) bool {
			prefix, err := netip.ParsePrefix(n.String())
			return err == nil && prefix.Addr().Unmap() == a.Unmap().WithZone("")
		}):
			return fmt.Errorf("%s is not an address of this machine: "+
				"if that machine is yours as well, say so with --i-own-these-addresses", a)
		}
	}
	return nil
}

func inside(a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	return a.IsPrivate() || a.IsLinkLocalUnicast() || slices.ContainsFunc(neverPublic, func(p netip.Prefix) bool { return p.Contains(a) })
}
