package congestion

import (
	"testing"
	"time"

	"github.com/pion/rtcp"
	"pgregory.net/rapid"
)

const ms = time.Millisecond

// sequences that a sender may begin with: the boundaries of 16 bits.
var firsts = []uint16{0, 1, 32767, 32768, 65534, 65535}

func TestFeedbackOfNothing(t *testing.T) {
	var r Recorder
	if got := r.Feedback(1, 2); got != nil {
		t.Fatalf("before the first packet: %v", got)
	}
	r.Record(7, time.Unix(1, 0))
	if got := r.Feedback(1, 2); len(got) != 1 {
		t.Fatalf("after one packet: %d", len(got))
	}
	if got := r.Feedback(1, 2); got != nil {
		t.Fatalf("nothing new: %v", got)
	}
}

func TestFeedbackBytes(t *testing.T) {
	var r Recorder
	start := time.Unix(100, 0)
	r.Record(0xfffe, start)
	r.Record(0xffff, start.Add(ms))
	r.Record(1, start.Add(101*ms))
	got, err := r.Feedback(0x01020304, 0x05060708)[0].Marshal()
	if err != nil {
		t.Fatal(err)
	}
	want := []byte{
		0xaf, 205, 0, 6, 1, 2, 3, 4, 5, 6, 7, 8, // with padding, format 15, 7 words
		0xff, 0xfe, 0, 4, 0, 0, 0, 0, // base, four packets, reference time 0, feedback 0
		0xd4, 0x80, 0, 4, 0x01, 0x90, 0, 2, // vector 1 1 0 2; 0, 1 ms, 100 ms; padding
	}
	if string(got) != string(want) {
		t.Fatalf("got  %x\nwant %x", got, want)
	}
}

func TestFeedbackInOrder(t *testing.T) {
	for _, first := range firsts {
		g := newRig(t, first)
		for n := range int64(3000) {
			g.after(time.Duration(n%7)*ms+137*time.Microsecond, n)
			if n%50 == 49 {
				g.feedback()
			}
		}
		g.check(0, 2999)
		if g.sender.repeated != 0 || len(g.sender.lost) != 0 {
			t.Fatalf("first %d: %d told again, %d lost", first, g.sender.repeated, len(g.sender.lost))
		}
	}
}

// Losses, one at a time and in gaps of every size that makes another kind of chunk, also across the end of 16 bits.
func TestFeedbackGaps(t *testing.T) {
	for _, gap := range []int64{1, 6, 7, 8, 13, 14, 15, 63, 64, 65, 100, 1000, 2040} {
		for _, first := range firsts {
			g := newRig(t, first)
			n := int64(0)
			for range 3 {
				for range 5 {
					g.after(ms, n)
					n++
				}
				g.feedback()
				n += gap // the gap is between two feedbacks
				g.after(ms, n)
				g.feedback()
				n += 1 + min(gap, 1000) // and within one
				g.after(ms, n)
				n++
				g.after(ms, n)
				n++
			}
			g.feedback()
			g.check(0, n-1)
		}
	}
}

func TestFeedbackReordered(t *testing.T) {
	for _, first := range firsts {
		g := newRig(t, first)
		for _, n := range []int64{3, 1, 2, 0, 5} {
			g.after(3*ms, n)
		}
		g.feedback()
		g.after(ms, 4) // came after 5 was reported and 4 was told as lost
		g.after(ms, 6)
		g.feedback()
		g.after(ms, 1004) // and nobody knows of 7 to 1003
		g.feedback()
		for n := int64(1003); n > 6; n-- {
			g.after(ms/4, n)
		}
		g.feedback()
		g.check(0, 1004)
	}
}

func TestFeedbackDuplicates(t *testing.T) {
	g := newRig(t, 65535)
	for range 3 {
		g.after(10*ms, 0)
		g.after(10*ms, 1)
	}
	g.feedback()
	g.after(10*ms, 0)
	g.after(10*ms, 1)
	if got := g.recorder.Feedback(1, 2); got != nil {
		t.Fatalf("duplicates alone made feedback: %v", got)
	}
	g.check(0, 1)
	if got := g.recorder.Counters().Ignored; got != 6 {
		t.Fatalf("%d ignored, want 6", got)
	}
}

// Deltas at the edges of one byte, of 16 bits, and beyond: then the feedback is split.
func TestFeedbackDeltas(t *testing.T) {
	for _, tt := range []struct {
		delta   time.Duration
		packets int
	}{
		{0, 1}, {tick, 1}, {255 * tick, 1}, {256 * tick, 1}, {32767 * tick, 1}, {32768 * tick, 3}, {time.Minute, 3}, {24 * time.Hour, 3},
	} {
		g := newRig(t, 65534)
		for n := range int64(3) {
			g.after(tt.delta, n)
		}
		if got := len(g.feedback()); got != tt.packets {
			t.Errorf("delta %v: %d packets, want %d", tt.delta, got, tt.packets)
		}
		g.check(0, 2)
	}
}

