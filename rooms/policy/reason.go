package policy

import "strings"

// Code says why, for machines: the client translates it into a sentence. Codes are never renamed.
type Code string

// The codes of decisions about rights.
const (
	WhyAllowed       Code = "allowed"
	WhyRole          Code = "role"
	WhyListed        Code = "listed"
	WhyGranted       Code = "granted"
	WhyNotAdmitted   Code = "not_admitted"
	WhyNotYet        Code = "not_yet"
	WhyExpired       Code = "expired"
	WhyTimeUp        Code = "time_up"
	WhyDisabled      Code = "disabled"
	WhyRevoked       Code = "revoked"
	WhyNobody        Code = "nobody"
	WhyViewer        Code = "viewer"
	WhyAsk           Code = "ask"
	WhyModerators    Code = "moderators_only"
	WhyPresenters    Code = "presenters_only"
	WhyNotListed     Code = "not_listed"
	WhyFloor         Code = "floor"
	WhyNoScreenAudio Code = "no_screen_audio"
	WhyTooMany       Code = "too_many"
	WhyNamed         Code = "named"
	WhyUnknown       Code = "unknown"
)

// The codes of decisions about seeing.
const (
	WhySelf    Code = "self"
	WhySeen    Code = "seen"
	WhyOnStage Code = "on_stage"
	WhyHidden  Code = "hidden"
)

// The codes of decisions about entering.
const (
	WhyWelcome       Code = "welcome"
	WhyAdmitted      Code = "admitted"
	WhyBypass        Code = "bypass"
	WhyBanned        Code = "banned"
	WhyLocked        Code = "locked"
	WhyNoModerator   Code = "no_moderator"
	WhyFull          Code = "full"
	WhyNoGuests      Code = "no_guests"
	WhyLobby         Code = "lobby"
	WhyWaitModerator Code = "wait_for_moderator"
	WhySentBack      Code = "sent_back"
)

// The codes of how somebody begins, and of why a room ends.
const (
	WhyStart     Code = "start"
	WhyAbandoned Code = "abandoned"
)

// CodeWords is a code and what it says to a person; RIGHT stands for what the right is about.
type CodeWords struct {
	Code  Code
	Words string
}

// Codes lists every code. The sentences are for logs and the command line: the client has its own.
var Codes = []CodeWords{
	{WhyAllowed, "everybody who takes part may RIGHT"},
	{WhyRole, "their role is enough to RIGHT"},
	{WhyListed, "their account or role is in the list of those who may RIGHT"},
	{WhyGranted, "they were personally allowed to RIGHT"},
	{WhyNotAdmitted, "they are not in the room: nothing is allowed before"},
	{WhyNotYet, "the room is not open yet: only moderators are in before"},
	{WhyExpired, "the room has expired: an owner can set another end"},
	{WhyTimeUp, "the room was open for its whole duration: an owner can set a longer one"},
	{WhyDisabled, "it is switched off for everybody in this room, moderators included"},
	{WhyRevoked, "a moderator took from them the right to RIGHT, and can give it back"},
	{WhyNobody, "nobody may RIGHT in this room, and no grant changes that"},
	{WhyViewer, "viewers watch: a moderator can allow them to RIGHT, or change their role"},
	{WhyAsk, "they have to ask to RIGHT: a moderator grants or refuses it"},
	{WhyModerators, "only moderators may RIGHT, and whom they allow it"},
	{WhyPresenters, "only presenters and moderators may RIGHT, and whom they allow it"},
	{WhyNotListed, "they are not in the list of those who may RIGHT"},
	{WhyFloor, "one person speaks at a time: they have to wait for the floor"},
	{WhyNoScreenAudio, "screens are shared without their sound in this room"},
	{WhyNamed, "their name comes from an account, a token or an invitation, and stays"},
	{WhyTooMany, "there are already as many as the room carries: one has to stop first"},
	{WhyUnknown, "there is no such right"},
	{WhySelf, "everybody sees themselves"},
	{WhySeen, "the rules show it to them"},
	{WhyOnStage, "who is heard or seen is in the list as well"},
	{WhyHidden, "the rules keep it from them"},
	{WhyWelcome, "the room is open to them"},
	{WhyAdmitted, "a moderator admitted them"},
	{WhyBypass, "they need not wait in the lobby"},
	{WhyBanned, "they are banned from this room: a moderator can lift that"},
	{WhyLocked, "the room is locked: a moderator can unlock it"},
	{WhyNoModerator, "the room is locked while no moderator is in it"},
	{WhyFull, "the room is full: somebody has to leave first"},
	{WhyNoGuests, "the room takes no guests: they need an account, a token or an invitation"},
	{WhyLobby, "they wait until a moderator admits them"},
	{WhyWaitModerator, "they wait until a moderator is there"},
	{WhySentBack, "a moderator sent them back to the lobby"},
	{WhyStart, "this is how one begins in this room"},
	{WhyAbandoned, "no moderator has been in the room for a while"},
}

// Reason says why a decision was made. Code alone is for everybody; the origin may name files of the server.
type Reason struct {
	Code  Code
	Right Right  // of which the decision was
	Key   string // of the room file that made it, "" for what no file says
	// Origin is where that key was set: "kitchen.yaml:12", "site policy (forced), salon.yaml:40", "built-in default".
	Origin string
}

// Sentence says it to a person.
func (r Reason) Sentence() string {
	for _, c := range Codes {
		if c.Code == r.Code {
			return strings.ReplaceAll(c.Words, "RIGHT", r.Right.Words())
		}
	}
	return string(r.Code)
}

// String is the sentence, and where the rule was set.
func (r Reason) String() string {
	if r.Key == "" {
		return r.Sentence()
	}
	return r.Sentence() + " (" + r.Key + ", " + r.Origin + ")"
}

// because makes a reason of a key.
func (p *Policy) because(code Code, right Right, key string) Reason {
	r := Reason{Code: code, Right: right, Key: key}
	if key != "" {
		r.Origin = p.Origin(key)
	}
	return r
}
