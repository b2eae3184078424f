package participant

import (
	"net/netip"
	"reflect"
	"testing"

	"salon/signaling/protocol"
)

func TestStateFollowsTheMessages(t *testing.T) {
	anna := protocol.Participant{ID: "a", Name: "Anna", State: protocol.Here}
	bert := protocol.Participant{ID: "b", Name: "Bert", State: protocol.Here}
	camera := protocol.Publication{Source: protocol.Camera}
	var s State
	seq := uint64(4)
	tell := func(m protocol.ServerMessage) {
		seq++
		s.reduce(m, protocol.Envelope{Seq: seq})
	}
	s.reduce(protocol.Joined{Self: "a", Token: "t", Seq: 4, Participants: []protocol.Participant{anna}}, protocol.Envelope{Re: 1})
	tell(protocol.ParticipantJoined{Participant: bert})
	tell(protocol.PublicationChanged{Participant: "b", Publication: camera})
	before := s.clone()
	tell(protocol.PublicationChanged{Participant: "b", Publication: protocol.Publication{Source: protocol.Camera, Muted: true}})
	tell(protocol.ParticipantChanged{ID: "b", Name: "Bert", State: protocol.Reconnecting})
	tell(protocol.ChatLine{ID: 1, Text: "hello"})
	if tiles := before.tiles(AutoView{Width: 320, Height: 180}, 5); len(tiles) != 1 || tiles[0].Participant != "b" {
		t.Errorf("tiles: %v", tiles)
	}
	if before.Participants[1].Publications[0].Muted {
		t.Error("a snapshot changed afterwards")
	}
	if b, ok := s.Participant("b"); !ok || b.State != protocol.Reconnecting || !b.Publications[0].Muted {
		t.Errorf("Bert: %+v", b)
	}
	tell(protocol.PublicationEnded{Participant: "b", Source: protocol.Camera})
	tell(protocol.ParticipantLeft{ID: "b"})
	if !reflect.DeepEqual(s.Participants, []protocol.Participant{anna}) || len(s.Chat) != 1 || s.SeqErrors+s.Inconsistent != 0 {
		t.Errorf("%+v", s)
	}
	if tiles := s.tiles(AutoView{}, 5); tiles == nil || len(tiles) > 0 {
		t.Errorf("tiles of nobody: %#v, want an empty list that is not null on the wire", tiles)
	}
}

func TestStateNoticesErrors(t *testing.T) {
	s := State{Seq: 7}
	s.reduce(protocol.ChatLine{}, protocol.Envelope{Seq: 9})
	s.reduce(protocol.ChatLine{}, protocol.Envelope{Seq: 9})
	if s.SeqErrors != 2 {
		t.Errorf("a gap and a repeat count as %d", s.SeqErrors)
	}
	for i, m := range []protocol.ServerMessage{
		protocol.ParticipantLeft{ID: "x"}, protocol.ParticipantChanged{ID: "x"},
		protocol.PublicationChanged{Participant: "x"}, protocol.PublicationEnded{Participant: "x"},
	} {
		s.reduce(m, protocol.Envelope{})
		if s.Inconsistent != i+1 {
			t.Errorf("%T about nobody was not noticed", m)
		}
	}
	s.reduce(protocol.Joined{Resumed: true, Replayed: true, Seq: 8}, protocol.Envelope{})
	if s.SeqErrors != 3 || s.Seq != 9 {
		t.Errorf("a replay that overlaps: %d errors, seq %d", s.SeqErrors, s.Seq)
	}
	s.reduce(protocol.Joined{Resumed: true, Seq: 30, Chat: []protocol.ChatLine{{ID: 1}}}, protocol.Envelope{})
	if s.Resumes != 2 || s.Replays != 1 || s.Seq != 30 || len(s.Chat) != 1 {
		t.Errorf("%+v", s)
	}
	s.reduce(protocol.Bye{Reason: protocol.ByeShutdown}, protocol.Envelope{})
	if s.Bye == nil || s.Bye.Reason != protocol.ByeShutdown {
		t.Error("no bye")
	}
}

