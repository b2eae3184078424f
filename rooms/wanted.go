package rooms

import (
	"time"

	"salon/signaling/protocol"
)

// nothingSaid stands for an index that the publisher was not told yet.
const nothingSaid = -1

// rest lets encodings go that nobody has needed for a while. Only when everybody's needs have just been noted: a room
// that was held up must not take its own silence for theirs.
func (r *room) rest(now time.Time) {
	for _, p := range r.people {
		for _, pub := range p.publications {
			pub.wanted = pub.wanted.Rested(now)
		}
	}
}

// tellWanted tells publishers which encodings the room wants, where that changed, and looks closely for those that are
// to begin: a tile waits for them.
func (r *room) tellWanted(now time.Time) {
	for _, p := range r.people {
		for _, pub := range p.publications {
			if pub.wantedSaid >= 0 && pub.wanted.Max > pub.wantedSaid {
				pub.raisedAt = now
			}
			p.tellWanted(pub)
			if pub.awaited(now) {
				r.eager = true
			}
		}
	}
}

// tellWanted tells the participant what the room wants of its publication, unless it knows.
func (p *Participant) tellWanted(pub *publication) {
	if pub.media == nil || pub.source.Kind() != protocol.Video {
		return
	}
	name := p.room.codecOf(pub.source)
	if pub.wantedSaid == pub.wanted.Max && pub.codecSaid == name || !pub.simulcast() && name == "" {
		return
	}
	pub.wantedSaid, pub.codecSaid = pub.wanted.Max, name
	p.session.show(protocol.Encodings{Source: pub.source, Max: int(pub.wanted.Max), Codec: name})
}

// sendWanted tells the participant what the room wants of all its publications, as if it knew nothing.
func (p *Participant) sendWanted() {
	for _, pub := range p.publications {
		pub.wantedSaid = nothingSaid
		p.tellWanted(pub)
	}
}

// simulcast says whether the publication has encodings that could rest.
func (p *publication) simulcast() bool {
	return p.source.Kind() == protocol.Video && p.media != nil && len(p.media.Encodings()) > 1
}

// awaited says whether the publisher was asked for a larger encoding lately, and it has not come.
func (p *publication) awaited(now time.Time) bool {
	if p.muted || now.Sub(p.raisedAt) >= eagerFor {
		return false
	}
	for _, e := range p.encodings {
		if e.Index == p.wanted.Max && e.Live {
			return false
		}
	}
	return true
}
