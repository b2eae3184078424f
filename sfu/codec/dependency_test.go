package codec

import (
	"bytes"
	"strings"
	"testing"
)

// bitsOf turns zeros and ones, with spaces between the fields, into bytes; the last is filled with zeros.
func bitsOf(fields ...string) []byte {
	var w bitWriter
	for _, c := range strings.ReplaceAll(strings.Join(fields, ""), " ", "") {
		w.write(1, uint32(c-'0'))
	}
	return w.data
}

const anyAV1 = "10" + obuOfFrame

// l1t2 is the structure of one spatial and two temporal layers, field by field as appendix A lists them.
var l1t2 = []string{
	"000101 00001",                        // template_id_offset 5, dt_cnt_minus_one
	"00 01 11",                            // next_layer_idc: the same layer again, the next temporal layer, the end
	"1010 1010 0001",                      // template_dtis: SS, SS, -D
	"0 1 0001 0 1 00000",                  // template_fdiffs: none; 2; 1
	"10",                                  // chain_cnt 1 as ns(3); decode_target_protected_by is ns(1), no bits
	"0000 0010 0001",                      // template_chain_fdiff
	"1 0000001001111111 0000000101100111", // resolutions: 640x360
}

func TestDescriptorByHand(t *testing.T) {
	var s Structure
	read := func(name string, data []byte, want Frame, dependency Dependency) {
		t.Helper()
		var f Frame
		if err := s.Read(AV1, bytesOf(t, anyAV1), false, data, &f); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		got := f.Dependency
		got.layout, got.maskAt = nil, 0
		f.Dependency = Dependency{}
		if got != dependency {
			t.Errorf("%s: dependency %+v, want %+v", name, got, dependency)
		}
		if f != want {
			t.Errorf("%s:\ngot  %+v\nwant %+v", name, f, want)
		}
	}
	read("before the structure", bitsOf("11 000101 0000000000000000"), Frame{
		Start: true, SwitchUp: true, Layers: 1, Active: 1, Needed: 1}, Dependency{})
	key := append([]string{"10 000101 1111111111111111 10000"}, l1t2...)
	read("keyframe", bitsOf(key...), Frame{
		Start: true, Keyframe: true, SwitchUp: true, Climb: 1, Layers: 1, Active: 1, Needed: 1, Fresh: true, Width: 640, Height: 360,
	}, Dependency{Present: true, HasStructure: true, Number: 65535})
	read("its end", bitsOf("01 000101 1111111111111111"), Frame{
		End: true, SwitchUp: true, Climb: 1, Layers: 1, Active: 1, Needed: 1, Fresh: true}, Dependency{Present: true, Number: 65535})
	read("temporal layer 1", bitsOf("11 000111 0000000000000000"), Frame{
		Start: true, End: true, Temporal: 1, Climb: 1, Layers: 1, Active: 1, Needed: 1,
	}, Dependency{Present: true, Number: 0, Chains: [MaxSpatial]uint8{1}})
	read("custom fields", bitsOf("11 000111 0000000000000100 00111 0010 11 000000000011 00 00000101"), Frame{
		Start: true, End: true, Temporal: 1, Climb: 1, SwitchUp: true, Layers: 1, Active: 1, Needed: 1,
	}, Dependency{Present: true, Number: 4, Chains: [MaxSpatial]uint8{5}})
	read("only target 0 is active", bitsOf("11 000110 0000000000000101 01000 01"), Frame{
		Start: true, End: true, SwitchUp: true, Climb: 1, Layers: 1, Active: 1, Needed: 1,
	}, Dependency{Present: true, Number: 5, Chains: [MaxSpatial]uint8{2}, masked: true})
	read("a template that is not there", bitsOf("11 001000 0000000000000110"), Frame{
		Start: true, SwitchUp: true, Layers: 1, Active: 1, Needed: 1}, Dependency{})
	if s.active != 1 || s.Size(0) != (Size{640, 360}) || s.Size(-1) != (Size{}) || s.Size(1) != (Size{}) {
		t.Errorf("structure %+v", s)
	}
	older := append([]string{"10 000101 1111111111110000 10000"}, l1t2...)
	read("a structure from before", bitsOf(older...), Frame{Start: true, SwitchUp: true, Layers: 1, Active: 1, Needed: 1}, Dependency{})
}