func TestFeedbackNegativeDeltas(t *testing.T) {
	for _, tt := range []struct {
		delta   time.Duration
		packets int
	}{{tick, 1}, {32768 * tick, 1}, {32769 * tick, 2}, {time.Hour, 2}} {
		g := newRig(t, 0)
		g.after(0, 1)
		g.after(tt.delta, 0)
		if got := len(g.feedback()); got != tt.packets {
			t.Errorf("delta -%v: %d packets, want %d", tt.delta, got, tt.packets)
		}
		g.check(0, 1)
	}
}

// The count of feedback packets has 8 bits, the reference time 24: 12.4 days.
func TestFeedbackWraps(t *testing.T) {
	g := newRig(t, 0)
	n := int64(0)
	for range 600 {
		g.after(20*ms, n)
		g.feedback()
		n++
	}
	g.check(0, n-1)
	wrap := 64 * ms << 24
	for g.now.Sub(g.truth[0]) < wrap-time.Hour {
		g.after(24*time.Hour, n)
		g.feedback()
		n++
		if n == 610 {
			break
		}
	}
	before := n
	for range 30 {
		g.after(12*time.Hour, n)
		g.after(ms, n+1)
		g.feedback()
		n += 2
	}
	if g.now.Sub(g.truth[0]) < wrap {
		t.Fatalf("only %v passed", g.now.Sub(g.truth[0]))
	}
	g.check(before, n-1)
}

// A packet just before the wrap of the reference time and its successors just behind, in one feedback and in two.
func TestFeedbackReferenceWrap(t *testing.T) {
	wrap := 64 * ms << 24
	for _, split := range []bool{false, true} {
		g := newRig(t, 65535)
		g.after(0, 0)
		g.feedback()
		g.after(wrap-100*ms, 1)
		g.feedback()
		g.after(99*ms, 2)
		if split {
			g.feedback()
		}
		g.after(ms, 3)
		g.after(ms, 4)
		g.feedback()
		g.check(1, 4)
	}
}

func TestFeedbackAfterSilence(t *testing.T) {
	for _, jump := range []int64{2046, 2047, 2048, 2049, 10_000, 32_766} {
		g := newRig(t, 65535)
		g.after(ms, 0)
		g.feedback()
		g.after(time.Minute, jump)
		g.after(ms, jump+1)
		if got := len(g.feedback()); got > 2 {
			t.Fatalf("jump %d: %d packets", jump, got)
		}
		g.check(max(1, jump+2-window), jump+1)
		want := uint64(max(0, jump+1-window))
		if got := g.recorder.Counters().Unreported; got != want {
			t.Errorf("jump %d: %d unreported, want %d", jump, got, want)
		}
	}
}

// More than half of the numbers were lost: the sender looks as if it were behind. The second packet in a row proves
// that it is alive.
func TestFeedbackAfterHalfTheNumbers(t *testing.T) {
	for _, jump := range []uint16{32_769, 40_000, 65_536 - window - 8} {
		var r Recorder
		now := time.Unix(1, 0)
		r.Record(100, now)
		r.Feedback(1, 2)
		r.Record(100+jump, now.Add(time.Minute))
		if got := r.Feedback(1, 2); got != nil {
			t.Fatalf("jump %d: one stray packet made feedback", jump)
		}
		for i := range uint16(3) {
			r.Record(101+jump+i, now.Add(time.Minute+time.Duration(i)*ms))
		}
		got := r.Feedback(1, 2)
		if len(got) != 1 {
			t.Fatalf("jump %d: %d packets", jump, len(got))
		}
		cc := decode(t, got[0])
		if cc.BaseSequenceNumber != 101+jump || cc.PacketStatusCount != 3 || len(cc.RecvDeltas) != 3 {
			t.Fatalf("jump %d: %+v", jump, cc)
		}
	}
}

// Old packets that do not follow each other never turn the Recorder back.
func TestFeedbackIgnoresStrays(t *testing.T) {
	g := newRig(t, 0)
	for n := range int64(3000) {
		g.after(ms, n)
		if n > 2500 {
			g.recorder.Record(uint16(n-2400), g.now) // an old one behind every live one
		}
		g.feedback()
	}
	g.check(0, 2999)
	if got := g.recorder.Counters().Ignored; got != 499 {
		t.Fatalf("%d ignored, want 499", got)
	}
}

