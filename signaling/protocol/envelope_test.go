package protocol

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
)

func TestDecodeClient(t *testing.T) {
	deep := strings.Repeat("[", 5000) + strings.Repeat("]", 5000)
	for _, tt := range []struct {
		name, frame string
		want        ClientMessage
		id          uint64
		unreadable  bool
	}{
		{name: "minimal", frame: `{"type":"ping"}`, want: Ping{}},
		{name: "empty data", frame: `{"type":"ping","data":{}}`, want: Ping{}},
		{name: "white space", frame: "\n {\"type\" : \"ping\",\t\"data\" : { } } \r\n", want: Ping{}},
		{name: "any order", frame: `{"data":{"text":"x"},"id":3,"type":"say"}`, want: Say{Text: "x"}, id: 3},
		{name: "members may be missing", frame: `{"type":"mute","id":4,"data":{"source":"camera"}}`, want: Mute{Source: Camera}, id: 4},
		{name: "greatest id", frame: `{"type":"ping","id":18446744073709551615}`, want: Ping{}, id: 1<<64 - 1},
		{name: "same key at two levels", frame: `{"type":"offer","id":1,"data":{"sdp":"v","sections":[{"mid":"0"},{"mid":"1"}]}}`,
			want: Offer{SDP: "v", Sections: []Section{{Mid: "0"}, {Mid: "1"}}}, id: 1},
		{name: "escaped key", frame: `{"\u0074ype":"ping"}`, want: Ping{}},
		{name: "replacement for a lone surrogate", frame: `{"type":"say","data":{"text":"\ud800"}}`, want: Say{Text: "\uFFFD"}},

		{name: "nothing", frame: ``, unreadable: true},
		{name: "no JSON", frame: `hello`, unreadable: true},
		{name: "cut off", frame: `{"type":"ping","id":5`, unreadable: true},
		{name: "list", frame: `[{"type":"ping"}]`, unreadable: true},
		{name: "null", frame: `null`, unreadable: true},
		{name: "string", frame: `"ping"`, unreadable: true},
		{name: "trailing object", frame: `{"type":"ping"}{"type":"ping"}`, unreadable: true},
		{name: "trailing bracket", frame: `{"type":"ping"}]`, unreadable: true},
		{name: "trailing zero byte", frame: "{\"type\":\"ping\"}\x00", unreadable: true},
		{name: "not UTF-8", frame: "{\"type\":\"say\",\"data\":{\"text\":\"\xff\"}}", unreadable: true},
		{name: "byte order mark", frame: "\ufeff{\"type\":\"ping\"}", unreadable: true},
		{name: "comment", frame: `{"type":"ping"/**/}`, unreadable: true},
		{name: "nested beyond the parser", frame: strings.Repeat(`{"data":`, 20000) + "1" + strings.Repeat("}", 20000), unreadable: true},

		{name: "no type", frame: `{"id":6}`, id: 6},
		{name: "unknown type", frame: `{"type":"dance","id":6,"data":{}}`, id: 6},
		{name: "a server's message", frame: `{"type":"joined","id":6,"data":{}}`, id: 6},
		{name: "type in upper case", frame: `{"type":"PING","id":6}`, id: 6},
		{name: "unknown member of the envelope", frame: `{"type":"ping","extra":1,"id":6}`, id: 6},
		{name: "unknown member of the data", frame: `{"type":"say","id":6,"data":{"text":"x","bold":true}}`, id: 6},
		{name: "unknown member deep inside", frame: `{"type":"view","id":6,"data":{"tiles":[{"zoom":1}]}}`, id: 6},
		{name: "data for an empty message", frame: `{"type":"leave","id":6,"data":{"now":true}}`, id: 6},
		{name: "key in upper case", frame: `{"type":"say","id":6,"data":{"Text":"x"}}`, id: 6},
		{name: "key that folds to ours", frame: `{"type":"say","id":6,"data":{"te\u212at":"x"}}`, id: 6},
		{name: "member twice", frame: `{"type":"say","id":6,"data":{"text":"x","text":"y"}}`, id: 6},
		{name: "type twice", frame: `{"type":"ping","id":6,"type":"leave"}`, id: 6},
		{name: "null member", frame: `{"type":"say","id":6,"data":{"text":null}}`, id: 6},
		{name: "null data", frame: `{"type":"ping","id":6,"data":null}`, id: 6},
		{name: "data is a string", frame: `{"type":"ping","id":6,"data":"x"}`, id: 6},
		{name: "data is a list", frame: `{"type":"view","id":6,"data":[]}`, id: 6},
		{name: "number for a string", frame: `{"type":"say","id":6,"data":{"text":1}}`, id: 6},
		{name: "string for a number", frame: `{"type":"view","id":6,"data":{"tiles":[{"width":"1"}]}}`, id: 6},
		{name: "fraction for a whole number", frame: `{"type":"view","id":6,"data":{"tiles":[{"width":1.5}]}}`, id: 6},
		{name: "huge number", frame: `{"type":"view","id":6,"data":{"tiles":[{"width":1e999999}]}}`, id: 6},
		{name: "number past 64 bits", frame: `{"type":"join","id":6,"data":{"resume":{"last_seq":18446744073709551616}}}`, id: 6},
		{name: "id past 64 bits", frame: `{"type":"ping","id":18446744073709551616}`},
		{name: "negative id", frame: `{"type":"ping","id":-1}`},
		{name: "id is a string", frame: `{"type":"ping","id":"6"}`},
		{name: "type is a number", frame: `{"type":1,"id":6}`, id: 6},
		{name: "re", frame: `{"type":"ping","id":6,"re":1}`, id: 6},
		{name: "seq", frame: `{"type":"ping","id":6,"seq":1}`, id: 6},
		{name: "deep nesting", frame: `{"type":"ping","id":6,"data":` + deep + `}`, id: 6},
		{name: "nesting over the bound", frame: `{"type":"ping","id":6,"data":[[[[[[[[1]]]]]]]]}`, id: 6},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, id, err := DecodeClient([]byte(tt.frame))
			if !reflect.DeepEqual(got, tt.want) {
				t.Errorf("message %#v, want %#v (%v)", got, tt.want, err)
			}
			if id != tt.id {
				t.Errorf("id %d, want %d", id, tt.id)
			}
			if (err != nil) != (tt.want == nil) {
				t.Errorf("error %v", err)
			}
			if errors.Is(err, ErrUnreadable) != tt.unreadable {
				t.Errorf("error %v, unreadable should be %v", err, tt.unreadable)
			}
		})
	}
}

