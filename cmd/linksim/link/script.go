package link

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// Change is new settings for one client or for all.
type Change struct {
	Client string `json:"client,omitempty"` // IP:port as the relay or the target sees it; empty: present and future clients
	Up     Patch  `json:"up"`               // from the client to the target
	Down   Patch  `json:"down"`             // from the target to the client
}

// ParseChange reads {"client": "127.0.0.1:40000", "up": {"loss": "10%"}, "down": {"rate": "300kbit/s"}}.
func ParseChange(text []byte) (Change, error) {
	var c Change
	err := decodeStrictly(text, &c)
	return c, err
}

// Step is a Change at a moment of a script.
type Step struct {
	At Duration `json:"at"` // since the script began
	Change
}

// Script changes links over time. It ends with its last step, whose settings stay.
type Script struct {
	Steps []Step `json:"steps"` // in order of At, at most 1,000
}

const (
	maxSteps = 1000
	maxAt    = Duration(24 * time.Hour)
)

// ParseScript reads {"steps": [{"at": "10s", "down": {"rate": "300kbit/s"}}, ...]}.
func ParseScript(text []byte) (Script, error) {
	var s Script
	if err := decodeStrictly(text, &s); err != nil {
		return Script{}, err
	}
	return s, s.validate()
}

func (s Script) validate() error {
	if len(s.Steps) > maxSteps {
		return fmt.Errorf("the script has %d steps, it may have %d", len(s.Steps), maxSteps)
	}
	before := Duration(0)
	for i, step := range s.Steps {
		if step.At < before || step.At > maxAt {
			return fmt.Errorf("step %d is at %v: steps are in order of time, from 0s to 24h", i+1, time.Duration(step.At))
		}
		before = step.At
	}
	return nil
}

// UnmarshalJSON implements json.Unmarshaler: the embedded Change's fields lie beside "at".
func (s *Step) UnmarshalJSON(text []byte) error {
	var plain struct {
		At *Duration `json:"at"`
		Change
	}
	if err := decodeStrictly(text, &plain); err != nil {
		return err
	}
	if plain.At == nil {
		return errors.New(`a step lacks "at": say when it begins, such as "10s"`)
	}
	*s = Step{At: *plain.At, Change: plain.Change}
	return nil
}

var _ json.Unmarshaler = (*Step)(nil)
