package policy

import (
	"bytes"
	"maps"
	"reflect"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"salon/configs/yamlfile"
)

// File is a room file as somebody wrote it: what it says, and where.
type File struct {
	Room Room // keys that are not set have their defaults
	// Origins says where a key was set: "kitchen.yaml:12". A key that is not in it was not set.
	Origins map[string]string
}

// MaxFile bounds a room file, in bytes.
const MaxFile = 64 << 10

// Read reads a room file, in YAML or JSON; name is what problems call it. The error is yamlfile.Problems: all that is
// wrong at once.
func Read(name string, text []byte) (File, error) {
	f := File{Room: Default(), Origins: make(map[string]string)}
	var problems yamlfile.Problems
	if len(text) > MaxFile {
		problems.Add(name, "", "has %d bytes: a room file has at most %d", len(text), MaxFile)
		return File{}, problems
	}
	d := yamlfile.Decoder{Origin: name, Lined: true, Origins: f.Origins, Problems: &problems}
	d.Document(bytes.NewReader(text), &f.Room)
	return f.checked(problems)
}

// checked validates, but not what could not be read in the first place.
func (f File) checked(problems yamlfile.Problems) (File, error) {
	unread := make(map[string]bool)
	for _, p := range problems {
		unread[p.Key] = true
	}
	for _, p := range f.Room.Validate() {
		if !unread[p.Key] {
			p.Origin = yamlfile.Origin(f.Origins, p.Key)
			problems = append(problems, p)
		}
	}
	if err := problems.OrNil(); err != nil {
		return File{}, err
	}
	f.onlyLeaves()
	return f, nil
}

// onlyLeaves forgets the origins of sections and of entries in lists: only keys that have a value are set.
func (f File) onlyLeaves() {
	leaves := make(map[string]bool)
	for _, k := range Keys() {
		leaves[k] = true
	}
	maps.DeleteFunc(f.Origins, func(k, _ string) bool { return !leaves[k] })
}

// Keys lists every key of the room file: section.key.
func Keys() []string {
	var room Room
	var keys []string
	yamlfile.EachLeaf("", reflect.ValueOf(&room).Elem(), func(path string, _ reflect.Value) { keys = append(keys, path) })
	return keys
}

// With returns a copy in which keys have other values, written as YAML: "moderators", "[alice, moderator]". What comes
// of all of them has to be right, not what would come of each alone. The origin says who set them. The zero File is that
// of a room for which there is none: it sets nothing.
func (f File) With(values map[string]string, origin string) (File, error) {
	var problems yamlfile.Problems
	if f.Room == (Room{}) {
		f.Room = Default()
	}
	changed := File{Room: f.Room, Origins: maps.Clone(f.Origins)}
	if changed.Origins == nil {
		changed.Origins = make(map[string]string)
	}
	d := yamlfile.Decoder{Origin: origin, Origins: changed.Origins, Problems: &problems}
	for _, key := range slices.Sorted(maps.Keys(values)) {
		changed.set(&d, key, values[key])
	}
	return changed.checked(problems)
}

// set reads the value of one key.
func (f *File) set(d *yamlfile.Decoder, key, value string) {
	v, ok := leaf(&f.Room, key)
	if !ok {
		hint := "docs/policy.md lists all keys"
		if near := yamlfile.Closest(key, Keys()); near != "" {
			hint = "did you mean " + near + "?"
		}
		d.Problems.Add(d.Origin, key, "is not a known key: %s", hint)
		return
	}
	before := len(*d.Problems)
	if n := d.Parse(strings.NewReader(value)); n != nil {
		d.Value(key, n, v)
	} else if len(*d.Problems) == before {
		d.Problems.Add(d.Origin, key, "has no value: write one, or take the key out of the file")
	}
}

// Without returns a copy in which a key is not set, so that it has the site's or the built-in default again.
func (f File) Without(key string) File {
	changed := File{Room: f.Room, Origins: maps.Clone(f.Origins)}
	standard := Default()
	if to, ok := leaf(&changed.Room, key); ok {
		from, _ := leaf(&standard, key)
		to.Set(from)
		delete(changed.Origins, key)
	}
	return changed
}

func leaf(r *Room, key string) (found reflect.Value, ok bool) {
	yamlfile.EachLeaf("", reflect.ValueOf(r).Elem(), func(path string, v reflect.Value) {
		if path == key {
			found, ok = v, true
		}
	})
	return found, ok
}

// Marshal writes a room file that means the same: the keys that are set, and the version. Comments are lost.
func (f File) Marshal() ([]byte, error) {
	n, err := f.node()
	if err != nil {
		return nil, err
	}
	return yaml.Marshal(n)
}

// MarshalJSON writes the keys that are set, and the version; Read reads it again.
func (f File) MarshalJSON() ([]byte, error) {
	n, err := f.node()
	if err != nil {
		return nil, err
	}
	return yamlfile.JSON(n)
}

func (f File) node() (*yaml.Node, error) {
	var n yaml.Node
	if err := n.Encode(f.Room); err != nil {
		return nil, err
	}
	prune(&n, "", func(key string) bool { return key == "version" || f.Origins[key] != "" })
	return &n, nil
}

// prune keeps the leaves that are wanted, and the sections in which some are left.
func prune(n *yaml.Node, path string, wanted func(key string) bool) {
	var kept []*yaml.Node
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		inner := yamlfile.Join(path, key.Value)
		if value.Kind == yaml.MappingNode {
			prune(value, inner, wanted)
			if len(value.Content) > 0 {
				kept = append(kept, key, value)
			}
		} else if wanted(inner) {
			kept = append(kept, key, value)
		}
	}
	n.Content = kept
}

// MarshalJSON writes every key with its value, for programs and for pages with settings.
func (r Room) MarshalJSON() ([]byte, error) {
	var n yaml.Node
	if err := n.Encode(r); err != nil {
		return nil, err
	}
	return yamlfile.JSON(&n)
}
