package transport

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/pion/rtp"
)

func TestAlign(t *testing.T) {
	for name, c := range map[string]struct {
		sizes []int
		want  []uint8
	}{
		"equal sizes":                        {[]int{1100, 1100, 1100}, []uint8{0, 0, 0}},
		"larger ones last, as browsers cut":  {[]int{1100, 1100, 1101, 1101}, []uint8{1, 1, 0, 0}},
		"the last may be shorter":            {[]int{1101, 1101, 1100}, []uint8{0, 0, 0}},
		"and one much shorter follows":       {[]int{1101, 1100, 300}, []uint8{0, 1, 0}},
		"a larger one follows":               {[]int{1101, 1100, 1190}, []uint8{0, 0, 0}},
		"too far apart":                      {[]int{1100, 1106}, []uint8{0, 0}},
		"two frames":                         {[]int{1100, 1101, 900, 901}, []uint8{1, 0, 1, 0}},
		"small packets, as audio has":        {[]int{100, 101}, []uint8{0, 0}},
		"an extension in the first":          {[]int{1097, 1100, 1100}, []uint8{3, 0, 0}},
		"a packet of another stream's size?": {[]int{0, 1, 2}, []uint8{0, 0, 0}},
		"a lone packet":                      {[]int{1000}, []uint8{0}},
	} {
		pads := make([]uint8, len(c.sizes))
		align(c.sizes, pads)
		if fmt.Sprint(pads) != fmt.Sprint(c.want) {
			t.Errorf("%s: %v padded by %v, want %v", name, c.sizes, pads, c.want)
		}
	}
}

// browserSizes are the packets of one frame as libwebrtc cuts it: sizes differ by one byte at most, the larger ones are
// last.
func browserSizes(bytes, limit int) []int {
	count := (bytes + limit - 1) / limit
	sizes := make([]int, count)
	for i := range sizes {
		sizes[i] = bytes / count
		if i >= count-bytes%count {
			sizes[i]++
		}
	}
	return sizes
}

// runs is how many messages the kernel needs for packets of these sizes.
func runs(sizes []int) int {
	n, size, open := 0, 0, false
	for _, s := range sizes {
		if !open || s > size {
			n, size, open = n+1, s, true
			continue
		}
		open = s == size
	}
	return n
}

// A browser's frame becomes one message, for at most one byte in every packet but the last.
func TestFramesBecomeOneMessage(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	before, after, padded, total := 0, 0, 0, 0
	for range 10_000 {
		sizes := browserSizes(minPadded+random.IntN(8000), 1160)
		pads := make([]uint8, len(sizes))
		before += runs(sizes)
		align(sizes, pads)
		for i := range sizes {
			total += sizes[i]
			sizes[i] += int(pads[i])
			padded += int(pads[i])
		}
		n := runs(sizes)
		after += n
		if n != 1 && sizes[0] >= minPadded {
			t.Fatalf("%v needs %d messages", sizes, n)
		}
	}
	t.Logf("%.2f messages for a frame before, %.2f now; %.3f %% more bytes", float64(before)/10_000, float64(after)/10_000, 100*float64(padded)/float64(total))
}

// What receivers get of packets that differ by a byte has one size on the wire and the same payload as before.
func TestPaddedPacketsKeepTheirPayload(t *testing.T) {
	f := newFlow(t, 2)
	_, pion := keyPair(t, 16)
	sizes := []int{1000, 1000, 1001, 1001}
	for _, size := range sizes {
		f.resize(size)
		f.send()
	}
	f.read(len(sizes))
	for n, size := range sizes {
		raw := f.receivers[0].read(t)
		var packet rtp.Packet
		plain, err := pion.DecryptRTP(nil, raw, nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := packet.Unmarshal(plain); err != nil {
			t.Fatal(err)
		}
		if want := 1001 - size; int(packet.PaddingSize) != want || packet.Padding != (want > 0) {
			t.Errorf("packet %d has %d bytes of padding, want %d", n, packet.PaddingSize, want)
		}
		f.resize(size)
		if !bytes.Equal(packet.Payload, f.plain[headerSize:]) {
			t.Errorf("packet %d: the payload is another, %d bytes of %d", n, len(packet.Payload), size)
		}
	}
	if got := len(f.at.sockets[0].batch.messages); got != 2 {
		t.Errorf("%d messages for 2 receivers", got)
	}
}
