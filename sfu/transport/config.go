package transport

import (
	"net/netip"
)

// Config says where media is received and what of it is told to clients.
type Config struct {
	UDPPort int // one port for everybody; 0: any free one
	TCPPort int // ICE-TCP (RFC 6544) for networks that block UDP; 0: any free one, -1: off

	BindAddresses   []netip.Addr // listen on these only; empty: all
	Interfaces      []string     // advertise addresses of these interfaces only; empty: all but container bridges
	IncludeLoopback bool         // advertise loopback addresses as well
	IPv6            bool         // advertise IPv6 addresses as well

	PublicIPs       []netip.Addr     // advertised in place of the interfaces' addresses: the server is behind NAT
	AddressRewrites []AddressRewrite // finer: advertise To in place of From

	MaxSlots int // slots per Peer; 0: 48
	MaxSSRCs int // RTP streams per Peer that get state; beyond, packets are dropped; 0: 64
}

// AddressRewrite advertises one address in place of another.
type AddressRewrite struct{ From, To netip.Addr }

const (
	defaultMaxSlots = 48
	defaultMaxSSRCs = 64 // camera 3 encodings + screen + 2 audio, each with RTX, and room for restarts
	// abusiveSSRCs times the budget and the Peer is closed: Pion keeps state for every SSRC that authenticates.
	abusiveSSRCs = 4
)

func (c Config) withDefaults() Config {
	if c.MaxSlots == 0 {
		c.MaxSlots = defaultMaxSlots
	}
	if c.MaxSSRCs == 0 {
		c.MaxSSRCs = defaultMaxSSRCs
	}
	return c
}
