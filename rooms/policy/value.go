package policy

import (
	"strings"

	"gopkg.in/yaml.v3"
)

// Value returns the value of a key as it can be written in a room file, on one line; false when there is no such key.
func (r Room) Value(key string) (string, bool) {
	v, ok := leaf(&r, key)
	if !ok {
		return "", false
	}
	var n yaml.Node
	if err := n.Encode(v.Interface()); err != nil {
		return "", false
	}
	n.Style |= yaml.FlowStyle
	text, err := yaml.Marshal(&n)
	if err != nil {
		return "", false
	}
	return strings.TrimSpace(string(text)), true
}
