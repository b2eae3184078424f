package transport

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/pion/dtls/v3"
	"github.com/pion/interceptor"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"

	"salon/sfu/codec"
	"salon/sfu/forward"
	"salon/signaling/protocol"
)

func TestRedundancyDecision(t *testing.T) {
	const voice, wide = 32_000, 2_000_000
	start := time.Unix(1000, 0)
	type step struct {
		after           time.Duration
		loss            float64
		audio, estimate int
		want            int
		reason          string
	}
	for name, steps := range map[string][]step{
		"nothing is lost":           {{0, 0, voice, wide, 0, "nothing worth it gets lost"}, {time.Second, 0.014, voice, wide, 0, "nothing worth it gets lost"}},
		"some is lost":              {{0, 0.015, voice, wide, 1, "some gets lost"}},
		"much is lost":              {{0, 0.07, voice, wide, 2, "much gets lost"}},
		"everything is lost":        {{0, 1, voice, wide, 2, "much gets lost"}},
		"up at once":                {{0, 0.02, voice, wide, 1, "some gets lost"}, {time.Millisecond, 0.2, voice, wide, 2, "much gets lost"}},
		"nothing is sent":           {{0, 0.2, 0, wide, 2, "much gets lost"}},
		"what is assumed at first":  {{0, 0.2, voice, 300_000, 2, "much gets lost"}},
		"no room for two":           {{0, 0.2, voice, 150_000, 1, "the link has no room for more"}},
		"no room for one":           {{0, 0.2, voice, 90_000, 0, "the link has no room for more"}},
		"four voices on 300 kbit/s": {{0, 0.2, 4 * voice, 300_000, 0, "the link has no room for more"}},
		"down after a calm": {
			{0, 0.2, voice, wide, 2, "much gets lost"},
			{time.Second, 0.03, voice, wide, 2, "less gets lost, perhaps for a moment"},
			{9 * time.Second, 0.03, voice, wide, 2, "less gets lost, perhaps for a moment"},
			{time.Second, 0.03, voice, wide, 1, "some gets lost"},
			{time.Second, 0, voice, wide, 1, "less gets lost, perhaps for a moment"},
			{10 * time.Second, 0, voice, wide, 0, "nothing worth it gets lost"},
		},
		"a spell begins the calm anew": {
			{0, 0.03, voice, wide, 1, "some gets lost"},
			{time.Second, 0, voice, wide, 1, "less gets lost, perhaps for a moment"},
			{8 * time.Second, 0.03, voice, wide, 1, "some gets lost"},
			{time.Second, 0, voice, wide, 1, "less gets lost, perhaps for a moment"},
			{9 * time.Second, 0, voice, wide, 1, "less gets lost, perhaps for a moment"},
			{time.Second, 0, voice, wide, 0, "nothing worth it gets lost"},
		},
		"the link becomes narrow": {
			{0, 0.2, voice, wide, 2, "much gets lost"},
			{time.Second, 0.2, voice, 90_000, 0, "the link has no room for more"},
			{time.Second, 0.2, voice, wide, 2, "much gets lost"},
		},
	} {
		var r redundancy
		now := start
		for i, s := range steps {
			now = now.Add(s.after)
			r = r.next(s.loss, s.audio, s.estimate, now)
			if r.distance != s.want || r.reason != s.reason {
				t.Errorf("%s, step %d: %d (%s), want %d (%s)", name, i, r.distance, r.reason, s.want, s.reason)
			}
		}
	}
}

func TestSoundMeter(t *testing.T) {
	var m soundMeter
	now := time.Unix(1000, 0)
	for i, c := range []struct {
		bytes uint64
		after time.Duration
		want  int
	}{{5000, 0, 0}, {7000, 500 * time.Millisecond, 32000}, {7000, time.Second, 0}, {100, time.Second, 0}, {4100, time.Second, 32000}, {4100, 0, 0}} {
		now = now.Add(c.after)
		if got := m.rate(c.bytes, now); got != c.want {
			t.Errorf("measurement %d: %d bit/s, want %d", i, got, c.want)
		}
	}
}

