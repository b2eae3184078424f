package transport

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/rtp"
	"github.com/pion/transport/v4/packetio"
	"github.com/pion/webrtc/v4"
	"go.uber.org/goleak"

	"salon/sfu/layers"
	"salon/signaling/protocol"
)

func TestMain(m *testing.M) {
	if n, err := strconv.Atoi(os.Getenv(clientsVariable)); err == nil {
		if err := runClients(n); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	goleak.VerifyTestMain(m)
}

func newEngine(t testing.TB) *Engine {
	t.Helper()
	e, err := NewEngine(Config{IncludeLoopback: true, BindAddresses: []netip.Addr{netip.MustParseAddr("127.0.0.1")}}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.Close() })
	return e
}

// client is a browser's end: full ICE, and offers.
type client struct {
	t          *testing.T
	connection *webrtc.PeerConnection
	peer       *Peer
	state      atomic.Value
	fell       atomic.Int32 // times that the estimate did
	received   chan *rtp.Packet
	answer     Answer
}

func newClient(t *testing.T, e *Engine, settings ...func(*webrtc.SettingEngine)) *client {
	t.Helper()
	return newClientWith(t, e, clientMedia(t), &interceptor.Registry{}, settings...)
}

// clientMedia is what a client negotiates: Pion's codecs, and what simulcast needs.
func clientMedia(t *testing.T) *webrtc.MediaEngine {
	t.Helper()
	m := &webrtc.MediaEngine{}
	if err := m.RegisterDefaultCodecs(); err != nil {
		t.Fatal(err)
	}
	if err := webrtc.ConfigureSimulcastExtensionHeaders(m); err != nil {
		t.Fatal(err)
	}
	return m
}

func newClientWith(t *testing.T, e *Engine, m *webrtc.MediaEngine, r *interceptor.Registry, settings ...func(*webrtc.SettingEngine)) *client {
	t.Helper()
	c := &client{t: t, received: make(chan *rtp.Packet, 1000)}
	c.state.Store(Connecting)
	peer, err := e.NewPeer(Events{State: func(s State) { c.state.Store(s) }, Fell: func() { c.fell.Add(1) }})
	if err != nil {
		t.Fatal(err)
	}
	c.peer = peer
	s := webrtc.SettingEngine{LoggerFactory: quiet{}}
	s.SetIncludeLoopbackCandidate(true)
	s.SetICEMaxBindingRequests(100) // a busy machine answers late
	s.SetIPFilter(net.IP.IsLoopback)
	s.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4})
	for _, set := range settings {
		set(&s)
	}
	api := webrtc.NewAPI(webrtc.WithMediaEngine(m), webrtc.WithSettingEngine(s), webrtc.WithInterceptorRegistry(r))
	if c.connection, err = api.NewPeerConnection(webrtc.Configuration{}); err != nil {
		t.Fatal(err)
	}
	c.connection.OnTrack(func(track *webrtc.TrackRemote, _ *webrtc.RTPReceiver) {
		for {
			packet, _, err := track.ReadRTP()
			if err != nil {
				return
			}
			select {
			case c.received <- packet:
			default:
			}
		}
	})
	t.Cleanup(func() {
		peer.Close()
		_ = c.connection.GracefulClose()
	})
	return c
}

func (c *client) offer(options *webrtc.OfferOptions) string {
	c.t.Helper()
	offer, err := c.connection.CreateOffer(options)
	if err != nil {
		c.t.Fatal(err)
	}
	gathered := webrtc.GatheringCompletePromise(c.connection)
	if err := c.connection.SetLocalDescription(offer); err != nil {
		c.t.Fatal(err)
	}
	<-gathered
	return c.connection.LocalDescription().SDP
}

// negotiate offers, and applies the answer.
func (c *client) negotiate(options *webrtc.OfferOptions, sections ...protocol.Section) {
	c.t.Helper()
	answer, err := c.peer.Answer(context.Background(), Offer{SDP: c.offer(options), Sections: sections})
	if err != nil {
		c.t.Fatal(err)
	}
	c.answer = answer
	if err := c.connection.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: answer.SDP}); err != nil {
		c.t.Fatal(err)
	}
}

func (c *client) waitConnected() {
	c.t.Helper()
	waitFor(c.t, "connected on both sides", func() bool {
		return c.peer.Connected() && c.connection.ConnectionState() == webrtc.PeerConnectionStateConnected
	})
}

// waitFor polls: connections come up in real time, by goroutines of Pion's.
func waitFor(t testing.TB, what string, check func() bool) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for range 2000 {
		if check() {
			return
		}
		<-tick.C
	}
	t.Fatalf("not within 10 s: %s", what)
}

