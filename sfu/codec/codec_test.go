package codec

import (
	"encoding/hex"
	"errors"
	"strings"
	"testing"
)

// bytesOf turns hex with spaces into bytes.
func bytesOf(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// parseCase is one row of the tables of all codecs.
type parseCase struct {
	name    string
	payload string // hex
	marker  bool
	want    Frame
	err     error
}

func runParse(t *testing.T, c Codec, cases []parseCase) {
	t.Helper()
	for _, tt := range cases {
		t.Run(tt.name, func(t *testing.T) {
			f := Frame{Spatial: 7, Width: 9, VP8: VP8Descriptor{HasTID: true}} // Parse must forget the packet before
			err := c.Parse(bytesOf(t, tt.payload), tt.marker, &f)
			if !errors.Is(err, tt.err) {
				t.Fatalf("error %v, want %v", err, tt.err)
			}
			f.VP9 = VP9Descriptor{} // TestVP9DescriptorIsInverse has it
			if f != tt.want {
				t.Fatalf("got  %+v\nwant %+v", f, tt.want)
			}
		})
	}
}

// eachPrefix parses every prefix of a good payload: whatever comes out, it must not panic or half fill the frame.
func eachPrefix(t *testing.T, c Codec, payload []byte) {
	t.Helper()
	for n := range payload {
		var f Frame
		if err := c.Parse(payload[:n:n], true, &f); err != nil && f != (Frame{}) {
			t.Fatalf("prefix of %d bytes: error %v, but the frame is %+v", n, err, f)
		}
	}
}

// checkFrame holds for whatever any parser makes of any input.
func checkFrame(t *testing.T, err error, f Frame) {
	t.Helper()
	switch {
	case err != nil && f != (Frame{}):
		t.Fatalf("error %v with frame %+v", err, f)
	case f.Keyframe && !f.Start:
		t.Fatalf("a keyframe that does not start: %+v", f)
	case (f.Width == 0) != (f.Height == 0):
		t.Fatalf("half a size: %+v", f)
	case f.Temporal < 0 || f.Temporal > 7 || f.Spatial < 0 || f.Spatial > 7:
		t.Fatalf("layer out of range: %+v", f)
	case err == nil && f.Temporal == 0 && !f.SwitchUp:
		t.Fatalf("temporal layer 0 can always be begun: %+v", f)
	}
}

// fuzz feeds any bytes to one parser.
func fuzz(f *testing.F, c Codec, seeds ...string) {
	for _, s := range seeds {
		f.Add(bytesOf(f, s), true)
	}
	f.Fuzz(func(t *testing.T, payload []byte, marker bool) {
		var frame, again Frame
		err := c.Parse(payload, marker, &frame)
		checkFrame(t, err, frame)
		if c.Parse(payload, marker, &again); again != frame {
			t.Fatalf("parsed twice: %+v, %+v", frame, again)
		}
	})
}

func TestCodecNames(t *testing.T) {
	for _, tt := range []struct {
		mime  string
		codec Codec
		name  string
		clock uint32
	}{
		{"audio/opus", Opus, "opus", 48000},
		{"AUDIO/OPUS", Opus, "opus", 48000},
		{"video/VP8", VP8, "VP8", 90000},
		{"video/vp8", VP8, "VP8", 90000},
		{"video/VP9", VP9, "VP9", 90000},
		{"video/H264", H264, "H264", 90000},
		{"Video/h264", H264, "H264", 90000},
		{"video/AV1", AV1, "AV1", 90000},
		{"video/rtx", Unknown, "unknown", 90000},
		{"audio/VP8", Unknown, "unknown", 90000},
		{"VP8", Unknown, "unknown", 90000},
		{"", Unknown, "unknown", 90000},
	} {
		c := FromMIME(tt.mime)
		if c != tt.codec || c.String() != tt.name || c.ClockRate() != tt.clock {
			t.Errorf("%q: got %d %q %d Hz", tt.mime, c, c, c.ClockRate())
		}
	}
	if got := Codec(200).String(); got != "unknown" {
		t.Errorf("Codec(200) is %q", got)
	}
}

func TestParseOpus(t *testing.T) {
	every := Frame{Start: true, End: true, Keyframe: true, SwitchUp: true}
	runParse(t, Opus, []parseCase{
		{name: "empty", err: ErrEmpty},
		{name: "silence", payload: "f8 ff fe", want: every},
		{name: "one byte, discontinuous transmission", payload: "78", want: every},
		{name: "marker after silence", payload: "78 01", marker: true, want: every},
	})
}

func TestParseUnknown(t *testing.T) {
	runParse(t, Unknown, []parseCase{
		{name: "empty", err: ErrEmpty},
		{name: "anything", payload: "10 00", err: ErrUnknown},
	})
}

func TestNoAllocations(t *testing.T) {
	var f Frame
	for _, tt := range []struct {
		name    string
		codec   Codec
		payload string
	}{
		{"opus", Opus, "78 01"},
		{"VP8 keyframe", VP8, "90 f0 91 23 07 25" + vp8Keyframe},
		{"VP8 truncated", VP8, "90 f0"},
		{"VP9 with structure", VP9, "ae 92 34 12 07 18 0280 0168 01 14 01" + vp9Keyframe},
		{"H264 STAP-A", H264, stapA},
		{"H264 reserved", H264, "1f"},
		{"AV1 sequence header", AV1, "28 0a" + av1SequenceHeader + "30 01 02"},
		{"unknown", Unknown, "00"},
	} {
		payload := bytesOf(t, tt.payload)
		if n := testing.AllocsPerRun(100, func() { tt.codec.Parse(payload, true, &f) }); n != 0 {
			t.Errorf("%s: %v allocations per packet", tt.name, n)
		}
	}
	payload := bytesOf(t, "90 f0 91 23 07 25"+vp8Keyframe)
	if err := VP8.Parse(payload, false, &f); err != nil {
		t.Fatal(err)
	}
	dst := make([]byte, 0, 6)
	if n := testing.AllocsPerRun(100, func() { f.VP8.AppendRewritten(dst, payload, 1, 2, 3) }); n != 0 {
		t.Errorf("AppendRewritten: %v allocations", n)
	}
}

func BenchmarkParse(b *testing.B) {
	for _, tt := range []struct {
		codec   Codec
		payload string
	}{
		{VP8, "90 e0 91 23 07 20 01 02 03"}, {VP9, "ac 92 34 12 07 86 00 40"}, {H264, "7c 81 e0 00"}, {AV1, "10 30 01 02"},
	} {
		payload := bytesOf(b, tt.payload)
		b.Run(tt.codec.String(), func(b *testing.B) {
			var f Frame
			for b.Loop() {
				if err := tt.codec.Parse(payload, true, &f); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
