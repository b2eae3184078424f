package rooms

import (
	"time"

	"salon/sfu/allocation"
	"salon/sfu/congestion"
	"salon/signaling/protocol"
)

const (
	// feedbackPatience is how long a receiver that has told nothing of its link gets no more than the estimate begins
	// with. Browsers tell within 200 ms and report within 2.5 s. Who tells nothing at all never will, and gets what it
	// shows: an old player must not stay with the smallest picture.
	feedbackPatience = 5 * time.Second
	// burstShare of a second: what the earlier pictures of new tiles may take on the link, together.
	burstShare = 4
	// riseTime is how long after a rise by a third another one is waited for: probes double an estimate twice a second.
	riseTime = 700 * time.Millisecond
	// oneVoice is kept free for whoever begins to speak, in bit/s on the wire.
	oneVoice = 40_000
)

// link is what the room makes of the way to a participant. Owned by the room's goroutine.
type link struct {
	heard  bool      // the receiver has told something, once
	since  time.Time // since when video is sent to a receiver that has told nothing; zero: none was
	budget int       // bit/s for video, allocation.Unlimited for a receiver that tells nothing
	most   int       // bit/s that the last picture may take
	audio  int       // bit/s
	burst  int       // bytes that may be sent at once for what begins; 0: no limit
	used   int       // bit/s of the video that was decided
	limit  int       // bit/s that a viewer gets at most, 0: no limit
	mark   int       // budget from which rises are counted
	rose   time.Time // when it last rose by much
}

// next judges a new estimate. sends is whether there is video to send.
func (l link) next(e congestion.Estimate, audio int, sends bool, now time.Time) link {
	l.audio, l.burst, l.most = audio, 0, 0
	l.heard = l.heard || e.Received > 0 || e.State != congestion.Starting && e.State != congestion.Silent
	if l.since.IsZero() && sends {
		l.since = now
	}
	switch {
	case l.heard || l.since.IsZero() || now.Sub(l.since) < feedbackPatience:
		video := allocation.Budget(e.Bitrate, audio, l.limit)
		l.budget, l.most = video.Budget, video.Most
	case l.limit > 0:
		l.budget = max(l.limit-audio, 0)
	default:
		l.budget = allocation.Unlimited
	}
	l.mark, l.rose = l.climb(now)
	if l.budget != allocation.Unlimited {
		l.burst = max(e.Bitrate/8/burstShare, 1)
	}
	return l
}

// climb notes when the budget rises by much.
func (l link) climb(now time.Time) (mark int, rose time.Time) {
	switch {
	case l.mark > 0 && l.budget/13*10 > l.mark:
		return l.budget, now
	case l.mark == 0 || l.budget < l.mark:
		return l.budget, l.rose
	}
	return l.mark, l.rose
}

// rising says whether the next probe may show yet more: an encoding that is chosen before is replaced soon after.
func (l link) rising(now time.Time) bool { return now.Sub(l.rose) < riseTime }

// want is what would be sent if the link carried everything, with what allocation keeps free. In bit/s.
func (l link) want(ideal int) int {
	want := (ideal + l.audio) / 10 * 13
	if l.limit > 0 {
		want = min(want, l.limit/10*13)
	}
	return want
}

// room is what the link has for a tile that takes some bit/s already.
func (l link) room(taken int) int {
	if l.budget == allocation.Unlimited {
		return allocation.Unlimited
	}
	return l.budget - l.used + taken
}

// budget looks at the participant's link and returns what it has for video, in bit/s.
func (p *Participant) budget(sends bool, now time.Time) int {
	if !p.media.connected || p.media.peer == nil {
		p.link = link{budget: allocation.Unlimited}
		return p.link.budget
	}
	p.link.limit = p.room.viewerLimit()
	p.link = p.link.next(p.media.peer.Estimate(), p.sound(now), sends, now)
	return p.link.budget
}

// viewerLimit is what one participant gets at most, in bit/s: as much as the server and the room's rules both allow; 0: what its
// link carries.
func (r *room) viewerLimit() int {
	server, rules := r.registry.config.Limits.ViewerBitrate, 1000*r.rules.policy.Limits.PerViewerKbps
	if server == 0 || rules == 0 {
		return max(server, rules)
	}
	return min(server, rules)
}

// sound is what the participant's audio slots take, in bit/s, at least one voice where there is any. What packets carry
// along of earlier ones is payload over again.
func (p *Participant) sound(now time.Time) (sum int) {
	for _, s := range p.media.audio {
		pub := p.room.lookup(s.holds)
		if pub == nil || pub.media == nil || pub.muted || s.sink.Kind() != protocol.Audio {
			continue
		}
		pub.measure(now)
		sum = max(sum, 1)
		for _, e := range pub.encodings {
			if n := len(e.Bitrates); n > 0 {
				sum += e.Bitrates[n-1]
			}
		}
		sum += s.sink.Redundancy() * pub.payload
	}
	if sum > 0 {
		sum = max(sum, oneVoice)
	}
	return sum
}
