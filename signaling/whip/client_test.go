package whip

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/logging"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"

	"salon/rooms"
	"salon/sfu/transport"
	"salon/signaling/protocol"
)

const token = "0123456789abcdef0123456789abcdef"

// place is a server with real rooms and real media on the loopback interface.
type place struct {
	*testing.T
	engine   *transport.Engine
	registry *rooms.Registry
	whip     *Server
	url      string
	client   *http.Client
}

func newPlace(t *testing.T, change func(*Config)) *place {
	t.Helper()
	return newPlaceAt(t, onLoopback, change)
}

var onLoopback = transport.Config{IncludeLoopback: true, TCPPort: -1, BindAddresses: []netip.Addr{netip.MustParseAddr("127.0.0.1")}}

func newPlaceAt(t *testing.T, media transport.Config, change func(*Config)) *place {
	t.Helper()
	return newPlaceOf(t, media, rooms.Config{}, change)
}

func newPlaceOf(t *testing.T, media transport.Config, home rooms.Config, change func(*Config)) *place {
	t.Helper()
	engine, err := transport.NewEngine(media, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	p := &place{T: t, engine: engine}
	home.NewPeer = func(events transport.Events) (rooms.Peer, error) { return engine.NewPeer(events) }
	home.ICEServers = func() []protocol.ICEServer { return []protocol.ICEServer{{URLs: []string{"stun:stun.example.org"}}} }
	p.registry = rooms.NewRegistry(home)
	c := Config{Registry: p.registry, Token: token, Timing: Timing{Check: 20 * time.Millisecond}}
	if change != nil {
		change(&c)
	}
	p.whip = NewServer(c)
	mux := http.NewServeMux()
	for pattern, handler := range p.whip.Routes() {
		mux.Handle(pattern, handler)
	}
	web := httptest.NewServer(mux)
	p.url, p.client = web.URL, web.Client()
	t.Cleanup(func() {
		if err := p.whip.Close(context.Background()); err != nil {
			t.Error(err)
		}
		web.Close()
		p.registry.Close()
		_ = engine.Close()
		if c := engine.Counters(); c["peers_opened"] != c["peers_closed"] {
			t.Errorf("%d peers were opened, %d closed", c["peers_opened"], c["peers_closed"])
		}
	})
	return p
}

// do sends a request with the token and returns the answer and its body.
func (p *place) do(method, path, contentType, body string, headers ...string) (*http.Response, string) {
	p.Helper()
	r, err := http.NewRequest(method, p.url+path, strings.NewReader(body))
	if err != nil {
		p.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	answer, err := p.client.Do(r)
	if err != nil {
		p.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		p.Fatal(err)
	}
	return answer, string(text)
}

// eventually polls: connections come up in real time, by goroutines of Pion's.
func (p *place) eventually(what string, check func() bool) {
	p.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for range 2000 {
		if check() {
			return
		}
		<-tick.C
	}
	p.Fatalf("not within 10 s: %s; %v; %+v", what, p.engine.Counters(), p.registry.Snapshot())
}

// peer is a WHIP or WHEP client: full ICE, and offers.
type peer struct {
	*place
	connection *webrtc.PeerConnection
	location   string
	tag        string
	answer     string
	received   map[webrtc.RTPCodecType]chan *rtp.Packet
}

func (p *place) newPeer() *peer {
	p.Helper()
	m := &webrtc.MediaEngine{}
	if err := m.RegisterDefaultCodecs(); err != nil {
		p.Fatal(err)
	}
	if err := webrtc.ConfigureSimulcastExtensionHeaders(m); err != nil {
		p.Fatal(err)
	}
	silence := logging.NewDefaultLoggerFactory()
	silence.DefaultLogLevel = logging.LogLevelDisabled
	s := webrtc.SettingEngine{LoggerFactory: silence}
	s.SetIncludeLoopbackCandidate(true)
	s.SetICEMaxBindingRequests(100) // a busy machine answers late
	s.SetIPFilter(net.IP.IsLoopback)
	s.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4})
	connection, err := webrtc.NewAPI(webrtc.WithMediaEngine(m), webrtc.WithSettingEngine(s), webrtc.WithInterceptorRegistry(&interceptor.Registry{})).
		NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		p.Fatal(err)
	}
	c := &peer{place: p, connection: connection, received: map[webrtc.RTPCodecType]chan *rtp.Packet{
		webrtc.RTPCodecTypeAudio: make(chan *rtp.Packet, 1000), webrtc.RTPCodecTypeVideo: make(chan *rtp.Packet, 1000),
	}}
	connection.OnTrack(func(track *webrtc.TrackRemote, _ *webrtc.RTPReceiver) {
		for {
			packet, _, err := track.ReadRTP()
			if err != nil {
				return
			}
			select {
			case c.received[track.Kind()] <- packet:
			default:
			}
		}
	})
	p.Cleanup(func() { _ = connection.GracefulClose() })
	return c
}

