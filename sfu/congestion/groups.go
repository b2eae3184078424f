package congestion

import "time"

const (
	// burstInterval: what is sent within it counts as one group (draft-ietf-rmcat-gcc-02 4.2): a frame's packets.
	burstInterval = 5 * time.Millisecond
	// maxBurst bounds a group that the network, not the sender, pressed together.
	maxBurst = 100 * time.Millisecond
	// arrivalJump between two groups means that the receiver's clock was set, or that the network was away.
	arrivalJump = 3 * time.Second
)

// group is packets that were sent, or came, together.
type group struct {
	firstSent, lastSent       time.Duration
	firstArrival, lastArrival time.Duration
	used                      bool
}

// variation is how two neighbouring groups differ.
type variation struct {
	sent, arrival time.Duration // between the last packets of both
	at            time.Duration // arrival of the newer one
}

// groups collects arrivals into groups and compares each with the one before it.
type groups struct {
	current, previous group
}

// add takes the next arrival; ok says that a group was completed and can be compared with its predecessor. Packets that
// were sent before the current group are reordered and passed over.
func (g *groups) add(a arrival) (v variation, ok bool) {
	if !g.current.used {
		g.current = start(a)
		return v, false
	}
	if a.sent < g.current.firstSent {
		return v, false
	}
	if g.current.takes(a) {
		g.current.lastSent = max(g.current.lastSent, a.sent)
		g.current.lastArrival = max(g.current.lastArrival, a.at)
		return v, false
	}
	if g.previous.used {
		v = variation{
			sent:    g.current.lastSent - g.previous.lastSent,
			arrival: g.current.lastArrival - g.previous.lastArrival,
			at:      g.current.lastArrival,
		}
		ok = v.arrival >= 0
		if v.arrival-v.sent > arrivalJump || v.arrival < -arrivalJump {
			*g = groups{}
			ok = false
		}
	}
	g.previous, g.current = g.current, start(a)
	return v, ok
}

func start(a arrival) group {
	return group{firstSent: a.sent, lastSent: a.sent, firstArrival: a.at, lastArrival: a.at, used: true}
}

// takes says whether a packet belongs to the group: it was sent within the interval, or caught up with it on the way,
// as packets do that waited together for a radio link.
func (g *group) takes(a arrival) bool {
	if a.sent-g.firstSent <= burstInterval {
		return true
	}
	gap := a.at - g.lastArrival
	return gap <= burstInterval && gap-(a.sent-g.lastSent) < 0 && a.at-g.firstArrival < maxBurst
}
