package yamlfile

import (
	"reflect"
	"strings"

	"gopkg.in/yaml.v3"
)

// Fragment is a part of a file whose keys are another package's: it is kept as it was written, and read later by
// Decode. The zero value holds no key.
type Fragment struct {
	node   *yaml.Node // without aliases
	origin string
	lined  bool
}

// Bounds of a fragment, without which aliases of aliases could make a few lines fill the memory.
const (
	maxFragmentNodes = 4096
	maxFragmentDepth = 16
)

// ReadYAML implements Reader.
func (f *Fragment) ReadYAML(d *Decoder, path string, n *yaml.Node) {
	if n.Kind != yaml.MappingNode {
		d.Problem(n, path, "must hold keys: write \"key: value\" lines, indented below it, or {} for none")
		return
	}
	budget := maxFragmentNodes
	whole, ok := unaliased(n, maxFragmentDepth, &budget)
	if !ok {
		d.Problem(n, path, "is too deep or too large: keep below %d levels and %d values", maxFragmentDepth, maxFragmentNodes)
		return
	}
	*f = Fragment{node: whole, origin: d.Origin, lined: d.Lined}
}

// Wanted implements Reader.
func (*Fragment) Wanted() string { return "a mapping, such as {key: value}" }

// UnmarshalText reads a fragment from the environment or the command line.
func (f *Fragment) UnmarshalText(text []byte) error {
	var problems Problems
	d := Decoder{Problems: &problems, Origins: map[string]string{}}
	if n := d.Parse(strings.NewReader(string(text))); n != nil {
		f.ReadYAML(&d, "", n)
	}
	return problems.OrNil()
}

// MarshalYAML writes the fragment as it was.
func (f Fragment) MarshalYAML() (any, error) {
	if f.node == nil {
		return map[string]string{}, nil
	}
	return f.node, nil
}

// Decode reads the fragment into the struct that target points to; origin is for problems where the fragment did not
// come from a file.
func (f Fragment) Decode(origin string, target any) (origins map[string]string, problems Problems) {
	if f.lined {
		origin = f.origin
	}
	d := Decoder{Origin: origin, Lined: f.lined, Origins: make(map[string]string), Problems: &problems}
	if f.node != nil {
		d.section("", f.node, reflect.ValueOf(target).Elem())
	}
	return d.Origins, problems
}

// unaliased copies a tree with every alias replaced by what it stands for.
func unaliased(n *yaml.Node, depth int, budget *int) (*yaml.Node, bool) {
	n = Resolve(n)
	if *budget--; *budget < 0 || depth < 0 {
		return nil, false
	}
	c := *n
	c.Anchor, c.Content = "", make([]*yaml.Node, len(n.Content))
	for i, inner := range n.Content {
		var ok bool
		if c.Content[i], ok = unaliased(inner, depth-1, budget); !ok {
			return nil, false
		}
	}
	return &c, true
}
