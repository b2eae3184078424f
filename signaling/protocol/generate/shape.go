package main

import (
	"reflect"
	"strings"

	"salon/signaling/protocol"
)

// field is one member of a JSON object, as encoding/json sees it.
type field struct {
	owner, name string // in Go
	key         string // in JSON
	optional    bool
	typ         reflect.Type
}

// fieldsOf lists the members of a struct in order.
func fieldsOf(t reflect.Type) []field {
	fields := make([]field, 0, t.NumField())
	for i := range t.NumField() {
		f := t.Field(i)
		key, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		fields = append(fields, field{
			owner: t.Name(), name: f.Name, key: key, optional: strings.Contains(options, "omitempty"), typ: f.Type,
		})
	}
	return fields
}

// message is one entry of the registry.
type message struct {
	wire string
	typ  reflect.Type
}

func registry[M protocol.Message](messages []M) []message {
	var all []message
	for _, m := range messages {
		all = append(all, message{wire: protocol.TypeOf(m), typ: reflect.TypeOf(m)})
	}
	return all
}

func clientMessages() []message { return registry(protocol.ClientMessages) }
func serverMessages() []message { return registry(protocol.ServerMessages) }

// parts lists the structs inside the messages that are no messages themselves, each once, where first used.
func parts() []reflect.Type {
	seen := map[reflect.Type]bool{}
	var roots, found []reflect.Type
	for _, m := range append(clientMessages(), serverMessages()...) {
		seen[m.typ] = true
		roots = append(roots, m.typ)
	}
	var visit func(t reflect.Type)
	visit = func(t reflect.Type) {
		for _, f := range fieldsOf(t) {
			if e := element(f.typ); e.Kind() == reflect.Struct && !seen[e] {
				seen[e] = true
				found = append(found, e)
				visit(e)
			}
		}
	}
	for _, t := range roots {
		visit(t)
	}
	return found
}

// enums lists the string types inside the messages, each once, where first used.
func enums() []reflect.Type {
	seen := map[reflect.Type]bool{}
	var found []reflect.Type
	note := func(t reflect.Type) {
		for _, f := range fieldsOf(t) {
			if e := element(f.typ); e.Kind() == reflect.String && e.PkgPath() != "" && !seen[e] {
				seen[e] = true
				found = append(found, e)
			}
		}
	}
	for _, m := range append(clientMessages(), serverMessages()...) {
		note(m.typ)
	}
	for _, t := range parts() {
		note(t)
	}
	return found
}

// element is the type without pointers and lists around it.
func element(t reflect.Type) reflect.Type {
	for t.Kind() == reflect.Slice || t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t
}
