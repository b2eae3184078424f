package codec

import (
	"testing"

	"pgregory.net/rapid"
)

// OBUs as two encoders made them: sequence headers with the size field (libaom 640x360, SVT-AV1), and the same with
// the header of an OBU without it, which is how RTP wants them.
const (
	av1SequenceSized  = "0a0b 0000000cc4ff6736be4010" // 640x360
	av1SequenceHeader = "08 0000000cc4ff6736be40"     // 10 bytes, its last byte is not needed
	av1SequenceSVT    = "0a0b 000000043ea7bcfbf90040" // 426x240
	obuOfFrame        = "30 0100 0269"
)

func TestParseAV1(t *testing.T) {
	key := Frame{Start: true, Keyframe: true, SwitchUp: true}
	sized := key
	sized.Width, sized.Height = 640, 360
	start := Frame{Start: true, SwitchUp: true}
	middle := Frame{SwitchUp: true}
	runParse(t, AV1, []parseCase{
		{name: "empty", err: ErrEmpty},
		{name: "one element, delta frame", payload: "10" + obuOfFrame, want: start},
		{name: "the marker is the end", payload: "10" + obuOfFrame, marker: true, want: Frame{Start: true, End: true, SwitchUp: true}},
		{name: "first fragment, continues (Y)", payload: "50" + obuOfFrame, want: start},
		{name: "fragment (Z) is not read", payload: "90 ff ff ff", want: middle},
		{name: "last fragment", payload: "90 ff", marker: true, want: Frame{End: true, SwitchUp: true}},
		{name: "tile group in a packet of its own", payload: "10 20 00", want: middle},
		{name: "redundant frame header", payload: "10 38 00", want: middle},
		{name: "padding", payload: "10 78 00", want: middle},
		{name: "frame header", payload: "10 18 00", want: start},
		{name: "temporal delimiter", payload: "20 01 10" + obuOfFrame, want: start},
		{name: "metadata before the frame", payload: "20 02 28 01" + obuOfFrame, want: start},

		{name: "keyframe, two elements", payload: "28 0a" + av1SequenceHeader + obuOfFrame, want: sized},
		{name: "keyframe, header with its size", payload: "28 0d" + av1SequenceSized + obuOfFrame, want: sized},
		{name: "keyframe, header with extension", payload: "28 0b 0c 00 0000000cc4ff6736be40" + obuOfFrame, want: sized},
		{name: "keyframe, W 0", payload: "08 0d" + av1SequenceSized + "05" + obuOfFrame, want: sized},
		{name: "keyframe, length in two bytes", payload: "28 8d00" + av1SequenceSized + obuOfFrame, want: sized},
		{name: "keyframe, three elements", payload: "38 01 10 0d" + av1SequenceSized + obuOfFrame, want: sized},
		{name: "SVT-AV1", payload: "18" + av1SequenceSVT, want: Frame{Start: true, Keyframe: true, SwitchUp: true, Width: 426, Height: 240}},
		{name: "keyframe without sequence header", payload: "18" + obuOfFrame, want: key},
		{name: "keyframe, sequence header cut", payload: "18 08 0000000cc4", want: key},
		{name: "a sequence header that begins nothing", payload: "10" + av1SequenceSized, want: start},
		{name: "a fragment that ends with a sequence header", payload: "a0 01 ff" + av1SequenceSized, want: middle},

		{name: "only a header", payload: "10", err: ErrTruncated},
		{name: "N on a fragment", payload: "98" + obuOfFrame, err: ErrReserved},
		{name: "W 2 with one element", payload: "20 05" + obuOfFrame, err: ErrTruncated},
		{name: "W 2 with a fragment only", payload: "a0 05" + obuOfFrame, err: ErrTruncated},
		{name: "length past the end", payload: "20 06" + obuOfFrame, err: ErrTruncated},
		{name: "length without end", payload: "00 80 80", err: ErrTruncated},
		{name: "length of nine bytes", payload: "00 80 80 80 80 80 80 80 80 00", err: ErrTruncated},
		{name: "length of 56 bits", payload: "00 ff ff ff ff ff ff ff 7f", err: ErrTruncated},
		{name: "element of length 0", payload: "00 00", err: ErrTruncated},
		{name: "forbidden bit", payload: "10 b0 00", err: ErrReserved},
		{name: "extension is cut", payload: "18 0c", err: ErrTruncated},
		{name: "size field is cut", payload: "18 0a", err: ErrTruncated},
		{name: "size field too large", payload: "18 0a 05 00", err: ErrTruncated},
	})
	eachPrefix(t, AV1, bytesOf(t, "38 01 10 0d"+av1SequenceSized+obuOfFrame))
}

