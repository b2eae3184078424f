package whip

import (
	"slices"
	"strings"
	"testing"

	"salon/signaling/protocol"
)

// What programs really send, shortened to what matters.
const (
	libdatachannel = "v=0\r\no=rtc 2 0 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0 1\r\na=group:LS 0 1\r\na=msid-semantic:WMS *\r\n" +
		"a=setup:actpass\r\n" + ice + "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\na=sendonly\r\na=rtpmap:111 opus/48000/2\r\n" +
		"m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:1\r\na=sendonly\r\na=rtpmap:96 H264/90000\r\n" +
		"a=fmtp:96 profile-level-id=42e01f;packetization-mode=1;level-asymmetry-allowed=1\r\n"
	webrtcbin = "v=0\r\no=- 1 0 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\na=ice-options:trickle\r\na=group:BUNDLE video0 audio1\r\n" +
		"m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:video0\r\n" + ice + "a=sendrecv\r\na=rtpmap:96 H264/90000\r\n" +
		"a=fmtp:96 packetization-mode=1;sprop-parameter-sets=Z0LAFdoFB+w=,aM48gA==;profile-level-id=42c015\r\n" +
		"m=audio 0 UDP/TLS/RTP/SAVPF 100\r\na=mid:audio1\r\n" + ice + "a=bundle-only\r\na=rtpmap:100 OPUS/48000/2\r\n"
	browser = "v=0\r\no=- 1 0 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0 1 2\r\n" +
		"m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=mid:0\r\na=sctp-port:5000\r\n" +
		"m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:1\r\na=sendonly\r\na=rtpmap:111 opus/48000/2\r\n" +
		"m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:2\r\na=sendonly\r\na=rtpmap:96 VP8/90000\r\n"
)

func TestShape(t *testing.T) {
	for _, c := range []struct {
		name, text string
		door       door
		sections   string // "mid=source ..."
		has        []string
		hasNot     []string
	}{
		{"OBS", libdatachannel, ingest, "0=microphone 1=camera", []string{"profile-level-id=42e01f;packetization-mode=1", "a=group:BUNDLE 0 1"}, nil},
		{"GStreamer", webrtcbin, ingest, "video0=camera audio1=microphone", []string{"a=sendonly", "profile-level-id=42e01f", "a=bundle-only"}, []string{"a=sendrecv", "42c015"}},
		{"GStreamer plays", webrtcbin, playback, "", []string{"a=recvonly"}, []string{"a=sendrecv", "a=sendonly"}},
		{"data channel", browser, ingest, "1=microphone 2=camera", []string{"a=group:BUNDLE 1 2\r\n"}, []string{"m=application", "a=sctp-port"}},
		{"line feeds alone", strings.ReplaceAll(libdatachannel, "\r\n", "\n"), ingest, "0=microphone 1=camera", []string{"v=0\r\n"}, nil},
		{"direction of the session", sdpHead + "a=sendonly\r\n" + sdpBundle + sdpAudio, ingest, "a=microphone", []string{"a=sendonly"}, nil},
		{"no direction", sdpHead + sdpAudio, ingest, "a=microphone", []string{"a=sendonly", "a=group:BUNDLE a"}, nil},
		{"inactive beside", sdpHead + sdpBundle + sdpAudio + sdpVideo + "a=inactive\r\n", ingest, "a=microphone", []string{"a=inactive"}, nil},
		{"two ears", sdpHead + sdpBundle + sdpAudio + strings.ReplaceAll(sdpAudio, ":a", ":b"), playback, "", []string{"a=mid:b"}, nil},
	} {
		o, err := shape(c.text, c.door)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		var sections []string
		for _, s := range o.sections {
			sections = append(sections, s.Mid+"="+string(s.Source))
		}
		if got := strings.Join(sections, " "); got != c.sections {
			t.Errorf("%s: sections %s", c.name, got)
		}
		for _, text := range c.has {
			if !strings.Contains(o.text, text) {
				t.Errorf("%s: no %q in\n%s", c.name, text, o.text)
			}
		}
		for _, text := range c.hasNot {
			if strings.Contains(o.text, text) {
				t.Errorf("%s: %q in\n%s", c.name, text, o.text)
			}
		}
	}
}

func TestShapeRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		door door
	}{
		"nothing to do":         {sdpHead + sdpAudio + "a=inactive\r\n", ingest},
		"only a data channel":   {sdpHead + "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=mid:0\r\n", ingest},
		"two cameras":           {sdpHead + sdpBundle + sdpVideo + strings.ReplaceAll(sdpVideo, ":v", ":w"), ingest},
		"two pictures":          {sdpHead + sdpBundle + sdpVideo + strings.ReplaceAll(sdpVideo, ":v", ":w"), playback},
		"receives, by WHIP":     {sdpPlay, ingest},
		"one receives, by WHIP": {sdpHead + sdpBundle + sdpAudio + sdpVideo + "a=recvonly\r\n", ingest},
		"sends, by WHEP":        {sdpOffer, playback},
		"not bundled":           {sdpHead + sdpAudio + sdpVideo, ingest},
		"many sections":         {sdpHead + sdpBundle + strings.Repeat(sdpAudio, maxSections+1), playback},
		"no SDP":                {"m=audio 9 x 1\r\n", ingest},
		"no session":            {sdpAudio, ingest},
	} {
		if o, err := shape(c.text, c.door); err == nil {
			t.Errorf("%s became\n%s", name, o.text)
		}
	}
}

// The answer has the client's sections in the client's order and words.
func TestAnswerInTheClientsWords(t *testing.T) {
	o, err := shape(browser, ingest)
	if err != nil {
		t.Fatal(err)
	}
	answer := o.answer(sdpHead + "a=group:BUNDLE 1 2\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:1\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:2\r\n")
	if got := mLines(answer); !slices.Equal(got, []string{"m=application 0 UDP/DTLS/SCTP webrtc-datachannel", "m=audio 9 UDP/TLS/RTP/SAVPF 111", "m=video 9 UDP/TLS/RTP/SAVPF 96"}) {
		t.Errorf("%q in\n%s", got, answer)
	}
	if !strings.Contains(answer, "a=mid:0\r\n") || !strings.Contains(answer, "a=group:BUNDLE 1 2\r\n") {
		t.Errorf("the answer is\n%s", answer)
	}
	if o, err = shape(webrtcbin, ingest); err != nil {
		t.Fatal(err)
	}
	answer = o.answer(strings.ReplaceAll(o.text, "a=sendonly", "a=recvonly"))
	if !strings.Contains(answer, "aM48gA==;profile-level-id=42c015\r\n") || strings.Contains(answer, h264Profile) {
		t.Errorf("the answer is\n%s", answer)
	}
	if o, err = shape(sdpHead+sdpAudio, ingest); err != nil {
		t.Fatal(err)
	}
	if answer = o.answer(o.text); strings.Contains(answer, "a=group") {
		t.Errorf("a bundle that was not offered:\n%s", answer)
	}
}

func mLines(text string) []string {
	return slices.DeleteFunc(strings.Split(text, "\r\n"), func(line string) bool { return !strings.HasPrefix(line, "m=") })
}

func TestConstrainedBaseline(t *testing.T) {
	const renamed = "packetization-mode=1;profile-level-id=42e01f"
	for in, want := range map[string]string{
		"profile-level-id=42e01f;packetization-mode=1":   "", // as it should be
		"packetization-mode=1;profile-level-id=42E034":   "", // the level does not matter
		"profile-level-id=42c01f;packetization-mode=1":   renamed,
		"profile-level-id=42001f; packetization-mode=1":  renamed,
		"profile-level-id=4d801f;packetization-mode=1":   renamed,
		"profile-level-id=42e01f":                        renamed,
		"profile-level-id=42e01f;packetization-mode=0":   renamed,
		"level-asymmetry-allowed=1;packetization-mode=1": "level-asymmetry-allowed=1;" + renamed,
		"": renamed,
		"sprop-parameter-sets=Z0LA,aM48gA==;profile-level-id=42c015;": "sprop-parameter-sets=Z0LA,aM48gA==;" + renamed,
		"profile-level-id=640c1f;packetization-mode=1":                "", // high
		"profile-level-id=4d001f;packetization-mode=1":                "", // main
		"profile-level-id=42e0;packetization-mode=1":                  "",
		"profile-level-id=42zzzz;packetization-mode=1":                "",
	} {
		got, ok := asConstrainedBaseline(in)
		if got != want || ok != (want != "") {
			t.Errorf("%q became %q %v, want %q", in, got, ok, want)
		}
	}
}

