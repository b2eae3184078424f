package codec

import (
	"bytes"
	"testing"

	"pgregory.net/rapid"
)

// The starts of keyframes as libvpx made them: profile 0, 4:4:4, 10 bits and RGB; all 640x360.
const (
	vp9Keyframe    = "82 49 83 42 00 27 f0 16 76 0a"
	vp9Keyframe444 = "a2 49 83 42 00 04 fe 02 ce c1"
	vp9Keyframe10  = "92 49 83 42 00 13 f8 0b 3b 06"
	vp9KeyframeRGB = "a2 49 83 42 e0 27 f0 16 76 06"
	vp9Delta       = "86 00 40 92"
	vp9ThreeLayers = "58 0140 00b4 0280 0168 0500 02d0" // N_S 2, Y, G: 320x180, 640x360, 1280x720; then N_G
)

func TestParseVP9(t *testing.T) {
	key := Frame{Start: true, Keyframe: true, SwitchUp: true, Width: 640, Height: 360}
	ended := key
	ended.End = true
	svc := key
	svc.Width, svc.Height = 1280, 720
	runParse(t, VP9, []parseCase{
		{name: "empty", err: ErrEmpty},
		{name: "no optional field", payload: "08" + vp9Keyframe, want: key},
		{name: "one packet", payload: "0c" + vp9Keyframe, want: ended},
		{name: "the marker is not the end of a layer frame", payload: "08" + vp9Keyframe, marker: true, want: key},
		{name: "middle", payload: "00" + vp9Keyframe, want: Frame{SwitchUp: true}},
		{name: "end", payload: "04" + vp9Keyframe, want: Frame{End: true, SwitchUp: true}},
		{name: "predicted", payload: "48" + vp9Delta, want: Frame{Start: true, SwitchUp: true}},
		{name: "picture id of 7 bits", payload: "88 7f" + vp9Keyframe, want: key},
		{name: "picture id of 15 bits", payload: "88 ff ff" + vp9Keyframe, want: key},
		{name: "4:4:4", payload: "08" + vp9Keyframe444, want: key},
		{name: "10 bits", payload: "08" + vp9Keyframe10, want: key},
		{name: "RGB", payload: "08" + vp9KeyframeRGB, want: key},
		{name: "not predicted, but no keyframe header", payload: "08" + vp9Delta, want: Frame{Start: true, Keyframe: true, SwitchUp: true}},
		{name: "header cut before the size", payload: "08 82 49 83 42 00 27 f0", want: Frame{Start: true, Keyframe: true, SwitchUp: true}},

		{name: "non-flexible, layer 0", payload: "a8 92 34 00 07" + vp9Keyframe, want: key},
		{name: "non-flexible, temporal 2 switching up", payload: "e8 92 34 50 07" + vp9Delta,
			want: Frame{Start: true, Temporal: 2}},
		{name: "non-flexible, temporal 1 not switching up", payload: "e8 92 34 20 07" + vp9Delta,
			want: Frame{Start: true, Temporal: 1}},
		{name: "key picture, spatial 1 depends on spatial 0", payload: "a8 92 34 03 07" + vp9Delta,
			want: Frame{Start: true, Spatial: 1, SwitchUp: true}},
		{name: "highest layers", payload: "a0 92 34 ef 07" + vp9Delta, want: Frame{Spatial: 7, Temporal: 7}},

		{name: "flexible, no TL0PICIDX", payload: "b8 92 34 00" + vp9Keyframe, want: key},
		{name: "flexible, one reference", payload: "f8 92 34 20 02" + vp9Delta, want: Frame{Start: true, Temporal: 1}},
		{name: "flexible, three references", payload: "f8 92 34 20 03 05 06" + vp9Delta, want: Frame{Start: true, Temporal: 1}},
		{name: "flexible, four references", payload: "f8 92 34 20 03 05 07 08" + vp9Delta, err: ErrReserved},
		{name: "flexible without P has no references", payload: "98 12" + vp9Keyframe, want: key},

		{name: "structure without sizes and pictures", payload: "0a 00" + vp9Keyframe, want: key},
		{name: "structure with one size", payload: "0a 10 0280 0168" + vp9Delta, want: key},
		{name: "structure with three sizes", payload: "0a" + vp9ThreeLayers + "00" + vp9Keyframe, want: svc},
		{name: "structure with pictures", payload: "0a 08 04 00 14 01 54 01 08 02 05" + vp9Keyframe, want: Frame{
			Start: true, Keyframe: true, SwitchUp: true, Width: 640, Height: 360}},
		{name: "structure on a predicted picture", payload: "4a 10 0280 0168" + vp9Delta, want: Frame{
			Start: true, SwitchUp: true, Width: 640, Height: 360}},

		{name: "no picture id", payload: "80", err: ErrTruncated},
		{name: "half a picture id", payload: "88 80", err: ErrTruncated},
		{name: "no layer", payload: "28", err: ErrTruncated},
		{name: "no TL0PICIDX", payload: "28 00", err: ErrTruncated},
		{name: "no reference", payload: "58", err: ErrTruncated},
		{name: "structure cut in a size", payload: "0a 10 0280 01", err: ErrTruncated},
		{name: "structure cut in its pictures", payload: "0a 08 ff 0c 01 02", err: ErrTruncated},
		{name: "structure cut in references", payload: "0a 08 01 0c 01 02", err: ErrTruncated},
		{name: "no data", payload: "88 80 01", err: ErrTruncated},
	})
	eachPrefix(t, VP9, bytesOf(t, "be 92 34 12"+vp9ThreeLayers+"02 00 14 01"+vp9Keyframe))
}