func TestSocketURL(t *testing.T) {
	for base, want := range map[string][2]string{
		"http://127.0.0.1:8080":      {"ws://127.0.0.1:8080/ws", "http://127.0.0.1:8080"},
		"https://salon.example/":     {"wss://salon.example/ws", "https://salon.example"},
		"ws://localhost:1/socket":    {"ws://localhost:1/socket", "http://localhost:1"},
		"wss://salon.example/deep/w": {"wss://salon.example/deep/w", "https://salon.example"},
	} {
		socket, origin, err := socketURL(base)
		if err != nil || socket != want[0] || origin != want[1] {
			t.Errorf("%s: %s %s %v", base, socket, origin, err)
		}
	}
	for _, bad := range []string{"", "127.0.0.1:80", "ftp://x", "http://", "::"} {
		if _, _, err := socketURL(bad); err == nil {
			t.Errorf("%q was accepted", bad)
		}
	}
}

func TestOptions(t *testing.T) {
	good := Options{URL: "http://127.0.0.1", Room: "r", Name: "n", VideoSlots: 1}
	if o, err := good.withDefaults(); err != nil || o.FPS != 30 || len(o.Layers) != 3 || o.TemporalLayers != 3 {
		t.Errorf("%+v, %v", o, err)
	}
	for name, spoil := range map[string]func(*Options){
		"no name":        func(o *Options) { o.Name = "" },
		"no sections":    func(o *Options) { o.VideoSlots = 0 },
		"too many slots": func(o *Options) { o.VideoSlots = 63; o.Publish = Publish{Camera: true, Microphone: true} },
		"negative":       func(o *Options) { o.AudioSlots = -1 },
		"frame rate":     func(o *Options) { o.FPS = 61 },
		"temporal":       func(o *Options) { o.TemporalLayers = 2 },
		"no size":        func(o *Options) { o.Layers = []VideoLayer{{Kbps: 1}} },
		"too large":      func(o *Options) { o.Layers = []VideoLayer{{Width: 1 << 14, Height: 1, Kbps: 1}} },
		"no rid": func(o *Options) {
			o.Layers = []VideoLayer{{Width: 1, Height: 1, Kbps: 1}, {Width: 2, Height: 2, Kbps: 1}}
		},
		"four": func(o *Options) {
			o.Layers = append(DefaultLayers(100), VideoLayer{RID: "x", Width: 1, Height: 1, Kbps: 1})
		},
	} {
		o := good
		spoil(&o)
		if _, err := o.withDefaults(); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if got := (Publish{ScreenAudio: true, Camera: true}).Sources(); !reflect.DeepEqual(got, []protocol.Source{protocol.ScreenAudio, protocol.Camera}) {
		t.Errorf("sources: %v", got)
	}
}

func TestDetour(t *testing.T) {
	const answer = "v=0\r\na=candidate:1 1 udp 2130706431 127.0.0.1 7882 typ host\r\na=candidate:2 1 tcp 1 127.0.0.1 7882 typ host tcptype passive\r\na=end-of-candidates\r\n"
	const want = "v=0\r\na=candidate:1 1 udp 2130706431 127.0.0.2 99 typ host\r\na=end-of-candidates\r\n"
	if got := detour(answer, netip.MustParseAddrPort("127.0.0.2:99")); got != want {
		t.Errorf("%q", got)
	}
	if got := detour(answer, netip.AddrPort{}); got != answer {
		t.Errorf("changed to %q", got)
	}
}

func TestReadAnswer(t *testing.T) {
	const answer = "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n" +
		"m=audio 9 UDP/TLS/RTP/SAVPF 111\r\nc=IN IP4 0.0.0.0\r\na=mid:0\r\na=rtpmap:111 opus/48000/2\r\na=ssrc:11 cname:x\r\n" +
		"m=video 9 UDP/TLS/RTP/SAVPF 96 97\r\nc=IN IP4 0.0.0.0\r\na=mid:1\r\na=rtpmap:96 VP8/90000\r\na=rtpmap:97 rtx/90000\r\n" +
		"a=extmap:4/recvonly " + transportWideURI + "\r\na=extmap:1 urn:ietf:params:rtp-hdrext:sdes:mid\r\n" +
		"a=fmtp:97 apt=96\r\na=ssrc-group:FID 21 22\r\na=ssrc:21 cname:x\r\na=ssrc:22 cname:x\r\na=ssrc:zzz cname:x\r\n"
	got, err := readAnswer(answer)
	want := map[string]described{"0": {ssrc: 11, formats: formats{media: 111}}, "1": {ssrc: 21, repair: 22, formats: formats{media: 96, repair: 97}, transport: 4}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := readAnswer("nonsense"); err == nil {
		t.Error("nonsense is an answer")
	}
}
