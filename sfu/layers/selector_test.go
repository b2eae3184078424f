package layers

import "testing"

// line is one line of a script for a selector: a target, a reset, or a packet with the verdict to expect.
type line struct {
	target  *Layer
	reset   bool
	packet  Packet
	verdict Verdict
	current Layer
	reason  Reason
}

func target(spatial, temporal int8, current Layer, reason Reason) line {
	return line{target: &Layer{spatial, temporal}, current: current, reason: reason}
}

func packet(p Packet, verdict Verdict, current Layer, reason Reason) line {
	return line{packet: p, verdict: verdict, current: current, reason: reason}
}

// single returns the only packet of a frame. The timestamp follows from the number, so that frames differ.
func single(encoding int8, sequence uint64, temporal int8) Packet {
	return Packet{
		Encoding: encoding, Sequence: sequence, Timestamp: uint32(sequence) * 3000, Temporal: temporal,
		Start: true, End: true, SwitchUp: temporal == 0,
	}
}

func key(encoding int8, sequence uint64) Packet {
	p := single(encoding, sequence, 0)
	p.Keyframe = true
	return p
}

func sync(encoding int8, sequence uint64, temporal int8) Packet {
	p := single(encoding, sequence, temporal)
	p.SwitchUp = true
	return p
}

// piece returns a packet of a frame of several: those with the same timestamp.
func piece(sequence uint64, timestamp uint32, temporal int8) Packet {
	return Packet{Sequence: sequence, Timestamp: timestamp, Temporal: temporal}
}

var (
	low  = Layer{0, MaxTemporal}
	high = Layer{2, MaxTemporal}
)

