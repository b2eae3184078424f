package allocation

import (
	"testing"
	"time"
)

// BenchmarkAllocate is one receiver with nine cameras, as a room does ten times a second.
func BenchmarkAllocate(b *testing.B) {
	tiles := []Tile{tile(720, camera, Pinned)}
	for range 8 {
		tiles = append(tiles, tile(180, camera, Visible))
	}
	now := time.Unix(1, 0)
	b.ReportAllocs()
	for b.Loop() {
		now = now.Add(100 * time.Millisecond)
		for i, d := range Allocate(Link{Budget: 2_000_000}, tiles, now) {
			tiles[i].Before = d.After
		}
	}
}
