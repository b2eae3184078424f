package whip

import (
	"encoding/binary"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/pion/webrtc/v4"

	"salon/rooms"
	"salon/signaling/protocol"
)

// Whoever publishes by WHIP is seen and heard by WHEP: the same frames, in order.
func TestPublishAndPlay(t *testing.T) {
	p := newPlace(t, nil)
	viewer := p.newPeer()
	viewer.receives(webrtc.RTPCodecTypeAudio)
	viewer.receives(webrtc.RTPCodecTypeVideo)
	viewer.post("/whep/stage?name=Wall")

	publisher := p.newPeer()
	video, audio := publisher.sends(webrtc.MimeTypeVP8), publisher.sends(webrtc.MimeTypeOpus)
	answer := publisher.post("/whip/stage?name=OBS")
	if link := answer.Header.Get("Link"); link != `<stun:stun.example.org>; rel="ice-server"` {
		t.Errorf("Link: %s", link)
	}
	for _, line := range []string{"a=ice-lite", "a=candidate:", "a=recvonly", "a=setup:passive"} {
		if !strings.Contains(publisher.answer, line) {
			t.Errorf("the answer has no %s:\n%s", line, publisher.answer)
		}
	}
	publisher.flow(video, picture)
	publisher.flow(audio, sound)

	first := viewer.next(webrtc.RTPCodecTypeVideo)
	if first.Payload[0]&0x10 == 0 || first.Payload[2]&1 == 0 && len(first.Payload) < 10 {
		t.Errorf("the first packet begins no keyframe: % x", first.Payload)
	}
	was, timestamp := binary.LittleEndian.Uint16(first.Payload[11:]), first.Timestamp
	for range 100 {
		packet := viewer.next(webrtc.RTPCodecTypeVideo)
		number := binary.LittleEndian.Uint16(packet.Payload[11:])
		if number != was+1 || packet.Timestamp != timestamp+3000 {
			t.Fatalf("frame %d at %d after frame %d at %d", number, packet.Timestamp, was, timestamp)
		}
		was, timestamp = number, packet.Timestamp
	}
	heard := viewer.next(webrtc.RTPCodecTypeAudio).Payload
	for range 50 {
		packet := viewer.next(webrtc.RTPCodecTypeAudio).Payload
		if binary.LittleEndian.Uint16(packet[1:]) != binary.LittleEndian.Uint16(heard[1:])+1 {
			t.Fatalf("sound % x after % x", packet, heard)
		}
		heard = packet
	}
	for _, c := range []*peer{publisher, viewer} {
		if answer, text := p.do(http.MethodDelete, c.location, "", ""); answer.StatusCode != http.StatusOK {
			t.Errorf("%s %s", answer.Status, text)
		}
		if answer, _ := p.do(http.MethodDelete, c.location, "", ""); answer.StatusCode != http.StatusNotFound {
			t.Errorf("a session that has ended: %s", answer.Status)
		}
	}
	if totals := p.registry.Totals(); totals.ParticipantsNow != 0 || p.whip.Sessions() != 0 {
		t.Errorf("after the end: %+v, %d sessions", totals, p.whip.Sessions())
	}
}

// Every codec that is forwarded is taken from a WHIP client, under its own payload type.
func TestCodecs(t *testing.T) {
	p := newPlace(t, nil)
	for _, mime := range []string{webrtc.MimeTypeVP8, webrtc.MimeTypeVP9, webrtc.MimeTypeH264, webrtc.MimeTypeAV1} {
		t.Run(mime, func(t *testing.T) {
			c := p.newPeer()
			track := c.sends(mime)
			c.post("/whip/" + mime[6:])
			before := p.engine.Counters()["packets_received"]
			stop := c.flow(track, picture)
			p.eventually("packets", func() bool { return p.engine.Counters()["packets_received"] > before+10 })
			stop()
			for _, r := range p.registry.Snapshot().Rooms {
				for _, person := range r.Participants {
					for _, pub := range person.Publications {
						if pub.Source != protocol.Camera || pub.Muted || !pub.Bound || pub.Media.Encodings[0].Packets == 0 {
							t.Errorf("%+v %+v", pub, pub.Media)
						}
					}
				}
			}
			p.do(http.MethodDelete, c.location, "", "")
		})
	}
}

