package forward

import (
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/rtcp"

	"salon/sfu/layers"
	"salon/signaling/protocol"
)

// PublicationConfig says what a publication is made of.
type PublicationConfig struct {
	Kind     protocol.Kind
	RIDs     []string // of its encodings, smallest first; empty: one encoding without RID
	Upstream Upstream
	Clock    *WallClock // of the publisher; nil: of this publication alone
}

// Publication is the media of one source of one participant. Forwarding is off until [Publication.SetForwarding].
type Publication struct {
	kind      protocol.Kind
	upstream  Upstream
	clock     *WallClock
	encodings []*Encoding // never changes

	forwarding atomic.Bool // the right and the mute state, checked per packet
	level      atomic.Uint32
	refused    atomic.Uint64 // packets that came while forwarding was off
	malformed  atomic.Uint64 // packets whose payload could not be parsed

	subscriptions atomic.Pointer[[]*subscription] // copy on write; read per packet without a lock

	mu     sync.Mutex // leaf; serialises writers of subscriptions
	closed bool
}

// silent is RFC 6464's lowest level; levels are -dBov, so a smaller number is louder.
const silent = 127

// NewPublication returns a publication that forwards nothing yet.
func NewPublication(c PublicationConfig) *Publication {
	p := &Publication{kind: c.Kind, upstream: c.Upstream, clock: c.Clock}
	if p.clock == nil {
		p.clock = &WallClock{}
	}
	p.level.Store(silent)
	p.subscriptions.Store(&[]*subscription{})
	rids := c.RIDs
	if len(rids) == 0 {
		rids = []string{""}
	}
	for i, rid := range rids {
		p.encodings = append(p.encodings, newEncoding(p, int8(i), rid))
	}
	return p
}

// Kind says whether the publication is audio or video.
func (p *Publication) Kind() protocol.Kind { return p.kind }

func (p *Publication) audio() bool { return p.kind == protocol.Audio }

// Encodings returns the encodings, smallest first.
func (p *Publication) Encodings() []*Encoding { return p.encodings }

// SetForwarding says whether packets may pass: the right of the publisher and the mute state in one. It acts on the
// next packet; turning it on again makes every receiver wait for a keyframe.
func (p *Publication) SetForwarding(on bool) {
	if p.forwarding.Load() == on {
		return
	}
	for _, e := range p.encodings {
		e.forgetGroup()
	}
	if p.forwarding.Swap(on) == on || !on {
		return
	}
	for _, s := range *p.subscriptions.Load() {
		s.reset()
	}
	p.wake()
}

// Forwarding says whether packets may pass now.
func (p *Publication) Forwarding() bool { return p.forwarding.Load() }

// ObserveLevel notes the RFC 6464 level of a packet, 0 (loudest) to 127 (silence).
func (p *Publication) ObserveLevel(level uint8) {
	for {
		was := p.level.Load()
		if uint32(level) >= was || p.level.CompareAndSwap(was, uint32(level)) {
			return
		}
	}
}

// Level returns the loudest level since the last call, 127 when nothing was heard or forwarding is off.
func (p *Publication) Level() uint8 {
	level := p.level.Swap(silent)
	if !p.forwarding.Load() {
		return silent
	}
	return uint8(level)
}

// forward hands packets to every subscription, all of them to one after the other. It runs on the publisher's receiving
// goroutine and takes no lock of the publication.
func (p *Publication) forward(packets []packet) {
	if !p.forwarding.Load() {
		p.refused.Add(uint64(len(packets)))
		return
	}
	for _, s := range *p.subscriptions.Load() {
		s.receive(packets)
	}
}

// Close stops forwarding for good and empties the slots that the publication fills.
func (p *Publication) Close() {
	p.forwarding.Store(false)
	p.mu.Lock()
	p.closed = true
	subscriptions := *p.subscriptions.Swap(&[]*subscription{})
	p.mu.Unlock()
	for _, s := range subscriptions {
		s.slot.clear(s)
	}
}

// subscribe begins to hand packets to s; false when the publication is closed.
func (p *Publication) subscribe(s *subscription) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return false
	}
	list := append(slices.Clone(*p.subscriptions.Load()), s)
	p.subscriptions.Store(&list)
	return true
}

func (p *Publication) unsubscribe(s *subscription) {
	p.mu.Lock()
	defer p.mu.Unlock()
	list := slices.DeleteFunc(slices.Clone(*p.subscriptions.Load()), func(o *subscription) bool { return o == s })
	p.subscriptions.Store(&list)
}

// layered returns the encoding that carries several spatial layers now, nil when none does.
func (p *Publication) layered(now time.Time) *Encoding {
	for _, e := range p.encodings {
		if e.layered(now) {
			return e
		}
	}
	return nil
}

// carrier returns the index of the encoding on which a layer's Spatial is sent.
func (p *Publication) carrier(spatial int8) int8 {
	if e := p.layered(time.Now()); e != nil {
		return e.index
	}
	return min(spatial, int8(len(p.encodings)-1))
}

// top returns the greatest Spatial that a layer can have.
func (p *Publication) top() int8 {
	if p.layered(time.Now()) != nil {
		return layers.MaxSpatial - 1
	}
	return int8(len(p.encodings) - 1)
}

// wantKeyframe asks for a keyframe of one encoding; requests of many receivers become one.
func (p *Publication) wantKeyframe(encoding int8, now time.Time) {
	if p.audio() || int(encoding) >= len(p.encodings) || encoding < 0 {
		return
	}
	if p.encodings[encoding].wantKeyframe(now) {
		p.wake()
	}
}

func (p *Publication) wake() {
	if p.upstream != nil {
		p.upstream.Wake()
	}
}

// Feedback collects what a Peer has to tell its publisher in one round. The caller sets the first two fields.
type Feedback struct {
	SenderSSRC uint32
	Reports    bool // receiver reports are due

	Packets          []rtcp.Packet
	Blocks           []rtcp.ReceptionReport
	NACKs            uint64 // packets asked for again
	KeyframeRequests uint64
	Missing          bool // packets are missing: the next round should come soon

	due []uint64 // scratch
}

// AppendFeedback adds what the publication has to tell its publisher now: keyframe requests that a receiver waits for
// (repeated until they are answered), NACKs, and receiver report blocks.
func (p *Publication) AppendFeedback(f *Feedback, now time.Time, rtt time.Duration) {
	if !p.audio() && p.forwarding.Load() {
		for _, s := range *p.subscriptions.Load() {
			if encoding, ok := s.needsKeyframe(); ok {
				p.encodings[encoding].wantKeyframe(now)
			}
		}
	}
	for _, e := range p.encodings {
		e.appendFeedback(f, now, rtt)
	}
}

// Receiving says whether any encoding received a packet lately.
func (p *Publication) Receiving(now time.Time) bool {
	return slices.ContainsFunc(p.encodings, func(e *Encoding) bool {
		e.mu.Lock()
		defer e.mu.Unlock()
		return e.meter.live(now)
	})
}
