package rooms

import (
	"strings"
	"testing"
	"time"

	"salon/sfu/allocation"
	"salon/sfu/codec"
	"salon/sfu/congestion"
	"salon/sfu/forward"
	"salon/signaling/protocol"
)

// rates are what the encodings of a camera take in these tests, in bit/s of payload.
var rates = []int{140_000, 480_000, 1_650_000}

// stream lets time pass while cameras send 20 keyframes a second of every encoding up to an index.
func stream(d time.Duration, top int, cameras ...*client) {
	for ; d > 0; d -= 50 * time.Millisecond {
		for _, c := range cameras {
			c.ssrc++
			for i, e := range c.carrier(protocol.Camera).Encodings()[:top+1] {
				w, h := sizes[i][0], sizes[i][1]
				payload := make([]byte, rates[i]/8/20)
				copy(payload, []byte{0x10, 0x10, 0, 0, 0x9d, 0x01, 0x2a, byte(w), byte(w >> 8), byte(h), byte(h >> 8)})
				e.Receive(uint32(10+i), &forward.Incoming{
					SequenceNumber: c.ssrc, Timestamp: uint32(c.ssrc) * 4500, Marker: true, Codec: codec.VP8, Arrival: time.Now(), Payload: payload,
				})
			}
		}
		pass(50 * time.Millisecond)
	}
}

// scene is Bob, who watches others in large tiles, with slots 0 and 1 for sound and 2 to 4 for pictures.
func scene(w *world, names ...string) (bob *client, others []*client) {
	var tiles []protocol.Tile
	for _, name := range names {
		c := w.enter("room", name).publishing(protocol.Camera)
		others = append(others, c)
		tiles = append(tiles, c.tile(protocol.Camera, 1280, 720))
	}
	bob = w.enter("room", "Bob")
	bob.connect(2, 3)
	stream(time.Second, 2, others...)
	bob.watch(tiles...)
	return bob, others
}

// narrow makes the link to a participant carry so many bit/s.
func (c *client) narrow(bitrate int64) { c.peer().estimate.Store(bitrate) }

// gets shows the encodings at which the client's slots aim, "-" for none.
func (c *client) gets(others ...*client) string {
	var words []string
	for _, o := range others {
		target, _ := c.target(o, protocol.Camera)
		words = append(words, map[int8]string{-1: "-", 0: "q", 1: "h", 2: "f"}[target.Spatial])
	}
	return strings.Join(words, " ")
}

// states shows the states of the newest Slots message, "." for none.
func states(all []sent) string {
	list := of[protocol.Slots](all)
	if len(list) == 0 {
		return "no message"
	}
	var words []string
	for _, f := range list[len(list)-1].Slots {
		words = append(words, string(f.State)+".")
	}
	return strings.Join(words, " ")
}

func TestALinkIsDivided(t *testing.T) {
	inWorld(t, Limits{}, func(w *world) {
		bob, others := scene(w, "Alice", "Carol")
		if got := bob.gets(others...); got != "f f" {
			t.Fatalf("a wide link: %s", got)
		}
		bob.out.take()
		for _, c := range []struct {
			estimate  int64
			gets, say string
		}{
			{1_000_000, "h q", "no message"},
			{450_000, "q q", "no message"},
			{250_000, "q -", ". paused."},
			{100_000, "- -", "paused. paused."},
		} {
			bob.narrow(c.estimate)
			stream(2*time.Second, 2, others...) // the last picture goes on for a moment
			if got := bob.gets(others...); got != c.gets {
				t.Errorf("%d bit/s: %s, want %s", c.estimate, got, c.gets)
			}
			if got := states(bob.out.take()); got != c.say {
				t.Errorf("%d bit/s: told %q, want %q", c.estimate, got, c.say)
			}
		}
		s := w.Snapshot().Rooms[0].Participants[2]
		if b := s.Bandwidth; b.Video != 95_000 || b.Used != 0 || b.Unlimited {
			t.Errorf("%+v", b)
		}
		if a := s.Slots[2].Allocation; a == nil || !a.Paused || a.Least < 140_000 || a.Ideal < 1_600_000 || s.Slots[2].Media.Reason != allocation.ReasonPaused {
			t.Errorf("%+v", a)
		}
		bob.narrow(20_000_000)
		stream(10*time.Second, 2, others...)
		if got, say := bob.gets(others...), states(bob.out.take()); got != "f f" || say != ". ." {
			t.Errorf("wide again: %s, told %q", got, say)
		}
	})
}

