package codec

import (
	"testing"

	"pgregory.net/rapid"
)

// Sequence parameter sets as x264 made them, with their NAL header; and a picture parameter set.
const (
	sps320x180   = "6742c00bd901419f9f011000000300100000030140f142a480"
	sps426x240   = "6742c015d901b1fe4f011000000300100000030140f162e480"
	sps1280x720  = "6742c01fd9005005bb011000000300100000030140f1832480"
	sps1920x1080 = "6742c028d900780227e5c044000003000400000300503c60c920"
	spsHigh422   = "677a0028bcd940780227a8bc0440000003004000000503c60c6580" // 1918x1078
	spsHigh444   = "67f40028919b280f0044f7178088000003000800000300a078c18cb0"
	spsFields    = "67640016acd940b422fd6022000003000200000300283e28532c" // 720x540, coded as fields
	pps          = "68cb83cb20"

	idr     = "65 b8 40 0f" // first_mb_in_slice 0
	idrMore = "65 42 40 0f" // a later slice
	slice   = "41 9a 24 6c"
	stapA   = "78 0019" + sps1280x720 + "0005" + pps
)

func TestParseH264(t *testing.T) {
	key := Frame{Start: true, Keyframe: true, SwitchUp: true}
	sized := key
	sized.Width, sized.Height = 1280, 720
	start := Frame{Start: true, SwitchUp: true}
	middle := Frame{SwitchUp: true}
	end := Frame{End: true, SwitchUp: true}
	runParse(t, H264, []parseCase{
		{name: "empty", err: ErrEmpty},
		{name: "IDR slice", payload: idr, want: key},
		{name: "later slice of an IDR picture", payload: idrMore, marker: true, want: end},
		{name: "slice", payload: slice, want: start},
		{name: "one packet is the frame", payload: slice, marker: true, want: Frame{Start: true, End: true, SwitchUp: true}},
		{name: "later slice", payload: "41 42 00", want: middle},
		{name: "SPS", payload: sps1280x720, want: sized},
		{name: "PPS", payload: pps, want: middle},
		{name: "SEI", payload: "06 05 ff ff", want: middle},
		{name: "access unit delimiter", payload: "09 10", want: start},
		{name: "access unit delimiter without its byte", payload: "09", want: start},
		{name: "end of sequence", payload: "0a", want: middle},
		{name: "SPS of nothing", payload: "67", want: key},
		{name: "IDR slice of nothing", payload: "65", err: ErrTruncated},

		{name: "STAP-A with SPS and PPS", payload: stapA, want: sized},
		{name: "STAP-A with SPS, PPS and IDR", payload: stapA + "0004" + idr, marker: true,
			want: Frame{Start: true, End: true, Keyframe: true, SwitchUp: true, Width: 1280, Height: 720}},
		{name: "STAP-A with delimiter and slice", payload: "78 0002 0910 0004" + slice, want: start},
		{name: "STAP-A with PPS only", payload: "78 0005" + pps, want: middle},
		{name: "STAP-A of nothing", payload: "78", err: ErrTruncated},
		{name: "STAP-A with half a size", payload: "78 00", err: ErrTruncated},
		{name: "STAP-A with a size and no unit", payload: "78 0001", err: ErrTruncated},
		{name: "STAP-A with a unit of size 0", payload: "78 0000 0004" + slice, err: ErrTruncated},
		{name: "STAP-A with a unit that is cut", payload: "78 0005" + slice, err: ErrTruncated},
		{name: "STAP-A with something behind", payload: "78 0004" + slice + "00", err: ErrTruncated},
		{name: "STAP-A within a STAP-A", payload: "78 0003 780001", err: ErrReserved},

		{name: "FU-A, first of an IDR slice", payload: "7c 85 b8 40", want: key},
		{name: "FU-A, first of a later IDR slice", payload: "7c 85 42 40", want: middle},
		{name: "FU-A, middle of an IDR slice", payload: "7c 05 b8 40", want: middle},
		{name: "FU-A, last of an IDR slice", payload: "7c 45 b8 40", marker: true, want: end},
		{name: "FU-A, first of a slice", payload: "5c 81 9a 24", want: start},
		{name: "FU-A, first of an SPS", payload: "7c 87" + sps1280x720[2:], want: sized},
		{name: "FU-A without header", payload: "7c", err: ErrTruncated},
		{name: "FU-A without data", payload: "7c 85", err: ErrTruncated},
		{name: "FU-A of type 0", payload: "7c 80 01", err: ErrReserved},
		{name: "FU-A of a STAP-A", payload: "7c 98 01", err: ErrReserved},

		{name: "type 0", payload: "60 01", err: ErrReserved},
		{name: "STAP-B", payload: "79 0000 0004" + slice, err: ErrReserved},
		{name: "MTAP16", payload: "7a 00", err: ErrReserved},
		{name: "FU-B", payload: "7d 85 00 00 b8", err: ErrReserved},
		{name: "type 31", payload: "7f 00", err: ErrReserved},
	})
	eachPrefix(t, H264, bytesOf(t, stapA+"0004"+idr))
	eachPrefix(t, H264, bytesOf(t, spsHigh444))
}

// An encoder may send SPS, PPS and the slices of the IDR picture each in its own packet: exactly the first packet and
// the first slice say keyframe.
func TestH264KeyframeInManyPackets(t *testing.T) {
	packets := []string{"09 10", sps1280x720, pps, "06 05 01 ff 80", "7c 85 b8 40", "7c 05 00", "7c 45 00", idrMore}
	var keyframes, ends []int
	for i, p := range packets {
		var f Frame
		if err := H264.Parse(bytesOf(t, p), i == len(packets)-1, &f); err != nil {
			t.Fatalf("packet %d: %v", i, err)
		}
		if f.Keyframe {
			keyframes = append(keyframes, i)
		}
		if f.End {
			ends = append(ends, i)
		}
	}
	if len(keyframes) != 2 || keyframes[0] != 1 || keyframes[1] != 4 || len(ends) != 1 || ends[0] != 7 {
		t.Fatalf("keyframes at %v, ends at %v", keyframes, ends)
	}
}

