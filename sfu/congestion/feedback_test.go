package congestion

import (
	"testing"
	"time"

	"github.com/pion/rtcp"
)

// wire is both ends of a path: packets of 1,000 bytes, a millisecond apart, and a Recorder that sees some of them 50 ms later.
type wire struct {
	t        *testing.T
	history  history
	recorder Recorder
	reader   reader
	first    uint16
	start    time.Time
}

func newWire(t *testing.T, first uint16, packets int) *wire {
	w := &wire{t: t, first: first, start: time.Unix(1000, 0)}
	for n := range packets {
		w.history.add(first+uint16(n), sentPacket{at: time.Duration(n) * ms, size: 1000, fate: unknown})
	}
	return w
}

func (w *wire) arrive(numbers ...int) {
	for _, n := range numbers {
		w.recorder.Record(w.first+uint16(n), w.start.Add(time.Duration(n+50)*ms))
	}
}

func (w *wire) feedback() *rtcp.TransportLayerCC {
	w.t.Helper()
	packets := w.recorder.Feedback(1, 2)
	if len(packets) != 1 {
		w.t.Fatalf("%d packets", len(packets))
	}
	return decode(w.t, packets[0])
}

func (w *wire) read(cc *rtcp.TransportLayerCC) report {
	r := w.reader.read(cc, &w.history)
	return report{arrivals: append([]arrival(nil), r.arrivals...), lost: r.lost, skipped: r.skipped}
}

func TestReadFeedback(t *testing.T) {
	for _, first := range firsts {
		w := newWire(t, first, 10)
		w.arrive(0, 1, 3)
		r := w.read(w.feedback())
		if len(r.arrivals) != 3 || r.lost != 1 || r.skipped != 0 {
			t.Fatalf("first %d: %+v", first, r)
		}
		for i, n := range []int{0, 1, 3} {
			a := r.arrivals[i]
			if a.sent != time.Duration(n)*ms || a.size != 1000 || a.at-r.arrivals[0].at != a.sent {
				t.Errorf("first %d: packet %d is %+v", first, n, a)
			}
		}
		w.arrive(2, 4) // 2 only came late: the Recorder goes back and tells 3 again
		r = w.read(w.feedback())
		if len(r.arrivals) != 2 || !r.arrivals[0].missed || r.arrivals[1].missed || r.lost != 0 {
			t.Fatalf("first %d: late packet: %+v", first, r)
		}
	}
}

func TestReadFeedbackAgain(t *testing.T) {
	w := newWire(t, 65534, 10)
	w.arrive(0, 1, 4)
	cc := w.feedback()
	w.read(cc)
	for range 3 {
		if r := w.read(cc); len(r.arrivals) != 0 || r.lost != 0 || r.skipped != 0 {
			t.Fatalf("the same feedback told more: %+v", r)
		}
	}
}

// One feedback is lost, and comes after all, behind the next one.
func TestReadFeedbackReordered(t *testing.T) {
	for _, first := range firsts {
		w := newWire(t, first, 10)
		w.arrive(0, 1)
		w.read(w.feedback())
		w.arrive(2, 3, 5)
		late := w.feedback()
		w.arrive(6, 7)
		r := w.read(w.feedback())
		if len(r.arrivals) != 2 || r.skipped != 4000 || r.lost != 0 {
			t.Fatalf("first %d: after a gap: %+v", first, r)
		}
		r = w.read(late)
		if len(r.arrivals) != 3 || r.lost != 1 || r.skipped != 0 {
			t.Fatalf("first %d: late feedback: %+v", first, r)
		}
		for _, a := range r.arrivals {
			if !a.assumed || a.missed {
				t.Errorf("first %d: %+v, want assumed", first, a)
			}
		}
	}
}

