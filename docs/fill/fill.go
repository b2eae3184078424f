// Package fill puts generated text between markers in the pages of this folder. What makes the text stands beside what
// it is made of, and runs by `go generate`.
package fill

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
)

// Markers around each generated part of a page.
const (
	beginMarker = "<!-- generated: %s -->\n"
	endMarker   = "<!-- end generated -->\n"
)

// Part is the text that belongs between the markers of one name.
type Part struct{ Name, Text string }

// Page returns a page with each part in its place. The path is for errors only.
func Page(path string, page []byte, parts ...Part) ([]byte, error) {
	for _, part := range parts {
		begin := fmt.Appendf(nil, beginMarker, part.Name)
		before, rest, ok := bytes.Cut(page, begin)
		if !ok {
			return nil, fmt.Errorf("%s has no line %q", filepath.Base(path), bytes.TrimSpace(begin))
		}
		_, after, ok := bytes.Cut(rest, []byte(endMarker))
		if !ok {
			return nil, fmt.Errorf("%s: the part %q has no end marker", filepath.Base(path), part.Name)
		}
		page = bytes.Join([][]byte{before, begin, []byte("\n" + part.Text), []byte(endMarker), after}, nil)
	}
	return page, nil
}

// File puts each part into its place in the page at path.
func File(path string, parts ...Part) error {
	page, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if page, err = Page(path, page, parts...); err != nil {
		return err
	}
	return os.WriteFile(path, page, 0o644)
}

// Fresh returns an error when File would change the page at path.
func Fresh(path string, parts ...Part) error {
	page, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	want, err := Page(path, page, parts...)
	if err == nil && !bytes.Equal(page, want) {
		err = fmt.Errorf("%s is stale: run make generate", filepath.Base(path))
	}
	return err
}
