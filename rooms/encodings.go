package rooms

import (
	"time"

	"salon/sfu/allocation"
	"salon/sfu/codec"
	"salon/sfu/layers"
)

const (
	// An encoding has stalled when nothing of it came for stallAfter, while packets of a smaller one came in at least
	// stallBeats looks: a camera's encodings show the same frames. Of a publication with one encoding this can never be
	// said, nor of a screen in which nothing moves: there nothing comes of any.
	stallAfter = 350 * time.Millisecond
	stallBeats = 3
)

// flow is how an encoding's packets come.
type flow struct {
	packets uint64
	at      time.Time // of the last look that found new ones
	beats   int       // looks since then that found new ones of a smaller encoding
}

// look notes how many packets have come. smaller is whether new ones of a smaller encoding have.
func (f *flow) look(packets uint64, smaller bool, now time.Time) (moved bool) {
	switch {
	case packets != f.packets || f.at.IsZero():
		*f = flow{packets: packets, at: now}
		return true
	case smaller:
		f.beats++
	}
	return false
}

func (f *flow) stalled(now time.Time) bool {
	return f.beats >= stallBeats && now.Sub(f.at) >= stallAfter
}

// live is the encodings that are sent, one bit each.
func (p *publication) live() (set uint) {
	for _, e := range p.encodings {
		if e.Live {
			set |= 1 << e.Index
		}
	}
	return set
}

// measure notes what a publication sends, at most once per fast tick: all receivers ask at the same time.
func (p *publication) measure(now time.Time) {
	if p.media == nil || now.Sub(p.measuredAt) < fastTick/2 {
		return
	}
	p.measuredAt = now
	p.encodings, p.payload = p.encodings[:0], 0
	smaller := false
	info := p.media.Info()
	p.codec = codec.FromMIME("video/" + info.Codec)
	for _, e := range info.Encodings {
		if e.Index < 0 || e.Index >= layers.MaxEncodings {
			continue
		}
		p.payload += e.Bitrate
		f := &p.flows[e.Index]
		moved := f.look(e.Packets, smaller, now)
		live := e.Live && !f.stalled(now)
		p.encodings = append(p.encodings, allocation.Encoding{
			Index: e.Index, Width: e.Width, Height: e.Height, Live: live, Bitrates: e.Bitrates,
			Rests: !live && (e.Live || e.Index > p.wanted.Max || now.Sub(p.raisedAt) < eagerFor),
		})
		smaller = smaller || moved
	}
}
