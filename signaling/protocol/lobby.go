package protocol

// Waiting says that the participant has to wait until a moderator admits it. It is sent instead of Joined, which comes
// after admission, and again whenever what it says has changed.
type Waiting struct {
	Self    string      `json:"self"`
	Token   string      `json:"token"` // for Resume; secret
	Why     ReasonCode  `json:"why"`
	Message string      `json:"message,omitempty"` // of the room's owner
	Chat    bool        `json:"chat"`              // LobbySay is carried out
	Until   int64       `json:"until"`             // milliseconds since 1970: when waiting is given up
	Lines   []LobbyLine `json:"lines"`             // with the moderators, oldest first
}

// LobbySay is a line between one who waits and the moderators. Who waits names nobody.
type LobbySay struct {
	Participant string `json:"participant,omitempty"`
	Text        string `json:"text"` // 1 to MaxNoticeLength characters
}

// LobbyLine is what was said in the lobby.
type LobbyLine struct {
	Name string `json:"name"`
	Own  bool   `json:"own"` // by the one who waits
	Text string `json:"text"`
	At   int64  `json:"at"` // milliseconds since 1970
}

// Lobby tells moderators who waits: the whole truth.
type Lobby struct {
	Waiting []Knock `json:"waiting"` // oldest first
}

// Knock is somebody who waits.
type Knock struct {
	ID       string      `json:"id"`
	Name     string      `json:"name"`
	Verified bool        `json:"verified"` // the name comes from a token or an account
	Since    int64       `json:"since"`    // milliseconds since 1970
	Lines    []LobbyLine `json:"lines"`
}

// Admit lets those who wait in; without participants everybody.
type Admit struct {
	Participants []string `json:"participants"`
}

// Refuse sends those who wait away; without participants everybody.
type Refuse struct {
	Participants []string `json:"participants"`
}

// SendBack puts a participant back into the lobby.
type SendBack struct {
	Participant string `json:"participant"`
}
