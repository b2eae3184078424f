package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"salon/docs/fill"
	"salon/rooms/policy"
)

func page(t *testing.T) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", pagePath))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestPageIsFresh(t *testing.T) {
	if err := fill.Fresh(filepath.Join("..", pagePath), parts()...); err != nil {
		t.Error(err)
	}
}

func TestWebPresetsAreFresh(t *testing.T) {
	got, err := os.ReadFile(filepath.Join("..", presetsPath))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, webPresets()) {
		t.Error("the presets of the web client are stale: run go generate ./rooms/policy")
	}
}

// The page says what each key means: it has a row for each.
func TestPageExplainsEveryKey(t *testing.T) {
	text := string(page(t))
	for _, key := range policy.Keys() {
		if !strings.Contains(text, "| `"+key+"` |") {
			t.Errorf("docs/policy.md does not explain %s", key)
		}
	}
	for _, right := range policy.AllRights() {
		if !strings.Contains(text, "| `"+right.String()+"` |") {
			t.Errorf("docs/policy.md does not have the right %s", right)
		}
	}
}

func TestRunWritesThePage(t *testing.T) {
	module := t.TempDir()
	folder := filepath.Join(module, "rooms", "policy")
	for _, folder := range []string{"docs", filepath.Dir("web/src/ui/rules/presets.gen.ts")} {
		if err := os.MkdirAll(filepath.Join(module, folder), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := run(folder); err == nil {
		t.Error("no page, no error")
	}
	text := page(t)
	path := filepath.Join(folder, pagePath)
	stale := bytes.Replace(text, []byte("| yes |"), []byte("| no |"), 3)
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, stale, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := run(folder); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(path); err != nil || !bytes.Equal(got, text) {
		t.Errorf("run left something stale (%v)", err)
	}
}