func TestSimulcastIsTaken(t *testing.T) {
	p := newPlace(t, nil)
	c := p.newPeer()
	first := c.sends(webrtc.MimeTypeVP8, "q")
	for _, rid := range []string{"h", "f"} {
		track, err := webrtc.NewTrackLocalStaticRTP(webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeVP8, ClockRate: 90000}, first.ID(), first.StreamID(), webrtc.WithRTPStreamID(rid))
		if err != nil {
			t.Fatal(err)
		}
		if err := c.connection.GetSenders()[0].AddEncoding(track); err != nil {
			t.Fatal(err)
		}
	}
	c.post("/whip/r")
	encodings := p.registry.Snapshot().Rooms[0].Participants[0].Publications[0].Media.Encodings
	if len(encodings) != 3 || encodings[0].RID != "q" || encodings[2].RID != "f" {
		t.Errorf("encodings %+v", encodings)
	}
}

// An ICE restart by PATCH: new credentials on both sides, the same media.
func TestICERestart(t *testing.T) {
	p := newPlace(t, nil)
	c := p.newPeer()
	track := c.sends(webrtc.MimeTypeVP8)
	c.post("/whip/r")
	c.flow(track, picture)
	before := c.answer

	patch := func(fragment, tag string) (*http.Response, string) {
		return p.do(http.MethodPatch, c.location, typeFragment, fragment, "If-Match", tag)
	}
	own := fragmentOf(c.connection.LocalDescription().SDP)
	if answer, _ := patch(own, c.tag); answer.StatusCode != http.StatusNoContent || answer.Header.Get("ETag") != "" {
		t.Fatalf("candidates: %s, ETag %s", answer.Status, answer.Header.Get("ETag"))
	}
	answer, fragment := patch(fragmentOf(c.offer(&webrtc.OfferOptions{ICERestart: true})), "*")
	if answer.StatusCode != http.StatusOK || answer.Header.Get("Content-Type") != typeFragment {
		t.Fatalf("%s: %s", answer.Status, fragment)
	}
	tag := answer.Header.Get("ETag")
	if tag == "" || tag == c.tag {
		t.Errorf("ETag %s after %s", tag, c.tag)
	}
	renewed := credentialsOf(fragment)
	if renewed == credentialsOf(before) || !strings.Contains(fragment, "a=candidate:") {
		t.Fatalf("the fragment is\n%s", fragment)
	}
	c.apply((&offer{text: before}).renewed(renewed))
	c.connected()
	received := p.engine.Counters()["packets_received"]
	p.eventually("media goes on", func() bool { return p.engine.Counters()["packets_received"] > received+50 })
	if answer, _ := patch(own, c.tag); answer.StatusCode != http.StatusPreconditionFailed {
		t.Errorf("the old tag: %s", answer.Status)
	}
	if answer, _ := patch("a=end-of-candidates\r\n", tag); answer.StatusCode != http.StatusNoContent {
		t.Errorf("candidates with the new tag: %s", answer.Status)
	}
	if n := p.registry.Totals(); n.Joins != 1 || n.PublicationsNow != 1 {
		t.Errorf("%+v", n)
	}
}

// What the clients do not offer in common is refused with a reason, and leaves nothing behind.
func TestNoCommonCodec(t *testing.T) {
	p := newPlace(t, nil)
	c := p.newPeer()
	c.sends(webrtc.MimeTypeVP8)
	text := strings.ReplaceAll(strings.ReplaceAll(c.offer(nil), "VP8/", "H263/"), "VP9/", "H261/")
	text = strings.ReplaceAll(strings.ReplaceAll(text, "AV1/", "H262/"), "H264/", "H265/")
	answer, problem := p.do(http.MethodPost, "/whip/r", typeSDP, text)
	if answer.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(problem, "codec") {
		t.Errorf("%s: %s", answer.Status, problem)
	}
	p.eventually("nobody is left", func() bool { return p.registry.Totals().RoomsNow == 0 })
}