func TestThePauseIsShownUntilPicturesCome(t *testing.T) {
	inWorld(t, Limits{}, func(w *world) {
		bob, others := scene(w, "Alice")
		bob.narrow(100_000)
		stream(2*time.Second, 2, others...)
		bob.out.take()
		bob.narrow(20_000_000)
		pass(200 * time.Millisecond) // its keyframe is on the way
		target, _ := bob.target(others[0], protocol.Camera)
		if say := states(bob.out.take()); target.Spatial != 2 || say != "no message" {
			t.Errorf("target %v, told %q", target, say)
		}
		stream(200*time.Millisecond, 2, others...)
		if say := states(bob.out.take()); say != "." {
			t.Errorf("told %q", say)
		}
	})
}

func TestAFallIsFollowedAtOnce(t *testing.T) {
	inWorld(t, Limits{}, func(w *world) {
		bob, others := scene(w, "Alice")
		stream(time.Second, 2, others...)
		bob.narrow(700_000)
		bob.peer().onFall()
		pass(time.Millisecond)
		if got := bob.gets(others...); got != "h" {
			t.Errorf("%s", got)
		}
	})
}

func TestThePinnedAndTheSpeakerComeFirst(t *testing.T) {
	inWorld(t, Limits{}, func(w *world) {
		bob, others := scene(w, "Alice", "Carol")
		alice, carol := others[0], others[1]
		bob.narrow(1_000_000)
		stream(5*time.Second, 2, others...)
		if got := bob.gets(others...); got != "h q" {
			t.Fatalf("in order of the view: %s", got)
		}
		bob.inside(func() { bob.room.speech.active = active{speaker: carol.ID()} })
		stream(5*time.Second, 2, others...)
		if got := bob.gets(others...); got != "q h" {
			t.Errorf("Carol speaks: %s", got)
		}
		bob.inside(func() { bob.room.speech.active = active{speaker: bob.ID(), previous: alice.ID()} })
		stream(5*time.Second, 2, others...)
		if got := bob.gets(others...); got != "h q" {
			t.Errorf("Bob speaks after Alice: %s", got)
		}
		pin := carol.tile(protocol.Camera, 1280, 720)
		pin.Pinned = true
		bob.watch(alice.tile(protocol.Camera, 1280, 720), pin)
		if got := bob.gets(others...); got != "q h" {
			t.Errorf("Carol is pinned: %s", got)
		}
	})
}

func TestSoundComesFirst(t *testing.T) {
	inWorld(t, Limits{}, func(w *world) {
		bob, others := scene(w, "Alice")
		others[0].publishing(protocol.Microphone, protocol.Camera)
		bob.narrow(160_000)
		stream(2*time.Second, 2, others...)
		if b := w.Snapshot().Rooms[0].Participants[1].Bandwidth; b.Audio != oneVoice || b.Video != 152_000-oneVoice {
			t.Errorf("%+v", b)
		}
		if got := bob.gets(others...); got != "-" {
			t.Errorf("%s", got)
		}
	})
}