var selectorTests = map[string][]line{
	"nothing flows before a target": {
		packet(key(0, 1), Ignore, None, Paused),
		packet(single(0, 2, 0), Ignore, None, Paused),
	},
	"a start waits for a keyframe": {
		target(0, 7, None, WaitingForKeyframe),
		packet(single(0, 1, 0), Ignore, None, WaitingForKeyframe),
		packet(key(0, 2), Switch, low, OnTarget),
		packet(single(0, 3, 1), Forward, low, OnTarget),
	},
	"only the first packet of a keyframe starts": {
		target(0, 7, None, WaitingForKeyframe),
		packet(Packet{Sequence: 5, Keyframe: true}, Ignore, None, WaitingForKeyframe),
		packet(Packet{Sequence: 6, Start: true}, Ignore, None, WaitingForKeyframe),
	},
	"a keyframe that begins late does not start": {
		target(0, 7, None, WaitingForKeyframe),
		packet(piece(11, 33, 0), Ignore, None, WaitingForKeyframe),
		packet(key(0, 10), Ignore, None, WaitingForKeyframe),
		packet(key(0, 12), Switch, low, OnTarget),
	},
	"a restarted encoding is not late": {
		target(0, 7, None, WaitingForKeyframe),
		packet(single(0, 90_000, 0), Ignore, None, WaitingForKeyframe),
		packet(key(0, 70_000), Switch, low, OnTarget),
	},
	"packets from before the start are ignored": {
		target(0, 7, None, WaitingForKeyframe),
		packet(key(0, 10), Switch, low, OnTarget),
		packet(single(0, 9, 0), Ignore, low, OnTarget),
	},
	"a keyframe of the current encoding is no switch": {
		target(0, 7, None, WaitingForKeyframe),
		packet(key(0, 10), Switch, low, OnTarget),
		packet(key(0, 11), Forward, low, OnTarget),
	},
	"the old encoding flows until the new one's keyframe, and then no more": {
		target(0, 7, None, WaitingForKeyframe),
		packet(key(0, 10), Switch, low, OnTarget),
		target(2, 7, low, WaitingForKeyframe),
		packet(single(2, 500, 0), Ignore, low, WaitingForKeyframe),
		packet(single(0, 11, 0), Forward, low, WaitingForKeyframe),
		packet(key(0, 12), Forward, low, WaitingForKeyframe),
		packet(key(1, 900), Ignore, low, WaitingForKeyframe),
		packet(key(2, 501), Switch, high, OnTarget),
		packet(single(0, 13, 0), Ignore, high, OnTarget),
		packet(key(0, 14), Ignore, high, OnTarget),
		packet(single(2, 502, 0), Forward, high, OnTarget),
	},
	"a switch that is no longer wanted does not happen": {
		target(0, 7, None, WaitingForKeyframe),
		packet(key(0, 10), Switch, low, OnTarget),
		target(2, 7, low, WaitingForKeyframe),
		target(0, 7, low, OnTarget),
		packet(key(2, 501), Ignore, low, OnTarget),
	},
	"a start takes a smaller encoding, never a larger one": {
		target(1, 7, None, WaitingForKeyframe),
		packet(key(2, 1), Ignore, None, WaitingForKeyframe),
		packet(key(0, 1), Switch, low, WaitingForKeyframe),
		packet(key(1, 1), Switch, Layer{1, 7}, OnTarget),
	},
	"None pauses at once, and resuming needs a keyframe": {
		target(0, 7, None, WaitingForKeyframe),
		packet(key(0, 10), Switch, low, OnTarget),
		target(-1, -1, None, Paused),
		packet(single(0, 11, 0), Ignore, None, Paused),
		packet(key(0, 12), Ignore, None, Paused),
		target(0, 7, None, WaitingForKeyframe),
		packet(single(0, 13, 0), Ignore, None, WaitingForKeyframe),
		packet(key(0, 14), Switch, low, OnTarget),
	},
	"after a reset a keyframe of the same encoding is a switch": {
		target(0, 7, None, WaitingForKeyframe),
		packet(key(0, 10), Switch, low, OnTarget),
		{reset: true, current: None, reason: WaitingForKeyframe},
		packet(single(0, 11, 0), Ignore, None, WaitingForKeyframe),
		packet(key(0, 5), Ignore, None, WaitingForKeyframe),
		packet(key(0, 12), Switch, low, OnTarget),
	},
	"a reset forgets the numbers": {
		target(0, 7, None, WaitingForKeyframe),
		packet(key(0, 10), Switch, low, OnTarget),
		{reset: true, current: None, reason: WaitingForKeyframe},
		packet(key(0, 5), Switch, low, OnTarget),
	},
	"a reset while paused stays paused": {
		{reset: true, current: None, reason: Paused},
		packet(key(0, 5), Ignore, None, Paused),
	},
	"temporal layers go down at the next frame": {
		target(0, 7, None, WaitingForKeyframe),
		packet(key(0, 10), Switch, low, OnTarget),
		packet(piece(11, 5, 2), Forward, low, OnTarget),
		target(0, 1, low, WaitingForFrame),
		packet(piece(12, 5, 2), Forward, low, WaitingForFrame),
		packet(single(0, 13, 0), Forward, Layer{0, 1}, OnTarget),
		packet(single(0, 14, 2), Drop, Layer{0, 1}, OnTarget),
		packet(single(0, 15, 1), Forward, Layer{0, 1}, OnTarget),
	},
	"late packets get the verdict of their frame": {
		target(0, 7, None, WaitingForKeyframe),
		packet(key(0, 10), Switch, low, OnTarget),
		packet(piece(11, 5, 2), Forward, low, OnTarget),
		target(0, 0, low, WaitingForFrame),
		packet(piece(15, 6, 1), Drop, Layer{0, 0}, OnTarget), // the frame's 2nd packet, its 1st is 14
		packet(piece(13, 5, 2), Forward, Layer{0, 0}, OnTarget),
		packet(piece(14, 6, 1), Drop, Layer{0, 0}, OnTarget),
		packet(piece(12, 5, 2), Forward, Layer{0, 0}, OnTarget),
	},
	"temporal layers go up one by one, each where it may begin": {
		target(0, 0, None, WaitingForKeyframe),
		packet(key(0, 10), Switch, Layer{0, 0}, OnTarget),
		packet(single(0, 11, 2), Drop, Layer{0, 0}, OnTarget),
		target(0, 2, Layer{0, 0}, WaitingForSwitchUp),
		packet(single(0, 12, 0), Forward, Layer{0, 0}, WaitingForSwitchUp),
		packet(single(0, 13, 1), Drop, Layer{0, 0}, WaitingForSwitchUp),
		packet(sync(0, 14, 2), Drop, Layer{0, 0}, WaitingForSwitchUp),
		packet(sync(0, 15, 1), Forward, Layer{0, 1}, WaitingForSwitchUp),
		packet(single(0, 16, 2), Drop, Layer{0, 1}, WaitingForSwitchUp),
		packet(sync(0, 17, 2), Forward, Layer{0, 2}, OnTarget),
		packet(single(0, 13, 2), Drop, Layer{0, 2}, OnTarget),
	},
	"a keyframe brings all temporal layers": {
		target(0, 0, None, WaitingForKeyframe),
		packet(key(0, 10), Switch, Layer{0, 0}, OnTarget),
		packet(single(0, 11, 2), Drop, Layer{0, 0}, OnTarget),
		target(0, 7, Layer{0, 0}, WaitingForSwitchUp),
		packet(key(0, 12), Forward, low, OnTarget),
		packet(single(0, 13, 2), Forward, low, OnTarget),
	},
	"what was never withheld needs no switch-up point": {
		target(0, 0, None, WaitingForKeyframe),
		packet(key(0, 10), Switch, Layer{0, 0}, OnTarget),
		target(0, 7, Layer{0, 0}, WaitingForSwitchUp),
		packet(single(0, 12, 0), Forward, low, OnTarget),
		packet(single(0, 11, 1), Forward, low, OnTarget), // late
		packet(single(0, 13, 1), Forward, low, OnTarget),
	},
	"the topmost layer that there is counts as all": {
		target(0, 0, None, WaitingForKeyframe),
		packet(key(0, 10), Switch, Layer{0, 0}, OnTarget),
		packet(single(0, 11, 1), Drop, Layer{0, 0}, OnTarget),
		target(0, 7, Layer{0, 0}, WaitingForSwitchUp),
		packet(sync(0, 13, 1), Forward, Layer{0, 1}, WaitingForSwitchUp),
		packet(single(0, 14, 0), Forward, low, OnTarget),
		packet(single(0, 12, 1), Drop, low, OnTarget), // late, from before layer 1 began
	},
	"audio flows from its first packet": {
		target(0, 7, None, WaitingForKeyframe),
		packet(key(0, 1), Switch, low, OnTarget),
		packet(key(0, 2), Forward, low, OnTarget),
		packet(key(0, 4), Forward, low, OnTarget),
		packet(key(0, 3), Forward, low, OnTarget),
	},
	"encodings out of range are ignored": {
		target(0, 7, None, WaitingForKeyframe),
		packet(key(-1, 1), Ignore, None, WaitingForKeyframe),
		packet(key(MaxEncodings, 1), Ignore, None, WaitingForKeyframe),
	},
}

