package rooms

import (
	"cmp"
	"crypto/rand"
	"maps"
	"net/netip"
	"slices"
	"time"

	"salon/rooms/policy"
	"salon/rooms/store"
	"salon/signaling/protocol"
)

const (
	maxBans        = 1000
	maxInvitations = 500
	codeLength     = 26 // characters of an invitation's code: 130 bits
)

func newID() string { return rand.Text()[:13] }

// banList is the bans as the rules of admission see them.
func (r *room) banList() policy.Bans {
	list := make(policy.Bans, 0, len(r.bans))
	for _, b := range r.bans {
		entry := policy.BanEntry{Subject: policy.Subject(b.Subject), Device: b.Device, Until: b.Until}
		entry.Network, _ = netip.ParsePrefix(b.Address) // "" is none
		list = append(list, entry)
	}
	return list
}

func (p *Participant) getBans(protocol.GetBans) (protocol.ServerMessage, error) {
	return protocol.Bans{Bans: p.room.describeBans()}, nil
}

// describeBans lists the bans, the newest first.
func (r *room) describeBans() []protocol.Ban {
	now, all := time.Now(), []protocol.Ban{}
	for _, b := range r.bans {
		if b.Until.IsZero() || b.Until.After(now) {
			all = append(all, protocol.Ban{ID: b.ID, Name: b.Name, By: b.By, At: b.At.UnixMilli(), Until: milli(b.Until)})
		}
	}
	slices.SortFunc(all, func(a, b protocol.Ban) int { return cmp.Or(cmp.Compare(b.At, a.At), cmp.Compare(a.ID, b.ID)) })
	return all
}

// milli is a moment on the wire; 0 for none.
func milli(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func (p *Participant) unban(m protocol.Unban) error {
	r := p.room
	if _, ok := r.bans[m.Ban]; !ok {
		return errUnknown
	}
	delete(r.bans, m.Ban)
	r.keep(store.DeleteBan(m.Ban))
	return nil
}

// invite makes an invitation.
func (p *Participant) invite(m protocol.Invite) (protocol.ServerMessage, error) {
	r, now := p.room, time.Now()
	r.sweepInvitations(now)
	if len(r.invitations) >= maxInvitations {
		return nil, refuse(protocol.ErrBadMessage, "there are too many invitations: revoke some first")
	}
	seconds := cmp.Or(m.Expires, protocol.MaxInvitationSeconds)
	name := ""
	if m.Name != "" {
		var ok bool
		if name, ok = cleanName(m.Name); !ok {
			return nil, errBadName
		}
	}
	code := rand.Text()[:codeLength]
	i := store.Invitation{
		ID: newID(), Digest: digest(code), Role: string(m.Role), Name: name, By: p.name,
		Until: now.Add(time.Duration(seconds) * time.Second).Truncate(time.Millisecond), Left: cmp.Or(m.Uses, -1),
	}
	r.invitations[i.ID] = i
	r.keep(store.PutInvitation(i))
	answer := describeInvitation(i)
	answer.Code = code
	return answer, nil
}

func describeInvitation(i store.Invitation) protocol.Invitation {
	return protocol.Invitation{ID: i.ID, Role: protocol.Role(i.Role), Name: i.Name, Until: i.Until.UnixMilli(), Left: max(i.Left, 0)}
}

func (p *Participant) getInvitations(protocol.GetInvitations) (protocol.ServerMessage, error) {
	p.room.sweepInvitations(time.Now())
	all := []protocol.Invitation{}
	for _, i := range p.room.invitations {
		all = append(all, describeInvitation(i))
	}
	slices.SortFunc(all, func(a, b protocol.Invitation) int {
		return cmp.Or(cmp.Compare(a.Until, b.Until), cmp.Compare(a.ID, b.ID))
	})
	return protocol.Invitations{Invitations: all}, nil
}

func (p *Participant) revokeInvitation(m protocol.RevokeInvitation) error {
	r := p.room
	if _, ok := r.invitations[m.Invitation]; !ok {
		return errUnknown
	}
	delete(r.invitations, m.Invitation)
	r.keep(store.DeleteInvitation(m.Invitation))
	return nil
}

// sweepInvitations forgets those that nobody can use any more.
func (r *room) sweepInvitations(now time.Time) {
	for id, i := range maps.Clone(r.invitations) {
		if !now.Before(i.Until) || i.Left == 0 {
			delete(r.invitations, id)
			r.keep(store.DeleteInvitation(id))
		}
	}
}

// invited makes somebody who brings the code of an invitation who it says.
func (r *room) invited(e *entry, now time.Time) error {
	wanted := digest(e.invite)
	for _, i := range r.invitations {
		if i.Digest != wanted || !now.Before(i.Until) || i.Left == 0 {
			continue
		}
		if err := e.who.role.UnmarshalText([]byte(i.Role)); err != nil {
			return errBadInvite
		}
		e.who.way, e.who.invitation = policy.ByInvitation, i.ID
		if i.Name != "" {
			e.who.name = i.Name
		}
		return nil
	}
	return errBadInvite
}

var errBadInvite = refuse(protocol.ErrBadInvite, "the invitation was used up, revoked or has expired: ask for another one")

// spendInvitation counts one use when somebody enters by an invitation.
func (r *room) spendInvitation(p *Participant) {
	i, ok := r.invitations[p.who.invitation]
	if !ok || i.Left < 0 || p.spent {
		return
	}
	p.spent = true
	i.Left--
	r.invitations[i.ID] = i
	r.keep(store.PutInvitation(i))
}
