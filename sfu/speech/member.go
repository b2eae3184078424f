package speech

import (
	"math"
	"time"
)

const (
	// A level this loud or louder (-dBov) is speech. Speech through a browser's gain control lies between 15 and 40, a
	// room through its noise suppression between 55 and 127.
	speechLevel = 45

	startAfter = 300 * time.Millisecond  // of speech to become a speaker: a knock or a cough is shorter
	stopAfter  = 1500 * time.Millisecond // of silence to stop being one: pauses between sentences are shorter
	claimAfter = 200 * time.Millisecond  // of speech to claim somebody else's slot, sooner, so that little is cut off

	// longestStep is how long one observation counts: the time since the one before, but no more. What a level says of
	// a longer time is unknown, and counts as silence.
	longestStep = 250 * time.Millisecond

	// smoothing is the time constant of the score. Within it a voice that begins reaches 63 % of its loudness, and one
	// that ends falls to 37 %.
	smoothing = time.Second
	// quietest is the level of score 0: whatever is quieter competes for nothing.
	quietest = 80

	silence = 127 // RFC 6464 3: the lowest level there is
)

// member is what is known of one key. All times are those of the last observation.
type member struct {
	order     uint64        // of the first observation; breaks ties
	at        time.Time     // last observation
	score     float64       // loudness in dB above quietest, smoothed
	activity  time.Duration // speech gathered, 0..startAfter; shrinks half as fast in silence
	speaking  bool
	lastVoice time.Time // of the last observation of speech
}

func (m *member) observe(level uint8, now time.Time) {
	level = min(level, silence)
	elapsed := max(0, now.Sub(m.at))
	step := min(elapsed, longestStep)
	m.quiet(elapsed - step)
	m.score = approach(m.score, float64(quietest)-float64(min(level, quietest)), step)
	if level <= speechLevel {
		m.activity = min(m.activity+step, startAfter)
	} else {
		m.activity = max(0, m.activity-step/2)
	}
	m.at = later(m.at, now)
	if m.speaking && !m.speaks(now) {
		m.speaking = false
	}
	if m.activity >= startAfter {
		m.speaking = true
	}
	if level <= speechLevel {
		m.lastVoice = later(m.lastVoice, now)
	}
}

// quiet lets a time without observations pass.
func (m *member) quiet(d time.Duration) {
	m.score = approach(m.score, 0, d)
	m.activity = max(0, m.activity-d/2)
}

// speaks says whether the member is a speaker now.
func (m *member) speaks(now time.Time) bool {
	return m.speaking && now.Sub(m.lastVoice) < stopAfter
}

// scoreAt returns the score now: without observations it stays for one step, then it falls.
func (m *member) scoreAt(now time.Time) float64 {
	return approach(m.score, 0, now.Sub(m.at)-longestStep)
}

// approach moves a value toward another one, by the part of the way that d is worth.
func approach(from, to float64, d time.Duration) float64 {
	if d <= 0 {
		return from
	}
	return to + (from-to)*math.Exp(-float64(d)/float64(smoothing))
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
