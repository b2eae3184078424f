package sequence

import (
	"testing"
	"time"
)

// vp8 returns the numbers of a picture with 15 bits.
func vp8(id uint16, tl0, key uint8) Pictures {
	return Pictures{HasPictureID: true, Long: true, HasTL0: true, HasKey: true, PictureID: id, TL0PICIDX: tl0, KEYIDX: key}
}

func short(id uint16) Pictures { return Pictures{HasPictureID: true, PictureID: id} }

// mapped maps a packet and fails the test when that is refused.
func mapped(t *testing.T, p *Projection, in Input) Output {
	t.Helper()
	out, ok := p.Map(in, start)
	if !ok {
		t.Fatalf("%+v was not mapped", in)
	}
	return out
}

func refusedBy(t *testing.T, p *Projection, in Input) {
	t.Helper()
	if out, ok := p.Map(in, start); ok {
		t.Fatalf("%+v was mapped to %+v", in, out)
	}
}

// based returns a projection whose input begins at sequence number n and is numbered from first on.
func based(first uint16, n uint64) *Projection {
	p := NewProjection(first, 0, 90_000)
	p.Rebase(0, Input{Sequence: n}, p.TimestampAt(start))
	return p
}

func TestSequenceNumbers(t *testing.T) {
	const n = 1<<16 + 65530
	for _, first := range []uint16{0, 1, 65534, 65535} {
		p := based(first, n)
		want := func(sequence uint64, offset uint16) {
			t.Helper()
			if out := mapped(t, p, Input{Sequence: sequence}); out.Sequence != first+offset {
				t.Fatalf("from %d: %d became %d, want %d", first, sequence, out.Sequence, first+offset)
			}
		}
		want(n, 0)
		want(n+1, 1)
		p.Drop(Input{Sequence: n + 2})
		p.Drop(Input{Sequence: n + 3})
		want(n+4, 2)                               // dropped: no gap
		want(n+6, 4)                               // missing: a gap
		want(n+5, 3)                               // which the late packet fits
		p.Drop(Input{Sequence: n + 8})             // n+7 is missing
		want(n+9, 6)                               // a gap for n+7
		p.Drop(Input{Sequence: n + 7})             // too late to close it
		refusedBy(t, p, Input{Sequence: n + 7})    // and it stays empty
		refusedBy(t, p, Input{Sequence: n + 8})    // dropped
		refusedBy(t, p, Input{Sequence: n + 6})    // sent
		refusedBy(t, p, Input{Sequence: n - 1})    // before the rebase
		p.Drop(Input{Sequence: n - 2})             // of no interest
		p.Drop(Input{Sequence: n + 11})            // n+10 is missing
		p.Drop(Input{Sequence: n + 10})            // in time
		want(n+12, 7)                              // no gap
		p.Drop(Input{Sequence: n + 14})            // n+13 is missing
		want(n+13, 8)                              // in time
		want(n+15, 9)                              // no gap
		p.Drop(Input{Sequence: n + 17})            // n+16 is missing
		p.Rebase(1, Input{Sequence: 500}, 900_000) // its gap goes with it
		want(500, 10)
		refusedBy(t, p, Input{Sequence: 499})
	}
}

func TestBeforeTheFirstRebase(t *testing.T) {
	p := NewProjection(7, 1000, 90_000)
	p.Drop(Input{Sequence: 1 << 16})
	refusedBy(t, p, Input{Sequence: 1 << 16})
	if _, ok := p.Lookup(7); ok || p.Epoch() != 0 || p.Offset() != 0 {
		t.Errorf("something is there before the first input")
	}
	if got := p.TimestampAt(start.Add(time.Hour)); got != 1000 {
		t.Errorf("first timestamp %d", got)
	}
}