// What goes along of earlier packets is sound, too.
func TestRedundancyCountsAsSound(t *testing.T) {
	inWorld(t, Limits{}, func(w *world) {
		alice, bob := w.enter("room", "Alice"), w.enter("room", "Bob")
		alice.connect(0, 0, protocol.Microphone)
		bob.connect(2, 3)
		alice.publishing(protocol.Microphone)
		speak := func() (audio int) {
			e := alice.carrier(protocol.Microphone).Encodings()[0]
			for range 150 {
				alice.ssrc++
				e.Receive(9, &forward.Incoming{
					SequenceNumber: alice.ssrc, Timestamp: uint32(alice.ssrc) * 960, Codec: codec.Opus, Arrival: time.Now(), Payload: make([]byte, 160),
				})
				pass(20 * time.Millisecond)
			}
			return w.Snapshot().Rooms[0].Participants[1].Bandwidth.Audio
		}
		plain := speak()
		bob.inside(func() {
			for _, s := range bob.media.audio {
				s.sink.SetRedundancy(2, "test")
			}
		})
		if got := speak(); plain < 85_000 || plain > 95_000 || got < plain+2*60_000 || got > plain+2*68_000 {
			t.Errorf("%d bit/s of sound, %d with two earlier payloads of 64,000 bit/s", plain, got)
		}
	})
}

func TestWhatIsWantedOfALink(t *testing.T) {
	inWorld(t, Limits{}, func(w *world) {
		bob, others := scene(w, "Alice", "Carol")
		bob.narrow(300_000)
		stream(time.Second, 2, others...)
		if want := bob.peer().wanted.Load(); want < 2*17e5 || want > 2*24e5 {
			t.Errorf("%d bit/s wanted for two large tiles", want)
		}
		bob.watch()
		if want := bob.peer().wanted.Load(); want != 0 {
			t.Errorf("%d bit/s wanted for nothing", want)
		}
	})
}

func TestTheLimitOfAViewer(t *testing.T) {
	for name, c := range map[string]struct {
		server int
		rules  string
	}{
		"of the server":      {700_000, "title: Room"},
		"of the room":        {0, "limits: {per_viewer_kbps: 700}"},
		"the room's is less": {5_000_000, "limits: {per_viewer_kbps: 700}"},
		"the server's is":    {700_000, "limits: {per_viewer_kbps: 5000}"},
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, Limits{ViewerBitrate: c.server}, func(w *world) {
				bob, others := scene(w.ruled(c.rules), "Alice")
				stream(time.Second, 2, others...)
				if want := bob.peer().wanted.Load(); bob.gets(others...) != "h" || want > 950_000 {
					t.Errorf("%s, %d bit/s wanted", bob.gets(others...), want)
				}
			})
		})
	}
}

func TestTheLimitOfCameras(t *testing.T) {
	inWorld(t, Limits{Cameras: 1}, func(w *world) {
		bob, others := scene(w, "Alice", "Carol")
		if got, say := bob.gets(others...), states(bob.out.take()); got != "f -" || say != ". over_limit." {
			t.Errorf("%s, told %q", got, say)
		}
		if _, reason := bob.target(others[1], protocol.Camera); reason != reasonCameras {
			t.Errorf("%q", reason)
		}
		bob.inside(func() { bob.room.speech.speaking = []string{others[1].ID()} })
		stream(300*time.Millisecond, 2, others...)
		if got, say := bob.gets(others...), states(bob.out.take()); got != "- f" || say != "over_limit. ." {
			t.Errorf("Carol speaks: %s, told %q", got, say)
		}
		pin := others[0].tile(protocol.Camera, 1280, 720)
		pin.Pinned = true
		bob.watch(others[1].tile(protocol.Camera, 320, 180), pin)
		if got := bob.gets(others...); got != "f -" {
			t.Errorf("Alice is pinned: %s", got)
		}
		others[0].must(others[0].do(w.Context(), protocol.Mute{Source: protocol.Camera, Muted: true}))
		if got := bob.gets(others[1]); got != "q" {
			t.Errorf("Alice is muted: %s", got)
		}
	})
}

