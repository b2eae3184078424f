package protocol

// Message is any struct that travels in an Envelope.
type Message interface{ messageType() string }

// ClientMessage is a message from a client.
type ClientMessage interface {
	Message
	fromClient()
}

// ServerMessage is a message to a client.
type ServerMessage interface {
	Message
	fromServer()
}

// TypeOf returns the name that m has on the wire.
func TypeOf(m Message) string { return m.messageType() }

func (Join) messageType() string      { return "join" }
func (Offer) messageType() string     { return "offer" }
func (Publish) messageType() string   { return "publish" }
func (Mute) messageType() string      { return "mute" }
func (Unpublish) messageType() string { return "unpublish" }
func (View) messageType() string      { return "view" }
func (Say) messageType() string       { return "say" }
func (Leave) messageType() string     { return "leave" }
func (Ping) messageType() string      { return "ping" }

func (Join) fromClient()      {}
func (Offer) fromClient()     {}
func (Publish) fromClient()   {}
func (Mute) fromClient()      {}
func (Unpublish) fromClient() {}
func (View) fromClient()      {}
func (Say) fromClient()       {}
func (Leave) fromClient()     {}
func (Ping) fromClient()      {}

func (Ask) messageType() string              { return "ask" }
func (Grant) messageType() string            { return "grant" }
func (Silence) messageType() string          { return "silence" }
func (AskUnmute) messageType() string        { return "ask_unmute" }
func (SetRole) messageType() string          { return "set_role" }
func (Remove) messageType() string           { return "remove" }
func (Unban) messageType() string            { return "unban" }
func (GetBans) messageType() string          { return "get_bans" }
func (Lock) messageType() string             { return "lock" }
func (Spotlight) messageType() string        { return "spotlight" }
func (Configure) messageType() string        { return "configure" }
func (GetSettings) messageType() string      { return "get_settings" }
func (End) messageType() string              { return "end" }
func (Raise) messageType() string            { return "raise" }
func (LowerHands) messageType() string       { return "lower_hands" }
func (OrderHands) messageType() string       { return "order_hands" }
func (TakeFloor) messageType() string        { return "take_floor" }
func (GiveFloor) messageType() string        { return "give_floor" }
func (DeleteLine) messageType() string       { return "delete_line" }
func (Invite) messageType() string           { return "invite" }
func (RevokeInvitation) messageType() string { return "revoke_invitation" }
func (GetInvitations) messageType() string   { return "get_invitations" }
func (LobbySay) messageType() string         { return "lobby_say" }
func (Admit) messageType() string            { return "admit" }
func (Refuse) messageType() string           { return "refuse" }
func (SendBack) messageType() string         { return "send_back" }
func (Rename) messageType() string           { return "rename" }

func (Joined) messageType() string             { return "joined" }
func (Answer) messageType() string             { return "answer" }
func (Slots) messageType() string              { return "slots" }
func (Encodings) messageType() string          { return "encodings" }
func (ParticipantJoined) messageType() string  { return "participant_joined" }
func (ParticipantChanged) messageType() string { return "participant_changed" }
func (ParticipantLeft) messageType() string    { return "participant_left" }
func (PublicationChanged) messageType() string { return "publication_changed" }
func (PublicationEnded) messageType() string   { return "publication_ended" }
func (ChatLine) messageType() string           { return "chat" }
func (Speakers) messageType() string           { return "speakers" }
func (Stats) messageType() string              { return "stats" }
func (OK) messageType() string                 { return "ok" }
func (Pong) messageType() string               { return "pong" }
func (Error) messageType() string              { return "error" }
func (Bye) messageType() string                { return "bye" }
func (Waiting) messageType() string            { return "waiting" }
func (Lobby) messageType() string              { return "lobby" }
func (Rights) messageType() string             { return "rights" }
func (Requests) messageType() string           { return "requests" }
func (Notice) messageType() string             { return "notice" }
func (Hands) messageType() string              { return "hands" }
func (Floor) messageType() string              { return "floor" }
func (RoomChanged) messageType() string        { return "room_changed" }
func (Settings) messageType() string           { return "settings" }
func (Bans) messageType() string               { return "bans" }
func (Invitation) messageType() string         { return "invitation" }
func (Invitations) messageType() string        { return "invitations" }
func (ChatDeleted) messageType() string        { return "chat_deleted" }