// A client that goes without DELETE is gone a while later, with all that it held.
func TestLostClient(t *testing.T) {
	p := newPlace(t, func(c *Config) { c.Timing.Lost = 1 })
	c := p.newPeer()
	c.sends(webrtc.MimeTypeVP8)
	answer, text := p.do(http.MethodPost, "/whip/r", typeSDP, c.offer(nil))
	if answer.StatusCode != http.StatusCreated {
		t.Fatal(text)
	}
	p.eventually("the session has ended", func() bool { return p.whip.Sessions() == 0 && p.registry.Totals().RoomsNow == 0 })
	if n := p.whip.Counters()["ended_media"]; n != 1 {
		t.Errorf("%v", p.whip.Counters())
	}
}

// A session that was lost takes its participant's place again, with the same outbox.
func TestResumeWithRealRooms(t *testing.T) {
	p := newPlace(t, nil)
	home := realRooms{p.registry}
	out, watching := newOutbox(), newOutbox()
	one, err := home.Join(t.Context(), rooms.Entrance{Join: protocol.Join{Room: "r", Name: "One"}, Out: out})
	if err != nil {
		t.Fatal(err)
	}
	other, err := home.Join(t.Context(), rooms.Entrance{Join: protocol.Join{Room: "r", Name: "Other"}, Out: watching})
	if err != nil {
		t.Fatal(err)
	}
	away := func() bool {
		watching.mu.Lock()
		defer watching.mu.Unlock()
		return watching.audience.people[0].away
	}
	one.Lost(out)
	if !away() {
		t.Error("others do not see that it is lost")
	}
	other.Leave(protocol.LeftByChoice) // an event that is missed
	self := out.resume()
	if _, err := home.Join(t.Context(), rooms.Entrance{Join: protocol.Join{Room: "r", Resume: &self}, Out: out}); err != nil {
		t.Fatal(err)
	}
	if n := len(out.audience.people); n != 1 || out.removed || out.resume().LastSeq != self.LastSeq+1 {
		t.Errorf("%d people, removed %v, seq %d after %d", n, out.removed, out.resume().LastSeq, self.LastSeq)
	}
	if totals := p.registry.Totals(); totals.ResumesByEvent != 1 || totals.ReconnectingNow != 0 {
		t.Errorf("%+v", totals)
	}
	one.Leave(protocol.LeftByChoice)
}

// Sessions that come and go, in every way, leave nothing.
func TestChurn(t *testing.T) {
	p := newPlace(t, func(c *Config) {
		c.Timing.Lost, c.Limits.RequestsPerAddress = 100*time.Millisecond, Rate{PerSecond: 1000, Burst: 1000}
	})
	c := p.newPeer()
	c.sends(webrtc.MimeTypeVP8)
	offer := c.offer(nil)
	for i := range 40 {
		answer, text := p.do(http.MethodPost, "/whip/r", typeSDP, offer)
		switch {
		case answer.StatusCode != http.StatusCreated:
			t.Fatal(text)
		case i%2 == 0:
			p.do(http.MethodDelete, answer.Header.Get("Location"), "", "")
		case i%4 == 1:
			broken := strings.ReplaceAll(offer, "a=fingerprint", "a=nothing")
			if answer, text := p.do(http.MethodPost, "/whip/r", typeSDP, broken); answer.StatusCode != http.StatusUnprocessableEntity {
				t.Fatalf("%s %s", answer.Status, text)
			}
		}
	}
	p.eventually("all have ended", func() bool { return p.whip.Sessions() == 0 && p.registry.Totals().RoomsNow == 0 })
	ended := p.whip.Counters()
	// On a slow machine some have ended before they are deleted.
	if ended["ended_deleted"]+ended["ended_media"] != 40 || ended["ended_media"] < 20 || ended["refused_offer"] != 10 {
		t.Errorf("%v", ended)
	}
}