// redMedia is what a browser negotiates for audio: Opus, and RED of it where that is not 0.
func redMedia(t *testing.T, opus, red webrtc.PayloadType) *webrtc.MediaEngine {
	t.Helper()
	m := &webrtc.MediaEngine{}
	codecs := []webrtc.RTPCodecParameters{{PayloadType: opus, RTPCodecCapability: webrtc.RTPCodecCapability{
		MimeType: webrtc.MimeTypeOpus, ClockRate: 48000, Channels: 2, SDPFmtpLine: "minptime=10;useinbandfec=1",
	}}}
	if red != 0 {
		codecs = append(codecs, webrtc.RTPCodecParameters{PayloadType: red, RTPCodecCapability: webrtc.RTPCodecCapability{
			MimeType: mimeRED, ClockRate: 48000, Channels: 2, SDPFmtpLine: redLine(opus),
		}})
	}
	for _, c := range codecs {
		if err := m.RegisterCodec(c, webrtc.RTPCodecTypeAudio); err != nil {
			t.Fatal(err)
		}
	}
	return m
}

// Only who offers RED gets it, under its own payload types; what is preferred stays Opus.
func TestNegotiatesRED(t *testing.T) {
	for name, c := range map[string]struct{ opus, red webrtc.PayloadType }{
		"as Chromium offers": {111, 63}, "other payload types": {96, 97}, "without, as Firefox": {109, 0},
	} {
		t.Run(name, func(t *testing.T) {
			watcher := newClientWith(t, newEngine(t), redMedia(t, c.opus, c.red), &interceptor.Registry{})
			watcher.receive(webrtc.RTPCodecTypeAudio, 1)
			watcher.negotiate(nil)
			watcher.waitConnected()
			o := watcher.peer.live.Load().slots[0]
			waitFor(t, "bound", func() bool { return o.bound.Load() != nil })
			if got := o.bound.Load().formats[codec.Opus]; got.media != uint8(c.opus) || got.redundant != uint8(c.red) {
				t.Errorf("the formats are %+v", got)
			}
			if o.redundant() != (c.red != 0) {
				t.Errorf("reads RED: %v", o.redundant())
			}
			want := fmt.Sprintf("m=audio 9 UDP/TLS/RTP/SAVPF %d", c.opus)
			if !strings.Contains(watcher.answer.SDP, want) || strings.Contains(watcher.answer.SDP, "red/48000") != (c.red != 0) {
				t.Errorf("the answer is\n%s", watcher.answer.SDP)
			}
		})
	}
}

// sing adds a sendonly Opus section and returns its track.
func (c *client) sing() *webrtc.TrackLocalStaticRTP {
	c.t.Helper()
	track, err := webrtc.NewTrackLocalStaticRTP(webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeOpus, ClockRate: 48000, Channels: 2}, "a", "s")
	if err != nil {
		c.t.Fatal(err)
	}
	if _, err := c.connection.AddTransceiverFromTrack(track, webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionSendonly}); err != nil {
		c.t.Fatal(err)
	}
	return track
}

// opus is a packet of 20 ms that says its number.
func opus(number uint16) *rtp.Packet {
	return &rtp.Packet{
		Header:  rtp.Header{Version: 2, SequenceNumber: number, Timestamp: uint32(number) * 960},
		Payload: []byte{0xfc, byte(number >> 8), byte(number), 7},
	}
}

