package link

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
)

// Overhead is what each packet weighs on the link beyond its UDP payload: IPv4 (20) and UDP (8) headers, in bytes.
const Overhead = 28

// Settings are the impairments of one direction. The zero value of each field means: not impaired by it.
type Settings struct {
	Rate      Rate     `json:"rate"`       // bit/s of payload and Overhead; 0, or 1 kbit/s to 10 Gbit/s
	Queue     Bytes    `json:"queue"`      // that may wait behind the packet being sent; beyond, arrivals are dropped; 0: 64 MB
	QueueTime Duration `json:"queue_time"` // that an arriving packet may have to wait at the present rate; 0: no such limit

	Delay          Duration `json:"delay"`           // of every packet, after the queue; at most 10 s
	Jitter         Duration `json:"jitter"`          // 0 to so much more, evenly spread; at most 10 s
	JitterReorders bool     `json:"jitter_reorders"` // else a packet waits for those before it, which still keeps it within Jitter

	Loss       Share `json:"loss"`        // of packets, each on its own
	BurstEnter Share `json:"burst_enter"` // Gilbert-Elliott: chance per packet that a burst begins
	BurstLeave Share `json:"burst_leave"` // chance per packet that it ends: bursts last 1/BurstLeave packets
	BurstLoss  Share `json:"burst_loss"`  // of packets within a burst

	Reorder   Share    `json:"reorder"`    // of packets that are held back by ReorderBy, so that later ones pass them
	ReorderBy Duration `json:"reorder_by"` // at most 10 s
	Duplicate Share    `json:"duplicate"`  // of packets that depart twice; the copy takes no rate
}

const (
	minRate  Rate     = 1e3
	maxRate  Rate     = 1e10
	maxQueue Bytes    = 64e6
	maxTime  Duration = Duration(10 * time.Second)
)

// Default is a perfect link whose secondary values are usable: a rate alone gives the 300 ms tail-drop queue of
// RFC 8867's cases, burst_enter alone gives bursts of 4 lost packets, and reorder alone holds back by 20 ms.
func Default() Settings {
	return Settings{
		QueueTime: Duration(300 * time.Millisecond), BurstLeave: 0.25, BurstLoss: 1, ReorderBy: Duration(20 * time.Millisecond),
	}
}

// Validate holds each field against its bounds. Fields do not depend on each other, so a Patch that is valid once is
// valid for any settings.
func (s Settings) Validate() error {
	if s.Rate != 0 && (s.Rate < minRate || s.Rate > maxRate) {
		return errors.New("rate is outside of 1kbit/s to 10Gbit/s: take 0 for no limit, and a loss of 100% for a link that is down")
	}
	if s.Queue < 0 || s.Queue > maxQueue {
		return errors.New("queue is outside of 0 to 64MB")
	}
	for _, d := range []struct {
		name  string
		value Duration
	}{{"queue_time", s.QueueTime}, {"delay", s.Delay}, {"jitter", s.Jitter}, {"reorder_by", s.ReorderBy}} {
		if d.value < 0 || d.value > maxTime {
			return fmt.Errorf("%s is outside of 0 to 10s", d.name)
		}
	}
	for _, p := range []struct {
		name  string
		value Share
	}{
		{"loss", s.Loss}, {"burst_enter", s.BurstEnter}, {"burst_leave", s.BurstLeave}, {"burst_loss", s.BurstLoss},
		{"reorder", s.Reorder}, {"duplicate", s.Duplicate},
	} {
		if !(p.value >= 0 && p.value <= 1) {
			return fmt.Errorf("%s is outside of 0%% to 100%%", p.name)
		}
	}
	return nil
}

// Patch changes some settings and leaves the others. Its JSON form is Settings' with some of the fields; the zero
// value changes nothing.
type Patch struct{ fields json.RawMessage }

// UnmarshalJSON implements json.Unmarshaler. Unknown fields and values outside of their bounds are errors.
func (p *Patch) UnmarshalJSON(text []byte) error {
	candidate := Patch{fields: bytes.Clone(text)}
	if _, err := candidate.apply(Default()); err != nil {
		return err
	}
	*p = candidate
	return nil
}

// MarshalJSON implements json.Marshaler.
func (p Patch) MarshalJSON() ([]byte, error) {
	if len(p.fields) == 0 {
		return []byte("{}"), nil
	}
	return p.fields, nil
}

// ParsePatch reads the form of the command line: "rate=300kbit/s,delay=40ms,loss=5%".
func ParsePatch(text string) (Patch, error) {
	fields := make(map[string]any)
	for part := range strings.SplitSeq(text, ",") {
		name, value, ok := strings.Cut(strings.TrimSpace(part), "=")
		switch {
		case strings.TrimSpace(part) == "":
			continue
		case !ok:
			return Patch{}, fmt.Errorf("%.40q is not understood: write it like loss=5%%,delay=40ms", part)
		case value == "true" || value == "false":
			fields[name] = value == "true"
		default:
			fields[name] = value
		}
	}
	var p Patch
	encoded, err := json.Marshal(fields)
	if err == nil {
		err = p.UnmarshalJSON(encoded)
	}
	return p, err
}

// Apply returns s with the patch's changes.
func (p Patch) Apply(s Settings) Settings {
	changed, err := p.apply(s)
	if err != nil {
		return s // impossible: the patch was checked when it was read
	}
	return changed
}

func (p Patch) apply(s Settings) (Settings, error) {
	if len(p.fields) == 0 {
		return s, nil
	}
	if err := decodeStrictly(p.fields, &s); err != nil {
		return s, err
	}
	return s, s.Validate()
}

// decodeStrictly reads exactly one JSON value without unknown fields.
func decodeStrictly(text []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("there is something behind the JSON value: remove it")
	}
	return nil
}
