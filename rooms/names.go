package rooms

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"salon/signaling/protocol"
)

// roomKey folds what people cannot tell apart when they type or read a name aloud, case, width and composition, so that
// they meet in the same room (Unicode 3.13, NFKC and case folding). It returns false when the name is not one: see
// protocol.Join.
func roomKey(name string) (key string, ok bool) {
	if !utf8.ValidString(name) || utf8.RuneCountInString(name) > protocol.MaxRoomNameLength {
		return "", false
	}
	// Lower case after folding, since Cherokee folds to capitals and this library's table does not stay there.
	key = norm.NFKC.String(strings.ToLower(cases.Fold().String(norm.NFKC.String(name))))
	for i, r := range key {
		// Many scripts write vowels as marks on the letter before them.
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("-_.", r) && (i == 0 || !unicode.IsMark(r)) {
			return "", false
		}
	}
	// Browsers and proxies resolve "." and ".." in a path, so such a room could not be linked to.
	return key, strings.Trim(key, ".") != "" && !slices.Contains(reserved, key)
}

// reserved are the first words of addresses that belong to the server: a room of that name could not be linked to.
var reserved = []string{"api", "assets", "debug", "healthz", "index.html", "metrics", "readyz", "static", "whep", "whip", "ws"}

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

// shownName makes of the name in a token one that can be shown, "" when nothing is left of it.
func shownName(name string) string {
	clean, _ := cleanName(strings.Map(func(r rune) rune {
		if disturbing(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(name, "")))
	return clean
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
