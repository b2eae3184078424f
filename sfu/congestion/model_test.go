package congestion

import (
	"encoding/binary"
	"testing"
	"time"

	"github.com/pion/rtcp"
)

// fataler is what testing and rapid have in common.
type fataler interface {
	Helper()
	Fatalf(format string, args ...any)
}

// sender is the other side: it reads feedback as libwebrtc does, and remembers what it was told. Decoding is Pion's.
type sender struct {
	base     int64 // extended, of the last feedback
	count    uint8 // expected in the next feedback
	unit     int64 // reference time of the last feedback, unwrapped, in 64 ms
	started  bool
	arrivals map[int64]time.Duration // per extended number, relative to reference time 0
	lost     map[int64]bool          // told as not received, and not received later
	repeated int                     // told as received again
}

func newSender() *sender {
	return &sender{arrivals: map[int64]time.Duration{}, lost: map[int64]bool{}}
}

// read takes the packets of one Feedback.
func (s *sender) read(t fataler, packets []rtcp.Packet) {
	t.Helper()
	for _, p := range packets {
		raw, err := p.Marshal()
		if err != nil {
			t.Fatalf("marshal: %v", err)
		}
		if len(raw) > maxPacketSize || len(raw)%4 != 0 {
			t.Fatalf("a packet of %d bytes", len(raw))
		}
		var cc rtcp.TransportLayerCC
		if err := cc.Unmarshal(raw); err != nil {
			t.Fatalf("decode %x: %v", raw, err)
		}
		s.readOne(t, raw, &cc)
	}
}

func (s *sender) readOne(t fataler, raw []byte, cc *rtcp.TransportLayerCC) {
	t.Helper()
	if cc.PacketStatusCount == 0 {
		t.Fatalf("an empty feedback: libwebrtc refuses it")
	}
	if cc.FbPktCount != s.count {
		t.Fatalf("feedback count %d, want %d", cc.FbPktCount, s.count)
	}
	s.count++
	if !s.started {
		s.started = true
		s.base = 1<<20 + int64(cc.BaseSequenceNumber)
		s.unit = int64(cc.ReferenceTime)
	}
	s.base += int64(int16(cc.BaseSequenceNumber - uint16(s.base)))
	s.unit += int64(int32((cc.ReferenceTime-uint32(s.unit))<<8) >> 8)

	symbols := decodeSymbols(t, cc)
	if symbols[len(symbols)-1] == 0 {
		t.Fatalf("the last packet of a feedback is told as lost: it is not known yet")
	}
	at := time.Duration(s.unit) * 64 * time.Millisecond
	deltas := cc.RecvDeltas
	for i, symbol := range symbols {
		n := s.base + int64(i)
		if symbol == 0 {
			if _, ok := s.arrivals[n]; !ok {
				s.lost[n] = true
			}
			continue
		}
		at += time.Duration(deltas[0].Delta) * time.Microsecond
		deltas = deltas[1:]
		if before, ok := s.arrivals[n]; ok {
			s.repeated++
			if before != at {
				t.Fatalf("packet %d was told at %v and again at %v", n, before, at)
			}
		}
		s.arrivals[n] = at
		delete(s.lost, n)
	}
	if len(deltas) != 0 {
		t.Fatalf("%d deltas too many", len(deltas))
	}
	checkEnd(t, raw, cc)
}

// checkEnd verifies the length and the padding, which Pion does not: libwebrtc does.
func checkEnd(t fataler, raw []byte, cc *rtcp.TransportLayerCC) {
	t.Helper()
	size := headerSize + 2*len(cc.PacketChunks)
	for _, d := range cc.RecvDeltas {
		size++
		if d.Type == rtcp.TypeTCCPacketReceivedLargeDelta {
			size++
		}
	}
	padding := len(raw) - size
	if padding < 0 || padding > 3 || cc.Header.Padding != (padding > 0) || padding > 0 && int(raw[len(raw)-1]) != padding {
		t.Fatalf("%d bytes of padding, flag %v, last byte %d", padding, cc.Header.Padding, raw[len(raw)-1])
	}
	if want := 4 * (int(binary.BigEndian.Uint16(raw[2:])) + 1); want != len(raw) {
		t.Fatalf("length field says %d bytes of %d", want, len(raw))
	}
}

// decodeSymbols unpacks the chunks.
func decodeSymbols(t fataler, cc *rtcp.TransportLayerCC) []uint16 {
	t.Helper()
	var symbols []uint16
	for _, c := range cc.PacketChunks {
		switch c := c.(type) {
		case *rtcp.RunLengthChunk:
			for range c.RunLength {
				symbols = append(symbols, c.PacketStatusSymbol)
			}
		case *rtcp.StatusVectorChunk:
			symbols = append(symbols, c.SymbolList...)
		}
	}
	if len(symbols) < int(cc.PacketStatusCount) || len(symbols)-int(cc.PacketStatusCount) >= oneBitCount {
		t.Fatalf("%d symbols for %d packets", len(symbols), cc.PacketStatusCount)
	}
	return symbols[:cc.PacketStatusCount]
}

// rig drives a Recorder and its sender over a virtual clock, and knows the truth.
type rig struct {
	t        *testing.T
	recorder Recorder
	sender   *sender
	now      time.Time
	first    uint16
	truth    map[int64]time.Time // per number above first
	newest   int64
}

func newRig(t *testing.T, first uint16) *rig {
	start := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	return &rig{t: t, sender: newSender(), now: start, first: first, truth: map[int64]time.Time{}}
}

// after lets time pass, then the packet with this number above the first arrives.
func (g *rig) after(d time.Duration, n int64) {
	g.now = g.now.Add(d)
	if _, ok := g.truth[n]; !ok {
		g.truth[n] = g.now
	}
	g.newest = max(g.newest, n)
	g.recorder.Record(g.first+uint16(n), g.now)
}

func (g *rig) feedback() []rtcp.Packet {
	g.t.Helper()
	packets := g.recorder.Feedback(1, 2)
	g.sender.read(g.t, packets)
	return packets
}

// check compares what the sender was told with the truth, between the two numbers.
func (g *rig) check(from, to int64) {
	g.t.Helper()
	var reference time.Duration
	var origin time.Time
	for n := from; n <= to; n++ {
		key := 1<<20 + int64(g.first) + n
		arrival, came := g.truth[n]
		told, ok := g.sender.arrivals[key]
		if came != ok {
			g.t.Fatalf("packet %d: came %v, told %v", n, came, ok)
		}
		if !came {
			if !g.sender.lost[key] {
				g.t.Fatalf("packet %d was lost, and nobody said so", n)
			}
			continue
		}
		if origin.IsZero() {
			origin, reference = arrival, told
		}
		if off := told - reference - arrival.Sub(origin); off > tick || off < -tick {
			g.t.Fatalf("packet %d is told %v off", n, off)
		}
	}
}
