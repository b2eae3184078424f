package rooms

import (
	"slices"
	"time"

	"salon/rooms/policy"
	"salon/sfu/allocation"
	"salon/sfu/codec"
	"salon/sfu/forward"
	"salon/sfu/layers"
	"salon/signaling/protocol"
)

// publication is a source that a participant offers to the room.
type publication struct {
	owner  *Participant
	source protocol.Source
	muted  bool
	media  *forward.Publication // nil while no Peer carries it
	counts streamCounts         // at the previous Stats

	encodings  []allocation.Encoding // what was sent at measuredAt
	payload    int                   // bit/s of RTP payload, of all encodings together
	codec      codec.Codec           // in which it was sent; Unknown before the first packet
	flows      [layers.MaxEncodings]flow
	measuredAt time.Time

	wanted     allocation.Wanted // encodings of a video publication that the room wants
	wantedSaid int8              // the Max that the publisher was told; nothingSaid: none
	codecSaid  string            // the codec that it was told with it
	raisedAt   time.Time         // when it was told a larger one than before
}

func (p *publication) describe() protocol.Publication {
	return protocol.Publication{Source: p.source, Muted: p.muted || p.held()}
}

// mayPass is the one place that decides whether a publication's packets are forwarded: it is on offer, which is being
// in a participant's list, it is not muted, and its participant has the right now.
func (p *publication) mayPass() bool {
	return !p.muted && p.owner.may(policy.Source(p.source).Right()).Allowed
}

// held says that the publication is neither muted nor forwarded: its participant waits for the floor.
func (p *publication) held() bool { return !p.muted && !p.mayPass() }

// bind makes media carry the publication, and stops what carried it before.
func (p *publication) bind(media *forward.Publication) {
	if p.media != media {
		p.unbind()
		p.media, p.counts, p.measuredAt = media, streamCounts{}, time.Time{}
		p.encodings, p.codec, p.flows = nil, codec.Unknown, [layers.MaxEncodings]flow{}
		p.wanted, p.wantedSaid, p.raisedAt = allocation.WantAll(len(media.Encodings()), time.Now()), nothingSaid, time.Time{}
	}
	p.enforce()
}

// unbind leaves the publication without media; what carried it is not forwarded any more.
func (p *publication) unbind() {
	if p.media != nil {
		p.media.SetForwarding(false)
	}
	p.media = nil
}

// enforce tells the forwarder what mayPass says.
func (p *publication) enforce() {
	if p.media != nil {
		p.media.SetForwarding(p.mayPass())
	}
}

// used counts what the room carries, with a view to one more publication of p.
func (r *room) used(p *Participant) (u policy.Used) {
	for _, o := range r.people {
		for _, pub := range o.publications {
			switch pub.source {
			case protocol.Camera:
				u.Cameras++
				if o == p {
					u.OwnCameras++
				}
			case protocol.Screen:
				u.Screens++
			}
		}
	}
	return u
}

// published returns the participant's publication of a source, or nil.
func (p *Participant) published(source protocol.Source) *publication {
	for _, pub := range p.publications {
		if pub.source == source {
			return pub
		}
	}
	return nil
}

func (p *Participant) publish(m protocol.Publish) error {
	source := m.Source
	if d := p.mayOffer(source); !d.Allowed {
		return forbidden(d)
	}
	media := p.media.bound[source]
	if media == nil {
		return refuse(protocol.ErrNoSource, "offer a section for this source first")
	}
	pub := p.published(source)
	if pub != nil {
		return p.mute(protocol.Mute(m))
	}
	if d := policy.Fits(p.room.rules.policy, p.room.used(p), policy.Source(source)); !d.Allowed {
		return forbidden(d)
	}
	pub = &publication{owner: p, source: source, muted: m.Muted}
	p.publications = append(p.publications, pub)
	pub.bind(media)
	p.room.registry.counters.publications.Add(1)
	p.room.reveal(p)
	p.room.rearrange()
	return nil
}

func (p *Participant) mute(m protocol.Mute) error {
	pub := p.published(m.Source)
	if pub == nil {
		return refuse(protocol.ErrNotPublished, "publish this source first")
	}
	if pub.muted == m.Muted {
		return nil
	}
	p.setMuted(pub, m.Muted)
	p.room.rearrange()
	return nil
}

// setMuted mutes a publication or undoes that. The caller rearranges.
func (p *Participant) setMuted(pub *publication, muted bool) {
	pub.muted = muted
	pub.enforce()
	if muted {
		p.room.speech.forget(content{p.id, pub.source})
	}
	p.room.reveal(p)
}

func (p *Participant) unpublish(m protocol.Unpublish) error {
	pub := p.published(m.Source)
	if pub == nil {
		return refuse(protocol.ErrNotPublished, "this source is not published")
	}
	p.end(pub)
	p.room.rearrange()
	return nil
}

// silence leaves a publication without media.
func (p *Participant) silence(pub *publication) {
	pub.unbind()
	p.room.speech.forget(content{p.id, pub.source})
}

// end takes a publication away. The caller rearranges.
func (p *Participant) end(pub *publication) {
	p.silence(pub)
	p.publications = slices.DeleteFunc(p.publications, func(o *publication) bool { return o == pub })
	p.room.registry.counters.publications.Add(-1)
	p.room.reveal(p)
}

// lookup returns the publication that a content names, or nil.
func (r *room) lookup(c content) *publication {
	if p := r.byID[c.participant]; p != nil {
		return p.published(c.source)
	}
	return nil
}