// svcRow is a frame of the tables in appendix A.8: what each decode target thinks of it, its references and chains.
type svcRow struct {
	name         string
	spatial      int8
	temporal     int8
	targets      string // of decode targets S0T0, S0T1, S0T2, S1T0 and so on
	references   []uint32
	chains       []uint32
	key, fresh   bool
	needed       uint8
	climb        int8
	mayBeginHere bool
}

// Three spatial and three temporal layers, four pictures of three frames each; the templates must be sorted by layer.
var (
	l3t3Key = []svcRow{
		{"S0 key", 0, 0, "SSSSSSSSS", nil, []uint32{0, 0, 0}, true, true, 7, 2, true},
		{"S0 T0", 0, 0, "SSS------", []uint32{12}, []uint32{12, 11, 10}, false, false, 1, 2, true},
		{"S0 T1", 0, 1, "-DS------", []uint32{6}, []uint32{6, 5, 4}, false, false, 1, 2, true},
		{"S0 T2", 0, 2, "--D------", []uint32{3}, []uint32{3, 2, 1}, false, false, 1, 2, false},
		{"S1 key", 1, 0, "---SSSSSS", []uint32{1}, []uint32{1, 1, 1}, false, true, 6, 2, true},
		{"S1 T0", 1, 0, "---SSS---", []uint32{12}, []uint32{1, 12, 11}, false, false, 2, 2, true},
		{"S1 T1", 1, 1, "----DS---", []uint32{6}, []uint32{7, 6, 5}, false, false, 2, 2, true},
		{"S1 T2", 1, 2, "-----D---", []uint32{3}, []uint32{4, 3, 2}, false, false, 2, 2, false},
		{"S2 key", 2, 0, "------SSS", []uint32{1}, []uint32{2, 1, 1}, false, true, 4, 2, true},
		{"S2 T0", 2, 0, "------SSS", []uint32{12}, []uint32{2, 1, 12}, false, false, 4, 2, true},
		{"S2 T1", 2, 1, "-------DS", []uint32{6}, []uint32{8, 7, 6}, false, false, 4, 2, true},
		{"S2 T2", 2, 2, "--------D", []uint32{3}, []uint32{5, 4, 3}, false, false, 4, 2, false},
	}
	l3t3 = []svcRow{
		{"S0 key", 0, 0, "SSSSSSSSS", nil, []uint32{0, 0, 0}, true, true, 7, 2, true},
		{"S0 T0", 0, 0, "SSSRRRRRR", []uint32{12}, []uint32{12, 11, 10}, false, false, 7, 2, true},
		{"S0 T1", 0, 1, "-DS-RR-RR", []uint32{6}, []uint32{6, 5, 4}, false, false, 7, 2, true},
		{"S0 T2", 0, 2, "--D--R--R", []uint32{3}, []uint32{3, 2, 1}, false, false, 7, 2, false},
		{"S1 T0", 1, 0, "---SSSRRR", []uint32{12, 1}, []uint32{1, 1, 1}, false, false, 6, 2, true},
		{"S1 begins", 1, 0, "---SSSRRR", []uint32{1}, []uint32{1, 1, 1}, false, true, 6, 2, true},
		{"S1 T1", 1, 1, "----DS-RR", []uint32{6, 1}, []uint32{7, 6, 5}, false, false, 6, 2, true},
		{"S1 T2", 1, 2, "-----D--R", []uint32{3, 1}, []uint32{4, 3, 2}, false, false, 6, 2, false},
		{"S2 T0", 2, 0, "------SSS", []uint32{12, 1}, []uint32{2, 1, 1}, false, false, 4, 2, true},
		{"S2 T1", 2, 1, "-------DS", []uint32{6, 1}, []uint32{8, 7, 6}, false, false, 4, 2, true},
		{"S2 T2", 2, 2, "--------D", []uint32{3, 1}, []uint32{5, 4, 3}, false, false, 4, 2, false},
	}
)