// TestLateness holds that a packet is placed while fewer than 1,024 later ones were sent, over many dropped ones.
func TestLateness(t *testing.T) {
	const n = 1 << 16
	p := based(0, n)
	mapped(t, p, Input{Sequence: n})
	for i := uint64(2); i < 2047; i++ { // n+1 is missing
		if i%2 == 0 {
			mapped(t, p, Input{Sequence: n + i})
		} else {
			p.Drop(Input{Sequence: n + i})
		}
	}
	for i := uint64(3); i < 2047; i += 2 {
		refusedBy(t, p, Input{Sequence: n + i})
	}
	late := *p
	late.sent.ring = append([]sentSlot(nil), p.sent.ring...)
	if out := mapped(t, &late, Input{Sequence: n + 1}); out.Sequence != 1 {
		t.Errorf("the late packet became %d, want 1", out.Sequence)
	}
	mapped(t, p, Input{Sequence: n + 2047})
	refusedBy(t, p, Input{Sequence: n + 1})
}

// TestFarJump holds that a gap is bounded, that it is empty, and that nothing from within it is sent later.
func TestFarJump(t *testing.T) {
	const n, jump = 1<<16 + 2000, 30_000
	for _, dropped := range []uint64{0, 3} { // packets after the jump that are not forwarded
		p := based(0, n-2000)
		for i := range uint64(2000) {
			mapped(t, p, Input{Sequence: n - 2000 + i})
		}
		for i := range dropped {
			p.Drop(Input{Sequence: n + (i+1)*jump})
		}
		if dropped > 0 {
			refusedBy(t, p, Input{Sequence: n + dropped*jump - 1})
		}
		out := mapped(t, p, Input{Sequence: n + (dropped+1)*jump})
		if out.Sequence != 2000+maxGap {
			t.Fatalf("became %d", out.Sequence)
		}
		for i := range uint16(65535) {
			if _, ok := p.Lookup(i); ok != (i == out.Sequence) {
				t.Fatalf("lookup of %d: %v", i, ok)
			}
		}
		refusedBy(t, p, Input{Sequence: n + (dropped+1)*jump - 1})
		if out := mapped(t, p, Input{Sequence: n + (dropped+1)*jump + 2}); out.Sequence != 2002+maxGap {
			t.Fatalf("became %d", out.Sequence)
		}
	}
	p := based(0, n)
	mapped(t, p, Input{Sequence: n})
	if out := mapped(t, p, Input{Sequence: n + 1 + maxGap}); out.Sequence != 1+maxGap {
		t.Errorf("the largest gap that is kept: %d", out.Sequence)
	}
}

