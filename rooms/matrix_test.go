package rooms

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"salon/rooms/policy"
	"salon/signaling/protocol"
)

// cast is a room with one of each: the subject sends, the others must not notice what is refused.
type cast struct {
	w                      *world
	host, guest, knocker   *client
	subject                *client
	ban, invitation, label string
}

// messages makes an example of every row of the matrix that would be carried out if the sender had the right.
var messages = map[string]func(c *cast) protocol.ClientMessage{
	"publish of a microphone":          func(*cast) protocol.ClientMessage { return protocol.Publish{Source: protocol.Microphone} },
	"publish of a camera":              func(*cast) protocol.ClientMessage { return protocol.Publish{Source: protocol.Camera} },
	"publish of a screen":              func(*cast) protocol.ClientMessage { return protocol.Publish{Source: protocol.Screen} },
	"publish of the sound of a screen": func(*cast) protocol.ClientMessage { return protocol.Publish{Source: protocol.ScreenAudio} },
	"mute":                             func(*cast) protocol.ClientMessage { return protocol.Mute{Source: protocol.Camera, Muted: true} },
	"unpublish":                        func(*cast) protocol.ClientMessage { return protocol.Unpublish{Source: protocol.Camera} },
	"view": func(c *cast) protocol.ClientMessage {
		return protocol.View{Tiles: []protocol.Tile{c.host.tile(protocol.Camera, 64, 64)}}
	},
	"say to everybody":      func(*cast) protocol.ClientMessage { return protocol.Say{Text: "hello"} },
	"say to one":            func(c *cast) protocol.ClientMessage { return protocol.Say{Text: "psst", To: c.guest.ID()} },
	"rename":                func(*cast) protocol.ClientMessage { return protocol.Rename{Name: "Another"} },
	"ask":                   func(*cast) protocol.ClientMessage { return protocol.Ask{Right: protocol.RightSpeak} },
	"raise to raise":        func(*cast) protocol.ClientMessage { return protocol.Raise{Raised: true} },
	"raise to lower":        func(*cast) protocol.ClientMessage { return protocol.Raise{} },
	"take_floor to let go":  func(*cast) protocol.ClientMessage { return protocol.TakeFloor{} },
	"lobby_say from inside": func(c *cast) protocol.ClientMessage { return c.fromInside(protocol.LobbySay{Text: "soon"}) },
	"admit":                 func(c *cast) protocol.ClientMessage { return protocol.Admit{Participants: []string{c.knocker.ID()}} },
	"refuse":                func(c *cast) protocol.ClientMessage { return protocol.Refuse{Participants: []string{c.knocker.ID()}} },
	"send_back":             func(c *cast) protocol.ClientMessage { return protocol.SendBack{Participant: c.guest.ID()} },
	"grant of a right that everybody can have": func(c *cast) protocol.ClientMessage {
		return protocol.Grant{Participant: c.guest.ID(), Right: protocol.RightVideo, State: protocol.Denied}
	},
	"grant of a moderator's right": func(c *cast) protocol.ClientMessage {
		return protocol.Grant{Participant: c.guest.ID(), Right: protocol.RightBan, State: protocol.Allowed}
	},
	"silence of a microphone": func(c *cast) protocol.ClientMessage {
		return protocol.Silence{Participant: c.guest.ID(), Source: protocol.Microphone}
	},
	"silence of a camera or screen": func(c *cast) protocol.ClientMessage {
		return protocol.Silence{Participant: c.guest.ID(), Source: protocol.Camera}
	},
	"ask_unmute": func(c *cast) protocol.ClientMessage {
		return protocol.AskUnmute{Participant: c.guest.ID(), Source: protocol.Microphone}
	},
	"set_role": func(c *cast) protocol.ClientMessage {
		return protocol.SetRole{Participant: c.guest.ID(), Role: protocol.RolePresenter}
	},
	"remove":            func(c *cast) protocol.ClientMessage { return protocol.Remove{Participant: c.guest.ID()} },
	"remove with `ban`": func(c *cast) protocol.ClientMessage { return protocol.Remove{Participant: c.guest.ID(), Ban: true} },
	"get_bans":          func(*cast) protocol.ClientMessage { return protocol.GetBans{} },
	"unban":             func(c *cast) protocol.ClientMessage { return protocol.Unban{Ban: c.ban} },
	"lock":              func(*cast) protocol.ClientMessage { return protocol.Lock{Locked: true} },
	"spotlight": func(c *cast) protocol.ClientMessage {
		return protocol.Spotlight{Participant: c.guest.ID(), Source: protocol.Camera}
	},
	"lower_hands":  func(*cast) protocol.ClientMessage { return protocol.LowerHands{} },
	"order_hands":  func(c *cast) protocol.ClientMessage { return protocol.OrderHands{Participants: []string{c.host.ID()}} },
	"give_floor":   func(c *cast) protocol.ClientMessage { return protocol.GiveFloor{} },
	"delete_line":  func(*cast) protocol.ClientMessage { return protocol.DeleteLine{} },
	"get_settings": func(*cast) protocol.ClientMessage { return protocol.GetSettings{} },
	"configure": func(*cast) protocol.ClientMessage {
		return protocol.Configure{Settings: []protocol.SettingChange{{Key: "policy.draw", Value: "ask"}}}
	},
	"get_invitations":   func(*cast) protocol.ClientMessage { return protocol.GetInvitations{} },
	"invite":            func(*cast) protocol.ClientMessage { return protocol.Invite{Role: protocol.RoleViewer} },
	"revoke_invitation": func(c *cast) protocol.ClientMessage { return protocol.RevokeInvitation{Invitation: c.invitation} },
	"end":               func(*cast) protocol.ClientMessage { return protocol.End{} },
	"take_floor to take it, with `talk_mode: floor`": func(*cast) protocol.ClientMessage { return protocol.TakeFloor{Wanted: true} },
}

