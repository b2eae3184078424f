package protocol

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// maxDepth bounds nesting: the deepest message, Joined, needs 6 levels.
const maxDepth = 8

// level is one JSON object or list that is open.
type level struct {
	keys      map[string]bool // of an object; nil for a list
	expectKey bool
}

// checkStructure refuses what encoding/json lets pass: members that appear twice (a later list would be merged into
// the earlier one), names that differ from ours by case, null, and deep nesting. The frame is valid JSON.
func checkStructure(frame []byte) error {
	d := json.NewDecoder(bytes.NewReader(frame))
	d.UseNumber() // numbers are not looked at here, however huge
	var open []level
	for {
		t, err := d.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if n := len(open); n > 0 && open[n-1].expectKey && t != json.Delim('}') {
			if err := open[n-1].key(t.(string)); err != nil {
				return err
			}
			continue
		}
		if t == nil {
			return errors.New("null is not used: leave the member out")
		}
		if open, err = advance(open, t); err != nil {
			return err
		}
	}
}

// advance opens or closes a level, or steps over a value.
func advance(open []level, t json.Token) ([]level, error) {
	switch t {
	case json.Delim('{'):
		open = append(open, level{keys: map[string]bool{}, expectKey: true})
	case json.Delim('['):
		open = append(open, level{})
	case json.Delim('}'), json.Delim(']'):
		open = open[:len(open)-1]
	}
	if len(open) > maxDepth {
		return nil, fmt.Errorf("more than %d levels of nesting", maxDepth)
	}
	opened := t == json.Delim('{') || t == json.Delim('[')
	if n := len(open); n > 0 && !opened {
		open[n-1].expectKey = open[n-1].keys != nil // a value ended: the next in an object is a key
	}
	return open, nil
}

func (l *level) key(name string) error {
	if l.keys[name] {
		return fmt.Errorf("member %.40q appears twice", name)
	}
	for _, r := range name {
		if (r < 'a' || r > 'z') && r != '_' {
			return fmt.Errorf("unknown member %.40q: names are lower case", name)
		}
	}
	l.keys[name] = true
	l.expectKey = false
	return nil
}
