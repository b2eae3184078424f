package allocation

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the table in docs/allocation.md")

const sweepDocument = "../../docs/allocation.md"

// TestSweepIsDocumented holds the table of docs/allocation.md to what new tiles get of 0 to 5 Mbit/s.
func TestSweepIsDocumented(t *testing.T) {
	text, err := os.ReadFile(sweepDocument)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, found := strings.Cut(string(text), "<!-- sweep -->\n")
	_, after, ended := strings.Cut(rest, "<!-- end of sweep -->")
	if !found || !ended {
		t.Fatalf("%s has no place for the table", sweepDocument)
	}
	fresh := before + "<!-- sweep -->\n" + sweep() + "<!-- end of sweep -->" + after
	if fresh == string(text) {
		return
	}
	if !*update {
		t.Fatalf("%s is stale: run go test ./sfu/allocation -update", sweepDocument)
	}
	if err := os.WriteFile(sweepDocument, []byte(fresh), 0o644); err != nil {
		t.Fatal(err)
	}
}

// sweep writes the table.
func sweep() string {
	scenes := []struct {
		name  string
		tiles []Tile
	}{
		{"four cameras at 360p, the third speaks", []Tile{tile(360, camera, Visible), tile(360, camera, Visible), tile(360, camera, Speaker), tile(360, camera, Visible)}},
		{"one pinned at 720p, four at 180p", []Tile{tile(720, camera, Pinned), tile(180, camera, Visible), tile(180, camera, Visible), tile(180, camera, Visible), tile(180, camera, Visible)}},
		{"a screen at 1080p, two cameras at 180p", []Tile{screenTile(1080, slides), tile(180, camera, Speaker), tile(180, camera, Visible)}},
		{"two cameras at 720p", []Tile{tile(720, camera, Visible), tile(720, camera, Visible)}},
	}
	var b strings.Builder
	b.WriteString("| kbit/s for video |")
	for _, s := range scenes {
		b.WriteString(" " + s.name + " |")
	}
	b.WriteString("\n|---|" + strings.Repeat("---|", len(scenes)) + "\n")
	for _, kbps := range []int{0, 50, 100, 150, 200, 250, 300, 400, 500, 600, 700, 800, 1000, 1200, 1400, 1700, 2000, 2500, 3000, 4000, 5000} {
		fmt.Fprintf(&b, "| %d |", kbps)
		for _, s := range scenes {
			r := newReceiver(s.tiles...)
			sum := 0
			for _, d := range r.step(0, kbps*1000) {
				sum += d.Bitrate
			}
			fmt.Fprintf(&b, " %s (%d) |", r.shown(), sum/1000)
		}
		b.WriteString("\n")
	}
	return b.String()
}
