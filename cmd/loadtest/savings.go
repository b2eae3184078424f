package main

import (
	"salon/cmd/loadtest/participant"
	"salon/signaling/protocol"
)

// savings tell how much video was spared by sending to each only what its screen shows, and by letting encodings rest
// that nobody watches. Shares are 0 to 1; RTP payload counts, retransmissions and probing at the receivers included.
type savings struct {
	ReceivedKbit float64 `json:"received_kbit_per_second"` // video, by each participant
	OfAll        float64 `json:"received_of_all"`          // of all encodings of all others
	OfLargest    float64 `json:"received_of_largest"`      // of the largest encoding of all others
	Uplink       float64 `json:"uplink"`                   // sent of what all encodings cost, by all publishers
	Unwatched    int     `json:"unwatched_publishers"`     // whose largest encoding was sent to nobody, all the time
	UplinkThere  float64 `json:"unwatched_uplink"`         // the same, by those
}

// video is what one participant sent and received.
type video struct {
	received, sent  uint64 // bytes
	offered         uint64 // ... that all encodings cost, those included that rested
	largest         uint64 // ... that the largest encoding cost
	largestSent     uint64
	largestPossible bool // there are several encodings
}

func videoOf(s *participant.Stats) video {
	var v video
	for i := range s.Slots {
		if s.Slots[i].Kind == protocol.Video {
			v.received += s.Slots[i].Bytes
		}
	}
	encodings := s.Sent.Encodings
	for i, e := range encodings {
		if e.Source.Kind() != protocol.Video {
			continue
		}
		v.sent += e.Bytes
		v.offered += e.Bytes + e.Rested
		if i+1 == len(encodings) || encodings[i+1].Source != e.Source { // smallest first
			v.largest += e.Bytes + e.Rested
			v.largestSent += e.Bytes
			v.largestPossible = v.largestPossible || i > 0 && encodings[i-1].Source == e.Source
		}
	}
	return v
}

// since returns the difference.
func (v video) since(from video) video {
	v.received -= from.received
	v.sent -= from.sent
	v.offered -= from.offered
	v.largest -= from.largest
	v.largestSent -= from.largestSent
	return v
}

// videos returns what everybody has sent and received so far.
func (c *crowd) videos() map[*participant.Participant]video {
	c.mu.Lock()
	people := append([]*participant.Participant(nil), c.people...)
	c.mu.Unlock()
	all := make(map[*participant.Participant]video, len(people))
	for _, p := range people {
		s := p.Stats()
		all[p] = videoOf(&s)
	}
	return all
}

// savingsBetween compares two moments of rooms with so many participants each; nil when nobody sent video.
func savingsBetween(from, to map[*participant.Participant]video, perRoom int, seconds float64) *savings {
	var sum, unwatched video
	s := &savings{}
	for p, now := range to {
		before, there := from[p]
		if !there {
			continue
		}
		v := now.since(before)
		sum.received += v.received
		sum.sent += v.sent
		sum.offered += v.offered
		sum.largest += v.largest
		if v.largestPossible && v.largestSent == 0 && v.offered > 0 {
			s.Unwatched++
			unwatched.sent += v.sent
			unwatched.offered += v.offered
		}
	}
	if sum.offered == 0 || perRoom < 2 {
		return nil
	}
	others := float64(perRoom - 1) // who could get what one sends
	s.ReceivedKbit = float64(sum.received) * 8 / 1000 / seconds / float64(len(to))
	s.OfAll = float64(sum.received) / (float64(sum.offered) * others)
	s.OfLargest = float64(sum.received) / (float64(sum.largest) * others)
	s.Uplink = float64(sum.sent) / float64(sum.offered)
	if unwatched.offered > 0 {
		s.UplinkThere = float64(unwatched.sent) / float64(unwatched.offered)
	}
	return s
}
