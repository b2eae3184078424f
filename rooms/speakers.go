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
	active    active    // who speaks, for the layers of their picture
}

// takesOver is how long somebody must speak louder than the active speaker, who speaks as well, to become that.
const takesOver = 2 * time.Second

// active is who speaks, one at a time and for as long as nobody else does.
type active struct {
	speaker, previous string
	challenger        string
	since             time.Time // that the challenger leads
}

// follow judges who is speaking now, the loudest first.
func (a active) follow(speaking []string, now time.Time) active {
	switch {
	case len(speaking) == 0 || speaking[0] == a.speaker:
		a.challenger = ""
	case !slices.Contains(speaking, a.speaker):
		return active{speaker: speaking[0], previous: a.speaker}
	case a.challenger != speaking[0]:
		a.challenger, a.since = speaking[0], now
	case now.Sub(a.since) >= takesOver:
		return active{speaker: speaking[0], previous: a.speaker}
	}
	return a
}

// seenBy is the active speaker as a participant sees it: whoever speaks sees who spoke before.
func (a active) seenBy(participant string) string {
	if a.speaker == participant {
		return a.previous
	}
	return a.speaker
}

// voices is who speaks, as far as layers depend on it. It never changes.
type voices struct {
	speaker, previous string
	speaking          []string
}

func (s *speakers) voices() voices { return voices{s.active.speaker, s.active.previous, s.speaking} }

func (v voices) equal(other voices) bool {
	return v.speaker == other.speaker && v.previous == other.previous && slices.Equal(v.speaking, other.speaking)
}

// rank orders participants by how they speak, the least first: those who do not are equal.
func (s *speakers) rank(c content) int {
	if at := slices.Index(s.speaking, c.participant); at >= 0 {
		return at
	}
	return len(s.speaking)
}

// forget takes a publication out: it was muted, ended, or nothing carries it any more.
func (s *speakers) forget(c content) {
	s.detector.Remove(c)
	s.loudest = slices.DeleteFunc(s.loudest, func(o content) bool { return o == c })
}

// voicesHeard is how many are heard at once: as many as the server and the room's rules both allow.
func (r *room) voicesHeard() int {
	return min(r.registry.config.Limits.AudioSlots, r.rules.policy.Limits.Speakers)
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
	loudest := r.speech.detector.Loudest(r.voicesHeard(), r.speech.loudest, now)
	changed := !sameSet(loudest, r.speech.loudest)
	r.speech.loudest = loudest
	r.tellSpeakers()
	r.speech.active = r.speech.active.follow(r.speech.speaking, now)
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
	s := protocol.Speakers{Participants: []string{}}
	for _, id := range p.room.speech.speaking {
		if p.seesContent(content{id, protocol.Microphone}) {
			s.Participants = append(s.Participants, id)
		}
	}
	p.session.show(s)
}

func sameSet[T comparable](a, b []T) bool {
	return len(a) == len(b) && !slices.ContainsFunc(a, func(v T) bool { return !slices.Contains(b, v) })
}
