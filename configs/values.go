package configs

import (
	"fmt"
	"log/slog"
	"net/netip"
)

// Secret is a value that is never logged nor printed by accident. string(s) reveals it.
type Secret string

const redacted = "[redacted]"

// String hides the secret.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return redacted
}

// GoString hides the secret from %#v.
func (s Secret) GoString() string { return fmt.Sprintf("%q", s.String()) }

// Confidential keeps the secret out of problems.
func (s Secret) Confidential() {}

// LogValue hides the secret from logs.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalJSON hides the secret from JSON.
func (s Secret) MarshalJSON() ([]byte, error) { return fmt.Appendf(nil, "%q", s.String()), nil }

// Address is an IP address.
type Address struct{ netip.Addr }

// UnmarshalText reads an address without zone.
func (a *Address) UnmarshalText(text []byte) error {
	parsed, err := netip.ParseAddr(string(text))
	if err != nil || parsed.Zone() != "" {
		return fmt.Errorf("is not an IP address: write one like 203.0.113.7 or 2001:db8::7")
	}
	a.Addr = parsed.Unmap()
	return nil
}

// Network is an address range; a lone address is the range of itself.
type Network struct{ netip.Prefix }

// UnmarshalText reads 192.0.2.0/24 or 192.0.2.1.
func (n *Network) UnmarshalText(text []byte) error {
	if a, err := netip.ParseAddr(string(text)); err == nil && a.Zone() == "" {
		a = a.Unmap()
		n.Prefix = netip.PrefixFrom(a, a.BitLen())
		return nil
	}
	p, err := netip.ParsePrefix(string(text))
	if err != nil {
		return fmt.Errorf("is not a network: write one like 10.0.0.0/8, 127.0.0.1 or fd00::/8")
	}
	n.Prefix = p.Masked()
	return nil
}
