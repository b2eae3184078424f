package main

import (
	"fmt"
	"reflect"
	"strings"

	"salon/docs/fill"
)

// markdown is every generated part of docs/protocol.md but the matrix of rights, which package rooms has.
func (w *words) markdown() []fill.Part {
	return []fill.Part{
		{Name: "client messages", Text: w.messages(clientMessages())},
		{Name: "server messages", Text: w.messages(serverMessages())},
		{Name: "parts", Text: w.parts()},
		{Name: "values", Text: w.valueTables()},
		{Name: "bounds", Text: w.boundTable()},
	}
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