func TestReadFeedbackForged(t *testing.T) {
	delta := func(us ...int64) (all []*rtcp.RecvDelta) {
		for _, d := range us {
			all = append(all, &rtcp.RecvDelta{Type: smallDelta, Delta: d})
		}
		return all
	}
	run := func(symbol, length uint16) rtcp.PacketStatusChunk {
		return &rtcp.RunLengthChunk{PacketStatusSymbol: symbol, RunLength: length}
	}
	vector := func(symbols ...uint16) rtcp.PacketStatusChunk { return &rtcp.StatusVectorChunk{SymbolList: symbols} }
	for _, tt := range []struct {
		name     string
		cc       rtcp.TransportLayerCC
		arrivals int
		lost     int
	}{
		{"nothing", rtcp.TransportLayerCC{}, 0, 0},
		{"no chunks", rtcp.TransportLayerCC{PacketStatusCount: 5}, 0, 0},
		{"a chunk that is nil", rtcp.TransportLayerCC{PacketStatusCount: 5, PacketChunks: []rtcp.PacketStatusChunk{nil}}, 0, 0},
		{"no deltas", rtcp.TransportLayerCC{PacketStatusCount: 5, PacketChunks: []rtcp.PacketStatusChunk{run(1, 5)}}, 0, 0},
		{"a delta that is nil", rtcp.TransportLayerCC{PacketStatusCount: 1, PacketChunks: []rtcp.PacketStatusChunk{run(1, 1)}, RecvDeltas: []*rtcp.RecvDelta{nil}}, 0, 0},
		{"too few deltas", rtcp.TransportLayerCC{PacketStatusCount: 5, PacketChunks: []rtcp.PacketStatusChunk{run(1, 5)}, RecvDeltas: delta(0, 250)}, 2, 0},
		{"too many symbols", rtcp.TransportLayerCC{PacketStatusCount: 2, PacketChunks: []rtcp.PacketStatusChunk{run(0, 8191)}}, 0, 2},
		{"reserved symbol", rtcp.TransportLayerCC{PacketStatusCount: 3, PacketChunks: []rtcp.PacketStatusChunk{vector(1, 3, 1)}, RecvDeltas: delta(0, 0)}, 2, 0},
		{"unknown symbol", rtcp.TransportLayerCC{PacketStatusCount: 3, PacketChunks: []rtcp.PacketStatusChunk{vector(1, 77, 0)}, RecvDeltas: delta(0)}, 1, 1},
		{"more than was sent", rtcp.TransportLayerCC{PacketStatusCount: 65535, PacketChunks: []rtcp.PacketStatusChunk{run(0, 8191), run(0, 8191)}}, 0, 10},
		{"not sent yet", rtcp.TransportLayerCC{BaseSequenceNumber: 10, PacketStatusCount: 5, PacketChunks: []rtcp.PacketStatusChunk{run(0, 5)}}, 0, 0},
		{"far behind", rtcp.TransportLayerCC{BaseSequenceNumber: 40_000, PacketStatusCount: 500, PacketChunks: []rtcp.PacketStatusChunk{run(0, 500)}}, 0, 0},
		{"from behind into ours", rtcp.TransportLayerCC{BaseSequenceNumber: 60_000, PacketStatusCount: 5546, PacketChunks: []rtcp.PacketStatusChunk{run(0, 3000), run(0, 2536), run(0, 5), run(1, 5)}, RecvDeltas: delta(0, 0, 0, 0, 0)}, 5, 5},
	} {
		w := newWire(t, 0, 10)
		r := w.read(&tt.cc)
		if len(r.arrivals) != tt.arrivals || r.lost != tt.lost {
			t.Errorf("%s: %d arrivals, %d lost; want %d, %d", tt.name, len(r.arrivals), r.lost, tt.arrivals, tt.lost)
		}
		if w.history.told > w.history.newest {
			t.Errorf("%s: told up to %d of %d", tt.name, w.history.told, w.history.newest)
		}
	}
}

// The reference time has 24 bits of 64 ms.
func TestReferenceTime(t *testing.T) {
	const unit = 64 * ms
	for _, tt := range []struct {
		name  string
		times []uint32
		want  []time.Duration // after the first
	}{
		{"ascending", []uint32{5, 6, 8}, []time.Duration{unit, 3 * unit}},
		{"wrap", []uint32{1<<24 - 1, 0, 2}, []time.Duration{unit, 3 * unit}},
		{"reordered over the wrap", []uint32{1<<24 - 1, 1, 1<<24 - 2}, []time.Duration{2 * unit, -unit}},
		{"upper bits are not there", []uint32{5, 6 | 1<<24}, []time.Duration{unit}},
	} {
		var r reader
		first := r.reference(tt.times[0])
		for i, want := range tt.want {
			if got := r.reference(tt.times[i+1]) - first; got != want {
				t.Errorf("%s: time %d is %v after the first, want %v", tt.name, i+1, got, want)
			}
		}
	}
}
