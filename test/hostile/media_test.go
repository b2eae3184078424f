package hostile

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/pion/rtp"

	"salon/cmd/loadtest/participant"
	"salon/signaling/protocol"
)

const (
	midURI    = "urn:ietf:params:rtp-hdrext:sdes:mid"
	ridURI    = "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id"
	repairURI = "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id"
)

// sources are the rights that are tried one by one, and the line that takes each away.
var sources = []struct {
	source protocol.Source
	right  protocol.Right
	denied string
	other  protocol.Source // which stays allowed
}{
	{protocol.Microphone, protocol.RightSpeak, "policy: {speak: moderators}", protocol.Camera},
	{protocol.Camera, protocol.RightVideo, "policy: {video: moderators}", protocol.Microphone},
	{protocol.Screen, protocol.RightScreen, "policy: {screen: {who: moderators}}", protocol.Camera},
}

// scene is a room in which somebody sends what it may not.
type scene struct {
	t       *testing.T
	s       *server
	source  protocol.Source
	other   protocol.Source
	right   protocol.Right
	heard   *recorder
	host    *participant.Participant
	mallory *participant.Participant
}

// ready waits until both ends of Mallory's media are there, and the host shows all that there might be.
func stage(t *testing.T, at int, lines ...string) *scene {
	row := sources[at]
	x := &scene{t: t, s: serve(t, discard{}, lines...), source: row.source, other: row.other, right: row.right, heard: &recorder{}}
	x.host = x.s.host(t, x.heard)
	x.mallory = x.s.enter(t, "Mallory", func(o *participant.Options) {
		o.Device = "device-of-mallory"
		o.Offer = participant.Publish{Microphone: true, Camera: true, Screen: true}
	})
	x.look()
	return x
}

func (x *scene) look() {
	if err := x.host.View(testContext(x.t),
		protocol.Tile{Participant: x.mallory.ID(), Source: protocol.Camera, Width: 1280, Height: 720},
		protocol.Tile{Participant: x.mallory.ID(), Source: protocol.Screen, Width: 1280, Height: 720}); err != nil {
		x.t.Fatal(err)
	}
}

func (x *scene) publish(source protocol.Source) error {
	_, err := x.mallory.Raw().Request(testContext(x.t), protocol.Publish{Source: source})
	return err
}

func (x *scene) refused(err error, code protocol.ErrorCode) {
	x.t.Helper()
	var e protocol.Error
	if !errors.As(err, &e) || e.Code != code {
		x.t.Errorf("the answer is %v, want %s", err, code)
	}
}

// streams are the encodings of a source, with the random ones of another when it must not be any of them.
func (x *scene) streams(source protocol.Source) (list []participant.Stream) {
	for _, s := range x.mallory.Raw().Streams() {
		if s.Source == source {
			list = append(list, s)
		}
	}
	return list
}

// flood sends packets of any shape for about half a second.
func (x *scene) flood(shape func(s participant.Stream, h *rtp.Header, payload []byte) []byte) {
	x.t.Helper()
	for n := range uint16(50) {
		for _, s := range x.streams(x.source) {
			h := &rtp.Header{Version: 2, SSRC: s.SSRC, PayloadType: s.PayloadType, SequenceNumber: n, Timestamp: uint32(n) * 3000, Marker: true}
			x.set(h, s, midURI, s.Mid)
			x.set(h, s, ridURI, s.RID)
			payload := []byte{0x10, 0x10, 2, 0, 0x9d, 0x01, 0x2a, 64, 0, 48, 0, byte(n), byte(n >> 8)} // a keyframe of VP8
			if err := x.mallory.Raw().RTP(s.Source, s.RID, h, shape(s, h, payload)); err != nil {
				x.t.Fatal(err)
			}
		}
		wait(10 * time.Millisecond)
	}
}

func (x *scene) set(h *rtp.Header, s participant.Stream, uri, text string) {
	if id := s.Extensions[uri]; id != 0 && text != "" {
		if err := h.SetExtension(id, []byte(text)); err != nil {
			x.t.Fatal(err)
		}
	}
}

// nothing checks that no packet of anything has reached the host, and that nobody has told it of the source.
func (x *scene) nothing() {
	x.t.Helper()
	wait(200 * time.Millisecond)
	if n := x.s.engine.Counters()["packets_received"]; n < 40 {
		x.t.Errorf("only %d packets reached the server: nothing is proved", n)
	}
	if n := got(x.host); n > 0 {
		x.t.Errorf("%d packets reached another", n)
	}
	if n := x.s.engine.Counters()["packets_forwarded"]; n > 0 {
		x.t.Errorf("the server has forwarded %d packets", n)
	}
	if n := x.heard.of(x.mallory.ID(), x.source); n > 0 {
		x.t.Errorf("the %s was announced %d times", x.source, n)
	}
}

