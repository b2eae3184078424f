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

// ClientMessages and ServerMessages list a zero value of every message: the one place from which decoding, the
// TypeScript types, the golden files and the documentation are made.
var (
	ClientMessages = []ClientMessage{Join{}, Offer{}, Publish{}, Mute{}, Unpublish{}, View{}, Say{}, Leave{}, Ping{}}
	ServerMessages = []ServerMessage{Joined{}, Answer{}, Slots{}, Encodings{}, ParticipantJoined{}, ParticipantChanged{},
		ParticipantLeft{}, PublicationChanged{}, PublicationEnded{}, ChatLine{}, Speakers{}, Stats{}, OK{}, Pong{}, Error{}, Bye{}}
)
