package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"salon/docs/fill"
	"salon/rooms"
	"salon/rooms/policy"
)

// pagePath is the page, relative to the folder of package rooms, in which `go generate` runs this command.
const pagePath = "../docs/protocol.md"

func main() {
	if err := run("."); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

// run rewrites the page that belongs to the package in folder.
func run(folder string) error { return fill.File(filepath.Join(folder, pagePath), parts()...) }

func parts() []fill.Part { return []fill.Part{{Name: "matrix", Text: matrix()}} }

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
