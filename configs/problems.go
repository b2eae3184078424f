package configs

import (
	"fmt"
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

func (p *Problems) add(origin, key, format string, args ...any) {
	*p = append(*p, Problem{Origin: origin, Key: key, Text: fmt.Sprintf(format, args...)})
}

// orNil avoids a non-nil error that holds no problem.
func (p Problems) orNil() error {
	if len(p) == 0 {
		return nil
	}
	return p
}
