package protocol

// Ask asks the moderators for a right that the policy gives to those who ask, or takes the wish back.
type Ask struct {
	Right  Right `json:"right"`
	Wanted bool  `json:"wanted"`
}

// Grant gives a right to a participant, takes it away, or leaves it to the policy again. It also answers an Ask.
// Taking RightSpeak, RightVideo or RightScreen away stops the publications that need it.
type Grant struct {
	Participant string     `json:"participant"`
	Right       Right      `json:"right"`
	State       GrantState `json:"state"`
}

// Silence mutes publications of a participant, or stops its screen; the participant may turn them on again. Without a
// participant it concerns everybody but the sender and other moderators.
type Silence struct {
	Participant string `json:"participant,omitempty"`
	Source      Source `json:"source"`
}

// AskUnmute asks a participant to turn a source on. Nobody is unmuted by somebody else.
type AskUnmute struct {
	Participant string `json:"participant"`
	Source      Source `json:"source"`
}

// SetRole makes a participant a moderator, presenter, participant or viewer for the life of the room.
type SetRole struct {
	Participant string `json:"participant"`
	Role        Role   `json:"role"`
}

// Remove puts a participant out. With Ban it does not come back, by any name, tab or token, until the ban ends.
type Remove struct {
	Participant string `json:"participant"`
	Ban         bool   `json:"ban"`
	Message     string `json:"message,omitempty"` // shown to that participant, at most MaxNoticeLength characters
}

// Unban ends a ban.
type Unban struct {
	Ban string `json:"ban"`
}

// GetBans asks for the room's Bans.
type GetBans struct{}

// Lock closes the room for newcomers, or opens it again.
type Lock struct {
	Locked bool `json:"locked"`
}

// Spotlight shows a publication large to everybody; without a participant nobody's.
type Spotlight struct {
	Participant string `json:"participant,omitempty"`
	Source      Source `json:"source,omitempty"`
}

// Configure changes settings of the room by their paths, all of them or none. What the server's site policy forces
// cannot be changed.
type Configure struct {
	Settings []SettingChange `json:"settings"`
}

// SettingChange gives a setting another value.
type SettingChange struct {
	Key   string `json:"key"`   // as in the room file: "policy.speak"
	Value string `json:"value"` // as in the room file: "ask", "[alice, moderators]"
}

// GetSettings asks for the room's Settings.
type GetSettings struct{}

// End ends the room for everybody.
type End struct{}

// Raise puts the sender's hand up, or takes it down.
type Raise struct {
	Raised bool `json:"raised"`
}

// LowerHands takes down a participant's hand; without a participant everybody's.
type LowerHands struct {
	Participant string `json:"participant,omitempty"`
}

// OrderHands puts the raised hands in another order. Hands that it does not name stay behind those that it names.
type OrderHands struct {
	Participants []string `json:"participants"`
}

// TakeFloor asks for the floor, or gives it back. Where talk_mode is floor, one participant talks at a time and the others
// wait in order.
type TakeFloor struct {
	Wanted bool `json:"wanted"`
}

// GiveFloor gives the floor to a participant at once; without a participant it takes it from whoever has it.
type GiveFloor struct {
	Participant string `json:"participant,omitempty"`
}

// DeleteLine deletes a chat line for everybody; without a line it clears the whole chat.
type DeleteLine struct {
	Line uint64 `json:"line,omitempty"`
}

// Invite makes a link that lets somebody in; the answer is Invitation.
type Invite struct {
	Role    Role   `json:"role"`
	Name    string `json:"name,omitempty"`    // that the guest gets; empty: chosen by the guest
	Expires int    `json:"expires,omitempty"` // seconds from now, 0: MaxInvitationSeconds
	Uses    int    `json:"uses,omitempty"`    // how often, 0: as often as wanted
}

// RevokeInvitation makes an invitation void. Who has entered by it stays.
type RevokeInvitation struct {
	Invitation string `json:"invitation"`
}

// GetInvitations asks for the room's Invitations.
type GetInvitations struct{}
