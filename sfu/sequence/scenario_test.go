package sequence_test

import (
	"container/heap"
	"math/rand/v2"
	"time"

	"salon/sfu/layers"
)

// failer is a *testing.T or a *rapid.T.
type failer interface {
	Helper()
	Fatalf(format string, args ...any)
}

type verb int

const (
	setTarget   verb = iota // to action.layer
	revoke                  // the right, or mute: the publication forwards nothing
	grant                   // the right again
	republish               // the slot is filled by another publication
	needPicture             // a keyframe that nobody waits for
	verbs
)

// action is one line of a script: it happens before a capture.
type action struct {
	capture int
	verb    verb
	layer   layers.Layer
}

// scenario is everything that determines a run.
type scenario struct {
	seed       uint64
	captures   int
	encodings  int
	temporals  int
	descriptor descriptor
	stacking   stacking
	numbered   bool // dependency descriptors, with stacking

	firstSequence  uint16 // of the output
	firstTimestamp uint32
	sequences      []uint16 // first numbers of the encodings, in turn
	timestamps     []uint32
	pictures       []uint16

	loss      float64 // share of packets lost at first
	forever   float64 // share of these that never come
	duplicate float64
	jitter    time.Duration
	script    []action
}

// top is the highest spatial layer.
func (s *scenario) top() int8 {
	if s.stacking != flat {
		return spatials - 1
	}
	return int8(s.encodings - 1)
}

func (s *scenario) clean() bool { return s.loss == 0 && s.jitter == 0 }

// queue is packets in flight by arrival.
type queue []media

func (q queue) Len() int           { return len(q) }
func (q queue) Less(i, j int) bool { return q[i].arrival.Before(q[j].arrival) }
func (q queue) Swap(i, j int)      { q[i], q[j] = q[j], q[i] }
func (q *queue) Push(x any)        { *q = append(*q, x.(media)) }
func (q *queue) Pop() any {
	old := *q
	last := old[len(old)-1]
	*q = old[:len(old)-1]
	return last
}

// run is a scenario that is being played.
type run struct {
	*scenario
	random    *rand.Rand
	published int // encoders made so far
	current   *publication
	flight    queue
	slot      *slot
	calm      bool // the network does no harm
}

// settle is how many captures of clean input end every scenario (P13).
const settle = 90

// play runs a scenario, checks every property on the way and returns the receiving slot for the figures.
func play(t failer, s *scenario) *slot {
	t.Helper()
	r := &run{scenario: s, random: rand.New(rand.NewPCG(s.seed, 1))}
	r.slot = newSlot(t, s)
	r.publish()
	r.slot.fill(r.current)
	script := s.script
	for i := range s.captures {
		for len(script) > 0 && script[0].capture <= i {
			r.act(script[0], i)
			script = script[1:]
		}
		r.capture(i)
	}
	r.calm = true
	r.slot.grant()
	r.slot.setTarget(layers.Layer{Spatial: s.top(), Temporal: layers.MaxTemporal})
	for i := range settle {
		if i == settle/3 {
			r.slot.decoder.decoded = 0
		}
		r.capture(s.captures + i)
	}
	r.slot.finish(settle - settle/3)
	return r.slot
}

func (r *run) publish() {
	p := &publication{scenario: r.scenario, long: r.random.IntN(4) != 0, together: r.random.IntN(2) == 0}
	for i := range r.encodings {
		n := r.published
		r.published++
		p.encoders = append(p.encoders, &encoder{
			publication: p, index: int8(i), random: rand.New(rand.NewPCG(r.seed, uint64(n)+2)),
			number:    1<<32 + uint64(r.sequences[n%len(r.sequences)]),
			timestamp: r.timestamps[n%len(r.timestamps)], pictureID: r.pictures[n%len(r.pictures)] - 1,
			stack: stack{number: r.pictures[n%len(r.pictures)]},
			tl0:   uint8(r.random.Uint32()), key: uint8(r.random.Uint32()) & 0x1f,
		})
	}
	r.current = p
}

func (r *run) act(a action, capture int) {
	switch a.verb {
	case setTarget:
		r.slot.setTarget(a.layer)
	case revoke:
		r.slot.revoked = true
	case grant:
		r.slot.grant()
	case republish:
		r.publish()
		r.slot.fill(r.current)
	case needPicture:
		r.current.request(int8(r.random.IntN(r.encodings)), at(capture))
	}
}

func at(capture int) time.Time { return epochStart.Add(time.Duration(capture) * frameInterval) }

// capture encodes one picture, sends it, and delivers what arrives before the next one.
func (r *run) capture(index int) {
	now := at(index)
	r.slot.capture = index
	if encoding, ok := r.slot.needsKeyframe(now); ok {
		r.current.request(encoding, now)
	}
	for _, e := range r.current.encoders {
		for _, m := range e.capture(index, now) {
			r.send(m)
		}
	}
	for len(r.flight) > 0 && r.flight[0].arrival.Before(at(index+1)) {
		r.slot.receive(heap.Pop(&r.flight).(media))
	}
}

// send puts a packet into the network.
func (r *run) send(m media) {
	if !r.calm {
		if r.jitter > 0 {
			m.arrival = m.arrival.Add(time.Duration(r.random.Int64N(int64(r.jitter))))
		}
		if r.random.Float64() < r.loss {
			if r.random.Float64() < r.forever {
				return
			}
			m.arrival = m.arrival.Add(20*time.Millisecond + time.Duration(r.random.IntN(150))*time.Millisecond)
		}
		if r.random.Float64() < r.duplicate {
			again := m
			again.arrival = m.arrival.Add(time.Duration(r.random.IntN(100)) * time.Millisecond)
			heap.Push(&r.flight, again)
		}
	}
	heap.Push(&r.flight, m)
}
