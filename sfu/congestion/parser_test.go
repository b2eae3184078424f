package congestion

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/pion/rtcp"
)

// symbolsOf returns the statuses of a feedback, one for each packet.
func symbolsOf(cc *rtcp.TransportLayerCC) (all []uint16) {
	for _, c := range cc.PacketChunks {
		switch c := c.(type) {
		case *rtcp.RunLengthChunk:
			for range c.RunLength {
				all = append(all, c.PacketStatusSymbol)
			}
		case *rtcp.StatusVectorChunk:
			all = append(all, c.SymbolList...)
		}
	}
	return all[:min(len(all), int(cc.PacketStatusCount))]
}

// What is read is what another reader reads, and reading it again and again allocates nothing.
func TestParserReadsTheSame(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	var r Recorder
	var p Parser
	var last []byte
	now, number, read := time.Unix(1, 0), uint16(65_000), 0
	for range 300 {
		loss, pause := random.IntN(3)*random.IntN(20), 1+random.IntN(100)
		for range 1 + random.IntN(200) {
			number++
			now = now.Add(time.Duration(random.IntN(pause)) * ms)
			if random.IntN(100) >= loss {
				r.Record(number, now.Add(time.Duration(random.IntN(20)-10)*ms))
			}
		}
		for _, packet := range r.Feedback(1, 2) {
			raw, err := packet.Marshal()
			if err != nil {
				t.Fatal(err)
			}
			var want rtcp.TransportLayerCC
			if err := want.Unmarshal(raw); err != nil {
				t.Fatal(err)
			}
			got, err := p.Parse(raw)
			if err != nil {
				t.Fatal(err)
			}
			same(t, got, &want)
			for cut := range len(raw) {
				_, _ = p.Parse(raw[:cut])
			}
			last = raw
			read++
		}
	}
	if n := testing.AllocsPerRun(100, func() { _, _ = p.Parse(last) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
	if read < 300 {
		t.Errorf("only %d were read: nothing was proved", read)
	}
}

func same(t *testing.T, got, want *rtcp.TransportLayerCC) {
	t.Helper()
	if got.SenderSSRC != want.SenderSSRC || got.MediaSSRC != want.MediaSSRC || got.BaseSequenceNumber != want.BaseSequenceNumber ||
		got.PacketStatusCount != want.PacketStatusCount || got.ReferenceTime != want.ReferenceTime || got.FbPktCount != want.FbPktCount {
		t.Fatalf("%+v, want %+v", got, want)
	}
	a, b := symbolsOf(got), symbolsOf(want)
	if len(a) != len(b) || len(got.RecvDeltas) != len(want.RecvDeltas) {
		t.Fatalf("%d statuses and %d times, want %d and %d", len(a), len(got.RecvDeltas), len(b), len(want.RecvDeltas))
	}
	for i := range a {
		if a[i] != b[i] {
			t.Fatalf("packet %d has status %d, want %d", i, a[i], b[i])
		}
	}
	for i, d := range want.RecvDeltas {
		if *got.RecvDeltas[i] != *d {
			t.Fatalf("time %d is %+v, want %+v", i, got.RecvDeltas[i], d)
		}
	}
}
