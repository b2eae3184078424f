package protocol

// Joined is the whole truth about a room for one participant, at join and when a resume could not be replayed.
type Joined struct {
	Self         string        `json:"self"`     // the participant's id
	Token        string        `json:"token"`    // for Resume; secret
	Resumed      bool          `json:"resumed"`  // the same participant as before
	Replayed     bool          `json:"replayed"` // the missed events follow, and the snapshot below is empty: keep what you have
	Seq          uint64        `json:"seq"`      // events after this one follow
	Room         Room          `json:"room"`
	Start        Start         `json:"start"`
	Participants []Participant `json:"participants"` // everybody, self included, in order of arrival
	Chat         []ChatLine    `json:"chat"`         // oldest first
	ICEServers   []ICEServer   `json:"ice_servers"`
	Server       ServerInfo    `json:"server"`
}

// Room is what everybody may know of a room.
type Room struct {
	Name  string `json:"name"`  // as in its address
	Title string `json:"title"` // as shown

	Locked   bool     `json:"locked"` // nobody new comes in
	TalkMode TalkMode `json:"talk_mode"`
	// ScreenHint is what encoders of shared screens should favour: detail, text or motion (W3C mst-content-hint).
	ScreenHint string `json:"screen_hint"`
	// Spotlight is shown large to everybody.
	Spotlight *Spotlight `json:"spotlight,omitempty"`
}

// Start says how a participant begins in the room.
type Start struct {
	Muted     bool `json:"muted"`      // with the microphone muted
	CameraOff bool `json:"camera_off"` // without a picture of its own
}

// Participant is somebody in the room.
type Participant struct {
	ID           string           `json:"id"`
	Name         string           `json:"name"`
	Role         Role             `json:"role"`
	State        ParticipantState `json:"state"`
	Watcher      bool             `json:"watcher,omitempty"` // it can only watch: no tile is needed while it publishes nothing
	Publications []Publication    `json:"publications"`
}

// Publication is a source that a participant offers to the room.
type Publication struct {
	Source Source `json:"source"`
	Muted  bool   `json:"muted"`
}

// ICEServer is handed to RTCPeerConnection as it is.
type ICEServer struct {
	URLs       []string `json:"urls"`
	Username   string   `json:"username,omitempty"`
	Credential string   `json:"credential,omitempty"`
}

// ServerInfo says who answers.
type ServerInfo struct {
	Version string `json:"version"`
}

// Answer answers an Offer.
type Answer struct {
	SDP   string     `json:"sdp"`
	Slots []SlotInfo `json:"slots"` // every slot of the PeerConnection, old ones included
}

// SlotInfo is a section of the answer that the server sends on; any publication of its kind may fill it.
type SlotInfo struct {
	Mid  string `json:"mid"`
	Kind Kind   `json:"kind"`
}

// Slots says which publication fills which slot: the whole truth. Slots that are not in it are empty.
type Slots struct {
	Slots []SlotFill `json:"slots"`
}

// SlotFill is one filled slot.
type SlotFill struct {
	Mid         string `json:"mid"`
	Participant string `json:"participant"`
	Source      Source `json:"source"`
	// State is why a filled video slot sends nothing, or nothing yet; absent while it sends, or waits for its publisher.
	State SlotState `json:"state,omitempty"`
}

// Encodings tells a publisher which encodings of a publication anybody can use now: the smallest ones, up to Max. The
// larger ones may rest until a later Encodings wants them. It is the whole truth about that publication and carries no
// seq; before the first one all are wanted. Codec is what everybody present can decode and the server likes best: send it
// if you can, else what you send.
type Encodings struct {
	Source Source `json:"source"`
	Max    int    `json:"max"`             // index of the largest encoding, or spatial layer, that is wanted; 0 is the smallest and always wanted
	Codec  string `json:"codec,omitempty"` // "vp8", "vp9", "av1" or "h264"; absent: your own choice
}

// ParticipantJoined says that somebody came.
type ParticipantJoined struct {
	Participant Participant `json:"participant"`
}

// ParticipantChanged says that a participant's name, role or state is another; publications have messages of their own.
type ParticipantChanged struct {
	ID    string           `json:"id"`
	Name  string           `json:"name"`
	Role  Role             `json:"role"`
	State ParticipantState `json:"state"`
}

// ParticipantLeft says that somebody went.
type ParticipantLeft struct {
	ID     string     `json:"id"`
	Reason LeftReason `json:"reason"`
}

// PublicationChanged says that a publication appeared or changed.
type PublicationChanged struct {
	Participant string      `json:"participant"`
	Publication Publication `json:"publication"`
}

// PublicationEnded says that a publication is gone.
type PublicationEnded struct {
	Participant string `json:"participant"`
	Source      Source `json:"source"`
}

// ChatLine is what somebody said.
type ChatLine struct {
	ID          uint64 `json:"id"`          // grows in the room; numbers are missing where lines are for others, or deleted
	Participant string `json:"participant"` // empty where the rules hide the writer from the reader
	Name        string `json:"name"`        // as it was then: the speaker may have left
	Text        string `json:"text"`
	At          int64  `json:"at"`           // milliseconds since 1970
	To          string `json:"to,omitempty"` // id of the only other participant who gets it
}

// Speakers says who is speaking, loudest first; empty when nobody is. It carries no seq: the newest one counts.
type Speakers struct {
	Participants []string `json:"participants"`
}

// Stats tells a participant about its own connection, about every 2 s. It carries no seq.
type Stats struct {
	Up   []StreamStats `json:"up"`   // per publication: what the server receives from you
	Down []StreamStats `json:"down"` // per filled video slot: what the server sends to you
}

// StreamStats is what one stream did since the previous Stats.
type StreamStats struct {
	Participant string  `json:"participant"`
	Source      Source  `json:"source"`
	Bitrate     int     `json:"bitrate"` // bit/s, RTP payload
	Loss        float64 `json:"loss"`    // 0 to 1, before retransmission
	Width       int     `json:"width"`   // of the encoding that is sent, 0 for audio or when unknown
	Height      int     `json:"height"`
}

// OK says that a request was carried out.
type OK struct{}

// Pong answers Ping.
type Pong struct{}

// Error says that a request was refused; nothing has changed.
type Error struct {
	Code       ErrorCode `json:"code"`
	Message    string    `json:"message"`               // one English sentence that says what to do, for developers
	RetryAfter int       `json:"retry_after,omitempty"` // seconds
	// Reason says why a right is missing, with ErrForbidden.
	Reason ReasonCode `json:"reason,omitempty"`
	// Setting is the key of the setting that cannot have this value, with ErrBadSetting, ErrForced and ErrForbidden.
	Setting string `json:"setting,omitempty"`
}

// Bye ends the session.
type Bye struct {
	Reason     ByeReason `json:"reason"`
	RetryAfter int       `json:"retry_after,omitempty"` // seconds until a new join may succeed
	Message    string    `json:"message,omitempty"`     // from the moderator, with ByeRemoved and ByeBanned
}
