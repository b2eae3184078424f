package participant

import (
	"fmt"
	"io"
	"net"
	"net/url"
	"sync"

	"github.com/pion/dtls/v3"
	"github.com/pion/ice/v4"
	"github.com/pion/interceptor"
	"github.com/pion/logging"
	"github.com/pion/sdp/v3"
	"github.com/pion/transport/v4"
	"github.com/pion/transport/v4/packetio"
	"github.com/pion/transport/v4/stdnet"
	"github.com/pion/webrtc/v4"
)

const (
	opusType     = 111
	vp8Type      = 96
	vp8Repair    = 97
	receiveQueue = 1 << 20 // bytes in the kernel: bursts of keyframes wait while this process is busy
)

// checks is how often a server that does not answer is asked, every 200 ms: one that has no time for a second is not gone.
const checks = 100

// newAPI returns a Pion API of one participant: it knows Opus and VP8 only, has no interceptors, and hands every
// decrypted packet to buffers without a goroutine per stream.
func newAPI(address string, buffers func(packetio.BufferPacketType, uint32) io.ReadWriteCloser) (*webrtc.API, error) {
	media, err := newMediaEngine()
	if err != nil {
		return nil, err
	}
	network, err := sharedNet()
	if err != nil {
		return nil, err
	}
	local, err := localAddress(address)
	if err != nil {
		return nil, err
	}
	silent := &logging.DefaultLoggerFactory{Writer: io.Discard, DefaultLogLevel: logging.LogLevelDisabled}
	s := webrtc.SettingEngine{LoggerFactory: silent, BufferFactory: buffers}
	s.SetNet(network)
	s.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4, webrtc.NetworkTypeUDP6})
	s.SetIncludeLoopbackCandidate(true)
	s.SetIPFilter(func(ip net.IP) bool { return ip.Equal(local) }) // one socket per participant
	s.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	s.DisableActiveTCP(true)
	s.SetICEMaxBindingRequests(checks)
	s.SetSRTPProtectionProfiles(dtls.SRTP_AEAD_AES_128_GCM, dtls.SRTP_AES128_CM_HMAC_SHA1_80)
	return webrtc.NewAPI(webrtc.WithMediaEngine(media), webrtc.WithSettingEngine(s), webrtc.WithInterceptorRegistry(&interceptor.Registry{})), nil
}

func newMediaEngine() (*webrtc.MediaEngine, error) {
	m := &webrtc.MediaEngine{}
	feedback := []webrtc.RTCPFeedback{
		{Type: "transport-cc"}, {Type: "ccm", Parameter: "fir"}, {Type: "nack"}, {Type: "nack", Parameter: "pli"},
	}
	opus := webrtc.RTPCodecCapability{
		MimeType: webrtc.MimeTypeOpus, ClockRate: 48000, Channels: 2, SDPFmtpLine: "minptime=10;useinbandfec=1", RTCPFeedback: feedback[:1],
	}
	vp8 := webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeVP8, ClockRate: 90000, RTCPFeedback: feedback}
	rtx := webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeRTX, ClockRate: 90000, SDPFmtpLine: fmt.Sprintf("apt=%d", vp8Type)}
	audio, video := webrtc.RTPCodecTypeAudio, webrtc.RTPCodecTypeVideo
	for _, c := range []struct {
		payloadType webrtc.PayloadType
		capability  webrtc.RTPCodecCapability
		kind        webrtc.RTPCodecType
	}{{opusType, opus, audio}, {vp8Type, vp8, video}, {vp8Repair, rtx, video}} {
		if err := m.RegisterCodec(webrtc.RTPCodecParameters{PayloadType: c.payloadType, RTPCodecCapability: c.capability}, c.kind); err != nil {
			return nil, err
		}
	}
	for kind, uris := range map[webrtc.RTPCodecType][]string{
		audio: {sdp.SDESMidURI, transportWideURI, sdp.AudioLevelURI},
		video: {sdp.SDESMidURI, transportWideURI, sdp.SDESRTPStreamIDURI, sdp.SDESRepairRTPStreamIDURI},
	} {
		for _, uri := range uris {
			if err := m.RegisterHeaderExtension(webrtc.RTPHeaderExtensionCapability{URI: uri}, kind); err != nil {
				return nil, err
			}
		}
	}
	return m, nil
}

// roomyNet opens sockets with a larger receive queue.
type roomyNet struct{ *stdnet.Net }

// ListenUDP implements transport.Net.
func (n roomyNet) ListenUDP(network string, local *net.UDPAddr) (transport.UDPConn, error) {
	c, err := n.Net.ListenUDP(network, local)
	if err == nil {
		_ = c.SetReadBuffer(receiveQueue) // the kernel may grant less
	}
	return c, err
}

// sharedNet lists the interfaces once for all participants.
var sharedNet = sync.OnceValues(func() (transport.Net, error) {
	n, err := stdnet.NewNet()
	return roomyNet{n}, err
})

// localAddress returns the address from which this machine reaches the server.
func localAddress(base string) (net.IP, error) {
	u, err := url.Parse(base)
	if err != nil {
		return nil, err
	}
	host := net.JoinHostPort(u.Hostname(), "9")
	c, err := net.Dial("udp4", host) // sends nothing; a server need not have IPv6, even where localhost is ::1 as well
	if err != nil {
		c, err = net.Dial("udp6", host)
	}
	if err != nil {
		return nil, fmt.Errorf("find the address that faces %s: %w", u.Host, err)
	}
	defer c.Close()
	return c.LocalAddr().(*net.UDPAddr).IP, nil
}