func TestPictures(t *testing.T) {
	type step struct {
		drop, rebase bool
		number       uint64
		in           Pictures
		want         Output // Sequence and Timestamp are not compared
		refused      bool
	}
	send := func(n uint64, in Pictures, id uint16, tl0, key uint8) step {
		return step{number: n, in: in, want: Output{PictureID: id, TL0PICIDX: tl0, KEYIDX: key}}
	}
	for name, steps := range map[string][]step{
		"dropped pictures close up, missing ones do not": {
			send(10, vp8(32766, 254, 30), 0, 1, 1),
			send(11, vp8(32766, 254, 30), 0, 1, 1),
			{drop: true, number: 12, in: vp8(32767, 254, 30)},
			{drop: true, number: 13, in: vp8(32767, 254, 30)},
			send(14, vp8(0, 255, 30), 1, 2, 1),
			send(17, vp8(2, 1, 31), 3, 4, 2),
			send(16, vp8(1, 0, 31), 2, 3, 2),
			send(15, vp8(0, 255, 30), 1, 2, 1),
		},
		"a rebase continues": {
			send(10, vp8(100, 7, 3), 0, 1, 1),
			send(11, vp8(101, 8, 3), 1, 2, 1),
			{drop: true, number: 12, in: vp8(102, 8, 3)},
			{rebase: true, number: 900, in: vp8(5, 200, 31), want: Output{PictureID: 2, TL0PICIDX: 3, KEYIDX: 2}},
			send(901, vp8(6, 201, 31), 3, 4, 2),
			{rebase: true, number: 50, in: Pictures{}},
			{rebase: true, number: 70, in: vp8(9, 9, 9), want: Output{PictureID: 4, TL0PICIDX: 5, KEYIDX: 3}},
		},
		"7 bits stay 7 bits": {
			send(10, short(126), 0, 0, 0),
			send(11, short(127), 1, 0, 0),
			{drop: true, number: 12, in: short(0)},
			send(13, short(1), 2, 0, 0),
			send(14, short(64), 65, 0, 0), // as far ahead as can be told
			send(15, short(127), 0, 0, 0), // 128
			send(16, short(2), 3, 0, 0),   // 131
		},
		"late 7 bits are told from early ones": {
			send(10, short(0), 0, 0, 0),
			send(30, short(60), 60, 0, 0),
			send(50, short(120), 120, 0, 0),
			send(11, short(1), 1, 0, 0),
		},
		"from 7 to 15 bits": {
			send(10, short(127), 0, 0, 0),
			{number: 12, in: Pictures{HasPictureID: true, Long: true, PictureID: 128}, want: Output{PictureID: 1}},
			{number: 11, in: short(127), refused: true},
		},
		"a jump back is hidden": {
			send(10, vp8(20_000, 1, 1), 0, 1, 1),
			send(12, vp8(19_000, 2, 2), 1, 2, 2),
			{number: 11, in: vp8(20_001, 1, 1), refused: true},
			send(13, vp8(19_001, 2, 2), 2, 2, 2),
		},
		"a picture of which a part was dropped is not sent": {
			send(10, vp8(1, 1, 1), 0, 1, 1),
			{drop: true, number: 11, in: vp8(2, 1, 1)},
			{number: 12, in: vp8(2, 1, 1), refused: true},
			send(13, vp8(3, 1, 1), 1, 1, 1),
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := based(0, 10)
			for i, s := range steps {
				in := Input{Sequence: s.number, Pictures: s.in}
				if s.drop {
					p.Drop(in)
					continue
				}
				if s.rebase {
					p.Rebase(1, in, p.TimestampAt(start))
				}
				out, ok := p.Map(in, start)
				out.Sequence, out.Timestamp = 0, 0
				if ok == s.refused || out != s.want {
					t.Fatalf("step %d: %+v, mapped %v; want %+v", i, out, ok, s.want)
				}
			}
		})
	}
}

// TestRefusedPictureClosesTheNumber holds that a packet that cannot be sent leaves no gap.
func TestRefusedPictureClosesTheNumber(t *testing.T) {
	p := based(0, 10)
	mapped(t, p, Input{Sequence: 10, Pictures: short(1)})
	p.Drop(Input{Sequence: 11, Pictures: short(2)})
	refusedBy(t, p, Input{Sequence: 12, Pictures: short(2)})
	if out := mapped(t, p, Input{Sequence: 13, Pictures: short(3)}); out.Sequence != 1 {
		t.Errorf("became %d, want 1", out.Sequence)
	}
}

func TestLookup(t *testing.T) {
	p := based(65535, 10)
	first := mapped(t, p, Input{Sequence: 10, Timestamp: 5, Marker: true, Pictures: vp8(1, 2, 3)})
	if !first.Marker {
		t.Errorf("the marker was lost")
	}
	mapped(t, p, Input{Sequence: 13})
	p.Rebase(2, Input{Sequence: 99}, 700)
	second := mapped(t, p, Input{Sequence: 99, Pictures: vp8(7, 8, 9)})
	for _, c := range []struct {
		sequence uint16
		want     Origin
		ok       bool
	}{
		{65535, Origin{1, 0, 10, 0, first}, true},
		{0, Origin{}, false}, // missing
		{2, Origin{1, 0, 13, 0, Output{Sequence: 2}}, true},
		{3, Origin{2, 2, 99, 0, second}, true},
		{4, Origin{}, false},     // not sent yet
		{65534, Origin{}, false}, // before the first
	} {
		if got, ok := p.Lookup(c.sequence); ok != c.ok || got != c.want {
			t.Errorf("lookup of %d: %+v, %v; want %+v, %v", c.sequence, got, ok, c.want, c.ok)
		}
	}
	for i := range uint64(sentSize - 1) {
		mapped(t, p, Input{Sequence: 100 + i})
	}
	if _, ok := p.Lookup(2); ok {
		t.Errorf("found what is older than %d packets", sentSize)
	}
	if _, ok := p.Lookup(3); !ok {
		t.Errorf("lost what is not older than %d packets", sentSize)
	}
}