// fromInside names the one who waits, unless the sender itself waits.
func (c *cast) fromInside(m protocol.LobbySay) protocol.ClientMessage {
	if c.label != "waiting" {
		m.Participant = c.knocker.ID()
	}
	return m
}

// The rules under which the matrix is tried. Guests knock; a token lets in.
var matrixRules = map[string]string{
	"default": "owners: [host]\njoin: {guests: trusted, bans: {by: [device]}}\ntalk_mode: floor\n",
	"strict": "owners: [host]\njoin: {guests: trusted, bans: {by: [device]}}\ntalk_mode: floor\n" +
		"policy: {speak: moderators, video: moderators, screen: {who: nobody}, chat: {public: moderators, private: nobody}, hand: presenters, rename: nobody}\n",
}

// assemble fills a room, with the subject in one of the states.
func assemble(w *world, state string) *cast {
	w.Helper()
	c := &cast{w: w, label: state, host: w.enterAs("room", "Host", "host")}
	join := func(name string, role policy.Role) *client {
		one, err := w.try(Entrance{Join: protocol.Join{Room: "room", Name: name, Device: strings.Repeat(name, 16)}, Role: role})
		if err != nil {
			w.Fatal(err)
		}
		return one
	}
	banned := join("Banned", policy.RoleParticipant)
	c.host.expect(protocol.Remove{Participant: banned.ID(), Ban: true})
	c.ban = c.host.expect(protocol.GetBans{}).(protocol.Bans).Bans[0].ID
	c.invitation = c.host.expect(protocol.Invite{Role: protocol.RoleViewer}).(protocol.Invitation).ID
	c.guest, c.knocker = join("Guest", policy.RoleParticipant), join("Knocker", policy.RoleNone)
	c.host.publishing(protocol.Camera)
	c.host.expect(protocol.Raise{Raised: true})
	c.host.expect(protocol.Say{Text: "welcome"})
	var role policy.Role
	if state != "waiting" {
		_ = role.UnmarshalText([]byte(state))
	}
	c.subject = join("Subject", role)
	if role != policy.RoleNone {
		c.subject.connect(2, 3, protocol.Sources...)
	}
	for _, one := range []*client{c.host, c.guest, c.knocker, c.subject} {
		one.out.take()
	}
	return c
}

