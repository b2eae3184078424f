package speech

import (
	"cmp"
	"slices"
	"time"
)

// louder is by how many dB, smoothed over about a second, somebody must be louder than the holder of a slot to take it.
// Somebody who begins to speak is that much louder than a silent holder at once, and than a speaking one only when the
// voice is much stronger, or lasts while the holder's pauses.
const louder = 6

// Detector tells who is speaking from RFC 6464 levels, with hysteresis: 300 ms of speech to become a speaker, 1.5 s of
// silence to stop being one. The zero value is ready. It keeps one small record per key until Remove, so its bound is
// the number of microphones. Not safe for concurrent use; the room's goroutine owns it.
type Detector[K comparable] struct {
	members map[K]*member
	order   uint64 // of the next new key
}

// ranked is a key with its score at one moment.
type ranked[K comparable] struct {
	key    K
	member *member
	score  float64
}

// Observe notes the loudest level of k since the last Observe: 0 is the loudest, 127 is silence (-dBov, RFC 6464 3). It
// should be called every 50 to 200 ms; a longer gap counts as silence. The first observation of a key only starts its
// clock.
func (d *Detector[K]) Observe(k K, level uint8, now time.Time) {
	m := d.members[k]
	if m == nil {
		if d.members == nil {
			d.members = map[K]*member{}
		}
		m = &member{order: d.order, at: now, lastVoice: now}
		d.order++
		d.members[k] = m
	}
	m.observe(level, now)
}

// Remove forgets k.
func (d *Detector[K]) Remove(k K) { delete(d.members, k) }

// Speakers returns who is speaking now, the loudest of the last second first; among equals, who was observed first.
func (d *Detector[K]) Speakers(now time.Time) []K {
	var speakers []ranked[K]
	for k, m := range d.members {
		if m.speaks(now) {
			speakers = append(speakers, ranked[K]{k, m, m.scoreAt(now)})
		}
	}
	slices.SortFunc(speakers, byLoudness[K])
	return keys(speakers)
}

// Loudest returns the at most n keys that deserve the audio slots. Current holders keep theirs, and their place in the
// result, unless somebody is clearly louder for a while: then that key takes the place of the quietest holder. Free
// slots go to the loudest of the others, silent ones too, so that the first word of somebody who begins is not lost.
// Keys in held that were removed, or never observed, lose their slots. Loudest changes nothing and may be asked for
// several receivers.
func (d *Detector[K]) Loudest(n int, held []K, now time.Time) []K {
	n = max(n, 0)
	holders := make([]ranked[K], 0, len(held))
	isHolder := make(map[K]bool, len(held))
	for _, k := range held {
		if m := d.members[k]; m != nil && !isHolder[k] {
			isHolder[k] = true
			holders = append(holders, ranked[K]{k, m, m.scoreAt(now)})
		}
	}
	for len(holders) > n { // fewer slots than before
		i := quietestOf(holders)
		delete(isHolder, holders[i].key)
		holders = slices.Delete(holders, i, i+1)
	}
	var others []ranked[K]
	for k, m := range d.members {
		if !isHolder[k] {
			others = append(others, ranked[K]{k, m, m.scoreAt(now)})
		}
	}
	slices.SortFunc(others, byLoudness[K])
	free := min(n-len(holders), len(others))
	holders = append(holders, others[:free]...)
	replace(holders, others[free:])
	return keys(holders)
}

// replace lets each challenger, the loudest first, take the place of the quietest holder if the difference is clear.
func replace[K comparable](holders, challengers []ranked[K]) {
	for _, c := range challengers {
		if len(holders) == 0 {
			return
		}
		i := quietestOf(holders)
		if c.score < holders[i].score+louder {
			return // whoever follows is quieter still
		}
		if c.member.activity >= claimAfter {
			holders[i] = c
		}
	}
}

func quietestOf[K comparable](r []ranked[K]) int {
	quietest := 0
	for i := range r {
		if byLoudness(r[i], r[quietest]) > 0 {
			quietest = i
		}
	}
	return quietest
}

// byLoudness orders the loudest first, then who was observed first: no two members are equal.
func byLoudness[K comparable](a, b ranked[K]) int {
	return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.member.order, b.member.order))
}

func keys[K comparable](r []ranked[K]) []K {
	if len(r) == 0 {
		return nil
	}
	out := make([]K, len(r))
	for i := range r {
		out[i] = r[i].key
	}
	return out
}
