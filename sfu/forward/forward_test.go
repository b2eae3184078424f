package forward

import (
	"bytes"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/pion/rtcp"
	"go.uber.org/goleak"

	"salon/sfu/codec"
	"salon/sfu/layers"
	"salon/signaling/protocol"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// sink keeps what was sent.
type sink struct {
	sent []sentPacket
	err  error
}

type sentPacket struct {
	sequence       uint16
	timestamp      uint32
	marker         bool
	payload        []byte
	retransmission bool
	gathered       bool
}

func (s *sink) Gather(send func(burst any)) { send(s) }

func (s *sink) Send(o *Outgoing) error {
	if s.err != nil {
		return s.err
	}
	payload := append(slices.Clone(o.Descriptor), o.Payload[len(o.Descriptor):]...)
	s.sent = append(s.sent, sentPacket{o.SequenceNumber, o.Timestamp, o.Marker, payload, o.Retransmission, o.Burst == s})
	return nil
}

type upstream struct{ wakes int }

func (u *upstream) Wake() { u.wakes++ }

// camera sends one VP8 encoding: frames of two packets, 30 per second.
type camera struct {
	encoding  *Encoding
	ssrc      uint32
	sequence  uint16
	timestamp uint32
	picture   uint16
	temporal  byte
	now       time.Time
	group     *Group
}

// frame sends one frame; key: a keyframe of 640x360.
func (c *camera) frame(key bool) {
	c.picture++
	c.timestamp += 3000
	c.now = c.now.Add(time.Second / 30)
	for i := range 2 {
		c.sequence++
		c.encoding.Receive(c.ssrc, &Incoming{
			SequenceNumber: c.sequence, Timestamp: c.timestamp, Marker: i == 1, Codec: codec.VP8,
			Payload: vp8(c.picture, c.temporal, i == 0, key), Arrival: c.now, Group: c.group,
		})
	}
}

// vp8 returns a payload with a descriptor of picture id, TL0PICIDX and TID, Y and KEYIDX (RFC 7741 4.2).
func vp8(picture uint16, temporal byte, start, key bool) []byte {
	first := byte(0x80)
	if start {
		first |= 0x10
	}
	b := []byte{first, 0xe0, 0x80 | byte(picture>>8&0x7f), byte(picture), byte(picture), temporal<<6 | 0x20}
	switch {
	case start && key:
		b = append(b, 0x10, 2, 0, 0x9d, 0x01, 0x2a, 640&0xff, 640>>8, 360&0xff, 360>>8) // RFC 6386 9.1
	case start:
		b = append(b, 0x11, 2, 0)
	}
	return append(b, byte(picture), byte(picture>>8), 1, 2, 3)
}

func pictureOf(payload []byte) uint16 {
	var f codec.Frame
	if err := codec.VP8.Parse(payload, false, &f); err != nil {
		panic(err)
	}
	return f.VP8.PictureID
}

func oneCamera(t *testing.T) (*Publication, *camera, *Slot, *sink) {
	t.Helper()
	p := NewPublication(PublicationConfig{Kind: protocol.Video, Upstream: &upstream{}})
	p.SetForwarding(true)
	out := &sink{}
	slot := NewSlot(protocol.Video, out, 65533, 4294960000)
	slot.Fill(p)
	slot.SetTarget(layers.Layer{Temporal: layers.MaxTemporal}, "test")
	return p, &camera{encoding: p.Encodings()[0], ssrc: 1, sequence: 65530, now: time.Now()}, slot, out
}

func checkContinuous(t *testing.T, sent []sentPacket) {
	t.Helper()
	for i := 1; i < len(sent); i++ {
		if sent[i].sequence != sent[i-1].sequence+1 {
			t.Fatalf("packet %d has number %d after %d", i, sent[i].sequence, sent[i-1].sequence)
		}
		if step := int32(sent[i].timestamp - sent[i-1].timestamp); step < 0 || sent[i-1].marker && step == 0 {
			t.Fatalf("packet %d: timestamp steps by %d", i, step)
		}
	}
}

func TestForwardsFromTheFirstKeyframe(t *testing.T) {
	_, cam, _, out := oneCamera(t)
	cam.frame(false)
	if len(out.sent) != 0 {
		t.Fatal("forwarded before a keyframe")
	}
	cam.frame(true)
	for range 20 {
		cam.frame(false)
	}
	if len(out.sent) != 42 {
		t.Fatalf("%d packets, want 42", len(out.sent))
	}
	checkContinuous(t, out.sent)
}

func TestMuteStopsAtOnceAndUnmuteNeedsAKeyframe(t *testing.T) {
	p, cam, _, out := oneCamera(t)
	cam.frame(true)
	p.SetForwarding(false)
	for range 10 {
		cam.frame(false)
	}
	if len(out.sent) != 2 {
		t.Fatalf("%d packets passed after the right was gone", len(out.sent)-2)
	}
	if p.Info().Refused != 20 {
		t.Errorf("refused %d, want 20", p.Info().Refused)
	}
	p.SetForwarding(true)
	cam.frame(false)
	if len(out.sent) != 2 {
		t.Fatal("forwarded a delta frame after unmute")
	}
	f := Feedback{SenderSSRC: 1}
	p.AppendFeedback(&f, cam.now.Add(time.Second), 0)
	if f.KeyframeRequests != 1 || len(f.Packets) == 0 {
		t.Errorf("feedback %+v, want one keyframe request", f)
	}
	cam.frame(true)
	cam.frame(false)
	if len(out.sent) != 6 {
		t.Fatalf("%d packets, want 6", len(out.sent))
	}
	checkContinuous(t, out.sent)
	if got, want := pictureOf(out.sent[2].payload), pictureOf(out.sent[0].payload)+1; got != want {
		t.Errorf("picture id %d after the pause, want %d", got, want)
	}
}

func TestDuplicatesAndRecoveredPackets(t *testing.T) {
	_, cam, slot, out := oneCamera(t)
	cam.frame(true)
	n := len(out.sent)
	again := &Incoming{SequenceNumber: cam.sequence, Timestamp: cam.timestamp, Codec: codec.VP8, Payload: vp8(cam.picture, 0, false, true), Arrival: cam.now}
	cam.encoding.Receive(cam.ssrc, again)
	again.Recovered = true
	cam.encoding.Receive(0, again)
	if len(out.sent) != n {
		t.Fatal("a duplicate was forwarded")
	}
	// One packet is lost, the next comes, the lost one is recovered: the hole is filled with its own number.
	cam.sequence++
	lost := &Incoming{SequenceNumber: cam.sequence, Timestamp: cam.timestamp + 3000, Codec: codec.VP8, Payload: vp8(cam.picture+1, 0, true, false), Arrival: cam.now, Recovered: true}
	cam.sequence++
	cam.encoding.Receive(cam.ssrc, &Incoming{SequenceNumber: cam.sequence, Timestamp: cam.timestamp + 3000, Marker: true, Codec: codec.VP8, Payload: vp8(cam.picture+1, 0, false, false), Arrival: cam.now})
	cam.encoding.Receive(0, lost)
	last := out.sent[len(out.sent)-1]
	if len(out.sent) != n+2 || last.sequence != out.sent[n-1].sequence+1 {
		t.Errorf("recovered packet has number %d after %d", last.sequence, out.sent[n-1].sequence)
	}
	if slot.Info().Dropped != 0 {
		t.Errorf("dropped %d", slot.Info().Dropped)
	}
}

func TestRetransmitIsWhatWasSent(t *testing.T) {
	p, cam, slot, out := oneCamera(t)
	cam.frame(true)
	for range 30 {
		cam.frame(false)
	}
	original := slices.Clone(out.sent)
	now := cam.now
	for _, want := range original {
		now = now.Add(time.Second)
		out.sent = nil
		if n, _ := slot.Retransmit(want.sequence, now, Path{}, nil, nil); n == 0 {
			t.Fatalf("%d is not answered", want.sequence)
		}
		got := out.sent[0]
		if !got.retransmission || got.sequence != want.sequence || got.timestamp != want.timestamp || got.marker != want.marker || !bytes.Equal(got.payload, want.payload) {
			t.Fatalf("sent %+v, first time it was %+v", got, want)
		}
	}
	if n, _ := slot.Retransmit(original[0].sequence-1, now, Path{}, nil, nil); n > 0 {
		t.Error("answered a number that was never sent")
	}
	p.SetForwarding(false)
	if n, _ := slot.Retransmit(original[0].sequence, now.Add(time.Hour), Path{}, nil, nil); n > 0 {
		t.Error("answered although the right is gone")
	}
}

func TestAnotherPublicationContinuesTheStream(t *testing.T) {
	_, cam, slot, out := oneCamera(t)
	cam.frame(true)
	cam.frame(false)
	first := slices.Clone(out.sent)
	p2 := NewPublication(PublicationConfig{Kind: protocol.Video, Upstream: &upstream{}})
	p2.SetForwarding(true)
	other := &camera{encoding: p2.Encodings()[0], ssrc: 9, sequence: 100, timestamp: 5, now: cam.now.Add(500 * time.Millisecond)}
	slot.Fill(p2)
	slot.SetTarget(layers.Layer{Temporal: layers.MaxTemporal}, "test")
	cam.frame(true) // the old one has left the slot
	other.frame(true)
	other.frame(false)
	if len(out.sent) != len(first)+4 {
		t.Fatalf("%d packets, want %d", len(out.sent), len(first)+4)
	}
	checkContinuous(t, out.sent)
	step := time.Duration(out.sent[len(first)].timestamp-first[len(first)-1].timestamp) * time.Second / 90000
	if step < 450*time.Millisecond || step > 600*time.Millisecond {
		t.Errorf("the timestamp stepped by %v, wall time by about 533 ms", step)
	}
	out.sent = nil
	if n, _ := slot.Retransmit(first[0].sequence, other.now, Path{}, nil, nil); n > 0 {
		t.Error("answered a number of the publication that has left")
	}
}

func TestClosedPublicationEmptiesItsSlots(t *testing.T) {
	p, cam, slot, out := oneCamera(t)
	cam.frame(true)
	p.Close()
	p.SetForwarding(true)
	cam.frame(true)
	if slot.Info().Filled || len(out.sent) != 2 {
		t.Errorf("slot %+v, %d packets", slot.Info(), len(out.sent))
	}
	slot.Fill(p)
	if slot.Info().Filled {
		t.Error("a closed publication fills a slot")
	}
}

func TestANewStreamInTheSameEncodingNeedsAKeyframe(t *testing.T) {
	_, cam, _, out := oneCamera(t)
	cam.frame(true)
	cam.ssrc, cam.sequence, cam.timestamp = 2, 30000, 77
	cam.frame(false)
	if len(out.sent) != 2 {
		t.Fatal("a delta frame of another stream was forwarded")
	}
	cam.frame(true)
	cam.frame(false)
	if len(out.sent) != 6 {
		t.Fatalf("%d packets, want 6", len(out.sent))
	}
	checkContinuous(t, out.sent)
}

// Three encodings with sequence numbers and timestamps of their own look like one stream.
func TestSimulcastSwitch(t *testing.T) {
	p := NewPublication(PublicationConfig{Kind: protocol.Video, RIDs: []string{"q", "h", "f"}, Upstream: &upstream{}})
	p.SetForwarding(true)
	out := &sink{}
	slot := NewSlot(protocol.Video, out, 0, 0)
	slot.Fill(p)
	now := time.Now()
	var cams []*camera
	for i, e := range p.Encodings() {
		c := &camera{encoding: e, ssrc: uint32(10 + i), sequence: uint16(i * 20000), timestamp: uint32(i) * 1_000_000_000, picture: uint16(i * 1000), now: now}
		e.Receive(c.ssrc, &Incoming{SequenceNumber: c.sequence, Timestamp: c.timestamp, Codec: codec.VP8, Payload: vp8(0, 0, false, false), Arrival: now})
		e.SenderReport(&rtcp.SenderReport{SSRC: c.ssrc, NTPTime: 1000 << 32, RTPTime: c.timestamp}, now)
		cams = append(cams, c)
	}
	frame := func(key int) {
		for i, c := range cams {
			c.frame(i == key)
		}
	}
	for _, target := range []int8{0, 2, 1, 0, 2} {
		slot.SetTarget(layers.Layer{Spatial: target, Temporal: layers.MaxTemporal}, "test")
		for range 5 {
			frame(-1)
		}
		frame(int(target))
		for range 5 {
			frame(-1)
		}
		if got := slot.Info().Current.Spatial; got != target {
			t.Fatalf("current %d, want %d", got, target)
		}
	}
	checkContinuous(t, out.sent)
	// All frames are 3,000 apart, also across a switch, save where the old layer's picture of the same instant had
	// already been sent: then the new layer's follows one tick later.
	for i := 1; i < len(out.sent); i++ {
		if step := out.sent[i].timestamp - out.sent[i-1].timestamp; step > 1 && (step < 2900 || step > 3100) {
			t.Errorf("packet %d: timestamp steps by %d", i, step)
		}
	}
}

func TestFailingSinkIsCounted(t *testing.T) {
	_, cam, slot, out := oneCamera(t)
	out.err = errors.New("down")
	cam.frame(true)
	if info := slot.Info(); info.Dropped != 2 || info.Packets != 0 {
		t.Errorf("info %+v", info)
	}
}

func TestNACKsUpstream(t *testing.T) {
	p, cam, _, _ := oneCamera(t)
	cam.frame(true)
	cam.sequence += 3 // three are lost
	cam.frame(false)
	f := Feedback{SenderSSRC: 1, Reports: true}
	p.AppendFeedback(&f, cam.now.Add(30*time.Millisecond), 50*time.Millisecond)
	if f.NACKs != 3 {
		t.Fatalf("asked for %d packets, want 3", f.NACKs)
	}
	if len(f.Blocks) != 1 || f.Blocks[0].TotalLost != 3 {
		t.Errorf("blocks %+v", f.Blocks)
	}
}

func TestForwardingAllocatesNothing(t *testing.T) {
	p := NewPublication(PublicationConfig{Kind: protocol.Video, Upstream: &upstream{}})
	p.SetForwarding(true)
	for range 10 {
		slot := NewSlot(protocol.Video, discard{}, 0, 0)
		slot.Fill(p)
		slot.SetTarget(layers.Layer{Temporal: layers.MaxTemporal}, "test")
	}
	e := p.Encodings()[0]
	in := Incoming{Codec: codec.VP8, Payload: vp8(1, 0, true, true), Arrival: time.Now(), Marker: true}
	for range 3000 { // fill the rings
		in.SequenceNumber++
		in.Timestamp += 3000
		e.Receive(1, &in)
	}
	if n := testing.AllocsPerRun(2000, func() {
		in.SequenceNumber++
		in.Timestamp += 3000
		e.Receive(1, &in)
	}); n != 0 {
		t.Errorf("%v allocations per packet for ten receivers", n)
	}
}

type discard struct{}

func (discard) Send(*Outgoing) error        { return nil }
func (discard) Gather(send func(burst any)) { send(nil) }
