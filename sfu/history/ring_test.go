package history

import (
	"bytes"
	"math"
	"testing"

	"pgregory.net/rapid"
)

// content is a packet of this size that can be told from the others.
func content(sequence uint64, size int) []byte {
	b := make([]byte, size)
	for i := range b {
		b[i] = byte(sequence*31 + uint64(i)*7 + uint64(size))
	}
	return b
}

func put(t *testing.T, r *Ring, sequence uint64, size int) {
	t.Helper()
	want := content(sequence, size)
	if got := r.Put(sequence, want); !bytes.Equal(got, want) || got == nil {
		t.Fatalf("Put(%d) of %d bytes returned %d bytes", sequence, size, len(got))
	}
	if got := r.Get(sequence); !bytes.Equal(got, want) || got == nil {
		t.Fatalf("Get(%d) right after Put returned %d bytes, want %d", sequence, len(got), size)
	}
}

func TestNewRingRoundsUp(t *testing.T) {
	for _, tt := range []struct {
		packets int
		want    uint64
	}{{-1, 16}, {0, 16}, {1, 16}, {16, 16}, {17, 32}, {128, 128}, {129, 256}, {1024, 1024}} {
		if r := NewRing(tt.packets); r.mask+1 != tt.want {
			t.Errorf("NewRing(%d) has %d slots, want %d", tt.packets, r.mask+1, tt.want)
		}
	}
}

func TestRingEmpty(t *testing.T) {
	r := NewRing(16)
	for _, sequence := range []uint64{0, 1, 15, 16, 65535, math.MaxUint64} {
		if got := r.Get(sequence); got != nil {
			t.Errorf("Get(%d) of an empty ring: %x", sequence, got)
		}
	}
}

func TestRingSizes(t *testing.T) {
	r := NewRing(16)
	for i, size := range []int{0, 1, smallSlot - 1, smallSlot, smallSlot + 1, mediumSlot, mediumSlot + 1, MaxPacket - 1, MaxPacket} {
		put(t, r, uint64(i), size)
	}
	if got := r.Put(9, make([]byte, MaxPacket+1)); got != nil {
		t.Fatalf("a packet of %d bytes was stored", MaxPacket+1)
	}
	if got := r.Get(9); got != nil {
		t.Fatalf("a packet that was refused is there: %d bytes", len(got))
	}
	if got := r.Get(3); !bytes.Equal(got, content(3, smallSlot)) {
		t.Fatal("growing lost a packet")
	}
}

func TestRingWindow(t *testing.T) {
	for _, first := range []uint64{0, 1, 65534, 65535, 65536, 1 << 32, math.MaxUint64 - 40} {
		r := NewRing(16)
		for i := range uint64(20) {
			put(t, r, first+i, 10)
		}
		for i := range uint64(4) {
			if r.Get(first+i) != nil {
				t.Errorf("first %d: packet %d is older than the ring and still there", first, i)
			}
			if r.Put(first+i, []byte{1}) != nil {
				t.Errorf("first %d: packet %d is too old and was stored", first, i)
			}
		}
		for i := uint64(4); i < 20; i++ {
			if !bytes.Equal(r.Get(first+i), content(first+i, 10)) {
				t.Errorf("first %d: packet %d is gone", first, i)
			}
		}
		if r.Get(first+20) != nil {
			t.Errorf("first %d: a packet that never came", first)
		}
	}
}

func TestRingJumpLeavesNothingStale(t *testing.T) {
	r := NewRing(16)
	put(t, r, 100, 10)
	put(t, r, 105, 10)
	put(t, r, 118, 10) // one jump: 100 is out of reach, 105 is not
	if r.Get(100) != nil {
		t.Error("100 is out of reach and still there")
	}
	if r.Get(105) == nil {
		t.Error("105 is within reach and gone")
	}
	if r.Get(102) != nil || r.Get(121) != nil {
		t.Error("a number that shares a slot with another was found")
	}
	put(t, r, 103, 20) // late, within reach
}

func TestRingLastNumber(t *testing.T) {
	r := NewRing(16)
	put(t, r, math.MaxUint64-1, 10)
	if r.Put(math.MaxUint64, []byte{1}) != nil || r.Get(math.MaxUint64) != nil {
		t.Error("the last number means an empty slot and cannot be stored")
	}
}

func TestRingReset(t *testing.T) {
	r := NewRing(32)
	for i := range uint64(32) {
		put(t, r, 1<<20+i, 300)
	}
	r.Reset()
	for i := range uint64(32) {
		if r.Get(1<<20+i) != nil {
			t.Fatalf("packet %d survived the reset", i)
		}
	}
	put(t, r, 5, 30) // lower numbers are welcome again
	if r.Get(1<<20+5) != nil || r.Get(5+32) != nil {
		t.Fatal("something stale after the reset")
	}
}