func TestProjectionRemembersLess(t *testing.T) {
	p := NewProjection(65500, 0, 48_000)
	p.Remember(128)
	p.Rebase(0, Input{Sequence: 1000}, 5)
	for i := range uint64(300) {
		mapped(t, p, Input{Sequence: 1000 + i})
	}
	newest := uint16(65500 + 299 - 65536)
	if _, ok := p.Lookup(newest - 127); !ok {
		t.Error("lost what is not older than 128 packets")
	}
	if _, ok := p.Lookup(newest - 128); ok {
		t.Error("found what is older than 128 packets")
	}
	if _, ok := p.Map(Input{Sequence: 1100}, time.Time{}); ok {
		t.Error("sent a packet twice")
	}
}

func TestProjectionAllocatesNothing(t *testing.T) {
	p := NewProjection(65000, 1<<32-1, 90_000)
	var unwrapper Unwrapper
	var duplicates Duplicates
	wire, id := uint16(0), uint16(0)
	p.Rebase(0, Input{Sequence: 1 << 16}, 5)
	if allocs := testing.AllocsPerRun(5000, func() {
		in := Input{Sequence: unwrapper.Unwrap(wire), Timestamp: uint32(id) * 3000, Pictures: vp8(id&0x7fff, uint8(id), 0)}
		if duplicates.Seen(in.Sequence) {
			t.Fatalf("%d was seen", in.Sequence)
		}
		if wire%5 == 0 {
			p.Drop(in)
		} else {
			p.Map(in, start)
		}
		if wire%1000 == 999 {
			p.Rebase(1, Input{Sequence: in.Sequence + 1}, p.TimestampAt(start))
		}
		p.Lookup(wire)
		wire++
		id++
	}); allocs != 0 {
		t.Errorf("%v allocations per packet", allocs)
	}
}

func BenchmarkMap(b *testing.B) {
	p := based(0, 1<<16)
	in := Input{Sequence: 1 << 16, Pictures: vp8(0, 0, 0)}
	for b.Loop() {
		p.Map(in, start)
		in.Sequence++
		in.Pictures.PictureID = uint16(in.Sequence/4) & 0x7fff
	}
}

// Frames that are sent faster than they were taken get the timestamps that they are given; the rest of the input goes on
// from the last of them, and all other numbers go on.
func TestRestamp(t *testing.T) {
	p := NewProjection(65534, 4294967290, 90000)
	now := time.Unix(1000, 0)
	at := func(n uint64) Input {
		return Input{Sequence: 100 + n, Timestamp: uint32(n) * 3000, Pictures: Pictures{
			HasPictureID: true, Long: true, HasTL0: true, HasKey: true, PictureID: uint16(n), TL0PICIDX: uint8(n), KEYIDX: 7,
		}}
	}
	p.Rebase(0, at(0), 4294967290)
	first, _ := p.Map(at(0), now)
	for n := uint64(1); n < 10; n++ {
		want := uint32(4294967290 + n)
		if n < 5 {
			p.Restamp(at(n), want)
		} else {
			want = uint32(4294967290+4) + uint32(n-4)*3000
		}
		out, ok := p.Map(at(n), now)
		if !ok || out.Timestamp != want || out.Sequence != first.Sequence+uint16(n) || out.PictureID != first.PictureID+uint16(n) || out.KEYIDX != first.KEYIDX {
			t.Fatalf("frame %d became %+v %v, want timestamp %d", n, out, ok, want)
		}
	}
	if p.Epoch() != 1 {
		t.Errorf("epoch %d", p.Epoch())
	}
}
