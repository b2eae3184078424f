package participant

import (
	"time"

	"github.com/pion/rtcp"

	"salon/signaling/protocol"
)

// How often the clock does what.
const (
	reportEvery = time.Second
	viewEvery   = 100 * time.Millisecond // at most: a room that fills up changes often
	watchEvery  = 50 * time.Millisecond
	watchNACK   = 20 * time.Millisecond
	tooFarBack  = 200 * time.Millisecond // what is later than this is not sent any more
)

// task is something that the clock does again and again.
type task struct {
	every time.Duration
	media bool // what is skipped is missed by others, so it counts
	next  time.Time
	run   func(due, now time.Time)
}

// runClock does everything of a participant that is due by time, on one goroutine, until done is closed.
func (p *Participant) runClock(done <-chan struct{}) {
	tasks := p.tasks(time.Now())
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-done:
			return
		case <-timer.C:
		}
		next := time.Now().Add(time.Hour)
		for i := range tasks {
			t := &tasks[i]
			for now := time.Now(); !t.next.After(now); t.next = t.next.Add(t.every) {
				if now.Sub(t.next) > tooFarBack {
					p.media.sender.missed(t.media)
					continue
				}
				t.run(t.next, now)
			}
			if t.next.Before(next) {
				next = t.next
			}
		}
		timer.Reset(time.Until(next))
	}
}

func (p *Participant) tasks(now time.Time) []task {
	m := p.media
	watch := watchEvery
	if m.options.NACK {
		watch = watchNACK
	}
	tasks := []task{
		{every: watch, run: func(_, now time.Time) { m.watch(now) }},
		{every: feedbackEvery, run: func(_, _ time.Time) { m.send(m.arrivals.feedback()) }},
		{every: reportEvery, run: func(_, now time.Time) { m.send(m.reports(now)) }},
	}
	if n := m.options.PLIs; n > 0 {
		tasks = append(tasks, task{every: time.Second / time.Duration(n), run: func(_, _ time.Time) { m.insist() }})
	}
	if m.options.AutoView != nil {
		tasks = append(tasks, task{every: viewEvery, run: func(_, _ time.Time) { p.viewByItself() }})
	}
	if m.sends(protocol.Audio) {
		tasks = append(tasks, task{media: true, every: opusInterval * time.Millisecond, run: m.sendSound})
	}
	if m.sends(protocol.Video) {
		tasks = append(tasks, task{media: true, every: time.Second / time.Duration(m.options.FPS), run: m.sendPictures})
	}
	for i := range tasks {
		tasks[i].next = now
	}
	return tasks
}

func (s *sender) missed(media bool) {
	if media {
		s.behind.Add(1)
	}
}

func (m *media) sends(k protocol.Kind) bool {
	for _, s := range m.sections {
		if s.source.Kind() == k {
			return true
		}
	}
	return false
}

func (m *media) sendSound(due, now time.Time) {
	for _, s := range m.sections {
		if s.source.Kind() != protocol.Audio || !s.sending.Load() {
			continue
		}
		s.encodings[0].sendSound(due, now, Stamp{Origin: s.origin, Frame: s.counter, Reference: s.counter, Count: 1})
		s.counter++
	}
}

func (m *media) sendPictures(due, now time.Time) {
	if s := m.sender; !s.last.IsZero() {
		s.stall.Store(max(s.stall.Load(), int64(now.Sub(s.last))))
	}
	m.sender.last = now
	for _, s := range m.sections {
		if s.source.Kind() != protocol.Video || !s.sending.Load() {
			continue
		}
		for i, e := range s.encodings {
			if s.wants(i, m.options.AllEncodings) {
				e.sendFrame(due, now)
			} else {
				e.rest()
			}
		}
	}
}

// insist asks for a keyframe of everything that is shown, whether one is needed or not.
func (m *media) insist() {
	var packets []rtcp.Packet
	for _, s := range m.allSlots() {
		packets = s.insist(m.reporter, packets)
	}
	m.send(packets)
}

// watch looks for holes and stuck pictures in all slots.
func (m *media) watch(now time.Time) {
	var packets []rtcp.Packet
	for _, s := range m.allSlots() {
		packets = s.tick(now, m.reporter, packets)
	}
	m.send(packets)
}
