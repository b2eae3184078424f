package allocation

import (
	"testing"
	"time"
)

// flapped is a receiver whose second tile was paused so often that it has to wait, while the first is shown.
func flapped(t *testing.T) *receiver {
	t.Helper()
	r := newReceiver(tile(180, camera, Pinned), tile(180, camera, Visible))
	for range 27 {
		r.run(3*time.Second, 100_000)
		r.run(500*time.Millisecond, 260_000)
	}
	if r.decisions[1].Reason != ReasonFlaps {
		t.Fatalf("does not wait: %s, %s", r.shown(), r.reasons())
	}
	return r
}

// A link that has become rich is not made to wait for what happened on a poor one.
func TestARichLinkForgetsFailures(t *testing.T) {
	r := flapped(t)
	r.run(settled-time.Second, 1_000_000)
	early := r.shown()
	if r.run(time.Second+200*time.Millisecond, 1_000_000); r.shown() != "q q" {
		t.Errorf("%s, then %s: %s", early, r.shown(), r.reasons())
	}
}

// Near the threshold patience holds, says so, and what is meant for the tile lets another one move meanwhile.
func TestWhatWaitsLendsItsShare(t *testing.T) {
	r := flapped(t)
	if r.decisions[1].Paused != true || r.decisions[1].Target.Spatial >= 0 {
		t.Errorf("%+v", r.decisions[1])
	}
	lent := false
	for range 400 {
		r.run(100*time.Millisecond, 190_000)
		lent = lent || r.shown() == "q -" && r.decisions[1].Reason == ReasonFlaps
	}
	if !lent {
		t.Errorf("%s, %s", r.shown(), r.reasons())
	}
	r.run(2*switchWindow, 190_000)
	if r.shown() != "q1 q0" {
		t.Errorf("later %s, %s", r.shown(), r.reasons())
	}
}

// Four voices leave less than one picture of what is safe; a still face is no help. The link carries it most likely.
func TestTheOnlyPictureMayTakeNearlyAll(t *testing.T) {
	r := newReceiver(tile(180, camera, Visible), tile(360, camera, Speaker))
	link := Budget(250_000, 200_000, 0)
	r.most = link.Most
	if r.run(time.Minute, link.Budget); link.Most != 75_000 || r.shown() != "- q0" || r.decisions[1].Reason != ReasonLast {
		t.Errorf("%+v: %s, %s", link, r.shown(), r.reasons())
	}
	r.most = 59_999
	if r.run(2*pauseAfter, 20_000); r.shown() != "- -" {
		t.Errorf("less than that: %s, %s", r.shown(), r.reasons())
	}
	r.most = link.Most
	if r.run(2*time.Minute, link.Budget); r.shown() != "- q0" {
		t.Errorf("again: %s, %s", r.shown(), r.reasons())
	}
	r.tiles = append(r.tiles, screenTile(720, slides))
	if r.run(time.Minute, link.Budget); r.shown() != "- - -" {
		t.Errorf("with a screen: %s, %s", r.shown(), r.reasons())
	}
}

// The less important one was cheaper when the estimate was lowest: it does not keep the place.
func TestTheOnlyPictureIsThatOfTheMostImportant(t *testing.T) {
	r := newReceiver(tile(360, camera, Pinned), tile(180, cheaper, Visible))
	r.run(4*time.Second, 1_000_000)
	r.run(4*time.Second, 50_000)
	before := r.shown()
	r.most = 70_000
	if r.run(5*time.Second, 50_000); before != "- q0" || r.shown() != "q0 -" {
		t.Errorf("%s, then %s: %s", before, r.shown(), r.reasons())
	}
}

var cheaper = []Encoding{{Index: 0, Width: 320, Height: 180, Live: true, Bitrates: []int{45_000, 100_000, 150_000}}}

// While probes double the estimate, a camera waits for the last of them, and switches once.
func TestARisingLinkIsWaitedFor(t *testing.T) {
	r := newReceiver(tile(720, camera, Visible))
	r.run(5*time.Second, 200_000)
	if r.shown() != "q" {
		t.Fatalf("%s of 200 kbit/s: %s", r.shown(), r.reasons())
	}
	r.rising = true
	for _, budget := range []int{600_000, 1_200_000, 2_300_000} {
		if r.run(500*time.Millisecond, budget); r.shown() != "q" {
			t.Errorf("%s at %d while it rises: %s", r.shown(), budget, r.reasons())
		}
	}
	r.rising = false
	if r.run(200*time.Millisecond, 2_300_000); r.shown() != "f" {
		t.Errorf("then %s: %s", r.shown(), r.reasons())
	}
}

// Whoever sees nothing does not wait, nor does anybody who may have everything.
func TestARisingLinkIsNotWaitedForWithoutNeed(t *testing.T) {
	r := newReceiver(tile(720, camera, Visible))
	r.rising = true
	r.run(time.Minute, 0)
	if r.run(5*time.Second, 200_000); r.shown() == "-" {
		t.Errorf("%s, it was paused: %s", r.shown(), r.reasons())
	}
	if r.run(5*time.Second, 4_000_000); r.shown() != "f" {
		t.Errorf("%s of a rich link: %s", r.shown(), r.reasons())
	}
}

// Where tiles fell lately, only the most important one is improved; on a link that has more than enough, all are.
func TestTilesDoNotTakeTurns(t *testing.T) {
	now := time.Unix(1000, 0)
	fell := func(times int) (p Past) {
		for i := range times {
			p.switches[i] = change{now.Add(-time.Duration(i) * time.Second), true}
		}
		return p
	}
	for _, c := range []struct {
		name                   string
		others                 int // falls of the last tile
		rich                   bool
		important, unimportant bool
	}{
		{"nothing fell", 0, false, true, true},
		{"one fell", 1, false, true, true},
		{"two falls", 2, false, true, false},
		{"two falls on a rich link", 2, true, true, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			tiles := []Tile{tile(360, camera, Visible), tile(360, camera, Speaker), tile(360, camera, Visible)}
			tiles[2].Before = fell(c.others)
			a := allocation{now: now}
			for i := range tiles {
				a.entries = append(a.entries, &entry{order: i, tile: &tiles[i]})
				a.falls += tiles[i].Before.falls(now)
			}
			if got := a.few(a.entries[1], c.rich); got != c.important {
				t.Errorf("the most important tile: %v", got)
			}
			if got := a.few(a.entries[0], c.rich); got != c.unimportant {
				t.Errorf("another tile: %v", got)
			}
		})
	}
	if p := fell(3); p.falls(now.Add(switchWindow)) != 0 || p.falls(now) != 3 {
		t.Errorf("%d falls after a minute, %d before", p.falls(now.Add(switchWindow)), p.falls(now))
	}
}
