package protocol

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// The bounds of what moderators and those who wait send.

func (m Rename) validate() error {
	if strings.TrimSpace(m.Name) == "" {
		return refuse(ErrBadName, "give a name of 1 to %d characters, without control characters", MaxNameLength)
	}
	return Join{Name: m.Name}.validate()
}

func (m Ask) validate() error { return m.Right.validate() }

func (m Grant) validate() error {
	if !slices.Contains([]GrantState{Allowed, Denied, ByRule}, m.State) {
		return refuse(ErrBadMessage, "state must be %q, %q or %q", Allowed, Denied, ByRule)
	}
	return firstOf(validID(m.Participant), m.Right.validate())
}

func (m Silence) validate() error {
	return firstOf(optionalID(m.Participant), m.Source.validate())
}

func (m AskUnmute) validate() error {
	return firstOf(validID(m.Participant), m.Source.validate())
}

func (m SetRole) validate() error { return firstOf(validID(m.Participant), m.Role.validate()) }

func (m Remove) validate() error {
	return firstOf(validID(m.Participant), notice(m.Message))
}

func (m SendBack) validate() error         { return validID(m.Participant) }
func (m Unban) validate() error            { return validID(m.Ban) }
func (m RevokeInvitation) validate() error { return validID(m.Invitation) }
func (m LowerHands) validate() error       { return optionalID(m.Participant) }
func (m GiveFloor) validate() error        { return optionalID(m.Participant) }
func (m OrderHands) validate() error       { return validIDs(m.Participants) }
func (m Admit) validate() error            { return validIDs(m.Participants) }
func (m Refuse) validate() error           { return validIDs(m.Participants) }

func (m LobbySay) validate() error {
	if strings.TrimSpace(m.Text) == "" {
		return refuse(ErrChatEmpty, "write something")
	}
	return firstOf(optionalID(m.Participant), notice(m.Text))
}

func (m Spotlight) validate() error {
	if m.Participant == "" && m.Source == "" {
		return nil
	}
	if m.Source.Kind() != Video {
		return refuse(ErrBadMessage, "the source of a spotlight must be %q or %q", Camera, Screen)
	}
	return validID(m.Participant)
}

func (m Configure) validate() error {
	if len(m.Settings) == 0 || len(m.Settings) > MaxSettings {
		return refuse(ErrBadSetting, "change 1 to %d settings", MaxSettings)
	}
	for _, s := range m.Settings {
		if s.Key == "" || len(s.Key) > MaxIDLength || utf8.RuneCountInString(s.Value) > MaxSettingLength {
			return refuse(ErrBadSetting, "give a key of 1 to %d characters and a value of at most %d", MaxIDLength, MaxSettingLength)
		}
	}
	return nil
}

func (m Invite) validate() error {
	if m.Expires < 0 || m.Expires > MaxInvitationSeconds || m.Uses < 0 || m.Uses > MaxNamed {
		return refuse(ErrBadMessage, "let an invitation end within %d seconds, and give it at most %d uses", MaxInvitationSeconds, MaxNamed)
	}
	return firstOf(m.Role.validate(), Join{Name: m.Name}.validate())
}

func (r Role) validate() error {
	if !slices.Contains(Roles, r) {
		return refuse(ErrBadMessage, "role must be one of %q", Roles)
	}
	return nil
}

func (r Right) validate() error {
	if !slices.Contains(RightsList, r) {
		return refuse(ErrBadMessage, "right must be one of %q", RightsList)
	}
	return nil
}

func notice(text string) error {
	if utf8.RuneCountInString(text) > MaxNoticeLength {
		return refuse(ErrChatTooLong, "write at most %d characters", MaxNoticeLength)
	}
	return nil
}

func validID(id string) error {
	if id == "" || len(id) > MaxIDLength {
		return refuse(ErrUnknown, "name by an id of 1 to %d characters", MaxIDLength)
	}
	return nil
}

func optionalID(id string) error {
	if id == "" {
		return nil
	}
	return validID(id)
}

func validIDs(ids []string) error {
	if len(ids) > MaxNamed {
		return refuse(ErrBadMessage, "name at most %d at once", MaxNamed)
	}
	for _, id := range ids {
		if err := validID(id); err != nil {
			return err
		}
	}
	return nil
}

func firstOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
