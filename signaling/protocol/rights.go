package protocol

// Role is who somebody is in a room.
type Role string

// The roles, the most powerful first.
const (
	RoleModerator   Role = "moderator"
	RolePresenter   Role = "presenter"
	RoleParticipant Role = "participant"
	RoleViewer      Role = "viewer"
)

// Roles lists every role, the most powerful first.
var Roles = []Role{RoleModerator, RolePresenter, RoleParticipant, RoleViewer}

// Right is something that a participant may do.
type Right string

// The rights that a room's policy decides. Those from RightAdmit on are a moderator's.
const (
	RightSpeak           Right = "speak"
	RightVideo           Right = "video"
	RightScreen          Right = "screen"
	RightScreenAudio     Right = "screen_audio"
	RightChat            Right = "chat"
	RightChatPrivate     Right = "chat_private"
	RightSeeParticipants Right = "see_participants"
	RightSeeCameras      Right = "see_cameras"
	RightHand            Right = "hand"
	RightDraw            Right = "draw"
	RightReact           Right = "react"
	RightRename          Right = "rename"
	RightRecord          Right = "record"
	RightAdmit           Right = "admit" // admit, refuse and send back to the lobby
	RightMute            Right = "mute"  // mute others
	RightStop            Right = "stop"  // stop cameras and screens of others
	RightFloor           Right = "floor" // give and take the floor, order and lower hands
	RightRemove          Right = "remove"
	RightBan             Right = "ban"
	RightLock            Right = "lock"
	RightChatDelete      Right = "chat_delete"
	RightSpotlight       Right = "spotlight"
	RightEnd             Right = "end"
	RightSetPolicy       Right = "set_policy" // change the settings of the room, invite
	RightPromote         Right = "promote"    // change roles
)

// RightsList lists every right.
var RightsList = []Right{
	RightSpeak, RightVideo, RightScreen, RightScreenAudio, RightChat, RightChatPrivate, RightSeeParticipants, RightSeeCameras, RightHand, RightDraw, RightReact, RightRename, RightRecord,
	RightAdmit, RightMute, RightStop, RightFloor, RightRemove, RightBan, RightLock, RightChatDelete, RightSpotlight, RightEnd, RightSetPolicy, RightPromote,
}

// GrantState is what a moderator decided about one right of one participant.
type GrantState string

// What a moderator may decide.
const (
	Allowed GrantState = "allowed"
	Denied  GrantState = "denied"
	ByRule  GrantState = "default" // as the policy says
)

// Rights tells a participant what it may do now, and why: the whole truth.
type Rights struct {
	Role   Role        `json:"role"`
	Rights []RightInfo `json:"rights"`
}

// RightInfo is one right of the participant.
type RightInfo struct {
	Right     Right      `json:"right"`
	Allowed   bool       `json:"allowed"`
	Askable   bool       `json:"askable"`   // an Ask would be put before the moderators
	Requested bool       `json:"requested"` // it is
	Reason    ReasonCode `json:"reason"`
}

// ReasonCode says why something may be, or not.
type ReasonCode string

// The reasons.
const (
	BecauseAllowed       ReasonCode = "allowed"      // everybody who takes part may
	BecauseRole          ReasonCode = "role"         // the role is enough
	BecauseListed        ReasonCode = "listed"       // the account or role is in the list of those who may
	BecauseGranted       ReasonCode = "granted"      // a moderator gave it
	BecauseNotAdmitted   ReasonCode = "not_admitted" // not in the room
	BecauseNotYet        ReasonCode = "not_yet"      // the room opens later
	BecauseExpired       ReasonCode = "expired"      // the room has expired
	BecauseTimeUp        ReasonCode = "time_up"      // the room was open for its whole duration
	BecauseDisabled      ReasonCode = "disabled"     // switched off in this room
	BecauseRevoked       ReasonCode = "revoked"      // a moderator took it
	BecauseNobody        ReasonCode = "nobody"       // nobody may
	BecauseViewer        ReasonCode = "viewer"       // viewers only watch
	BecauseAsk           ReasonCode = "ask"          // one has to ask
	BecauseModerators    ReasonCode = "moderators_only"
	BecausePresenters    ReasonCode = "presenters_only"
	BecauseNotListed     ReasonCode = "not_listed"
	BecauseFloor         ReasonCode = "floor"           // somebody else has the floor
	BecauseNoScreenAudio ReasonCode = "no_screen_audio" // screens are shared without sound
	BecauseTooMany       ReasonCode = "too_many"        // as many as the room carries do so already
	BecauseNamed         ReasonCode = "named"           // the name comes from an account, a token or an invitation
	BecauseUnknown       ReasonCode = "unknown"         // no such right
	BecauseSelf          ReasonCode = "self"
	BecauseSeen          ReasonCode = "seen"
	BecauseOnStage       ReasonCode = "on_stage" // who is heard or seen is in the list as well
	BecauseHidden        ReasonCode = "hidden"   // the rules keep it from the participant
	BecauseWelcome       ReasonCode = "welcome"  // the room is open
	BecauseAdmitted      ReasonCode = "admitted" // a moderator admitted the participant
	BecauseBypass        ReasonCode = "bypass"   // no need to wait
	BecauseBanned        ReasonCode = "banned"
	BecauseLocked        ReasonCode = "locked"
	BecauseNoModerator   ReasonCode = "no_moderator" // locked while no moderator is there
	BecauseFull          ReasonCode = "full"
	BecauseNoGuests      ReasonCode = "no_guests"          // an account, a token or an invitation is needed
	BecauseLobby         ReasonCode = "lobby"              // a moderator admits
	BecauseWaitModerator ReasonCode = "wait_for_moderator" // the room begins with a moderator
	BecauseSentBack      ReasonCode = "sent_back"          // a moderator sent the participant back to the lobby
	BecauseStart         ReasonCode = "start"              // how one begins in this room
	BecauseAbandoned     ReasonCode = "abandoned"          // no moderator was there for a while
)

