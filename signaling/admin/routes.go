package admin

import (
	"net/http"

	"salon/rooms"
	"salon/signaling/protocol"
)

// The bodies of requests.
type (
	// settings are settings of a room by their keys: {"policy.speak": "ask"}.
	settings struct {
		Settings map[string]string `json:"settings"`
	}
	lock struct {
		Locked bool `json:"locked"`
	}
	source struct {
		Source protocol.Source `json:"source"`
	}
	role struct {
		Role protocol.Role `json:"role"`
	}
	grant struct {
		State protocol.GrantState `json:"state"`
	}
	word struct {
		Message string `json:"message,omitempty"`
	}
	named struct {
		Participants []string `json:"participants"`
	}
	subject struct {
		Subject string `json:"subject"`
	}
	floor struct {
		Participant string `json:"participant,omitempty"`
	}
)

// The answers that no other package has.
type (
	roomList struct {
		Rooms []rooms.RoomEntry `json:"rooms"`
		Next  string            `json:"next,omitempty"` // give it as after, for more
	}
)

// routes is the API.
var routes = []route{
	{
		method: http.MethodGet, path: "/openapi.json", summary: "This description. It needs no token.",
		body: nothing{}, answer: nothing{}, raw: true, run: (*Server).describe,
	},
	{
		method: http.MethodGet, path: "/rooms", summary: "The rooms that are open, are kept, or have a file, by name.",
		query: []parameter{{"after", "the name after which to go on"}, {"limit", "1 to 500, else 100"}},
		body:  nothing{}, answer: roomList{}, run: (*Server).list,
	},
	{
		method: http.MethodGet, path: "/rooms/{room}", summary: "Everything about a room: who is in it or waits, its settings and where they come from, what is wrong with its file.",
		body: nothing{}, answer: rooms.RoomDetails{}, run: (*Server).show,
	},
	act(http.MethodPut, "/rooms/{room}", "Make a room that is kept, or change settings of one; persistent is true unless the settings say otherwise.",
		protocol.Settings{}, create),
	act(http.MethodPatch, "/rooms/{room}", "Change settings of a room, all of them or none.",
		protocol.Settings{}, func(_ *http.Request, b settings) protocol.ClientMessage {
			return protocol.Configure{Settings: changes(b)}
		}),
	{
		method: http.MethodDelete, path: "/rooms/{room}", summary: "End a room for everybody and forget what is kept of it, save bans. Its file, if it has one, stays.",
		body: nothing{}, answer: nothing{}, run: (*Server).forget,
	},
	act(http.MethodPost, "/rooms/{room}/close", "End a room for everybody. A persistent one is kept.",
		nothing{}, func(*http.Request, nothing) protocol.ClientMessage { return protocol.End{} }),
	act(http.MethodPut, "/rooms/{room}/lock", "Close a room for newcomers, or open it again.",
		nothing{}, func(_ *http.Request, b lock) protocol.ClientMessage { return protocol.Lock{Locked: b.Locked} }),
	{
		method: http.MethodGet, path: "/rooms/{room}/explain", summary: "What somebody may do in a room, and which setting says so.",
		query: []parameter{
			{"who", "id or name of a participant, else an account; empty: a guest"}, {"role", "of one who is not in the room"},
			{"right", "only this one"},
		},
		body: nothing{}, answer: rooms.Explanation{}, run: (*Server).explain,
	},

	act(http.MethodPost, "/rooms/{room}/silence", "Mute the microphone or camera of everybody but moderators, or end their screens. They may turn them on again.",
		nothing{}, func(_ *http.Request, b source) protocol.ClientMessage { return protocol.Silence{Source: b.Source} }),
	act(http.MethodPost, "/rooms/{room}/participants/{participant}/silence", "Mute the microphone or camera of one, or end a screen. It may be turned on again.",
		nothing{}, func(r *http.Request, b source) protocol.ClientMessage {
			return protocol.Silence{Participant: person(r), Source: b.Source}
		}),
	act(http.MethodPut, "/rooms/{room}/participants/{participant}/role", "Make somebody a moderator, presenter, participant or viewer.",
		nothing{}, func(r *http.Request, b role) protocol.ClientMessage {
			return protocol.SetRole{Participant: person(r), Role: b.Role}
		}),
	act(http.MethodPut, "/rooms/{room}/participants/{participant}/rights/{right}", "Give a right to somebody (allowed), take it (denied), or leave it to the rules (default).",
		nothing{}, func(r *http.Request, b grant) protocol.ClientMessage {
			return protocol.Grant{Participant: person(r), Right: protocol.Right(r.PathValue("right")), State: b.State}
		}),
	act(http.MethodPost, "/rooms/{room}/participants/{participant}/remove", "Put somebody out, with a word that is shown to them.",
		nothing{}, func(r *http.Request, b word) protocol.ClientMessage {
			return protocol.Remove{Participant: person(r), Message: b.Message}
		}),
	act(http.MethodPost, "/rooms/{room}/participants/{participant}/ban", "Put somebody out and keep them out.",
		nothing{}, func(r *http.Request, b word) protocol.ClientMessage {
			return protocol.Remove{Participant: person(r), Ban: true, Message: b.Message}
		}),
	act(http.MethodPost, "/rooms/{room}/participants/{participant}/send_back", "Put somebody back into the lobby.",
		nothing{}, func(r *http.Request, _ nothing) protocol.ClientMessage {
			return protocol.SendBack{Participant: person(r)}
		}),
	act(http.MethodPut, "/rooms/{room}/floor", "Give somebody the floor; without a participant take it.",
		nothing{}, func(_ *http.Request, b floor) protocol.ClientMessage {
			return protocol.GiveFloor{Participant: b.Participant}
		}),
	act(http.MethodPost, "/rooms/{room}/hands/lower", "Lower somebody's hand; without a participant all.",
		nothing{}, func(_ *http.Request, b floor) protocol.ClientMessage {
			return protocol.LowerHands{Participant: b.Participant}
		}),

	{
		method: http.MethodGet, path: "/rooms/{room}/lobby", summary: "Who waits.",
		body: nothing{}, answer: protocol.Lobby{}, run: (*Server).lobby,
	},
	act(http.MethodPost, "/rooms/{room}/lobby/admit", "Let those who wait in; without participants everybody.",
		nothing{}, func(_ *http.Request, b named) protocol.ClientMessage {
			return protocol.Admit{Participants: b.Participants}
		}),
	act(http.MethodPost, "/rooms/{room}/lobby/refuse", "Send those who wait away; without participants everybody.",
		nothing{}, func(_ *http.Request, b named) protocol.ClientMessage {
			return protocol.Refuse{Participants: b.Participants}
		}),

	act(http.MethodGet, "/rooms/{room}/bans", "The bans of a room.",
		protocol.Bans{}, func(*http.Request, nothing) protocol.ClientMessage { return protocol.GetBans{} }),
	{
		method: http.MethodPost, path: "/rooms/{room}/bans", summary: "Keep an account, or the subject of a token (issuer/sub), out of a room. Who is in it under that is removed.",
		body: subject{}, answer: nothing{}, run: (*Server).ban,
	},
	act(http.MethodDelete, "/rooms/{room}/bans/{ban}", "End a ban.",
		nothing{}, func(r *http.Request, _ nothing) protocol.ClientMessage {
			return protocol.Unban{Ban: r.PathValue("ban")}
		}),

	act(http.MethodGet, "/rooms/{room}/invitations", "The invitations to a room, without their codes.",
		protocol.Invitations{}, func(*http.Request, nothing) protocol.ClientMessage { return protocol.GetInvitations{} }),
	act(http.MethodPost, "/rooms/{room}/invitations", "Make an invitation. Its code is in the answer, and nowhere else.",
		protocol.Invitation{}, func(_ *http.Request, b protocol.Invite) protocol.ClientMessage { return b }),
	act(http.MethodDelete, "/rooms/{room}/invitations/{invitation}", "Make an invitation void.",
		nothing{}, func(r *http.Request, _ nothing) protocol.ClientMessage {
			return protocol.RevokeInvitation{Invitation: r.PathValue("invitation")}
		}),

	act(http.MethodDelete, "/rooms/{room}/chat", "Clear the chat for everybody.",
		nothing{}, func(*http.Request, nothing) protocol.ClientMessage { return protocol.DeleteLine{} }),
	{
		method: http.MethodDelete, path: "/rooms/{room}/chat/{line}", summary: "Delete a line of the chat for everybody.",
		body: nothing{}, answer: nothing{}, run: (*Server).deleteLine,
	},
	{
		method: http.MethodGet, path: "/backup", summary: "Everything that is kept of rooms, for \"salon restore\".",
		body: nothing{}, answer: nothing{}, raw: true, run: (*Server).backup,
	},
}

// act is a route that sends a room a message.
func act[B any](method, path, summary string, answer any, message func(*http.Request, B) protocol.ClientMessage) route {
	var none B
	return route{method: method, path: path, summary: summary, body: none, answer: answer, run: func(s *Server, w http.ResponseWriter, r *http.Request) (any, error) {
		body, err := read[B](w, r)
		if err != nil {
			return nil, err
		}
		return s.operate(r, message(r, body), method == http.MethodPut && path == "/rooms/{room}")
	}}
}

// person is the participant in a request's address.
func person(r *http.Request) string { return r.PathValue("participant") }

// create is the message that makes a room.
func create(_ *http.Request, b settings) protocol.ClientMessage {
	if _, said := b.Settings["persistent"]; !said {
		all := map[string]string{"persistent": "true"}
		for key, value := range b.Settings {
			all[key] = value
		}
		b.Settings = all
	}
	return protocol.Configure{Settings: changes(b)}
}
