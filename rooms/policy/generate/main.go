package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"salon/docs/fill"
	"salon/rooms/policy"
)

// pagePath is the page, relative to the folder of package policy, in which `go generate` runs this command.
const pagePath = "../../docs/policy.md"

func main() {
	if err := run("."); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

// run rewrites the page that belongs to the package in folder, and the presets of the web client.
func run(folder string) error {
	if err := fill.File(filepath.Join(folder, pagePath), parts()...); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(folder, presetsPath), webPresets(), 0o644)
}

func parts() []fill.Part {
	return []fill.Part{{Name: "matrix", Text: matrices()}, {Name: "presets", Text: presets()}, {Name: "reasons", Text: reasons()}}
}

// matrices is what each role may in each preset.
func matrices() string {
	var b strings.Builder
	for _, preset := range policy.Presets() {
		p := policy.Merge(policy.Site{}, preset.File)
		fmt.Fprintf(&b, "#### %s\n\n| right | viewer | participant | presenter | moderator | rule |\n|---|---|---|---|---|---|\n", preset.Name)
		for _, right := range policy.AllRights() {
			if right.Key() == "" {
				continue // a moderation verb: the same in every room
			}
			fmt.Fprintf(&b, "| `%s` |", right)
			for _, role := range policy.Roles {
				b.WriteString(" " + cell(policy.Decide(p, policy.State{}, policy.Participant{Role: role}, right)) + " |")
			}
			fmt.Fprintf(&b, " `%s` |\n", right.Key())
		}
		b.WriteString("\n")
	}
	b.WriteString("#### Moderation verbs, in every room\n\n| right | what moderators may do |\n|---|---|\n")
	for _, right := range policy.AllRights() {
		if right.Key() == "" {
			fmt.Fprintf(&b, "| `%s` | %s |\n", right, right.Words())
		}
	}
	b.WriteString("\n")
	return b.String()
}

func cell(d policy.Decision) string {
	switch {
	case d.Allowed:
		return "yes"
	case d.Reason.Code == policy.WhyFloor:
		return "with the floor"
	case d.Ask:
		return "asks"
	}
	return "no"
}

func presets() string {
	var b strings.Builder
	for _, p := range policy.Presets() {
		fmt.Fprintf(&b, "#### Preset %s\n\n```yaml\n%s```\n\n", p.Name, p.Text)
	}
	return b.String()
}

func reasons() string {
	var b strings.Builder
	b.WriteString("| code | what it says |\n|---|---|\n")
	for _, c := range policy.Codes {
		fmt.Fprintf(&b, "| `%s` | %s |\n", c.Code, strings.ReplaceAll(c.Words, "RIGHT", "…"))
	}
	b.WriteString("\n")
	return b.String()
}
