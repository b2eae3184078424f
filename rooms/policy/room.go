package policy

import (
	"fmt"
	"time"
)

// Room is everything that a room file can say. The yaml tag is the key; docs/policy.md says what each means. It is
// comparable: two rooms with the same rules are ==.
type Room struct {
	Version     int      `yaml:"version"` // of the format: 1
	Name        string   `yaml:"room"`
	Title       string   `yaml:"title"`
	Owners      Subjects `yaml:"owners"`     // moderators always
	Persistent  bool     `yaml:"persistent"` // keeps its settings and bans when it is empty
	Window      Window   `yaml:"window"`
	Join        Join     `yaml:"join"`
	DefaultRole Role     `yaml:"default_role"` // of those for whom nothing says another
	Policy      Rules    `yaml:"policy"`
	Start       Start    `yaml:"start"`
	TalkMode    TalkMode `yaml:"talk_mode"`
	Limits      Limits   `yaml:"limits"`
	Features    Features `yaml:"features"`
}

// Window is when a room is open. Zero values do not restrict.
type Window struct {
	NotBefore Time          `yaml:"not_before"`
	Expires   Time          `yaml:"expires"`
	Duration  time.Duration `yaml:"duration"` // from when the first participant entered
}

// Join is who enters, waits or stays outside.
type Join struct {
	Guests           Guests          `yaml:"guests"`
	BypassLobby      Bypass          `yaml:"bypass_lobby"`
	WaitForModerator bool            `yaml:"wait_for_moderator"`
	Lobby            LobbyRules      `yaml:"lobby"`
	MaxParticipants  int             `yaml:"max_participants"` // 0: as many as the server allows
	WhenNoModerator  WhenNoModerator `yaml:"when_no_moderator"`
	Bans             BanRules        `yaml:"bans"`
}

// Guests says what happens to those who arrive.
type Guests string

// The values of Guests. A guest is who came by the link alone.
const (
	GuestsAccept  Guests = "accept"  // everybody enters
	GuestsTrusted Guests = "trusted" // guests wait in the lobby, others enter
	GuestsAsk     Guests = "ask"     // everybody waits in the lobby, save who bypasses it
	GuestsDeny    Guests = "deny"    // guests are refused, others enter
)

// LobbyRules is what waiting is like.
type LobbyRules struct {
	Chat    bool          `yaml:"chat"`    // those who wait and the moderators may write to each other
	Message string        `yaml:"message"` // shown to those who wait
	Timeout time.Duration `yaml:"timeout"` // how long a knock lasts
}

// WhenNoModerator is what happens while no moderator is in the room.
type WhenNoModerator struct {
	Lock     bool          `yaml:"lock"`
	EndAfter time.Duration `yaml:"end_after"` // 0: never
}

// BanRules is what a ban is.
type BanRules struct {
	By  Marks         `yaml:"by"`
	For time.Duration `yaml:"for"` // 0: until it is lifted
}

// Rules says who has which right.
type Rules struct {
	Speak  Who         `yaml:"speak"`
	Video  Who         `yaml:"video"`
	Screen ScreenRules `yaml:"screen"`
	Chat   ChatRules   `yaml:"chat"`
	See    SeeRules    `yaml:"see"`
	Hand   Who         `yaml:"hand"`
	Draw   Who         `yaml:"draw"`
	React  Who         `yaml:"react"`
	Rename Who         `yaml:"rename"`
	Record Who         `yaml:"record"`
}

// ScreenRules is about shared screens.
type ScreenRules struct {
	Who       Who   `yaml:"who"`
	Max       int   `yaml:"max"`        // at once
	Audio     bool  `yaml:"audio"`      // with their sound
	Hint      Hint  `yaml:"hint"`       // what encoders should favour
	VisibleTo Among `yaml:"visible_to"` // screens of others are seen by these only
}

// Hint is the content hint of a shared screen (W3C mst-content-hint).
type Hint string

// The hints.
const (
	HintDetail Hint = "detail"
	HintText   Hint = "text"
	HintMotion Hint = "motion"
)

