package policy

import (
	"net/netip"
	"time"
)

// Arrival is somebody at the door.
type Arrival struct {
	Subject  Subject
	Also     Subject // another name of the account, by which lists may name it; "": none
	Role     Role    // that a token, an invitation or an account gives; RoleNone: the room's default
	Way      Way
	Device   string // a secret that the client keeps; "": none
	Address  netip.Addr
	Admitted bool // a moderator let them in
	SentBack bool // a moderator sent them to the lobby
}

// RoleOf is the role that somebody has on entering: owners are moderators.
func RoleOf(p *Policy, a Arrival) Role {
	switch {
	case p.Owners.Has(a.Subject, a.Also):
		return RoleModerator
	case a.Role != RoleNone:
		return a.Role
	}
	return p.DefaultRole
}

// Outcome is what happens to an arrival.
type Outcome uint8

// The outcomes. Refuse is the zero value, so that what was forgotten stays outside.
const (
	Refuse Outcome = iota
	Wait           // in the lobby
	Enter
)

// String names the outcome.
func (o Outcome) String() string { return [...]string{"refuse", "wait", "enter"}[o] }

// Admission says what happens to an arrival, and why.
type Admission struct {
	Outcome Outcome
	Reason  Reason
}

// Admit says whether somebody enters, waits or is refused. It is asked on arrival, and again for those who wait: with
// Admitted when a moderator admits them, and unchanged when a moderator enters or the rules change. Who resumes is
// inside already and does not arrive. State.Participants must be counted and the outcome carried out in one step, or
// a room of ten seats takes eleven. Owners enter also when the time is over, because they can give the room more.
func Admit(p *Policy, s State, bans Bans, who Arrival) Admission {
	role := RoleOf(p, who)
	if bans.Hold(p, s.Now, who) {
		return Admission{Refuse, Reason{Code: WhyBanned}}
	}
	if code, key := p.closed(s, role); code != "" && !p.Owners.Has(who.Subject, who.Also) {
		return Admission{Refuse, p.because(code, 0, key)}
	}
	if p.Join.Guests == GuestsDeny && who.Way == ByLink && role < RoleModerator {
		return Admission{Refuse, p.because(WhyNoGuests, 0, "join.guests")}
	}
	if s.Locked && role < RoleModerator && !who.Admitted {
		return Admission{Refuse, Reason{Code: WhyLocked}}
	}
	if code, key := p.full(s); code != "" {
		return Admission{Refuse, p.because(code, 0, key)}
	}
	return p.lobby(s, who, role)
}

// full compares with the smaller of the room's and the server's bound.
func (p *Policy) full(s State) (code Code, key string) {
	switch {
	case p.Join.MaxParticipants > 0 && s.Participants >= p.Join.MaxParticipants:
		return WhyFull, "join.max_participants"
	case s.Capacity > 0 && s.Participants >= s.Capacity:
		return WhyFull, ""
	}
	return "", ""
}

// lobby says whether somebody who may come in has to wait first.
func (p *Policy) lobby(s State, who Arrival, role Role) Admission {
	j := &p.Join
	switch {
	case who.Admitted:
		return Admission{Enter, Reason{Code: WhyAdmitted}}
	case who.SentBack:
		return Admission{Wait, Reason{Code: WhySentBack}}
	case role == RoleModerator:
		return Admission{Enter, Reason{Code: WhyRole}}
	case s.Moderators == 0 && j.WaitForModerator:
		return Admission{Wait, p.because(WhyWaitModerator, 0, "join.wait_for_moderator")}
	case s.Moderators == 0 && j.WhenNoModerator.Lock:
		return Admission{Refuse, p.because(WhyNoModerator, 0, "join.when_no_moderator.lock")}
	}
	if j.Guests == GuestsAsk || j.Guests == GuestsTrusted && who.Way == ByLink {
		if j.BypassLobby.Has(role, who.Way) {
			return Admission{Enter, p.because(WhyBypass, 0, "join.bypass_lobby")}
		}
		return Admission{Wait, p.because(WhyLobby, 0, "join.guests")}
	}
	return Admission{Enter, p.because(WhyWelcome, 0, "join.guests")}
}

// StartAs is how somebody begins.
type StartAs struct {
	Muted, CameraOff, AudioOnly bool
	// Origin is where the first of these that holds was set, "" when none does.
	Reason Reason
}

// Begin says how somebody begins who enters now; they are not yet counted in the state. Presenters and moderators begin
// with microphone and camera as they like.
func Begin(p *Policy, s State, role Role) StartAs {
	bound := role < RolePresenter
	a := StartAs{
		Muted:     bound && p.Start.Muted,
		CameraOff: p.Start.AudioOnly || bound && p.Start.HiddenAfter >= 0 && s.Participants >= p.Start.HiddenAfter,
		AudioOnly: p.Start.AudioOnly,
	}
	switch {
	case a.AudioOnly:
		a.Reason = p.because(WhyStart, Video, "start.audio_only")
	case a.Muted:
		a.Reason = p.because(WhyStart, Speak, "start.muted")
	case a.CameraOff:
		a.Reason = p.because(WhyStart, Video, "start.hidden_after")
	}
	return a
}

// Ends says when the room ends by its rules and why; false when it does not. A moment that is over means now.
func Ends(p *Policy, s State) (at time.Time, why Reason, ok bool) {
	earlier := func(candidate time.Time, code Code, key string) {
		if !ok || candidate.Before(at) {
			at, why, ok = candidate, p.because(code, 0, key), true
		}
	}
	if !p.Window.Expires.IsZero() {
		earlier(p.Window.Expires.Time, WhyExpired, "window.expires")
	}
	if p.Window.Duration > 0 && !s.Opened.IsZero() {
		earlier(s.Opened.Add(p.Window.Duration), WhyTimeUp, "window.duration")
	}
	if after := p.Join.WhenNoModerator.EndAfter; after > 0 && !s.NoModeratorSince.IsZero() {
		earlier(s.NoModeratorSince.Add(after), WhyAbandoned, "join.when_no_moderator.end_after")
	}
	return at, why, ok
}
