package transport

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pion/ice/v4"
	"github.com/pion/interceptor"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"

	"salon/sfu/forward"
	"salon/sfu/layers"
	"salon/signaling/protocol"
)

// The benchmark's clients live in a process of their own, so that the CPU time of this one is the server's.
const clientsVariable = "SALON_BENCH_CLIENTS"

const (
	framePackets = 4                      // of one frame: a burst
	packetBytes  = 1100                   // of one payload
	warmUp       = 30                     // frames
	settle       = 300 * time.Millisecond // for the last packets to arrive
)

// order tells the clients to send.
type order struct {
	Frames   int
	Interval time.Duration
}

// fanoutModes are what is compared. They change a server before anybody connects.
var fanoutModes = []struct {
	name          string
	receive, send bool // past Pion
	withoutGSO    bool
}{
	{name: "Pion"},
	{name: "send-batches", send: true},
	{name: "both-without-GSO", receive: true, send: true, withoutGSO: true},
	{name: "both", receive: true, send: true},
}

// BenchmarkFanout measures the CPU time of one forwarded packet through the whole transport: one publisher, bursts of
// four VP8 packets, N receivers over loopback. An iteration is a frame. Use -benchtime 200x or more frames.
func BenchmarkFanout(b *testing.B) {
	for _, load := range []struct {
		name      string
		receivers int
		interval  time.Duration
	}{
		{"10-at-1Mbps", 10, 33 * time.Millisecond},
		{"50-at-1Mbps", 50, 33 * time.Millisecond},
		{"200-at-1Mbps", 200, 33 * time.Millisecond},
		{"50-at-12Mbps", 50, 3 * time.Millisecond},
	} {
		for _, m := range fanoutModes {
			b.Run(load.name+"/"+m.name, func(b *testing.B) {
				e := newEngine(b)
				for _, at := range e.udp.endpoints {
					for _, s := range at.endpoint.sockets {
						s.noGSO.Store(m.withoutGSO)
					}
				}
				clients := startClients(b, e, load.receivers, func(i int, p *Peer) {
					if i == 0 && !m.receive || i > 0 && !m.send {
						p.media.Store(&mediaKeys{})
					}
				})
				clients.send(b, order{warmUp, load.interval})
				before, forwarded := cpuTime(), e.counters.packetsForwarded.Load()
				b.ResetTimer()
				received := clients.send(b, order{b.N, load.interval})
				b.StopTimer()
				spent, sent := cpuTime()-before, e.counters.packetsForwarded.Load()-forwarded
				expected := b.N * framePackets * load.receivers
				b.ReportMetric(float64(spent)/float64(sent), "cpu-ns/packet")
				b.ReportMetric(100*float64(expected-received)/float64(expected), "%lost")
			})
		}
	}
}

// clients are a publisher and receivers in another process.
type clients struct {
	encoder *json.Encoder
	decoder *json.Decoder
}

func startClients(b *testing.B, e *Engine, receivers int, prepare func(int, *Peer)) *clients {
	b.Helper()
	command := exec.Command(os.Args[0])
	command.Env = append(os.Environ(), fmt.Sprintf("%s=%d", clientsVariable, receivers))
	command.Stderr = os.Stderr
	input, err := command.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	output, err := command.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := command.Start(); err != nil {
		b.Fatal(err)
	}
	c := &clients{json.NewEncoder(input), json.NewDecoder(bufio.NewReader(output))}
	b.Cleanup(func() {
		_ = input.Close()
		_ = command.Wait()
	})
	c.connect(b, e, prepare)
	return c
}

// connect answers all offers. The first is the publisher's, whose camera fills everybody's slot.
func (c *clients) connect(b *testing.B, e *Engine, prepare func(int, *Peer)) {
	b.Helper()
	var peers []*Peer
	b.Cleanup(func() {
		for _, p := range peers {
			p.Close()
		}
	})
	var offers, answers []string
	c.read(b, &offers)
	var camera *forward.Publication
	for i, offer := range offers {
		peer, err := e.NewPeer(Events{State: func(State) {}})
		if err != nil {
			b.Fatal(err)
		}
		peers = append(peers, peer)
		prepare(i, peer)
		o := Offer{SDP: offer}
		if i == 0 {
			o.Sections = []protocol.Section{{Mid: "0", Source: protocol.Camera}}
		}
		answer, err := peer.Answer(b.Context(), o)
		if err != nil {
			b.Fatal(err)
		}
		answers = append(answers, answer.SDP)
		if i == 0 {
			camera = answer.Publications[protocol.Camera]
			camera.SetForwarding(true)
			continue
		}
		answer.Slots[0].Slot.Fill(camera)
		answer.Slots[0].Slot.SetTarget(layers.Layer{Temporal: layers.MaxTemporal}, "benchmark")
	}
	if err := c.encoder.Encode(answers); err != nil {
		b.Fatal(err)
	}
	var ready bool
	c.read(b, &ready)
	for _, p := range peers {
		waitFor(b, "connected", p.Connected)
	}
}

func (c *clients) read(b *testing.B, v any) {
	b.Helper()
	if err := c.decoder.Decode(v); err != nil {
		b.Fatal("the clients' process: ", err)
	}
}

// send lets the publisher send, and returns how many packets the receivers got.
func (c *clients) send(b *testing.B, o order) (received int) {
	b.Helper()
	if err := c.encoder.Encode(o); err != nil {
		b.Fatal(err)
	}
	c.read(b, &received)
	return received
}

