package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

func TestTheMatrixIsFresh(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", pagePath))
	if err != nil {
		t.Fatal(err)
	}
	filled, err := fill(page)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(page, filled) {
		t.Error("docs/protocol.md is not fresh: run `go generate ./rooms`")
	}
}

func TestAPageWithoutMarkersIsRefused(t *testing.T) {
	for _, page := range []string{"", beginMarker} {
		if _, err := fill([]byte(page)); err == nil {
			t.Errorf("%q was filled", page)
		}
	}
}
