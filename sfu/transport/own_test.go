package transport

import (
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/pion/dtls/v3"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"

	"salon/sfu/layers"
	"salon/signaling/protocol"
)

// call connects a publisher to a watcher, whose slot shows the camera.
func call(t *testing.T, e *Engine, settings func(*webrtc.SettingEngine)) (publisher, watcher *client, track *webrtc.TrackLocalStaticRTP) {
	t.Helper()
	publisher, watcher = newClient(t, e, settings), newClient(t, e, settings)
	track = publisher.publish()
	publisher.negotiate(nil, protocol.Section{Mid: "0", Source: protocol.Camera})
	watcher.receive(webrtc.RTPCodecTypeVideo, 1)
	watcher.negotiate(nil)
	publisher.waitConnected()
	watcher.waitConnected()
	camera := publisher.answer.Publications[protocol.Camera]
	camera.SetForwarding(true)
	slot := watcher.answer.Slots[0].Slot
	slot.Fill(camera)
	slot.SetTarget(layers.Layer{Temporal: layers.MaxTemporal}, "test")
	return publisher, watcher, track
}

// expectPackets sends packets until count of them have come, in order and unchanged.
func expectPackets(t *testing.T, track *webrtc.TrackLocalStaticRTP, watcher *client, from uint16, count int) {
	t.Helper()
	for i := range uint16(count) {
		number := from + i
		if err := track.WriteRTP(keyframe(number)); err != nil {
			t.Fatal(err)
		}
		select {
		case p := <-watcher.received:
			if p.Payload[11] != byte(number) || p.Payload[12] != byte(number>>8) {
				t.Fatalf("packet %d carries %d", number, p.Payload[11])
			}
		case <-time.After(20 * time.Second):
			t.Fatalf("packet %d did not come: %v", number, watcher.peer.engine.Counters())
		}
	}
}

// RTP goes our way or Pion's as the profile says, and arrives either way.
func TestProfiles(t *testing.T) {
	for name, c := range map[string]struct {
		profile dtls.SRTPProtectionProfile
		own     bool
	}{
		"AES-128-GCM": {dtls.SRTP_AEAD_AES_128_GCM, true},
		"AES-256-GCM": {dtls.SRTP_AEAD_AES_256_GCM, true},
		"SHA1_80":     {dtls.SRTP_AES128_CM_HMAC_SHA1_80, false},
	} {
		t.Run(name, func(t *testing.T) {
			e := newEngine(t)
			publisher, watcher, track := call(t, e, func(s *webrtc.SettingEngine) { s.SetSRTPProtectionProfiles(c.profile) })
			expectPackets(t, track, watcher, 65500, 200) // over a wrap of the publisher's numbers
			for _, peer := range []*Peer{publisher.peer, watcher.peer} {
				if got := peer.media.Load().own(); got != c.own {
					t.Errorf("sealed by us: %v, want %v", got, c.own)
				}
			}
			opened := false
			for _, s := range *publisher.peer.streams.all.Load() {
				publisher.peer.receiving.Lock()
				opened = opened || s.opening.any
				publisher.peer.receiving.Unlock()
			}
			if opened != c.own {
				t.Errorf("opened by us: %v, want %v", opened, c.own)
			}
		})
	}
}

// Other cipher suites of DTLS have another pseudo-random function.
func TestKeysOfSHA384(t *testing.T) {
	e := newEngine(t)
	_, watcher, track := call(t, e, func(s *webrtc.SettingEngine) {
		s.SetDTLSCipherSuites(dtls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384)
	})
	expectPackets(t, track, watcher, 1, 20)
	if !watcher.peer.media.Load().own() {
		t.Error("Pion protects the RTP")
	}
}

func TestWithoutExtendedMasterSecret(t *testing.T) {
	e := newEngine(t)
	_, watcher, track := call(t, e, func(s *webrtc.SettingEngine) { s.SetDTLSExtendedMasterSecret(dtls.DisableExtendedMasterSecret) })
	expectPackets(t, track, watcher, 1, 20)
}

// Over ICE-TCP, packets are sealed by us as well: a Peer may come to TCP and back, and no key stream has two users.
func TestTCP(t *testing.T) {
	e := newEngine(t)
	_, watcher, track := call(t, e, func(s *webrtc.SettingEngine) {
		s.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeTCP4})
		s.DisableActiveTCP(false)
	})
	expectPackets(t, track, watcher, 1, 50)
	if r := watcher.peer.path.current.Load(); r == nil || r.endpoint != nil {
		t.Errorf("route %+v, want TCP", r)
	}
}

