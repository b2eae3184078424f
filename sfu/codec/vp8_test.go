package codec

import (
	"bytes"
	"testing"

	"pgregory.net/rapid"
)

// vp8Keyframe is the start of a 640x360 keyframe as libvpx made it; vp8Delta of another frame.
const (
	vp8Keyframe = "90 9c 00 9d 01 2a 80 02 68 01 00 47"
	vp8Delta    = "31 02 00 11"
)

func TestParseVP8(t *testing.T) {
	key := func(d VP8Descriptor, temporal int8) Frame {
		return Frame{Start: true, Keyframe: true, SwitchUp: true, Temporal: temporal, Width: 640, Height: 360, VP8: d}
	}
	d := func(length int8) VP8Descriptor { return VP8Descriptor{Length: length} }
	runParse(t, VP8, []parseCase{
		{name: "empty", err: ErrEmpty},
		{name: "no extension, keyframe", payload: "10" + vp8Keyframe, want: key(d(1), 0)},
		{name: "no extension, delta, marker", payload: "10" + vp8Delta, marker: true,
			want: Frame{Start: true, End: true, SwitchUp: true, VP8: d(1)}},
		{name: "not the start of a partition", payload: "00" + vp8Keyframe, want: Frame{SwitchUp: true, VP8: d(1)}},
		{name: "start of the second partition", payload: "11" + vp8Keyframe, want: Frame{SwitchUp: true, VP8: d(1)}},
		{name: "the reserved bit and N are ignored", payload: "70" + vp8Keyframe, want: key(d(1), 0)},
		{name: "extension without flags", payload: "90 00" + vp8Keyframe, want: key(d(2), 0)},
		{name: "picture id of 7 bits", payload: "90 80 7f" + vp8Keyframe,
			want: key(VP8Descriptor{HasPictureID: true, PictureID: 127, Length: 3}, 0)},
		{name: "picture id of 15 bits", payload: "90 80 ff ff" + vp8Keyframe,
			want: key(VP8Descriptor{HasPictureID: true, LongPictureID: true, PictureID: 32767, Length: 4}, 0)},
		{name: "picture id 0 of 15 bits", payload: "90 80 80 00" + vp8Keyframe,
			want: key(VP8Descriptor{HasPictureID: true, LongPictureID: true, Length: 4}, 0)},
		{name: "TL0PICIDX only", payload: "90 40 ff" + vp8Keyframe,
			want: key(VP8Descriptor{HasTL0PICIDX: true, TL0PICIDX: 255, Length: 3}, 0)},
		{name: "KEYIDX only: its TID does not count", payload: "90 10 df" + vp8Keyframe,
			want: key(VP8Descriptor{HasKEYIDX: true, KEYIDX: 31, Length: 3}, 0)},
		{name: "TID only: its KEYIDX does not count", payload: "90 20 5f" + vp8Delta,
			want: Frame{Start: true, Temporal: 1, VP8: VP8Descriptor{HasTID: true, Length: 3}}},
		{name: "layer sync", payload: "90 20 a0" + vp8Delta,
			want: Frame{Start: true, Temporal: 2, SwitchUp: true, VP8: VP8Descriptor{HasTID: true, Length: 3}}},
		{name: "all, long", payload: "90 f0 91 23 07 25" + vp8Keyframe, want: key(VP8Descriptor{
			HasPictureID: true, LongPictureID: true, PictureID: 0x1123, HasTL0PICIDX: true, TL0PICIDX: 7,
			HasKEYIDX: true, KEYIDX: 5, HasTID: true, Length: 6}, 0)},
		{name: "all, short", payload: "80 f0 11 07 c5" + vp8Delta, want: Frame{Temporal: 3, VP8: VP8Descriptor{
			HasPictureID: true, PictureID: 17, HasTL0PICIDX: true, TL0PICIDX: 7,
			HasKEYIDX: true, KEYIDX: 5, HasTID: true, Length: 5}}},
		{name: "keyframe cut inside its header has no size", payload: "10 90 9c 00 9d 01 2a 80 02 68",
			want: Frame{Start: true, Keyframe: true, SwitchUp: true, VP8: d(1)}},
		{name: "keyframe without start code has no size", payload: "10 90 9c 00 9d 01 2b 80 02 68 01",
			want: Frame{Start: true, Keyframe: true, SwitchUp: true, VP8: d(1)}},
		{name: "scale bits are no pixels", payload: "10 90 9c 00 9d 01 2a 80 42 68 c1",
			want: key(d(1), 0)},
		{name: "only a descriptor", payload: "10", err: ErrTruncated},
		{name: "no flags", payload: "90", err: ErrTruncated},
		{name: "no picture id", payload: "90 80", err: ErrTruncated},
		{name: "half a picture id", payload: "90 80 80", err: ErrTruncated},
		{name: "no data behind a long id", payload: "90 80 80 01", err: ErrTruncated},
		{name: "no data behind all", payload: "90 f0 91 23 07 25", err: ErrTruncated},
	})
	eachPrefix(t, VP8, bytesOf(t, "90 f0 91 23 07 25"+vp8Keyframe))
}

