package transport

import (
	"cmp"
	"slices"
	"strings"
)

// inOrder writes the formats of an answer's sections in the order of the offer (RFC 3264 6.1): browsers send the first.
// Pion stays with that of the first offer, so that a publisher could never change its codec by another one.
func inOrder(answer, offered string) string {
	orders := map[string][]string{}
	for _, section := range mediaSections(offered)[1:] {
		lines := strings.SplitAfter(section, "\n")
		orders[midOf(lines)] = formatsOf(lines)
	}
	sections := mediaSections(answer)
	for i, section := range sections[1:] {
		lines := strings.SplitAfter(section, "\n")
		order := orders[midOf(lines)]
		formats := formatsOf(lines)
		if len(formats) == 0 || len(order) == 0 {
			continue
		}
		slices.SortStableFunc(formats, func(a, b string) int { return cmp.Compare(slices.Index(order, a), slices.Index(order, b)) })
		lines[0] = strings.Join(append(strings.Fields(lines[0])[:formatsFrom], formats...), " ") + "\r\n"
		sections[i+1] = strings.Join(lines, "")
	}
	return strings.Join(sections, "")
}

// mediaSections cuts an SDP text before each m= line: first comes what belongs to the session.
func mediaSections(text string) []string {
	var sections []string
	for {
		i := strings.Index(text, "\nm=")
		if i < 0 {
			return append(sections, text)
		}
		sections, text = append(sections, text[:i+1]), text[i+1:]
	}
}

// formatsFrom is the place of the first format in an m= line: kind, port and protocol come before (RFC 8866 5.14).
const formatsFrom = 3

// formatsOf returns the formats of a section's m= line.
func formatsOf(lines []string) []string {
	fields := strings.Fields(lines[0])
	if len(fields) < formatsFrom {
		return nil
	}
	return fields[formatsFrom:]
}
