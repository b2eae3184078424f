package transport

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"salon/sfu/codec"
	"salon/signaling/protocol"
)

const sessionLines = "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n"

const cameraLines = "m=video 9 UDP/TLS/RTP/SAVPF 96 97 102\r\na=mid:1\r\na=sendonly\r\n" +
	"a=rtpmap:96 VP8/90000\r\na=rtpmap:97 rtx/90000\r\na=fmtp:97 apt=96\r\na=rtpmap:102 H264/90000\r\n" +
	"a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid\r\na=extmap:10/sendonly urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id\r\n" +
	"a=rid:f send\r\na=rid:h send\r\na=rid:q send\r\na=simulcast:send f;~h;q\r\na=ssrc:77 cname:x\r\na=candidate:1 1 udp 1 10.0.0.1 5000 typ host\r\n"

func TestParseDescription(t *testing.T) {
	d, err := parseDescription(sessionLines + cameraLines)
	if err != nil {
		t.Fatal(err)
	}
	s := d.section("1")
	if s == nil || s.kind != protocol.Video || !s.sends() {
		t.Fatalf("section %+v", s)
	}
	if want := map[uint8]format{96: {codec: codec.VP8}, 97: {codec: codec.VP8, repair: true}, 102: {codec: codec.H264}}; !reflect.DeepEqual(s.formats, want) {
		t.Errorf("formats %v, want %v", s.formats, want)
	}
	if s.extensions["urn:ietf:params:rtp-hdrext:sdes:mid"] != 4 || s.extensions["urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id"] != 10 {
		t.Errorf("extensions %v", s.extensions)
	}
	if got := s.encodings(); !reflect.DeepEqual(got, []string{"q", "h", "f"}) {
		t.Errorf("encodings %v, want the smallest first", got)
	}
	if !reflect.DeepEqual(s.ssrcs, []uint32{77}) {
		t.Errorf("ssrcs %v", s.ssrcs)
	}
}

// Unknown names keep the order of the line: some old clients rename their encodings.
func TestEncodingsOfForeignNames(t *testing.T) {
	s := section{rids: []string{"1", "0", "2"}}
	if got := s.encodings(); !reflect.DeepEqual(got, []string{"1", "0", "2"}) {
		t.Errorf("encodings %v", got)
	}
}

func TestParseDescriptionRefuses(t *testing.T) {
	for name, text := range map[string]string{
		"nothing":             "",
		"not SDP":             "hello",
		"no section":          sessionLines,
		"a data channel":      sessionLines + "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=mid:0\r\n",
		"no mid":              sessionLines + "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n",
		"a mid twice":         sessionLines + strings.Repeat("m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\n", 2),
		"four encodings":      sessionLines + "m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:0\r\na=simulcast:send 1;2;3;4\r\n",
		"far too many":        sessionLines + strings.Repeat("m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n", protocol.MaxSections+1),
		"larger than a frame": sessionLines + strings.Repeat("a=x\r\n", protocol.MaxMessageBytes/5),
	} {
		if _, err := parseDescription(text); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

// No candidate of a client's reaches Pion: the server sends nothing to addresses that a client names.
func TestWithoutCandidates(t *testing.T) {
	got := withoutCandidates(sessionLines + cameraLines + "a=end-of-candidates\r\n")
	if strings.Contains(got, "candidate") {
		t.Errorf("still there: %s", got)
	}
	if want := len(sessionLines+cameraLines) - len("a=candidate:1 1 udp 1 10.0.0.1 5000 typ host\r\n"); len(got) != want {
		t.Errorf("%d bytes left, want %d: nothing else may go", len(got), want)
	}
}

func FuzzParseDescription(f *testing.F) {
	f.Add(sessionLines + cameraLines)
	f.Add(sessionLines + "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\na=ssrc-group:FID 1 2\r\na=fmtp:1 apt=\r\n")
	f.Fuzz(func(t *testing.T, text string) {
		d, err := parseDescription(text)
		if err != nil {
			return
		}
		for _, s := range d.sections {
			if s.mid == "" || len(s.rids) > maxRIDs || len(s.encodings()) != len(s.rids) {
				t.Errorf("accepted %+v", s)
			}
			for pt, format := range s.formats {
				if pt > 127 || format.codec == codec.Unknown {
					t.Errorf("payload type %d is %+v", pt, format)
				}
			}
		}
	})
}

func TestUnpadded(t *testing.T) {
	for _, c := range []struct {
		packet  []byte
		header  int
		padding bool
		want    string
		ok      bool
	}{
		{[]byte("hhabc"), 2, false, "abc", true},
		{[]byte("hhabc\x00\x00\x03"), 2, true, "abc", true},
		{[]byte("hh\x00\x02"), 2, true, "", true},
		{[]byte("hh\x00\x03"), 2, true, "", false}, // more padding than payload
		{[]byte("hh"), 2, true, "", false},
		{[]byte("h"), 2, false, "", false},
	} {
		got, ok := unpadded(c.packet, c.header, c.padding)
		if ok != c.ok || ok && string(got) != c.want {
			t.Errorf("%q: got %q %v", fmt.Sprintf("%x", c.packet), got, ok)
		}
	}
}

func TestRejectedSectionsDoNotCount(t *testing.T) {
	const head = "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n"
	const transport = "a=ice-ufrag:abcd\r\na=ice-pwd:0123456789012345678901\r\na=fingerprint:sha-256 " +
		"00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF\r\na=setup:passive\r\n"
	d, err := parseDescription(head + "m=application 0 UDP/DTLS/SCTP webrtc-datachannel\r\nm=video 0 UDP/TLS/RTP/SAVPF 0\r\n" +
		"m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:a\r\n" + transport + "m=video 0 UDP/TLS/RTP/SAVPF 96\r\na=mid:v\r\na=bundle-only\r\n" + transport)
	if err != nil {
		t.Fatal(err)
	}
	if len(d.sections) != 2 || d.sections[0].mid != "a" || d.sections[1].mid != "v" || !d.hasICE || !d.hasDTLS || d.setup != "passive" {
		t.Errorf("%+v", d)
	}
}

// A client may take fewer codecs in its slots than it sends, and Pion's answer does not tell.
func TestDecodesIsWhatTheSlotsOfTheOfferTake(t *testing.T) {
	formats := func(codecs ...codec.Codec) map[uint8]format {
		m := map[uint8]format{}
		for i, c := range codecs {
			m[uint8(96+i)] = format{codec: c}
		}
		return m
	}
	offer := &description{sections: []section{
		{mid: "camera", kind: protocol.Video, direction: "sendonly", formats: formats(codec.VP8, codec.VP9, codec.H264)},
		{mid: "slot", kind: protocol.Video, direction: "recvonly", formats: formats(codec.VP8, codec.AV1)},
	}}
	answer := &description{sections: []section{
		{mid: "camera", kind: protocol.Video, direction: "recvonly", formats: formats(codec.VP8, codec.VP9, codec.H264)},
		{mid: "slot", kind: protocol.Video, direction: "sendonly", formats: formats(codec.VP8, codec.VP9)},
		{mid: "unheard of", kind: protocol.Video, direction: "sendonly", formats: formats(codec.AV1)},
	}}
	if got := answer.decodes(offer); got != codec.SetOf(codec.VP8) {
		t.Errorf("decodes %v", got)
	}
}
