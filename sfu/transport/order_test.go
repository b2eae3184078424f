package transport

import (
	"context"
	"strings"
	"testing"

	"github.com/pion/webrtc/v4"

	"salon/signaling/protocol"
)

func TestInOrder(t *testing.T) {
	const head = "v=0\r\ns=-\r\n"
	section := func(mid, formats string) string {
		return "m=video 9 UDP/TLS/RTP/SAVPF" + formats + "\r\na=mid:" + mid + "\r\na=x\r\n"
	}
	for _, c := range []struct{ name, offer, answer, want string }{
		{"as offered", section("a", " 1 2 3 4"), section("a", " 4 1 3"), section("a", " 1 3 4")},
		{"the same", section("a", " 1 2"), section("a", " 1 2"), section("a", " 1 2")},
		{"each for itself", section("a", " 1 2") + section("b", " 2 1"), section("a", " 2 1") + section("b", " 1 2"), section("a", " 1 2") + section("b", " 2 1")},
		{"not offered", section("a", " 1 2"), section("c", " 2 1"), section("c", " 2 1")},
		{"nothing", section("a", ""), section("a", ""), section("a", "")},
	} {
		if got := inOrder(head+c.answer, head+c.offer); got != head+c.want {
			t.Errorf("%s: %q, want %q", c.name, got, head+c.want)
		}
	}
	if got := inOrder("v=0\r\n", ""); got != "v=0\r\n" {
		t.Errorf("without sections: %q", got)
	}
	if got := inOrder(head+"m=\r\na=mid:a\r\n", head+section("a", " 1")); got != head+"m=\r\na=mid:a\r\n" {
		t.Errorf("an m= line without anything: %q", got)
	}
}

// A publisher that can change its codec only by another offer puts another one first, and the answer follows each time.
func TestAnswersFollowTheOrderOfEachOffer(t *testing.T) {
	c := newClient(t, newEngine(t))
	if _, err := c.connection.AddTransceiverFromKind(webrtc.RTPCodecTypeVideo, webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionSendonly}); err != nil {
		t.Fatal(err)
	}
	for _, first := range []string{"96", "98", "45", "96"} { // VP8, VP9, AV1, VP8 of Pion's client
		sections := mediaSections(c.offer(nil))
		lines := strings.SplitAfter(sections[1], "\n")
		lines[0] = strings.Replace(strings.Replace(lines[0], " "+first, "", 1), "SAVPF", "SAVPF "+first, 1)
		answer, err := c.peer.Answer(context.Background(), Offer{
			SDP: sections[0] + strings.Join(lines, ""), Sections: []protocol.Section{{Mid: "0", Source: protocol.Screen}},
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := c.connection.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: answer.SDP}); err != nil {
			t.Fatal(err)
		}
		if got := formatsOf(strings.SplitAfter(mediaSections(answer.SDP)[1], "\n")); got[0] != first {
			t.Errorf("%s was offered first, answered is %v", first, got)
		}
	}
}