func TestSelector(t *testing.T) {
	for name, script := range selectorTests {
		for _, base := range []uint64{0, 1<<16 + 65524, 1 << 40} {
			t.Run(name, func(t *testing.T) { playScript(t, script, base) })
		}
	}
}

func playScript(t *testing.T, script []line, base uint64) {
	var s Selector
	for i, l := range script {
		switch {
		case l.target != nil:
			s.SetTarget(*l.target)
			if s.Target() != *l.target {
				t.Fatalf("line %d: target %v, want %v", i, s.Target(), *l.target)
			}
		case l.reset:
			s.Reset()
		default:
			l.packet.Sequence += base
			if got := s.Next(l.packet); got != l.verdict {
				t.Fatalf("line %d: %v for %+v, want %v", i, got, l.packet, l.verdict)
			}
		}
		if s.Current() != l.current || s.Reason() != l.reason {
			t.Fatalf("line %d: current %v, %v; want %v, %v", i, s.Current(), s.Reason(), l.current, l.reason)
		}
		encoding, ok := s.NeedsKeyframe()
		if ok != (l.reason == WaitingForKeyframe) || ok && encoding != s.Target().Spatial {
			t.Fatalf("line %d: needs a keyframe of %d: %v", i, encoding, ok)
		}
	}
}

func TestTargetIsClamped(t *testing.T) {
	for _, c := range []struct{ set, want Layer }{
		{Layer{1, -1}, Layer{1, 0}},
		{Layer{1, 8}, Layer{1, MaxTemporal}},
		{Layer{-1, 3}, None},
		{Layer{-128, 0}, None},
	} {
		var s Selector
		s.SetTarget(c.set)
		if s.Target() != c.want {
			t.Errorf("target %v became %v, want %v", c.set, s.Target(), c.want)
		}
	}
}

// TestForgottenSteps holds that after more changes than are remembered a very late packet is forwarded only where it is
// sure to be wanted.
func TestForgottenSteps(t *testing.T) {
	var s Selector
	s.SetTarget(Layer{0, MaxTemporal})
	n := uint64(100)
	s.Next(key(0, n))
	for range maxSteps {
		for _, l := range []Layer{{0, 0}, {0, 1}} {
			n += 2
			s.SetTarget(l)
			s.Next(sync(0, n, 1))
		}
	}
	if got := s.Next(single(0, 101, 1)); got != Drop {
		t.Errorf("a forgotten frame of layer 1: %v", got)
	}
	if got := s.Next(single(0, 103, 0)); got != Forward {
		t.Errorf("a forgotten frame of layer 0: %v", got)
	}
}

func TestNames(t *testing.T) {
	seen := map[string]bool{}
	for v := Ignore; v <= Climb; v++ {
		seen[v.String()] = true
	}
	for r := Paused; r <= OnTarget; r++ {
		seen[r.String()] = true
	}
	if len(seen) != 11 || seen[Verdict(9).String()] || seen[Reason(9).String()] {
		t.Errorf("names are not unique: %v", seen)
	}
}

func TestNextAllocatesNothing(t *testing.T) {
	var s Selector
	n := uint64(1)
	s.SetTarget(high)
	if allocs := testing.AllocsPerRun(1000, func() {
		p := sync(int8(n%3), n, int8(n%3))
		p.Keyframe = n%50 == 0
		s.SetTarget(Layer{2, int8(n % 4)})
		s.Next(p)
		n++
	}); allocs != 0 {
		t.Errorf("%v allocations per packet", allocs)
	}
}

func BenchmarkNext(b *testing.B) {
	var s Selector
	s.SetTarget(low)
	s.Next(key(0, 1))
	n := uint64(2)
	for b.Loop() {
		s.Next(single(0, n, int8(n&1)))
		n++
	}
}
