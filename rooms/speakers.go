package rooms

import (
	"slices"
	"time"

	"salon/sfu/speech"
	"salon/signaling/protocol"
)

// speakers knows who is speaking in a room and who deserves to be heard. Owned by the room's goroutine.
type speakers struct {
	detector  speech.Detector[content]
	listening bool      // somebody publishes audio that is not muted
	loudest   []content // those who deserve the audio slots
	speaking  []string  // participants whose microphone speaks, loudest first, as of the newest Speakers message
	orderAt   time.Time // when the order of speaking may be told again
}

// forget takes a publication out: it was muted, ended, or nothing carries it any more.
func (s *speakers) forget(c content) {
	s.detector.Remove(c)
	s.loudest = slices.DeleteFunc(s.loudest, func(o content) bool { return o == c })
}

// listen reads the levels of what was heard since the last time, and says what follows from them.
func (r *room) listen(now time.Time) {
	if !r.speech.listening {
		return
	}
	for _, p := range r.people {
		for _, pub := range p.publications {
			if pub.source.Kind() == protocol.Audio && pub.media != nil && !pub.muted {
				r.speech.detector.Observe(content{p.id, pub.source}, pub.media.Level(), now)
			}
		}
	}
	loudest := r.speech.detector.Loudest(r.registry.config.Limits.AudioSlots, r.speech.loudest, now)
	changed := !sameSet(loudest, r.speech.loudest)
	r.speech.loudest = loudest
	r.tellSpeakers()
	if changed {
		sounds := r.sounds()
		for _, p := range r.people {
			p.arrange(sounds)
		}
	}
}

// tellSpeakers tells everybody who is speaking: at once when that changed, and twice a second when only the order did.
func (r *room) tellSpeakers() {
	now := time.Now()
	s := &r.speech
	speaking := []string{}
	for _, c := range s.detector.Speakers(now) {
		if c.source == protocol.Microphone {
			speaking = append(speaking, c.participant)
		}
	}
	if slices.Equal(speaking, s.speaking) || sameSet(speaking, s.speaking) && now.Before(s.orderAt) {
		return
	}
	s.speaking, s.orderAt = speaking, now.Add(slowTick)
	for _, p := range r.people {
		p.sendSpeakers()
	}
}

// sendSpeakers tells one participant who is speaking.
func (p *Participant) sendSpeakers() {
	p.session.show(protocol.Speakers{Participants: append([]string{}, p.room.speech.speaking...)})
}

func sameSet[T comparable](a, b []T) bool {
	return len(a) == len(b) && !slices.ContainsFunc(a, func(v T) bool { return !slices.Contains(b, v) })
}
