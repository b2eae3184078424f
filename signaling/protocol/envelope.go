package protocol

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"unicode/utf8"
)

// Subprotocol is the WebSocket subprotocol; a breaking change gets another one.
const Subprotocol = "salon.v1"

// Envelope is the outer JSON object of every frame.
type Envelope struct {
	Type string          `json:"type"`
	ID   uint64          `json:"id,omitempty"`  // client to server: wants a reply
	Re   uint64          `json:"re,omitempty"`  // server to client: replies to that id
	Seq  uint64          `json:"seq,omitempty"` // server to client: number of a room event
	Data json.RawMessage `json:"data"`
}

// ErrUnreadable is wrapped by the errors for frames in which there is no envelope at all: not UTF-8, not JSON, not an
// object. Such a sender does not speak this protocol. Other errors concern one message only.
var ErrUnreadable = errors.New("the frame is not a JSON object in UTF-8")

// Encode returns the frame for a message in either direction. Id, re and seq are 0 where they do not apply. Lists that
// are nil are written as [], never as null; m itself is not changed.
func Encode(m Message, id, re, seq uint64) ([]byte, error) {
	data, err := marshal(withLists(m))
	if err != nil {
		return nil, err
	}
	return marshal(Envelope{Type: m.messageType(), ID: id, Re: re, Seq: seq, Data: data})
}

// marshal is json.Marshal without escapes for HTML, into which frames are never pasted: they would make a '<' in a chat
// line six times as long.
func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}

// DecodeClient reads a frame from a client, strictly: unknown types, unknown, repeated or misspelt members, null and
// trailing bytes are errors. Members that are missing are zero. The id is returned also with an error, as far as it
// could be read, so that the reply can name the request.
func DecodeClient(frame []byte) (m ClientMessage, id uint64, err error) {
	v, e, err := decode(frame, clientTypes)
	if err == nil && (e.Re != 0 || e.Seq != 0) {
		err = errors.New("re and seq are for the server: leave them out")
	}
	if err != nil {
		return nil, e.ID, err
	}
	return v.(ClientMessage), e.ID, nil
}

// DecodeServer reads a frame from a server, for clients written in Go. Strictness is the same.
func DecodeServer(frame []byte) (m ServerMessage, e Envelope, err error) {
	v, e, err := decode(frame, serverTypes)
	if err == nil && e.ID != 0 {
		err = errors.New("id is for the client: leave it out")
	}
	if err != nil {
		return nil, e, err
	}
	return v.(ServerMessage), e, nil
}

var (
	clientTypes = typesOf(ClientMessages)
	serverTypes = typesOf(ServerMessages)
)

func typesOf[M Message](messages []M) map[string]reflect.Type {
	types := make(map[string]reflect.Type, len(messages))
	for _, m := range messages {
		types[m.messageType()] = reflect.TypeOf(m)
	}
	return types
}

func decode(frame []byte, types map[string]reflect.Type) (any, Envelope, error) {
	var e Envelope
	if !utf8.Valid(frame) || !json.Valid(frame) || firstByte(frame) != '{' {
		return nil, e, ErrUnreadable
	}
	if err := strict(frame, &e); err != nil {
		return nil, e, err
	}
	if err := checkStructure(frame); err != nil {
		return nil, e, err
	}
	t, ok := types[e.Type]
	if !ok {
		return nil, e, fmt.Errorf("unknown message type %.40q", e.Type)
	}
	v := reflect.New(t)
	if len(e.Data) == 0 {
		e.Data = json.RawMessage("{}")
	}
	if err := strict(e.Data, v.Interface()); err != nil {
		return nil, e, fmt.Errorf("%s: %w", e.Type, err)
	}
	return v.Elem().Interface(), e, nil
}

func firstByte(frame []byte) byte {
	if trimmed := bytes.TrimLeft(frame, " \t\r\n"); len(trimmed) > 0 {
		return trimmed[0]
	}
	return 0
}

// strict decodes one valid JSON value. It goes on after an unknown member or a wrong type, so that the rest is known.
func strict(data []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	return d.Decode(into)
}