// TestWhatNoLinkCarriesRests: an encoding that nobody's link could carry is not sent, until a link has half of it.
func TestWhatNoLinkCarriesRests(t *testing.T) {
	inWorld(t, Limits{}, func(w *world) {
		bob, others := scene(w, "Alice")
		alice := others[0]
		alice.wanted()
		bob.narrow(240_000)
		stream(restAfterTest, 2, alice)
		expect(t, "a narrow link", alice.wanted(), "camera 0")
		bob.narrow(400_000) // 360p is guessed to take 500 kbit/s, 720p 1.7 Mbit/s
		stream(time.Second, 0, alice)
		expect(t, "half of the middle one", alice.wanted(), "camera 1")
		bob.narrow(1_000_000)
		stream(time.Second, 1, alice)
		expect(t, "half of the largest", alice.wanted(), "camera 2")
		if got := bob.gets(alice); got != "h" {
			t.Errorf("%s: what is not sent is no target", got)
		}
		bob.narrow(4_000_000)
		stream(4*time.Second, 2, alice)
		if got := bob.gets(alice); got != "f" {
			t.Errorf("%s", got)
		}
		expect(t, "and it stays", alice.wanted(), "")
	})
}

const restAfterTest = 7 * time.Second

// TestAnEncodingThatStalls: when a camera's largest encoding pauses, the next one takes over before it counts as ended.
func TestAnEncodingThatStalls(t *testing.T) {
	inWorld(t, Limits{}, func(w *world) {
		bob, others := scene(w, "Alice")
		stream(2*time.Second, 2, others...)
		stream(300*time.Millisecond, 1, others...)
		if got := bob.gets(others...); got != "f" {
			t.Errorf("%s after 300 ms", got)
		}
		stream(300*time.Millisecond, 1, others...)
		if got := bob.gets(others...); got != "h" {
			t.Errorf("%s after 600 ms", got)
		}
		expect(t, "it is needed all the same", others[0].wanted(), "camera 2")
		stream(time.Second, 2, others...)
		if got := bob.gets(others...); got != "f" {
			t.Errorf("%s when it is back", got)
		}
		pass(time.Second) // nothing comes of any encoding, as of a screen in which nothing moves
		if got := bob.gets(others...); got != "f" {
			t.Errorf("%s while nothing moves", got)
		}
	})
}

// TestAReceiverThatTellsNothing begins with little, like everybody, and then gets what it shows.
func TestAReceiverThatTellsNothing(t *testing.T) {
	inWorld(t, Limits{}, func(w *world) {
		w.newPeer = func(p *fakePeer) error {
			p.estimate.Store(300_000)
			p.state.Store(int32(congestion.Starting))
			return nil
		}
		bob, others := scene(w, "Alice")
		stream(4*time.Second, 2, others...)
		if got := bob.gets(others...); got != "q" {
			t.Errorf("%s at first", got)
		}
		bob.peer().state.Store(int32(congestion.Silent))
		stream(2*time.Second, 2, others...)
		if got := bob.gets(others...); got != "f" {
			t.Errorf("%s after its silence", got)
		}
		if b := w.Snapshot().Rooms[0].Participants[1].Bandwidth; !b.Unlimited || b.Video != 0 {
			t.Errorf("%+v", b)
		}
		bob.peer().state.Store(int32(congestion.Growing))
		stream(time.Second, 2, others...)
		if got := bob.gets(others...); got != "q" {
			t.Errorf("%s when it tells after all", got)
		}
	})
}

func TestLink(t *testing.T) {
	begin := time.Unix(100, 0)
	starting, silent := congestion.Estimate{Bitrate: 300_000}, congestion.Estimate{Bitrate: 100_000, State: congestion.Silent}
	growing := congestion.Estimate{Bitrate: 1_000_000, State: congestion.Growing}
	old := link{since: begin.Add(-time.Minute)}
	for name, c := range map[string]struct {
		before link
		e      congestion.Estimate
		sends  bool
		budget int
		heard  bool
	}{
		"nothing is sent, for long":    {link{}, starting, false, 285_000 - 40_000, false},
		"the first picture":            {link{}, starting, true, 285_000 - 40_000, false},
		"nothing heard for a minute":   {old, starting, true, allocation.Unlimited, false},
		"and the estimate fell for it": {old, silent, true, allocation.Unlimited, false},
		"a limit holds all the same":   {link{since: old.since, limit: 500_000}, silent, true, 460_000, false},
		"heard":                        {old, growing, true, 950_000 - 40_000, true},
		"heard, then silent":           {link{since: old.since, heard: true}, silent, true, 95_000 - 40_000, true},
	} {
		got := c.before.next(c.e, 40_000, c.sends, begin)
		if got.budget != c.budget || got.heard != c.heard {
			t.Errorf("%s: %+v", name, got)
		}
	}
	if l := old.next(congestion.Estimate{Bitrate: 800_000}, 0, true, begin.Add(-time.Minute)); l.burst != 25_000 {
		t.Errorf("%d bytes at once of 800 kbit/s, want a quarter of a second", l.burst)
	}
	if got := (link{budget: 500_000, used: 400_000}).room(150_000); got != 250_000 {
		t.Errorf("room %d", got)
	}
}

