package sequence

import (
	"cmp"
	"slices"
	"time"
)

const (
	// reorderTolerance is how long a missing packet may merely be reordered.
	reorderTolerance = 10 * time.Millisecond
	// minNACKInterval is the least time between two requests for one packet, for round trips near zero.
	minNACKInterval = 20 * time.Millisecond
	// unknownPatience is that time while the round trip is not known, as of publishers that receive nothing. All requests
	// together last as long as a packet is waited for: were they used up sooner, a long path could not answer in time.
	unknownPatience = maxMissingAge / maxNACKs
	// maxNACKs and maxMissingAge bound the requests for one packet: afterwards a keyframe is cheaper.
	maxNACKs      = 10
	maxMissingAge = 500 * time.Millisecond
	// maxMissing bounds the packets that are missing at once: a second of video at 4 Mbit/s. A larger gap is given up.
	maxMissing = 512
)

// missing is a packet that has not come.
type missing struct {
	sequence uint64
	since    time.Time
	asked    time.Time // the newest request
	requests int
}

// Losses finds gaps in the extended sequence numbers of an encoding and says when to ask for what is missing (generic
// NACK, RFC 4585 6.2.1). Its zero value is ready. It is not safe for concurrent use.
type Losses struct {
	any     bool
	newest  uint64
	missing []missing // by sequence number, at most maxMissing
	gaveUp  int       // since the last Due
}

// Received notes a packet, also one that came as a retransmission.
func (l *Losses) Received(sequence uint64, now time.Time) {
	switch {
	case !l.any:
		l.any, l.newest = true, sequence
	case sequence > l.newest:
		l.gap(l.newest+1, sequence, now)
		l.newest = sequence
	default:
		l.found(sequence)
	}
}

// gap notes that the numbers from..to-1 are missing.
func (l *Losses) gap(from, to uint64, now time.Time) {
	count := to - from
	if count > maxMissing {
		l.gaveUp += len(l.missing) + int(count)
		l.missing = l.missing[:0]
		return
	}
	if surplus := len(l.missing) + int(count) - maxMissing; surplus > 0 {
		l.gaveUp += surplus
		l.missing = append(l.missing[:0], l.missing[surplus:]...)
	}
	for n := from; n < to; n++ {
		l.missing = append(l.missing, missing{sequence: n, since: now})
	}
}

func (l *Losses) found(sequence uint64) {
	i, ok := slices.BinarySearchFunc(l.missing, sequence, func(m missing, n uint64) int { return cmp.Compare(m.sequence, n) })
	if ok {
		l.missing = slices.Delete(l.missing, i, i+1)
	}
}

// Pending says whether Due has something to tell, now or later.
func (l *Losses) Pending() bool { return len(l.missing) > 0 || l.gaveUp > 0 }

// patience is how long to wait for an answer.
func patience(rtt time.Duration) time.Duration {
	if rtt == 0 {
		return unknownPatience
	}
	return max(minNACKInterval, rtt+rtt/2)
}

// Due appends to dst the numbers to ask for now, in ascending order, and returns it. GaveUp counts the packets that were
// given up since the last call: a keyframe is needed then. Rtt is the round trip to the sender, 0 when unknown.
func (l *Losses) Due(now time.Time, rtt time.Duration, dst []uint64) (due []uint64, gaveUp int) {
	interval := patience(rtt)
	kept := l.missing[:0]
	for _, m := range l.missing {
		ripe := now.Sub(m.since) >= reorderTolerance
		if m.requests > 0 {
			ripe = now.Sub(m.asked) >= interval
		}
		if now.Sub(m.since) >= maxMissingAge || ripe && m.requests == maxNACKs {
			l.gaveUp++
			continue
		}
		if ripe {
			m.requests++
			m.asked = now
			dst = append(dst, m.sequence)
		}
		kept = append(kept, m)
	}
	l.missing = kept
	gaveUp, l.gaveUp = l.gaveUp, 0
	return dst, gaveUp
}