// An ICE restart from another address takes the packets along.
func TestPathFollowsAnICERestart(t *testing.T) {
	e := newEngine(t)
	_, watcher, track := call(t, e, func(*webrtc.SettingEngine) {})
	expectPackets(t, track, watcher, 1, 20)
	before := watcher.peer.path.current.Load()
	watcher.negotiate(&webrtc.OfferOptions{ICERestart: true})
	waitFor(t, "the path moved", func() bool {
		r := watcher.peer.path.current.Load()
		return r != nil && r.to != before.to
	})
	number := uint16(100)
	waitFor(t, "media flows after the restart", func() bool {
		number++
		_ = track.WriteRTP(keyframe(number))
		select {
		case p := <-watcher.received:
			return p.Payload[11] > 100
		default:
			return false
		}
	})
}

// A NACK is answered on the RTX stream, which Pion opens like any other.
func TestRetransmission(t *testing.T) {
	e := newEngine(t)
	_, watcher, track := call(t, e, func(*webrtc.SettingEngine) {})
	var last *rtp.Packet
	for number := range uint16(10) {
		if err := track.WriteRTP(keyframe(number)); err != nil {
			t.Fatal(err)
		}
		last = <-watcher.received
	}
	if err := watcher.connection.WriteRTCP([]rtcp.Packet{&rtcp.TransportLayerNack{
		MediaSSRC: last.SSRC, Nacks: rtcp.NackPairsFromSequenceNumbers([]uint16{last.SequenceNumber, last.SequenceNumber - 1}),
	}}); err != nil {
		t.Fatal(err)
	}
	waitFor(t, "both were sent again", func() bool { return e.Counters()["retransmitted"] == 2 })
	_ = track.WriteRTP(keyframe(10)) // Pion hands out RTX with the next packet
	again := map[uint16]bool{}
	for len(again) < 2 {
		select {
		case p := <-watcher.received:
			if p.SequenceNumber <= last.SequenceNumber {
				again[p.SequenceNumber] = true
			} else {
				_ = track.WriteRTP(keyframe(p.SequenceNumber - last.SequenceNumber + 10))
			}
		case <-time.After(20 * time.Second):
			t.Fatalf("%d of 2 came again: %v", len(again), e.Counters())
		}
	}
}

// RTP from an address that ICE has validated, but not sealed with the Peer's keys, goes nowhere.
func TestForgedPacketsAreCounted(t *testing.T) {
	e := newEngine(t)
	publisher, watcher, track := call(t, e, func(*webrtc.SettingEngine) {})
	expectPackets(t, track, watcher, 1, 5)
	waitFor(t, "all counted", func() bool { return e.Counters()["packets_received"] == 5 })
	received := e.Counters()["packets_received"]
	forged, err := keyframe(6).Marshal()
	if err != nil {
		t.Fatal(err)
	}
	forged = append(forged, make([]byte, tagSize)...)
	at := e.udp.endpoints[netip.MustParseAddr("127.0.0.1")].endpoint
	stranger, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(at.local))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = stranger.Close() }()
	at.expect(addressOf(stranger), publisher.peer)
	defer at.forget(addressOf(stranger), publisher.peer)
	for n := range 10 {
		if n == 5 { // an SSRC that has sent nothing yet
			forged[8] ^= 1
		}
		if _, err := stranger.Write(forged); err != nil {
			t.Fatal(err)
		}
	}
	waitFor(t, "all refused", func() bool { return e.Counters()["dropped_forged"] == 10 })
	if got := e.Counters()["packets_received"]; got != received {
		t.Errorf("%d forged packets passed", got-received)
	}
	expectPackets(t, track, watcher, 6, 5)
}

func TestStrangersAreNotExpected(t *testing.T) {
	s := newTestEndpoint(t)
	peer := &Peer{}
	peer.path.peer = peer
	address := func(n int) netip.AddrPort {
		return netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, 0, 0, 1}), uint16(n))
	}
	for n := range 10 {
		peer.path.validated(s, address(n))
	}
	for n := range 10 {
		if got, want := s.expected[address(n)] == peer, n >= 10-maxSources; got != want {
			t.Errorf("address %d is expected: %v, want %v", n, got, want)
		}
	}
	other := &Peer{}
	s.expect(address(9), other) // the address went to somebody else
	peer.path.close()
	if s.expected[address(9)] != other || len(s.expected) != 1 {
		t.Errorf("%v is expected after the Peer has gone", s.expected)
	}
}
