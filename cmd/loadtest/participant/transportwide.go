package participant

import (
	"encoding/binary"
	"sync"
	"time"

	"github.com/pion/interceptor/pkg/twcc"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"
)

// feedbackEvery is how often the server is told what arrived: libwebrtc's pace above 220 kbit/s.
const feedbackEvery = 50 * time.Millisecond

// transportWide notes when each packet arrived, of all slots and their RTX together, for the server's estimate of the
// bandwidth (draft-holmer-rmcat-transport-wide-cc-extensions-01).
type transportWide struct {
	begin time.Time

	mu       sync.Mutex // leaf
	recorder *twcc.Recorder
}

func newTransportWide(sender uint32, begin time.Time) *transportWide {
	return &transportWide{begin: begin, recorder: twcc.NewRecorder(sender)}
}

// note takes a packet whose number is in the header extension with the id. Without such a number nothing happens.
func (t *transportWide) note(h *rtp.Header, id uint8, now time.Time) {
	if id == 0 || !h.Extension {
		return
	}
	number := h.GetExtension(id)
	if len(number) < transportBytes {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.recorder.Record(h.SSRC, binary.BigEndian.Uint16(number), now.Sub(t.begin).Microseconds())
}

// feedback returns what arrived since the last call, and what did not.
func (t *transportWide) feedback() []rtcp.Packet {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.recorder.BuildFeedbackPacket()
}
