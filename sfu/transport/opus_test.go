package transport

import (
	"context"
	"strconv"
	"strings"
	"testing"

	"github.com/pion/webrtc/v4"

	"salon/signaling/protocol"
)

const (
	opusLines  = "a=rtpmap:111 opus/48000/2\r\na=fmtp:111 minptime=10;useinbandfec=1;stereo=1\r\na=rtpmap:63 red/48000/2\r\na=fmtp:63 111/111\r\n"
	voiceLines = "a=rtpmap:111 opus/48000/2\r\na=fmtp:111 " + opusVoice + "\r\na=rtpmap:63 red/48000/2\r\na=fmtp:63 111/111\r\n"
	musicLines = "a=rtpmap:111 opus/48000/2\r\na=fmtp:111 " + opusMusic + "\r\na=rtpmap:63 red/48000/2\r\na=fmtp:63 111/111\r\n"
)

func TestWithOpus(t *testing.T) {
	offer := &description{sections: []section{{mid: "voice"}, {mid: "music", stereo: true}, {mid: "slot"}}}
	audio := func(mid, direction, codecs string) string {
		return "m=audio 9 UDP/TLS/RTP/SAVPF 111 63\r\na=mid:" + mid + "\r\n" + codecs + "a=" + direction + "\r\n"
	}
	const video = "m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:film\r\na=rtpmap:96 VP8/90000\r\na=fmtp:96 x=1\r\na=recvonly\r\n"
	const head = "v=0\r\ns=-\r\n"
	for in, want := range map[string]string{
		head + audio("voice", "recvonly", opusLines):         head + audio("voice", "recvonly", voiceLines),
		head + audio("music", "recvonly", opusLines) + video: head + audio("music", "recvonly", musicLines) + video,
		head + audio("slot", "sendonly", opusLines):          head + audio("slot", "sendonly", opusLines),
		head + audio("other", "recvonly", opusLines):         head + audio("other", "recvonly", voiceLines),
		head + audio("voice", "recvonly", "a=rtpmap:111 opus/48000/2\r\n") + audio("music", "recvonly", opusLines): head +
			audio("voice", "recvonly", "a=rtpmap:111 opus/48000/2\r\na=fmtp:111 "+opusVoice+"\r\n") + audio("music", "recvonly", musicLines),
	} {
		if got := withOpus(in, offer); got != want {
			t.Errorf("%q became\n%q, want\n%q", in, got, want)
		}
	}
}

func TestStereoIsAnnouncedBySection(t *testing.T) {
	for parameters, want := range map[string]bool{
		"minptime=10;useinbandfec=1":              false,
		"minptime=10;stereo=1":                    false, // what it would like to receive
		"minptime=10;stereo=1;sprop-stereo=1":     true,
		"sprop-stereo=1":                          true,
		"minptime=10; sprop-stereo=1; stereo=1":   true,
		"minptime=10;sprop-stereo=0;x-sprop=1":    false,
		"minptime=10;xsprop-stereo=1;useinband=1": false,
	} {
		d, err := parseDescription("v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\n" +
			"a=fmtp:111 " + parameters + "\r\na=rtpmap:111 opus/48000/2\r\n")
		if err != nil {
			t.Fatal(err)
		}
		if got := d.sections[0].stereo; got != want {
			t.Errorf("%q: %v, want %v", parameters, got, want)
		}
	}
}

// A publisher changes between voice and music in the middle of a call, each section for itself.
func TestPublishersChangeBetweenVoiceAndMusic(t *testing.T) {
	c := newClient(t, newEngine(t))
	for _, direction := range []webrtc.RTPTransceiverDirection{webrtc.RTPTransceiverDirectionSendonly, webrtc.RTPTransceiverDirectionSendonly, webrtc.RTPTransceiverDirectionRecvonly} {
		if _, err := c.connection.AddTransceiverFromKind(webrtc.RTPCodecTypeAudio, webrtc.RTPTransceiverInit{Direction: direction}); err != nil {
			t.Fatal(err)
		}
	}
	for _, music := range []string{"1", "01", "0", ""} {
		sections := strings.SplitAfter(c.offer(nil), "\r\nm=")
		for i := 1; i < len(sections); i++ {
			if strings.Contains(music, midOf(strings.SplitAfter(sections[i], "\n"))) {
				sections[i] = strings.ReplaceAll(sections[i], "useinbandfec=1", "useinbandfec=1;stereo=1;sprop-stereo=1")
			}
		}
		answer, err := c.peer.Answer(context.Background(), Offer{SDP: strings.Join(sections, ""), Sections: []protocol.Section{
			{Mid: "0", Source: protocol.Microphone}, {Mid: "1", Source: protocol.ScreenAudio},
		}})
		if err != nil {
			t.Fatal(err)
		}
		if err := c.connection.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: answer.SDP}); err != nil {
			t.Fatal(err)
		}
		for i, section := range strings.SplitAfter(answer.SDP, "\r\nm=")[1:3] {
			want := opusVoice
			if strings.Contains(music, strconv.Itoa(i)) {
				want = opusMusic
			}
			if !strings.Contains(section, "a=fmtp:111 "+want+"\r\n") {
				t.Errorf("music in %q: section %d is not asked for %s\n%s", music, i, want, section)
			}
		}
	}
}
