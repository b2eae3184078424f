package transport

import (
	"encoding/binary"
	"net"
	"strconv"
	"testing"
	"time"

	"salon/sfu/codec"
	"salon/sfu/forward"
	"salon/sfu/layers"
	"salon/signaling/protocol"
)

const flowBurst = 4 // packets

// flow is one publisher and its receivers on an endpoint that the test itself reads: everything between two system calls
// without a connection having been set up.
type flow struct {
	t           testing.TB
	at          *endpoint
	publisher   *Peer
	publication *forward.Publication
	receivers   []receiver
	client      *net.UDPConn // the publisher's
	keys        *protection
	stream      sealing
	number      uint16
	plain       []byte // header and payload
	sealed      []byte
	left        int // packets to be read
	take        func(packets int) (again, end bool)
}

func newFlow(t testing.TB, receivers int) *flow {
	t.Helper()
	e := newEngine(t)
	keys, _ := keyPair(t, 16)
	f := &flow{t: t, at: newTestEndpoint(t), keys: keys, stream: sealing{ssrc: 1}, sealed: make([]byte, 0, packetSize)}
	newPeer := func() *Peer {
		peer, err := e.NewPeer(Events{State: func(State) {}})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(peer.Close)
		peer.media.Store(&mediaKeys{local: keys, remote: keys})
		return peer
	}
	f.publisher = newPeer()
	f.publication = forward.NewPublication(forward.PublicationConfig{Kind: protocol.Video, Upstream: f.publisher})
	f.publication.SetForwarding(true)
	section := &receiving{publication: f.publication, formats: [128]format{96: {codec: codec.VP8}}}
	f.publisher.routes.Store(&routes{ssrcs: map[uint32]*receiving{1: section}})
	var err error
	if f.client, err = net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(f.at.local)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.client.Close() })
	f.at.expect(addressOf(f.client), f.publisher)
	for i := range receivers {
		peer, r := newPeer(), newReceiver(t, f.at)
		peer.path.current.Store(r.route)
		slot := peer.newSlot(protocol.Video)
		slot.bound.Store(&sending{ssrc: uint32(i + 100), formats: formats{codec.VP8: {media: 96}}})
		slot.extensions.Store(&extensions{transportWide: 3})
		slot.slot.Fill(f.publication)
		slot.slot.SetTarget(layers.Layer{Temporal: layers.MaxTemporal}, "test")
		f.receivers = append(f.receivers, r)
	}
	packet := keyframe(0)
	packet.SSRC, packet.PayloadType = 1, 96
	packet.Payload = append(packet.Payload, make([]byte, 1000)...)
	if f.plain, err = packet.Marshal(); err != nil {
		t.Fatal(err)
	}
	return f
}

// resize makes the payload of the packets to come that long.
func (f *flow) resize(payload int) {
	for len(f.plain) < headerSize+payload {
		f.plain = append(f.plain, byte(len(f.plain)))
	}
	f.plain = f.plain[:headerSize+payload]
}

// send sends the publisher's next packet.
func (f *flow) send() {
	f.number++
	header := append(f.sealed[:0], f.plain[:headerSize]...)
	binary.BigEndian.PutUint16(header[2:], f.number)
	binary.BigEndian.PutUint32(header[4:], uint32(f.number)*3000)
	packet, ok := f.stream.seal(f.keys, header, f.plain[headerSize:])
	if !ok {
		f.t.Fatal("not sealed")
	}
	if _, err := f.client.Write(packet); err != nil {
		f.t.Fatal(err)
	}
}

// read lets the endpoint deal with packets that have arrived.
func (f *flow) read(packets int) {
	s := f.at.sockets[0]
	f.left = packets
	if f.take == nil { // made once, since it would be allocated each time
		f.take = func(n int) (again, end bool) {
			s.handle(n, time.Now())
			f.left -= n
			return false, f.left <= 0
		}
	}
	if err := s.reader.run(f.take); err != nil {
		f.t.Fatal(err)
	}
}

// burst sends and forwards some packets.
func (f *flow) burst() {
	for range flowBurst {
		f.send()
	}
	f.read(flowBurst)
}

// BenchmarkFlow is the packet path alone, as fast as it goes: what one packet costs between two system calls and in them,
// to receivers that nobody reads.
func BenchmarkFlow(b *testing.B) {
	for _, receivers := range []int{10, 50, 200} {
		b.Run(strconv.Itoa(receivers), func(b *testing.B) {
			f := newFlow(b, receivers)
			for range 300 {
				f.burst()
			}
			before := cpuTime()
			b.ReportAllocs()
			b.ResetTimer()
			for b.Loop() {
				f.burst()
			}
			b.ReportMetric(float64(cpuTime()-before)/float64(b.N*flowBurst*receivers), "cpu-ns/packet")
		})
	}
}
