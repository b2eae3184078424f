package policy

import (
	"fmt"
	"math/bits"
	"strings"
)

// Right is one thing that somebody may or may not do.
type Right uint8

// The rights that a room file decides about.
const (
	Speak Right = iota
	Video
	Screen
	ScreenAudio // needs Screen as well
	Chat
	ChatPrivate
	SeeParticipants // the list of who is here
	SeeCameras      // every camera, not only those that cameras_of leaves
	Hand
	Draw
	React
	Rename
	Record
)

// The moderation verbs. They belong to moderators, and to whom a personal grant gives them.
const (
	AdmitWaiting Right = Record + 1 + iota // admit, admit all, refuse, send back to the lobby
	MuteOthers                             // soft and hard, also all but oneself
	StopOthers                             // camera, screen
	GiveFloor                              // give and take it; order and lower hands
	Remove
	Ban
	Lock
	ChatDelete // delete a message, clear or disable the chat
	Spotlight
	End
	SetPolicy
	Promote // and demote
	rightCount
)

// row is what a right is called and where its rule is.
type row struct {
	name    string
	words   string // as in "you may ..."
	key     string // of the room file; "" for a moderation verb
	feature string // its name in features.disable, "" when it cannot be disabled
	part    Right  // of a larger right, which may be disabled as a whole; itself for most
	least   Role   // the role from which on "allow" and "ask" mean somebody
	rule    func(*Rules) Who
}

// The one table of rights. A viewer watches, so allow and ask do not mean viewers where one contributes.
var table = [rightCount]row{
	Speak:           {"speak", "speak", "policy.speak", "", Speak, RoleParticipant, func(r *Rules) Who { return r.Speak }},
	Video:           {"video", "show video", "policy.video", "video", Video, RoleParticipant, func(r *Rules) Who { return r.Video }},
	Screen:          {"screen", "share a screen", "policy.screen.who", "screen", Screen, RoleParticipant, func(r *Rules) Who { return r.Screen.Who }},
	ScreenAudio:     {"screen_audio", "share the sound of a screen", "policy.screen.audio", "screen_audio", Screen, RoleParticipant, func(r *Rules) Who { return r.Screen.Who }},
	Chat:            {"chat", "write to everybody", "policy.chat.public", "chat", Chat, RoleViewer, func(r *Rules) Who { return r.Chat.Public }},
	ChatPrivate:     {"chat_private", "write to one person", "policy.chat.private", "private_chat", Chat, RoleViewer, func(r *Rules) Who { return r.Chat.Private }},
	SeeParticipants: {"see_participants", "see everybody who is here", "policy.see.participants", "", SeeParticipants, RoleViewer, func(r *Rules) Who { return r.See.Participants.who() }},
	SeeCameras:      {"see_cameras", "see every camera", "policy.see.cameras_of", "", SeeCameras, RoleViewer, func(r *Rules) Who { return r.See.CamerasOf.who() }},
	Hand:            {"hand", "raise a hand", "policy.hand", "hand", Hand, RoleViewer, func(r *Rules) Who { return r.Hand }},
	Draw:            {"draw", "draw", "policy.draw", "draw", Draw, RoleParticipant, func(r *Rules) Who { return r.Draw }},
	React:           {"react", "send reactions", "policy.react", "react", React, RoleViewer, func(r *Rules) Who { return r.React }},
	Rename:          {"rename", "change their own name", "policy.rename", "rename", Rename, RoleParticipant, func(r *Rules) Who { return r.Rename }},
	Record:          {"record", "record", "policy.record", "record", Record, RoleParticipant, func(r *Rules) Who { return r.Record }},
	AdmitWaiting:    verb("admit", "admit who waits", AdmitWaiting),
	MuteOthers:      verb("mute", "mute others", MuteOthers),
	StopOthers:      verb("stop", "stop cameras and screens of others", StopOthers),
	GiveFloor:       verb("floor", "give and take the floor", GiveFloor),
	Remove:          verb("remove", "remove somebody", Remove),
	Ban:             verb("ban", "ban somebody", Ban),
	Lock:            verb("lock", "lock the room", Lock),
	ChatDelete:      verb("chat_delete", "delete chat messages", ChatDelete),
	Spotlight:       verb("spotlight", "show one person large to all", Spotlight),
	End:             verb("end", "end the meeting for all", End),
	SetPolicy:       verb("set_policy", "change the rules of the room", SetPolicy),
	Promote:         verb("promote", "change somebody's role", Promote),
}

func verb(name, words string, right Right) row {
	return row{name, words, "", "", right, RoleModerator, func(*Rules) Who { return Who{Rule: Moderators} }}
}

// AllRights lists every right in the order of the table.
func AllRights() []Right {
	all := make([]Right, rightCount)
	for i := range all {
		all[i] = Right(i)
	}
	return all
}

// String returns the right's name on the wire and on the command line.
func (r Right) String() string {
	if r < rightCount {
		return table[r].name
	}
	return fmt.Sprintf("right %d", uint8(r))
}

// Words says what one does with the right: "share a screen".
func (r Right) Words() string {
	if r < rightCount {
		return table[r].words
	}
	return r.String()
}

// Key is the key of the room file that decides about the right, "" for a moderation verb.
func (r Right) Key() string {
	if r < rightCount {
		return table[r].key
	}
	return ""
}

// MarshalText writes the right's name.
func (r Right) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText reads a right's name.
func (r *Right) UnmarshalText(text []byte) error {
	var names []string
	for i := range table {
		if table[i].name == string(text) {
			*r = Right(i)
			return nil
		}
		names = append(names, table[i].name)
	}
	return fmt.Errorf("is not a right: write one of %s", strings.Join(names, ", "))
}

// Rights is a set of rights, one bit for each.
type Rights uint32

// RightsOf makes a set.
func RightsOf(rights ...Right) Rights {
	var set Rights
	for _, r := range rights {
		set |= 1 << r
	}
	return set
}

// Has says whether the set holds a right.
func (s Rights) Has(r Right) bool { return s&(1<<r) != 0 }

// List returns the rights of the set in the order of the table.
func (s Rights) List() []Right {
	list := make([]Right, 0, bits.OnesCount32(uint32(s)))
	for r := range rightCount {
		if s.Has(r) {
			list = append(list, r)
		}
	}
	return list
}
