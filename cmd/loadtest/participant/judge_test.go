package participant

import (
	"maps"
	"testing"

	"pgregory.net/rapid"
)

// tape is a flawless stream of packets in order, to be spoilt.
func tape(frames int, keys ...int) []arrival {
	v := testSource(patternL1T3)
	v.layer.Kbps = 800
	var packets []arrival
	sequence, timestamp := uint64(70000), uint32(1<<32-5000)
	for i := range frames {
		key := false
		for _, k := range keys {
			key = key || k == i
		}
		f := v.next(key)
		for k := range int(f.stamp.Count) {
			payload, _ := f.appendPacket(nil, k, 1)
			a := arrival{sequence: sequence, timestamp: timestamp, marker: k == int(f.stamp.Count)-1}
			if err := readVP8(payload, &a.picture); err != nil {
				panic(err)
			}
			packets = append(packets, a)
			sequence++
		}
		timestamp += 3000
	}
	return packets
}

// play judges a tape and returns what was found.
func play(packets []arrival) (faults map[string]uint64, frames, undecodable int) {
	var j judge
	for i := range packets {
		if i > 0 && packets[i].sequence != packets[i-1].sequence+1 {
			j.lost()
		}
		f := j.video(&packets[i])
		if f.frame {
			frames++
		}
		if f.undecodable {
			undecodable++
		}
	}
	faults = map[string]uint64{}
	for f, n := range j.faults {
		if n > 0 {
			faults[Fault(f).String()] = n
		}
	}
	return faults, frames, undecodable
}

func TestFlawlessTape(t *testing.T) {
	faults, frames, undecodable := play(tape(300, 50, 51, 123))
	if len(faults) > 0 || frames != 300 || undecodable > 0 {
		t.Errorf("faults %v, %d frames, %d undecodable", faults, frames, undecodable)
	}
}

// frameStart returns the place of the first packet of frame n.
func frameStart(packets []arrival, n int) int {
	for i := range packets {
		if int(packets[i].picture.stamp.Frame) == n && packets[i].picture.start {
			return i
		}
	}
	panic("no such frame")
}

// without removes the packets of the frames for which drop is true and closes the gap in the numbers, as a forwarder
// does on purpose, and optionally in the pictures' numbers.
func without(packets []arrival, drop func(Stamp, uint8) bool, pictures bool) []arrival {
	var kept []arrival
	gone, goneFrames := uint64(0), uint16(0)
	for _, a := range packets {
		if drop(a.picture.stamp, a.picture.temporal) {
			gone++
			if a.picture.start && pictures {
				goneFrames++
			}
			continue
		}
		a.sequence -= gone
		a.picture.picture = (a.picture.picture - goneFrames) & 0x7fff
		kept = append(kept, a)
	}
	return kept
}