// ChatRules is about the chat.
type ChatRules struct {
	Public  Who           `yaml:"public"`
	Private Who           `yaml:"private"`
	History time.Duration `yaml:"history"` // for those who come later; 0: none
}

// SeeRules is who sees whom.
type SeeRules struct {
	Participants Among `yaml:"participants"` // others are listed for these only, unless they show something
	CamerasOf    Among `yaml:"cameras_of"`   // cameras of others are seen by these only
}

// Start is how those below presenter begin; they may change it if they have the right.
type Start struct {
	Muted       bool `yaml:"muted"`
	HiddenAfter int  `yaml:"hidden_after"` // cameras are off from this many participants on; -1: never
	AudioOnly   bool `yaml:"audio_only"`   // nobody's video is sent or received, of presenters and moderators as well
}

// TalkMode is how people take turns.
type TalkMode string

// The talk modes.
const (
	TalkOpen       TalkMode = "open"
	TalkPushToTalk TalkMode = "push_to_talk" // a microphone is open while its key is held
	TalkFloor      TalkMode = "floor"        // one at a time: see Floor
)

// Limits bound what a room carries.
type Limits struct {
	Cameras               int `yaml:"cameras"` // in the room
	CamerasPerParticipant int `yaml:"cameras_per_participant"`
	Speakers              int `yaml:"speakers"`           // heard at once: the loudest
	PerViewerKbps         int `yaml:"per_viewer_kbps"`    // kbit/s toward one; 0: the server's
	PerPublisherKbps      int `yaml:"per_publisher_kbps"` // kbit/s from one; 0: the server's
}

// Features switches things off for everybody, moderators included.
type Features struct {
	Disable Disabled `yaml:"disable"`
}

// Default is the room of whom nobody wrote a file: whoever has the link enters and takes part.
func Default() Room {
	allow := Who{Rule: Allow}
	return Room{
		Version: 1,
		Join: Join{
			Guests:      GuestsAccept,
			BypassLobby: BypassOf([]Role{RoleModerator}, nil),
			Lobby:       LobbyRules{Chat: true, Timeout: 10 * time.Minute},
			Bans:        BanRules{By: MarkAccount | MarkDevice | MarkIP, For: 24 * time.Hour},
		},
		DefaultRole: RoleParticipant,
		Policy: Rules{
			Speak: allow, Video: allow, Hand: allow, Draw: allow, React: allow, Rename: allow,
			Record: Who{Rule: Moderators},
			Screen: ScreenRules{Who: allow, Max: 4, Audio: true, Hint: HintDetail, VisibleTo: AmongAll},
			Chat:   ChatRules{Public: allow, Private: allow, History: 4 * time.Hour},
			See:    SeeRules{Participants: AmongAll, CamerasOf: AmongAll},
		},
		Start:    Start{HiddenAfter: -1},
		TalkMode: TalkOpen,
		Limits:   Limits{Cameras: 25, CamerasPerParticipant: 1, Speakers: 6},
	}
}

// Time is a moment in UTC, written as in RFC 3339, the seconds may be left out. The zero Time is none, written "".
type Time struct{ time.Time }

var timeLayouts = []string{time.RFC3339, "2006-01-02T15:04Z07:00"}

// MarshalText writes the moment in UTC.
func (t Time) MarshalText() ([]byte, error) {
	if t.IsZero() {
		return nil, nil
	}
	return t.UTC().AppendFormat(nil, time.RFC3339), nil
}

// UnmarshalText reads a moment with its time zone.
func (t *Time) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*t = Time{}
		return nil
	}
	for _, layout := range timeLayouts {
		if parsed, err := time.Parse(layout, string(text)); err == nil && parsed.Year() >= 1970 && parsed.UTC().Year() <= 9999 {
			*t = Time{parsed.UTC().Truncate(time.Second)}
			return nil
		}
	}
	return fmt.Errorf("is not a moment: write date, time and zone, such as 2026-03-01T18:00Z or 2026-03-01T19:00+01:00")
}
