package protocol

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files anew")

func TestSamplesCoverEveryMessage(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range samples {
		name := TypeOf(s.message)
		if seen[name] {
			t.Errorf("two samples of %q: golden files would collide", name)
		}
		seen[name] = true
		if empty := emptyMember(reflect.ValueOf(s.message)); empty != "" {
			t.Errorf("%s: sample leaves %s empty", name, empty)
		}
	}
	if want := len(ClientMessages) + len(ServerMessages); len(seen) != want {
		t.Errorf("%d samples, the registry has %d messages", len(seen), want)
	}
}

func TestGolden(t *testing.T) {
	for _, s := range samples {
		name := TypeOf(s.message)
		t.Run(name, func(t *testing.T) {
			frame, err := Encode(s.message, s.id, s.re, s.seq)
			if err != nil {
				t.Fatal(err)
			}
			var pretty bytes.Buffer
			if err := json.Indent(&pretty, frame, "", "  "); err != nil {
				t.Fatal(err)
			}
			pretty.WriteByte('\n')
			path := filepath.Join("testdata", name+".json")
			if *update {
				if err := os.WriteFile(path, pretty.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			golden, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(golden, pretty.Bytes()) {
				t.Errorf("%s differs; if that is meant, run the test with -update.\ngot\n%swant\n%s", path, pretty.Bytes(), golden)
			}
			decodeSample(t, golden, s.message, s.id, s.re, s.seq)
		})
	}
}

// decodeSample decodes a frame in its direction and compares.
func decodeSample(t *testing.T, frame []byte, want Message, id, re, seq uint64) {
	t.Helper()
	if _, ok := want.(ClientMessage); ok {
		got, gotID, err := DecodeClient(frame)
		if err != nil || gotID != id || !reflect.DeepEqual(got, want) {
			t.Errorf("DecodeClient: %#v, id %d, %v; want %#v, id %d", got, gotID, err, want, id)
		}
		if err := Validate(got); err != nil {
			t.Errorf("Validate: %v", err)
		}
		return
	}
	got, e, err := DecodeServer(frame)
	if err != nil || e.Re != re || e.Seq != seq || !reflect.DeepEqual(got, want) {
		t.Errorf("DecodeServer: %#v, re %d, seq %d, %v; want %#v, re %d, seq %d", got, e.Re, e.Seq, err, want, re, seq)
	}
}

func TestGoldenFilesHaveAMessageEach(t *testing.T) {
	files, err := filepath.Glob("testdata/*.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".json")
		if clientTypes[name] == nil && serverTypes[name] == nil {
			t.Errorf("%s belongs to no message: delete it", file)
		}
	}
}
