package oracle

import "testing"

// recovery is how many frames it takes at most until what was lost has come again. Who turned to something else by then
// does not get it any more.
const recovery = 8

// judge says what must hold before anything is decoded.
func judge(t *testing.T, trial *trial, frames []shown, skipped map[int]int) {
	t.Helper()
	lossy := trial.network.loss > 0
	switches, lost, last := 0, 0, len(frames)
	for i := len(frames) - 1; i > 0; i-- { // last is where the next switch is
		before, now := &frames[i-1], &frames[i]
		if int32(now.timestamp-before.timestamp) <= 0 {
			t.Fatalf("frame %d: the timestamp goes from %d to %d", i, before.timestamp, now.timestamp)
		}
		same := now.origin.publication == before.origin.publication && now.origin.encoding == before.origin.encoding
		if !same {
			switches++
		}
		goesOn := same && now.epoch == before.epoch
		if !goesOn {
			last = i
		}
		if !goesOn && now.origin.frame%keyframeEvery != 0 {
			t.Fatalf("after %v begins %v, which is no keyframe", before.origin, now.origin)
		}
		lost += skipped[i]
		step := (now.origin.frame - before.origin.frame + loop) % loop
		switch {
		case skipped[i] > 0 && (!lossy || last-i > recovery):
			t.Errorf("%d frames are not whole between %v and %v", skipped[i], before.origin, now.origin)
		case skipped[i] == 0 && goesOn && (step < 1 || step > len(temporalOrder)): // the base layer is every fourth frame
			t.Errorf("%v follows %v", now.origin, before.origin)
		case !lossy && now.numbers != nil:
			continuous(t, i, before.numbers, now.numbers)
		}
	}
	if switches < wantSwitches {
		t.Errorf("%d switches, want %d", switches, wantSwitches)
	}
	if share := float64(lost) / float64(len(frames)); share > 0.05 {
		t.Errorf("%.1f %% of the frames were not whole", share*100)
	}
	t.Logf("%d frames, %d switches; %d frames before switches were not whole", len(frames), switches, lost)
}

// continuous holds the numbers of two successive pictures together (RFC 7741 4.2).
func continuous(t *testing.T, i int, a, b *numbers) {
	t.Helper()
	tl0, key := a.tl0, a.keyidx
	if b.temporal == 0 {
		tl0++
	}
	if b.keyframe {
		key = (key + 1) & 0x1f
	}
	if b.picture != (a.picture+1)&0x7fff || b.tl0 != tl0 || b.keyidx != key {
		t.Errorf("frame %d: after %+v comes %+v", i, *a, *b)
	}
}

// decodeAll decodes what the receiver got and holds every picture against the publisher's own.
func decodeAll(t *testing.T, publications [][]*media, frames []shown) {
	t.Helper()
	want := map[*media][]picture{}
	for _, encodings := range publications {
		for _, m := range encodings {
			want[m] = pictures(t, m)
		}
	}
	data := make([][]byte, len(frames))
	for i := range frames {
		data[i] = frames[i].data
	}
	mediaOf := func(i int) *media {
		o := frames[i].origin
		return publications[o.publication][o.encoding]
	}
	wrong := 0
	size := func(i int) (int, int) { m := mediaOf(i); return m.width, m.height }
	decode(t, publications[0][0].fourcc, data, size, func(i int, p picture) {
		if p != want[mediaOf(i)][frames[i].origin.frame] {
			if wrong++; wrong <= 5 {
				t.Errorf("picture %d is not %v as its publisher sees it", i, frames[i].origin)
			}
		}
	})
	if wrong > 0 {
		t.Errorf("%d of %d pictures are wrong", wrong, len(frames))
	}
}
