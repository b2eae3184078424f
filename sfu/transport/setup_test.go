package transport

import (
	"context"
	"strings"
	"testing"

	"github.com/pion/webrtc/v4"

	"salon/signaling/protocol"
)

// A client that insists on being the DTLS server gets a server that opens DTLS.
func TestOfferOfADTLSServer(t *testing.T) {
	c := newClient(t, newEngine(t))
	track := c.publish()
	offer := strings.ReplaceAll(c.offer(nil), "a=setup:actpass", "a=setup:passive")
	answer, err := c.peer.Answer(context.Background(), Offer{SDP: offer, Sections: []protocol.Section{{Mid: "0", Source: protocol.Camera}}})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(answer.SDP, "a=setup:active\r\n") || strings.Contains(answer.SDP, "a=setup:passive") {
		t.Fatalf("the answer is\n%s", answer.SDP)
	}
	if err := c.connection.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: answer.SDP}); err != nil {
		t.Fatal(err)
	}
	c.waitConnected()
	_ = track.WriteRTP(keyframe(1))
	waitFor(t, "a packet", func() bool { return c.peer.engine.Counters()["packets_received"] > 0 })
}