func TestSPSSize(t *testing.T) {
	for _, tt := range []struct {
		name, sps     string
		width, height uint16
	}{
		{"320x180", sps320x180, 320, 180},
		{"426x240", sps426x240, 426, 240},
		{"1280x720", sps1280x720, 1280, 720},
		{"1920x1080", sps1920x1080, 1920, 1080},
		{"high 4:2:2", spsHigh422, 1918, 1078},
		{"high 4:4:4", spsHigh444, 1918, 1078},
		{"fields", spsFields, 720, 540},
		{"empty", "67", 0, 0},
		{"cut", sps1920x1080[:16], 0, 0},
		{"zeros", "67 000000000000000000000000000000", 0, 0},
		{"ones are small numbers", "67 ffffffffffffffffffffffffffffffff", 16, 16},
	} {
		w, h := spsSize(bytesOf(t, tt.sps)[1:])
		if w != tt.width || h != tt.height {
			t.Errorf("%s: %dx%d", tt.name, w, h)
		}
	}
}

// Parameter sets of every profile, chroma format and picture order, built from their fields.
func TestSPSSizeIsInverse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		bit := func(name string) uint32 { return uint32(rapid.IntRange(0, 1).Draw(t, name)) }
		number := func(name string, most int) uint32 { return uint32(rapid.IntRange(0, most).Draw(t, name)) }
		var w bitWriter
		profile := rapid.SampledFrom([]uint32{66, 77, 88, 100, 110, 122, 244, 44, 118, 128}).Draw(t, "profile")
		w.write(8, profile)
		w.write(16, 0x401f)
		w.exponent(number("id", 31))
		chroma, separate := uint32(1), uint32(0)
		if hasChroma(profile) {
			chroma = number("chroma", 3)
			w.exponent(chroma)
			if chroma == 3 {
				separate = bit("separate")
				w.write(1, separate)
			}
			w.exponent(number("luma", 6))
			w.exponent(number("chroma depth", 6))
			w.write(1, bit("bypass"))
			writeScaling(&w, t, chroma)
		}
		w.exponent(number("frame num", 12))
		order := number("order", 2)
		w.exponent(order)
		switch order {
		case 0:
			w.exponent(number("lsb", 12))
		case 1:
			w.write(1, 0)
			w.signed(-3)
			w.signed(5)
			cycle := number("cycle", 255)
			w.exponent(cycle)
			for i := range cycle {
				w.signed(int32(i) - 128)
			}
		}
		w.exponent(number("references", 16))
		w.write(1, 0)
		columns, rows := number("columns", 300), number("rows", 300)
		w.exponent(columns)
		w.exponent(rows)
		frames := bit("frames only")
		w.write(1, frames)
		if frames == 0 {
			w.write(1, bit("adaptive"))
		}
		w.write(1, 1)
		width, height := (columns+1)*16, (rows+1)*16*(2-frames)
		crop := bit("crop")
		w.write(1, crop)
		if crop == 1 {
			unitX, unitY := uint32(1), 2-frames
			if separate == 0 && (chroma == 1 || chroma == 2) {
				unitX = 2
			}
			if chroma == 1 {
				unitY *= 2
			}
			l, r, top, bottom := number("left", 3), number("right", 3), number("top", 1), number("bottom", 1)
			for _, v := range []uint32{l, r, top, bottom} {
				w.exponent(v)
			}
			width -= (l + r) * unitX
			height -= (top + bottom) * unitY
		}
		w.write(8, 0x80)
		gotWidth, gotHeight := spsSize(escape(w.data))
		wantWidth, wantHeight := pixels(width, height, false)
		if gotWidth != wantWidth || gotHeight != wantHeight {
			t.Fatalf("got %dx%d, want %dx%d", gotWidth, gotHeight, wantWidth, wantHeight)
		}
	})
}

func writeScaling(w *bitWriter, t *rapid.T, chroma uint32) {
	matrix := rapid.Bool().Draw(t, "matrix")
	if !matrix {
		w.write(1, 0)
		return
	}
	w.write(1, 1)
	lists := 8
	if chroma == 3 {
		lists = 12
	}
	for i := range lists {
		if !rapid.Bool().Draw(t, "list") {
			w.write(1, 0)
			continue
		}
		w.write(1, 1)
		size := 16
		if i >= 6 {
			size = 64
		}
		end := rapid.IntRange(0, size).Draw(t, "end") // where the scale becomes zero; size: never
		last := int32(8)
		for j := range size {
			if j == end {
				w.signed(-last)
				break
			}
			w.signed(1)
			last++
		}
	}
}

func TestSPSCroppedToNothing(t *testing.T) {
	for _, tt := range []struct{ size, before, after, unit, want uint32 }{
		{16, 0, 0, 2, 16}, {16, 3, 4, 2, 2}, {16, 4, 4, 2, 0}, {16, 0xffffffff, 0xffffffff, 4, 0}, {16, 0xfffffffe, 3, 1, 0},
	} {
		if got := crop(tt.size, tt.before, tt.after, tt.unit); got != tt.want {
			t.Errorf("%+v: got %d", tt, got)
		}
	}
}

func FuzzH264(f *testing.F) {
	fuzz(f, H264, idr, slice, sps1280x720, spsHigh422, spsHigh444, spsFields, stapA+"0004"+idr, "7c 85 b8 40", "7c 87"+spsHigh444[2:])
}
