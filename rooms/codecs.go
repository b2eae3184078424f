package rooms

import (
	"slices"
	"strings"
	"time"

	"salon/sfu/codec"
	"salon/signaling/protocol"
)

// betterAfter is how long everybody must be able to decode a codec that is preferred to the current one before
// publishers are asked for it: who comes and goes must not make them change all the time.
const betterAfter = 10 * time.Second

// reasonCodec is the reason of a slot whose receiver cannot decode what is published; the publisher is asked for
// another codec.
const reasonCodec = "codec not decodable"

// common returns the first codec that every receiver can decode, Unknown where there is none.
func common(preference []codec.Codec, receivers []codec.Set) codec.Codec {
	for _, c := range preference {
		if !slices.ContainsFunc(receivers, func(s codec.Set) bool { return !s.Has(c) }) {
			return c
		}
	}
	return codec.Unknown
}

// choice is the codec that a room wants of a source's publishers. It is a value.
type choice struct {
	now   codec.Codec // Unknown: the publisher's own
	next  codec.Codec // preferred to now, and possible since
	since time.Time
}

// toward returns the choice after the room has looked: what everybody can decode at once where the current codec is not
// among it, else what is preferred when it has stayed possible for a while.
func (c choice) toward(best codec.Codec, preference []codec.Codec, now time.Time) choice {
	worse := func(a, b codec.Codec) bool { return slices.Index(preference, a) > slices.Index(preference, b) }
	switch {
	case c.now == codec.Unknown || best == codec.Unknown || worse(best, c.now):
		return choice{now: best}
	case best == c.now:
		return choice{now: c.now}
	case best != c.next:
		return choice{now: c.now, next: best, since: now}
	case now.Sub(c.since) >= betterAfter:
		return choice{now: best}
	}
	return c
}

// chooseCodecs looks at what everybody here can decode.
func (r *room) chooseCodecs(now time.Time) {
	var receivers []codec.Set
	for _, p := range r.people {
		if len(p.media.video) > 0 {
			receivers = append(receivers, p.media.decodes)
		}
	}
	for source, preference := range r.registry.config.Codecs {
		if len(receivers) > 0 {
			r.codecs[source] = r.codecs[source].toward(common(preference, receivers), preference, now)
		}
	}
}

// codecOf is the codec that the room wants of a source, as the protocol spells it; "" for the publisher's own.
func (r *room) codecOf(source protocol.Source) string {
	if c := r.codecs[source].now; c != codec.Unknown {
		return strings.ToLower(c.String())
	}
	return ""
}

// decodable says whether the participant can decode what a publication sends.
func (p *Participant) decodable(pub *publication) bool {
	return pub.codec == codec.Unknown || p.media.decodes == 0 || p.media.decodes.Has(pub.codec)
}
