package policy

import "time"

// Participant is what the rules need to know of somebody: a value that the caller makes anew for each decision.
type Participant struct {
	ID        string  // in the room
	Subject   Subject // "": came without an account or token
	Also      Subject // another name of the account, by which lists may name it; "": none
	Role      Role    // RoleNone: waits
	Granted   Rights  // personally; a grant does not help where nobody may
	Revoked   Rights  // personally; wins over Granted. A hard mute revokes Speak
	HasFloor  bool    // with TalkFloor: it is their turn
	Publishes Sources // what they show now, muted or not
}

// Grant returns the participant with a personal grant, and without a revocation.
func (p Participant) Grant(r Right) Participant {
	p.Granted, p.Revoked = p.Granted|1<<r, p.Revoked&^(1<<r)
	return p
}

// Revoke returns the participant with a right taken, and without a grant.
func (p Participant) Revoke(r Right) Participant {
	p.Granted, p.Revoked = p.Granted&^(1<<r), p.Revoked|1<<r
	return p
}

// Reset returns the participant with neither.
func (p Participant) Reset(r Right) Participant {
	p.Granted, p.Revoked = p.Granted&^(1<<r), p.Revoked&^(1<<r)
	return p
}

// State is what the rules need to know of a room now.
type State struct {
	Now              time.Time
	Opened           time.Time // when the first participant entered; zero: nobody has
	NoModeratorSince time.Time // zero: a moderator is there, or nobody is
	Locked           bool
	Participants     int // reconnecting ones included
	Moderators       int // of them
	Capacity         int // the server's own bound of participants; 0: none
}

// Decision says whether somebody has a right now.
type Decision struct {
	Allowed bool
	Ask     bool // not allowed, but may be asked for: of a moderator, or by queueing for the floor
	Reason  Reason
}

// Decide says whether a participant has a right now. It allocates nothing and is meant for events, not for packets.
// Locked does not matter here: a lock keeps people out and takes nothing from those inside.
//
// Who may queue for the floor? Whoever may speak once they have it: decide with HasFloor set.
func Decide(p *Policy, s State, who Participant, right Right) Decision {
	switch {
	case right >= rightCount:
		return Decision{Reason: Reason{Code: WhyUnknown, Right: right}}
	case who.Role == RoleNone:
		return Decision{Reason: Reason{Code: WhyNotAdmitted, Right: right}}
	}
	if code, key := p.closed(s, who.Role); code != "" && !outlives(right, who.Role, code) {
		return Decision{Reason: p.because(code, right, key)}
	}
	d := p.decide(who, right)
	if right == Speak && d.Allowed && p.TalkMode == TalkFloor && !who.HasFloor {
		return Decision{Ask: true, Reason: p.because(WhyFloor, right, "talk_mode")}
	}
	return d
}

// closed says whether the window keeps somebody of that role out, "" when it does not.
func (p *Policy) closed(s State, role Role) (code Code, key string) {
	w := p.Window
	switch {
	case !w.Expires.IsZero() && !s.Now.Before(w.Expires.Time):
		return WhyExpired, "window.expires"
	case w.Duration > 0 && !s.Opened.IsZero() && !s.Now.Before(s.Opened.Add(w.Duration)):
		return WhyTimeUp, "window.duration"
	case !w.NotBefore.IsZero() && s.Now.Before(w.NotBefore.Time) && role < RoleModerator:
		return WhyNotYet, "window.not_before"
	}
	return "", ""
}

// outlives are what moderators may still do in a room whose time is over: give it more, or end it.
func outlives(right Right, role Role, code Code) bool {
	return role == RoleModerator && code != WhyNotYet && (right == SetPolicy || right == End)
}

// decide is the part of Decide that does not depend on time.
func (p *Policy) decide(who Participant, right Right) Decision {
	row := &table[right]
	rule := row.rule(&p.Policy)
	switch {
	case p.Features.Disable.Has(right):
		return Decision{Reason: p.because(WhyDisabled, right, "features.disable")}
	case who.Revoked.Has(right):
		return Decision{Reason: Reason{Code: WhyRevoked, Right: right}}
	case right == ScreenAudio && p.Policy.Screen.Audio:
		return p.decide(who, Screen) // its sound comes with a screen, and never without
	case right == ScreenAudio:
		return Decision{Reason: p.because(WhyNoScreenAudio, right, row.key)}
	case rule.Rule == Nobody:
		return Decision{Reason: p.because(WhyNobody, right, row.key)}
	case who.Granted.Has(right):
		return Decision{Allowed: true, Reason: Reason{Code: WhyGranted, Right: right}}
	}
	allowed, ask, code := rule.includes(who, row.least)
	return Decision{Allowed: allowed, Ask: ask, Reason: p.because(code, right, row.key)}
}

// includes says whether a rule includes somebody; least is the role from which on "allow" and "ask" mean somebody.
func (w Who) includes(who Participant, least Role) (allowed, ask bool, code Code) {
	switch w.Rule {
	case Allow:
		if who.Role < least {
			return false, false, WhyViewer
		}
		return true, false, WhyAllowed
	case Ask:
		switch {
		case who.Role >= RolePresenter:
			return true, false, WhyRole
		case who.Role < least:
			return false, false, WhyViewer
		}
		return false, true, WhyAsk
	case Moderators:
		return yesNo(who.Role == RoleModerator, WhyRole, WhyModerators)
	case Presenters:
		return yesNo(who.Role >= RolePresenter, WhyRole, WhyPresenters)
	case Listed:
		byRole := w.Least != RoleNone && who.Role >= w.Least
		return yesNo(byRole || w.Names.Has(who.Subject, who.Also), WhyListed, WhyNotListed)
	}
	return false, false, WhyNobody
}

func yesNo(allowed bool, yes, no Code) (bool, bool, Code) {
	if allowed {
		return true, false, yes
	}
	return false, false, no
}

// Used is what a room carries now.
type Used struct {
	Cameras, Screens int // in the room
	OwnCameras       int // of the participant who wants one more
}

// Fits says whether one more publication of a source fits into the room's limits. It says nothing about the right.
func Fits(p *Policy, used Used, source Source) Decision {
	switch {
	case source == SourceCamera && used.Cameras >= p.Limits.Cameras:
		return Decision{Reason: p.because(WhyTooMany, Video, "limits.cameras")}
	case source == SourceCamera && used.OwnCameras >= p.Limits.CamerasPerParticipant:
		return Decision{Reason: p.because(WhyTooMany, Video, "limits.cameras_per_participant")}
	case source == SourceScreen && used.Screens >= p.Policy.Screen.Max:
		return Decision{Reason: p.because(WhyTooMany, Screen, "policy.screen.max")}
	}
	return Decision{Allowed: true, Reason: Reason{Code: WhyAllowed, Right: source.Right()}}
}
