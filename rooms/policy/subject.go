package policy

import (
	"errors"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"gopkg.in/yaml.v3"

	"salon/configs/yamlfile"
)

// Subject is an account's name or a token's subject (RFC 7519 4.1.2) in the one form that is compared; "" is nobody in
// particular. A display name is never a subject, because anybody may choose any. Make it with ParseSubject.
//
// All subjects of a server share one space: whoever accepts several issuers of tokens must not let two of them name
// different people alike.
type Subject string

// maxSubject is OpenID Connect's bound of a subject, in bytes.
const maxSubject = 255

// ParseSubject checks and normalises a subject. Case does not count, as nobody types it reliably and a ban must not be
// shaken off by it. What cannot be compared is refused rather than compared wrongly.
func ParseSubject(text string) (Subject, error) {
	switch {
	case text == "" || len(text) > maxSubject:
		return "", errors.New("is not an account: write 1 to 255 bytes")
	case !utf8.ValidString(text) || strings.TrimSpace(text) != text || strings.ContainsFunc(text, invisible):
		return "", errors.New("is not an account: delete spaces at its ends, control and invisible characters")
	case strings.ContainsFunc(text, decomposed):
		return "", errors.New("has an accent as a character of its own: write the letter and its accent as one character")
	}
	return Subject(strings.Map(folded, text)), nil
}

// invisible are characters that make two texts differ and look alike.
func invisible(r rune) bool {
	return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '\u2028' || r == '\u2029' || r == utf8.RuneError
}

// decomposed tells the marks that have composed forms with Latin, Greek, Cyrillic, kana and Hangul letters (Unicode
// 3.6): with both forms about, one account would be two.
func decomposed(r rune) bool {
	return r >= 0x300 && r <= 0x36f || r == 0x3099 || r == 0x309a || r >= 0x1161 && r <= 0x11c2
}

// folded returns one of the characters that differ from r by case only (Unicode simple case folding), always the same:
// the least, of the small letters if there are any.
func folded(r rune) rune {
	best := r
	for next := unicode.SimpleFold(r); next != r; next = unicode.SimpleFold(next) {
		if small := unicode.IsLower(next); small == unicode.IsLower(best) && next < best || small && !unicode.IsLower(best) {
			best = next
		}
	}
	return best
}

// Subjects is a set of subjects: sorted, one per line, so that equal sets are equal strings.
type Subjects string

// maxSubjects bounds a list that is searched one by one.
const maxSubjects = 500

// SubjectsOf makes a set.
func SubjectsOf(subjects ...Subject) Subjects {
	words := make([]string, 0, len(subjects))
	for _, s := range subjects {
		words = append(words, string(s))
	}
	slices.Sort(words)
	return Subjects(strings.Join(slices.Compact(words), "\n"))
}

// Has says whether the set holds a subject, or another name of it. Nobody in particular is in no set.
func (s Subjects) Has(subject, also Subject) bool {
	if subject == "" {
		return false
	}
	for line := range strings.SplitSeq(string(s), "\n") {
		if line == string(subject) || line != "" && line == string(also) {
			return true
		}
	}
	return false
}

// List returns the subjects, sorted.
func (s Subjects) List() []Subject {
	var list []Subject
	for line := range strings.SplitSeq(string(s), "\n") {
		if line != "" {
			list = append(list, Subject(line))
		}
	}
	return list
}

// MarshalYAML writes a list.
func (s Subjects) MarshalYAML() (any, error) { return append([]Subject{}, s.List()...), nil }

// Wanted implements yamlfile.Reader.
func (*Subjects) Wanted() string { return "a list of accounts, such as [alice, bob]" }

// ReadYAML implements yamlfile.Reader.
func (s *Subjects) ReadYAML(d *yamlfile.Decoder, path string, n *yaml.Node) {
	var all []Subject
	eachWord(d, path, n, s.Wanted(), func(path string, item *yaml.Node) {
		subject, err := ParseSubject(item.Value)
		if err != nil {
			d.Problem(item, path, "%q %s", item.Value, err)
			return
		}
		all = append(all, subject)
	})
	*s = SubjectsOf(all...)
}
