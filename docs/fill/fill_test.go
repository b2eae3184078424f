package fill

import (
	"os"
	"path/filepath"
	"testing"
)

const text = "# before\n<!-- generated: a -->\nold\n<!-- end generated -->\nbetween\n<!-- generated: b -->\n<!-- end generated -->\nafter\n"

func TestFileReplacesWhatStandsBetweenItsMarkers(t *testing.T) {
	path := filepath.Join(t.TempDir(), "page.md")
	parts := []Part{{"b", "second\n"}, {"a", "first\n"}}
	if File(path, parts...) == nil || Fresh(path, parts...) == nil {
		t.Error("no page, no error")
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if Fresh(path, parts...) == nil {
		t.Error("a stale page is fresh")
	}
	const want = "# before\n<!-- generated: a -->\n\nfirst\n<!-- end generated -->\nbetween\n<!-- generated: b -->\n\nsecond\n<!-- end generated -->\nafter\n"
	for range 2 { // the second time, nothing changes
		if err := File(path, parts...); err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(path); err != nil || string(got) != want {
			t.Errorf("%q (%v)", got, err)
		}
	}
	if err := Fresh(path, parts...); err != nil {
		t.Error(err)
	}
}

func TestPagesWithoutMarkersAreRefused(t *testing.T) {
	for _, page := range []string{"", "<!-- generated: a -->\n", "<!-- generated: a -->\nno end", "<!-- generated: other -->\n<!-- end generated -->\n"} {
		if _, err := Page("page.md", []byte(page), Part{"a", "text"}); err == nil {
			t.Errorf("%q was filled", page)
		}
	}
}