func TestAppendRewritten(t *testing.T) {
	for _, tt := range []struct {
		name, payload, want string
		id                  uint16
		tl0, key            uint8
	}{
		{"nothing to rewrite", "10" + vp8Delta, "10", 1, 2, 3},
		{"no flags", "90 00" + vp8Delta, "90 00", 1, 2, 3},
		{"long stays long for small numbers", "90 80 ff ff" + vp8Delta, "90 80 80 01", 1, 2, 3},
		{"long is cut to 15 bits", "90 80 80 00" + vp8Delta, "90 80 ff ff", 65535, 2, 3},
		{"short is cut to 7 bits", "90 80 01" + vp8Delta, "90 80 00", 128, 2, 3},
		{"TL0PICIDX", "90 40 05" + vp8Delta, "90 40 ff", 1, 255, 3},
		{"KEYIDX keeps TID and Y", "90 30 ff" + vp8Delta, "90 30 e3", 1, 2, 3},
		{"KEYIDX is cut to 5 bits", "90 10 00" + vp8Delta, "90 10 1f", 1, 2, 255},
		{"without K its bits stay", "90 20 bf" + vp8Delta, "90 20 bf", 1, 2, 3},
		{"all", "b0 f0 91 23 07 65" + vp8Delta, "b0 f0 d5 55 aa 7f", 0x5555, 0xaa, 31},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var f Frame
			payload := bytesOf(t, tt.payload)
			if err := VP8.Parse(payload, false, &f); err != nil {
				t.Fatal(err)
			}
			before := bytes.Clone(payload)
			got := f.VP8.AppendRewritten([]byte("kept"), payload, tt.id, tt.tl0, tt.key)
			if want := append([]byte("kept"), bytesOf(t, tt.want)...); !bytes.Equal(got, want) {
				t.Fatalf("got %x, want %x", got, want)
			}
			if !bytes.Equal(payload, before) {
				t.Fatal("the payload was changed")
			}
		})
	}
}

// A descriptor may meet a payload that it was not parsed from, when a caller errs: nothing may be read or written
// outside of either.
func TestAppendRewrittenForeignPayload(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := VP8Descriptor{
			HasPictureID: rapid.Bool().Draw(t, "I"), LongPictureID: rapid.Bool().Draw(t, "M"), HasTL0PICIDX: rapid.Bool().Draw(t, "L"),
			HasKEYIDX: rapid.Bool().Draw(t, "K"), HasTID: rapid.Bool().Draw(t, "T"), Length: rapid.Int8().Draw(t, "length"),
		}
		payload := rapid.SliceOfN(rapid.Byte(), 0, 10).Draw(t, "payload")
		got := d.AppendRewritten(nil, payload, 0xffff, 0xff, 0xff)
		if want := min(max(int(d.Length), 0), len(payload)); len(got) != want {
			t.Fatalf("%d bytes, want %d", len(got), want)
		}
	})
}

func FuzzVP8(f *testing.F) {
	fuzz(f, VP8, "10"+vp8Keyframe, "90 f0 91 23 07 25"+vp8Keyframe, "90 f0 11 07 c5"+vp8Delta, "80 80 ff")
}

// FuzzAppendRewritten: the rewritten descriptor, parsed again, gives the numbers that were asked for; its length, its
// flags and everything else are as before.
func FuzzAppendRewritten(f *testing.F) {
	for _, s := range []string{"90 f0 91 23 07 25", "90 f0 11 07 c5", "80 80 ff 00", "10", "90 30 a1"} {
		f.Add(bytesOf(f, s+vp8Keyframe), uint16(0xffff), uint8(7), uint8(31))
	}
	f.Fuzz(func(t *testing.T, payload []byte, id uint16, tl0, key uint8) {
		var before, after Frame
		if VP8.Parse(payload, true, &before) != nil {
			return
		}
		d := before.VP8
		out := d.AppendRewritten(nil, payload, id, tl0, key)
		if len(out) != int(d.Length) || d.Length < 1 || d.Length > 6 {
			t.Fatalf("%d bytes for a descriptor of %d", len(out), d.Length)
		}
		out = append(out, payload[d.Length:]...)
		if err := VP8.Parse(out, true, &after); err != nil {
			t.Fatalf("the rewritten payload is malformed: %v", err)
		}
		want := before
		if d.HasPictureID {
			want.VP8.PictureID = id & 0x7f
			if d.LongPictureID {
				want.VP8.PictureID = id & 0x7fff
			}
		}
		if d.HasTL0PICIDX {
			want.VP8.TL0PICIDX = tl0
		}
		if d.HasKEYIDX {
			want.VP8.KEYIDX = key & 0x1f
		}
		if after != want {
			t.Fatalf("got  %+v\nwant %+v", after, want)
		}
		same := d.AppendRewritten(nil, payload, d.PictureID, d.TL0PICIDX, d.KEYIDX)
		if !bytes.Equal(same, payload[:d.Length]) {
			t.Fatalf("rewritten with its own numbers: %x, was %x", same, payload[:d.Length])
		}
	})
}