// runClients is the other process.
func runClients(receivers int) error {
	decoder, encoder := json.NewDecoder(os.Stdin), json.NewEncoder(os.Stdout)
	var received atomic.Int64
	track, err := webrtc.NewTrackLocalStaticRTP(webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeVP8, ClockRate: 90000}, "v", "s")
	if err != nil {
		return err
	}
	all, offers, err := offerAll(track, receivers, &received)
	if err != nil {
		return err
	}
	var answers []string
	if err := encoder.Encode(offers); err != nil {
		return err
	}
	if err := decoder.Decode(&answers); err != nil {
		return err
	}
	if err := connectAll(all, answers); err != nil {
		return err
	}
	if err := encoder.Encode(true); err != nil {
		return err
	}
	frame := 0
	for {
		var o order
		if decoder.Decode(&o) != nil {
			return nil // the benchmark is over
		}
		received.Store(0)
		sendFrames(track, &frame, o)
		<-time.After(settle)
		if err := encoder.Encode(received.Load()); err != nil {
			return err
		}
	}
}

// offerAll makes the publisher's and the receivers' offers.
func offerAll(track webrtc.TrackLocal, receivers int, received *atomic.Int64) (all []*webrtc.PeerConnection, offers []string, err error) {
	for i := range receivers + 1 {
		connection, err := newBenchClient(received)
		if err != nil {
			return nil, nil, err
		}
		all = append(all, connection)
		if i == 0 {
			_, err = connection.AddTransceiverFromTrack(track, webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionSendonly})
		} else {
			_, err = connection.AddTransceiverFromKind(webrtc.RTPCodecTypeVideo, webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionRecvonly})
		}
		if err != nil {
			return nil, nil, err
		}
		offer, err := connection.CreateOffer(nil)
		if err != nil {
			return nil, nil, err
		}
		gathered := webrtc.GatheringCompletePromise(connection)
		if err := connection.SetLocalDescription(offer); err != nil {
			return nil, nil, err
		}
		<-gathered
		offers = append(offers, connection.LocalDescription().SDP)
	}
	return all, offers, nil
}

func connectAll(all []*webrtc.PeerConnection, answers []string) error {
	var connected sync.WaitGroup
	connected.Add(len(all))
	for i, connection := range all {
		var once sync.Once
		connection.OnConnectionStateChange(func(s webrtc.PeerConnectionState) {
			if s == webrtc.PeerConnectionStateConnected {
				once.Do(connected.Done)
			}
		})
		if err := connection.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: answers[i]}); err != nil {
			return err
		}
	}
	connected.Wait()
	return nil
}

func sendFrames(track *webrtc.TrackLocalStaticRTP, frame *int, o order) {
	ticker := time.NewTicker(o.Interval)
	defer ticker.Stop()
	for range o.Frames {
		<-ticker.C
		for n := range framePackets {
			payload := make([]byte, packetBytes)
			if n == 0 {
				copy(payload, []byte{0x10, 0x11, 2, 0})
				if *frame == 0 {
					copy(payload, []byte{0x10, 0x10, 2, 0, 0x9d, 0x01, 0x2a, 64, 0, 48, 0})
				}
			}
			_ = track.WriteRTP(&rtp.Packet{Header: rtp.Header{
				Version: 2, SequenceNumber: uint16(*frame*framePackets + n), Timestamp: uint32(*frame) * 3000, Marker: n == framePackets-1,
			}, Payload: payload})
		}
		*frame++
	}
}

// newBenchClient returns a PeerConnection whose socket counts RTP and throws it away.
func newBenchClient(received *atomic.Int64) (*webrtc.PeerConnection, error) {
	m := &webrtc.MediaEngine{}
	if err := m.RegisterDefaultCodecs(); err != nil {
		return nil, err
	}
	number := webrtc.RTPHeaderExtensionCapability{URI: uriTransportWide}
	if err := m.RegisterHeaderExtension(number, webrtc.RTPCodecTypeVideo); err != nil {
		return nil, err
	}
	conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		return nil, err
	}
	_ = conn.SetReadBuffer(socketBuffer)
	s := webrtc.SettingEngine{LoggerFactory: quiet{}}
	s.SetIncludeLoopbackCandidate(true)
	s.SetIPFilter(net.IP.IsLoopback)
	s.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4})
	s.SetICEUDPMux(loopbackMux{ice.NewUDPMuxDefault(ice.UDPMuxParams{UDPConn: countingConn{conn, received}, Logger: silence{}})})
	api := webrtc.NewAPI(webrtc.WithMediaEngine(m), webrtc.WithSettingEngine(s), webrtc.WithInterceptorRegistry(&interceptor.Registry{}))
	return api.NewPeerConnection(webrtc.Configuration{})
}

// loopbackMux is for Pion's agent not to skip the loopback address.
type loopbackMux struct{ ice.UDPMux }

type countingConn struct {
	*net.UDPConn
	received *atomic.Int64
}

func (c countingConn) ReadFromAddrPort(b []byte) (int, netip.AddrPort, error) {
	for {
		n, from, err := c.ReadFromUDPAddrPort(b)
		if err == nil && isRTP(b[:n]) {
			c.received.Add(1)
			continue
		}
		return n, from, err
	}
}

func (c countingConn) WriteToAddrPort(b []byte, to netip.AddrPort) (int, error) {
	return c.WriteToUDPAddrPort(b, to)
}