// publish adds a sendonly VP8 section and returns its track.
func (c *client) publish() *webrtc.TrackLocalStaticRTP {
	c.t.Helper()
	track, err := webrtc.NewTrackLocalStaticRTP(webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeVP8, ClockRate: 90000}, "v", "s")
	if err != nil {
		c.t.Fatal(err)
	}
	if _, err := c.connection.AddTransceiverFromTrack(track, webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionSendonly}); err != nil {
		c.t.Fatal(err)
	}
	return track
}

func (c *client) receive(kind webrtc.RTPCodecType, n int) {
	c.t.Helper()
	for range n {
		if _, err := c.connection.AddTransceiverFromKind(kind, webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionRecvonly}); err != nil {
			c.t.Fatal(err)
		}
	}
}

// keyframe is a VP8 keyframe in one packet, with a plain descriptor.
func keyframe(number uint16) *rtp.Packet {
	return &rtp.Packet{
		Header:  rtp.Header{Version: 2, SequenceNumber: number, Timestamp: uint32(number) * 3000, Marker: true},
		Payload: []byte{0x10, 0x10, 2, 0, 0x9d, 0x01, 0x2a, 64, 0, 48, 0, byte(number), byte(number >> 8)},
	}
}

func TestMediaPassesFromPeerToPeer(t *testing.T) {
	e := newEngine(t)
	publisher, watcher := newClient(t, e), newClient(t, e)
	track := publisher.publish()
	publisher.negotiate(nil, protocol.Section{Mid: "0", Source: protocol.Camera})
	watcher.receive(webrtc.RTPCodecTypeAudio, 1)
	watcher.receive(webrtc.RTPCodecTypeVideo, 2)
	watcher.negotiate(nil)
	publisher.waitConnected()
	watcher.waitConnected()

	camera := publisher.answer.Publications[protocol.Camera]
	if camera == nil || len(watcher.answer.Slots) != 3 {
		t.Fatalf("publication %v, slots %v", camera, watcher.answer.Slots)
	}
	slot := watcher.answer.Slots[1].Slot
	slot.Fill(camera)
	slot.SetTarget(layers.Layer{Temporal: layers.MaxTemporal}, "test")

	send := func(number uint16) {
		if err := track.WriteRTP(keyframe(number)); err != nil && !errors.Is(err, io.ErrClosedPipe) {
			t.Fatal(err)
		}
	}
	for number := range uint16(20) {
		send(number)
	}
	waitFor(t, "20 packets arrived at the server", func() bool { return e.Counters()["packets_received"] >= 20 })
	if got := e.Counters()["packets_forwarded"]; got != 0 {
		t.Fatalf("%d packets passed although forwarding is off", got)
	}
	camera.SetForwarding(true)
	for number := range uint16(20) {
		send(number + 20)
	}
	for i := range uint16(20) {
		select {
		case p := <-watcher.received:
			if p.Payload[11] != byte(i+20) || p.SSRC == 0 {
				t.Fatalf("packet %d carries %d", i, p.Payload[11])
			}
			if len(p.GetExtensionIDs()) != 0 {
				t.Errorf("the publisher's extensions leaked: %v", p.GetExtensionIDs())
			}
		case <-time.After(20 * time.Second):
			t.Fatalf("packet %d did not arrive: %v", i, e.Counters())
		}
	}
}

func TestPacketsOfNoSectionAreDropped(t *testing.T) {
	e := newEngine(t)
	c := newClient(t, e)
	track := c.publish()
	c.publish() // negotiated, but its source is not named: it carries nothing
	c.negotiate(nil, protocol.Section{Mid: "1", Source: protocol.Camera})
	c.waitConnected()
	c.answer.Publications[protocol.Camera].SetForwarding(true)
	for number := range uint16(50) {
		_ = track.WriteRTP(keyframe(number))
	}
	waitFor(t, "all dropped", func() bool { return e.Counters()["dropped_unbound"] == 50 })
	if info := c.answer.Publications[protocol.Camera].Info(); info.Encodings[0].Packets != 0 {
		t.Errorf("the camera took packets of another section: %+v", info)
	}
}

