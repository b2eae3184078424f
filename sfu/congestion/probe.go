package congestion

import "time"

const (
	probeTime       = 100 * time.Millisecond // of a cluster
	probeMaxTime    = 400 * time.Millisecond // where jitter blurs shorter ones
	probeJitter     = 10                     // a cluster lasts at least so many times the jitter
	probePackets    = 6
	probePacketSize = 1000        // bytes: the clusters of low rates last until so large packets make up the number
	probePatience   = time.Second // the caller must have filled a cluster by then, the receiver told of it later
	probeFirst      = 3.0         // times the estimate, as long as no probe failed
	probeNext       = 2.0
	probeMargin     = 1.3  // times what is wanted: allocation wants a reserve before it goes up
	probeWorth      = 1.04 // times the estimate: less is left to growth
	probeArrived    = 0.9  // received against sent bitrate: the path carried it
	probeLoss       = 0.15 // above the path's own loss: it did not
	probeSaturated  = 0.85 // of what arrived of a cluster that the path did not carry
	backoffFirst    = 2500 * time.Millisecond
	backoffMax      = 8 * time.Second        // a path that recovers must be found in 15 s, with the steps up that follow
	backoffUnfilled = time.Second            // the caller had no packets
	probePause      = 150 * time.Millisecond // after success, plus a round trip: the rate proved is used first
	probeSuspicion  = 2 * time.Second        // overuse so soon after a success says that the probe was wrong
)

// Cluster is a short burst of packets at a rate that shows whether the path carries it.
type Cluster struct {
	Bitrate  int           // bit/s, media included
	Duration time.Duration // how long it lasts
	Packets  int           // at least so many
	Due      int           // bytes that should be sent now, beyond what was sent
}

// prober decides when to send clusters and what they showed.
type prober struct {
	id       uint8 // of the cluster in progress or last sent; never 0 after the first
	sending  bool
	awaiting bool // sent, not evaluated
	cluster  Cluster
	began    time.Duration
	sent     burst
	received spread // of the cluster's packets that arrived
	last     int64  // extended number of its last packet
	next     time.Duration
	backoff  time.Duration
	failed   bool // some probe failed
	doubt    bool // the last one showed much less than the estimate
	success  time.Duration
	trusted  bool // no overuse soon after a success
}

// burst measures the bitrate between the first and the last of some packets.
type burst struct {
	packets, bytes int
	first, last    time.Duration
	latest         int // bytes of the last: they do not belong to the time between
}

func (b *burst) add(at time.Duration, size int) {
	if b.packets == 0 {
		b.first = at
	}
	b.last, b.latest = at, size
	b.packets++
	b.bytes += size
}

// rate is in bit/s.
func (b *burst) rate() float64 {
	return float64((b.bytes-b.latest)*8) / max(b.last-b.first, time.Millisecond).Seconds()
}

// spread fits lines through the send and arrival times of packets over the bytes sent until then. The quotient of both
// slopes says how much the path stretched the burst, and jitter of single packets hardly moves it.
type spread struct {
	packets                     int
	bytes                       float64
	first                       arrival
	x, xx, sent, xsent, at, xat float64 // sums
}

func (s *spread) add(a arrival) {
	if s.packets == 0 {
		s.first = a
	}
	sent, at := (a.sent - s.first.sent).Seconds(), (a.at - s.first.at).Seconds()
	s.packets++
	s.x += s.bytes
	s.xx += s.bytes * s.bytes
	s.sent += sent
	s.xsent += s.bytes * sent
	s.at += at
	s.xat += s.bytes * at
	s.bytes += float64(a.size)
}

// ratio is the received against the sent bitrate, 0 when it cannot be told.
func (s *spread) ratio() float64 {
	n := float64(s.packets)
	sent, at := n*s.xsent-s.x*s.sent, n*s.xat-s.x*s.at
	if sent <= 0 || at <= 0 {
		return 0
	}
	return sent / at
}

