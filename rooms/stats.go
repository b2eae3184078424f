package rooms

import (
	"time"

	"salon/sfu/forward"
	"salon/signaling/protocol"
)

// streamCounts are the numbers of a stream at one time; the difference of two tells what happened in between.
type streamCounts struct{ packets, bytes, lost uint64 }

// since returns what happened since an earlier time. Counts that went back, because a stream began anew, say nothing.
func (c streamCounts) since(earlier streamCounts) streamCounts {
	return streamCounts{grown(c.packets, earlier.packets), grown(c.bytes, earlier.bytes), grown(c.lost, earlier.lost)}
}

func grown(now, earlier uint64) uint64 {
	if now < earlier {
		return 0
	}
	return now - earlier
}

// bitrate is in bit/s.
func (c streamCounts) bitrate(over time.Duration) int {
	if over <= 0 {
		return 0
	}
	return int(float64(c.bytes*8) / over.Seconds())
}

// loss is the part that was lost, 0 to 1, of received (for what comes in) or of sent packets.
func loss(lost, of uint64) float64 {
	if of == 0 {
		return 0
	}
	return min(float64(lost)/float64(of), 1)
}

// sendStats tells every participant what its streams did since the last time.
func (r *room) sendStats(now time.Time) {
	over := now.Sub(r.statsWas)
	r.statsWas = now
	for _, p := range r.people {
		s := protocol.Stats{Up: []protocol.StreamStats{}, Down: []protocol.StreamStats{}}
		for _, pub := range p.publications {
			if pub.media != nil {
				s.Up = append(s.Up, pub.stats(p.id, over))
			}
		}
		for _, slot := range p.media.video {
			if slot.media != nil {
				s.Down = append(s.Down, slot.stats(over))
			}
		}
		if len(s.Up)+len(s.Down) > 0 {
			p.session.show(s)
		}
	}
}

// stats measures what the server received of a publication.
func (p *publication) stats(participant string, over time.Duration) protocol.StreamStats {
	info := p.media.Info()
	counts := countsOf(info)
	d := counts.since(p.counts)
	p.counts = counts
	s := protocol.StreamStats{Participant: participant, Source: p.source, Bitrate: d.bitrate(over), Loss: loss(d.lost, d.packets+d.lost)}
	for _, e := range info.Encodings {
		if e.Live && e.Height >= s.Height {
			s.Width, s.Height = e.Width, e.Height
		}
	}
	return s
}

func countsOf(info forward.PublicationInfo) (c streamCounts) {
	for _, e := range info.Encodings {
		c.packets += grown(e.Packets, e.Recovered)
		c.bytes += e.Bytes
		c.lost += e.Lost
	}
	return c
}

// stats measures what a slot sent and its receiver missed.
func (s *slot) stats(over time.Duration) protocol.StreamStats {
	info := s.sink.Info()
	counts := streamCounts{info.Packets, info.Bytes, info.Lost}
	d := counts.since(s.counts)
	s.counts = counts
	return protocol.StreamStats{
		Participant: s.holds.participant, Source: s.holds.source, Bitrate: d.bitrate(over),
		Loss: loss(d.lost, d.packets), Width: info.Width, Height: info.Height,
	}
}
