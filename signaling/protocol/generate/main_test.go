package main

import (
	"bytes"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"salon/signaling/protocol"
)

func TestOutputsAreFresh(t *testing.T) {
	outputs, err := outputs("..")
	if err != nil {
		t.Fatal(err)
	}
	if len(outputs) != 2 {
		t.Errorf("%d outputs, want the TypeScript types and docs/protocol.md", len(outputs))
	}
	for path, want := range outputs {
		got, err := os.ReadFile(path)
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s is stale (%v): run go generate ./signaling/protocol", path, err)
		}
	}
}

func TestRunWritesWhatOutputsSays(t *testing.T) {
	module := t.TempDir()
	folder := filepath.Join(module, "signaling", "protocol")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	sources, err := filepath.Glob("../*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range sources {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, filepath.Base(path)), text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := run(folder); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(filepath.Join(module, "web", "src", "protocol", "messages.gen.ts"))
	if err != nil {
		t.Fatal(err)
	}
	want, err := outputs("..")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want[filepath.Join("..", typescriptPath)]) {
		t.Error("run wrote something else than outputs says")
	}
}

func TestTypeScriptHas(t *testing.T) {
	outputs, err := outputs("..")
	if err != nil {
		t.Fatal(err)
	}
	text := string(outputs[filepath.Join("..", typescriptPath)])
	for _, want := range []string{
		`export const SUBPROTOCOL = "salon.v1";`,
		"export const MAX_MESSAGE_BYTES = 262144;",
		"  \"screen_audio\",\n] as const;",
		"export type Source = (typeof SOURCES)[number];",
		"/** Tile is one video on the screen. */\nexport interface Tile {\n  participant: string;\n  /** Camera or Screen */\n  source: Source;",
		"  resume?: Resume;\n",
		"  ice_servers: ICEServer[];\n",
		"  loss: number;\n",
		"export type Leave = Record<string, never>;",
		"export interface ErrorReply {",
		"  error: ErrorReply;\n",
		"export type ClientEnvelope = {",
		"}[keyof ServerMessages];",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the TypeScript lacks\n%s", want)
		}
	}
	if strings.Contains(text, "interface Error {") {
		t.Error("the TypeScript hides the language's own Error")
	}
}

// Every exported constant of a string type is in its enum; every message and member has words.
func TestWordsAreComplete(t *testing.T) {
	w, err := readWords("..")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range enums() {
		if len(w.values[e.Name()]) < 2 {
			t.Errorf("%s has %d values", e.Name(), len(w.values[e.Name()]))
		}
	}
	for _, m := range append(clientMessages(), serverMessages()...) {
		if w.types[m.typ.Name()] == "" {
			t.Errorf("%s has no doc comment", m.typ.Name())
		}
	}
	for _, p := range parts() {
		if w.types[p.Name()] == "" {
			t.Errorf("%s has no doc comment", p.Name())
		}
	}
	if got := len(w.values["Source"]); got != len(protocol.Sources) {
		t.Errorf("%d sources among the constants, %d in Sources", got, len(protocol.Sources))
	}
	if len(w.bounds) < 7 {
		t.Errorf("bounds: %v", w.bounds)
	}
}

func TestMarkdownHas(t *testing.T) {
	w, err := readWords("..")
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	for _, part := range w.markdown() {
		text.WriteString(part.Text)
	}
	for _, want := range []string{"#### `view`", "| `resume` | Resume, optional |", "| `too_slow` | the outbox overflowed |", "| MaxTiles | 64 | tiles in a view |"} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("the page lacks %q", want)
		}
	}
}

func TestNames(t *testing.T) {
	for in, want := range map[string]string{"MaxTilePixels": "MAX_TILE_PIXELS", "Source": "SOURCE", "ParticipantState": "PARTICIPANT_STATE"} {
		if got := screaming(in); got != want {
			t.Errorf("screaming(%s) = %s, want %s", in, got, want)
		}
	}
	joined := fieldsOf(reflect.TypeOf(protocol.Joined{}))
	if got := typeName(joined[7].typ); got != "Participant[]" {
		t.Errorf("Participants is %s", got)
	}
	if got := cell("a|b"); got != `a\|b` {
		t.Errorf("cell: %s", got)
	}
}
