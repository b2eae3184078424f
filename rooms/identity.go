package rooms

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/netip"
	"time"

	"salon/rooms/policy"
	"salon/rooms/store"
	"salon/rooms/token"
	"salon/signaling/protocol"
)

// Entrance is somebody who asks to enter, and what the server knows of them beside what they say.
type Entrance struct {
	Join    protocol.Join
	Re      uint64     // the request
	Out     Outbox     // for Joined or Waiting, and all that follows
	Address netip.Addr // of the client
	Account Account
	Role    policy.Role // that the server itself gives, RoleNone: none
	NoLobby bool        // cannot wait: is refused in place of it
}

// Account is who has logged in. The zero value is nobody.
type Account struct {
	Subject policy.Subject
	Also    policy.Subject // another name of it, by which lists may name it; "": none
	Name    string         // that whoever keeps the account gives, to be shown; "": as they like
}

// identity is who somebody is, as far as it was proved or can be told. A name is no part of it: anybody may choose any.
// It never changes.
type identity struct {
	subject    policy.Subject // of a token or an account; "": a guest
	also       policy.Subject // another name of the account, by which lists may name it; "": none
	device     string         // digest of what the browser keeps; "": none
	address    netip.Addr
	way        policy.Way
	role       policy.Role // that a token or an invitation gives; RoleNone: the room's default
	granted    policy.Rights
	revoked    policy.Rights
	name       string // that an account, a token or an invitation gives; "": as they like
	invitation string // its id
	token      tokenUse
}

// key is what a standing is kept by; "" where nothing tells somebody apart.
func (i *identity) key() string {
	switch {
	case i.subject != "":
		return "subject:" + string(i.subject)
	case i.device != "":
		return "device:" + i.device
	}
	return ""
}

// arrival is the identity as the rules of admission see it.
func (i *identity) arrival() policy.Arrival {
	return policy.Arrival{Subject: i.subject, Also: i.also, Role: i.role, Way: i.way, Device: i.device, Address: i.address}
}

// digest makes of a secret what may be kept and compared.
func digest(secret string) string {
	if secret == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

// identify finds out who enters a room. What is presented must be valid: a bad token is an error, not a guest.
func (r *Registry) identify(e Entrance, key string, now time.Time) (identity, error) {
	id := identity{device: digest(e.Join.Device), address: e.Address, subject: e.Account.Subject, also: e.Account.Also, name: shownName(e.Account.Name), role: e.Role}
	switch {
	case e.Account.Subject != "":
		id.way = policy.ByAccount
	case e.Role != policy.RoleNone:
		id.way = policy.ByToken
	}
	if e.Join.Token == "" {
		return id, nil
	}
	if r.config.Tokens == nil {
		return identity{}, errBadToken
	}
	claims, err := r.config.Tokens.Verify(e.Join.Token, key, roomKey, now)
	if err == nil {
		id, err = id.withClaims(claims)
	}
	if err != nil {
		r.config.Log.Info("a token was refused", "room", key, "error", err)
		return identity{}, errBadToken
	}
	return id, nil
}

// withClaims is the identity of somebody who brought a token.
func (i identity) withClaims(c token.Claims) (identity, error) {
	i.way = policy.ByToken
	if name := shownName(c.Name); name != "" || c.Subject != "" {
		i.name = name
	}
	if c.Subject != "" {
		subject, err := policy.ParseSubject(c.Subject)
		if err != nil {
			return identity{}, fmt.Errorf("its subject %w", err)
		}
		i.subject, i.also = subject, ""
	}
	if c.ID != "" {
		i.token = tokenUse{key: "token:" + digest(c.Issuer+"\x00"+c.ID), device: i.device, until: c.Expires.Add(time.Minute)}
	}
	if c.Role != "" {
		if err := i.role.UnmarshalText([]byte(c.Role)); err != nil {
			return identity{}, fmt.Errorf("its role %w", err)
		}
	}
	for name, allowed := range c.Grants {
		var right policy.Right
		if err := right.UnmarshalText([]byte(name)); err != nil {
			return identity{}, fmt.Errorf("a right that it grants %w", err)
		}
		switch {
		case !allowed:
			i.revoked |= policy.RightsOf(right)
		case c.Bounded && right >= policy.AdmitWaiting:
			return identity{}, fmt.Errorf("it grants %q, which is more than its issuer's max_role has", right)
		default:
			i.granted |= policy.RightsOf(right)
		}
	}
	return i, nil
}

var errBadToken = refuse(protocol.ErrBadToken, "the token is not valid for this room now: get another one from where it came")

// standing is what moderators decided about one person. The zero value decides nothing.
type standing struct {
	role     policy.Role // RoleNone: as the identity says
	granted  policy.Rights
	revoked  policy.Rights
	admitted bool
	invited  string    // id of the invitation, of a number of uses, by which it entered
	at       time.Time // of the newest change
}

// standingOf reads what is kept.
func standingOf(kept store.Standing) standing {
	s := standing{admitted: kept.Admitted, invited: kept.Invitation, at: kept.At}
	_ = s.role.UnmarshalText([]byte(kept.Role)) // a role that is no longer known decides nothing
	for name, allowed := range kept.Grants {
		var right policy.Right
		if right.UnmarshalText([]byte(name)) != nil {
			continue
		}
		if allowed {
			s.granted |= policy.RightsOf(right)
		} else {
			s.revoked |= policy.RightsOf(right)
		}
	}
	return s
}

// kept is what outlives the participant.
func (s standing) kept() store.Standing {
	k := store.Standing{Admitted: s.admitted, Invitation: s.invited, At: s.at}
	if s.role != policy.RoleNone {
		k.Role = s.role.String()
	}
	if s.granted|s.revoked != 0 {
		k.Grants = map[string]bool{}
	}
	for _, r := range s.granted.List() {
		k.Grants[r.String()] = true
	}
	for _, r := range s.revoked.List() {
		k.Grants[r.String()] = false
	}
	return k
}
