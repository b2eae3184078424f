package barepion

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"runtime"
	"strconv"
	"sync"

	"github.com/pion/dtls/v3"
	"github.com/pion/ice/v4"
	"github.com/pion/interceptor"
	"github.com/pion/logging"
	"github.com/pion/webrtc/v4"
)

const (
	socketBuffer = 4 << 20 // as Salon's
	maxOffer     = 1 << 20
	maxMeeting   = 32
	received     = 1500 // bytes of a packet
)

// Server has one publisher with any number of receivers, or one meeting.
type Server struct {
	mux         *ice.UDPMuxDefault
	conn        *net.UDPConn
	certificate webrtc.Certificate

	mu          sync.Mutex
	stage       *pair   // the publisher's
	meeting     []*pair // by index of the participant
	connections []*webrtc.PeerConnection
}

// pair is what a participant publishes.
type pair struct{ audio, video *webrtc.TrackLocalStaticRTP }

func newPair(name string) (*pair, error) {
	audio, err := webrtc.NewTrackLocalStaticRTP(webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeOpus, ClockRate: 48000, Channels: 2}, "a", name)
	if err != nil {
		return nil, err
	}
	video, err := webrtc.NewTrackLocalStaticRTP(webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeVP8, ClockRate: 90000}, "v", name)
	return &pair{audio, video}, err
}

// New opens the media socket on any free port of an address.
func New(address netip.Addr) (*Server, error) {
	conn, err := net.ListenUDP("udp4", net.UDPAddrFromAddrPort(netip.AddrPortFrom(address, 0)))
	if err != nil {
		return nil, fmt.Errorf("open the media socket: %w", err)
	}
	_ = conn.SetReadBuffer(socketBuffer)
	_ = conn.SetWriteBuffer(socketBuffer)
	s := &Server{conn: conn, mux: ice.NewUDPMuxDefault(ice.UDPMuxParams{UDPConn: conn, Logger: silence().NewLogger("ice")})}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	certificate, err := webrtc.GenerateCertificate(key)
	if err != nil {
		return nil, err
	}
	s.certificate = *certificate
	if s.stage, err = newPair("stage"); err != nil {
		return nil, err
	}
	return s, nil
}

func silence() logging.LoggerFactory {
	return &logging.DefaultLoggerFactory{Writer: io.Discard, DefaultLogLevel: logging.LogLevelDisabled}
}

// Handler answers offers: POST /whip/... publishes, POST /whep/... receives, POST /meet/...?index=0&size=8 does both.
// GET /metrics says how many goroutines there are.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /whip/{room}", s.answering(func(*http.Request) (publishes *pair, receives []*pair, err error) { return s.stage, nil, nil }))
	mux.HandleFunc("POST /whep/{room}", s.answering(func(*http.Request) (*pair, []*pair, error) { return nil, []*pair{s.stage}, nil }))
	mux.HandleFunc("POST /meet/{room}", s.answering(s.member))
	mux.HandleFunc("GET /metrics", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = fmt.Fprintf(w, "go_goroutines %d\n", runtime.NumGoroutine())
	})
	return mux
}

// member returns a participant's own pair and everybody else's. The first request makes all of them.
func (s *Server) member(r *http.Request) (*pair, []*pair, error) {
	index, _ := strconv.Atoi(r.URL.Query().Get("index"))
	size, _ := strconv.Atoi(r.URL.Query().Get("size"))
	if size < 1 || size > maxMeeting || index < 0 || index >= size {
		return nil, nil, errors.New("a meeting wants index and size")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.meeting) < size {
		one, err := newPair(strconv.Itoa(len(s.meeting)))
		if err != nil {
			return nil, nil, err
		}
		s.meeting = append(s.meeting, one)
	}
	var others []*pair
	for i, one := range s.meeting {
		if i != index {
			others = append(others, one)
		}
	}
	return s.meeting[index], others, nil
}