func TestActiveSpeaker(t *testing.T) {
	now := time.Unix(100, 0)
	var a active
	for i, step := range []struct {
		after    time.Duration
		speaking string
		want     string
	}{
		{0, "", ""},
		{0, "ann", "ann"},
		{time.Minute, "", "ann"},               // a pause
		{0, "bob", "bob"},                      // the first of others
		{0, "ann bob", "bob"},                  // both speak
		{takesOver - 1, "ann bob", "bob"},      // not for long
		{1, "ann bob", "ann"},                  // long enough
		{time.Second, "bob ann", "ann"},        //
		{time.Second, "ann bob", "ann"},        // no longer louder: begins anew
		{time.Second, "bob ann", "ann"},        //
		{takesOver - 1, "carl ann bob", "ann"}, // somebody else begins anew
		{takesOver, "carl ann bob", "carl"},
	} {
		now = now.Add(step.after)
		if a = a.follow(strings.Fields(step.speaking), now); a.speaker != step.want {
			t.Fatalf("step %d: %+v, want %s", i, a, step.want)
		}
	}
	if a.seenBy("carl") != "ann" || a.seenBy("ann") != "carl" {
		t.Errorf("%+v", a)
	}
}

// Who gets all that it shows is looked at twice a second; who gets less, ten times. Nobody else pays for that.
func TestWhoGetsEverythingCostsLittle(t *testing.T) {
	inWorld(t, Limits{}, func(w *world) {
		bob, others := scene(w, "Alice")
		carol := w.enter("room", "Carol")
		carol.connect(2, 3)
		carol.watch(others[0].tile(protocol.Camera, 1280, 720))
		stream(3*time.Second, 2, others...)
		looks := func(do func()) (byBob, byCarol int32) {
			byBob, byCarol = bob.peer().looks.Load(), carol.peer().looks.Load()
			do()
			return bob.peer().looks.Load() - byBob, carol.peer().looks.Load() - byCarol
		}
		if b, c := looks(func() { stream(2*time.Second, 2, others...) }); b < 3 || b > 5 || c != b {
			t.Errorf("at rest: %d and %d looks in 2 s, want 4", b, c)
		}
		bob.narrow(500_000)
		stream(time.Second, 2, others...)
		if b, c := looks(func() { stream(2*time.Second, 2, others...) }); b < 18 || c > 5 {
			t.Errorf("with a thin link: %d looks in 2 s, want 20; %d at the other", b, c)
		}
	})
}

// A budget that grows by a third or more rises; one that wanders, or falls, does not.
func TestLinkRises(t *testing.T) {
	now := time.Unix(1000, 0)
	l := link{}
	look := func(bitrate int) bool {
		now = now.Add(100 * time.Millisecond)
		l = l.next(congestion.Estimate{Bitrate: bitrate, State: congestion.Growing, Received: 1}, 0, true, now)
		return l.rising(now)
	}
	if look(300_000) || look(330_000) || look(250_000) || look(290_000) {
		t.Error("an estimate that wanders rises")
	}
	for range 6 {
		if !look(600_000) {
			t.Fatal("an estimate that has doubled does not rise")
		}
	}
	look(600_000)
	if look(610_000) {
		t.Error("it rises long after")
	}
	if look(100_000) {
		t.Error("a fall rises")
	}
	if !look(200_000) {
		t.Error("a rise after a fall is none")
	}
}