// Requests tells moderators who asks for what: the whole truth.
type Requests struct {
	Requests []RightRequest `json:"requests"` // oldest first
}

// RightRequest is a wish for a right.
type RightRequest struct {
	Participant string `json:"participant"`
	Right       Right  `json:"right"`
	At          int64  `json:"at"` // milliseconds since 1970
}

// Notice tells a participant what a moderator, or the policy, did to it.
type Notice struct {
	What   NoticeCode `json:"what"`
	By     string     `json:"by,omitempty"` // name of the moderator; empty: the room
	Source Source     `json:"source,omitempty"`
	Right  Right      `json:"right,omitempty"`
	Role   Role       `json:"role,omitempty"`
}

// NoticeCode is what was done.
type NoticeCode string

// What was done.
const (
	NoticeMuted     NoticeCode = "muted"      // Source was muted; it may be turned on again
	NoticeStopped   NoticeCode = "stopped"    // Source was stopped because the right is gone
	NoticeAskUnmute NoticeCode = "ask_unmute" // somebody asks to turn Source on
	NoticeGranted   NoticeCode = "granted"    // Right was given
	NoticeRevoked   NoticeCode = "revoked"    // Right was taken
	NoticeRefused   NoticeCode = "refused"    // the wish for Right was refused
	NoticeRole      NoticeCode = "role"       // Role is the participant's now
	NoticeHandDown  NoticeCode = "hand_down"  // the hand was lowered
	NoticeFloor     NoticeCode = "floor"      // the floor is the participant's
	NoticeFloorOver NoticeCode = "floor_over" // the turn is over
	NoticeSpotlight NoticeCode = "spotlight"  // everybody sees the participant large
	NoticeNext      NoticeCode = "next"       // the participant's hand is the first now
)

// Hands says whose hand is up: the whole truth, in the order in which they are to speak.
type Hands struct {
	Hands []Hand `json:"hands"`
}

// Hand is a raised hand.
type Hand struct {
	Participant string `json:"participant"`
	At          int64  `json:"at"` // milliseconds since 1970
}

// Floor says who talks where one talks at a time: the whole truth.
type Floor struct {
	Talker string   `json:"talker,omitempty"`
	Until  int64    `json:"until,omitempty"` // milliseconds since 1970: when the turn ends
	Queue  []string `json:"queue"`
}

// RoomChanged says that what everybody may know of the room is another.
type RoomChanged struct {
	Room Room `json:"room"`
}

// TalkMode says how turns are taken.
type TalkMode string

// How turns are taken.
const (
	TalkOpen       TalkMode = "open"
	TalkPushToTalk TalkMode = "push_to_talk"
	TalkFloor      TalkMode = "floor" // one talks at a time
)

// Settings are the room's settings: the whole truth, for those who may change them.
type Settings struct {
	Settings []Setting `json:"settings"`
}

// Setting is one setting of the room.
type Setting struct {
	Key    string `json:"key"`
	Value  string `json:"value"`
	Origin string `json:"origin"` // where the value comes from, for people who run the server
	Forced bool   `json:"forced"` // by the server's site policy: it cannot be changed
	// OwnersOnly says that the room's owners may change it, and who asks is none of them.
	OwnersOnly bool `json:"owners_only,omitempty"`
}

// Bans are who may not come in.
type Bans struct {
	Bans []Ban `json:"bans"`
}

// Ban is one ban.
type Ban struct {
	ID    string `json:"id"`
	Name  string `json:"name"` // at the time
	By    string `json:"by"`
	At    int64  `json:"at"`    // milliseconds since 1970
	Until int64  `json:"until"` // milliseconds since 1970
}

// Invitation is a link that lets somebody in.
type Invitation struct {
	ID    string `json:"id"`
	Code  string `json:"code,omitempty"` // secret; only in the answer to Invite
	Role  Role   `json:"role"`
	Name  string `json:"name,omitempty"`
	Until int64  `json:"until"`          // milliseconds since 1970
	Left  int    `json:"left,omitempty"` // uses left; 0: no bound
}

// Invitations are the room's.
type Invitations struct {
	Invitations []Invitation `json:"invitations"`
}

// ChatDeleted says that a chat line is gone; without a line all of them.
type ChatDeleted struct {
	Line uint64 `json:"line,omitempty"`
}
