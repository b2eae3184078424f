package transport

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"

	"salon/sfu/codec"
	"salon/sfu/forward"
	"salon/signaling/protocol"
)

// sounds keeps the payloads that reach a receiver, by output number.
type sounds struct{ numbers, payloads []string }

func (s *sounds) Gather(send func(burst any)) { send(nil) }
func (s *sounds) Send(o *forward.Outgoing) error {
	s.numbers = append(s.numbers, fmt.Sprint(o.SequenceNumber, o.Timestamp))
	s.payloads = append(s.payloads, string(o.Payload))
	return nil
}

// Of a publisher's packets everybody gets the own payload; what was lost on the way comes out of later ones, under its own
// number and time.
func TestUnpacksRED(t *testing.T) {
	red := func(own string, earlier ...codec.Redundant) []byte {
		return codec.AppendRED(nil, 111, earlier, []byte(own))
	}
	before := func(ticks uint16, payload string) codec.Redundant {
		return codec.Redundant{Offset: ticks * 960, Payload: []byte(payload)}
	}
	type sent struct {
		number      uint16
		payloadType uint8
		payload     []byte
	}
	for name, c := range map[string]struct {
		sent              []sent
		numbers, payloads []string
		malformed         uint64
		duplicates        uint64
	}{
		"nothing lost": {
			[]sent{{1, 63, red("a")}, {2, 63, red("b", before(1, "a"))}, {3, 63, red("c", before(2, "a"), before(1, "b"))}},
			[]string{"1 960", "2 1920", "3 2880"}, []string{"a", "b", "c"}, 0, 0,
		},
		"one lost": {
			[]sent{{1, 63, red("a")}, {3, 63, red("c", before(1, "b"))}, {4, 63, red("d", before(1, "c"))}},
			[]string{"1 960", "2 1920", "3 2880", "4 3840"}, []string{"a", "b", "c", "d"}, 0, 0,
		},
		"two lost, and the second comes late": {
			[]sent{{1, 63, red("a")}, {4, 63, red("d", before(2, "b"), before(1, "c"))}, {3, 63, red("c")}},
			[]string{"1 960", "2 1920", "3 2880", "4 3840"}, []string{"a", "b", "c", "d"}, 0, 1,
		},
		"Opus and RED in turn": {
			[]sent{{1, 111, []byte("a")}, {3, 63, red("c", before(1, "b"))}, {4, 111, []byte("d")}},
			[]string{"1 960", "2 1920", "3 2880", "4 3840"}, []string{"a", "b", "c", "d"}, 0, 0,
		},
		"nothing from before the first packet": {
			[]sent{{5, 63, red("e", before(1, "d"))}, {6, 63, red("f", before(2, "d"), before(1, "e"))}},
			[]string{"1 960", "2 1920"}, []string{"e", "f"}, 0, 0,
		},
		"another payload type inside": {
			[]sent{{1, 63, red("a")}, {2, 63, codec.AppendRED(nil, 96, nil, []byte("x"))}, {3, 63, codec.AppendRED(nil, 63, nil, red("x"))}, {4, 63, []byte{0x80}}},
			[]string{"1 960"}, []string{"a"}, 3, 0,
		},
	} {
		t.Run(name, func(t *testing.T) {
			peer, publications := threeSections(t)
			publications["a"].SetForwarding(true)
			out := &sounds{}
			slot := forward.NewSlot(protocol.Audio, out, 1, 960)
			slot.Fill(publications["a"])
			stream := &inbound{peer: peer, ssrc: 9}
			arrival := time.Now()
			for _, s := range c.sent {
				packet := rtp.Packet{Header: rtp.Header{
					Version: 2, SSRC: 9, PayloadType: s.payloadType, SequenceNumber: s.number, Timestamp: uint32(s.number) * 960,
				}, Payload: s.payload}
				_ = packet.SetExtension(4, []byte("a"))
				raw, err := packet.Marshal()
				if err != nil {
					t.Fatal(err)
				}
				b := peer.engine.batches.get(&peer.engine.counters)
				stream.receive(raw, 0, arrival, b)
				b.flush()
				peer.engine.batches.put(b)
			}
			if !slices.Equal(out.payloads, c.payloads) || !slices.Equal(out.numbers, c.numbers) {
				t.Errorf("sent %v %v, want %v %v", out.numbers, out.payloads, c.numbers, c.payloads)
			}
			if got := peer.engine.counters.droppedMalformed.Load(); got != c.malformed {
				t.Errorf("%d malformed packets, want %d", got, c.malformed)
			}
			if n := publications["a"].Info().Encodings[0].Duplicates; n > c.duplicates {
				t.Errorf("%d duplicates were counted", n)
			}
		})
	}
}

// A publisher that prefers RED is answered so: browsers send what stands first in the answer.
func TestAnswerKeepsThePreferenceOfRED(t *testing.T) {
	m := &webrtc.MediaEngine{}
	for _, c := range []webrtc.RTPCodecParameters{
		{PayloadType: 63, RTPCodecCapability: webrtc.RTPCodecCapability{MimeType: mimeRED, ClockRate: 48000, Channels: 2, SDPFmtpLine: redLine(111)}},
		{PayloadType: 111, RTPCodecCapability: webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeOpus, ClockRate: 48000, Channels: 2, SDPFmtpLine: "minptime=10;useinbandfec=1"}},
	} {
		if err := m.RegisterCodec(c, webrtc.RTPCodecTypeAudio); err != nil {
			t.Fatal(err)
		}
	}
	publisher := newClientWith(t, newEngine(t), m, &interceptor.Registry{})
	publisher.sing()
	publisher.negotiate(nil, protocol.Section{Mid: "0", Source: protocol.Microphone})
	if !strings.Contains(publisher.answer.SDP, "m=audio 9 UDP/TLS/RTP/SAVPF 63 111\r\n") {
		t.Errorf("the answer is\n%s", publisher.answer.SDP)
	}
}
