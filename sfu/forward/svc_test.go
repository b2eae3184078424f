package forward

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"slices"
	"testing"
	"time"

	"salon/sfu/codec"
	"salon/sfu/layers"
	"salon/signaling/protocol"
)

// l3t3Key is the dependency descriptor that begins a stream of three spatial layers that build on each other at keyframes
// only: S0's keyframe, number 0, and the structure with the sizes 320x180, 640x360 and 1280x720. Its templates 0, 4 and 8
// are keyframes of S0, S1 and S2, and 1, 5 and 9 frames of their temporal layer 0.
const l3t3Key = "c000008008161617aaaaaa00018000100002aa80a80006000040000a8002a0001800016d54906d54906d548c55f80065d32a1908888e5bb2a1910890e43b2a1c04fc02cc09fc059c13fc0b3c"

// svcCamera sends one encoding with three spatial layers: each frame is two packets.
type svcCamera struct {
	encoding  *Encoding
	codec     codec.Codec
	sequence  uint16
	timestamp uint32
	number    uint16 // of frames
	picture   uint16
	now       time.Time
}

func (c *svcCamera) capture(key bool) {
	c.timestamp += 3000
	c.picture++
	c.now = c.now.Add(time.Second / 30)
	for spatial := range byte(3) {
		c.number++
		for i := range byte(2) {
			c.sequence++
			template := 4 * spatial
			dependency := []byte{(1-i)<<7 | i<<6 | template, 0, 0}
			if !key { // the frame before of each chain, in place of the template's
				dependency[0]++
				chains := uint32(1) << 27 // custom_chains_flag is the last of five
				for j := range byte(3) {
					chains |= uint32((spatial+2-j)%3+1) << (19 - 8*j)
				}
				dependency = binary.BigEndian.AppendUint32(dependency, chains)
			}
			if key && spatial == 0 && i == 0 {
				dependency, _ = hex.DecodeString(l3t3Key)
				dependency[0] = 0x80
			}
			binary.BigEndian.PutUint16(dependency[1:], c.number)
			c.encoding.Receive(7, &Incoming{
				SequenceNumber: c.sequence, Timestamp: c.timestamp, Marker: spatial == 2 && i == 1, Codec: c.codec,
				Payload: c.payload(spatial, i == 0, key), DependencyDescriptor: dependency, Arrival: c.now,
			})
		}
	}
}

func (c *svcCamera) payload(spatial byte, start, key bool) []byte {
	if c.codec == codec.AV1 {
		return []byte{0x10, 0x30, spatial, byte(c.picture), 1, 2, 3}
	}
	b := []byte{0xa0, 0x80 | byte(c.picture>>8), byte(c.picture), spatial << 1, byte(c.picture)}
	if !key {
		b[0] |= 0x40
	}
	if start {
		b[0] |= 0x08
	} else {
		b[0] |= 0x04
	}
	return append(b, 0x86, spatial, 1, 2, 3)
}

// svcSink keeps what was sent, and reads it as a receiver does.
type svcSink struct {
	t         *testing.T
	structure codec.Structure
	sent      []svcPacket
}

type svcPacket struct {
	sentPacket
	dependency []byte
	frame      codec.Frame
}

func (s *svcSink) Gather(send func(burst any)) { send(s) }

func (s *svcSink) Send(o *Outgoing) error {
	p := svcPacket{dependency: slices.Clone(o.DependencyDescriptor)}
	p.payload = append(slices.Clone(o.Descriptor), o.Payload[len(o.Descriptor):]...)
	p.sequence, p.timestamp, p.marker, p.retransmission = o.SequenceNumber, o.Timestamp, o.Marker, o.Retransmission
	structure := &s.structure
	if o.Retransmission {
		structure = &codec.Structure{}
		*structure = s.structure
	}
	if err := structure.Read(o.Codec, p.payload, o.Marker, p.dependency, &p.frame); err != nil || !p.frame.Dependency.Present && len(p.dependency) > 0 && !o.Retransmission {
		s.t.Fatalf("a receiver cannot read %x with %x: %v", p.payload, p.dependency, err)
	}
	s.sent = append(s.sent, p)
	return nil
}

