package rooms

import (
	"slices"
	"testing"
	"time"

	"salon/sfu/codec"
	"salon/signaling/protocol"
)

func TestCommonCodec(t *testing.T) {
	all, old, fox := codec.SetOf(codec.VP8, codec.VP9, codec.AV1, codec.H264), codec.SetOf(codec.VP8), codec.SetOf(codec.VP8, codec.VP9)
	for name, c := range map[string]struct {
		preference []codec.Codec
		receivers  []codec.Set
		want       codec.Codec
	}{
		"nobody":            {[]codec.Codec{codec.VP9, codec.VP8}, nil, codec.VP9},
		"all can":           {[]codec.Codec{codec.AV1, codec.VP8}, []codec.Set{all, all}, codec.AV1},
		"one cannot":        {[]codec.Codec{codec.AV1, codec.VP9, codec.VP8}, []codec.Set{all, fox}, codec.VP9},
		"one can little":    {[]codec.Codec{codec.AV1, codec.VP9, codec.VP8}, []codec.Set{all, fox, old}, codec.VP8},
		"nothing in common": {[]codec.Codec{codec.AV1, codec.VP9}, []codec.Set{all, old}, codec.Unknown},
		"no preference":     {nil, []codec.Set{all}, codec.Unknown},
	} {
		if got := common(c.preference, c.receivers); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

// Who cannot decode is served at once; what is preferred comes back when it has been possible for 10 s.
func TestChoiceOfCodec(t *testing.T) {
	preference := []codec.Codec{codec.AV1, codec.VP9, codec.VP8}
	start := time.Unix(1000, 0)
	var c choice
	for i, step := range []struct {
		after time.Duration
		best  codec.Codec
		want  codec.Codec
	}{
		{0, codec.AV1, codec.AV1},
		{1 * time.Second, codec.VP8, codec.VP8}, // somebody came
		{2 * time.Second, codec.AV1, codec.VP8}, // and left
		{11 * time.Second, codec.AV1, codec.VP8},
		{12 * time.Second, codec.AV1, codec.AV1},
		{13 * time.Second, codec.VP8, codec.VP8},
		{14 * time.Second, codec.AV1, codec.VP8},
		{20 * time.Second, codec.VP9, codec.VP8}, // another came: the time begins anew
		{29 * time.Second, codec.VP9, codec.VP8},
		{30 * time.Second, codec.VP9, codec.VP9},
		{31 * time.Second, codec.Unknown, codec.Unknown}, // nothing that all can: publishers choose
		{32 * time.Second, codec.VP9, codec.VP9},
	} {
		if c = c.toward(step.best, preference, start.Add(step.after)); c.now != step.want {
			t.Fatalf("step %d: %v, want %v", i, c.now, step.want)
		}
	}
}

// codecs shows the Encodings messages that came since the last take as "camera vp9".
func (c *client) codecs() (list []string) {
	for _, m := range of[protocol.Encodings](c.out.take()) {
		list = append(list, string(m.Source)+" "+m.Codec)
	}
	return list
}

func TestPublishersAreAskedForWhatAllCanDecode(t *testing.T) {
	inWorld(t, Limits{}, func(w *world) {
		w.Registry.config.Codecs = map[protocol.Source][]codec.Codec{
			protocol.Camera: {codec.VP9, codec.VP8}, protocol.Screen: {codec.AV1, codec.VP8},
		}
		decodes := codec.SetOf(codec.VP8, codec.VP9, codec.H264)
		w.newPeer = func(p *fakePeer) error { p.decodes = decodes; return nil }
		alice, bob := w.enter("room", "Alice").publishing(protocol.Camera, protocol.Screen), w.enter("room", "Bob")
		if got := alice.codecs(); !slices.Equal(got, []string{"camera vp9", "screen vp8"}) {
			t.Errorf("at first: told %q", got)
		}
		decodes = codec.SetOf(codec.VP8)
		bob.connect(0, 1)
		if got := alice.codecs(); !slices.Equal(got, []string{"camera vp8"}) {
			t.Errorf("Bob came: told %q", got)
		}
		bob.Leave(protocol.LeftReason("left"))
		pass(5 * time.Second)
		if got := alice.codecs(); slices.Contains(got, "camera vp9") {
			t.Errorf("soon after Bob left: told %q", got)
		}
		pass(10 * time.Second)
		if got := alice.codecs(); !slices.Contains(got, "camera vp9") {
			t.Errorf("long after Bob left: told %q", got)
		}
	})
}

func TestWhatCannotBeDecodedIsNotSent(t *testing.T) {
	inWorld(t, Limits{}, func(w *world) {
		alice, bob := w.enter("room", "Alice").publishing(protocol.Camera), w.enter("room", "Bob")
		w.newPeer = func(p *fakePeer) error { p.decodes = codec.SetOf(codec.H264); return nil }
		bob.connect(0, 1)
		alice.film(protocol.Camera)
		bob.watch(alice.tile(protocol.Camera, 640, 360))
		alice.filming(time.Second, 2)
		if say := states(bob.out.take()); say != "undecodable." {
			t.Errorf("Bob is told %q", say)
		}
		for _, s := range w.Snapshot().Rooms[0].Participants[1].Slots {
			if s.Media.Filled && s.Media.Reason != reasonCodec {
				t.Errorf("slot %+v, want the reason %q", s, reasonCodec)
			}
		}
	})
}
