package main

import (
	"path/filepath"
	"testing"

	"salon/docs/fill"
)

func TestTheMatrixIsFresh(t *testing.T) {
	if err := fill.Fresh(filepath.Join("..", pagePath), parts()...); err != nil {
		t.Error(err)
	}
}
