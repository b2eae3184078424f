package participant

import (
	"time"

	"salon/signaling/protocol"
)

// wantedEncodings takes the room's word about which encodings of a source it can use.
func (m *media) wantedEncodings(e protocol.Encodings) {
	if s := m.section(e.Source); s != nil {
		s.wanted.Store(int32(e.Max))
	}
}

// wants says whether an encoding is to be sent, as a browser would.
func (s *section) wants(encoding int, all bool) bool { return all || encoding <= int(s.wanted.Load()) }

// rest counts what a frame would have cost that is not sent since nobody wants it.
func (e *encoding) rest() {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.bound == nil {
		return
	}
	e.rested = true
	e.counts.rested.Add(uint64(e.video.layer.Kbps * 1000 / 8 / e.video.fps))
}

// asked counts the keyframe requests of an encoding. The feedback goroutine alone uses it.
type asked struct {
	recent []time.Time // within the last second, oldest first
}

// peak notes a request and returns how many came within the second that ends with it.
func (a *asked) peak(now time.Time) int {
	for len(a.recent) > 0 && now.Sub(a.recent[0]) >= time.Second {
		a.recent = a.recent[1:]
	}
	a.recent = append(a.recent, now)
	return len(a.recent)
}
