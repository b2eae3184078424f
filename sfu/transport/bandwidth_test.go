package transport

import (
	"bytes"
	"encoding/binary"
	"errors"
	"net"
	"net/netip"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pion/dtls/v3"
	"github.com/pion/ice/v4"
	"github.com/pion/interceptor"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/sdp/v3"
	"github.com/pion/webrtc/v4"

	"salon/cmd/linksim/link"
	"salon/sfu/layers"
	"salon/signaling/protocol"
)

// numbers notes the transport-wide numbers that a client receives, by SSRC. It is one of Pion's interceptors.
type numbers struct {
	interceptor.NoOp
	mu  sync.Mutex
	all []numbered
}

type numbered struct {
	ssrc   uint32
	number uint16
}

func (n *numbers) NewInterceptor(string) (interceptor.Interceptor, error) { return n, nil }

func (n *numbers) BindRemoteStream(info *interceptor.StreamInfo, reader interceptor.RTPReader) interceptor.RTPReader {
	id := uint8(0)
	for _, e := range info.RTPHeaderExtensions {
		if e.URI == uriTransportWide {
			id = uint8(e.ID)
		}
	}
	return interceptor.RTPReaderFunc(func(b []byte, a interceptor.Attributes) (int, interceptor.Attributes, error) {
		size, a, err := reader.Read(b, a)
		var h rtp.Header
		if _, bad := h.Unmarshal(b[:size]); err == nil && bad == nil {
			if value := h.GetExtension(id); len(value) == 2 {
				n.mu.Lock()
				n.all = append(n.all, numbered{h.SSRC, binary.BigEndian.Uint16(value)})
				n.mu.Unlock()
			}
		}
		return size, a, err
	})
}

// seen returns all numbers in order, and how many SSRCs they are of.
func (n *numbers) seen() (all []uint16, ssrcs int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	of := map[uint32]bool{}
	for _, e := range n.all {
		all, of[e.ssrc] = append(all, e.number), true
	}
	slices.Sort(all)
	return all, len(of)
}

// newMeasuringClient returns a client that sends transport feedback.
func newMeasuringClient(t *testing.T, e *Engine, settings ...func(*webrtc.SettingEngine)) (*client, *numbers) {
	t.Helper()
	m, r, n := clientMedia(t), &interceptor.Registry{}, &numbers{}
	if err := webrtc.ConfigureTWCCSender(m, r); err != nil {
		t.Fatal(err)
	}
	r.Add(n)
	return newClientWith(t, e, m, r, settings...), n
}

// measuredCall connects a publisher to a watcher with two video slots that both show the camera, at about 400 kbit/s each.
// It sends until the test is over.
func measuredCall(t *testing.T, watched func(*webrtc.SettingEngine)) (watcher *client, n *numbers) {
	t.Helper()
	e := newEngine(t)
	publisher := newClient(t, e)
	watcher, n = newMeasuringClient(t, e, watched)
	track := publisher.publish()
	publisher.negotiate(nil, protocol.Section{Mid: "0", Source: protocol.Camera})
	watcher.receive(webrtc.RTPCodecTypeVideo, 2)
	watcher.negotiate(nil)
	publisher.waitConnected()
	watcher.waitConnected()
	camera := publisher.answer.Publications[protocol.Camera]
	camera.SetForwarding(true)
	for _, s := range watcher.answer.Slots {
		s.Slot.Fill(camera)
		s.Slot.SetTarget(layers.Layer{Temporal: layers.MaxTemporal}, "test")
	}
	stop := make(chan struct{})
	var sending sync.WaitGroup
	sending.Go(func() {
		ticker := time.NewTicker(20 * time.Millisecond)
		defer ticker.Stop()
		for number := uint16(0); ; number++ {
			p := keyframe(number)
			for id := uint8(1); id <= 5; id++ { // nothing of it may arrive
				_ = p.SetExtension(id, []byte{0xaa, 0xaa})
			}
			p.Payload = append(p.Payload, make([]byte, 900)...)
			_ = track.WriteRTP(p)
			select {
			case <-stop:
				return
			case <-ticker.C:
			}
		}
	})
	t.Cleanup(func() { close(stop); sending.Wait() })
	return watcher, n
}

func unchanged(*webrtc.SettingEngine) {}

// The answer agrees to the number and to feedback on the sections that we send on, and lists nothing else there that we
// would have to write.
func TestTheAnswerOffersFeedback(t *testing.T) {
	watcher, _ := newMeasuringClient(t, newEngine(t))
	watcher.receive(webrtc.RTPCodecTypeAudio, 1)
	watcher.receive(webrtc.RTPCodecTypeVideo, 1)
	watcher.negotiate(nil)
	for _, text := range strings.Split(watcher.answer.SDP, "m=")[1:] {
		kind, _, _ := strings.Cut(text, " ")
		if !strings.Contains(text, "a=sendonly") || !strings.Contains(text, " transport-cc\r\n") || !strings.Contains(text, uriTransportWide) {
			t.Errorf("the %s section is\n%s", kind, text)
		}
		for _, uri := range []string{sdp.SDESMidURI, sdp.SDESRTPStreamIDURI, sdp.SDESRepairRTPStreamIDURI, sdp.AudioLevelURI} {
			if strings.Contains(text, uri) {
				t.Errorf("the %s section agrees to %s", kind, uri)
			}
		}
		if kind == "video" && !strings.Contains(text, " goog-remb\r\n") {
			t.Errorf("no REMB in\n%s", text)
		}
	}
}