func TestRingReturnedPacketIsBounded(t *testing.T) {
	r := NewRing(16)
	put(t, r, 0, 10)
	put(t, r, 1, 10)
	_ = append(r.Get(0), make([]byte, smallSlot)...)
	if !bytes.Equal(r.Get(1), content(1, 10)) {
		t.Fatal("an append to one packet overwrote the next")
	}
	held := r.Get(0)
	put(t, r, 2, MaxPacket) // the chunk grows
	if !bytes.Equal(held, content(0, 10)) {
		t.Fatal("a packet that was returned changed when the chunk grew")
	}
}

func TestRingMemory(t *testing.T) {
	bytesOf := func(r *Ring) (n int) {
		for _, c := range r.chunks {
			if c != nil {
				n += len(c.data)
			}
		}
		return n
	}
	r := NewRing(128)
	if n := bytesOf(r); n != 0 {
		t.Errorf("idle: %d bytes", n)
	}
	for i := range uint64(10_000) {
		r.Put(i, make([]byte, 120))
	}
	if n := bytesOf(r); n != 128*smallSlot {
		t.Errorf("audio: %d bytes, want %d", n, 128*smallSlot)
	}
	for i := range uint64(10_000) {
		r.Put(10_000+i, make([]byte, 600))
	}
	if n := bytesOf(r); n != 128*mediumSlot {
		t.Errorf("small pictures: %d bytes, want %d", n, 128*mediumSlot)
	}
	for i := range uint64(10_000) {
		r.Put(20_000+i, make([]byte, 1200))
	}
	if n := bytesOf(r); n != 128*MaxPacket {
		t.Errorf("video: %d bytes, want %d", n, 128*MaxPacket)
	}
}

func TestRingRelease(t *testing.T) {
	r := NewRing(64)
	for i := range uint64(64) {
		put(t, r, 1000+i, 900)
	}
	r.Release()
	for _, c := range r.chunks {
		if c != nil {
			t.Fatal("memory is still held")
		}
	}
	if r.Get(1001) != nil {
		t.Error("a packet is still there")
	}
	put(t, r, 5, 100)
	if r.Get(5) == nil {
		t.Error("nothing can be stored any more")
	}
}

func TestRingNoAllocations(t *testing.T) {
	r := NewRing(64)
	small, large := make([]byte, 100), make([]byte, 1200)
	for i := range uint64(64) {
		r.Put(i, large)
	}
	next := uint64(64)
	if n := testing.AllocsPerRun(1000, func() {
		r.Put(next, small)
		r.Put(next+1, large)
		r.Get(next)
		next += 2
	}); n != 0 {
		t.Errorf("%v allocations per packet", n)
	}
}

// The Ring against a map, under loss, reordering, duplicates, jumps and resets.
func TestRingModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := NewRing(rapid.SampledFrom([]int{16, 32, 64}).Draw(t, "packets"))
		size := r.mask + 1
		model := map[uint64][]byte{}
		newest, filled := uint64(0), false
		at := rapid.SampledFrom([]uint64{0, 65530, 1<<16 + 65530, 1 << 40}).Draw(t, "first")
		for range rapid.IntRange(1, 300).Draw(t, "steps") {
			switch rapid.IntRange(0, 60).Draw(t, "step") {
			case 0:
				r.Reset()
				model, filled = map[uint64][]byte{}, false
			case 1:
				at += uint64(rapid.IntRange(0, 200).Draw(t, "jump"))
			default:
				at++
			}
			sequence := at - min(at, uint64(rapid.SampledFrom([]int{0, 0, 0, 1, 5, 20, 70}).Draw(t, "late")))
			packet := content(at, rapid.SampledFrom([]int{0, 1, 80, 256, 257, 1200, 1500, 1501}).Draw(t, "size"))
			stored := r.Put(sequence, packet)
			if refused := len(packet) > MaxPacket || filled && sequence+size <= newest; refused != (stored == nil) {
				t.Fatalf("Put(%d) with newest %d: %v", sequence, newest, stored != nil)
			} else if !refused {
				model[sequence] = packet
				newest, filled = max(newest, sequence), true
				if len(model) == 1 {
					newest = sequence
				}
			}
			ask := at - min(at, uint64(rapid.IntRange(0, 80).Draw(t, "ask")))
			want, ok := model[ask]
			ok = ok && ask+size > newest
			if got := r.Get(ask); (got != nil) != ok || ok && !bytes.Equal(got, want) {
				t.Fatalf("Get(%d) with newest %d: %d bytes, want %d %v", ask, newest, len(got), len(want), ok)
			}
		}
	})
}

func BenchmarkRingPut(b *testing.B) {
	r := NewRing(1024)
	packet := make([]byte, 1200)
	next := uint64(0)
	for b.Loop() {
		r.Put(next, packet)
		next++
	}
}
