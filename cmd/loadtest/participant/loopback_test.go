package participant

import (
	"context"
	"maps"
	"sync/atomic"
	"testing"
	"time"

	"salon/signaling/protocol"
)

func testContext(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	t.Cleanup(cancel)
	return ctx
}

func join(t *testing.T, o Options) *Participant {
	t.Helper()
	p, err := Join(testContext(t), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
	return p
}

// withoutEcho removes the faults that the mirror itself causes: it reflects, and it may begin in the middle of a stream
// since Pion binds its slots a little later than its receivers.
func withoutEcho(faults map[string]uint64) map[string]uint64 {
	rest := maps.Clone(faults)
	delete(rest, FaultEcho.String())
	if rest[FaultNoKeyframe.String()] == 1 {
		delete(rest, FaultNoKeyframe.String())
	}
	return rest
}

// What a participant sends must be what Pion, an independent receiver, understands: mid and rid lead to tracks, and what
// comes back through a second Pion is judged flawless.
func TestMediaSurvivesAnIndependentPeer(t *testing.T) {
	m := newMirror(t)
	p := join(t, Options{
		URL: m.server.URL, Room: "r", Name: "loop", Publish: Publish{Microphone: true, Camera: true}, VideoSlots: 1, AudioSlots: 1,
	})
	stats, err := p.Await(testContext(t), func(s Stats, _ State) bool {
		return len(s.Slots) == 2 && s.Slots[0].Frames >= 50 && s.Slots[1].Frames >= 45 && s.Sent.Reports > 0
	})
	if err != nil {
		t.Fatalf("%v: %+v", err, stats)
	}
	for _, slot := range stats.Slots {
		if rest := withoutEcho(slot.Faults); len(rest) > 0 || slot.Lost > 0 || slot.Duplicates > 0 {
			t.Errorf("%s: faults %v, %d lost, %d twice", slot.Kind, rest, slot.Lost, slot.Duplicates)
		}
		if slot.Delay.Count() == 0 || slot.Delay.Quantile(0.5) > time.Second {
			t.Errorf("%s: delay p50 %v of %d packets", slot.Kind, slot.Delay.Quantile(0.5), slot.Delay.Count())
		}
		if slot.SenderReports == 0 && stats.Times.Connected.Before(time.Now().Add(-3*time.Second)) {
			t.Errorf("%s: no sender reports", slot.Kind)
		}
	}
	if video := stats.Slots[1]; video.Width != 1280 || video.Height != 720 || video.Encoding != 2 {
		t.Errorf("the slot shows %dx%d of encoding %d", video.Width, video.Height, video.Encoding)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if want := map[string]int{"": 1, "q": 1, "h": 1, "f": 1}; !maps.Equal(m.rids, want) {
		t.Errorf("Pion saw the tracks %v, want %v", m.rids, want)
	}
	if stats.Strangers > 0 {
		t.Errorf("%d packets of SSRCs that the answer does not name", stats.Strangers)
	}
}

// Lost packets on the way up are asked for by Pion's NACK and answered by RTX; those on the way down by our NACK and
// Pion's RTX. In the end nothing is missing.
func TestRetransmissionBothWays(t *testing.T) {
	m := newMirror(t)
	var lostOut, lostIn atomic.Int64
	// The first second is spared: a new SSRC must be known before anything of it can be missed.
	var begun atomic.Bool
	p := join(t, Options{
		URL: m.server.URL, Room: "r", Name: "loop", Publish: Publish{Camera: true}, VideoSlots: 1, NACK: true,
		Layers: []VideoLayer{{Width: 640, Height: 360, Kbps: 600}},
		LoseOut: func(_ uint32, n uint16) bool {
			lose := begun.Load() && n%50 == 7
			if lose {
				lostOut.Add(1)
			}
			return lose
		},
		LoseIn: func(_ uint32, n uint16) bool {
			lose := begun.Load() && n%40 == 9
			if lose {
				lostIn.Add(1)
			}
			return lose
		},
	})
	if _, err := p.Await(testContext(t), func(s Stats, _ State) bool { return s.Slots[0].Frames > 15 }); err != nil {
		t.Fatal(err)
	}
	begun.Store(true)
	stats, err := p.Await(testContext(t), func(s Stats, _ State) bool {
		return s.Sent.Retransmitted > 2 && s.Slots[0].Recovered > 2 && lostOut.Load() > 2 && lostIn.Load() > 2
	})
	if err != nil {
		t.Fatalf("%v: lost %d out and %d in; %+v", err, lostOut.Load(), lostIn.Load(), stats)
	}
	if stats.Slots[0].NACKs == 0 || stats.Sent.NACKed == 0 {
		t.Errorf("NACKs: %d sent, %d packets asked for", stats.Slots[0].NACKs, stats.Sent.NACKed)
	}
	if rest := withoutEcho(stats.Slots[0].Faults); len(rest) > 0 {
		t.Errorf("faults: %v", rest)
	}
}

func TestMutedMicrophoneAndRawPackets(t *testing.T) {
	m := newMirror(t)
	p := join(t, Options{URL: m.server.URL, Room: "r", Name: "loop", Publish: Publish{Microphone: true}, AudioSlots: 1})
	ctx := testContext(t)
	if err := p.Mute(ctx, protocol.Microphone, true); err != nil {
		t.Error(err)
	}
	if streams := p.Raw().Streams(); len(streams) != 1 || streams[0].SSRC == 0 || streams[0].Mid == "" || streams[0].PayloadType != opusType {
		t.Errorf("streams: %+v", streams)
	}
	if err := p.Raw().Frame("nonsense", 99, nil); err != nil {
		t.Error(err)
	}
	if err := p.Send(protocol.Camera, true); err == nil {
		t.Error("a camera without a section was sent")
	}
	if err := p.Leave(ctx); err != nil {
		t.Error(err)
	}
	if err := p.Say(ctx, "hello"); err == nil {
		t.Error("a participant that left could speak")
	}
}

func TestDropAndResumeKeepMedia(t *testing.T) {
	m := newMirror(t)
	p := join(t, Options{URL: m.server.URL, Room: "r", Name: "loop", Publish: Publish{Microphone: true}, AudioSlots: 1})
	ctx := testContext(t)
	p.Drop()
	if err := p.Say(ctx, "hello"); err == nil {
		t.Error("a request succeeded without a socket")
	}
	if err := p.Resume(ctx); err != nil {
		t.Fatal(err)
	}
	if s := p.State(); s.Self != "p1" || s.Resumes != 1 || s.Replays != 1 || s.SeqErrors != 0 {
		t.Errorf("state after a resume: %+v", s)
	}
	if err := p.Say(ctx, "hello"); err != nil {
		t.Error(err)
	}
}

func TestJoinSaysWhatIsWrong(t *testing.T) {
	ctx := testContext(t)
	for name, o := range map[string]Options{
		"no URL":         {Room: "r", Name: "n", AudioSlots: 1},
		"no sections":    {URL: "http://127.0.0.1:1", Room: "r", Name: "n"},
		"nobody listens": {URL: "http://127.0.0.1:1", Room: "r", Name: "n", AudioSlots: 1},
		"bad scheme":     {URL: "ftp://127.0.0.1:1", Room: "r", Name: "n", AudioSlots: 1},
	} {
		if p, err := Join(ctx, o); err == nil {
			t.Errorf("%s: joined", name)
			_ = p.Close()
		}
	}
}
