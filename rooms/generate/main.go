package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"salon/rooms"
	"salon/rooms/policy"
)

// pagePath is the page, relative to the folder of package rooms, in which `go generate` runs this command.
const pagePath = "../docs/protocol.md"

// The markers around the generated part. The text between them is replaced.
const (
	beginMarker = "<!-- generated: matrix -->\n"
	endMarker   = "<!-- end generated -->\n"
)

func main() {
	if err := run("."); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

// run rewrites the page that belongs to the package in folder.
func run(folder string) error {
	path := filepath.Join(folder, pagePath)
	page, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if page, err = fill(page); err != nil {
		return err
	}
	return os.WriteFile(path, page, 0o644)
}

// fill returns page with the matrix made anew.
func fill(page []byte) ([]byte, error) {
	before, rest, ok := bytes.Cut(page, []byte(beginMarker))
	if !ok {
		return nil, fmt.Errorf("docs/protocol.md has no line %q", strings.TrimSpace(beginMarker))
	}
	_, after, ok := bytes.Cut(rest, []byte(endMarker))
	if !ok {
		return nil, fmt.Errorf("docs/protocol.md: the matrix has no end marker")
	}
	return bytes.Join([][]byte{before, []byte(beginMarker), []byte("\n" + matrix()), []byte(endMarker), after}, nil), nil
}

// The cells.
const (
	yes           = "yes"
	notJoined     = "`not_joined`"
	alreadyJoined = "`already_joined`"
	forbidden     = "`forbidden`"
)

// matrix is the table. What signaling carries out itself comes first.
func matrix() string {
	var b strings.Builder
	b.WriteString("| message | right | before `join` | waiting | viewer | participant | presenter | moderator |\n|---|---|---|---|---|---|---|---|\n")
	line := func(cells ...string) { b.WriteString("| " + strings.Join(cells, " | ") + " |\n") }
	line("`join`", "", yes, alreadyJoined, alreadyJoined, alreadyJoined, alreadyJoined, alreadyJoined)
	line("`offer`", "", notJoined, notJoined, yes, yes, yes, yes)
	line("`leave`", "", yes, yes, yes, yes, yes, yes)
	line("`ping`", "", yes, yes, yes, yes, yes, yes)
	rules := policy.Merge(policy.Site{}, policy.File{})
	for _, row := range rooms.Matrix() {
		name, waits := "`"+row.Message+"`", notJoined
		if row.Case.Which != "" {
			name += " " + row.Case.Which
		}
		if row.Waiting {
			waits = yes
		}
		right, needed := row.Case.Right()
		cells := []string{name, "", notJoined, waits}
		if needed {
			cells[1] = "`" + right.String() + "`"
		}
		for _, role := range policy.Roles {
			cell := yes
			if needed && !policy.Decide(rules, policy.State{}, policy.Participant{Role: role}, right).Allowed {
				cell = forbidden
			}
			cells = append(cells, cell)
		}
		line(cells...)
	}
	b.WriteString("\n")
	return b.String()
}