// Sequence headers with all that may stand before the size, built from their fields.
func TestAV1SizeIsInverse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		bit := func(name string) uint32 { return uint32(rapid.IntRange(0, 1).Draw(t, name)) }
		var w bitWriter
		w.write(4, 0)
		reduced := bit("reduced")
		w.write(1, reduced)
		if reduced == 1 {
			w.write(5, 8)
		} else {
			writeOperatingPoints(&w, t, bit)
		}
		widthBits, heightBits := rapid.IntRange(1, 16).Draw(t, "width bits"), rapid.IntRange(1, 16).Draw(t, "height bits")
		width := rapid.IntRange(1, 1<<widthBits).Draw(t, "width")
		height := rapid.IntRange(1, 1<<heightBits).Draw(t, "height")
		w.write(4, uint32(widthBits-1))
		w.write(4, uint32(heightBits-1))
		w.write(widthBits, uint32(width-1))
		w.write(heightBits, uint32(height-1))
		gotWidth, gotHeight := av1Size(w.data)
		wantWidth, wantHeight := pixels(uint32(width), uint32(height), false)
		if gotWidth != wantWidth || gotHeight != wantHeight {
			t.Fatalf("got %dx%d, want %dx%d", gotWidth, gotHeight, width, height)
		}
		if cutWidth, cutHeight := av1Size(w.data[:len(w.data)-1]); cutWidth != 0 || cutHeight != 0 {
			t.Fatalf("cut: %dx%d", cutWidth, cutHeight)
		}
	})
}

func writeOperatingPoints(w *bitWriter, t *rapid.T, bit func(string) uint32) {
	timing, model, delayBits := bit("timing"), uint32(0), 0
	w.write(1, timing)
	if timing == 1 {
		w.write(32, 1000)
		w.write(32, 30000)
		equal := bit("equal")
		w.write(1, equal)
		if equal == 1 {
			w.exponent(rapid.Uint32Range(0, 1<<20).Draw(t, "ticks"))
		}
		model = bit("model")
		w.write(1, model)
		if model == 1 {
			delayBits = rapid.IntRange(1, 32).Draw(t, "delay bits")
			w.write(5, uint32(delayBits-1))
			w.write(32, 90000)
			w.write(10, 0x3ff)
		}
	}
	initial := bit("initial delay")
	w.write(1, initial)
	points := rapid.IntRange(1, 32).Draw(t, "points")
	w.write(5, uint32(points-1))
	for range points {
		w.write(12, 0x101)
		level := rapid.SampledFrom([]uint32{0, 7, 8, 31}).Draw(t, "level")
		w.write(5, level)
		if level > 7 {
			w.write(1, 1)
		}
		if model == 1 {
			present := bit("model here")
			w.write(1, present)
			if present == 1 {
				w.write(delayBits, 0)
				w.write(delayBits, 1)
				w.write(1, 1)
			}
		}
		if initial == 1 {
			present := bit("delay here")
			w.write(1, present)
			if present == 1 {
				w.write(4, 9)
			}
		}
	}
}

func FuzzAV1(f *testing.F) {
	fuzz(f, AV1, "10"+obuOfFrame, "28 0a"+av1SequenceHeader+obuOfFrame, "38 01 10 0d"+av1SequenceSized+obuOfFrame,
		"18"+av1SequenceSVT, "90 ff ff ff", "00 ff ff ff ff ff ff ff 7f")
}
