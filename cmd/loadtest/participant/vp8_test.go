package participant

import (
	"bytes"
	"encoding/binary"
	"testing"

	"pgregory.net/rapid"
)

func testSource(steps []step) *vp8Source {
	return &vp8Source{layer: VideoLayer{Width: 640, Height: 360, Kbps: 500}, origin: 7, encoding: 1, fps: 30, pattern: steps, pictureID: 41, tl0: 254, keyidx: 31}
}

// The headers, bit by bit as RFC 7741 4.2 and RFC 6386 9.1 draw them; the last byte of a descriptor is TID, Y and KEYIDX.
func TestHeadersAreAsTheRFCsDraw(t *testing.T) {
	v := testSource(patternL1T3)
	want := []struct{ head, tag []byte }{
		{[]byte{0x90, 0xf0, 0x80, 42, 255, 0x20}, []byte{0x9d, 0x01, 0x2a, 0x80, 0x02, 0x68, 0x01}},
		{[]byte{0xb0, 0xf0, 0x80, 43, 255, 2<<6 | 0x20}, nil},
		{[]byte{0x90, 0xf0, 0x80, 44, 255, 1<<6 | 0x20}, nil},
		{[]byte{0xb0, 0xf0, 0x80, 45, 255, 2 << 6}, nil},
		{[]byte{0x90, 0xf0, 0x80, 46, 0, 0}, nil},
	}
	for i, w := range want {
		f := v.next(false)
		payload, _ := f.appendPacket(nil, 0, 1)
		if !bytes.Equal(payload[:6], w.head) {
			t.Errorf("frame %d: descriptor %x, want %x", i, payload[:6], w.head)
		}
		key := payload[6]&1 == 0
		if key != (i == 0) || payload[6]&0x10 == 0 {
			t.Errorf("frame %d: frame tag %08b: a shown keyframe must come first and only there", i, payload[6])
		}
		if key && !bytes.Equal(payload[9:16], w.tag) {
			t.Errorf("keyframe header %x, want %x", payload[9:16], w.tag)
		}
		if i == 0 {
			continue
		}
		if next, _ := f.appendPacket(nil, 0, 1); next[0]&0x10 == 0 {
			t.Errorf("frame %d: S is missing", i)
		}
	}
}

func TestPlainDescriptorWithoutTemporalLayers(t *testing.T) {
	v := testSource(patternL1T1)
	v.pictureID = 0x7fff
	f := v.next(false)
	payload, _ := f.appendPacket(nil, 0, 1)
	if want := []byte{0x90, 0x80, 0x80, 0}; !bytes.Equal(payload[:4], want) {
		t.Errorf("descriptor %x, want %x: the picture number wraps at 15 bits", payload[:4], want)
	}
	var p vp8Packet
	if err := readVP8(payload, &p); err != nil || !p.key || p.hasTL0 || p.hasIdx {
		t.Errorf("read %+v, %v", p, err)
	}
}