func (s *Server) answering(find func(*http.Request) (*pair, []*pair, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		offer, err := io.ReadAll(io.LimitReader(r.Body, maxOffer))
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		publishes, receives, err := find(r)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		answer, err := s.answer(string(offer), publishes, receives)
		if err != nil {
			http.Error(w, err.Error(), http.StatusUnprocessableEntity)
			return
		}
		w.Header().Set("Content-Type", "application/sdp")
		w.WriteHeader(http.StatusCreated)
		_, _ = io.WriteString(w, answer)
	}
}

func (s *Server) answer(offer string, publishes *pair, receives []*pair) (string, error) {
	connection, err := s.connect()
	if err != nil {
		return "", err
	}
	if publishes != nil {
		connection.OnTrack(func(track *webrtc.TrackRemote, _ *webrtc.RTPReceiver) { forward(track, publishes) })
	}
	for _, one := range receives {
		for _, track := range []webrtc.TrackLocal{one.audio, one.video} {
			_, err := connection.AddTransceiverFromTrack(track, webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionSendonly})
			if err != nil {
				return "", err
			}
		}
	}
	if err := connection.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: offer}); err != nil {
		return "", err
	}
	answer, err := connection.CreateAnswer(nil)
	if err != nil {
		return "", err
	}
	gathered := webrtc.GatheringCompletePromise(connection)
	if err := connection.SetLocalDescription(answer); err != nil {
		return "", err
	}
	<-gathered
	return connection.LocalDescription().SDP, nil
}

// forward copies a publication to everybody who receives it.
func forward(track *webrtc.TrackRemote, to *pair) {
	out := to.video
	if track.Kind() == webrtc.RTPCodecTypeAudio {
		out = to.audio
	}
	packet := make([]byte, received)
	for {
		n, _, err := track.Read(packet)
		if err != nil {
			return
		}
		_, _ = out.Write(packet[:n]) // a receiver that has gone is no reason to stop
	}
}

// connect returns a PeerConnection with everything that can be left out left out.
func (s *Server) connect() (*webrtc.PeerConnection, error) {
	m := &webrtc.MediaEngine{}
	for kind, codec := range map[webrtc.RTPCodecType]webrtc.RTPCodecParameters{
		webrtc.RTPCodecTypeAudio: {PayloadType: 111, RTPCodecCapability: webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeOpus, ClockRate: 48000, Channels: 2, SDPFmtpLine: "minptime=10;useinbandfec=1"}},
		webrtc.RTPCodecTypeVideo: {PayloadType: 96, RTPCodecCapability: webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeVP8, ClockRate: 90000}},
	} {
		if err := m.RegisterCodec(codec, kind); err != nil {
			return nil, err
		}
	}
	e := webrtc.SettingEngine{LoggerFactory: silence()}
	e.SetLite(true)
	e.SetICEUDPMux(advertised{s.mux})
	e.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4})
	e.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	e.DisableActiveTCP(true)
	e.SetSRTPProtectionProfiles(dtls.SRTP_AEAD_AES_128_GCM, dtls.SRTP_AES128_CM_HMAC_SHA1_80)
	if err := e.SetAnsweringDTLSRole(webrtc.DTLSRoleServer); err != nil {
		return nil, err
	}
	e.SetDTLSInsecureSkipHelloVerify(true)
	api := webrtc.NewAPI(webrtc.WithMediaEngine(m), webrtc.WithSettingEngine(e), webrtc.WithInterceptorRegistry(&interceptor.Registry{}))
	connection, err := api.NewPeerConnection(webrtc.Configuration{Certificates: []webrtc.Certificate{s.certificate}})
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.connections = append(s.connections, connection)
	return connection, nil
}

// advertised is for Pion not to skip a loopback address.
type advertised struct{ ice.UDPMux }

// Close disconnects everybody.
func (s *Server) Close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.connections {
		_ = c.GracefulClose()
	}
	_ = s.mux.Close()
	_ = s.conn.Close()
}
