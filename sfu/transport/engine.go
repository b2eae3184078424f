package transport

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"time"

	"github.com/pion/dtls/v3"
	"github.com/pion/ice/v4"
	"github.com/pion/interceptor"
	"github.com/pion/webrtc/v4"
)

const (
	socketBuffer   = 4 << 20          // a second of 30 Mbit/s: bursts wait in the kernel instead of being lost
	tcpWriteBuffer = 512 << 10        // per ICE-TCP client; beyond it packets are dropped, which congestion control sees
	iceDisconnect  = 6 * time.Second  // without a check or feedback; browsers check every 2.5 s (RFC 7675 5.1)
	iceFailed      = 30 * time.Second // more
	iceKeepalive   = 2 * time.Second  // how often the agent looks; a lite one sends nothing
	dtlsTimeout    = 15 * time.Second
)

// Engine holds what all Peers share: the sockets, the DTLS certificate, the counters. Safe for concurrent use.
type Engine struct {
	config      Config
	log         *slog.Logger
	udp         *udpMux
	tcp         *ice.TCPMuxDefault // nil when off
	tcpListener net.Listener
	certificate webrtc.Certificate
	counters    counters
	batches     batches
}

// NewEngine opens the sockets.
func NewEngine(c Config, log *slog.Logger) (*Engine, error) {
	e := &Engine{config: c.withDefaults(), log: log}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make a DTLS key: %w", err)
	}
	certificate, err := webrtc.GenerateCertificate(key)
	if err != nil {
		return nil, fmt.Errorf("make a DTLS certificate: %w", err)
	}
	e.certificate = *certificate
	if e.udp, err = newUDPMux(e.config, &e.counters, log); err != nil {
		return nil, err
	}
	if err := e.listenTCP(); err != nil {
		_ = e.Close()
		return nil, err
	}
	return e, nil
}

func (e *Engine) listenTCP() error {
	if e.config.TCPPort < 0 {
		return nil
	}
	host := ""
	if len(e.config.BindAddresses) == 1 {
		host = e.config.BindAddresses[0].String()
	}
	listener, err := net.Listen("tcp", net.JoinHostPort(host, fmt.Sprint(e.config.TCPPort)))
	if err != nil {
		return fmt.Errorf("listen for media on TCP port %d: %w (set media.tcp_port to another, or to -1 for none)", e.config.TCPPort, err)
	}
	e.tcpListener = listener
	e.tcp = ice.NewTCPMuxDefault(ice.TCPMuxParams{
		Listener: listener, Logger: quiet{}.NewLogger("ice"), ReadBufferSize: 64, WriteBufferSize: tcpWriteBuffer,
		FirstStunBindTimeout: 10 * time.Second, AliveDurationForConnFromStun: 10 * time.Second,
	})
	return nil
}

// UDPPort returns the port on which media is received.
func (e *Engine) UDPPort() int { return int(e.udp.port) }

// TCPPort returns the port of ICE-TCP, 0 when it is off.
func (e *Engine) TCPPort() int {
	if e.tcpListener == nil {
		return 0
	}
	return e.tcpListener.Addr().(*net.TCPAddr).Port
}

// Addresses returns the addresses that clients are told of now.
func (e *Engine) Addresses() []netip.Addr {
	if len(e.config.PublicIPs) > 0 {
		return e.config.PublicIPs
	}
	return e.config.advertised()
}

// Close closes the sockets. Peers should be closed before.
func (e *Engine) Close() error {
	err := e.udp.Close()
	if e.tcp != nil {
		_ = e.tcp.Close()
	}
	return err
}

// api returns a Pion API of a Peer's own: the buffer factory and the media engine belong to one PeerConnection.
func (e *Engine) api(p *Peer) (*webrtc.API, error) {
	media, err := newMediaEngine()
	if err != nil {
		return nil, fmt.Errorf("register codecs: %w", err)
	}
	s := webrtc.SettingEngine{LoggerFactory: quiet{}, BufferFactory: p.newBuffer}
	s.SetLite(true) // a server with a public address needs no checks of its own (RFC 8445 2.5)
	s.SetICEUDPMux(peerUDP{e.udp, &p.path})
	networks := []webrtc.NetworkType{webrtc.NetworkTypeUDP4, webrtc.NetworkTypeUDP6}
	if e.tcp != nil {
		s.SetICETCPMux(peerTCP{e.tcp, &p.path})
		networks = append(networks, webrtc.NetworkTypeTCP4, webrtc.NetworkTypeTCP6)
	}
	s.SetNetworkTypes(networks)
	s.DisableActiveTCP(true) // else Pion would dial the addresses that a client names
	s.SetIncludeLoopbackCandidate(e.config.IncludeLoopback)
	advertised := make(map[netip.Addr]bool)
	for _, a := range e.config.advertised() {
		advertised[a] = true
	}
	s.SetIPFilter(func(ip net.IP) bool {
		a, ok := netip.AddrFromSlice(ip)
		return ok && advertised[a.Unmap()]
	})
	if rules := e.config.rewriteRules(); len(rules) > 0 {
		if err := s.SetICEAddressRewriteRules(rules...); err != nil {
			return nil, fmt.Errorf("advertise the public addresses: %w", err)
		}
	}
	e.tuneICE(&s)
	tuneDTLS(&s)
	s.SetDTLSServerHelloMessageHook(p.keyring.serverHello)
	s.SetDTLSKeyLogWriter(&p.keyring) // written to no log: docs/decisions/0003
	return webrtc.NewAPI(webrtc.WithMediaEngine(media), webrtc.WithSettingEngine(s), webrtc.WithInterceptorRegistry(&interceptor.Registry{})), nil
}

func (e *Engine) tuneICE(s *webrtc.SettingEngine) {
	s.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled) // else sockets and goroutines per Peer
	s.SetICETimeouts(iceDisconnect, iceFailed, iceKeepalive)
	s.SetICEUseCandidateCheckPriority(true) // Firefox nominates aggressively
}

func tuneDTLS(s *webrtc.SettingEngine) {
	_ = s.SetAnsweringDTLSRole(webrtc.DTLSRoleServer) // the server picks the SRTP profile
	// AES-GCM costs a quarter of AES-CM with HMAC-SHA1 per packet; the latter stays for clients without it.
	s.SetSRTPProtectionProfiles(dtls.SRTP_AEAD_AES_128_GCM, dtls.SRTP_AEAD_AES_256_GCM, dtls.SRTP_AES128_CM_HMAC_SHA1_80)
	s.SetDTLSInsecureSkipHelloVerify(true) // one round trip less; ICE has verified the address already
	s.SetDTLSRetransmissionInterval(150 * time.Millisecond)
	s.SetDTLSConnectContextMaker(func() (context.Context, func()) { return context.WithTimeout(context.Background(), dtlsTimeout) })
	s.DisableCloseByDTLS(true) // an ICE restart may outlive an alert; signaling says when somebody leaves
	// Browsers resend old packets as probes, which a replay window takes for attacks. Duplicates are dropped by
	// sequence number in sfu/forward instead.
	s.DisableSRTPReplayProtection(true)
}
