package yamlfile

import (
	"bytes"
	"encoding/json"
	"fmt"

	"gopkg.in/yaml.v3"
)

// JSON writes a tree without aliases as JSON, with the keys in their order. Numbers and booleans are those of YAML; all
// else is text.
func JSON(n *yaml.Node) ([]byte, error) {
	var b bytes.Buffer
	err := writeJSON(&b, n)
	return b.Bytes(), err
}

func writeJSON(b *bytes.Buffer, n *yaml.Node) error {
	switch n.Kind {
	case yaml.DocumentNode:
		return writeJSON(b, n.Content[0])
	case yaml.MappingNode:
		return writeMembers(b, n, "{}", 2)
	case yaml.SequenceNode:
		return writeMembers(b, n, "[]", 1)
	case yaml.ScalarNode:
		return writeScalar(b, n)
	}
	return fmt.Errorf("line %d: an alias has no form in JSON", n.Line)
}

// writeMembers writes the content between two brackets, step nodes to a member.
func writeMembers(b *bytes.Buffer, n *yaml.Node, brackets string, step int) error {
	b.WriteByte(brackets[0])
	for i, inner := range n.Content {
		if i > 0 {
			b.WriteByte([]byte{',', ':'}[i%step])
		}
		if step == 2 && i%2 == 0 {
			inner = &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: inner.Value}
		}
		if err := writeJSON(b, inner); err != nil {
			return err
		}
	}
	b.WriteByte(brackets[1])
	return nil
}

func writeScalar(b *bytes.Buffer, n *yaml.Node) error {
	var value any = n.Value
	switch n.ShortTag() {
	case "!!int", "!!bool", "!!null":
		if err := n.Decode(&value); err != nil {
			return err
		}
	}
	text, err := json.Marshal(value)
	b.Write(text)
	return err
}
