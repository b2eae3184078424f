package simulation

import (
	"math/rand/v2"
	"time"

	"salon/sfu/congestion"
)

// minWait is between two steps up of a forwarder.
const minWait = 700 * time.Millisecond

const audioRate = audioSize * 8 * 50

// encoder follows the estimate within its bounds, as a browser's video encoder does.
type encoder struct {
	least, most int // bit/s
	rate        float64
}

func (s *encoder) adapt(e congestion.Estimate, _ time.Duration) int {
	goal := float64(min(max(s.least, int(0.95*float64(e.Bitrate))-audioRate), s.most))
	if s.rate == 0 || goal < s.rate {
		s.rate = goal
	}
	s.rate += 0.5 * (goal - s.rate)
	return s.most
}

func (s *encoder) next(_ time.Duration, random *rand.Rand) ([]int, time.Duration) {
	const pause = time.Second / 30
	bytes := s.rate / 8 * pause.Seconds() * (1 + 0.15*random.NormFloat64())
	return split(int(bytes)), pause
}

// split cuts a frame into packets of nearly the same size.
func split(bytes int) []int {
	bytes = max(60, bytes)
	n := (bytes + packetSize - 1) / packetSize
	sizes := make([]int, n)
	for i := range sizes {
		sizes[i] = max(60, bytes/n)
	}
	return sizes
}

// forwarder chooses among the encodings of several publications, as the server does: down at once, up only with a
// reserve, one at a time, and a longer while after a step up that did not last.
type forwarder struct {
	encodings    []int // bit/s, ascending
	publications []forwarded
	raised       time.Duration // the last step up
	wait         time.Duration // before the next one
	roomSince    time.Duration // the budget has been large enough for so long
	room         bool
	turn         int
	switches     int
	full         bool // every publication is at its largest encoding
}

type forwarded struct {
	layer    int // -1: paused
	keyframe bool
}

func newForwarder(publications int, encodings ...int) *forwarder {
	f := &forwarder{encodings: encodings, publications: make([]forwarded, publications), wait: minWait}
	for i := range f.publications {
		f.publications[i].layer = -1
	}
	return f
}

func (s *forwarder) rate(layer int) int {
	if layer < 0 {
		return 0
	}
	return s.encodings[layer]
}

func (s *forwarder) total() (bits int) {
	for _, p := range s.publications {
		bits += s.rate(p.layer)
	}
	return bits
}

func (s *forwarder) adapt(e congestion.Estimate, now time.Duration) int {
	budget := int(0.95*float64(e.Bitrate)) - audioRate
	fell := false
	for s.total() > budget && s.lower() {
		fell = true
	}
	if fell {
		if now-s.raised < 5*time.Second {
			s.wait = min(2*s.wait, 10*time.Second)
		}
		s.raised = now
	}
	s.raise(budget, now)
	return len(s.publications) * s.encodings[len(s.encodings)-1]
}

// lower takes the largest step down there is; false when all are paused.
func (s *forwarder) lower() bool {
	best := -1
	for i, p := range s.publications {
		if p.layer >= 0 && (best < 0 || p.layer >= s.publications[best].layer) {
			best = i
		}
	}
	if best < 0 {
		return false
	}
	s.set(best, s.publications[best].layer-1)
	return true
}

// raise takes the smallest step up when there has been room for it for half a second.
func (s *forwarder) raise(budget int, now time.Duration) {
	best := -1
	for i, p := range s.publications {
		if p.layer < len(s.encodings)-1 && (best < 0 || p.layer < s.publications[best].layer) {
			best = i
		}
	}
	s.full = best < 0
	if best < 0 {
		return
	}
	layer := s.publications[best].layer
	need := s.total() - s.rate(layer) + s.rate(layer+1)
	if float64(budget) < 1.15*float64(need) {
		s.room = false
		return
	}
	if !s.room {
		s.room, s.roomSince = true, now
	}
	if now-s.roomSince < 300*time.Millisecond || now-s.raised < s.wait {
		return
	}
	s.set(best, layer+1)
	s.raised, s.room = now, false
	if s.wait > minWait {
		s.wait -= s.wait / 8
	}
}

func (s *forwarder) set(i, layer int) {
	s.publications[i] = forwarded{layer: layer, keyframe: true}
	s.switches++
}

func (s *forwarder) next(_ time.Duration, random *rand.Rand) ([]int, time.Duration) {
	pause := time.Second / 30 / time.Duration(len(s.publications))
	s.turn = (s.turn + 1) % len(s.publications)
	p := &s.publications[s.turn]
	if p.layer < 0 {
		return nil, pause
	}
	bytes := float64(s.rate(p.layer)) / 8 / 30 * (1 + 0.2*random.NormFloat64())
	if p.keyframe {
		bytes *= 4
		p.keyframe = false
	}
	return split(int(bytes)), pause
}