func (w *bitWriter) indications(row *svcRow) {
	for _, c := range row.targets {
		w.write(2, uint32(strings.IndexRune("-DSR", c)))
	}
}

// writeStructure writes a structure whose templates are the rows, of nine targets and three chains.
func (w *bitWriter) writeStructure(rows []svcRow, offset uint32) {
	w.write(6, offset)
	w.write(5, 8)
	for i := range rows {
		switch {
		case i+1 == len(rows):
			w.write(2, 3)
		case rows[i+1].spatial > rows[i].spatial:
			w.write(2, 2)
		default:
			w.write(2, uint32(rows[i+1].temporal-rows[i].temporal))
		}
	}
	for i := range rows {
		w.indications(&rows[i])
	}
	for _, row := range rows {
		for _, r := range row.references {
			w.write(1, 1)
			w.write(4, r-1)
		}
		w.write(1, 0)
	}
	w.write(3, 3) // chain_cnt 3 as ns(10): four bits from 6 on
	for i := range uint32(9) {
		if chain := i / 3; chain == 0 { // ns(3): 0, 10, 11
			w.write(1, 0)
		} else {
			w.write(2, chain+1)
		}
	}
	for _, row := range rows {
		for _, c := range row.chains {
			w.write(4, c)
		}
	}
	w.write(1, 1)
	for i := range uint32(3) {
		w.write(16, 320<<i-1)
		w.write(16, 180<<i-1)
	}
}

// writeFrame writes a descriptor of one packet that is its whole frame; rows not nil: with the structure.
func writeFrame(template, offset uint32, number uint16, structure []svcRow) []byte {
	var w bitWriter
	w.write(2, 3)
	w.write(6, (template+offset)%64)
	w.write(16, uint32(number))
	if structure != nil {
		w.write(5, 16)
		w.writeStructure(structure, offset)
	}
	return w.data
}

func TestDescriptorOfSVC(t *testing.T) {
	for name, rows := range map[string][]svcRow{"L3T3_KEY": l3t3Key, "L3T3": l3t3} {
		for _, offset := range []uint32{0, 60, 63} {
			var s Structure
			for i, row := range rows {
				var structure []svcRow
				if i == 0 {
					structure = rows
				}
				var f Frame
				if err := s.Read(AV1, bytesOf(t, anyAV1), false, writeFrame(uint32(i), offset, 65535+uint16(i), structure), &f); err != nil {
					t.Fatal(err)
				}
				want := Frame{
					Start: true, End: true, Keyframe: row.key, Spatial: row.spatial, Temporal: row.temporal, SwitchUp: row.mayBeginHere || row.temporal == 0,
					Climb: row.climb, Layers: 3, Active: 3, Needed: row.needed, Fresh: row.fresh,
				}
				if row.key {
					want.Width, want.Height = 1280, 720
				}
				d := f.Dependency
				f.Dependency = Dependency{}
				if f != want {
					t.Errorf("%s, %s:\ngot  %+v\nwant %+v", name, row.name, f, want)
				}
				if !d.Present || d.HasStructure != (i == 0) || d.Number != 65535+uint16(i) ||
					!bytes.Equal(d.Chains[:4], []byte{byte(row.chains[0]), byte(row.chains[1]), byte(row.chains[2]), 0}) {
					t.Errorf("%s, %s: %+v", name, row.name, d)
				}
			}
			if s.Size(1) != (Size{640, 360}) {
				t.Errorf("size %v", s.Size(1))
			}
		}
	}
}

