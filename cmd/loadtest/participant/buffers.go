package participant

import (
	"io"
	"time"

	"github.com/pion/transport/v4/packetio"
)

// newBuffer is Pion's buffer factory: one call for each SSRC from which, or about which, something came.
func (m *media) newBuffer(kind packetio.BufferPacketType, ssrc uint32) io.ReadWriteCloser {
	if kind == packetio.RTCPBufferPacket {
		return &feedbackBuffer{media: m, ssrc: ssrc}
	}
	return &mediaBuffer{media: m, ssrc: ssrc}
}

// mediaBuffer takes the packets of one SSRC in the goroutine that decrypted them. Nothing is read from it.
type mediaBuffer struct {
	media *media
	ssrc  uint32
	slot  *slot // once known; an SSRC does not move
}

// Write takes one RTP packet.
func (b *mediaBuffer) Write(packet []byte) (int, error) {
	if lose := b.media.options.LoseIn; lose != nil && len(packet) >= 4 && lose(b.ssrc, uint16(packet[2])<<8|uint16(packet[3])) {
		return len(packet), nil
	}
	if b.slot == nil {
		b.slot = b.media.routes.Load().slots[b.ssrc]
	}
	if b.slot == nil {
		b.media.strangers.Add(1)
		return len(packet), nil
	}
	b.slot.receive(packet, time.Now())
	return len(packet), nil
}

// Read implements io.Reader: there is nothing to read.
func (*mediaBuffer) Read([]byte) (int, error) { return 0, io.EOF }

// Close implements io.Closer.
func (*mediaBuffer) Close() error { return nil }
