package transport

import (
	"net"
	"net/netip"
	"slices"
	"strings"

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
