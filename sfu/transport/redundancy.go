package transport

import (
	"time"

	"salon/sfu/codec"
	"salon/sfu/forward"
	"salon/signaling/protocol"
)

const (
	redundancyInterval = 400 * time.Millisecond // between two decisions: at every wake of a Peer at rest
	// What one earlier payload leaves unrepaired is the square of the loss, two leave its cube: 2.25 % would be 0.05 and
	// 0.001 %, 8 % would be 0.6 and 0.05 %. Below, sound that is made up for 20 ms is not heard.
	oneRedundant = 0.015
	twoRedundant = 0.07
	// redundancyCalm is how long less would have had to suffice: loss comes in spells.
	redundancyCalm = 10 * time.Second
	// redundantShare of the estimate is what earlier payloads may take at most: what gets lost for want of room is not
	// helped by more. One voice twice more fits into the estimate that everybody begins with.
	redundantShare = 1.0 / 3
)

// redundancy is how many earlier payloads each audio packet toward a client carries along.
type redundancy struct {
	distance int
	reason   string
	since    time.Time // since when fewer would do; zero: they would not
}

// next decides for a loss between 0 and 1, given the bit/s of audio payload without what is repeated, and the estimate in
// bit/s. More comes at once, less after a calm; at once as well where there is no room.
func (r redundancy) next(loss float64, audio, estimate int, now time.Time) redundancy {
	wanted := redundancy{reason: "nothing worth it gets lost"}
	switch {
	case loss >= twoRedundant:
		wanted = redundancy{distance: 2, reason: "much gets lost"}
	case loss >= oneRedundant:
		wanted = redundancy{distance: 1, reason: "some gets lost"}
	}
	if wanted.distance < r.distance {
		if r.since.IsZero() {
			r.since = now
		}
		if now.Sub(r.since) < redundancyCalm {
			wanted = redundancy{distance: r.distance, reason: "less gets lost, perhaps for a moment", since: r.since}
		}
	}
	if room := redundantShare * float64(estimate); float64(wanted.distance*audio) > room {
		wanted.distance, wanted.reason = int(room)/max(audio, 1), "the link has no room for more"
	}
	return wanted
}

// soundMeter measures the audio payload that is sent to a client.
type soundMeter struct {
	bytes uint64
	at    time.Time
}

// rate returns the bit/s since the last call, given all bytes so far; 0 at first.
func (m *soundMeter) rate(bytes uint64, now time.Time) int {
	before := *m
	*m = soundMeter{bytes: bytes, at: now}
	if before.at.IsZero() || bytes < before.bytes || !now.After(before.at) {
		return 0
	}
	return int(float64(8*(bytes-before.bytes)) / now.Sub(before.at).Seconds())
}

// repeat decides how many earlier payloads go along and tells the slots whose client reads them.
func (r *estimationRound) repeat(p *Peer, now time.Time) {
	var bytes uint64
	sounds := false
	slots := p.live.Load().slots
	for _, o := range slots {
		if o.redundant() {
			sounds = true
			bytes += o.slot.Info().Bytes
		}
	}
	if !sounds {
		return
	}
	e := p.estimation.estimator.Estimate(now)
	before := r.redundancy
	r.redundancy = before.next(e.Loss, r.sound.rate(bytes, now), e.Bitrate, now)
	if before.distance+r.redundancy.distance == 0 && before.reason == r.redundancy.reason {
		return
	}
	for _, o := range slots {
		if o.redundant() {
			o.slot.SetRedundancy(r.redundancy.distance, r.redundancy.reason)
		}
	}
}

// redundant says whether the slot's client reads payloads that carry earlier ones along.
func (o *outbound) redundant() bool {
	s := o.bound.Load()
	return o.kind == protocol.Audio && s != nil && s.formats[codec.Opus].redundant != 0
}

// redundant returns the earlier payloads that go with a packet: only where that is negotiated, and only as many as leave a
// packet that any path carries.
func redundant(p *forward.Outgoing, types payloadTypes) []codec.Redundant {
	blocks := p.Redundant
	if types.redundant == 0 || len(blocks) == 0 {
		return nil
	}
	for len(blocks) > 0 && codec.REDSize(blocks, p.Payload) > maxRedundantPayload {
		blocks = blocks[1:]
	}
	return blocks
}

// maxRedundantPayload is the largest payload that is made of several, in bytes: with its headers it fits where video does.
const maxRedundantPayload = 1200
