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

// sweepBans forgets bans that have ended.
func (r *room) sweepBans(now time.Time) {
	for id, b := range maps.Clone(r.bans) {
		if !b.Holds(now) {
			r.dropBan(id)
		}
	}
}

func (p *Participant) getBans(protocol.GetBans) (protocol.ServerMessage, error) {
	return protocol.Bans{Bans: p.room.describeBans()}, nil
}

// describeBans lists the bans, the newest first.
func (r *room) describeBans() []protocol.Ban {
	now, all := time.Now(), []protocol.Ban{}
	for _, b := range r.bans {
		if b.Holds(now) {
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
	if !p.room.dropBan(m.Ban) {
		return errUnknown
	}
	return nil
}

// dropBan returns false when there is no such ban.
func (r *room) dropBan(id string) bool {
	if _, ok := r.bans[id]; !ok {
		return false
	}
	delete(r.bans, id)
	r.keep(store.DeleteBan(id))
	return true
}

// invite makes an invitation.
func (p *Participant) invite(m protocol.Invite) (protocol.ServerMessage, error) {
	r, now := p.room, time.Now()
	r.sweepInvitations(now, len(r.invitations) >= maxInvitations)
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
	r.putInvitation(i)
	answer := describeInvitation(i)
	answer.Code = code
	return answer, nil
}

func describeInvitation(i store.Invitation) protocol.Invitation {
	return protocol.Invitation{ID: i.ID, Role: protocol.Role(i.Role), Name: i.Name, Until: i.Until.UnixMilli(), Left: max(i.Left, 0)}
}

func (p *Participant) getInvitations(protocol.GetInvitations) (protocol.ServerMessage, error) {
	p.room.sweepInvitations(time.Now(), false)
	all := []protocol.Invitation{}
	for _, i := range p.room.invitations {
		if i.Left != 0 {
			all = append(all, describeInvitation(i))
		}
	}
	slices.SortFunc(all, func(a, b protocol.Invitation) int {
		return cmp.Or(cmp.Compare(a.Until, b.Until), cmp.Compare(a.ID, b.ID))
	})
	return protocol.Invitations{Invitations: all}, nil
}

func (p *Participant) revokeInvitation(m protocol.RevokeInvitation) error {
	if !p.room.dropInvitation(m.Invitation) {
		return errUnknown
	}
	p.room.reconsider(time.Now())
	return nil
}

func (r *room) putInvitation(i store.Invitation) {
	r.invitations[i.ID] = i
	r.keep(store.PutInvitation(i))
}

// dropInvitation returns false when there is no such invitation.
func (r *room) dropInvitation(id string) bool {
	if _, ok := r.invitations[id]; !ok {
		return false
	}
	delete(r.invitations, id)
	r.keep(store.DeleteInvitation(id))
	return true
}

// sweepInvitations forgets those that have expired. Those that are used up let those who used them come back, until room is needed.
func (r *room) sweepInvitations(now time.Time, used bool) {
	for id, i := range maps.Clone(r.invitations) {
		if !now.Before(i.Until) || used && i.Left == 0 {
			r.dropInvitation(id)
		}
	}
}

// invited makes somebody who brings the code of an invitation who it says.
func (r *room) invited(e *entry, now time.Time) error {
	wanted := digest(e.invite)
	for _, i := range r.invitations {
		if i.Digest != wanted || !now.Before(i.Until) {
			continue
		}
		if e.returns = r.entersAgain(e.who, i.ID); i.Left == 0 && !e.returns {
			return errBadInvite
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

// entersAgain says whether somebody has used one of the uses of an invitation before: then it costs no other.
func (r *room) entersAgain(who identity, invitation string) bool {
	key := who.key()
	return key != "" && r.standings[key].invited == invitation
}

// replace ends what somebody who comes again by an invitation still has in the room by it, such as a tab that fell: a use lets
// one in. The room goes on, because the newcomer is at the door.
func (r *room) replace(key, invitation string, now time.Time) {
	for _, twin := range r.everybody() {
		if twin.who.invitation != invitation || twin.who.key() != key {
			continue
		}
		if twin.stage == waiting {
			r.turnAway(twin, protocol.ByeReplaced, "")
			continue
		}
		r.hangUp(twin, protocol.ByeReplaced, "")
		r.takeOut(twin, protocol.LeftByChoice)
		twin.stage = gone
		r.afterDeparture(now)
	}
}

// stillInvited says whether what somebody who waits was invited by still lets them in: others may have used it up.
func (r *room) stillInvited(p *Participant, now time.Time) bool {
	if p.who.invitation == "" || p.spent {
		return true
	}
	i, ok := r.invitations[p.who.invitation]
	return ok && i.Left != 0 && now.Before(i.Until)
}

// spendInvitation counts one use when somebody enters by an invitation.
func (r *room) spendInvitation(p *Participant) {
	i, ok := r.invitations[p.who.invitation]
	if !ok || i.Left < 0 || p.spent {
		return
	}
	p.spent = true
	i.Left--
	r.putInvitation(i)
	p.judge(func(s *standing) { s.invited = i.ID })
}
