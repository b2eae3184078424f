package protocol

import (
	"encoding/json"
	"reflect"
	"testing"
)

// seed adds every sample and some near misses.
func seed(f *testing.F) {
	for _, s := range samples {
		frame, err := Encode(s.message, s.id, s.re, s.seq)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(frame)
		f.Add(frame[:len(frame)-1])
	}
	for _, s := range []string{``, `null`, `{}`, `{"type":"view","data":{"tiles":[{},{}]}}`, `{"data":{"":1}}`, `{"a":[{"b":[1,{"c":null}]}]}`} {
		f.Add([]byte(s))
	}
}

// checkDecoded says that what decoded encodes again to a frame that decodes to the same.
func checkDecoded(t *testing.T, m Message, id, re, seq uint64, decode func([]byte) (Message, Envelope, error)) {
	t.Helper()
	frame, err := Encode(m, id, re, seq)
	if err != nil {
		t.Fatalf("%#v does not encode: %v", m, err)
	}
	again, e, err := decode(frame)
	if err != nil || e.ID != id || e.Re != re || e.Seq != seq {
		t.Fatalf("%s does not decode again: %+v, %v", frame, e, err)
	}
	second, err := Encode(again, id, re, seq)
	if err != nil || string(second) != string(frame) {
		t.Fatalf("%s became %s, %v", frame, second, err)
	}
}

func FuzzDecodeClient(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, frame []byte) {
		m, id, err := DecodeClient(frame)
		if err != nil {
			if m != nil {
				t.Fatalf("a message with an error: %#v, %v", m, err)
			}
			if e := Refusal(err); len(e.Message) > 300 {
				t.Fatalf("a refusal of %d bytes", len(e.Message))
			}
			return
		}
		if !json.Valid(frame) || clientTypes[TypeOf(m)] != reflect.TypeOf(m) {
			t.Fatalf("accepted %q as %#v", frame, m)
		}
		_ = Validate(m)
		checkDecoded(t, m, id, 0, 0, func(b []byte) (Message, Envelope, error) {
			m, id, err := DecodeClient(b)
			return m, Envelope{ID: id}, err
		})
	})
}

func FuzzDecodeServer(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, frame []byte) {
		m, e, err := DecodeServer(frame)
		if err != nil {
			return
		}
		checkDecoded(t, m, 0, e.Re, e.Seq, func(b []byte) (Message, Envelope, error) { return DecodeServer(b) })
	})
}
