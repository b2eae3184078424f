package configs

import (
	"encoding"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strconv"
	"strings"
	"time"

	"gopkg.in/yaml.v3"
)

// decoder walks a YAML document beside the struct. yaml.v3's own decoder with KnownFields knows the line but neither
// the key's path nor what could be written instead, and somebody has to repair the file from what we say.
type decoder struct {
	origin   string            // file name, or what the text came from
	lined    bool              // line numbers mean something
	origins  map[string]string // key -> where it was set
	problems *Problems
}

func (d *decoder) document(r io.Reader, c *Config) {
	if n := d.parse(r); n != nil {
		d.section("", n, reflect.ValueOf(c).Elem())
	}
}

// parse returns the only document, nil when there is none or it is not YAML.
func (d *decoder) parse(r io.Reader) *yaml.Node {
	var document, more yaml.Node
	reader := yaml.NewDecoder(r)
	switch err := reader.Decode(&document); {
	case errors.Is(err, io.EOF):
		return nil // an empty file sets nothing
	case err != nil:
		d.problems.add(d.origin, "", "not YAML: %s", strings.TrimPrefix(err.Error(), "yaml: "))
		return nil
	case len(document.Content) == 0:
		return nil
	}
	if err := reader.Decode(&more); !errors.Is(err, io.EOF) {
		d.problems.add(d.at(&more), "", "a second document begins here: put all keys into the first one and delete the --- line")
		return nil
	}
	return document.Content[0]
}

func (d *decoder) at(n *yaml.Node) string {
	if !d.lined {
		return d.origin
	}
	return fmt.Sprintf("%s:%d", d.origin, n.Line)
}

// section reads the keys of one mapping.
func (d *decoder) section(path string, n *yaml.Node, v reflect.Value) {
	if n = resolve(n); isNull(n) {
		return // "http:" with nothing below but comments
	}
	if n.Kind != yaml.MappingNode {
		d.problems.add(d.at(n), path, "must hold keys: write \"key: value\" lines, indented below it")
		return
	}
	seen := make(map[string]int)
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		field, ok := fieldByName(v, key.Value)
		switch {
		case !ok:
			d.unknown(path, key, v.Type())
		case seen[key.Value] > 0:
			d.problems.add(d.at(key), join(path, key.Value), "is set twice, first in line %d: delete one", seen[key.Value])
		default:
			seen[key.Value] = key.Line
			d.value(join(path, key.Value), value, field)
		}
	}
}

func (d *decoder) unknown(path string, key *yaml.Node, t reflect.Type) {
	var names []string
	for i := range t.NumField() {
		names = append(names, fieldName(t.Field(i)))
	}
	hint := "known here are " + strings.Join(names, ", ")
	if near := closest(key.Value, names); near != "" {
		hint = fmt.Sprintf("did you mean %s?", near)
	}
	d.problems.add(d.at(key), join(path, key.Value), "is not a known key: %s", hint)
}

func fieldByName(v reflect.Value, name string) (reflect.Value, bool) {
	for i := range v.NumField() {
		if fieldName(v.Type().Field(i)) == name {
			return v.Field(i), true
		}
	}
	return reflect.Value{}, false
}

// value reads whatever the field is.
func (d *decoder) value(path string, n *yaml.Node, v reflect.Value) {
	n = resolve(n)
	d.origins[path] = d.at(n)
	switch {
	case isSection(v.Type()):
		d.section(path, n, v)
	case isNull(n):
		d.problems.add(d.at(n), path, "has no value: write %s, or delete the line to keep the default", wanted(v.Type()))
	case v.Kind() == reflect.Slice && n.Kind == yaml.SequenceNode:
		d.list(path, n, v)
	case n.Kind == yaml.ScalarNode && !isMappings(v.Type()):
		if err := setText(v, n.Value); err != nil {
			d.problems.add(d.at(n), path, "%s", quote(n.Value, v, err))
		}
	default:
		d.problems.add(d.at(n), path, "must be %s", wanted(v.Type()))
	}
}

func (d *decoder) list(path string, n *yaml.Node, v reflect.Value) {
	v.Set(reflect.MakeSlice(v.Type(), len(n.Content), len(n.Content)))
	for i, item := range n.Content {
		d.value(fmt.Sprintf("%s[%d]", path, i), item, v.Index(i))
	}
}

func resolve(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode {
		return n.Alias
	}
	return n
}

// isMappings tells a list of mappings.
func isMappings(t reflect.Type) bool { return t.Kind() == reflect.Slice && isSection(t.Elem()) }

func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.Tag == "!!null" }

// quote says which value is wrong, unless it is secret.
func quote(text string, v reflect.Value, err error) string {
	if v.Type() == reflect.TypeFor[Secret]() {
		return err.Error()
	}
	return fmt.Sprintf("%q %s", text, err)
}

// setText sets a value from text as it comes from a file's scalar, the environment or the command line.
func setText(v reflect.Value, text string) error {
	if u, ok := v.Addr().Interface().(encoding.TextUnmarshaler); ok {
		return u.UnmarshalText([]byte(text))
	}
	switch {
	case v.Type() == reflect.TypeFor[time.Duration]():
		d, err := time.ParseDuration(text)
		if err != nil {
			return fmt.Errorf("must be %s", wanted(v.Type()))
		}
		v.SetInt(int64(d))
	case v.Kind() == reflect.String:
		v.SetString(text)
	case v.Kind() == reflect.Int:
		i, err := strconv.Atoi(text)
		if err != nil {
			return fmt.Errorf("must be %s", wanted(v.Type()))
		}
		v.SetInt(int64(i))
	case v.Kind() == reflect.Bool:
		if text != "true" && text != "false" {
			return fmt.Errorf("must be %s", wanted(v.Type()))
		}
		v.SetBool(text == "true")
	case v.Kind() == reflect.Slice:
		return setList(v, text)
	}
	return nil
}

// setList splits at commas, so that lists fit into one word of a command line.
func setList(v reflect.Value, text string) error {
	var words []string
	for word := range strings.SplitSeq(text, ",") {
		if word = strings.TrimSpace(word); word != "" {
			words = append(words, word)
		}
	}
	list := reflect.MakeSlice(v.Type(), len(words), len(words))
	for i, word := range words {
		if err := setText(list.Index(i), word); err != nil {
			return err
		}
	}
	v.Set(list)
	return nil
}

// wanted describes what a value of the type looks like.
func wanted(t reflect.Type) string {
	switch {
	case t == reflect.TypeFor[time.Duration]():
		return "a duration such as 30s or 5m"
	case t.Kind() == reflect.Int:
		return "a whole number"
	case t.Kind() == reflect.Bool:
		return "true or false"
	case isMappings(t):
		return "a list of mappings, such as [{key: value}]"
	case t.Kind() == reflect.Slice:
		return "a list, such as [first, second]"
	case isSection(t):
		return "a mapping, such as {key: value}"
	}
	return "a text"
}
