package whip

import (
	"bytes"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"salon/sfu/transport"
)

// Debian's simple-whip-client publishes, as an independent implementation (GStreamer's webrtcbin). The test is skipped
// where the program is missing, or where the system's libraries do not let it start.
func TestSimpleWHIPClient(t *testing.T) {
	program, err := exec.LookPath("whip-client")
	if err != nil {
		t.Skip("simple-whip-client is not installed")
	}
	p := newPlaceAt(t, transport.Config{TCPPort: -1}, nil) // it does not use the loopback interface
	var output bytes.Buffer
	c := exec.CommandContext(t.Context(), program, "--url", p.url+"/whip/gst?name=GStreamer", "--token", token, "--disable-colors",
		"--audio", "audiotestsrc is-live=true ! audioconvert ! audioresample ! opusenc ! rtpopuspay pt=100 ssrc=1 ! application/x-rtp,media=audio,encoding-name=OPUS,payload=100",
		"--video", "videotestsrc is-live=true ! videoconvert ! vp8enc deadline=1 keyframe-max-dist=30 ! rtpvp8pay pt=96 ssrc=2 ! application/x-rtp,media=video,encoding-name=VP8,payload=96")
	c.Stdout, c.Stderr, c.WaitDelay = &output, &output, time.Second
	c.Cancel = func() error { return c.Process.Signal(os.Interrupt) } // it then sends DELETE
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { _ = c.Wait(); close(ended) }()
	flowing := func() bool {
		for _, r := range p.registry.Snapshot().Rooms {
			pubs := r.Participants[0].Publications
			return len(pubs) == 2 && pubs[0].Media.Encodings[0].Packets > 20 && pubs[1].Media.Encodings[0].Packets > 20
		}
		return false
	}
	p.eventually("sound and pictures flow", func() bool {
		select {
		case <-ended:
			if strings.Contains(output.String(), "libsoup2 symbols detected") {
				t.Skip("whip-client cannot run beside this system's libnice, which brings another libsoup")
			}
			t.Fatalf("it ended by itself:\n%s", output.String())
		default:
		}
		return flowing()
	})
	_ = c.Process.Signal(os.Interrupt)
	<-ended
	if n := p.whip.Counters()["ended_deleted"]; n != 1 {
		t.Errorf("%v\n%s", p.whip.Counters(), output.String())
	}
}
