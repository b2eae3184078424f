package signaling

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"

	"salon/signaling/protocol"
)

func TestRateOfMessages(t *testing.T) {
	inWorld(t, Config{}, func(w *world) {
		c := w.join("ada") // takes one of 100
		for id := range uint64(99) {
			c.send(protocol.Ping{}, id+1)
			c.expect(protocol.Pong{}, id+1)
		}
		c.send(protocol.Ping{}, 100)
		if e := c.expectError(protocol.ErrRateLimited, 100); e.RetryAfter != 1 {
			t.Errorf("retry after %d s", e.RetryAfter)
		}
		pause(time.Second)
		for id := range uint64(50) {
			c.send(protocol.Ping{}, id+200)
			c.expect(protocol.Pong{}, id+200)
		}
		c.send(protocol.Ping{}, 300)
		c.expectError(protocol.ErrRateLimited, 300)
		w.expectCount(messagesLimited, 2)
	})
}

func TestStricterRates(t *testing.T) {
	for _, tt := range []struct {
		message protocol.ClientMessage
		burst   int
		calls   string
		retry   int
	}{
		{protocol.Say{Text: "x"}, 10, "ada say", 1},
		{protocol.Offer{SDP: "v=0"}, 5, "ada offer", 1},
	} {
		t.Run(protocol.TypeOf(tt.message), func(t *testing.T) {
			inWorld(t, Config{}, func(w *world) {
				c := w.join("ada")
				for range tt.burst {
					c.send(tt.message, 2)
					c.receive()
				}
				w.rooms.noted()
				c.send(tt.message, 3)
				if e := c.expectError(protocol.ErrRateLimited, 3); e.RetryAfter != tt.retry {
					t.Errorf("retry after %d s", e.RetryAfter)
				}
				w.expectCalls()
				c.send(protocol.Ping{}, 4) // others are not touched
				c.expect(protocol.Pong{}, 4)
				pause(time.Second)
				c.send(tt.message, 5)
				if _, re, _ := c.receive(); re != 5 {
					t.Errorf("re %d", re)
				}
				w.expectCalls(tt.calls)
			})
		})
	}
}

func TestFloodEndsTheSession(t *testing.T) {
	for _, tt := range []struct {
		name string
		send func(c *client) error
	}{
		{"messages", func(c *client) error { return c.socket.WriteMessage(websocket.TextMessage, []byte(`{"type":"ping"}`)) }},
		{"junk over the rate", func(c *client) error { return c.socket.WriteMessage(websocket.BinaryMessage, []byte("x")) }},
		{"WebSocket pings", func(c *client) error { return c.socket.WriteControl(websocket.PingMessage, nil, time.Time{}) }},
		{"WebSocket pongs", func(c *client) error { return c.socket.WriteControl(websocket.PongMessage, nil, time.Time{}) }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			inWorld(t, Config{}, func(w *world) {
				c := w.join("ada")
				frames := c.background()
				if tt.name == "junk over the rate" { // else the first one ends it
					for range 99 {
						c.send(protocol.Ping{}, 0)
					}
				}
				sent := 0
				for sent < 1000 && tt.send(c) == nil {
					sent++
				}
				var last string
				for frame := range frames {
					last = string(frame)
				}
				if !strings.Contains(last, `"bye","data":{"reason":"rate"`) {
					t.Errorf("the last frame is %s", last)
				}
				w.expectCalls("ada gone: removed")
				w.expectCount(endedRate, 1)
				c.socket.Close()
			})
		})
	}
}

// A client that is a little too fast is told so for ever, and not thrown out.
func TestSlightlyTooFastIsTolerated(t *testing.T) {
	inWorld(t, Config{}, func(w *world) {
		c := w.join("ada")
		frames := c.background()
		for range 55 * 60 {
			c.send(protocol.Ping{}, 1)
			pause(time.Second / 55)
			<-frames
		}
		w.expectCount(endedRate, 0)
		if w.server.Counters()["messages_limited"] < 100 {
			t.Error("the rate was not limited at all")
		}
		c.socket.Close()
	})
}

func TestSlowReader(t *testing.T) {
	inWorld(t, Config{}, func(w *world) {
		slow, other := w.join("slow"), w.join("other")
		frames := other.background()
		out := w.rooms.outbox("slow")
		out.Send(protocol.Speakers{}, 0, 0)
		synctest.Wait() // the write loop holds the first frame and is stuck with it
		start := time.Now()
		for range 256 {
			out.Send(protocol.Speakers{}, 0, 0)
		}
		w.expectCount(droppedOverflow, 0)
		out.Send(protocol.Speakers{}, 0, 0)
		w.expectCount(droppedOverflow, 257)
		w.rooms.outbox("other").Send(protocol.Speakers{}, 0, 0)
		if <-frames; time.Since(start) != 0 {
			t.Errorf("another session waited %v", time.Since(start))
		}
		w.waitUntilSessions(1)
		if took := time.Since(start); took > 5100*time.Millisecond {
			t.Errorf("took %v", took)
		}
		w.expectCalls("slow lost")
		w.expectCount(endedTooSlow, 1)
		slow.socket.Close()
		other.socket.Close()
	})
}

// A reader that wakes up in time learns why its session ends.
func TestSlowReaderGetsBye(t *testing.T) {
	inWorld(t, Config{}, func(w *world) {
		c := w.join("ada")
		out := w.rooms.outbox("ada")
		for range 300 {
			out.Send(protocol.Speakers{}, 0, 0)
		}
		c.expectBye(protocol.ByeTooSlow, CloseTooSlow)
		w.expectCalls("ada lost")
	})
}

// A reader that reads one frame now and then keeps an ended session for no longer than one write deadline.
func TestTricklingReader(t *testing.T) {
	inWorld(t, Config{}, func(w *world) {
		c := w.join("ada")
		out := w.rooms.outbox("ada")
		for range 200 {
			out.Send(protocol.Speakers{}, 0, 0)
		}
		start := time.Now()
		out.Close(protocol.ByeShutdown)
		for range 2 {
			pause(2 * time.Second)
			c.receive()
		}
		pause(1100 * time.Millisecond)
		synctest.Wait()
		if n := w.server.Sessions(); n != 0 {
			t.Errorf("%d sessions after %v", n, time.Since(start))
		}
		c.expectCut()
	})
}