// A rewritten descriptor reads as the same frame with the new number, and says which decode targets are left.
func TestDescriptorRewritten(t *testing.T) {
	var s Structure
	read := func(s *Structure, data []byte) Frame {
		var f Frame
		if err := s.Read(VP9, bytesOf(t, "08"+vp9Delta), false, data, &f); err != nil {
			t.Fatal(err)
		}
		return f
	}
	key := writeFrame(0, 7, 65534, l3t3Key)
	for _, tt := range []struct {
		name string
		data []byte
	}{
		{"structure", key},
		{"short", writeFrame(6, 7, 65535, nil)},
		{"bitmask", bitsOf("11 001010 0000000000000001 01000 111111111")},
		{"bitmask and custom fields", bitsOf("10 001010 0000000000000001 01111 000111111 101010101010101010 01 0011 00 00000001 00000010 00000011")},
		{"custom fields", bitsOf("10 001010 0000000000000001 00111 101010101010101010 01 0011 00 00000001 00000010 00000011")},
	} {
		before := s
		f := read(&s, tt.data)
		if !f.Dependency.Present {
			t.Fatalf("%s was not read", tt.name)
		}
		for _, announce := range []bool{false, true} {
			out := f.Dependency.AppendRewritten([]byte{9}, tt.data, 0x1234, announce, 1, 1)[1:]
			if !announce && len(out) != len(tt.data) || len(out) > len(tt.data)+maxDescriptorGrowth {
				t.Errorf("%s: %d bytes became %d", tt.name, len(tt.data), len(out))
			}
			receiver := before
			receiver.number = 0 // of its own stream of numbers
			g := read(&receiver, out)
			if g.Dependency.Number != 0x1234 {
				t.Errorf("%s: number %x", tt.name, g.Dependency.Number)
			}
			wantActive := s.active
			if announce {
				wantActive = 0b000_011_011
				g.Active = f.Active
			}
			if receiver.active != wantActive {
				t.Errorf("%s: active %b, want %b", tt.name, receiver.active, wantActive)
			}
			chains := g.Dependency.Chains
			g.Dependency = f.Dependency
			if g.Width, g.Height = f.Width, f.Height; g != f || chains != f.Dependency.Chains {
				t.Errorf("%s:\ngot  %+v\nwant %+v", tt.name, g, f)
			}
		}
	}
	var none Dependency
	if out := none.AppendRewritten(nil, []byte{1, 2, 3, 4}, 9, true, 0, 0); !bytes.Equal(out, []byte{1, 0, 9, 4}) {
		t.Errorf("what was not read became %x", out)
	}
}

// The fallback where VP9 has no dependency descriptor.
func TestStructureOfVP9(t *testing.T) {
	var s Structure
	for _, tt := range []struct {
		name, payload string
		want          Frame
	}{
		{"key picture, S0", "ba 92 34 10" + vp9ThreeLayers + "00" + vp9Keyframe, Frame{Start: true, Keyframe: true, SwitchUp: true, Climb: 7, Layers: 3, Active: 3, Needed: 0xff, Fresh: true, Width: 1280, Height: 720}},
		{"key picture, S1", "b8 92 34 03" + vp9Delta, Frame{Start: true, Spatial: 1, SwitchUp: true, Layers: 3, Active: 3, Needed: 0xfe, Fresh: true}},
		{"S2 T1 that lets climb", "fc 92 34 35 02" + vp9Delta, Frame{Start: true, End: true, Spatial: 2, Temporal: 1, Climb: 7, Layers: 3, Active: 3, Needed: 0xfc}},
		{"S0 T2", "f8 92 34 40 02" + vp9Delta, Frame{Start: true, Temporal: 2, Climb: 2, Layers: 3, Active: 3, Needed: 0xff}},
		{"a layer more than announced", "f8 92 34 06 02" + vp9Delta, Frame{Start: true, Spatial: 3, SwitchUp: true, Layers: 4, Active: 4, Needed: 0xf8}},
	} {
		var f Frame
		if err := s.Read(VP9, bytesOf(t, tt.payload), false, nil, &f); err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
		if f.VP9 = (VP9Descriptor{}); f != tt.want {
			t.Errorf("%s:\ngot  %+v\nwant %+v", tt.name, f, tt.want)
		}
	}
	if s.Size(0) != (Size{320, 180}) || s.Size(2) != (Size{1280, 720}) {
		t.Errorf("sizes %v", s.sizes)
	}
}

