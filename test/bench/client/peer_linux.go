package client

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/pion/dtls/v3"
	"github.com/pion/ice/v4"
	"github.com/pion/interceptor"
	"github.com/pion/logging"
	"github.com/pion/rtcp"
	"github.com/pion/sdp/v3"
	"github.com/pion/transport/v4/packetio"
	"github.com/pion/webrtc/v4"
)

const transportWide = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"

// Peer is one participant's PeerConnection.
type Peer struct {
	crowd      *Crowd
	link       *link
	connection *webrtc.PeerConnection
	connected  chan struct{} // closed when media can flow
	once       sync.Once
	delays     delays
	source     *Source // nil: receives only
	end        func()  // of the signaling; nil: there is none
}

// sections are what a participant offers.
type sections struct {
	publishes            bool // microphone and camera
	audioSlots, allSlots int  // recvonly sections
}

// newPeer opens a PeerConnection. A peer that decrypts what it receives measures its delay.
func (c *Crowd) newPeer(s sections, decrypts bool) (*Peer, error) {
	l, err := newLink(c.poller.address, decrypts)
	if err != nil {
		return nil, err
	}
	p := &Peer{crowd: c, link: l, connected: make(chan struct{})}
	c.poller.do(func() { c.links = append(c.links, l) })
	c.peers = append(c.peers, p)
	api, err := p.api()
	if err != nil {
		return nil, err
	}
	if p.connection, err = api.NewPeerConnection(webrtc.Configuration{BundlePolicy: webrtc.BundlePolicyMaxBundle}); err != nil {
		return nil, fmt.Errorf("open a PeerConnection: %w", err)
	}
	l.write = p.connection.WriteRTCP
	p.connection.OnConnectionStateChange(func(s webrtc.PeerConnectionState) {
		if s == webrtc.PeerConnectionStateConnected {
			p.once.Do(func() { close(p.connected) })
		}
	})
	if s.publishes {
		if p.source, err = newSource(p); err != nil {
			return nil, err
		}
	}
	for i := range s.allSlots {
		kind := webrtc.RTPCodecTypeVideo
		if i < s.audioSlots {
			kind = webrtc.RTPCodecTypeAudio
		}
		_, err := p.connection.AddTransceiverFromKind(kind, webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionRecvonly})
		if err != nil {
			return nil, fmt.Errorf("add a section: %w", err)
		}
	}
	return p, nil
}

func (p *Peer) api() (*webrtc.API, error) {
	m, err := newMediaEngine()
	if err != nil {
		return nil, err
	}
	s := webrtc.SettingEngine{
		LoggerFactory: &logging.DefaultLoggerFactory{Writer: io.Discard, DefaultLogLevel: logging.LogLevelDisabled},
		BufferFactory: p.newBuffer,
	}
	s.SetICEUDPMux(one{p.link})
	s.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4})
	s.SetIncludeLoopbackCandidate(true)
	s.SetIPFilter(func(ip net.IP) bool { return ip.Equal(p.link.socket.Local().Addr().AsSlice()) })
	s.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	s.SetICETimeouts(30*time.Second, time.Minute, 5*time.Second)
	s.SetHostAcceptanceMinWait(0)
	s.DisableActiveTCP(true)
	s.SetSRTPProtectionProfiles(dtls.SRTP_AEAD_AES_128_GCM)
	return webrtc.NewAPI(webrtc.WithMediaEngine(m), webrtc.WithSettingEngine(s), webrtc.WithInterceptorRegistry(&interceptor.Registry{})), nil
}

func newMediaEngine() (*webrtc.MediaEngine, error) {
	m := &webrtc.MediaEngine{}
	feedback := []webrtc.RTCPFeedback{
		{Type: "transport-cc"}, {Type: "ccm", Parameter: "fir"}, {Type: "nack"}, {Type: "nack", Parameter: "pli"},
	}
	audio, video := webrtc.RTPCodecTypeAudio, webrtc.RTPCodecTypeVideo
	for _, c := range []struct {
		kind        webrtc.RTPCodecType
		payloadType webrtc.PayloadType
		capability  webrtc.RTPCodecCapability
	}{
		{audio, opusType, webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeOpus, ClockRate: 48000, Channels: 2, SDPFmtpLine: "minptime=10;useinbandfec=1", RTCPFeedback: feedback[:1]}},
		{video, vp8Type, webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeVP8, ClockRate: 90000, RTCPFeedback: feedback}},
		{video, vp8Repair, webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeRTX, ClockRate: 90000, SDPFmtpLine: fmt.Sprintf("apt=%d", vp8Type)}},
	} {
		if err := m.RegisterCodec(webrtc.RTPCodecParameters{PayloadType: c.payloadType, RTPCodecCapability: c.capability}, c.kind); err != nil {
			return nil, fmt.Errorf("register a codec: %w", err)
		}
	}
	for kind, uris := range map[webrtc.RTPCodecType][]string{
		audio: {sdp.SDESMidURI, transportWide, sdp.AudioLevelURI}, video: {sdp.SDESMidURI, transportWide},
	} {
		for _, uri := range uris {
			if err := m.RegisterHeaderExtension(webrtc.RTPHeaderExtensionCapability{URI: uri}, kind); err != nil {
				return nil, fmt.Errorf("register a header extension: %w", err)
			}
		}
	}
	return m, nil
}

