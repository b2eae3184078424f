package transport

import (
	"encoding/hex"
	"testing"

	"github.com/pion/rtp"
	"github.com/pion/transport/v4/packetio"

	"salon/sfu/codec"
	"salon/sfu/forward"
	"salon/sfu/layers"
	"salon/signaling/protocol"
)

// threeSections is a Peer whose client may send a microphone on mid a, a simulcast camera on v and a screen on s.
func threeSections(t testing.TB) (*Peer, map[string]*forward.Publication) {
	t.Helper()
	peer, err := newEngine(t).NewPeer(Events{State: func(State) {}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(peer.Close)
	audio, video := [128]format{111: {codec: codec.Opus}, 63: {codec: codec.Opus, redundant: true}}, [128]format{96: {codec: codec.VP8}, 97: {codec: codec.VP8, repair: true}}
	r := &routes{sections: map[string]*receiving{}, ssrcs: map[uint32]*receiving{}, transportWide: 3, mid: 4, rid: 10, repairedRID: 11}
	publications := map[string]*forward.Publication{}
	for mid, c := range map[string]forward.PublicationConfig{
		"a": {Kind: protocol.Audio}, "v": {Kind: protocol.Video, RIDs: []string{"q", "h", "f"}}, "s": {Kind: protocol.Video},
	} {
		c.Upstream = peer
		publications[mid] = forward.NewPublication(c)
		section := &receiving{publication: publications[mid], formats: video}
		if c.Kind == protocol.Audio {
			section.formats, section.audioLevel = audio, 1
		}
		r.sections[mid] = section
	}
	r.ssrcs[500] = r.sections["s"]
	peer.routes.Store(r)
	return peer, publications
}

type testPacket struct {
	ssrc           uint32
	payloadType    uint8
	mid, rid, rrid string
	payload        []byte
	dependency     []byte
}

func (p testPacket) bytes(t testing.TB) []byte {
	t.Helper()
	packet := rtp.Packet{Header: rtp.Header{Version: 2, SSRC: p.ssrc, PayloadType: p.payloadType, SequenceNumber: 9}, Payload: p.payload}
	for id, value := range map[uint8]string{4: p.mid, 10: p.rid, 11: p.rrid} {
		if value != "" {
			if err := packet.SetExtension(id, []byte(value)); err != nil {
				t.Fatal(err)
			}
		}
	}
	if len(p.dependency) > 0 {
		if err := packet.SetExtension(5, p.dependency); err != nil {
			t.Fatal(err)
		}
	}
	raw, err := packet.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// A packet reaches the encoding of its own section or none, whatever it claims.
func TestBinding(t *testing.T) {
	picture := keyframe(1).Payload
	for name, c := range map[string]struct {
		packets []testPacket
		want    map[string]int // packets by "mid/rid"
	}{
		"by mid and rid":                     {[]testPacket{{ssrc: 1, payloadType: 96, mid: "v", rid: "h", payload: picture}}, map[string]int{"v/h": 1}},
		"by a declared SSRC":                 {[]testPacket{{ssrc: 500, payloadType: 96, payload: picture}}, map[string]int{"s/": 1}},
		"undeclared SSRC without mid":        {[]testPacket{{ssrc: 1, payloadType: 96, payload: picture}}, nil},
		"unknown mid":                        {[]testPacket{{ssrc: 1, payloadType: 96, mid: "x", rid: "q", payload: picture}}, nil},
		"a rid that the section has not":     {[]testPacket{{ssrc: 1, payloadType: 96, mid: "v", rid: "z", payload: picture}}, nil},
		"simulcast without rid":              {[]testPacket{{ssrc: 1, payloadType: 96, mid: "v", payload: picture}}, nil},
		"video payload type on the audio":    {[]testPacket{{ssrc: 1, payloadType: 96, mid: "a", payload: picture}}, nil},
		"audio payload type on the video":    {[]testPacket{{ssrc: 1, payloadType: 111, mid: "s", payload: picture}}, nil},
		"unknown payload type":               {[]testPacket{{ssrc: 1, payloadType: 50, mid: "s", payload: picture}}, nil},
		"retransmission before the original": {[]testPacket{{ssrc: 2, payloadType: 97, mid: "v", rrid: "q", payload: append([]byte{0, 8}, picture...)}}, nil},
		"retransmission by its own SSRC": {[]testPacket{
			{ssrc: 1, payloadType: 96, mid: "v", rid: "q", payload: picture},
			{ssrc: 2, payloadType: 97, mid: "v", rrid: "q", payload: append([]byte{0, 8}, picture...)},
		}, map[string]int{"v/q": 2}},
		"empty retransmission, a probe": {[]testPacket{{ssrc: 2, payloadType: 97, mid: "v", rrid: "q", payload: []byte{0}}}, nil},
		"an SSRC stays where it was": {[]testPacket{
			{ssrc: 1, payloadType: 96, mid: "v", rid: "q", payload: picture},
			{ssrc: 1, payloadType: 96, mid: "s", payload: picture},
		}, map[string]int{"v/q": 1}}, // the second has the same number and is a duplicate there
	} {
		t.Run(name, func(t *testing.T) {
			peer, publications := threeSections(t)
			streams := map[uint32]*inbound{}
			for _, p := range c.packets {
				if streams[p.ssrc] == nil {
					streams[p.ssrc] = peer.newBuffer(packetio.RTPBufferPacket, p.ssrc).(*inbound)
				}
				if _, err := streams[p.ssrc].Write(p.bytes(t)); err != nil {
					t.Fatal(err)
				}
			}
			for mid, publication := range publications {
				for _, e := range publication.Info().Encodings {
					if want := c.want[mid+"/"+e.RID]; int(e.Packets) != want {
						t.Errorf("%s/%s got %d packets, want %d", mid, e.RID, e.Packets, want)
					}
				}
			}
		})
	}
}

// countingSink counts what a slot sends.
type countingSink struct{ packets int }

func (s *countingSink) Send(*forward.Outgoing) error { s.packets++; return nil }
func (s *countingSink) Gather(send func(burst any))  { send(nil) }

// Chromium writes the temporal layers of VP8 only into the dependency descriptor where that was negotiated.
func TestTemporalLayersOfVP8(t *testing.T) {
	peer, publications := threeSections(t)
	peer.routes.Load().sections["s"].dependencyDescriptor = 5
	publications["s"].SetForwarding(true)
	sink := &countingSink{}
	slot := forward.NewSlot(protocol.Video, sink, 1, 1)
	slot.Fill(publications["s"])
	slot.SetTarget(layers.Layer{}, "the base temporal layer only")
	stream := peer.newBuffer(packetio.RTPBufferPacket, 500)
	for i, p := range [][2]string{
		{"10d021009d012a4001b400", "c000018002044eaaaf2860414d34538a0940404fc02cc0"},
		{"30d11b000a1c240c", "c50002"}, {"10d117000a1c240c", "c30003"}, {"30d11c000a1c240c", "c50004"}, {"10b11800e4797877", "c20005"},
	} {
		payload, _ := hex.DecodeString(p[0])
		dependency, _ := hex.DecodeString(p[1])
		raw := testPacket{ssrc: 500, payloadType: 96, payload: payload, dependency: dependency}.bytes(t)
		raw[1] |= 0x80 // marker
		raw[3], raw[7] = byte(i), byte(i)
		if _, err := stream.Write(raw); err != nil {
			t.Fatal(err)
		}
	}
	if sink.packets != 2 {
		t.Errorf("%d packets of five were sent, want the two of temporal layer 0", sink.packets)
	}
}

func FuzzInbound(f *testing.F) {
	f.Add(testPacket{ssrc: 1, payloadType: 96, mid: "v", rid: "q", payload: keyframe(1).Payload}.bytes(f))
	f.Add(testPacket{ssrc: 2, payloadType: 97, mid: "v", rrid: "q", payload: []byte{0, 1, 0x90}}.bytes(f))
	f.Add(testPacket{ssrc: 1, payloadType: 63, mid: "a", payload: []byte{0xef, 0x0f, 0, 2, 111, 1, 2, 3}}.bytes(f))
	f.Add([]byte{0xb0, 111, 0, 1, 0, 0, 0, 1, 0, 0, 0, 2, 0x10, 0x00, 0xff, 0xff})
	peer, publications := threeSections(f)
	for _, p := range publications {
		p.SetForwarding(true)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		s := &inbound{peer: peer, ssrc: 1}
		for range 2 {
			if n, err := s.Write(raw); n != len(raw) || err != nil {
				t.Fatalf("wrote %d of %d, %v", n, len(raw), err)
			}
		}
	})
}

func FuzzFeedbackBuffer(f *testing.F) {
	peer, _ := threeSections(f)
	f.Add([]byte{0x81, 206, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2})
	f.Add([]byte{0x81, 205, 0, 3, 0, 0, 0, 1, 0, 0, 0, 2, 0, 1, 0xff, 0xff})
	f.Fuzz(func(t *testing.T, raw []byte) {
		b := &feedbackBuffer{peer: peer, ssrc: 2}
		if n, err := b.Write(raw); n != len(raw) || err != nil {
			t.Fatalf("wrote %d of %d, %v", n, len(raw), err)
		}
	})
}