// Over ICE-TCP, RTCP is read past Pion as well.
func TestFeedbackOverTCP(t *testing.T) {
	watcher, _ := measuredCall(t, func(s *webrtc.SettingEngine) {
		s.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeTCP4})
		s.DisableActiveTCP(false)
	})
	waitFor(t, "feedback is read", func() bool { return watcher.peer.Estimate().Received > 0 })
}

// One series of numbers runs over all slots and their retransmissions, sealed by us or by Pion.
func TestNumbersRunOverAllSlots(t *testing.T) {
	for name, profile := range map[string]dtls.SRTPProtectionProfile{
		"sealed by us": dtls.SRTP_AEAD_AES_128_GCM, "sealed by Pion": dtls.SRTP_AES128_CM_HMAC_SHA1_80,
	} {
		t.Run(name, func(t *testing.T) {
			watcher, n := measuredCall(t, func(s *webrtc.SettingEngine) { s.SetSRTPProtectionProfiles(profile) })
			packet := <-watcher.received
			waitFor(t, "a hundred packets", func() bool { all, _ := n.seen(); return len(all) > 100 })
			if err := watcher.connection.WriteRTCP([]rtcp.Packet{&rtcp.TransportLayerNack{
				MediaSSRC: packet.SSRC, Nacks: rtcp.NackPairsFromSequenceNumbers([]uint16{packet.SequenceNumber, packet.SequenceNumber + 1}),
			}}); err != nil {
				t.Fatal(err)
			}
			waitFor(t, "packets of three streams", func() bool { _, ssrcs := n.seen(); return ssrcs == 3 })
			if ids := packet.GetExtensionIDs(); len(ids) != 1 || bytes.Equal(packet.GetExtension(ids[0]), []byte{0xaa, 0xaa}) {
				t.Errorf("the extensions %v arrive, want one of our own", packet.Header)
			}
			all, _ := n.seen()
			for i := 1; i < len(all)-4; i++ { // the last may still be read
				if all[i] != all[i-1]+1 {
					t.Fatalf("number %d follows %d", all[i], all[i-1])
				}
			}
			waitFor(t, "feedback is read", func() bool { return watcher.peer.Estimate().Received > 0 })
		})
	}
}

// Wanting more makes probes, and probes make the estimate grow; nothing else would.
func TestTheEstimateGrowsTowardWhatIsWanted(t *testing.T) {
	watcher, _ := measuredCall(t, unchanged)
	waitFor(t, "feedback is read", func() bool { return watcher.peer.Estimate().Received > 300_000 })
	counters := watcher.peer.engine.Counters
	if sent := counters()["probes_sent"]; sent != 0 {
		t.Errorf("%d probes although nothing is wanted", sent)
	}
	watcher.peer.Want(3_000_000)
	waitFor(t, "the estimate grows", func() bool { return watcher.peer.Estimate().Bitrate > 2_500_000 })
	if sent := counters()["probes_sent"]; sent == 0 {
		t.Error("no probes")
	}
	if again := counters()["retransmitted"]; again != 0 {
		t.Errorf("%d probes count as retransmissions", again)
	}
}

// Over a link of 300 kbit/s the estimate falls below it, and whoever decides is told.
func TestTheEstimateFallsOnANarrowLink(t *testing.T) {
	narrow := link.Default()
	narrow.Rate = 300_000
	watcher, _ := measuredCall(t, func(s *webrtc.SettingEngine) {
		s.SetICEUDPMux(loopbackMux{ice.NewUDPMuxDefault(ice.UDPMuxParams{UDPConn: newLinkConn(t, narrow), Logger: silence{}})})
	})
	waitFor(t, "the estimate fell", func() bool {
		e := watcher.peer.Estimate()
		return e.Received > 0 && e.Bitrate < 300_000 && e.Queue > 0
	})
	waitFor(t, "the room was told", func() bool { return watcher.fell.Load() > 0 })
}

// linkConn is a client's socket behind a link. One goroutine reads it, and all packets come from the server.
type linkConn struct {
	*net.UDPConn
	link   *link.Link
	began  time.Time
	server netip.AddrPort
	buffer [packetSize]byte
}

func newLinkConn(t *testing.T, s link.Settings) *linkConn {
	t.Helper()
	conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return &linkConn{UDPConn: conn, link: link.New(s, 1), began: time.Now()}
}

// ReadFromAddrPort returns the next packet that departs from the link.
func (c *linkConn) ReadFromAddrPort(b []byte) (int, netip.AddrPort, error) {
	for {
		if p, ok := c.link.Depart(time.Since(c.began)); ok {
			return copy(b, p.Data), c.server, nil
		}
		var deadline time.Time
		if next, ok := c.link.Next(); ok {
			deadline = c.began.Add(next)
		}
		if err := c.SetReadDeadline(deadline); err != nil {
			return 0, netip.AddrPort{}, err
		}
		n, from, err := c.ReadFromUDPAddrPort(c.buffer[:])
		switch {
		case errors.Is(err, os.ErrDeadlineExceeded):
		case err != nil:
			return 0, netip.AddrPort{}, err
		default:
			c.server = from
			c.link.Arrive(time.Since(c.began), slices.Clone(c.buffer[:n]))
		}
	}
}

func (c *linkConn) WriteToAddrPort(b []byte, to netip.AddrPort) (int, error) {
	return c.WriteToUDPAddrPort(b, to)
}