func (Ask) fromClient()              {}
func (Grant) fromClient()            {}
func (Silence) fromClient()          {}
func (AskUnmute) fromClient()        {}
func (SetRole) fromClient()          {}
func (Remove) fromClient()           {}
func (Unban) fromClient()            {}
func (GetBans) fromClient()          {}
func (Lock) fromClient()             {}
func (Spotlight) fromClient()        {}
func (Configure) fromClient()        {}
func (GetSettings) fromClient()      {}
func (End) fromClient()              {}
func (Raise) fromClient()            {}
func (LowerHands) fromClient()       {}
func (OrderHands) fromClient()       {}
func (TakeFloor) fromClient()        {}
func (GiveFloor) fromClient()        {}
func (DeleteLine) fromClient()       {}
func (Invite) fromClient()           {}
func (RevokeInvitation) fromClient() {}
func (GetInvitations) fromClient()   {}
func (LobbySay) fromClient()         {}
func (Admit) fromClient()            {}
func (Refuse) fromClient()           {}
func (SendBack) fromClient()         {}
func (Rename) fromClient()           {}

func (Joined) fromServer()             {}
func (Answer) fromServer()             {}
func (Slots) fromServer()              {}
func (Encodings) fromServer()          {}
func (ParticipantJoined) fromServer()  {}
func (ParticipantChanged) fromServer() {}
func (ParticipantLeft) fromServer()    {}
func (PublicationChanged) fromServer() {}
func (PublicationEnded) fromServer()   {}
func (ChatLine) fromServer()           {}
func (Speakers) fromServer()           {}
func (Stats) fromServer()              {}
func (OK) fromServer()                 {}
func (Pong) fromServer()               {}
func (Error) fromServer()              {}
func (Bye) fromServer()                {}
func (Waiting) fromServer()            {}
func (Lobby) fromServer()              {}
func (Rights) fromServer()             {}
func (Requests) fromServer()           {}
func (Notice) fromServer()             {}
func (Hands) fromServer()              {}
func (Floor) fromServer()              {}
func (RoomChanged) fromServer()        {}
func (Settings) fromServer()           {}
func (Bans) fromServer()               {}
func (Invitation) fromServer()         {}
func (Invitations) fromServer()        {}
func (ChatDeleted) fromServer()        {}

// ClientMessages and ServerMessages list a zero value of every message: the one place from which decoding, the
// TypeScript types, the golden files and the documentation are made.
var (
	ClientMessages = []ClientMessage{
		Join{}, Offer{}, Publish{}, Mute{}, Unpublish{}, View{}, Say{}, Rename{}, Leave{}, Ping{},
		Ask{}, Raise{}, TakeFloor{}, LobbySay{},
		Admit{}, Refuse{}, SendBack{}, Grant{}, Silence{}, AskUnmute{}, SetRole{}, Remove{}, GetBans{}, Unban{}, Lock{}, Spotlight{},
		LowerHands{}, OrderHands{}, GiveFloor{}, DeleteLine{}, GetSettings{}, Configure{}, GetInvitations{}, Invite{},
		RevokeInvitation{}, End{},
	}
	ServerMessages = []ServerMessage{
		Joined{}, Answer{}, Slots{}, Encodings{}, ParticipantJoined{}, ParticipantChanged{}, ParticipantLeft{},
		PublicationChanged{}, PublicationEnded{}, ChatLine{}, ChatDeleted{}, Speakers{}, Stats{},
		Waiting{}, RoomChanged{}, Rights{}, Notice{}, Hands{}, Floor{},
		Lobby{}, Requests{}, Settings{}, Bans{}, Invitation{}, Invitations{},
		OK{}, Pong{}, Error{}, Bye{},
	}
)