func TestICERestartKeepsSlotsAndPublications(t *testing.T) {
	e := newEngine(t)
	c := newClient(t, e)
	track := c.publish()
	c.receive(webrtc.RTPCodecTypeVideo, 1)
	section := protocol.Section{Mid: "0", Source: protocol.Camera}
	c.negotiate(nil, section)
	c.waitConnected()
	before := c.answer
	c.receive(webrtc.RTPCodecTypeVideo, 1) // and one more slot
	c.negotiate(&webrtc.OfferOptions{ICERestart: true}, section)
	if len(c.answer.Slots) != 2 || c.answer.Slots[0].Slot != before.Slots[0].Slot {
		t.Errorf("slots %v, before %v", c.answer.Slots, before.Slots)
	}
	camera := c.answer.Publications[protocol.Camera]
	if camera != before.Publications[protocol.Camera] {
		t.Error("another publication after a restart")
	}
	n := uint16(0)
	waitFor(t, "media flows after the restart", func() bool {
		n++
		_ = track.WriteRTP(keyframe(n))
		return camera.Info().Encodings[0].Packets > 20
	})
}

func TestRefusedOffersChangeNothing(t *testing.T) {
	e := newEngine(t)
	c := newClient(t, e)
	c.publish()
	c.receive(webrtc.RTPCodecTypeAudio, 1)
	good := c.offer(nil)
	for name, o := range map[string]Offer{
		"not SDP":           {SDP: "hello"},
		"unknown mid":       {SDP: good, Sections: []protocol.Section{{Mid: "9", Source: protocol.Camera}}},
		"unknown source":    {SDP: good, Sections: []protocol.Section{{Mid: "0", Source: "hat"}}},
		"wrong kind":        {SDP: good, Sections: []protocol.Section{{Mid: "0", Source: protocol.Microphone}}},
		"a receiving one":   {SDP: good, Sections: []protocol.Section{{Mid: "1", Source: protocol.Microphone}}},
		"no fingerprint":    {SDP: strings.ReplaceAll(good, "a=fingerprint", "a=x-fingerprint")},
		"sending both ways": {SDP: strings.ReplaceAll(good, "a=sendonly", "a=sendrecv")},
	} {
		_, err := c.peer.Answer(context.Background(), o)
		var refused *OfferError
		if !errors.As(err, &refused) {
			t.Errorf("%s: error %v, want an OfferError", name, err)
		}
	}
	answer, err := c.peer.Answer(context.Background(), Offer{SDP: good, Sections: []protocol.Section{{Mid: "0", Source: protocol.Camera}}})
	if err != nil {
		t.Fatalf("a good offer after bad ones: %v", err)
	}
	if len(answer.Slots) != 1 {
		t.Errorf("slots %v", answer.Slots)
	}
	for _, want := range []string{"a=ice-lite", "a=candidate:", " tcptype passive"} {
		if !strings.Contains(answer.SDP, want) {
			t.Errorf("the answer lacks %q:\n%s", want, answer.SDP)
		}
	}
}

func TestTooManyStreamsAreAbuse(t *testing.T) {
	e := newEngine(t)
	c := newClient(t, e)
	track := c.publish()
	c.negotiate(nil, protocol.Section{Mid: "0", Source: protocol.Camera})
	c.waitConnected()
	_ = track.WriteRTP(keyframe(1))
	for ssrc := range uint32(defaultMaxSSRCs*abusiveSSRCs + 1) {
		_ = c.peer.newBuffer(packetio.RTPBufferPacket, ssrc).Close() // what Pion does for every SSRC that authenticates
	}
	if got := c.state.Load(); got != Abusive {
		t.Errorf("state %v, want abusive", got)
	}
}

func TestCloseEndsEverything(t *testing.T) {
	e := newEngine(t)
	c := newClient(t, e)
	c.receive(webrtc.RTPCodecTypeVideo, 9)
	c.publish()
	c.negotiate(nil)
	c.waitConnected()
	c.peer.Close()
	c.peer.Close()
	if _, err := c.peer.Answer(context.Background(), Offer{}); err == nil {
		t.Error("a closed peer answers")
	}
}

func FuzzAnswer(f *testing.F) {
	e := newEngine(f)
	f.Add(sessionLines + cameraLines)
	f.Add(sessionLines + "a=group:BUNDLE 0\r\na=fingerprint:sha-256 AA\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\na=ice-ufrag:abcd\r\na=ice-pwd:aaaaaaaaaaaaaaaaaaaaaa\r\na=recvonly\r\na=rtpmap:111 opus/48000/2\r\n")
	f.Fuzz(func(t *testing.T, text string) {
		peer, err := e.NewPeer(Events{State: func(State) {}})
		if err != nil {
			t.Fatal(err)
		}
		defer peer.Close()
		_, _ = peer.Answer(context.Background(), Offer{SDP: text, Sections: []protocol.Section{{Mid: "1", Source: protocol.Camera}}})
	})
}
