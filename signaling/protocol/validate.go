package protocol

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxMidLength bounds a mid in bytes: what a one-byte header extension can carry (RFC 8285 section 4.2). Browsers use
// one to three digits, as RFC 9429 section 5.2.1 recommends.
const maxMidLength = 16

// validator is a ClientMessage with bounds of its own. Nothing here needs the state of a room.
type validator interface{ validate() error }

// Validate says whether the members of m are within the protocol's bounds. The error is an [Error]. What depends on a
// room, its name included, is checked by the room.
func Validate(m ClientMessage) error {
	if v, ok := m.(validator); ok {
		return v.validate()
	}
	return nil
}

func refuse(code ErrorCode, format string, args ...any) error {
	return Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

func (m Join) validate() error {
	// Only gross bounds: the room trims and folds. Each letter of a name may be decomposed, hence some room.
	if utf8.RuneCountInString(m.Room) > 4*MaxRoomNameLength {
		return refuse(ErrBadRoom, "name the room with at most %d characters", MaxRoomNameLength)
	}
	if m.Resume != nil {
		return nil
	}
	switch {
	case len(m.Token) > MaxTokenLength || len(m.Invite) > MaxIDLength:
		return refuse(ErrBadToken, "send a token of at most %d characters, or an invitation of at most %d", MaxTokenLength, MaxIDLength)
	case m.Device != "" && (len(m.Device) < 16 || len(m.Device) > MaxDeviceLength):
		return refuse(ErrBadMessage, "device must have 16 to %d characters", MaxDeviceLength)
	}
	if utf8.RuneCountInString(m.Name) > 4*MaxNameLength || strings.ContainsFunc(m.Name, unicode.IsControl) {
		return refuse(ErrBadName, "give a name of 1 to %d characters, without control characters", MaxNameLength)
	}
	return nil
}

func (m Offer) validate() error {
	if m.SDP == "" {
		return refuse(ErrBadOffer, "put the local description into sdp")
	}
	if len(m.Sections) > MaxSections {
		return refuse(ErrBadOffer, "offer at most %d sections", MaxSections)
	}
	mids := make(map[string]bool, len(m.Sections))
	for _, s := range m.Sections {
		if s.Mid == "" || len(s.Mid) > maxMidLength || mids[s.Mid] {
			return refuse(ErrBadOffer, "give each section another mid, of 1 to %d characters", maxMidLength)
		}
		mids[s.Mid] = true
		if err := s.Source.validate(); err != nil {
			return err
		}
	}
	return nil
}

func (m Publish) validate() error   { return m.Source.validate() }
func (m Mute) validate() error      { return m.Source.validate() }
func (m Unpublish) validate() error { return m.Source.validate() }

func (s Source) validate() error {
	if !slices.Contains(Sources, s) {
		return refuse(ErrBadMessage, "source must be one of %q", Sources)
	}
	return nil
}

func (m View) validate() error {
	if len(m.Tiles) > MaxTiles {
		return refuse(ErrBadView, "show at most %d tiles", MaxTiles)
	}
	for _, t := range m.Tiles {
		if t.Source.Kind() != Video {
			return refuse(ErrBadView, "the source of a tile must be %q or %q", Camera, Screen)
		}
		if validID(t.Participant) != nil {
			return refuse(ErrBadView, "name the participant of each tile by its id")
		}
		if min(t.Width, t.Height) < 1 || max(t.Width, t.Height) > MaxTilePixels {
			return refuse(ErrBadView, "width and height of a tile must be 1 to %d", MaxTilePixels)
		}
	}
	return nil
}

func (m Say) validate() error {
	if strings.TrimSpace(m.Text) == "" {
		return refuse(ErrChatEmpty, "write something")
	}
	if utf8.RuneCountInString(m.Text) > MaxChatLength {
		return refuse(ErrChatTooLong, "write at most %d characters in one line", MaxChatLength)
	}
	return nil
}
