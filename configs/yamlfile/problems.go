package yamlfile

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Problem is one thing that is wrong.
type Problem struct {
	Origin string // where it was set: "salon.yaml:12", "SALON_HTTP_LISTEN", "--set"; "" for a default
	Key    string // section.key, "" when the whole file is meant
	Text   string // what is wrong and what to do
}

// Error is one line.
func (p Problem) Error() string {
	text := p.Text
	if p.Key != "" {
		text = p.Key + " " + text
	}
	if p.Origin != "" {
		text = p.Origin + ": " + text
	}
	return text
}

// Problems is everything that is wrong, so that it can be repaired in one go.
type Problems []Problem

// Error is one line per problem.
func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i, problem := range p {
		lines[i] = problem.Error()
	}
	return strings.Join(lines, "\n")
}

// Add notes one more.
func (p *Problems) Add(origin, key, format string, args ...any) {
	*p = append(*p, Problem{Origin: origin, Key: key, Text: fmt.Sprintf(format, args...)})
}

// OrNil avoids a non-nil error that holds no problem.
func (p Problems) OrNil() error {
	if len(p) == 0 {
		return nil
	}
	return p
}

// Between says when a number or a duration is out of range, both ends allowed.
func Between[N cmp.Ordered](p *Problems, key string, value, low, high N) {
	if value < low || value > high {
		p.Add("", key, "is %v: it must be between %v and %v", value, low, high)
	}
}

// OneOf says when a word is not among the allowed ones.
func OneOf[S ~string](p *Problems, key string, value S, allowed ...S) {
	if !slices.Contains(allowed, value) {
		words := make([]string, len(allowed))
		for i, a := range allowed {
			words[i] = string(a)
		}
		p.Add("", key, "is %q: it must be one of %s", value, strings.Join(words, ", "))
	}
}