func layeredCamera(t *testing.T, c codec.Codec) (*Publication, *svcCamera, *Slot, *svcSink) {
	t.Helper()
	p := NewPublication(PublicationConfig{Kind: protocol.Video, Upstream: &upstream{}})
	p.SetForwarding(true)
	out := &svcSink{t: t}
	slot := NewSlot(protocol.Video, out, 65530, 4294960000)
	slot.Fill(p)
	return p, &svcCamera{encoding: p.Encodings()[0], codec: c, number: 65000, now: time.Now()}, slot, out
}

func TestSpatialLayersOfOneEncoding(t *testing.T) {
	for _, c := range []codec.Codec{codec.VP9, codec.AV1} {
		p, cam, slot, out := layeredCamera(t, c)
		for _, step := range []struct {
			target int8
			key    bool
			want   int8 // the layer of the ten pictures that follow: nothing else comes, and it changes at keyframes
		}{{0, true, 0}, {2, true, 2}, {1, false, 2}, {1, true, 1}, {0, false, 1}, {0, true, 0}, {2, false, 0}, {2, true, 2}} {
			slot.SetTarget(layers.Layer{Spatial: step.target, Temporal: layers.MaxTemporal}, "test")
			if asks := p.upstream.(*upstream).wakes; step.key && asks == 0 {
				t.Errorf("%v: nobody asked for a keyframe", c)
			}
			cam.capture(step.key)
			before := len(out.sent)
			for range 10 {
				cam.capture(false)
			}
			if got := len(out.sent) - before; got != 20 {
				t.Errorf("%v, target %d: %d packets, want the two of ten frames", c, step.target, got)
			}
			for _, p := range out.sent[before:] {
				if p.frame.Spatial != step.want {
					t.Fatalf("%v, target %d: got layer %d, want %d", c, step.target, p.frame.Spatial, step.want)
				}
			}
		}
		checkPictures(t, out.sent)
		if info := slot.Info(); info.Width != 1280 || info.Height != 720 || info.Current.Spatial != 2 {
			t.Errorf("%v: slot %+v", c, info)
		}
	}
}

// checkPictures holds what a receiver needs: numbers without a gap, one marker at the end of each picture, frame numbers
// that grow, the layers announced where they change.
func checkPictures(t *testing.T, sent []svcPacket) {
	t.Helper()
	highest := int8(-1)
	for i := 1; i < len(sent); i++ {
		before, p := &sent[i-1], &sent[i]
		if p.sequence != before.sequence+1 {
			t.Fatalf("packet %d has number %d after %d", i, p.sequence, before.sequence)
		}
		if before.marker != (p.timestamp != before.timestamp) {
			t.Fatalf("packet %d: marker %v before a step of %d", i, before.marker, p.timestamp-before.timestamp)
		}
		if step := int16(p.frame.Dependency.Number - before.frame.Dependency.Number); step < 0 || step > 20 {
			t.Fatalf("packet %d: frame number %d after %d", i, p.frame.Dependency.Number, before.frame.Dependency.Number)
		}
		if before.marker {
			if top := before.frame.Spatial; top != highest && p.frame.Active != p.frame.Layers {
				highest = top
			}
			if before.frame.Active != before.frame.Spatial+1 {
				t.Fatalf("packet %d ends a picture of %d layers, %d are announced", i-1, before.frame.Spatial+1, before.frame.Active)
			}
		}
	}
}

