package rooms

import (
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"salon/signaling/protocol"
)

// TestEverythingAtOnce has participants do all they can at the same time, for the race detector and for the sums at
// the end.
func TestEverythingAtOnce(t *testing.T) {
	inWorld(t, Limits{Participants: 6, ReconnectGrace: 2 * time.Second, Journal: 16, AudioSlots: 3}, func(w *world) {
		var all sync.WaitGroup
		for n := range 12 {
			all.Go(func() {
				random := rand.New(rand.NewPCG(1, uint64(n)))
				for range 8 {
					c, err := w.tryEnter([]string{"a", "b"}[n%2], "A")
					if err != nil {
						<-time.After(time.Second)
						continue
					}
					c.live(random)
				}
			})
		}
		all.Add(1)
		go func() {
			defer all.Done()
			for range 20 {
				w.Snapshot()
				<-time.After(time.Second)
			}
		}()
		all.Wait()
		pass(5 * time.Second)
		if totals := w.Totals(); totals.RoomsNow != 0 || totals.Joins == 0 || totals.Resumes == 0 || totals.Leaves[protocol.LeftTimeout] == 0 {
			t.Errorf("%+v", totals)
		}
	})
}

// live does random things, some of which fail, and leaves in one of the ways in which one can.
func (c *client) live(random *rand.Rand) {
	ctx := c.w.Context()
	c.connect(2, 3, protocol.Sources...)
	for _, s := range protocol.Sources {
		_ = c.do(ctx, protocol.Publish{Source: s}) // some find that the room carries enough screens
	}
	source := func() protocol.Source { return protocol.Sources[random.IntN(4)] }
	var seq uint64
	for range 40 {
		for _, s := range c.out.take() {
			seq = max(seq, s.seq)
		}
		switch random.IntN(9) {
		case 0:
			_ = c.do(ctx, protocol.Publish{Source: source(), Muted: random.IntN(2) == 0})
		case 1:
			_ = c.do(ctx, protocol.Mute{Source: source(), Muted: random.IntN(2) == 0})
		case 2:
			_ = c.do(ctx, protocol.Unpublish{Source: source()})
		case 3:
			_ = c.do(ctx, protocol.Say{Text: "x"})
		case 4:
			_, _ = c.Offer(ctx, protocol.Offer{SDP: "3 5"})
		case 5, 6:
			c.film(protocol.Camera)
			c.speak(protocol.Microphone, uint8(random.IntN(128)))
		case 7:
			var v protocol.View
			c.inside(func() {
				for _, p := range c.room.people {
					v.Tiles = append(v.Tiles, protocol.Tile{Participant: p.id, Source: protocol.Camera, Width: 1 + random.IntN(2000), Height: 300})
				}
			})
			_ = c.do(ctx, v)
		case 8:
			c.Lost(c.out)
			<-time.After(time.Duration(random.IntN(1500)) * time.Millisecond)
			c.resume(seq)
		}
		<-time.After(time.Duration(random.IntN(60)) * time.Millisecond)
	}
	switch random.IntN(4) {
	case 0:
		c.Lost(c.out)
	case 1:
		c.peer().onState("abusive")
		<-time.After(time.Second)
	case 2:
		c.Leave(protocol.LeftRemoved)
	default:
		c.Leave(protocol.LeftByChoice)
	}
}