// fingerprint is everything that a message could change.
func (c *cast) fingerprint() (print string) {
	c.host.inside(func() {
		r := c.host.room
		print = fmt.Sprint(r.rules.changed, r.rules.locked, r.hands.List(), r.floor, r.requests, r.spotlight, r.chat.lines,
			slices.Sorted(maps.Keys(r.bans)), slices.Sorted(maps.Keys(r.invitations)), r.lobby.List())
		for _, p := range r.everybody() {
			print += fmt.Sprint(p.id, p.name, p.rank, p.stage, p.standing, p.view, p.lobbyLines, len(p.publications), "\n")
			for _, pub := range p.publications {
				print += fmt.Sprint(pub.source, pub.muted)
			}
		}
	})
	return print
}

// wanted is the documented answer of a cell, "" where the message is carried out.
func (c *cast) wanted(row Row) protocol.ErrorCode {
	if c.label == "waiting" {
		if row.Waiting {
			return ""
		}
		return protocol.ErrNotJoined
	}
	right, needed := row.Case.Right()
	if !needed {
		return ""
	}
	allowed := false
	c.subject.inside(func() {
		v := c.subject.forRules()
		v.HasFloor = true // a microphone is published by those who wait for it as well
		allowed = policy.Decide(c.subject.room.rules.policy, policy.State{}, v, right).Allowed
	})
	if allowed {
		return ""
	}
	return protocol.ErrForbidden
}

// TestEveryCellOfTheMatrix sends every message as every role and in every state, under two sets of rules.
func TestEveryCellOfTheMatrix(t *testing.T) {
	for rules, file := range matrixRules {
		for _, state := range []string{"waiting", "viewer", "participant", "presenter", "moderator"} {
			for _, row := range Matrix() {
				name := strings.TrimSpace(row.Message + " " + row.Case.Which)
				t.Run(rules+"/"+state+"/"+name, func(t *testing.T) {
					inWorld(t, Limits{}, func(w *world) {
						w.ruled(file)
						tryCell(t, assemble(w, state), row, name)
					})
				})
			}
		}
	}
}

func tryCell(t *testing.T, c *cast, row Row, name string) {
	example := messages[name]
	if example == nil {
		t.Fatal("there is no example of this message")
	}
	want, before := c.wanted(row), c.fingerprint()
	err := c.subject.do(c.w.Context(), example(c))
	code := protocol.ErrorCode("")
	if e, ok := err.(protocol.Error); ok {
		code = e.Code
		if code == protocol.ErrForbidden && e.Reason == "" {
			t.Error("it is forbidden without a reason")
		}
	} else if err != nil {
		t.Fatal(err)
	}
	if want == "" {
		if code == protocol.ErrForbidden || code == protocol.ErrNotJoined || code == protocol.ErrInternal {
			t.Errorf("it is refused: %v", err)
		}
		return
	}
	if code != want {
		t.Errorf("the answer is %v, want %s", err, want)
	}
	if after := c.fingerprint(); after != before {
		t.Errorf("it was refused and changed\n%s\nto\n%s", before, after)
	}
	for _, other := range []*client{c.host, c.guest, c.knocker, c.subject} {
		if got := other.out.take(); len(got) > 0 {
			t.Errorf("it was refused, and %s was told %s", other.name, types(got))
		}
	}
}

// TestTheMatrixIsComplete keeps a message from being carried out by nobody, or by two.
func TestTheMatrixIsComplete(t *testing.T) {
	rows := map[string]bool{}
	for _, row := range Matrix() {
		rows[row.Message] = true
	}
	for _, m := range protocol.ClientMessages {
		name := protocol.TypeOf(m)
		if own := slices.Contains([]string{"join", "offer", "leave", "ping"}, name); own == rows[name] {
			t.Errorf("%s: signaling carries it out: %t, a room: %t", name, own, rows[name])
		}
	}
	if len(rows) != len(verbs) {
		t.Errorf("%d messages are in the matrix, %d in the table", len(rows), len(verbs))
	}
}
