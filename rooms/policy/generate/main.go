package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"salon/rooms/policy"
)

// pagePath is the page, relative to the folder of package policy, in which `go generate` runs this command.
const pagePath = "../../docs/policy.md"

// Markers around each generated part. The text between them is replaced.
const (
	beginMarker = "<!-- generated: %s -->\n"
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
	if err := os.WriteFile(path, page, 0o644); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(folder, presetsPath), webPresets(), 0o644)
}

// fill returns page with every generated part made anew.
func fill(page []byte) ([]byte, error) {
	for _, part := range []struct{ name, content string }{
		{"matrix", matrices()}, {"presets", presets()}, {"reasons", reasons()},
	} {
		begin := fmt.Appendf(nil, beginMarker, part.name)
		before, rest, ok := bytes.Cut(page, begin)
		if !ok {
			return nil, fmt.Errorf("docs/policy.md has no line %q", strings.TrimSpace(string(begin)))
		}
		_, after, ok := bytes.Cut(rest, []byte(endMarker))
		if !ok {
			return nil, fmt.Errorf("docs/policy.md: the part %q has no end marker", part.name)
		}
		page = bytes.Join([][]byte{before, begin, []byte("\n" + part.content), []byte(endMarker), after}, nil)
	}
	return page, nil
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
