package rooms

import (
	"strconv"
	"strings"

	"salon/signaling/protocol"
)

// audit writes down what a moderator, or whoever runs the server, did: who is a participant's id, or OperatorName. It holds
// no names and no secrets.
func (r *room) audit(who, act, target string) {
	r.log.Info("moderation", "who", who, "act", act, "target", target)
}

// asks says that a message changes nothing.
func asks(m protocol.ClientMessage) bool {
	switch m.(type) {
	case protocol.GetBans, protocol.GetSettings, protocol.GetInvitations:
		return true
	}
	return false
}

// targetOf says whom or what a message of a moderator concerns; "" for the room.
func targetOf(m protocol.ClientMessage) string {
	switch m := m.(type) {
	case protocol.Admit:
		return strings.Join(m.Participants, " ")
	case protocol.Refuse:
		return strings.Join(m.Participants, " ")
	case protocol.OrderHands:
		return strings.Join(m.Participants, " ")
	case protocol.SendBack:
		return m.Participant
	case protocol.Grant:
		return m.Participant + " " + string(m.Right) + " " + string(m.State)
	case protocol.Silence:
		return strings.TrimSpace(m.Participant + " " + string(m.Source))
	case protocol.AskUnmute:
		return m.Participant + " " + string(m.Source)
	case protocol.SetRole:
		return m.Participant + " " + string(m.Role)
	case protocol.Remove:
		if m.Ban {
			return m.Participant + " ban"
		}
		return m.Participant
	case protocol.Unban:
		return m.Ban
	case protocol.Lock:
		return strconv.FormatBool(m.Locked)
	case protocol.Spotlight:
		return m.Participant
	case protocol.LowerHands:
		return m.Participant
	case protocol.GiveFloor:
		return m.Participant
	case protocol.DeleteLine:
		return strconv.FormatUint(m.Line, 10)
	case protocol.Configure:
		return changedKeys(m.Settings)
	case protocol.RevokeInvitation:
		return m.Invitation
	case protocol.Invite:
		return string(m.Role)
	}
	return ""
}

func changedKeys(changes []protocol.SettingChange) string {
	var keys []string
	for _, c := range changes {
		keys = append(keys, c.Key)
	}
	return strings.Join(keys, " ")
}
