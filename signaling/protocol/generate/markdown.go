package main

import (
	"bytes"
	"fmt"
	"reflect"
	"strings"
)

// Markers around each generated part of docs/protocol.md. The text between them is replaced.
const (
	beginMarker = "<!-- generated: %s -->\n"
	endMarker   = "<!-- end generated -->\n"
)

// fillMarkdown returns page with every generated part made anew.
func fillMarkdown(page []byte, w *words) ([]byte, error) {
	sections := map[string]string{
		"client messages": w.messages(clientMessages()),
		"server messages": w.messages(serverMessages()),
		"parts":           w.parts(),
		"values":          w.valueTables(),
		"bounds":          w.boundTable(),
	}
	for name, content := range sections {
		begin := []byte(fmt.Sprintf(beginMarker, name))
		before, rest, ok := bytes.Cut(page, begin)
		if !ok {
			return nil, fmt.Errorf("docs/protocol.md has no line %q", strings.TrimSpace(string(begin)))
		}
		_, after, ok := bytes.Cut(rest, []byte(endMarker))
		if !ok {
			return nil, fmt.Errorf("docs/protocol.md: the part %q has no end marker", name)
		}
		page = bytes.Join([][]byte{before, begin, []byte("\n" + content), []byte(endMarker), after}, nil)
	}
	return page, nil
}

func (w *words) messages(messages []message) string {
	var b strings.Builder
	for _, m := range messages {
		fmt.Fprintf(&b, "#### `%s`\n\n%s\n\n", m.wire, w.types[m.typ.Name()])
		b.WriteString(w.table(m.typ))
	}
	return b.String()
}

func (w *words) parts() string {
	var b strings.Builder
	for _, t := range parts() {
		fmt.Fprintf(&b, "#### %s\n\n%s\n\n", t.Name(), w.types[t.Name()])
		b.WriteString(w.table(t))
	}
	return b.String()
}

func (w *words) table(t reflect.Type) string {
	if t.NumField() == 0 {
		return "No members: `\"data\":{}`.\n\n"
	}
	var b strings.Builder
	b.WriteString("| member | type | |\n|---|---|---|\n")
	for _, f := range fieldsOf(t) {
		kind := typeName(f.typ)
		if f.optional {
			kind += ", optional"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", f.key, kind, cell(w.fields[f.owner+"."+f.name]))
	}
	b.WriteString("\n")
	return b.String()
}

func (w *words) valueTables() string {
	var b strings.Builder
	for _, t := range enums() {
		fmt.Fprintf(&b, "#### %s\n\n%s\n\n| value | |\n|---|---|\n", t.Name(), w.types[t.Name()])
		for _, v := range w.values[t.Name()] {
			fmt.Fprintf(&b, "| `%s` | %s |\n", v.unquoted(), cell(v.comment))
		}
		b.WriteString("\n")
	}
	return b.String()
}

func (w *words) boundTable() string {
	var b strings.Builder
	b.WriteString("| bound | value | |\n|---|---|---|\n")
	for _, v := range w.bounds {
		fmt.Fprintf(&b, "| %s | %s | %s |\n", v.name, v.literal, cell(v.comment))
	}
	b.WriteString("\n")
	return b.String()
}

// cell makes a comment fit into a table.
func cell(comment string) string { return strings.ReplaceAll(comment, "|", `\|`) }