func TestH264WithoutParameters(t *testing.T) {
	o, err := shape(sdpHead+"m=video 9 UDP/TLS/RTP/SAVPF 96 97\r\na=mid:v\r\na=rtpmap:96 H264/90000\r\na=rtpmap:97 VP8/90000\r\n", ingest)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(o.text, "a=fmtp:96 packetization-mode=1;profile-level-id=42e01f\r\n") || strings.Contains(o.text, "a=fmtp:97") {
		t.Errorf("offered\n%s", o.text)
	}
	if answer := o.answer(o.text); strings.Contains(answer, "a=fmtp") {
		t.Errorf("answered\n%s", answer)
	}
}

func TestFragments(t *testing.T) {
	o, err := shape(libdatachannel, ingest)
	if err != nil {
		t.Fatal(err)
	}
	again := o.renewed(credentials{"WXYZ", "9876543210987654321098"})
	if credentialsOf(again) != (credentials{"WXYZ", "9876543210987654321098"}) || strings.Contains(again, "abcd") || len(again) != len(o.text) {
		t.Errorf("offered again\n%s", again)
	}
	if strings.Contains(o.text, "WXYZ") {
		t.Error("the offer was changed")
	}
	fragment := fragmentOf(sdpAnswer)
	want := "a=ice-lite\r\na=group:BUNDLE a v\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:a\r\n" + ice +
		"a=candidate:1 1 udp 1 192.0.2.1 9 typ host\r\na=end-of-candidates\r\n"
	if fragment != want {
		t.Errorf("got\n%s, want\n%s", fragment, want)
	}
}

// Whatever is sent, what rooms get has only sections of audio and video in the door's direction, and the answer has as
// many sections as the offer, in its order.
func FuzzShape(f *testing.F) {
	for _, text := range []string{libdatachannel, webrtcbin, browser, sdpOffer, sdpPlay, sdpHead, "m=", "v=0\nm=video\nm=audio 0 a b\na=mid:"} {
		f.Add(text, true)
		f.Add(text, false)
	}
	f.Fuzz(func(t *testing.T, text string, publishes bool) {
		d := playback
		if publishes {
			d = ingest
		}
		o, err := shape(text, d)
		if err != nil {
			return
		}
		if publishes && (len(o.sections) == 0 || len(o.sections) > 2) || !publishes && len(o.sections) > 0 {
			t.Errorf("sections %v", o.sections)
		}
		shaped := blocks(o.text)
		for _, b := range shaped[1:] {
			kind, _ := b.media()
			direction := b.direction(nil)
			if k := protocol.Kind(kind); k != protocol.Audio && k != protocol.Video {
				t.Errorf("a section of %q", kind)
			}
			if direction == "a=sendrecv" || publishes && direction == "a=recvonly" || !publishes && direction == "a=sendonly" {
				t.Errorf("direction %s in\n%s", direction, o.text)
			}
		}
		offered, answered := mLines(join(blocks(text))), mLines(o.answer(o.text))
		if len(offered) != len(answered) {
			t.Fatalf("%q is answered with %q", offered, answered)
		}
		for i := range offered {
			if want, _, _ := strings.Cut(offered[i], " "); !strings.HasPrefix(answered[i], want) {
				t.Errorf("%q is answered with %q", offered[i], answered[i])
			}
		}
	})
}

func FuzzFragment(f *testing.F) {
	f.Add(fragmentOf(sdpAnswer))
	f.Add("a=end-of-candidates")
	f.Add("a=ice-ufrag:a\rb\na=ice-pwd:x")
	o, err := shape(sdpOffer, ingest)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, err := readFragment(text)
		if err != nil || c == (credentials{}) {
			return
		}
		if again := o.renewed(c); len(mLines(again)) != 2 || credentialsOf(again) != c || strings.ContainsAny(c.name+c.password, "\r\n ") {
			t.Errorf("%+v became\n%s", c, again)
		}
	})
}
