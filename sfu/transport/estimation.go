package transport

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/rtcp"

	"salon/sfu/congestion"
)

const (
	ipOverhead     = 28                     // bytes of IPv4 and UDP around a packet, which the path carries as well
	probePause     = 100 * time.Millisecond // between two looks whether a probe is due
	noticeableFall = 0.9                    // times the estimate that the room knows: below, it is told at once
)

// estimation is what a Peer knows of the bandwidth toward its client.
type estimation struct {
	estimator *congestion.Estimator
	number    atomic.Uint32 // the newest transport-wide number
	numbered  atomic.Bool   // some section carries the number: packets without one are not counted
	probing   atomic.Bool   // a cluster is being sent
	asked     atomic.Int64  // when a probe was last looked for, in nanoseconds since 1970
	known     atomic.Int64  // bit/s: the highest estimate that the room has seen since it was last told of a fall
	fell      func()        // may be nil
	repairs   bucket        // bytes of retransmissions

	mu             sync.Mutex // leaf; guards what receiver reports told since the last round
	expected, lost float64    // packets
}

// Estimate returns the bandwidth toward the client, with the reason. It covers all outgoing RTP, audio included, with IP
// and UDP headers, less what repairs take on a path that loses packets by its own doing.
func (p *Peer) Estimate() congestion.Estimate {
	e := p.estimation.estimator.Estimate(time.Now())
	if known := p.estimation.known.Load(); int64(e.Bitrate) > known {
		p.estimation.known.CompareAndSwap(known, int64(e.Bitrate))
	}
	e.Bitrate = int(float64(e.Bitrate) * pathOf(e).Media())
	return e
}

// Want says what would be sent to the client if the bandwidth sufficed, in bit/s, audio included, repairs not. Until it
// has been shown that it does, more than the estimate is probed for; 0 ends that.
func (p *Peer) Want(bitrate int) {
	estimator := p.estimation.estimator
	estimator.Want(int(float64(bitrate) / pathOf(estimator.Estimate(time.Now())).Media()))
}

// next returns the number of the next packet.
func (e *estimation) next() uint16 { return uint16(e.number.Add(1)) }

// note counts a packet of this size, without IP and UDP.
func (e *estimation) note(number uint16, size int, now time.Time) {
	e.estimator.Sent(number, size+ipOverhead, now)
}

// look tells the room when the estimate is much lower than what it has seen.
func (e *estimation) look(now time.Time) {
	bitrate := int64(e.estimator.Estimate(now).Bitrate)
	known := e.known.Load()
	if float64(bitrate) < noticeableFall*float64(known) && e.known.CompareAndSwap(known, bitrate) && e.fell != nil {
		e.fell()
	}
}

// heard takes the client's transport-wide feedback. It is also what probes begin at: without it they tell nothing.
func (p *Peer) heard(cc *rtcp.TransportLayerCC, now time.Time) {
	e := &p.estimation
	e.estimator.Feedback(cc, now)
	e.look(now)
	asked := e.asked.Load()
	if e.probing.Load() || now.UnixNano()-asked < int64(probePause) || !e.asked.CompareAndSwap(asked, now.UnixNano()) {
		return
	}
	if !canProbe(p.live.Load().slots, now) {
		return
	}
	if _, on := e.estimator.Probe(now); on {
		e.probing.Store(true)
		p.Wake()
	}
}

// remb takes the client's own estimate in bit/s.
func (e *estimation) remb(bitrate float32, now time.Time) {
	e.estimator.REMB(int(min(max(0, bitrate), 1e9)), now)
	e.look(now)
}

// reported adds the loss that a receiver report told of one slot.
func (e *estimation) reported(expected, lost float64) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.expected += expected
	e.lost += lost
}

// report hands the loss of the last reports of all slots to the estimator, weighted by their packets.
func (e *estimation) report(rtt time.Duration, now time.Time) {
	e.mu.Lock()
	expected, lost := e.expected, e.lost
	e.expected, e.lost = 0, 0
	e.mu.Unlock()
	if expected > 0 {
		e.estimator.Report(min(lost/expected, 1), rtt, now)
	}
}

// estimationRound is the feedback loop's part of the estimation. Only that goroutine uses it.
type estimationRound struct {
	reportAt time.Time // of the last report
	scratch  []byte
	first    int // the slot that gets the first turn at the next probe

	redundancyAt time.Time // when it was last decided
	redundancy   redundancy
	sound        soundMeter
}

// run does what is due. Nothing is while no feedback comes and nothing is sent: silence is noticed at the pace of idle
// Peers.
func (r *estimationRound) run(p *Peer, now time.Time) {
	if now.Sub(r.reportAt) >= reportInterval {
		r.reportAt = now
		p.estimation.report(p.RTT(), now)
	}
	p.estimation.look(now)
	if now.Sub(r.redundancyAt) >= redundancyInterval {
		r.redundancyAt = now
		r.repeat(p, now)
	}
	if p.estimation.probing.Load() {
		p.estimation.probing.Store(r.probe(p, now))
	}
}

// wait returns when run should be called again at the latest.
func (e *estimation) wait() time.Duration {
	if e.probing.Load() {
		return probeInterval
	}
	return idleInterval
}