// Whatever the bitrate, frame rate and pattern: what is packed is read back, sizes are as promised, references are
// frames that the same or a lower temporal layer has.
func TestPacketsReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := testSource(rapid.SampledFrom([][]step{patternL1T1, patternL1T3}).Draw(t, "pattern"))
		v.layer.Kbps = rapid.IntRange(1, 20000).Draw(t, "kbps")
		v.fps = rapid.IntRange(1, 60).Draw(t, "fps")
		v.counter = rapid.SampledFrom([]uint32{0, 1, 1<<32 - 3}).Draw(t, "counter")
		temporal := map[uint32]uint8{}
		for i := range rapid.IntRange(1, 30).Draw(t, "frames") {
			f := v.next(rapid.IntRange(0, 9).Draw(t, "keyframe") == 0)
			total, smallest, largest := 0, maxPayload+1, 0
			for k := range int(f.stamp.Count) {
				payload, fill := f.appendPacket(nil, k, int64(i))
				var p vp8Packet
				if err := readVP8(payload, &p); err != nil {
					t.Fatalf("packet %d of %d: %v", k, f.stamp.Count, err)
				}
				if p.start != (k == 0) || p.key != (k == 0 && f.key) || int(p.stamp.Index) != k || p.stamp.Sent != int64(i) {
					t.Fatalf("packet %d reads as %+v", k, p)
				}
				if f.key && k == 0 && (p.width != 640 || p.height != 360) {
					t.Fatalf("keyframe of %dx%d", p.width, p.height)
				}
				if len(fill) > 0 && !bytes.HasSuffix(payload, fill) {
					t.Fatal("the filling is not the end of the payload")
				}
				total += len(payload)
				smallest, largest = min(smallest, len(payload)), max(largest, len(payload))
			}
			if largest > maxPayload || largest-smallest > 1 || total != f.size {
				t.Fatalf("a frame of %d bytes came as %d in packets of %d to %d", f.size, total, smallest, largest)
			}
			reference, known := temporal[f.stamp.Reference]
			if !f.key && (!known || reference > f.step.temporal || f.step.sync && reference != 0) {
				t.Fatalf("layer %d is predicted from layer %d (known: %v)", f.step.temporal, reference, known)
			}
			temporal[f.stamp.Frame] = f.step.temporal
		}
	})
}

// The pattern means at any rate about the bitrate that was asked for.
func TestBitrateIsAsAsked(t *testing.T) {
	for _, kbps := range []int{100, 500, 2000} {
		v := testSource(patternL1T3)
		v.layer.Kbps = kbps
		v.next(true)
		bytes := 0
		for range 300 {
			f := v.next(false)
			bytes += f.size
		}
		if got := bytes * 8 / 10 / 1000; got < kbps*9/10 || got > kbps*11/10 {
			t.Errorf("%d kbit/s asked, %d made", kbps, got)
		}
	}
}

func TestDamageIsSeen(t *testing.T) {
	v := testSource(patternL1T3)
	f := v.next(true)
	payload, _ := f.appendPacket(nil, 0, 12345)
	var p vp8Packet
	for i := descriptorSize + keyHeaderSize; i < len(payload); i++ {
		if i >= descriptorSize+keyHeaderSize+13 && i < descriptorSize+keyHeaderSize+stampSize {
			if field := i - descriptorSize - keyHeaderSize; field < 17 || field >= 19 {
				continue // Reference, Count and Sent do not choose the filling
			}
		}
		damaged := bytes.Clone(payload)
		damaged[i] ^= 0x41
		if readVP8(damaged, &p) == nil {
			t.Errorf("a change of byte %d was not seen", i)
		}
	}
	for n := range len(payload) - 1 {
		_ = readVP8(payload[:n], &p) // must not panic
	}
	for _, short := range []int{0, 1, 5, 15, 40} {
		if readVP8(payload[:short], &p) == nil {
			t.Errorf("%d bytes were accepted", short)
		}
	}
}

func FuzzReadVP8(f *testing.F) {
	v := testSource(patternL1T3)
	for range 5 {
		frame := v.next(false)
		payload, _ := frame.appendPacket(nil, 0, 1)
		f.Add(payload)
	}
	f.Add([]byte{0x90, 0xf0, 0x01, 0x02})
	f.Fuzz(func(_ *testing.T, b []byte) {
		var p vp8Packet
		_ = readVP8(b, &p)
		var s Stamp
		_ = readOpus(b, &s)
	})
}

func TestOpus(t *testing.T) {
	want := Stamp{Origin: 5, Frame: 1 << 31, Reference: 1 << 31, Count: 1, Sent: 99}
	b := appendOpus(nil, want)
	var got Stamp
	if err := readOpus(b, &got); err != nil || got != want || len(b) != opusSize {
		t.Errorf("%+v, %v, %d bytes", got, err, len(b))
	}
	if binary.BigEndian.Uint32(b[1:]) != stampMagic || readOpus(b[1:], &got) == nil || readOpus(nil, &got) == nil {
		t.Error("a packet without its first byte was accepted")
	}
}
