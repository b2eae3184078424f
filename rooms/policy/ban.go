package policy

import (
	"net/netip"
	"time"
)

// BanEntry keeps somebody out: whoever has one of its marks. A mark that is not set matches nobody.
type BanEntry struct {
	Subject Subject
	Device  string
	Network netip.Prefix // an IPv4 address, or the /64 of an IPv6 address
	Until   time.Time    // zero: until it is lifted
}

// NewBan makes a ban of somebody by the marks of the room's rules. It returns false where they leave none to know them
// again by: then they can only be removed.
func NewBan(p *Policy, now time.Time, who Arrival) (BanEntry, bool) {
	var b BanEntry
	by := p.Join.Bans.By
	if by&MarkAccount != 0 {
		b.Subject = who.Subject
	}
	if by&MarkDevice != 0 {
		b.Device = who.Device
	}
	if by&MarkIP != 0 && who.Address.IsValid() {
		b.Network = line(who.Address)
	}
	known := b != BanEntry{}
	if p.Join.Bans.For > 0 {
		b.Until = now.Add(p.Join.Bans.For)
	}
	return b, known
}

// line is what one connection to the internet has: an IPv4 address, or a /64 of IPv6 (RFC 6177).
func line(a netip.Addr) netip.Prefix {
	a = a.Unmap().WithZone("")
	bits := 32
	if a.Is6() {
		bits = 64
	}
	prefix, _ := a.Prefix(bits)
	return prefix
}

// Over says whether the ban has ended.
func (b BanEntry) Over(now time.Time) bool { return !b.Until.IsZero() && !now.Before(b.Until) }

// Matches says whether somebody has one of the marks.
func (b BanEntry) Matches(who Arrival) bool {
	return b.Subject != "" && (b.Subject == who.Subject || b.Subject == who.Also) ||
		b.Device != "" && b.Device == who.Device ||
		b.Network.IsValid() && who.Address.IsValid() && b.Network == line(who.Address)
}

// Bans are the bans of one room. Whoever keeps them bounds them.
type Bans []BanEntry

// Hold says whether somebody is banned now. Owners never are, because they could not lift it.
func (b Bans) Hold(p *Policy, now time.Time, who Arrival) bool {
	if p.Owners.Has(who.Subject, who.Also) {
		return false
	}
	for _, ban := range b {
		if !ban.Over(now) && ban.Matches(who) {
			return true
		}
	}
	return false
}