func TestRetransmissionOfSpatialLayers(t *testing.T) {
	_, cam, slot, out := layeredCamera(t, codec.VP9)
	slot.SetTarget(layers.Layer{Spatial: 1, Temporal: layers.MaxTemporal}, "test")
	for i := range 30 {
		cam.capture(i%12 == 0)
	}
	original, now := slices.Clone(out.sent), cam.now
	for _, want := range original {
		now = now.Add(time.Second)
		out.sent = nil
		if n, _ := slot.Retransmit(want.sequence, now, Path{}, nil, nil); n == 0 {
			t.Fatalf("%d is not answered", want.sequence)
		}
		got := out.sent[0]
		if got.timestamp != want.timestamp || got.marker != want.marker || !bytes.Equal(got.payload, want.payload) || !bytes.Equal(got.dependency, want.dependency) {
			t.Fatalf("sent\n%+v, first time it was\n%+v", got, want)
		}
	}
}

func TestReplayOfSpatialLayers(t *testing.T) {
	p, cam, _, _ := layeredCamera(t, codec.VP9)
	cam.capture(true)
	for range 5 {
		cam.capture(false)
	}
	out := &svcSink{t: t}
	slot := NewSlot(protocol.Video, out, 1, 1)
	slot.Fill(p)
	slot.SetTarget(layers.Layer{Spatial: 1, Temporal: layers.MaxTemporal}, "test")
	if len(out.sent) != 14 {
		t.Fatalf("%d packets at once, want a key picture of two layers and 5 of the upper one", len(out.sent))
	}
	cam.capture(false)
	if len(out.sent) != 16 {
		t.Fatalf("%d packets, want one picture more", len(out.sent))
	}
	checkPictures(t, out.sent)
}

// Rooms see a spatial layer as they see an encoding.
func TestInfoOfSpatialLayers(t *testing.T) {
	p, cam, _, _ := layeredCamera(t, codec.VP9)
	cam.now = cam.now.Add(-3 * time.Second)
	for i := range 90 {
		cam.capture(i == 0)
	}
	info := p.Info()
	if len(info.Encodings) != 3 || info.Codec != "VP9" {
		t.Fatalf("%+v", info)
	}
	const packet = (10 + PacketOverhead) * 8 * 30
	for i, e := range info.Encodings {
		if int(e.Index) != i || e.Width != 320<<i || e.Height != 180<<i || !e.Live || len(e.Bitrates) != 1 || !near(e.Bitrates[0], 2*packet) {
			t.Errorf("layer %d: %+v", i, e)
		}
	}
}

// A publisher leaves out the spatial layers that nobody watches. They can still be asked for.
func TestSpatialLayersThatRest(t *testing.T) {
	p, cam, slot, out := layeredCamera(t, codec.VP9)
	cam.now = cam.now.Add(-4 * time.Second)
	slot.SetTarget(layers.Layer{Temporal: layers.MaxTemporal}, "test")
	for i := range 30 {
		cam.capture(i == 0)
	}
	// The same stream goes on with one: a keyframe with VP9's own structure, of 320x180, and pictures after it.
	for i := range 90 {
		cam.sequence, cam.timestamp, cam.picture, cam.now = cam.sequence+1, cam.timestamp+3000, cam.picture+1, cam.now.Add(time.Second/30)
		payload := []byte{0xec, 0x80 | byte(cam.picture>>8), byte(cam.picture), 0, byte(cam.picture), 0x86, 1, 2}
		if i == 0 {
			payload = append([]byte{0xae, 0x80 | byte(cam.picture>>8), byte(cam.picture), 0, byte(cam.picture), 0x10, 1, 64, 0, 180}, 0x86, 1, 2)
		}
		cam.encoding.Receive(7, &Incoming{SequenceNumber: cam.sequence, Timestamp: cam.timestamp, Marker: true, Codec: codec.VP9, Payload: payload, Arrival: cam.now})
	}
	if n := len(out.sent); n != 30*2+90 {
		t.Errorf("%d packets were sent, want all of the lowest layer", n)
	}
	info := p.Info()
	if len(info.Encodings) != 3 {
		t.Fatalf("%+v", info)
	}
	for i, e := range info.Encodings {
		if e.Width != 320<<i || e.Live != (i == 0) {
			t.Errorf("layer %d: %+v", i, e)
		}
	}
}