// What goes along arrives at who reads it, sealed our way or Pion's; who does not gets plain Opus.
func TestRedundantSoundArrives(t *testing.T) {
	for name, c := range map[string]struct {
		profile dtls.SRTPProtectionProfile
		red     webrtc.PayloadType
	}{
		"AES-GCM": {dtls.SRTP_AEAD_AES_128_GCM, 63}, "Pion": {dtls.SRTP_AES128_CM_HMAC_SHA1_80, 63}, "without RED": {dtls.SRTP_AEAD_AES_128_GCM, 0},
	} {
		t.Run(name, func(t *testing.T) {
			e := newEngine(t)
			profile := func(s *webrtc.SettingEngine) { s.SetSRTPProtectionProfiles(c.profile) }
			publisher := newClientWith(t, e, redMedia(t, 111, 0), &interceptor.Registry{}, profile)
			watcher := newClientWith(t, e, redMedia(t, 111, c.red), &interceptor.Registry{}, profile)
			track := publisher.sing()
			publisher.negotiate(nil, protocol.Section{Mid: "0", Source: protocol.Microphone})
			watcher.receive(webrtc.RTPCodecTypeAudio, 1)
			watcher.negotiate(nil)
			publisher.waitConnected()
			watcher.waitConnected()
			microphone, slot := publisher.answer.Publications[protocol.Microphone], watcher.answer.Slots[0].Slot
			microphone.SetForwarding(true)
			slot.Fill(microphone)
			number := uint16(65500)
			waitFor(t, "20 packets with two earlier ones", func() bool {
				slot.SetRedundancy(2, "test") // the Peer itself sees no loss
				number++
				_ = track.WriteRTP(opus(number))
				return len(watcher.received) >= 25
			})
			full := 0
			for len(watcher.received) > 0 {
				full += checkSound(t, <-watcher.received, c.red)
			}
			if (full >= 20) != (c.red != 0) {
				t.Errorf("%d packets had two earlier ones", full)
			}
		})
	}
}

// checkSound returns 1 for a packet with two earlier payloads, which are the ones before it.
func checkSound(t *testing.T, p *rtp.Packet, red webrtc.PayloadType) int {
	t.Helper()
	if p.PayloadType == 111 {
		return 0
	}
	var r codec.RED
	if err := r.Parse(p.Payload); err != nil || p.PayloadType != uint8(red) || r.PayloadType != 111 {
		t.Fatalf("payload type %d, %+v, %v", p.PayloadType, r, err)
	}
	own := uint16(r.Payload[1])<<8 | uint16(r.Payload[2])
	for i, b := range r.Redundant {
		back := uint16(len(r.Redundant) - i)
		if b.PayloadType != 111 || b.Offset != 960*back || !bytes.Equal(b.Payload, opus(own-back).Payload) {
			t.Fatalf("with %d goes %+v", own, b)
		}
	}
	return len(r.Redundant) / 2
}

func TestSealingRedundancyAllocatesNothing(t *testing.T) {
	f := newFlow(t, 1)
	peer := f.publisher
	r := newReceiver(t, f.at)
	peer.path.current.Store(r.route)
	o := peer.newSlot(protocol.Audio)
	o.bound.Store(&sending{ssrc: 5, formats: formats{codec.Opus: {media: 111, redundant: 63}}})
	o.extensions.Store(&extensions{transportWide: 3})
	b := newBatch(f.at.counters, 0)
	blocks := []codec.Redundant{{Offset: 1920, Payload: make([]byte, 80)}, {Offset: 960, Payload: make([]byte, 80)}}
	out := forward.Outgoing{Codec: codec.Opus, Payload: make([]byte, 80), Redundant: blocks, Burst: b}
	if n := testing.AllocsPerRun(500, func() {
		out.SequenceNumber++
		if err := o.Send(&out); err != nil {
			t.Fatal(err)
		}
		b.flush()
	}); n != 0 {
		t.Errorf("%v allocations for a packet", n)
	}
	// What would be too large for a path leaves its oldest out.
	large := forward.Outgoing{Codec: codec.Opus, Payload: make([]byte, 1000), Redundant: []codec.Redundant{{Payload: make([]byte, 150)}, {Payload: make([]byte, 100)}}}
	if got := redundant(&large, payloadTypes{media: 111, redundant: 63}); len(got) != 1 || len(got[0].Payload) != 100 {
		t.Errorf("%d earlier payloads go with 1,000 bytes", len(got))
	}
	if got := redundant(&large, payloadTypes{media: 111}); got != nil {
		t.Error("earlier payloads go to who does not read them")
	}
}