// offer makes an offer with its candidate.
func (p *Peer) offer() (string, error) {
	o, err := p.connection.CreateOffer(nil)
	if err != nil {
		return "", fmt.Errorf("make an offer: %w", err)
	}
	gathered := webrtc.GatheringCompletePromise(p.connection)
	if err := p.connection.SetLocalDescription(o); err != nil {
		return "", fmt.Errorf("apply the offer: %w", err)
	}
	<-gathered
	return p.connection.LocalDescription().SDP, nil
}

// apply takes the answer and waits until media can flow.
func (p *Peer) apply(ctx context.Context, answer string) error {
	id, err := wideIDOf(answer)
	if err != nil {
		return err
	}
	p.crowd.poller.do(func() { p.link.wideID = id })
	if err := p.connection.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: answer}); err != nil {
		return fmt.Errorf("apply the answer: %w", err)
	}
	select {
	case <-p.link.verified:
	case <-ctx.Done():
		return errors.New("the server answers no connectivity check: is its media address reachable?")
	}
	p.nominate()
	select {
	case <-p.connected:
	case <-ctx.Done():
		return fmt.Errorf("the media connection is %s", p.connection.ConnectionState())
	}
	if p.source != nil {
		p.source.negotiated()
		p.crowd.poller.do(func() { p.crowd.sources = append(p.crowd.sources, p.source) })
	}
	return nil
}

// nominate lets Pion nominate at once. Its controlling agent does so when it checks the next time, which is 200 ms later,
// or when it learns of a candidate: so it is told of some that exist nowhere.
func (p *Peer) nominate() {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for i := range 100 {
		candidate := fmt.Sprintf("candidate:%d 1 udp 1 240.0.0.1 %d typ host", i+1, 1000+i)
		_ = p.connection.AddICECandidate(webrtc.ICECandidateInit{Candidate: candidate})
		timer.Reset(time.Millisecond)
		<-timer.C
		switch p.connection.ICEConnectionState() {
		case webrtc.ICEConnectionStateConnected, webrtc.ICEConnectionStateCompleted:
			return
		}
	}
}

// close disconnects. The socket stays until the crowd is closed.
func (p *Peer) close() error {
	if p.end != nil {
		p.end()
	}
	if p.connection == nil {
		return nil
	}
	return p.connection.Close()
}

// wideIDOf returns the id of the transport-wide number in what the server sends, 0 when it sends none.
func wideIDOf(answer string) (byte, error) {
	var parsed sdp.SessionDescription
	if err := parsed.UnmarshalString(answer); err != nil {
		return 0, fmt.Errorf("read the answer: %w", err)
	}
	for _, m := range parsed.MediaDescriptions {
		_, sends := m.Attribute("sendonly")
		for _, a := range m.Attributes {
			var id byte
			if !sends || a.Key != "extmap" || !strings.HasSuffix(a.Value, " "+transportWide) {
				continue
			}
			if _, err := fmt.Sscanf(a.Value, "%d", &id); err == nil {
				return id, nil
			}
		}
	}
	return 0, nil
}

// newBuffer is Pion's buffer factory: what is decrypted ends here, without a goroutine for each SSRC.
func (p *Peer) newBuffer(kind packetio.BufferPacketType, ssrc uint32) io.ReadWriteCloser {
	return &buffer{peer: p, ssrc: ssrc, rtcp: kind == packetio.RTCPBufferPacket}
}

type buffer struct {
	peer *Peer
	ssrc uint32
	rtcp bool
}

// Write takes one decrypted packet.
func (b *buffer) Write(packet []byte) (int, error) {
	if !b.rtcp {
		b.peer.delays.note(b.peer.link, packet)
		return len(packet), nil
	}
	packets, err := rtcp.Unmarshal(packet)
	if err != nil {
		return len(packet), nil
	}
	for _, one := range packets {
		switch r := one.(type) {
		case *rtcp.SenderReport:
			b.peer.link.reports.note(r, time.Now())
		case *rtcp.PictureLossIndication, *rtcp.FullIntraRequest:
			if s := b.peer.source; s != nil {
				s.wantsKeyframe.Store(true)
			}
		}
	}
	return len(packet), nil
}

// Read implements io.Reader: there is nothing to read.
func (*buffer) Read([]byte) (int, error) { return 0, io.EOF }

// Close implements io.Closer.
func (*buffer) Close() error { return nil }
