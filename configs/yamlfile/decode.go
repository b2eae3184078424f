package yamlfile

import (
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"

	"gopkg.in/yaml.v3"
)

// Decoder walks a YAML document beside a struct whose yaml tags name the keys. yaml.v3's own decoder with KnownFields
// knows the line but neither the key's path nor what could be written instead, and somebody has to repair the file from
// what we say.
type Decoder struct {
	Origin   string            // file name, or what the text came from
	Lined    bool              // line numbers mean something
	Origins  map[string]string // key -> where it was set
	Problems *Problems
}

// Reader is a type that is written in more than one way, such as a word or a list. It reports its own problems.
type Reader interface {
	ReadYAML(d *Decoder, path string, n *yaml.Node)
	// Wanted describes what a value looks like: "a list of accounts, such as [alice, bob]".
	Wanted() string
}

// Confidential is a type whose values problems must not quote.
type Confidential interface{ Confidential() }

// Document reads the only document into the struct that target points to. Keys that are not in it stay as they are.
func (d *Decoder) Document(r io.Reader, target any) {
	if n := d.Parse(r); n != nil {
		d.section("", n, reflect.ValueOf(target).Elem())
	}
}

// Parse returns the only document, nil when there is none or it is not YAML.
func (d *Decoder) Parse(r io.Reader) *yaml.Node {
	var document, more yaml.Node
	reader := yaml.NewDecoder(r)
	switch err := reader.Decode(&document); {
	case errors.Is(err, io.EOF):
		return nil // an empty file sets nothing
	case err != nil:
		d.Problems.Add(d.Origin, "", "not YAML: %s", strings.TrimPrefix(err.Error(), "yaml: "))
		return nil
	case len(document.Content) == 0:
		return nil
	}
	if err := reader.Decode(&more); !errors.Is(err, io.EOF) {
		d.Problems.Add(d.at(&more), "", "a second document begins here: put all keys into the first one and delete the --- line")
		return nil
	}
	return document.Content[0]
}

// Problem notes what is wrong with a node.
func (d *Decoder) Problem(n *yaml.Node, path, format string, args ...any) {
	d.Problems.Add(d.at(n), path, format, args...)
}

func (d *Decoder) at(n *yaml.Node) string {
	if !d.Lined {
		return d.Origin
	}
	return fmt.Sprintf("%s:%d", d.Origin, n.Line)
}

// section reads the keys of one mapping.
func (d *Decoder) section(path string, n *yaml.Node, v reflect.Value) {
	if n = Resolve(n); isNull(n) {
		return // "http:" with nothing below but comments
	}
	if n.Kind != yaml.MappingNode {
		d.Problem(n, path, "must hold keys: write \"key: value\" lines, indented below it")
		return
	}
	seen := make(map[string]int)
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		field, ok := FieldByName(v, key.Value)
		switch {
		case !ok:
			d.unknown(path, key, v.Type())
		case seen[key.Value] > 0:
			d.Problem(key, Join(path, key.Value), "is set twice, first in line %d: delete one", seen[key.Value])
		default:
			seen[key.Value] = key.Line
			d.Value(Join(path, key.Value), value, field)
		}
	}
}

func (d *Decoder) unknown(path string, key *yaml.Node, t reflect.Type) {
	var names []string
	for i := range t.NumField() {
		names = append(names, FieldName(t.Field(i)))
	}
	hint := "known here are " + strings.Join(names, ", ")
	if near := Closest(key.Value, names); near != "" {
		hint = fmt.Sprintf("did you mean %s?", near)
	}
	d.Problem(key, Join(path, key.Value), "is not a known key: %s", hint)
}

// Value reads whatever the field is.
func (d *Decoder) Value(path string, n *yaml.Node, v reflect.Value) {
	n = Resolve(n)
	d.Origins[path] = d.at(n)
	reader, reads := v.Addr().Interface().(Reader)
	switch {
	case IsSection(v.Type()):
		d.section(path, n, v)
	case isNull(n):
		d.Problem(n, path, "has no value: write %s, or delete the line to keep the default", wanted(v.Type()))
	case reads:
		reader.ReadYAML(d, path, n)
	case v.Kind() == reflect.Slice && n.Kind == yaml.SequenceNode:
		d.list(path, n, v)
	case n.Kind == yaml.ScalarNode && !IsMappings(v.Type()):
		if err := SetText(v, n.Value); err != nil {
			d.Problem(n, path, "%s", Quote(n.Value, v, err))
		}
	default:
		d.Problem(n, path, "must be %s", wanted(v.Type()))
	}
}

func (d *Decoder) list(path string, n *yaml.Node, v reflect.Value) {
	v.Set(reflect.MakeSlice(v.Type(), len(n.Content), len(n.Content)))
	for i, item := range n.Content {
		d.Value(fmt.Sprintf("%s[%d]", path, i), item, v.Index(i))
	}
}

// Resolve follows an alias to what it stands for.
func Resolve(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode {
		return n.Alias
	}
	return n
}

func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.Tag == "!!null" }