// tricks are what Mallory does with a section for which it has no right. It has, and publishes, another source.
var tricks = map[string]func(x *scene){
	"it sends on the negotiated section": func(x *scene) {
		if err := x.mallory.Send(x.source, true); err != nil {
			x.t.Fatal(err)
		}
		wait(700 * time.Millisecond)
	},
	"an SSRC that is not declared": func(x *scene) {
		ssrc := rand.Uint32()
		x.flood(func(_ participant.Stream, h *rtp.Header, payload []byte) []byte { h.SSRC = ssrc; return payload })
	},
	"an SSRC that is not declared, without extensions": func(x *scene) {
		ssrc := rand.Uint32()
		x.flood(func(_ participant.Stream, h *rtp.Header, payload []byte) []byte {
			*h = rtp.Header{Version: 2, SSRC: ssrc, PayloadType: h.PayloadType, SequenceNumber: h.SequenceNumber, Timestamp: h.Timestamp}
			return payload
		})
	},
	"the RID of another section": func(x *scene) {
		x.flood(func(s participant.Stream, h *rtp.Header, payload []byte) []byte {
			rid := "q"
			if x.source == protocol.Camera {
				rid = "screen"
			}
			for _, all := range x.mallory.Raw().Streams() {
				if id := all.Extensions[ridURI]; id != 0 {
					_ = h.SetExtension(id, []byte(rid))
				}
			}
			return payload
		})
	},
	"the payload type of another section": func(x *scene) {
		x.flood(func(_ participant.Stream, h *rtp.Header, payload []byte) []byte {
			for _, all := range x.mallory.Raw().Streams() {
				if all.Source.Kind() != x.source.Kind() {
					h.PayloadType = all.PayloadType
				}
			}
			return payload
		})
	},
	"retransmissions only": func(x *scene) {
		x.flood(func(s participant.Stream, h *rtp.Header, payload []byte) []byte {
			if s.RepairType == 0 {
				return payload
			}
			h.SSRC, h.PayloadType = s.RepairSSRC, s.RepairType
			x.set(h, s, repairURI, s.RID)
			return append(binary.BigEndian.AppendUint16(nil, h.SequenceNumber), payload...)
		})
	},
	"another offer after the refusal": func(x *scene) {
		if err := x.mallory.MoreSlots(testContext(x.t), 1, 1); err != nil {
			x.t.Fatal(err)
		}
		x.refused(x.publish(x.source), protocol.ErrForbidden)
		_, err := x.mallory.Raw().Request(testContext(x.t), protocol.Mute{Source: x.source})
		x.refused(err, protocol.ErrNotPublished)
		if err := x.mallory.Send(x.source, true); err != nil {
			x.t.Fatal(err)
		}
		wait(700 * time.Millisecond)
	},
}

func TestWhatIsNotAllowedReachesNobody(t *testing.T) {
	t.Parallel()
	for at, row := range sources {
		for name, trick := range tricks {
			t.Run(fmt.Sprint(row.source, ": ", name), func(t *testing.T) {
				t.Parallel()
				x := stage(t, at, row.denied)
				x.refused(x.publish(x.source), protocol.ErrForbidden)
				if err := x.publish(x.other); err != nil {
					t.Fatal(err)
				}
				trick(x)
				x.nothing()
			})
		}
	}
}

// flowing publishes the source and waits until the host gets it.
func (x *scene) flowing() {
	x.t.Helper()
	if err := x.mallory.Publish(testContext(x.t), x.source, false); err != nil {
		x.t.Fatal(err)
	}
	before := got(x.host)
	await(x.t, "media flows", func() bool { return got(x.host) > before+20 })
}

// silent checks that nothing has come since 200 ms after the moment before, although Mallory goes on.
func (x *scene) silent() {
	x.t.Helper()
	wait(200 * time.Millisecond)
	before, received := got(x.host), x.s.engine.Counters()["packets_received"]
	wait(800 * time.Millisecond)
	if n := got(x.host) - before; n > 0 {
		x.t.Errorf("%d packets came later than 200 ms after the acknowledgement", n)
	}
	if n := x.s.engine.Counters()["packets_received"] - received; n < 20 {
		x.t.Errorf("only %d packets were sent meanwhile: nothing is proved", n)
	}
}

func (x *scene) asHost(m protocol.ClientMessage) {
	x.t.Helper()
	if _, err := x.host.Raw().Request(testContext(x.t), m); err != nil {
		x.t.Fatal(err)
	}
}