// Nobody called Feedback for long: at most 8 packets at once, the rest later, and what fell out is counted.
func TestFeedbackIsBounded(t *testing.T) {
	g := newRig(t, 65535)
	g.after(0, 0)
	g.feedback()
	for n := int64(1); n < 5000; n++ {
		g.after(70*ms, n) // large deltas
	}
	total := 0
	for {
		packets := g.feedback()
		if packets == nil {
			break
		}
		if len(packets) > maxPerCall {
			t.Fatalf("%d packets in one call", len(packets))
		}
		total += len(packets)
	}
	if total > 5 {
		t.Fatalf("%d packets for %d arrivals", total, window)
	}
	g.check(5000-window, 4999)
	if got := g.recorder.Counters().Unreported; got != 4999-window {
		t.Fatalf("%d unreported", got)
	}

	g = newRig(t, 0)
	for n := range int64(20) {
		g.after(time.Minute, n) // every delta is too large
	}
	for _, want := range []int{8, 8, 4, 0} {
		if got := len(g.feedback()); got != want {
			t.Fatalf("%d packets, want %d", got, want)
		}
	}
	g.check(0, 19)
}

func TestRecordClockSteppedBack(t *testing.T) {
	var r Recorder
	now := time.Unix(1<<31, 0)
	r.Record(1, now)
	r.Record(2, now.Add(-100*365*24*time.Hour))
	r.Record(3, now)
	newSender().read(t, r.Feedback(1, 2))
}

func TestNoAllocationsPerPacket(t *testing.T) {
	var r Recorder
	now := time.Unix(1, 0)
	sequence := uint16(0)
	if n := testing.AllocsPerRun(1000, func() {
		r.Record(sequence, now)
		sequence += 3
		now = now.Add(ms)
	}); n != 0 {
		t.Errorf("%v allocations per packet", n)
	}
	if n := testing.AllocsPerRun(100, func() {
		for range 50 {
			r.Record(sequence, now)
			sequence++
		}
		r.Feedback(1, 2)
	}); n > 4 {
		t.Errorf("%v allocations per feedback", n)
	}
}

// Packets arrive on one goroutine while another asks for feedback: everything is told exactly once.
func TestRecorderConcurrent(t *testing.T) {
	var r Recorder
	const packets = 1500 // fewer than the window, however the two interleave
	done := make(chan struct{})
	go func() {
		defer close(done)
		now := time.Unix(1, 0)
		for n := range uint16(packets) {
			r.Record(n, now.Add(time.Duration(n)*ms))
		}
	}()
	s := newSender()
	for running := true; running; {
		select {
		case <-done:
			running = false
		default:
		}
		s.read(t, r.Feedback(1, 2))
	}
	if len(s.arrivals) != packets || len(s.lost) != 0 || s.repeated != 0 {
		t.Fatalf("%d told, %d lost, %d repeated", len(s.arrivals), len(s.lost), s.repeated)
	}
}

// Scripts of loss, reordering, duplicates, pauses and feedback: every arrival is told exactly, every loss too.
func TestFeedbackScripts(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		g := newRig(t, rapid.SampledFrom(firsts).Draw(rt, "first"))
		g.after(0, 0)
		n, told := int64(1), int64(0)
		for range rapid.IntRange(1, 400).Draw(rt, "steps") {
			if n-told > window-800 { // what leaves the window untold is another test's: a step takes up to 300, and 400 back
				g.drain()
				told = n
			}
			pause := rapid.SampledFrom([]time.Duration{0, ms / 10, ms, 5 * ms, 63 * ms, 64 * ms, 9 * time.Second}).Draw(rt, "pause")
			switch rapid.IntRange(0, 9).Draw(rt, "step") {
			case 0:
				n += int64(rapid.SampledFrom([]int{1, 2, 7, 14, 65, 300}).Draw(rt, "lost"))
			case 1:
				g.after(pause, max(0, n-1-int64(rapid.IntRange(0, 400).Draw(rt, "late"))))
			case 2:
				g.drain()
				told = n
			default:
				g.after(pause, n)
				n++
			}
		}
		g.drain()
		g.check(0, g.newest)
	})
}

// drain asks for feedback until there is no more, as the calls that follow would.
func (g *rig) drain() {
	for g.feedback() != nil {
	}
}

func decode(t *testing.T, p rtcp.Packet) *rtcp.TransportLayerCC {
	t.Helper()
	raw, err := p.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	var cc rtcp.TransportLayerCC
	if err := cc.Unmarshal(raw); err != nil {
		t.Fatal(err)
	}
	return &cc
}
