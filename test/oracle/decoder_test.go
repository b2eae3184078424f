package oracle

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// picture is the sum of a decoded picture's pixels.
type picture [sha256.Size]byte

// decoder returns the path of libvpx's decoder.
func decoder(t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath("vpxdec")
	if err != nil && os.Getenv("CI") == "" {
		t.Skip("vpxdec is missing: install Debian's vpx-tools (test/prerequisites does)")
	}
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// decode decodes frames and hands every picture to see, which knows how large it must be.
func decode(t *testing.T, fourcc string, frames [][]byte, size func(i int) (width, height int), see func(i int, p picture)) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "frames.ivf")
	if err := os.WriteFile(file, writeIVF(fourcc, frames), 0o600); err != nil {
		t.Fatal(err)
	}
	c := exec.Command(decoder(t), "--i420", "--rawvideo", "-o", "-", file)
	var complaints bytes.Buffer
	c.Stderr = &complaints
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	n, pixels := 0, bufio.NewReaderSize(out, 1<<20)
	var buffer []byte
	for ; n < len(frames); n++ {
		width, height := size(n)
		buffer = append(buffer[:0], make([]byte, width*height*3/2)...)
		if _, err := io.ReadFull(pixels, buffer); err != nil {
			break
		}
		see(n, sha256.Sum256(buffer))
	}
	more, _ := io.Copy(io.Discard, pixels)
	if err := c.Wait(); err != nil || n < len(frames) || more > 0 {
		t.Fatalf("libvpx decoded %d of %d frames and %d bytes more (%v):\n%s", n, len(frames), more, errors.Unwrap(err), complaints.String())
	}
}

// pictures decodes an encoding by itself.
func pictures(t *testing.T, m *media) []picture {
	t.Helper()
	seen := make([]picture, len(m.frames))
	decode(t, m.fourcc, m.frames, func(int) (int, int) { return m.width, m.height }, func(i int, p picture) { seen[i] = p })
	return seen
}
