package sequence

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// sentAt returns a projection that has sent one packet, with input timestamp in as output timestamp out.
func sentAt(out, in uint32, rate uint32) *Projection {
	p := NewProjection(0, out, rate)
	p.Rebase(0, Input{Sequence: 10, Timestamp: in}, p.TimestampAt(start))
	p.Map(Input{Sequence: 10, Timestamp: in}, start)
	return p
}

func TestTimestampAt(t *testing.T) {
	for _, c := range []struct {
		name    string
		rate    uint32
		elapsed time.Duration
		want    uint32 // after the newest
	}{
		{"at once", 90_000, 0, 1},
		{"clock went back", 90_000, -time.Hour, 1},
		{"less than a tick", 90_000, 11 * time.Microsecond, 1},
		{"one frame", 90_000, time.Second / 25, 3600},
		{"audio", 48_000, 20 * time.Millisecond, 960},
		{"an hour", 90_000, time.Hour, 324_000_000},
		{"a day is cut", 90_000, 24 * time.Hour, 6 * 324_000_000},
		{"a century is cut", 90_000, 876_000 * time.Hour, 6 * 324_000_000},
	} {
		for _, first := range []uint32{0, 1, 1<<32 - 1, 1<<31 - 1} {
			p := sentAt(first, 77, c.rate)
			if got := p.TimestampAt(start.Add(c.elapsed)) - first; got != c.want {
				t.Errorf("%s: %d after %d, want %d", c.name, got, first, c.want)
			}
		}
	}
}

// TestTimestampSince holds that wall time counts from a frame's first packet, and not from late ones.
func TestTimestampSince(t *testing.T) {
	p := sentAt(1000, 0, 90_000)
	at := start.Add(100 * time.Millisecond)
	p.Map(Input{Sequence: 12, Timestamp: 9000}, at)
	p.Map(Input{Sequence: 13, Timestamp: 9000}, at.Add(5*time.Millisecond))
	p.Map(Input{Sequence: 11, Timestamp: 3000}, at.Add(8*time.Millisecond))
	if got := p.TimestampAt(at.Add(10 * time.Millisecond)); got != 1000+9000+900 {
		t.Errorf("timestamp %d", got)
	}
}

func TestRebaseNeverStepsBack(t *testing.T) {
	for _, first := range []uint32{0, 1, 1<<32 - 1} {
		for _, c := range []struct {
			name string
			step uint32 // of the timestamp given, from the newest
			want uint32
		}{
			{"ahead", 3000, 3000},
			{"equal", 0, 1},
			{"behind", 1<<32 - 3000, 1},
			{"half the range ahead is behind", 1 << 31, 1},
		} {
			p := sentAt(first, 500, 90_000)
			in := Input{Sequence: 70, Timestamp: 42}
			p.Rebase(1, in, first+c.step)
			out := mapped(t, p, in)
			if out.Timestamp != first+c.want || p.Offset() != out.Timestamp-in.Timestamp {
				t.Errorf("%s of %d: %d, offset %d; want %d", c.name, first, out.Timestamp, p.Offset(), first+c.want)
			}
		}
	}
}

// ntp returns milliseconds since some day as NTP time.
func ntp(ms int64) uint64 { return 3_900_000_000<<32 + uint64(ms<<32/1000) }

func TestAlign(t *testing.T) {
	// The old encoding's input timestamp 5,000 was captured at 0 ms and was sent as 100,000.
	old := Report{NTP: ntp(0), RTP: 5_000, Valid: true}
	for _, c := range []struct {
		name     string
		old, new Report
		ts       uint32
		want     uint32
		ok       bool
	}{
		{"40 ms later, same report time", old, Report{ntp(0), 900, true}, 900 + 3600, 103_600, true},
		{"40 ms later, reports apart", old, Report{ntp(2000), 900 + 180_000, true}, 900 + 3600, 103_600, true},
		{"over the wrap", old, Report{ntp(0), 1<<32 - 900, true}, 2700, 103_600, true},
		{"the same instant", old, Report{ntp(0), 900, true}, 900, 100_001, true},
		{"50 ms before", old, Report{ntp(0), 10_000, true}, 5_500, 100_001, true},
		{"more than 50 ms before", old, Report{ntp(0), 10_000, true}, 5_499, 0, false},
		{"1 s later", old, Report{ntp(0), 900, true}, 90_900, 190_000, true},
		{"more than 1 s later", old, Report{ntp(0), 900, true}, 90_902, 0, false},
		{"no old report", Report{}, Report{ntp(0), 900, true}, 4500, 0, false},
		{"no new report", old, Report{}, 4500, 0, false},
		{"reports too far apart", old, Report{ntp(3_700_000), 900, true}, 4500, 0, false},
		{"reports absurdly far apart", old, Report{1, 900, true}, 4500, 0, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := sentAt(100_000, 5_000, 90_000)
			if got, ok := p.Align(c.old, c.new, c.ts, start); got != c.want || ok != c.ok {
				t.Errorf("%d, %v; want %d, %v", got, ok, c.want, c.ok)
			}
		})
	}
	p := NewProjection(0, 100_000, 90_000)
	if _, ok := p.Align(old, old, 5_000, start); ok {
		t.Errorf("aligned to nothing")
	}
}

// TestAlignKeepsInstants draws two encodings of one clock: whatever their bases and reports, an instant of capture keeps
// its output time within the rounding of NTP.
func TestAlignKeepsInstants(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		oldBase, newBase := rapid.Uint32().Draw(t, "old"), rapid.Uint32().Draw(t, "new")
		at := rapid.Int64Range(0, 100_000_000).Draw(t, "ms")
		report := func(base uint32, name string) Report {
			ms := at - rapid.Int64Range(0, 20_000).Draw(t, name)
			return Report{NTP: ntp(ms), RTP: base + uint32(ms*90), Valid: true}
		}
		out := rapid.Uint32().Draw(t, "out")
		p := sentAt(out, oldBase+uint32(at*90), 90_000)
		later := rapid.Int64Range(1, 1000).Draw(t, "later")
		got, ok := p.Align(report(oldBase, "old report"), report(newBase, "new report"), newBase+uint32((at+later)*90), start)
		if off := int32(got - out - uint32(later*90)); later < 1000 && !ok || ok && (off < -1 || off > 1) {
			t.Fatalf("%d ms later is %d ticks later, ok %v", later, got-out, ok)
		}
	})
}
