package rooms

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"salon/signaling/protocol"
)

// roomKey folds case and width, so that everybody who types the same name meets in the same room. It returns false
// when the name is not one: see protocol.Join.
func roomKey(name string) (key string, ok bool) {
	if !utf8.ValidString(name) || utf8.RuneCountInString(name) > protocol.MaxRoomNameLength {
		return "", false
	}
	key = strings.Map(foldRune, name)
	for _, r := range key {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("-_.", r) {
			return "", false
		}
	}
	// Browsers and proxies resolve "." and ".." in a path, so such a room could not be linked to.
	return key, strings.Trim(key, ".") != ""
}

// foldRune maps a rune and all that differ from it only by case or by East Asian full width to the same rune.
func foldRune(r rune) rune {
	if r >= '！' && r <= '～' { // U+FF01 to U+FF5E are the full-width forms of '!' to '~'
		r -= '！' - '!'
	}
	// The runes of one letter form a ring. One of its members, U+0345, is no letter.
	folded := rune(unicode.MaxRune)
	for f := r; ; {
		if unicode.IsLetter(f) {
			folded = min(folded, f)
		}
		if f = unicode.SimpleFold(f); f == r {
			break
		}
	}
	if folded == unicode.MaxRune {
		return r
	}
	return unicode.ToLower(folded)
}

// cleanName trims a participant's name and joins its words by single spaces. It returns false when nothing visible is
// left, when it is too long, or when it contains characters that would disturb the text around it.
func cleanName(name string) (clean string, ok bool) {
	if !utf8.ValidString(name) || strings.ContainsFunc(name, disturbing) {
		return "", false
	}
	clean = strings.Join(strings.Fields(name), " ")
	if utf8.RuneCountInString(clean) > protocol.MaxNameLength {
		return "", false
	}
	return clean, strings.ContainsFunc(clean, unicode.IsGraphic)
}

// disturbing are control characters, line breaks, and the overrides and isolates that would turn the direction of the
// text that follows a name (UAX #9).
func disturbing(r rune) bool {
	return unicode.IsControl(r) || r >= '\u2028' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069'
}

// cleanText removes what a chat line must not contain: control characters other than line breaks and tabs.
func cleanText(text string) string {
	text = strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\r\n", "\n")
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, text))
}