func TestDecodeServerRefusesClients(t *testing.T) {
	for _, frame := range []string{`{"type":"join","data":{}}`, `{"type":"pong","id":1,"data":{}}`, `{"type":"pong"`} {
		if m, _, err := DecodeServer([]byte(frame)); err == nil {
			t.Errorf("%s: decoded as %#v", frame, m)
		}
	}
}

// Errors name what a client wrote, but only so much of it.
func TestErrorsAreShort(t *testing.T) {
	long := strings.Repeat("x", 10000)
	for _, frame := range []string{`{"type":"` + long + `"}`, `{"` + long + `é":1}`, `{"type":"ping","` + long + `é":1,"a":{}}`} {
		_, _, err := DecodeClient([]byte(frame))
		if err == nil {
			t.Fatal("decoded")
		}
		if short := Refusal(err); len(short.Message) > 200 {
			t.Errorf("refusal of %d bytes: %.80s...", len(short.Message), short.Message)
		}
	}
}

func TestRefusal(t *testing.T) {
	own := Error{Code: ErrBadView, Message: "show less", RetryAfter: 1}
	if got := Refusal(own); got != own {
		t.Errorf("an Error must stay as it is, got %+v", got)
	}
	if got := Refusal(errors.New("secret of the server")); got.Code != ErrBadMessage {
		t.Errorf("got %+v", got)
	}
}

func TestEncodeWritesListsNotNull(t *testing.T) {
	shared := []Participant{{ID: "a"}}
	for _, tt := range []struct {
		message Message
		data    string
	}{
		{Slots{}, `{"slots":[]}`},
		{Speakers{}, `{"participants":[]}`},
		{Stats{}, `{"up":[],"down":[]}`},
		{View{}, `{"tiles":[]}`},
		{Answer{}, `{"sdp":"","slots":[]}`},
		{Joined{Participants: shared, ICEServers: []ICEServer{{}}},
			`{"self":"","token":"","resumed":false,"replayed":false,"seq":0,"room":{"name":"","title":"","locked":false,"talk_mode":"","screen_hint":""},"start":{"muted":false,"camera_off":false},` +
				`"participants":[{"id":"a","name":"","role":"","state":"","publications":[]}],"chat":[],"ice_servers":[{"urls":[]}],"server":{"version":""}}`},
		{ParticipantJoined{Participant{ID: "a"}}, `{"participant":{"id":"a","name":"","role":"","state":"","publications":[]}}`},
		{OK{}, `{}`},
	} {
		frame, err := Encode(tt.message, 0, 0, 0)
		if err != nil {
			t.Fatal(err)
		}
		var e Envelope
		if err := json.Unmarshal(frame, &e); err != nil || string(e.Data) != tt.data {
			t.Errorf("%T: %s (%v), want %s", tt.message, e.Data, err, tt.data)
		}
	}
	if shared[0].Publications != nil {
		t.Error("Encode changed a message that the caller shares")
	}
}

// Every message at its zero value encodes without null, so that no client meets one.
func TestNoNullInAnyMessage(t *testing.T) {
	var all []Message
	for _, m := range ClientMessages {
		all = append(all, m)
	}
	for _, m := range ServerMessages {
		all = append(all, m)
	}
	for _, m := range all {
		frame, err := Encode(m, 0, 0, 0)
		if err != nil || strings.Contains(string(frame), "null") {
			t.Errorf("%T: %s, %v", m, frame, err)
		}
		decodeZero(t, frame)
	}
}

func decodeZero(t *testing.T, frame []byte) {
	t.Helper()
	_, _, clientErr := DecodeClient(frame)
	_, _, serverErr := DecodeServer(frame)
	if clientErr != nil && serverErr != nil {
		t.Errorf("%s: %v, %v", frame, clientErr, serverErr)
	}
}

func TestEveryTypeNameIsUnique(t *testing.T) {
	if len(clientTypes) != len(ClientMessages) || len(serverTypes) != len(ServerMessages) {
		t.Error("two messages share a type")
	}
	for name := range clientTypes {
		if serverTypes[name] != nil {
			t.Errorf("%q is a message in both directions", name)
		}
	}
}
