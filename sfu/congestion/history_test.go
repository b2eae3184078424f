package congestion

import (
	"testing"
	"time"
)

func TestHistory(t *testing.T) {
	for _, first := range firsts {
		var h history
		for n := range uint16(10_000) {
			h.add(first+n, sentPacket{at: time.Duration(n), size: n, fate: unknown})
		}
		base := 1<<16 + int64(first)
		if h.newest != base+9999 {
			t.Fatalf("first %d: newest is %d", first, h.newest)
		}
		for _, tt := range []struct {
			n    int64
			want bool
		}{{9999, true}, {9999 - historySize + 1, true}, {9999 - historySize, false}, {0, false}, {10_000, false}, {-1, false}} {
			p := h.get(base + tt.n)
			if (p != nil) != tt.want {
				t.Errorf("first %d, packet %d: there %v, want %v", first, tt.n, p != nil, tt.want)
			}
			if p != nil && int64(p.size) != tt.n {
				t.Errorf("first %d, packet %d: size %d", first, tt.n, p.size)
			}
		}
	}
}

// Numbers that come out of order, and gaps of any length, leave no packet of long ago in their places.
func TestHistoryGaps(t *testing.T) {
	for _, gap := range []uint16{2, 100, historySize - 1, historySize, historySize + 1, 30_000} {
		var h history
		for n := range uint16(historySize) {
			h.add(n, sentPacket{size: 1, fate: unknown})
		}
		newest := h.newest
		h.add(historySize-1+gap, sentPacket{size: 2, fate: unknown})
		if h.newest != newest+int64(gap) {
			t.Fatalf("gap %d: newest %d", gap, h.newest-newest)
		}
		for n := newest + 1; n < h.newest; n++ {
			if h.get(n) != nil {
				t.Fatalf("gap %d: packet %d was never sent", gap, n-newest)
			}
		}
		late := max(newest+1, h.newest-historySize+1)
		h.add(uint16(late), sentPacket{size: 3, fate: unknown})
		if p := h.get(late); p == nil || p.size != 3 && late != h.newest {
			t.Errorf("gap %d: a packet that came late is not there", gap)
		}
	}
}

func TestHistoryTooOld(t *testing.T) {
	var h history
	h.add(20_000, sentPacket{size: 1, fate: unknown})
	h.add(20_000-historySize, sentPacket{size: 2, fate: unknown})
	if p := h.get(h.newest); p == nil || p.size != 1 {
		t.Error("an old packet took the place of the newest")
	}
}

func TestExtend(t *testing.T) {
	for _, tt := range []struct {
		reference int64
		number    uint16
		want      int64
	}{
		{1 << 16, 0, 1 << 16}, {1 << 16, 1, 1<<16 + 1}, {1 << 16, 65535, 1<<16 - 1}, {1<<16 + 65535, 0, 2 << 16},
		{1 << 16, 32767, 1<<16 + 32767}, {1 << 16, 32768, 1<<16 - 32768},
	} {
		if got := extend(tt.reference, tt.number); got != tt.want {
			t.Errorf("extend(%d, %d) = %d, want %d", tt.reference, tt.number, got, tt.want)
		}
	}
}

// What is remembered covers 2 s, as far as there is room, and takes no more memory than the rate needs.
func TestHistoryGrowsWithTheRate(t *testing.T) {
	for rate, want := range map[int]int{50: 256, 100: 256, 170: 512, 500: 1024, 900: 2048, 3000: 8192, 6000: 8192} {
		var h history
		for i := range 10 * rate {
			h.add(uint16(65000+i), sentPacket{at: time.Duration(i) * time.Second / time.Duration(rate), size: uint16(i), fate: unknown})
			for _, back := range []int{0, rate / 2, rate, 2*rate - 1} {
				p := h.get(h.newest - int64(back))
				if there := back <= i && back < historySize; there != (p != nil) && (there || back > i) {
					t.Fatalf("%d packets/s: packet %d of %d is there: %v", rate, i-back, i, p != nil)
				} else if p != nil && p.size != uint16(i-back) {
					t.Fatalf("%d packets/s: packet %d has the place of %d", rate, p.size, i-back)
				}
			}
		}
		if len(h.packets) != want {
			t.Errorf("%d packets/s: %d packets are remembered, want %d", rate, len(h.packets), want)
		}
	}
}