// sends adds a sendonly section and returns its track.
func (c *peer) sends(mime string, rid ...string) *webrtc.TrackLocalStaticRTP {
	c.Helper()
	capability := webrtc.RTPCodecCapability{MimeType: mime, ClockRate: 90000}
	if strings.HasPrefix(mime, "audio") {
		capability.ClockRate, capability.Channels = 48000, 2
	}
	if mime == webrtc.MimeTypeH264 {
		capability.SDPFmtpLine = "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f"
	}
	var options []func(*webrtc.TrackLocalStaticRTP)
	if len(rid) > 0 {
		options = append(options, webrtc.WithRTPStreamID(rid[0]))
	}
	track, err := webrtc.NewTrackLocalStaticRTP(capability, mime[:5], "stream", options...)
	if err != nil {
		c.Fatal(err)
	}
	if _, err := c.connection.AddTransceiverFromTrack(track, webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionSendonly}); err != nil {
		c.Fatal(err)
	}
	return track
}

func (c *peer) receives(kind webrtc.RTPCodecType) {
	c.Helper()
	if _, err := c.connection.AddTransceiverFromKind(kind, webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionRecvonly}); err != nil {
		c.Fatal(err)
	}
}

// offer returns the offer with its candidates.
func (c *peer) offer(options *webrtc.OfferOptions) string {
	c.Helper()
	offer, err := c.connection.CreateOffer(options)
	if err != nil {
		c.Fatal(err)
	}
	gathered := webrtc.GatheringCompletePromise(c.connection)
	if err := c.connection.SetLocalDescription(offer); err != nil {
		c.Fatal(err)
	}
	<-gathered
	return c.connection.LocalDescription().SDP
}

// apply hands the answer to Pion.
func (c *peer) apply(answer string) {
	c.Helper()
	if err := c.connection.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: answer}); err != nil {
		c.Fatalf("%v in\n%s", err, answer)
	}
	c.answer = answer
}

// post offers at an address and waits until media can flow.
func (c *peer) post(path string) *http.Response {
	c.Helper()
	answer, text := c.do(http.MethodPost, path, typeSDP, c.offer(nil))
	if answer.StatusCode != http.StatusCreated {
		c.Fatalf("%s: %s", answer.Status, text)
	}
	c.location, c.tag = answer.Header.Get("Location"), answer.Header.Get("ETag")
	c.apply(text)
	c.connected()
	return answer
}

func (c *peer) connected() {
	c.Helper()
	c.eventually("connected", func() bool { return c.connection.ConnectionState() == webrtc.PeerConnectionStateConnected })
}

// picture is a VP8 keyframe in one packet.
func picture(number uint16) *rtp.Packet {
	return &rtp.Packet{
		Header:  rtp.Header{Version: 2, SequenceNumber: number, Timestamp: uint32(number) * 3000, Marker: true},
		Payload: []byte{0x10, 0x10, 2, 0, 0x9d, 0x01, 0x2a, 64, 0, 48, 0, byte(number), byte(number >> 8)},
	}
}

// sound is an Opus packet.
func sound(number uint16) *rtp.Packet {
	return &rtp.Packet{
		Header:  rtp.Header{Version: 2, SequenceNumber: number, Timestamp: uint32(number) * 960},
		Payload: []byte{0xfc, byte(number), byte(number >> 8), 1, 2, 3},
	}
}

// flow sends a packet every few milliseconds until the test or the returned function ends it.
func (c *peer) flow(track *webrtc.TrackLocalStaticRTP, packet func(uint16) *rtp.Packet) (stop func()) {
	ctx, cancel := context.WithCancel(c.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(5 * time.Millisecond)
		defer tick.Stop()
		for number := uint16(0); ctx.Err() == nil; number++ {
			_ = track.WriteRTP(packet(number)) // fails until connected
			<-tick.C
		}
	}()
	stop = func() { cancel(); <-done }
	c.Cleanup(stop)
	return stop
}

// next returns the next packet of a kind.
func (c *peer) next(kind webrtc.RTPCodecType) *rtp.Packet {
	c.Helper()
	select {
	case packet := <-c.received[kind]:
		return packet
	case <-time.After(10 * time.Second):
		c.Fatalf("no %s within 10 s: %v; %+v", kind, c.engine.Counters(), c.registry.Snapshot())
		return nil
	}
}