// start begins a cluster when one is due, for an estimate and what the application wants.
func (p *prober) start(now time.Duration, estimate, wanted, limit int, jitter time.Duration) bool {
	target := min(int(probeMargin*float64(wanted)), limit)
	if p.sending || p.awaiting || now < p.next || float64(target) < probeWorth*float64(estimate) {
		return false
	}
	step := probeNext
	if !p.failed {
		step = probeFirst
	}
	p.id = p.id%255 + 1
	p.sending = true
	p.cluster = Cluster{
		Bitrate:  min(target, int(step*float64(estimate))),
		Duration: min(max(probeTime, probeJitter*jitter), probeMaxTime),
		Packets:  probePackets,
	}
	p.began = now
	p.sent, p.received = burst{}, spread{}
	return true
}

// bytes is how much the whole cluster takes.
func (p *prober) bytes() int {
	return max(int(float64(p.cluster.Bitrate)/8*p.cluster.Duration.Seconds()), probePackets*probePacketSize)
}

// due returns the cluster with the bytes that should be sent now; false when none is being sent.
func (p *prober) due(now time.Duration) (Cluster, bool) {
	if p.sending && now-p.began > probePatience {
		p.end(now)
	}
	if !p.sending {
		return Cluster{}, false
	}
	c := p.cluster
	planned := int(float64(c.Bitrate) / 8 * (now - p.began).Seconds())
	c.Due = max(0, min(planned+probePacketSize, p.bytes())-p.sent.bytes)
	return c, true
}

// note counts a packet of the cluster that was sent.
func (p *prober) note(number int64, size int, now time.Duration) {
	p.sent.add(now, size)
	p.last = number
	if p.sent.bytes >= p.bytes() && p.sent.packets >= probePackets {
		p.end(now)
	}
}

// end closes the cluster: what is sent from now on does not belong to it.
func (p *prober) end(now time.Duration) {
	p.sending = false
	if p.sent.packets < probePackets {
		p.next = now + backoffUnfilled
		return
	}
	p.awaiting = true
	p.began = now
}

// arrival counts a packet of the cluster that arrived.
func (p *prober) arrival(a arrival) {
	if a.cluster == p.id && (p.sending || p.awaiting) {
		p.received.add(a)
	}
}

// outcome of a cluster: rate is what was proved, in bit/s, 0 for nothing.
type outcome struct {
	rate     float64
	carried  bool
	capacity float64 // what arrived of a cluster that the path did not carry, 0: not known
}

// evaluate returns the outcome once the last packet was told, or patience ended.
func (p *prober) evaluate(now time.Duration, told int64, rtt time.Duration, pathLoss float64) (o outcome, ok bool) {
	if !p.awaiting || told < p.last && now-p.began < probePatience+rtt {
		return o, false
	}
	p.awaiting = false
	missing := 1 - float64(p.received.packets)/float64(p.sent.packets)
	if p.received.packets >= probePackets/2 && missing <= pathLoss+probeLoss {
		ratio := p.received.ratio()
		o.carried = ratio >= probeArrived
		o.rate = min(p.sent.rate(), float64(p.cluster.Bitrate)) // a burst of media inside proves no more
		if !o.carried {
			o.capacity = o.rate * ratio
			o.rate = o.capacity * probeSaturated
		}
	}

	if o.carried {
		p.next = now + rtt + probePause
		p.success, p.trusted = now, true
	} else {
		p.fail(now)
	}
	return o, true
}

// fail waits longer each time.
func (p *prober) fail(now time.Duration) {
	p.failed = true
	p.backoff = min(max(backoffFirst, 2*p.backoff), backoffMax)
	p.next = now + p.backoff
}

// doubts notes that a cluster showed much less than the estimate, and says whether it was the second one: a single one is
// stretched by any moment in which the network, or the receiver, does nothing. The second follows soon.
func (p *prober) doubts(now, rtt time.Duration) bool {
	p.doubt = !p.doubt
	if p.doubt {
		p.next = now + rtt + probePause
	}
	return !p.doubt
}

// overused says that the queue grows: a success just before was none, a cluster on its way would only add to it.
func (p *prober) overused(now time.Duration) {
	if p.trusted && now-p.success < probeSuspicion {
		p.fail(now)
	}
	p.trusted = false
	p.sending = false
	p.next = max(p.next, now+backoffFirst)
}

// settle forgets failures once a proved rate was carried for a while.
func (p *prober) settle(now time.Duration) {
	if p.trusted && now-p.success > probeSuspicion {
		p.trusted, p.backoff = false, 0
	}
}
