package oracle

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"testing"
)

// media is one encoding as libvpx wrote it: a loop of frames, the first of them a keyframe.
type media struct {
	name          string
	fourcc        string // VP80 or VP90
	width, height int
	frames        [][]byte
}

const (
	ivfHeader   = 32 // bytes of a file's header; the fourcc is at 8, the size in pixels at 12
	frameHeader = 12 // bytes of a frame's: its size and its number
)

// readMedia reads a file of testdata.
func readMedia(t *testing.T, name string) *media {
	t.Helper()
	b, err := os.ReadFile("testdata/" + name + ".ivf")
	if err != nil {
		t.Fatal(err)
	}
	m := &media{
		name: name, fourcc: string(b[8:12]),
		width: int(binary.LittleEndian.Uint16(b[12:])), height: int(binary.LittleEndian.Uint16(b[14:])),
	}
	for b = b[ivfHeader:]; len(b) > frameHeader; {
		end := frameHeader + int(binary.LittleEndian.Uint32(b))
		m.frames = append(m.frames, b[frameHeader:end])
		b = b[end:]
	}
	return m
}

// writeIVF returns a file that a decoder reads: the frames one after the other, whatever their sizes.
func writeIVF(fourcc string, frames [][]byte) []byte {
	var b bytes.Buffer
	b.WriteString("DKIF")
	for _, n := range []uint16{0, ivfHeader} {
		_ = binary.Write(&b, binary.LittleEndian, n)
	}
	b.WriteString(fourcc)
	for _, n := range []uint32{288 | 192<<16, 30, 1, uint32(len(frames)), 0} { // the size is a hint only
		_ = binary.Write(&b, binary.LittleEndian, n)
	}
	for i, f := range frames {
		_ = binary.Write(&b, binary.LittleEndian, uint32(len(f)))
		_ = binary.Write(&b, binary.LittleEndian, uint64(i))
		b.Write(f)
	}
	return b.Bytes()
}

// origin says which frame of which encoding something is. Frames are numbered within the loop.
type origin struct {
	publication, encoding, frame int
}

// catalogue knows every frame by its bytes.
type catalogue map[string]origin

// newCatalogue lists the frames of all publications' encodings, which must differ.
func newCatalogue(t *testing.T, publications [][]*media) catalogue {
	t.Helper()
	c := catalogue{}
	for p, encodings := range publications {
		for e, m := range encodings {
			for f, frame := range m.frames {
				if twin, known := c[string(frame)]; known {
					t.Fatalf("frame %d of %s is the same as %+v: nothing would be proved", f, m.name, twin)
				}
				c[string(frame)] = origin{p, e, f}
			}
		}
	}
	return c
}

func (o origin) String() string {
	return fmt.Sprintf("frame %d of publication %d, encoding %d", o.frame, o.publication, o.encoding)
}
