package protocol

// Source is what a publication shows: RFC 7656's media source.
type Source string

// The sources that a participant can publish, at most one publication of each.
const (
	Microphone  Source = "microphone"
	Camera      Source = "camera"
	Screen      Source = "screen"
	ScreenAudio Source = "screen_audio"
)

// Sources lists every source, audio first.
var Sources = []Source{Microphone, ScreenAudio, Camera, Screen}

// Kind is a media kind as in SDP's m= line.
type Kind string

// The media kinds.
const (
	Audio Kind = "audio"
	Video Kind = "video"
)

// Kind says whether the source is heard or seen; it is "" for an unknown source.
func (s Source) Kind() Kind {
	switch s {
	case Microphone, ScreenAudio:
		return Audio
	case Camera, Screen:
		return Video
	}
	return ""
}

// SlotState says why a filled video slot shows nothing.
type SlotState string

// Why a filled video slot shows nothing: show the person without a picture.
const (
	SlotPaused      SlotState = "paused"      // the link to this participant carries too little
	SlotOverLimit   SlotState = "over_limit"  // more cameras than the room allows: those who speak or are pinned are sent
	SlotUndecodable SlotState = "undecodable" // its codec is none that this participant negotiated; the publisher is asked for another
)

// ParticipantState says whether a participant's session is connected.
type ParticipantState string

// The states in which others see a participant.
const (
	Here         ParticipantState = "here"
	Reconnecting ParticipantState = "reconnecting" // its session is lost; it may still resume
)

// LeftReason says why a participant left.
type LeftReason string

// Why a participant left.
const (
	LeftByChoice LeftReason = "left"
	LeftTimeout  LeftReason = "timeout" // lost and not resumed in time
	LeftRemoved  LeftReason = "removed" // put out by a moderator or the server
	LeftHidden   LeftReason = "hidden"  // still there, but no longer shown to this participant
)

// ByeReason says why the server ends a session; the socket closes after it.
type ByeReason string

// Why a session ends. Only ByeReplaced, ByeTooSlow, ByeShutdown and ByeProtocol leave the participant resumable.
const (
	ByeLeft       ByeReason = "left"        // the client asked
	ByeReplaced   ByeReason = "replaced"    // another session resumed this participant
	ByeTooSlow    ByeReason = "too_slow"    // the outbox overflowed
	ByeShutdown   ByeReason = "shutdown"    // the server stops; join again after RetryAfter
	ByeProtocol   ByeReason = "protocol"    // a frame that could not be read
	ByeRate       ByeReason = "rate"        // too many messages
	ByeMedia      ByeReason = "media"       // the media connection broke the rules (too many SSRCs)
	ByeRoomClosed ByeReason = "room_closed" // the room ended
	ByeTimeout    ByeReason = "timeout"     // no join in time
	ByeRemoved    ByeReason = "removed"     // a moderator removed the participant
	ByeBanned     ByeReason = "banned"      // and it must not come back
	ByeRefused    ByeReason = "refused"     // a moderator did not let it in
	ByeLobbyOver  ByeReason = "lobby_over"  // nobody admitted it in time
	ByeEnded      ByeReason = "ended"       // a moderator ended the room for everybody
)

// ErrorCode is a stable code for machines; the client translates it into a sentence.
type ErrorCode string

// The error codes. A request that fails changes nothing.
const (
	ErrBadMessage    ErrorCode = "bad_message"    // not JSON, unknown type or field, wrong type or size of a field
	ErrNotJoined     ErrorCode = "not_joined"     // join first
	ErrAlreadyJoined ErrorCode = "already_joined" // one join per session
	ErrBadRoom       ErrorCode = "bad_room"       // the room's name is not valid
	ErrBadName       ErrorCode = "bad_name"       // the participant's name is empty or too long
	ErrRoomFull      ErrorCode = "room_full"
	ErrTooManyRooms  ErrorCode = "too_many_rooms"
	ErrResumeUnknown ErrorCode = "resume_unknown" // that participant is gone or the token is wrong: join afresh
	ErrBadOffer      ErrorCode = "bad_offer"      // the SDP could not be answered; the text says why
	ErrOfferBusy     ErrorCode = "offer_busy"     // the previous offer is still being answered
	ErrNoSource      ErrorCode = "no_source"      // no negotiated section carries that source
	ErrNotPublished  ErrorCode = "not_published"
	ErrBadView       ErrorCode = "bad_view" // too many tiles, or a size out of range
	ErrChatEmpty     ErrorCode = "chat_empty"
	ErrChatTooLong   ErrorCode = "chat_too_long"
	ErrRateLimited   ErrorCode = "rate_limited" // slow down; retry after RetryAfter
	ErrForbidden     ErrorCode = "forbidden"    // the right is missing; Reason says why
	ErrUnknown       ErrorCode = "unknown"      // no such participant, line, ban or invitation
	ErrRoomLocked    ErrorCode = "room_locked"  // nobody new comes in
	ErrRoomClosed    ErrorCode = "room_closed"  // not open at this time
	ErrBanned        ErrorCode = "banned"
	ErrNeedsToken    ErrorCode = "needs_token" // only who has an invitation, a token or an account comes in
	ErrBadToken      ErrorCode = "bad_token"   // not valid for this room, or no longer
	ErrBadInvite     ErrorCode = "bad_invite"  // used up, revoked or expired
	ErrLobbyFull     ErrorCode = "lobby_full"
	ErrBadSetting    ErrorCode = "bad_setting" // the text says which and why
	ErrForced        ErrorCode = "forced"      // the site policy decides that setting
	ErrNotSaved      ErrorCode = "not_saved"   // in force, but it could not be written to disk: tell who runs the server
	ErrShuttingDown  ErrorCode = "shutting_down"
	ErrInternal      ErrorCode = "internal"
)

// Bounds of what clients send. They are part of the protocol: a client may check them first.
const (
	MaxMessageBytes      = 256 << 10 // one frame; an offer with 64 sections is below 128 KiB
	MaxRoomNameLength    = 64        // characters
	MaxNameLength        = 64        // characters
	MaxChatLength        = 4000      // characters
	MaxSections          = 64        // m= sections in an offer
	MaxTiles             = 64        // tiles in a view
	MaxTilePixels        = 8192      // width or height of a tile, in physical pixels
	MaxNoticeLength      = 500       // characters of a line in the lobby, or of a word with a removal
	MaxDeviceLength      = 64        // characters
	MaxTokenLength       = 8192      // characters of a signed token
	MaxIDLength          = 64        // characters of any id
	MaxSettings          = 64        // in one Configure
	MaxSettingLength     = 2000      // characters of a setting's value
	MaxNamed             = 500       // participants named in one message
	MaxInvitationSeconds = 366 * 24 * 3600
)
