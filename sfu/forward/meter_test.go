package forward

import (
	"slices"
	"testing"
	"time"

	"salon/sfu/layers"
)

// metered returns a meter that received packets of 1,250 bytes every 10 ms, of these temporal layers in turn.
func metered(packets int, temporal ...int8) (*meter, time.Time) {
	m, now := &meter{}, time.Unix(1000, 0)
	for i := range packets {
		m.received(1250, &layers.Packet{Temporal: temporal[i%len(temporal)]}, now)
		now = now.Add(10 * time.Millisecond)
	}
	return m, now
}

func near(got, want int) bool { return got > want*95/100 && got < want*105/100 }

func TestMeter(t *testing.T) {
	m, now := metered(300, 0)
	if rate := m.layer(0).rate(now); !near(rate, 1_000_000) {
		t.Errorf("measured %d bit/s, want 1 Mbit/s", rate)
	}
	later := now.Add(2 * time.Second)
	if m.live(later) || m.layer(0).rate(later) != 0 || m.layer(0).bitrates(later) != nil {
		t.Error("still live 2 s after the last packet")
	}
	m.received(100, &layers.Packet{}, later.Add(time.Second))
	if got := m.layer(0).bitrates(later.Add(time.Second)); got != nil {
		t.Errorf("%v is known after a pause and one packet", got)
	}
}

// The figures are those of the wire, cumulative.
func TestMeterOfTemporalLayers(t *testing.T) {
	const wire = (1250 + PacketOverhead) * 8 * 100 // bit/s of all layers
	for name, c := range map[string]struct {
		temporal []int8
		want     []int
	}{
		"none":             {[]int8{0}, []int{wire}},
		"two":              {[]int8{0, 1}, []int{wire / 2, wire}},
		"three":            {[]int8{0, 2, 1, 2}, []int{wire / 4, wire / 2, wire}},
		"the middle lacks": {[]int8{0, 2}, []int{wire / 2, wire / 2, wire}},
		"an impossible id": {[]int8{0, 120}, []int{wire / 2, wire / 2, wire / 2, wire / 2, wire / 2, wire / 2, wire / 2, wire}},
	} {
		m, now := metered(400, c.temporal...)
		got := m.layer(0).bitrates(now)
		if !slices.EqualFunc(got, c.want, near) || !slices.IsSorted(got) {
			t.Errorf("%s: measured %v, want %v", name, got, c.want)
		}
	}
}

// A temporal layer that the publisher stops sending is gone soon; a rate that changes is followed.
func TestMeterFollows(t *testing.T) {
	m, now := metered(300, 0, 1)
	if got := m.layer(0).bitrates(now); len(got) != 2 {
		t.Fatalf("%v, want two layers", got)
	}
	for range 300 {
		m.received(2500, &layers.Packet{}, now)
		now = now.Add(10 * time.Millisecond)
	}
	if got := m.layer(0).bitrates(now); len(got) != 1 || !near(got[0], (2500+PacketOverhead)*8*100) {
		t.Errorf("%v, want one layer at twice the rate", got)
	}
}

func TestMeterAllocatesNothing(t *testing.T) {
	m, now := metered(300, 0, 1)
	if n := testing.AllocsPerRun(1000, func() { now = now.Add(10 * time.Millisecond); m.received(1250, &layers.Packet{Temporal: 1}, now) }); n != 0 {
		t.Errorf("%v allocations per packet", n)
	}
}