// endings are what a moderator does while media flows, and Mallory goes on sending.
var endings = map[string]func(x *scene){
	"the right is taken": func(x *scene) {
		x.asHost(protocol.Grant{Participant: x.mallory.ID(), Right: x.right, State: protocol.Denied})
		x.silent()
		x.refused(x.publish(x.source), protocol.ErrForbidden)
		_, err := x.mallory.Raw().Request(testContext(x.t), protocol.Mute{Source: x.source})
		x.refused(err, protocol.ErrNotPublished)
		x.silent()
	},
	"the rule changes": func(x *scene) {
		key := map[protocol.Source]string{protocol.Microphone: "policy.speak", protocol.Camera: "policy.video", protocol.Screen: "policy.screen.who"}[x.source]
		x.asHost(protocol.Configure{Settings: []protocol.SettingChange{{Key: key, Value: "moderators"}}})
		x.silent()
	},
	"a lower role": func(x *scene) {
		x.asHost(protocol.SetRole{Participant: x.mallory.ID(), Role: protocol.RoleViewer})
		x.silent()
	},
	"silenced": func(x *scene) {
		x.asHost(protocol.Silence{Participant: x.mallory.ID(), Source: x.source})
		x.silent()
	},
	"sent back to the lobby": func(x *scene) {
		x.asHost(protocol.SendBack{Participant: x.mallory.ID()})
		x.refused(x.publish(x.source), protocol.ErrNotJoined)
		x.gone()
	},
	"removed": func(x *scene) {
		x.asHost(protocol.Remove{Participant: x.mallory.ID()})
		x.gone()
		var e protocol.Error
		if err := x.mallory.Resume(testContext(x.t)); !errors.As(err, &e) || e.Code != protocol.ErrResumeUnknown {
			x.t.Errorf("the old resume id is answered %v", err)
		}
	},
	"banned": func(x *scene) {
		x.asHost(protocol.Remove{Participant: x.mallory.ID(), Ban: true})
		x.gone()
		_, err := participant.Join(testContext(x.t), participant.Options{URL: x.s.url, Room: "room", Name: "Alice", Device: "device-of-mallory", AudioSlots: 1})
		x.refused(err, protocol.ErrBanned)
	},
}

// gone is silent for somebody whose connection the server has closed: nothing more of it is taken.
func (x *scene) gone() {
	x.t.Helper()
	wait(200 * time.Millisecond)
	before := got(x.host)
	wait(600 * time.Millisecond)
	if n := got(x.host) - before; n > 0 {
		x.t.Errorf("%d packets came later than 200 ms after the acknowledgement", n)
	}
	state := x.host.State()
	if _, here := state.Participant(x.mallory.ID()); here {
		x.t.Error("it is still in the list")
	}
}

func TestWhatIsEndedEnds(t *testing.T) {
	t.Parallel()
	for at, row := range sources {
		for name, end := range endings {
			t.Run(fmt.Sprint(row.source, ": ", name), func(t *testing.T) {
				t.Parallel()
				x := stage(t, at, "join: {bans: {by: [device]}}")
				x.flowing()
				end(x)
			})
		}
	}
}

// Without the floor a microphone is published and heard by nobody; with it for as long as the turn lasts.
func TestNobodyTalksWithoutTheFloor(t *testing.T) {
	t.Parallel()
	x := stage(t, 0, "talk_mode: floor")
	if err := x.mallory.Publish(testContext(t), protocol.Microphone, false); err != nil {
		t.Fatal(err)
	}
	wait(700 * time.Millisecond)
	if n := got(x.host); n > 0 {
		t.Errorf("%d packets without the floor", n)
	}
	turn := func(wanted bool) {
		t.Helper()
		if _, err := x.mallory.Raw().Request(testContext(t), protocol.TakeFloor{Wanted: wanted}); err != nil {
			t.Fatal(err)
		}
	}
	turn(true)
	await(t, "sound with the floor", func() bool { return got(x.host) > 20 })
	turn(false)
	x.silent()
	turn(true)
	before := got(x.host)
	await(t, "sound with the floor again", func() bool { return got(x.host) > before+20 })
	x.asHost(protocol.GiveFloor{Participant: x.host.ID()})
	x.silent()
}

// What was sent while it was not allowed, or muted, is not shown when it is: no picture of it is kept.
func TestNothingOfAMutedTimeIsShownLater(t *testing.T) {
	t.Parallel()
	x := stage(t, 1, "policy: {video: allow}")
	x.flowing()
	mute := func(on bool) {
		t.Helper()
		if err := x.mallory.Mute(testContext(t), protocol.Camera, on); err != nil {
			t.Fatal(err)
		}
	}
	mute(true)
	if err := x.host.View(testContext(t)); err != nil {
		t.Fatal(err)
	}
	if err := x.mallory.Send(protocol.Camera, false); err != nil {
		t.Fatal(err)
	}
	wait(200 * time.Millisecond)
	x.flood(func(_ participant.Stream, h *rtp.Header, payload []byte) []byte { h.SSRC++; return payload }) // all keyframes
	before := x.s.engine.Counters()["packets_forwarded"]
	mute(false)
	x.look() // who begins to watch gets the newest group of pictures
	wait(300 * time.Millisecond)
	if n := x.s.engine.Counters()["packets_forwarded"] - before; n > 0 {
		t.Errorf("%d packets of the muted time were sent after it", n)
	}
}
