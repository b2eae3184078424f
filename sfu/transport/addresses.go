package transport

import (
	"net"
	"net/netip"
	"slices"
	"strings"

	"github.com/pion/ice/v4"
	"github.com/pion/webrtc/v4"
)

// containerBridges are interfaces that no client ever reaches; they are left out unless Config.Interfaces names them.
var containerBridges = []string{"docker", "br-", "veth", "virbr", "cni", "podman"}

// advertised returns the local addresses that clients are told of. It is computed for every Peer: addresses of a small
// server come and go.
func (c Config) advertised() []netip.Addr {
	interfaces, err := net.Interfaces()
	if err != nil {
		return nil
	}
	var found []netip.Addr
	for _, i := range interfaces {
		if i.Flags&net.FlagUp == 0 || !c.interfaceWanted(i) {
			continue
		}
		addresses, err := i.Addrs()
		if err != nil {
			continue
		}
		for _, a := range addresses {
			if prefix, err := netip.ParsePrefix(a.String()); err == nil && c.addressWanted(prefix.Addr().Unmap()) {
				found = append(found, prefix.Addr().Unmap())
			}
		}
	}
	return found
}

func (c Config) interfaceWanted(i net.Interface) bool {
	if i.Flags&net.FlagLoopback != 0 && !c.IncludeLoopback {
		return false
	}
	if len(c.Interfaces) > 0 {
		return slices.Contains(c.Interfaces, i.Name) || i.Flags&net.FlagLoopback != 0
	}
	return !slices.ContainsFunc(containerBridges, func(prefix string) bool { return strings.HasPrefix(i.Name, prefix) })
}

func (c Config) addressWanted(a netip.Addr) bool {
	switch {
	case a.IsLinkLocalUnicast() || a.IsMulticast():
		return false
	case a.Is6() && !c.IPv6:
		return false
	case a.IsLoopback() && !c.IncludeLoopback:
		return false
	}
	return len(c.BindAddresses) == 0 || slices.Contains(c.BindAddresses, a)
}

// rewriteRules are Pion's form of PublicIPs and AddressRewrites.
func (c Config) rewriteRules() []webrtc.ICEAddressRewriteRule {
	rule := func(local string, external ...netip.Addr) webrtc.ICEAddressRewriteRule {
		r := webrtc.ICEAddressRewriteRule{
			Local: local, AsCandidateType: webrtc.ICECandidateTypeHost, Mode: webrtc.ICEAddressRewriteReplace,
		}
		for _, a := range external {
			r.External = append(r.External, a.String())
		}
		return r
	}
	var rules []webrtc.ICEAddressRewriteRule
	for _, r := range c.AddressRewrites {
		rules = append(rules, rule(r.From.String(), r.To))
	}
	if len(c.PublicIPs) > 0 {
		rules = append(rules, rule("", c.PublicIPs...))
	}
	return rules
}

// udpMux lets Pion share our sockets: one per address family, or one per bound address. It differs from Pion's own
// in what it advertises.
type udpMux struct {
	sockets []udpSocket
	config  Config
}

type udpSocket struct {
	*ice.UDPMuxDefault
	local netip.AddrPort
}

// GetListenAddresses implements ice.UDPMux.
func (m *udpMux) GetListenAddresses() []net.Addr {
	var all []net.Addr
	for _, a := range m.config.advertised() {
		if s := m.socket(a); s != nil {
			all = append(all, net.UDPAddrFromAddrPort(netip.AddrPortFrom(a, s.local.Port())))
		}
	}
	return all
}

func (m *udpMux) socket(a netip.Addr) *udpSocket {
	for i := range m.sockets {
		s := &m.sockets[i]
		if s.local.Addr() == a || s.local.Addr().IsUnspecified() && s.local.Addr().Is4() == a.Is4() {
			return s
		}
	}
	return nil
}

// GetConn implements ice.UDPMux.
func (m *udpMux) GetConn(ufrag string, addr net.Addr) (net.PacketConn, error) {
	udp, ok := addr.(*net.UDPAddr)
	if !ok {
		return nil, &net.AddrError{Err: "not a UDP address", Addr: addr.String()}
	}
	s := m.socket(udp.AddrPort().Addr().Unmap())
	if s == nil {
		return nil, &net.AddrError{Err: "no socket listens there", Addr: addr.String()}
	}
	return s.UDPMuxDefault.GetConn(ufrag, addr)
}

// RemoveConnByUfrag implements ice.UDPMux.
func (m *udpMux) RemoveConnByUfrag(ufrag string) {
	for _, s := range m.sockets {
		s.UDPMuxDefault.RemoveConnByUfrag(ufrag)
	}
}

// Close implements ice.UDPMux.
func (m *udpMux) Close() error {
	var first error
	for _, s := range m.sockets {
		if err := s.UDPMuxDefault.Close(); err != nil && first == nil {
			first = err
		}
	}
	return first
}
