package policy

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"salon/configs/yamlfile"
)

// Bounds of texts, in characters.
const (
	maxName    = 64
	maxTitle   = 200
	maxMessage = 500
)

// Validate says what is wrong with the values.
func (r Room) Validate() yamlfile.Problems {
	var p yamlfile.Problems
	if r.Version != 1 {
		p.Add("", "version", "is %d: this server reads version 1, so write 1 or use the server that wrote the file", r.Version)
	}
	r.validateTexts(&p)
	r.validateWords(&p)
	r.validateNumbers(&p)
	r.validateTimes(&p)
	return p
}

func (r Room) validateTexts(p *yamlfile.Problems) {
	const separators = " /\\?#%&:"
	if n := r.Name; n != "" && (badText(n, maxName) || strings.ContainsAny(n, separators) || strings.Trim(n, ".") == "") {
		p.Add("", "room", "is %q: write the name as in the room's address, at most %d letters, digits, '-', '_' and '.'", n, maxName)
	}
	if badText(r.Title, maxTitle) {
		p.Add("", "title", "must be one line of at most %d characters", maxTitle)
	}
	if badText(strings.ReplaceAll(r.Join.Lobby.Message, "\n", " "), maxMessage) {
		p.Add("", "join.lobby.message", "must have at most %d characters and no control characters", maxMessage)
	}
}

// badText tells what is too long or would disturb the text around it.
func badText(text string, most int) bool {
	return !utf8.ValidString(text) || utf8.RuneCountInString(text) > most || strings.ContainsFunc(text, func(r rune) bool {
		return unicode.IsControl(r) || r >= '\u2028' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069'
	})
}

func (r Room) validateWords(p *yamlfile.Problems) {
	yamlfile.OneOf(p, "join.guests", r.Join.Guests, GuestsAccept, GuestsTrusted, GuestsAsk, GuestsDeny)
	yamlfile.OneOf(p, "policy.screen.hint", r.Policy.Screen.Hint, HintDetail, HintText, HintMotion)
	yamlfile.OneOf(p, "policy.screen.visible_to", r.Policy.Screen.VisibleTo, AmongAll, AmongPresenters, AmongModerators)
	yamlfile.OneOf(p, "policy.see.participants", r.Policy.See.Participants, AmongAll, AmongPresenters, AmongModerators, AmongNobody)
	yamlfile.OneOf(p, "policy.see.cameras_of", r.Policy.See.CamerasOf, AmongAll, AmongPresenters, AmongModerators)
	yamlfile.OneOf(p, "talk_mode", r.TalkMode, TalkOpen, TalkPushToTalk, TalkFloor)
}

// validateNumbers is the table of limits in docs/policy.md.
func (r Room) validateNumbers(p *yamlfile.Problems) {
	yamlfile.Between(p, "join.max_participants", r.Join.MaxParticipants, 0, 1000)
	yamlfile.Between(p, "policy.screen.max", r.Policy.Screen.Max, 1, 16)
	yamlfile.Between(p, "start.hidden_after", r.Start.HiddenAfter, -1, 1000)
	yamlfile.Between(p, "limits.cameras", r.Limits.Cameras, 0, 1000)
	yamlfile.Between(p, "limits.cameras_per_participant", r.Limits.CamerasPerParticipant, 0, 4)
	yamlfile.Between(p, "limits.speakers", r.Limits.Speakers, 1, 24)
	zeroOr(p, "limits.per_viewer_kbps", r.Limits.PerViewerKbps, 100, 100_000)
	zeroOr(p, "limits.per_publisher_kbps", r.Limits.PerPublisherKbps, 100, 100_000)
}

func (r Room) validateTimes(p *yamlfile.Problems) {
	zeroOr(p, "window.duration", r.Window.Duration, time.Minute, 30*24*time.Hour)
	yamlfile.Between(p, "join.lobby.timeout", r.Join.Lobby.Timeout, 10*time.Second, 24*time.Hour)
	zeroOr(p, "join.when_no_moderator.end_after", r.Join.WhenNoModerator.EndAfter, 10*time.Second, 24*time.Hour)
	zeroOr(p, "join.bans.for", r.Join.Bans.For, time.Minute, 365*24*time.Hour)
	zeroOr(p, "policy.chat.history", r.Policy.Chat.History, time.Minute, 365*24*time.Hour)
	if w := r.Window; !w.NotBefore.IsZero() && !w.Expires.IsZero() && !w.NotBefore.Before(w.Expires.Time) {
		p.Add("", "window.expires", "is not after window.not_before: the room would never be open")
	}
}

// zeroOr is for values of which 0 means none.
func zeroOr[N int | time.Duration](p *yamlfile.Problems, key string, value, low, high N) {
	if value != 0 && (value < low || value > high) {
		p.Add("", key, "is %v: it must be 0 or between %v and %v", value, low, high)
	}
}
