package codec

import (
	"bytes"
	"errors"
	"testing"
)

// The bytes of RFC 2198 3, by hand: two earlier payloads of payload type 111, 1,920 and 960 units before.
var goldenRED = []byte{
	0x80 | 111, 0x1e, 0x00, 0x02, // 1920<<2 = 0x1e00, length 2
	0x80 | 111, 0x0f, 0x00, 0x03, // 960<<2 = 0x0f00, length 3
	111,
	1, 2,
	3, 4, 5,
	6, 7, 8, 9,
}

func TestREDGolden(t *testing.T) {
	earlier := []Redundant{
		{PayloadType: 111, Offset: 1920, Payload: []byte{1, 2}},
		{PayloadType: 111, Offset: 960, Payload: []byte{3, 4, 5}},
	}
	own := []byte{6, 7, 8, 9}
	if got := AppendRED(nil, 111, earlier, own); !bytes.Equal(got, goldenRED) || len(got) != REDSize(earlier, own) {
		t.Errorf("wrote % x (size %d), want % x", got, REDSize(earlier, own), goldenRED)
	}
	var r RED
	if err := r.Parse(goldenRED); err != nil {
		t.Fatal(err)
	}
	if r.PayloadType != 111 || !bytes.Equal(r.Payload, own) || len(r.Redundant) != 2 {
		t.Fatalf("read %+v", r)
	}
	for i, want := range earlier {
		if got := r.Redundant[i]; got.PayloadType != want.PayloadType || got.Offset != want.Offset || !bytes.Equal(got.Payload, want.Payload) {
			t.Errorf("block %d is %+v, want %+v", i, got, want)
		}
	}
}

func TestREDLimits(t *testing.T) {
	largest := Redundant{PayloadType: 127, Offset: MaxRedundantOffset, Payload: bytes.Repeat([]byte{7}, MaxRedundantLength)}
	var r RED
	if err := r.Parse(AppendRED(nil, 127, []Redundant{largest}, []byte{1})); err != nil {
		t.Fatal(err)
	}
	if got := r.Redundant[0]; got.Offset != MaxRedundantOffset || len(got.Payload) != MaxRedundantLength || got.PayloadType != 127 || r.PayloadType != 127 {
		t.Errorf("read offset %d, %d bytes of type %d", got.Offset, len(got.Payload), got.PayloadType)
	}
	for name, c := range map[string]struct {
		payload []byte
		want    error
	}{
		"nothing":               {nil, ErrTruncated},
		"only its own header":   {[]byte{111}, ErrEmpty},
		"header cut":            {[]byte{0xef, 0, 0}, ErrTruncated},
		"no own header":         {[]byte{0xef, 0, 0, 1}, ErrTruncated},
		"earlier payload cut":   {[]byte{0xef, 0, 0, 2, 111, 1}, ErrTruncated},
		"nothing of its own":    {[]byte{0xef, 0, 0, 2, 111, 1, 2}, ErrEmpty},
		"too many":              {append(bytes.Repeat([]byte{0xef, 0, 0, 0}, MaxRedundant+1), 111, 1), ErrReserved},
		"own only":              {[]byte{111, 1}, nil},
		"as many as are read":   {append(bytes.Repeat([]byte{0xef, 0, 0, 0}, MaxRedundant), 111, 1), nil},
		"an empty earlier one":  {[]byte{0xef, 0, 4, 0, 111, 1}, nil},
		"two, the first empty ": {[]byte{0xef, 0, 8, 0, 0xef, 0, 4, 1, 111, 9, 1}, nil},
	} {
		if err := r.Parse(c.payload); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

func TestREDAllocatesNothing(t *testing.T) {
	earlier := []Redundant{{Offset: 960, Payload: make([]byte, 80)}}
	own, buffer := make([]byte, 80), make([]byte, 0, 1500)
	var r RED
	if n := testing.AllocsPerRun(1000, func() {
		buffer = AppendRED(buffer[:0], 111, earlier, own)
		if r.Parse(buffer) != nil {
			t.Fatal("what was written cannot be read")
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func FuzzRED(f *testing.F) {
	f.Add(goldenRED)
	f.Add([]byte{111, 1})
	f.Add([]byte{0xef, 0xff, 0xff, 0xff, 111})
	f.Fuzz(func(t *testing.T, payload []byte) {
		var r RED
		if err := r.Parse(payload); err != nil {
			if r.Payload != nil || r.Redundant != nil {
				t.Fatalf("%+v is left after %v", r, err)
			}
			return
		}
		total := len(r.Payload) + 1
		for _, b := range r.Redundant {
			if b.Offset > MaxRedundantOffset || len(b.Payload) > MaxRedundantLength || b.PayloadType > 127 {
				t.Fatalf("read %+v", b)
			}
			total += len(b.Payload) + redHeader
		}
		if total > len(payload) || len(r.Payload) == 0 {
			t.Fatalf("%d bytes were read of %d", total, len(payload))
		}
		var again RED
		if err := again.Parse(AppendRED(nil, r.PayloadType, r.Redundant, r.Payload)); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(again.Payload, r.Payload) || len(again.Redundant) != len(r.Redundant) {
			t.Fatalf("read %+v, then %+v", r, again)
		}
	})
}
