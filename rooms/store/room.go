package store

import (
	"maps"
	"slices"
	"time"
)

// Room is what is kept of one room. It is a value: what [Store.Room] returns is the caller's own.
type Room struct {
	Meta        Meta
	Standings   map[string]Standing   // by identity: "subject:alice", "device:…"
	Bans        map[string]Ban        // by id
	Invitations map[string]Invitation // by id
	Lines       []Line                // of the chat, oldest first
	Sessions    map[string]Session    // by digest of the secret; only of NoRoom
}

// NoRoom is the key of what is kept of the server itself: no room has that name.
const NoRoom = ""

// Meta is the room itself.
type Meta struct {
	Title    string            `json:"title,omitempty"`
	Settings map[string]string `json:"settings,omitempty"` // changed in the room, by path: over the room file
	Locked   bool              `json:"locked,omitempty"`
	NextLine uint64            `json:"next_line,omitempty"` // id of the newest chat line that was ever written
}

// Standing is what moderators decided about one person, for as long as the room is kept.
type Standing struct {
	Role     string          `json:"role,omitempty"`     // "": by token, invitation or the room's default
	Grants   map[string]bool `json:"grants,omitempty"`   // right: given or taken
	Admitted bool            `json:"admitted,omitempty"` // let in from the lobby
	// Invitation is the id of the invitation, of a number of uses, by which the person entered.
	Invitation string    `json:"invitation,omitempty"`
	Device     string    `json:"device,omitempty"` // of a token: digest of the device that used it first
	At         time.Time `json:"at"`
	Until      time.Time `json:"until,omitzero"` // of a token: when it is of no use any more
}

// Ban keeps somebody out. Any of its marks that fits is enough.
type Ban struct {
	ID      string    `json:"id"`
	Name    string    `json:"name"` // at the time
	By      string    `json:"by"`
	Subject string    `json:"subject,omitempty"` // of a token or account
	Device  string    `json:"device,omitempty"`  // digest of the device's text
	Address string    `json:"address,omitempty"` // IP address, or IPv6 network of 64 bits
	At      time.Time `json:"at"`
	Until   time.Time `json:"until"`
}

// Invitation lets somebody in.
type Invitation struct {
	ID     string    `json:"id"`
	Digest string    `json:"digest"` // of the code: the code itself is not kept
	Role   string    `json:"role"`
	Name   string    `json:"name,omitempty"`
	By     string    `json:"by"`
	Until  time.Time `json:"until"`
	Left   int       `json:"left"` // uses left; negative: no bound
}

// Line is one line of the chat.
type Line struct {
	ID          uint64    `json:"id"`
	Participant string    `json:"participant"`
	Name        string    `json:"name"`
	Text        string    `json:"text"`
	At          time.Time `json:"at"`
}

// Session is a browser that is logged in.
type Session struct {
	Account string    `json:"account"`
	Also    string    `json:"also,omitempty"` // another name of the account
	Name    string    `json:"name,omitempty"` // to be shown
	Proof   string    `json:"proof"`          // digest of what the login rests on: where that changes the session ends
	Since   time.Time `json:"since"`
	Until   time.Time `json:"until"`
}

func newRoom() *Room {
	return &Room{
		Standings: map[string]Standing{}, Bans: map[string]Ban{}, Invitations: map[string]Invitation{}, Sessions: map[string]Session{},
	}
}

// clone returns a copy that shares nothing that changes.
func (r *Room) clone() Room {
	c := *r
	c.Meta.Settings = maps.Clone(r.Meta.Settings)
	c.Standings, c.Bans, c.Invitations = maps.Clone(r.Standings), maps.Clone(r.Bans), maps.Clone(r.Invitations)
	c.Lines, c.Sessions = slices.Clone(r.Lines), maps.Clone(r.Sessions)
	return c
}

func (m Meta) empty() bool {
	return m.Title == "" && len(m.Settings) == 0 && !m.Locked && m.NextLine == 0
}

// empty says whether nothing is kept.
func (r *Room) empty() bool {
	return r.Meta.empty() && len(r.Standings) == 0 && len(r.Bans) == 0 && len(r.Invitations) == 0 && len(r.Lines) == 0 &&
		len(r.Sessions) == 0
}
