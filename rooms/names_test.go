package rooms

import (
	"strings"
	"testing"
	"unicode"

	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"

	"salon/signaling/protocol"
)

func TestRoomKey(t *testing.T) {
	for _, c := range []struct{ name, key string }{
		{"cuisine", "cuisine"},
		{"Cuisine", "cuisine"},
		{"ＣＵＩＳＩＮＥ", "cuisine"},
		{"ｃｕｉｓｉｎｅ－２", "cuisine-2"},
		{"Assemblée", "assemblée"},
		{"ΣΊΣΥΦΟΣ", "σίσυφοσ"},
		{"ΣΊΣΥΦΟς", "σίσυφοσ"},
		{"\u212Aelvin", "kelvin"}, // the Kelvin sign
		{"会議室", "会議室"},
		{"Assemble\u0301e", "assemblée"}, // e and a combining accent, as macOS types it
		{"Straße", "strasse"},
		{"रसोई", "रसोई"}, // vowels are marks
		{"ห้องครัว", "ห้องครัว"},
		{"a.b-c_d", "a.b-c_d"},
		{"...a", "...a"},
		{"٣", "٣"},
		{strings.Repeat("é", protocol.MaxRoomNameLength), strings.Repeat("é", protocol.MaxRoomNameLength)},
	} {
		if key, ok := roomKey(c.name); !ok || key != c.key {
			t.Errorf("%q: %q %v, want %q", c.name, key, ok, c.key)
		}
	}
	for _, name := range []string{
		"", ".", "..", "...", "．．", "a b", "a/b", "a\\b", "a%2f", "a\x00", "a\u202eb", "\xff", "a?", "<b>", "\u0301a", "ws", "WS", "healthz",
		strings.Repeat("é", protocol.MaxRoomNameLength+1),
	} {
		if key, ok := roomKey(name); ok {
			t.Errorf("%q became %q, want a refusal", name, key)
		}
	}
}

// However a name is composed, it is one room, and the key of a key is itself.
func TestRoomKeyFoldsAlike(t *testing.T) {
	letters := rapid.StringOfN(rapid.RuneFrom(nil, unicode.Letter), 1, 20, -1)
	rapid.Check(t, func(t *rapid.T) {
		name := letters.Draw(t, "name")
		key, ok := roomKey(name)
		if !ok {
			t.Skip("a ligature of several words, or too long")
		}
		if again, ok := roomKey(key); ok && again != key {
			t.Fatalf("%q folds to %q, which folds to %q", name, key, again)
		}
		if decomposed, ok := roomKey(norm.NFD.String(name)); ok && decomposed != key {
			t.Fatalf("%q folds to %q, decomposed to %q", name, key, decomposed)
		}
	})
}

func TestRoomKeyFoldsCase(t *testing.T) {
	letters := rapid.StringOfN(rapid.RuneFrom([]rune("abcxyzÀÉœŒß"), unicode.Cyrillic, unicode.Armenian), 1, 20, -1)
	rapid.Check(t, func(t *rapid.T) {
		name := letters.Draw(t, "name")
		key, ok := roomKey(name)
		upper, okUpper := roomKey(strings.ToUpper(name))
		if ok && okUpper && upper != key {
			t.Fatalf("%q folds to %q, in capitals to %q", name, key, upper)
		}
	})
}

func TestCleanName(t *testing.T) {
	for _, c := range []struct{ name, clean string }{
		{"Alice", "Alice"},
		{"  Alice \u00a0  Martin ", "Alice Martin"},
		{"👩‍💻", "👩‍💻"},
		{"محمد", "محمد"},
		{"<script>", "<script>"}, // text is text: whoever shows it must not make markup of it
		{strings.Repeat("é", protocol.MaxNameLength), strings.Repeat("é", protocol.MaxNameLength)},
	} {
		if clean, ok := cleanName(c.name); !ok || clean != c.clean {
			t.Errorf("%q: %q %v, want %q", c.name, clean, ok, c.clean)
		}
	}
	for _, name := range []string{
		"", "   ", "\u200b\u200d", "a\nb", "a\tb", "\x1b[31m", "a\u0085", "a\u202eb", "\u2066a", "a\u2028b", "\xff",
		strings.Repeat("é", protocol.MaxNameLength+1),
	} {
		if clean, ok := cleanName(name); ok {
			t.Errorf("%q became %q, want a refusal", name, clean)
		}
	}
}

func TestCleanText(t *testing.T) {
	for _, c := range []struct{ text, clean string }{
		{"hello", "hello"},
		{" a\r\n\tb \n", "a\n\tb"},
		{"a\x00b\x1b[31mc\u0085", "ab[31mc"},
		{"\r\n\x07 ", ""},
		{"a\xffb", "a\uFFFDb"},
		{"שלום \u202eabc", "שלום \u202eabc"},
	} {
		if clean := cleanText(c.text); clean != c.clean {
			t.Errorf("%q: %q, want %q", c.text, clean, c.clean)
		}
	}
}