// Chromium's VP8 with L1T3, as it was recorded: beside the header extension the payload says nothing of layers.
func TestDescriptorOfVP8(t *testing.T) {
	var s Structure
	for _, tt := range []struct {
		payload, descriptor string
		marker              bool
		temporal, climb     int8
		start, key, up      bool
	}{
		{"10 d02100 9d012a4001b400", "c000018002044eaaaf2860414d34538a0940404fc02cc0", true, 0, 2, true, true, true},
		{"30 d11b000a1c240c", "c50002", true, 2, 2, true, false, false},
		{"10 d117000a1c240c", "c30003", true, 1, 2, true, false, true},
		{"30 d11c000a1c240c", "c50004", true, 2, 2, true, false, false},
		{"10 b11800e4797877", "c20005", true, 0, 0, true, false, true},
		{"30 f11800031c240c", "8500231220", false, 2, 2, true, false, false},
		{"20 88639de9debb09", "4500231220", true, 2, 2, false, false, false},
		{"10 511200e432081c", "c000131280", true, 0, 2, true, false, true},
	} {
		var f Frame
		if err := s.Read(VP8, bytesOf(t, tt.payload), tt.marker, bytesOf(t, tt.descriptor), &f); err != nil {
			t.Fatal(err)
		}
		if f.Temporal != tt.temporal || f.Climb != tt.climb || f.Start != tt.start || f.End != tt.marker || f.Keyframe != tt.key ||
			f.SwitchUp != tt.up || f.Layers != 1 || f.Spatial != 0 || !f.Dependency.Present || (f.Width == 320) != tt.key {
			t.Errorf("%s: %+v", tt.descriptor, f)
		}
	}
	var f Frame
	if err := s.Read(VP8, bytesOf(t, "90 e0 91 23 07 40 01 02 03"), true, nil, &f); err != nil || f.Temporal != 1 || f.Climb != 1 {
		t.Errorf("without the extension: %+v", f)
	}
}

func TestReadAllocatesNothing(t *testing.T) {
	var s Structure
	var f Frame
	payload, dst := bytesOf(t, anyAV1), make([]byte, 0, 16)
	_ = s.Read(AV1, payload, false, writeFrame(0, 0, 1, l3t3Key), &f)
	delta := writeFrame(6, 0, 2, nil)
	if n := testing.AllocsPerRun(100, func() {
		_ = s.Read(AV1, payload, false, delta, &f)
		f.Dependency.AppendRewritten(dst, delta, 7, true, 1, 2)
	}); n != 0 {
		t.Errorf("%v allocations per packet", n)
	}
}

// FuzzDescriptor reads any two descriptors after each other and rewrites what can be read.
func FuzzDescriptor(f *testing.F) {
	f.Add(writeFrame(0, 0, 1, l3t3Key), writeFrame(6, 0, 2, nil), uint8(1), uint8(2))
	f.Add(bitsOf(append([]string{"10 000101 1111111111111111 10000"}, l1t2...)...), bitsOf("10 000101 0000000000000001 01111 01 1010 01 0011 00 00000001"), uint8(0), uint8(0))
	f.Fuzz(func(t *testing.T, first, second []byte, spatial, temporal uint8) {
		var s Structure
		for _, data := range [][]byte{first, second} {
			before := s
			var frame Frame
			if err := s.Read(VP9, []byte{0x08, 0x86}, true, data, &frame); err != nil {
				t.Fatal(err)
			}
			checkFrame(t, nil, frame)
			if frame.Layers < 1 || frame.Layers > MaxSpatial || frame.Climb < frame.Temporal {
				t.Fatalf("%+v", frame)
			}
			if !frame.Dependency.Present {
				continue
			}
			s1, t1 := int8(spatial%MaxSpatial), int8(temporal%8)
			out := frame.Dependency.AppendRewritten(nil, data, frame.Dependency.Number, true, s1, t1)
			var again Frame
			if err := before.Read(VP9, []byte{0x08, 0x86}, true, out, &again); err != nil || !again.Dependency.Present {
				t.Fatalf("%x was rewritten to %x, which cannot be read", data, out)
			}
			if before.active != s.layout.mask(s1, t1) || again.Dependency.Chains != frame.Dependency.Chains || again.Spatial != frame.Spatial {
				t.Fatalf("%x was rewritten to %x: %+v, %+v", data, out, again, frame)
			}
		}
	})
}
