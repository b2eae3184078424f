package participant

import (
	"testing"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"

	"salon/signaling/protocol"
)

// packetOf is one RTP packet with a frame's only packet in it.
func packetOf(t *testing.T, f *vp8Frame, index int, h rtp.Header, now time.Time) []byte {
	t.Helper()
	payload, _ := f.appendPacket(nil, index, now.UnixNano())
	raw, err := (&rtp.Packet{Header: h, Payload: payload}).Marshal()
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func testSlot(nack bool) *slot {
	s := newSlot("3", protocol.Video, nack, nil, newTransportWide(1, time.Unix(1000, 0)))
	s.negotiated(&described{ssrc: 100, repair: 200, formats: formats{media: 96, repair: 97}, transport: 5})
	return s
}

func header(n int) rtp.Header {
	return rtp.Header{Version: 2, Marker: true, PayloadType: 96, SSRC: 100, SequenceNumber: uint16(65530 + n), Timestamp: uint32(n) * 3000}
}

func oneSmallFrameEach() *vp8Source {
	v := testSource(patternL1T3)
	v.layer.Kbps = 60 // one packet per frame
	return v
}

func TestSlotCountsDelaysAndGaps(t *testing.T) {
	s, v, now := testSlot(false), oneSmallFrameEach(), time.Unix(1000, 0)
	for n := range 10 {
		f := v.next(false)
		sent := now.Add(time.Duration(n) * 33 * time.Millisecond)
		if n != 4 {
			s.receive(packetOf(t, &f, 0, header(n), sent), sent.Add(5*time.Millisecond))
		}
	}
	if c := s.snapshot(); c.Frames != 4 || c.Lost != 0 {
		t.Errorf("behind a hole: %d frames, %d lost", c.Frames, c.Lost)
	}
	feedback := s.tick(now.Add(time.Second), 1, nil)
	c := s.snapshot()
	if c.Lost != 1 || c.Packets != 9 || c.Bad != 0 || c.Delay.Quantile(0.5) != 5*time.Millisecond {
		t.Errorf("%+v, delay %v", c, c.Delay.Quantile(0.5))
	}
	// The lost frame was of layer 0: nothing after it can be shown, so a keyframe is asked for.
	if c.Undecodable != 5 || len(feedback) != 0 {
		t.Errorf("%d undecodable, feedback %v", c.Undecodable, feedback)
	}
	f := v.next(false)
	s.receive(packetOf(t, &f, 0, header(10), now), now.Add(1100*time.Millisecond))
	feedback = s.tick(now.Add(1200*time.Millisecond), 1, nil)
	if len(feedback) != 1 {
		t.Fatalf("feedback %v", feedback)
	}
	if p, ok := feedback[0].(*rtcp.PictureLossIndication); !ok || p.MediaSSRC != 100 {
		t.Errorf("feedback %v", feedback[0])
	}
	if again := s.tick(now.Add(1250*time.Millisecond), 1, nil); len(again) > 0 {
		t.Error("asked twice at once")
	}
}

func TestSlotAsksForHolesAndTakesRTX(t *testing.T) {
	s, v, now := testSlot(true), oneSmallFrameEach(), time.Unix(1000, 0)
	var missing, overtaken []byte
	for n := range 6 {
		f := v.next(false)
		raw := packetOf(t, &f, 0, header(n), now)
		if n == 2 {
			h := header(n)
			payload, _ := f.appendPacket([]byte{byte(h.SequenceNumber >> 8), byte(h.SequenceNumber)}, 0, now.UnixNano())
			h.SSRC, h.PayloadType, h.SequenceNumber = 200, 97, 9
			missing, _ = (&rtp.Packet{Header: h, Payload: payload}).Marshal()
			overtaken = raw
			continue
		}
		s.receive(raw, now)
	}
	feedback := s.tick(now.Add(10*time.Millisecond), 1, nil)
	if len(feedback) != 1 {
		t.Fatalf("feedback %v", feedback)
	}
	nack, ok := feedback[0].(*rtcp.TransportLayerNack)
	if !ok || len(nack.Nacks) != 1 || nack.Nacks[0].PacketID != 65532 || nack.Nacks[0].LostPackets != 0 {
		t.Errorf("feedback %v", feedback[0])
	}
	s.receive(missing, now.Add(20*time.Millisecond))
	s.receive(missing, now.Add(21*time.Millisecond))
	s.receive(overtaken, now.Add(22*time.Millisecond))
	s.receive(overtaken, now.Add(23*time.Millisecond)) // one too many
	if c := s.snapshot(); c.Frames != 6 || c.Recovered != 1 || c.Redundant != 2 || c.Duplicates != 1 || c.Bad != 0 || c.Lost != 0 {
		t.Errorf("%+v", c)
	}
}

func TestSlotRefusesWhatWasNotNegotiated(t *testing.T) {
	v, now := oneSmallFrameEach(), time.Unix(1000, 0)
	f := v.next(false)
	for name, change := range map[string]func(*rtp.Header){
		FaultPayloadType.String(): func(h *rtp.Header) { h.PayloadType = 98 },
		FaultContent.String():     func(h *rtp.Header) { h.SSRC, h.PayloadType = 200, 97 }, // RTX of nonsense
	} {
		s, h := testSlot(false), header(0)
		change(&h)
		s.receive(packetOf(t, &f, 0, h, now), now)
		if c := s.snapshot(); c.Faults[name] != 1 || c.Packets != 0 {
			t.Errorf("%s: %+v", name, c.Faults)
		}
	}
	s := testSlot(false)
	s.receive([]byte{1, 2}, now)
	if s.snapshot().Faults[FaultContent.String()] != 1 {
		t.Error("two bytes are a packet")
	}
}

func TestPaddingIsNotMedia(t *testing.T) {
	s, now := testSlot(false), time.Unix(1000, 0)
	h := header(0)
	h.SSRC, h.PayloadType, h.Padding, h.PaddingSize = 200, 97, true, 100
	raw, err := (&rtp.Packet{Header: h}).Marshal()
	if err != nil {
		t.Fatal(err)
	}
	s.receive(raw, now)
	if c := s.snapshot(); c.Packets != 0 || c.Bad != 0 {
		t.Errorf("%+v", c)
	}
}

// The reception report has what RFC 3550 6.4.1 says: extended number from the first cycle, loss, delay since the report.
func TestReceptionReport(t *testing.T) {
	s, v, now := testSlot(false), oneSmallFrameEach(), time.Unix(1000, 0)
	if _, ok := s.block(now); ok {
		t.Error("a report about nothing")
	}
	for n := range 10 {
		f := v.next(false)
		if n != 4 {
			s.receive(packetOf(t, &f, 0, header(n), now), now)
		}
	}
	s.senderReport(&rtcp.SenderReport{SSRC: 100, NTPTime: 0x1111_2222_3333_4444}, now)
	b, ok := s.block(now.Add(500 * time.Millisecond))
	want := rtcp.ReceptionReport{
		SSRC: 100, FractionLost: 25, TotalLost: 1, LastSequenceNumber: 1<<16 + 3, LastSenderReport: 0x2222_3333, Delay: 1 << 15, Jitter: b.Jitter,
	}
	if !ok || b != want {
		t.Errorf("%+v, want %+v", b, want)
	}
}

func TestFillsAreNoted(t *testing.T) {
	s, now := testSlot(false), time.Unix(1000, 0)
	fill := protocol.SlotFill{Mid: "3", Participant: "p", Source: protocol.Camera}
	s.filled(fill, now)
	s.filled(fill, now.Add(time.Second)) // repeated: no news
	stats := Stats{Slots: []SlotStats{s.snapshot()}}
	c, ok := stats.Showing("p", protocol.Camera)
	if !ok || c.FilledAt != now {
		t.Errorf("%+v", c)
	}
	s.filled(protocol.SlotFill{}, now)
	stats.Slots[0] = s.snapshot()
	if _, ok := stats.Showing("p", protocol.Camera); ok {
		t.Error("an emptied slot shows somebody")
	}
}

// What the server is told of arrivals: every number once, of media, RTX and padding alike, across the wrap.
func TestArrivalsAreTold(t *testing.T) {
	s, v, now := testSlot(false), oneSmallFrameEach(), time.Unix(1000, 0)
	send := func(number uint16, ssrc uint32, payload []byte, after time.Duration) {
		h := header(int(number))
		h.SSRC = ssrc
		if ssrc == 200 {
			h.PayloadType = 97
		}
		if err := h.SetExtension(5, []byte{byte(number >> 8), byte(number)}); err != nil {
			t.Fatal(err)
		}
		raw, err := (&rtp.Packet{Header: h, Payload: payload}).Marshal()
		if err != nil {
			t.Fatal(err)
		}
		s.receive(raw, now.Add(after))
	}
	f := v.next(false)
	payload, _ := f.appendPacket(nil, 0, now.UnixNano())
	send(65534, 100, payload, time.Millisecond)
	send(65535, 200, []byte{0, 0}, 3*time.Millisecond) // padding that probes
	send(1, 100, payload, 7*time.Millisecond)
	packets := s.wide.feedback()
	if len(packets) != 1 {
		t.Fatalf("%d packets of feedback", len(packets))
	}
	got := packets[0].(*rtcp.TransportLayerCC)
	if got.SenderSSRC != 1 || got.BaseSequenceNumber != 65534 || got.PacketStatusCount != 4 {
		t.Errorf("%+v", got)
	}
	var deltas []int64
	for _, d := range got.RecvDeltas {
		deltas = append(deltas, d.Delta/1000)
	}
	if len(deltas) != 3 || deltas[1] != 2 || deltas[2] != 4 {
		t.Errorf("%v ms between the arrivals, want 2 and 4", deltas)
	}
	if again := s.wide.feedback(); len(again) != 0 {
		t.Errorf("told twice: %v", again)
	}
	bare, _ := (&rtp.Packet{Header: header(2), Payload: payload}).Marshal()
	s.receive(bare, now)
	if none := s.wide.feedback(); len(none) != 0 {
		t.Errorf("a packet without a number is told: %v", none)
	}
}
