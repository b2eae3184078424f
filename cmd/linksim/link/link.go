package link

import (
	"time"
)

// MaxPackets is how many packets may be on one link, waiting or delayed: 10 s of 16 Mbit/s. Further arrivals are dropped
// with the reason Overflow, further duplicates are not made.
const MaxPackets = 20_000

// Link is one direction. Moments never go back: an earlier one than the last counts as the last. Not safe for
// concurrent use.
type Link struct {
	settings Settings
	dice     dice
	now      time.Duration
	inBurst  bool          // Gilbert-Elliott's bad state
	queue    bottleneck    // empty while Rate is unlimited
	air      air           // delayed packets
	ordered  time.Duration // latest departure of the packets that keep their order

	stats   Stats // its Dropped, Waiting and Travelling are filled in by Stats
	dropped [reasons]uint64
}

// New returns an empty link.
func New(s Settings, seed uint64) *Link { return &Link{settings: s, dice: newDice(seed)} }

// Settings returns the present ones.
func (l *Link) Settings() Settings { return l.settings }

// Set changes the settings at a moment: waiting packets go on at the new rate, delayed ones keep their departure, and
// packets behind them do not overtake them where order is kept. A queue that is too long now empties by itself.
func (l *Link) Set(now time.Duration, s Settings) {
	l.advance(now)
	l.settings = s
	if s.BurstEnter == 0 {
		l.inBurst = false
	}
	l.advance(now) // an unlimited rate empties the queue
}

// Arrive puts a packet on the link, or drops it with a reason. The link keeps data until it departs.
func (l *Link) Arrive(now time.Duration, data []byte) Reason {
	l.advance(now)
	l.stats.Arrived++
	l.stats.ArrivedBytes += uint64(len(data))
	r := l.dice.roll()
	reason := l.judge(r, len(data)+Overhead)
	if reason != Kept {
		l.dropped[reason]++
		return reason
	}
	p := waiting{data: data, arrived: l.now, roll: r}
	if l.settings.Rate == 0 {
		l.launch(p, l.now)
	} else {
		l.queue.push(p)
	}
	return Kept
}

func (l *Link) judge(r roll, size int) Reason {
	l.walkBurst(r.enter)
	switch {
	case r.loss < float64(l.settings.Loss):
		return RandomLoss
	case l.inBurst && r.burst < float64(l.settings.BurstLoss):
		return BurstLoss
	case !l.queue.accepts(size, l.settings):
		return QueueFull
	case l.queue.len()+len(l.air.packets) >= MaxPackets:
		return Overflow
	}
	return Kept
}

// walkBurst is a step of Gilbert's and Elliott's chain, which every packet makes, lost or not.
func (l *Link) walkBurst(chance float64) {
	if l.inBurst {
		l.inBurst = chance >= float64(l.settings.BurstLeave)
	} else {
		l.inBurst = chance < float64(l.settings.BurstEnter)
	}
}

// Next returns when Depart must be called next: then a packet departs, or one leaves the queue. It is false on an
// empty link.
func (l *Link) Next() (time.Duration, bool) {
	next, ok := l.air.next()
	if through, waits := l.queue.next(l.now, l.settings.Rate); waits && (!ok || through < next) {
		return through, true
	}
	return next, ok
}

// Depart returns the next packet whose departure has come, until there is none.
func (l *Link) Depart(now time.Duration) (Packet, bool) {
	l.advance(now)
	if next, ok := l.air.next(); !ok || next > l.now {
		return Packet{}, false
	}
	p := l.air.pop()
	l.stats.Departed++
	l.stats.DepartedBytes += uint64(len(p.Data))
	return p, true
}

// advance moves the clock, and through the queue what the rate has carried by then.
func (l *Link) advance(now time.Duration) {
	for {
		p, at, ok := l.queue.serve(l.now, max(now, l.now), l.settings.Rate)
		if !ok {
			break
		}
		l.now = at
		l.launch(p, at)
	}
	l.now = max(now, l.now)
}

// launch delays a packet that is through the queue.
func (l *Link) launch(p waiting, at time.Duration) {
	s := &l.settings
	departs := at + time.Duration(s.Delay) + time.Duration(p.roll.jitter*float64(s.Jitter))
	switch {
	case p.roll.reorder < float64(s.Reorder):
		departs += time.Duration(s.ReorderBy)
		l.stats.Reordered++
	case !s.JitterReorders:
		departs = max(departs, l.ordered)
		l.ordered = departs
	}
	packet := Packet{Data: p.data, Arrived: p.arrived, Departs: departs}
	l.air.push(packet)
	if p.roll.duplicate < float64(s.Duplicate) && l.queue.len()+len(l.air.packets) < MaxPackets {
		packet.Copy = true
		l.air.push(packet)
		l.stats.Duplicated++
	}
}

// Stats returns the counts now, or rather at the last moment that the link was told of.
func (l *Link) Stats() Stats {
	s := l.stats
	s.Dropped = make(map[string]uint64, reasons-1)
	for r := Kept + 1; r < reasons; r++ {
		s.Dropped[r.String()] = l.dropped[r]
	}
	s.Waiting, s.WaitingBytes, s.Travelling = l.queue.len(), l.queue.behind(), len(l.air.packets)
	return s
}
