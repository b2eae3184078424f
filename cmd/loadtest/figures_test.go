package main

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"salon/cmd/loadtest/participant"
	"salon/signaling/protocol"
)

// newcomers lets so many watch at the same time.
func newcomers(t *testing.T, n int, change ...func(*participant.Options)) []*participant.Participant {
	t.Helper()
	people := make([]*participant.Participant, n)
	var joining sync.WaitGroup
	for i := range people {
		joining.Go(func() {
			o := participant.Options{
				URL: server(t).HTTP, Room: roomOf(t), Name: fmt.Sprintf("newcomer %d", i), VideoSlots: 1,
				AutoView: &participant.AutoView{Width: 1280, Height: 720},
			}
			for _, c := range change {
				c(&o)
			}
			p, err := participant.Join(testContext(t), o)
			if err != nil {
				t.Error(err)
				return
			}
			people[i] = p
		})
	}
	joining.Wait()
	t.Cleanup(func() {
		for _, p := range people {
			if p == nil {
				continue
			}
			if err := p.Close(); err != nil {
				t.Error(err)
			}
		}
	})
	if t.Failed() {
		t.FailNow()
	}
	return people
}

// atMostTwoASecond holds the keyframe requests of one encoding against the time that they had (R16).
func atMostTwoASecond(t *testing.T, publisher *participant.Participant, began time.Time) {
	t.Helper()
	sent, seconds := publisher.Stats().Sent, time.Since(began).Seconds()
	if limit := 3 * (2*seconds + 1); float64(sent.PLIs) > limit { // three encodings
		t.Errorf("%d keyframe requests in %.1f s", sent.PLIs, seconds)
	}
	if sent.PeakPLIs > 3 { // every half second, as it happens to be received
		t.Errorf("%d keyframe requests for one encoding within a second", sent.PeakPLIs)
	}
	t.Logf("%d keyframe requests in %.1f s, at most %d of an encoding within a second", sent.PLIs, seconds, sent.PeakPLIs)
}

// Many who come at once each get a picture, and the publisher is not asked for more keyframes than by a few.
func TestAStormOfNewcomers(t *testing.T) { // alone: it is the crowd that counts
	anna := enter(t, "Anna", publishing)
	began := time.Now()
	for _, p := range newcomers(t, 30) {
		showing(t, p, anna, 2, 5)
		flawless(t, p)
	}
	atMostTwoASecond(t, anna, began)
}

// Receivers that ask for a keyframe 50 times a second, each, get what one that needs it gets.
func TestAFloodOfKeyframeRequests(t *testing.T) { // alone: it is the crowd that counts
	anna := enter(t, "Anna", publishing)
	began := time.Now()
	people := newcomers(t, 20, func(o *participant.Options) { o.PLIs = 50 })
	for _, p := range people {
		await(t, p, "a hundred requests", func(s participant.Stats, _ participant.State) bool {
			return s.Slots[0].PLIs > 100 && s.Slots[0].Frames > 10
		})
	}
	atMostTwoASecond(t, anna, began)
	for _, p := range people {
		flawless(t, p)
	}
}

// Nine people, each of whom shows one of the others large and the rest small: each gets what its screen shows, and whom
// nobody shows large sends the smallest encoding only.
func TestNineInAGrid(t *testing.T) {
	t.Parallel()
	c := newCrowd(options{
		url: server(t).HTTP, rooms: 1, publishers: 9, videoKbps: 600, tile: size{320, 180}, big: size{1280, 720}, tiles: 9,
	})
	defer c.empty()
	c.fill(t.Context())
	if len(c.people) != 9 {
		t.Fatalf("%d joined: %v", len(c.people), c.reasons)
	}
	for _, p := range c.people {
		await(t, p, "one large picture and seven small ones", gridShown)
	}
	resting := func() bool { // what nobody watches ends after some seconds
		before := c.videos()
		after(t, 300*time.Millisecond)
		s := savingsBetween(before, c.videos(), 9, 0.3)
		return s.Unwatched == 7 && s.UplinkThere < 0.2
	}
	for tries := 0; !resting(); tries++ {
		if tries == 50 {
			t.Fatal("publishers go on sending what nobody watches")
		}
	}
	from := c.videos()
	after(t, 3*time.Second)
	s := savingsBetween(from, c.videos(), 9, 3)
	t.Logf("%+v", *s)
	if s.OfAll >= 0.25 || s.OfLargest >= 0.25 {
		t.Errorf("each receives %.0f %% of all, %.0f %% of the largest encodings", s.OfAll*100, s.OfLargest*100)
	}
	if s.Unwatched != 7 || s.UplinkThere >= 0.3 {
		t.Errorf("%d publishers whose largest encoding nobody watches send %.0f %%", s.Unwatched, s.UplinkThere*100)
	}
	for _, p := range c.people {
		await(t, p, "still all pictures", gridShown)
	}
}

func gridShown(s participant.Stats, _ participant.State) bool {
	large, small := 0, 0
	for _, slot := range s.Slots {
		switch {
		case slot.Kind != protocol.Video || slot.Frames == 0:
		case slot.Encoding == 2:
			large++
		case slot.Encoding == 0:
			small++
		}
	}
	return large == 1 && small == 7
}

// An encoding that rested comes back when somebody shows the publisher large.
func TestWhatRestsComesBack(t *testing.T) {
	t.Parallel()
	anna, bert := enter(t, "Anna", publishing), enter(t, "Bert")
	view(t, bert, tile(anna, 320, 180))
	showing(t, bert, anna, 0, 20)
	rests := func(s participant.Stats, _ participant.State) bool {
		for _, e := range s.Sent.Encodings {
			if e.RID == "h" && e.Rested > 0 {
				return true
			}
		}
		return false
	}
	for tries := 0; !rests(anna.Stats(), participant.State{}); tries++ {
		if tries == 100 {
			t.Fatal("Anna goes on sending what nobody watches")
		}
		after(t, 100*time.Millisecond)
	}
	view(t, bert, tile(anna, 1280, 720))
	showing(t, bert, anna, 2, 20)
	flawless(t, anna, bert)
}
