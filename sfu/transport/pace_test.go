package transport

import (
	"testing"
	"time"
)

// Packets of media ask for feedback themselves, 20 times a second and no more, and so keep the loop's timer from firing.
func TestPacketsAskForFeedback(t *testing.T) {
	const every = 5 * time.Millisecond
	var f feedbackState
	now := time.Unix(1000, 0)
	asked, sent := 0, 0
	var waited, longest time.Duration
	for i := range 2000 { // 10 s
		now = now.Add(every)
		waited += every
		if !f.note(uint16(i), 1, now) {
			continue
		}
		asked++
		if f.note(uint16(i), 1, now) {
			t.Fatal("asked twice")
		}
		if len(f.take(now.Add(time.Microsecond))) > 0 {
			sent++
		}
		longest, waited = max(longest, waited), 0
	}
	if asked < 180 || asked > 200 || sent != asked || longest > transportInterval+every {
		t.Errorf("asked %d times and sent %d in 10 s, the longest pause was %v", asked, sent, longest)
	}
	if longest >= mediaInterval {
		t.Errorf("the timer would fire, after %v", longest)
	}
}

// What came last before a pause is told at the next round, and the first packet after it at once.
func TestFeedbackAroundAPause(t *testing.T) {
	var f feedbackState
	now := time.Unix(1000, 0)
	if f.take(now) != nil || f.recorder != nil {
		t.Error("a Peer that gets no packets has something to tell, or remembers arrivals")
	}
	if !f.note(1, 1, now) || len(f.take(now)) == 0 {
		t.Error("the first packet is not told at once")
	}
	if f.note(2, 1, now.Add(time.Millisecond)) {
		t.Error("the second asks so soon")
	}
	if len(f.take(now.Add(2*time.Millisecond))) != 0 {
		t.Error("it is told too soon")
	}
	if len(f.take(now.Add(mediaInterval))) == 0 {
		t.Error("it is not told at all")
	}
	for i := range 10 { // rounds of silence
		if len(f.take(now.Add(time.Duration(i+1)*idleInterval))) != 0 {
			t.Error("nothing came, and something is told")
		}
	}
	if after := now.Add(11*idleInterval + time.Millisecond); !f.note(3, 1, after) || len(f.take(after)) == 0 {
		t.Error("the first packet after a pause is not told at once")
	}
}

// Peers at rest have their rounds at the same times, twice a second each.
func TestRestingPeersWakeTogether(t *testing.T) {
	start := time.Unix(1000, 0)
	wakes := map[time.Time]int{}
	for peer := range 200 {
		now := start.Add(time.Duration(peer) * 1234567 * time.Nanosecond)
		for {
			now = now.Add(together(idleInterval, now))
			if now.Sub(start) > 10*time.Second {
				break
			}
			wakes[now]++
		}
	}
	if len(wakes) > 20 {
		t.Errorf("200 Peers wake the process %d times in 10 s, want 20", len(wakes))
	}
	for at, n := range wakes {
		if n > 200 {
			t.Errorf("%d wake-ups of 200 Peers at %v", n, at)
		}
	}
	if d := together(idleInterval, start); d != idleInterval {
		t.Errorf("a round at its time is repeated after %v", d)
	}
}