// Descriptors made from their fields: all that the parser tells comes back.
func TestVP9DescriptorIsInverse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		bit := func(name string) byte { return byte(rapid.IntRange(0, 1).Draw(t, name)) }
		id, predicted, layers, flexible, begin, end, structure := bit("I"), bit("P"), bit("L"), bit("F"), bit("B"), bit("E"), bit("V")
		temporal, up, spatial := byte(rapid.IntRange(0, 7).Draw(t, "TID")), bit("U"), byte(rapid.IntRange(0, 7).Draw(t, "SID"))
		payload := []byte{id<<7 | predicted<<6 | layers<<5 | flexible<<4 | begin<<3 | end<<2 | structure<<1}
		var numbers VP9Descriptor
		if id == 1 {
			raw := rapid.SampledFrom([][]byte{{0}, {0x7f}, {0x80, 0}, {0xff, 0xff}}).Draw(t, "id")
			payload = append(payload, raw...)
			numbers.HasPictureID, numbers.LongPictureID, numbers.PictureID = true, len(raw) == 2, uint16(raw[0])
			if numbers.LongPictureID {
				numbers.PictureID = uint16(raw[0]&0x7f)<<8 | uint16(raw[1])
			}
		}
		want := Frame{Start: begin == 1, End: end == 1, SwitchUp: true}
		if layers == 1 {
			payload = append(payload, temporal<<5|up<<4|spatial<<1|bit("D"))
			if flexible == 0 {
				payload = append(payload, 0xff)
				numbers.HasTL0PICIDX, numbers.TL0PICIDX = true, 0xff
			}
			want.Temporal, want.Spatial, want.SwitchUp = int8(temporal), int8(spatial), temporal == 0
		}
		if flexible == 1 && predicted == 1 {
			n := rapid.IntRange(1, vp9MaxReferences).Draw(t, "references")
			for i := range n {
				payload = append(payload, 0x10|byte(min(1, n-1-i)))
			}
		}
		if structure == 1 {
			sizes, group := bit("Y"), bit("G")
			last := rapid.IntRange(0, 7).Draw(t, "N_S")
			payload = append(payload, byte(last)<<5|sizes<<4|group<<3)
			if sizes == 1 {
				for i := range last + 1 {
					payload = append(payload, byte(i+1), 0x40, byte(i+1), 0x20)
				}
				want.Width, want.Height = uint16(last+1)<<8|0x40, uint16(last+1)<<8|0x20
			}
			if group == 1 {
				pictures := rapid.IntRange(0, 255).Draw(t, "N_G")
				payload = append(payload, byte(pictures))
				for i := range pictures {
					payload = append(payload, byte(i%4<<2))
					payload = append(payload, make([]byte, i%4)...)
				}
			}
		}
		want.Keyframe = begin == 1 && predicted == 0 && want.Spatial == 0
		payload = append(payload, 0x86)
		var f Frame
		err := VP9.Parse(payload, true, &f)
		again := f.VP9.AppendRewritten(nil, payload, numbers.PictureID, numbers.TL0PICIDX)
		if !bytes.HasPrefix(payload, again) {
			t.Fatalf("%x was rewritten to %x", payload, again)
		}
		changed := f.VP9.AppendRewritten(nil, payload, 0x1234, 0x56)
		var g Frame
		_ = VP9.Parse(append(changed, payload[len(changed):]...), true, &g)
		if wantID := uint16(0x1234); numbers.HasPictureID && g.VP9.PictureID != wantID && g.VP9.PictureID != wantID&0x7f || numbers.HasTL0PICIDX && g.VP9.TL0PICIDX != 0x56 {
			t.Fatalf("%x was rewritten to %x", payload, changed)
		}
		got := VP9Descriptor{
			HasPictureID: f.VP9.HasPictureID, LongPictureID: f.VP9.LongPictureID, PictureID: f.VP9.PictureID,
			HasTL0PICIDX: f.VP9.HasTL0PICIDX, TL0PICIDX: f.VP9.TL0PICIDX,
		}
		if got != numbers {
			t.Fatalf("%x: numbers %+v, want %+v", payload, got, numbers)
		}
		if f.VP9 = (VP9Descriptor{}); err != nil || f != want {
			t.Fatalf("%x: %v\ngot  %+v\nwant %+v", payload, err, f, want)
		}
		if err := VP9.Parse(payload[:len(payload)-1], true, &f); err != ErrTruncated {
			t.Fatalf("without data: %v", err)
		}
	})
}

func FuzzVP9(f *testing.F) {
	fuzz(f, VP9, "08"+vp9Keyframe, "08"+vp9Keyframe444, "08"+vp9Keyframe10, "08"+vp9KeyframeRGB,
		"be 92 34 12"+vp9ThreeLayers+"02 00 14 01"+vp9Keyframe, "f8 92 34 20 03 05 06"+vp9Delta, "0a 08 ff 0c")
}