// Each row spoils the tape in one way; exactly that must be found.
func TestFaultsAreFound(t *testing.T) {
	one := func(f Fault) map[string]uint64 { return map[string]uint64{f.String(): 1} }
	clean := map[string]uint64{}
	rows := []struct {
		name  string
		spoil func([]arrival) []arrival
		want  map[string]uint64
	}{
		{"temporal layers above 0 left out", func(p []arrival) []arrival {
			return without(p, func(_ Stamp, temporal uint8) bool { return temporal > 0 }, true)
		}, clean},
		{"layer 2 left out", func(p []arrival) []arrival {
			return without(p, func(_ Stamp, temporal uint8) bool { return temporal == 2 }, true)
		}, clean},
		{"layer 2 left out, picture numbers not closed", func(p []arrival) []arrival {
			return without(p, func(s Stamp, _ uint8) bool { return s.Frame == 5 }, false)
		}, one(FaultPictureID)},
		{"a frame of layer 1 left out that another needs", func(p []arrival) []arrival {
			return without(p, func(s Stamp, _ uint8) bool { return s.Frame == 6 }, true)
		}, one(FaultReference)},
		{"begins in the middle", func(p []arrival) []arrival { return p[frameStart(p, 4):] }, one(FaultNoKeyframe)},
		{"another encoding without a keyframe", func(p []arrival) []arrival {
			for i := frameStart(p, 8); i < len(p); i++ {
				p[i].picture.stamp.Encoding = 2
			}
			return p
		}, one(FaultNoKeyframe)},
		{"time stands still", func(p []arrival) []arrival {
			for i := frameStart(p, 9); i < len(p); i++ {
				p[i].timestamp -= 3000
			}
			return p
		}, one(FaultMarker)},
		{"time goes back", func(p []arrival) []arrival {
			for i := frameStart(p, 9); i < len(p); i++ {
				p[i].timestamp -= 30000
			}
			return p
		}, one(FaultTimestamp)},
		{"a marker in the middle", func(p []arrival) []arrival { p[0].marker = true; return p[:2] },
			map[string]uint64{FaultMarker.String(): 2, FaultNoStart.String(): 1}},
		{"the marker is missing", func(p []arrival) []arrival {
			p[frameStart(p, 3)-1].marker = false
			return p[:frameStart(p, 3)+1]
		}, map[string]uint64{FaultMarker.String(): 1, FaultNoMarker.String(): 1}},
		{"two packets changed places", func(p []arrival) []arrival {
			p[1].picture, p[2].picture = p[2].picture, p[1].picture
			return p[:frameStart(p, 1)]
		}, map[string]uint64{FaultOrder.String(): 3}},
		{"layer 0 number jumps", func(p []arrival) []arrival {
			for i := frameStart(p, 8); i < len(p); i++ {
				p[i].picture.tl0 += 3
			}
			return p
		}, one(FaultTL0PICIDX)},
		{"keyframe number changes elsewhere", func(p []arrival) []arrival {
			for i := frameStart(p, 8); i < len(p); i++ {
				p[i].picture.idx = (p[i].picture.idx + 1) & 0x1f
			}
			return p
		}, one(FaultKEYIDX)},
	}
	for _, row := range rows {
		if got, _, _ := play(row.spoil(tape(20))); !maps.Equal(got, row.want) {
			t.Errorf("%s: found %v, want %v", row.name, got, row.want)
		}
	}
}

// Losses are no faults, wherever they hit; after a keyframe everything can be shown again.
func TestLossIsNoFault(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		packets := tape(60, 40)
		last := frameStart(packets, 40)
		var kept []arrival
		lost := 0
		for i, a := range packets {
			if i > 0 && i < last && rapid.IntRange(0, 15).Draw(t, "lose") == 0 {
				lost++
				continue
			}
			kept = append(kept, a)
		}
		faults, frames, undecodable := play(kept)
		if len(faults) > 0 {
			t.Fatalf("%d losses made faults %v", lost, faults)
		}
		if frames < 20 || frames+undecodable > 60 {
			t.Fatalf("%d frames, %d undecodable of 60", frames, undecodable)
		}
	})
}

func TestOwnMediaIsAFault(t *testing.T) {
	j := judge{own: map[uint32]bool{7: true}}
	packets := tape(1)
	j.video(&packets[0])
	if j.faults[FaultEcho] != 1 {
		t.Error("an echo was not found")
	}
}

func TestSoundIsJudged(t *testing.T) {
	at := func(n uint32, timestamp uint32) *arrival {
		a := &arrival{timestamp: timestamp}
		a.picture.stamp = Stamp{Origin: 1, Frame: n, Reference: n, Count: 1}
		return a
	}
	var j judge
	j.audio(at(1, 1<<32-500))
	j.audio(at(2, 460))
	if f := j.audio(at(9, 5000)); !f.frame || f.switched { // muted in between
		t.Errorf("found %+v", f)
	}
	if j.faults != [faults]uint64{} {
		t.Errorf("faults in flawless sound: %v", j.faults)
	}
	j.audio(at(9, 5960))
	j.audio(at(10, 5960))
	if j.faults[FaultOrder] != 1 || j.faults[FaultTimestamp] != 1 {
		t.Errorf("faults: %v", j.faults)
	}
}
