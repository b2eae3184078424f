package protocol

// Join enters a room, or resumes a participant after a lost socket. It is the first message of a session.
type Join struct {
	Room    string `json:"room"`              // 1 to MaxRoomNameLength of letters with their marks, digits, '-', '_' and '.'; case, width and composition are folded
	Name    string `json:"name"`              // shown to others, 1 to MaxNameLength characters, no control characters; empty where Token or Invite has one
	Watcher bool   `json:"watcher,omitempty"` // the client can only watch, as a player does: others list it without a tile
	// Token is a signed token (JWT) that says who enters and as what; secret.
	Token string `json:"token,omitempty"`
	// Invite is the code of an invitation; secret.
	Invite string `json:"invite,omitempty"`
	// Device is a random text that the browser keeps, so that a ban can hold for it: 16 to MaxDeviceLength characters.
	Device string `json:"device,omitempty"`
	// Resume names the participant to be again. The rest of the message is then ignored, save Room.
	Resume *Resume `json:"resume,omitempty"`
}

// Resume proves that a session continues a participant.
type Resume struct {
	Participant string `json:"participant"`
	Token       string `json:"token"`    // from Joined; secret
	LastSeq     uint64 `json:"last_seq"` // the newest seq that the client has seen; later events are sent again
}

// Offer asks for an answer: at the start, for more slots, for another codec, or for an ICE restart.
type Offer struct {
	SDP      string    `json:"sdp"`
	Sections []Section `json:"sections"` // one for each section with which the client may ever send
}

// Section binds a section of the client's offer to a source, for the life of the PeerConnection.
type Section struct {
	Mid    string `json:"mid"`
	Source Source `json:"source"`
}

// Publish offers a source to the room. Its section must have been negotiated. Repeating it changes Muted.
type Publish struct {
	Source Source `json:"source"`
	Muted  bool   `json:"muted"`
}

// Mute silences or darkens a publication, or undoes it. While muted the server forwards nothing of it.
type Mute struct {
	Source Source `json:"source"`
	Muted  bool   `json:"muted"`
}

// Unpublish takes a source back.
type Unpublish struct {
	Source Source `json:"source"`
}

// View is what the participant's screen shows now: the whole truth, so it may be repeated or lost. What is not in it
// is not sent. Sound needs no tile: the loudest are always sent.
type View struct {
	Tiles []Tile `json:"tiles"` // most important first
}

// Tile is one video on the screen.
type Tile struct {
	Participant string `json:"participant"`
	Source      Source `json:"source"` // Camera or Screen
	Width       int    `json:"width"`  // physical pixels, 1 to MaxTilePixels
	Height      int    `json:"height"`
	Pinned      bool   `json:"pinned,omitempty"` // the person chose it: it comes before others when bandwidth is short
}

// Say sends a chat line to the room, or to one participant.
type Say struct {
	Text string `json:"text"` // 1 to MaxChatLength characters; plain text, never markup
	To   string `json:"to,omitempty"`
}

// Rename gives the sender another name.
type Rename struct {
	Name string `json:"name"`
}

// Leave leaves the room for good; the answer is Bye.
type Leave struct{}

// Ping asks for a Pong, so that a client notices a dead server.
type Ping struct{}
