package simulation

import "time"

// tcp is a flow that always has something to send: slow start, congestion avoidance and fast recovery as in RFC 5681,
// without the retransmissions themselves, which nobody here would read.
type tcp struct {
	clock      *clock
	forward    *link
	delay      time.Duration
	begin, end time.Duration
	window     float64 // packets
	threshold  float64
	next       int // number of the next packet
	acked      int // the highest that was acknowledged
	inFlight   map[int]bool
	recover    int // losses below this number have been answered
	progress   int // changes with every acknowledgement, for the timeout
	bytes      int // delivered
}

func (t *tcp) run() {
	t.clock.after(t.begin, func() {
		t.window, t.threshold = 10, 1e9
		t.inFlight = map[int]bool{}
		t.fill()
		t.watch()
	})
}

func (t *tcp) fill() {
	for float64(len(t.inFlight)) < t.window && (t.end == 0 || t.clock.now < t.end) {
		n := t.next
		t.next++
		t.inFlight[n] = true
		t.forward.send(1500, t, t.delay, func(time.Duration) {
			t.bytes += 1500
			t.clock.after(t.delay, func() { t.ack(n) })
		})
	}
}

func (t *tcp) ack(n int) {
	t.progress++
	delete(t.inFlight, n)
	t.acked = max(t.acked, n)
	if t.window < t.threshold {
		t.window++
	} else {
		t.window += 1 / t.window
	}
	for m := range t.inFlight { // three later ones came: it is lost
		if m > t.acked-3 {
			continue
		}
		delete(t.inFlight, m)
		if m >= t.recover {
			t.recover = t.next
			t.threshold = max(2, t.window/2)
			t.window = t.threshold
		}
	}
	t.fill()
}

// watch is the retransmission timeout.
func (t *tcp) watch() {
	progress := t.progress
	t.clock.after(time.Second, func() {
		if t.progress == progress {
			t.threshold, t.window = max(2, t.window/2), 1
			t.inFlight = map[int]bool{}
			t.recover = t.next
			t.fill()
		}
		t.watch()
	})
}
