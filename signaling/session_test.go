package signaling

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"

	"salon/rooms"
	"salon/signaling/protocol"
)

func TestEveryRequestGetsItsReply(t *testing.T) {
	inWorld(t, Config{}, func(w *world) {
		c := w.join("ada")
		tile := protocol.Tile{Participant: "bob", Source: protocol.Camera, Width: 1, Height: 1}
		for id, tt := range []struct {
			request protocol.ClientMessage
			reply   protocol.ServerMessage // nil: Answer
			call    string
		}{
			{protocol.Offer{SDP: "v=0"}, nil, "ada offer"},
			{protocol.Publish{Source: protocol.Camera}, protocol.OK{}, "ada publish"},
			{protocol.Mute{Source: protocol.Camera, Muted: true}, protocol.OK{}, "ada mute"},
			{protocol.Unpublish{Source: protocol.Camera}, protocol.OK{}, "ada unpublish"},
			{protocol.View{Tiles: []protocol.Tile{tile}}, protocol.OK{}, "ada view"},
			{protocol.Say{Text: "hello"}, protocol.OK{}, "ada say"},
			{protocol.Ping{}, protocol.Pong{}, ""},
		} {
			c.send(tt.request, uint64(id+2))
			if tt.reply != nil {
				c.expect(tt.reply, uint64(id+2))
			} else if m, re, _ := c.receive(); m.(protocol.Answer).SDP != "answer to v=0" || re != uint64(id+2) {
				t.Errorf("got %#v, re %d", m, re)
			}
			if tt.call != "" {
				w.expectCalls(tt.call)
			}
		}
		c.send(protocol.Say{Text: "no id"}, 0)
		c.send(protocol.Leave{}, 99)
		c.expect(protocol.Bye{Reason: protocol.ByeLeft}, 99)
		c.expectClose(websocket.CloseNormalClosure)
		w.expectCalls("ada say", "ada gone: left")
		w.expectCount(endedLeft, 1)
	})
}

// TestEveryMessageHasOneHandler: either the session carries a message out, or the room does.
func TestEveryMessageHasOneHandler(t *testing.T) {
	for _, m := range protocol.ClientMessages {
		name := protocol.TypeOf(m)
		if _, here := handlers[name]; here == rooms.Carries(m) {
			t.Errorf("%s: the session carries it out: %t, and so does the room", name, here)
		}
	}
}

func TestStages(t *testing.T) {
	inWorld(t, Config{}, func(w *world) {
		c := w.dial()
		for i, m := range protocol.ClientMessages {
			switch m := m.(type) {
			case protocol.Join, protocol.Leave, protocol.Ping:
			case protocol.Offer:
				m.SDP = "v=0"
				c.send(m, uint64(i+1))
				c.expectError(protocol.ErrNotJoined, uint64(i+1))
			case protocol.Say:
				m.Text = "x"
				c.send(m, uint64(i+1))
				c.expectError(protocol.ErrNotJoined, uint64(i+1))
			case protocol.View:
				c.send(m, uint64(i+1))
				c.expectError(protocol.ErrNotJoined, uint64(i+1))
			}
		}
		for i, m := range []protocol.ClientMessage{protocol.Publish{Source: "camera"}, protocol.Mute{Source: "camera"}, protocol.Unpublish{Source: "camera"}} {
			c.send(m, uint64(i+20))
			c.expectError(protocol.ErrNotJoined, uint64(i+20))
		}
		c.send(protocol.Ping{}, 30)
		c.expect(protocol.Pong{}, 30)
		w.expectCalls()
		c.send(protocol.Join{Room: "r", Name: "ada"}, 31)
		c.receive()
		c.send(protocol.Join{Room: "r", Name: "ada"}, 32)
		c.expectError(protocol.ErrAlreadyJoined, 32)
		w.expectCalls("ada join")
		c.send(protocol.Leave{}, 0)
		c.expect(protocol.Bye{Reason: protocol.ByeLeft}, 0)
		c.expectClose(websocket.CloseNormalClosure)
	})
}

func TestLeaveBeforeJoin(t *testing.T) {
	inWorld(t, Config{}, func(w *world) {
		c := w.dial()
		c.send(protocol.Leave{}, 1)
		c.expect(protocol.Bye{Reason: protocol.ByeLeft}, 1)
		c.expectClose(websocket.CloseNormalClosure)
		w.expectCalls()
	})
}

func TestFailedJoinMayBeRepeated(t *testing.T) {
	inWorld(t, Config{}, func(w *world) {
		w.rooms.do = func(context.Context, string, protocol.ClientMessage) error {
			return protocol.Error{Code: protocol.ErrRoomFull, Message: "full", RetryAfter: 4}
		}
		c := w.dial()
		c.send(protocol.Join{Room: "r", Name: "ada"}, 1)
		c.expect(protocol.Error{Code: protocol.ErrRoomFull, Message: "full", RetryAfter: 4}, 1)
		w.rooms.do = nil
		c.send(protocol.Join{Room: "r", Name: "ada"}, 2)
		if m, re, _ := c.receive(); re != 2 || m.(protocol.Joined).Self != "ada" {
			t.Errorf("got %#v", m)
		}
	})
}

func TestBadMessages(t *testing.T) {
	inWorld(t, Config{}, func(w *world) {
		c := w.join("ada")
		for _, tt := range []struct {
			frame string
			code  protocol.ErrorCode
			re    uint64
		}{
			{`{"type":"dance","id":7}`, protocol.ErrBadMessage, 7},
			{`{"type":"say","id":8,"data":{"text":"x","colour":1}}`, protocol.ErrBadMessage, 8},
			{`{"type":"say","data":{"text":1}}`, protocol.ErrBadMessage, 0},
			{`{"type":"say","id":9,"data":{"text":" "}}`, protocol.ErrChatEmpty, 9},
			{`{"type":"view","id":10,"data":{"tiles":[{"participant":"p","source":"camera","width":0,"height":1}]}}`, protocol.ErrBadView, 10},
			{`{"type":"mute","id":11,"data":{"source":"hologram","muted":true}}`, protocol.ErrBadMessage, 11},
			{`{"type":"offer","id":12}`, protocol.ErrBadOffer, 12},
		} {
			c.write(websocket.TextMessage, tt.frame)
			c.expectError(tt.code, tt.re)
		}
		w.expectCalls()
		w.expectCount(messagesRefused, 7)
	})
}

func TestUnreadableFramesEndTheSession(t *testing.T) {
	for _, tt := range []struct {
		name  string
		kind  int
		frame string
		code  int
	}{
		{"no JSON", websocket.TextMessage, "hello", websocket.CloseInvalidFramePayloadData},
		{"empty", websocket.TextMessage, "", websocket.CloseInvalidFramePayloadData},
		{"list", websocket.TextMessage, "[]", websocket.CloseInvalidFramePayloadData},
		{"not UTF-8", websocket.TextMessage, "{\"type\":\"\xff\"}", websocket.CloseInvalidFramePayloadData},
		{"binary", websocket.BinaryMessage, `{"type":"ping"}`, websocket.CloseUnsupportedData},
	} {
		t.Run(tt.name, func(t *testing.T) {
			inWorld(t, Config{}, func(w *world) {
				c := w.join("ada")
				c.write(tt.kind, tt.frame)
				c.expectBye(protocol.ByeProtocol, tt.code)
				w.expectCalls("ada lost")
				w.expectCount(endedProtocol, 1)
			})
		})
	}
}

func TestErrorsOfTheServerStayInItsLog(t *testing.T) {
	var log strings.Builder
	inWorld(t, Config{Log: slog.New(slog.NewTextHandler(&log, nil))}, func(w *world) {
		c := w.join("ada")
		w.rooms.do = func(context.Context, string, protocol.ClientMessage) error { return errSecret }
		c.send(protocol.Say{Text: "x"}, 2)
		if e := c.expectError(protocol.ErrInternal, 2); strings.Contains(e.Message, "hunter2") {
			t.Errorf("the client reads %q", e.Message)
		}
		c.send(protocol.Ping{}, 3)
		c.expect(protocol.Pong{}, 3)
	})
	if !strings.Contains(log.String(), "hunter2") {
		t.Error("the log does not say what failed")
	}
}

func TestPanicEndsOneSessionOnly(t *testing.T) {
	var log strings.Builder
	inWorld(t, Config{Log: slog.New(slog.NewTextHandler(&log, nil))}, func(w *world) {
		ada, bob := w.join("ada"), w.join("bob")
		w.rooms.do = func(_ context.Context, name string, _ protocol.ClientMessage) error {
			if name == "ada" {
				panic("a bug")
			}
			return nil
		}
		ada.send(protocol.Say{Text: "x"}, 2)
		ada.expectError(protocol.ErrInternal, 2)
		ada.expectClose(websocket.CloseInternalServerErr)
		w.expectCalls("ada say", "ada lost")
		bob.send(protocol.Say{Text: "still here"}, 2)
		bob.expect(protocol.OK{}, 2)
		w.expectCount(panics, 1)
		w.expectCount(endedInternal, 1)
	})
	if !strings.Contains(log.String(), "a bug") || !strings.Contains(log.String(), "carryOut") {
		t.Errorf("the log lacks the cause or the stack:\n%s", log.String())
	}
}

func TestJoinDeadline(t *testing.T) {
	inWorld(t, Config{}, func(w *world) {
		start := time.Now()
		c := w.dial()
		c.expectBye(protocol.ByeTimeout, CloseTimeout)
		if took := time.Since(start); took != 10*time.Second {
			t.Errorf("took %v", took)
		}
		w.expectCount(endedTimeout, 1)

		joined := w.join("ada")
		joined.background()
		pause(time.Minute)
		w.expectCalls()
		joined.socket.Close()
	})
}

func TestPingsKeepASessionAlive(t *testing.T) {
	inWorld(t, Config{}, func(w *world) {
		c := w.join("ada")
		pings := 0
		answer := c.socket.PingHandler()
		c.socket.SetPingHandler(func(data string) error { pings++; return answer(data) })
		frames := c.background()
		pause(time.Minute + time.Millisecond)
		synctest.Wait()
		if pings != 20 {
			t.Errorf("%d pings in a minute, want one every 3 s", pings)
		}
		w.rooms.outbox("ada").Close(protocol.ByeRoomClosed)
		for range frames { // until it ends
		}
		c.socket.Close()
	})
}

// A half-open connection takes what is written, as a kernel would for a while, and never answers.
func TestHalfOpen(t *testing.T) {
	inWorld(t, Config{}, func(w *world) {
		c := w.join("ada")
		c.socket.SetPingHandler(func(string) error { return nil })
		c.background()
		start := time.Now()
		w.waitUntilSessions(0)
		if took := time.Since(start); took > 7*time.Second+20*time.Millisecond || took < 6*time.Second {
			t.Errorf("took %v", took)
		}
		w.expectCount(endedDead, 1)
		w.expectCalls("ada lost")
		c.socket.Close()
	})
}

func TestClientCloses(t *testing.T) {
	inWorld(t, Config{}, func(w *world) {
		c := w.join("ada")
		message := websocket.FormatCloseMessage(websocket.CloseGoingAway, "")
		if err := c.socket.WriteControl(websocket.CloseMessage, message, time.Now().Add(time.Second)); err != nil {
			t.Fatal(err)
		}
		c.expectClose(websocket.CloseGoingAway)
		w.expectCalls("ada lost")
		w.expectCount(endedGone, 1)

		bob := w.join("bob")
		bob.socket.Close()
		w.expectCalls("bob lost")
		w.expectCount(endedGone, 2)
	})
}

func TestByesOfTheRoom(t *testing.T) {
	for reason, want := range map[protocol.ByeReason]struct {
		code  int
		calls []string
	}{
		protocol.ByeReplaced:   {CloseReplaced, []string{"ada lost"}}, // the real rooms ignore it: another outbox is newer
		protocol.ByeMedia:      {CloseMedia, []string{"ada gone: removed"}},
		protocol.ByeRoomClosed: {CloseRoomClosed, []string{"ada gone: removed"}},
		protocol.ByeShutdown:   {websocket.CloseGoingAway, []string{"ada lost"}},
		"another":              {websocket.CloseInternalServerErr, []string{"ada lost"}},
	} {
		t.Run(string(reason), func(t *testing.T) {
			inWorld(t, Config{}, func(w *world) {
				c := w.join("ada")
				out := w.rooms.outbox("ada")
				out.Send(protocol.Speakers{}, 0, 0)
				out.Close(reason)
				out.Close(protocol.ByeMedia)        // the first one counts
				out.Send(protocol.Speakers{}, 0, 0) // too late
				if m, _, _ := c.receive(); protocol.TypeOf(m) != "speakers" {
					t.Errorf("what was queued must come first, got %#v", m)
				}
				c.expectBye(reason, want.code)
				w.expectCalls(want.calls...)
				w.expectCount(droppedEnded, 1)
			})
		})
	}
}

// What a client sends while Bye is on its way is not carried out.
func TestNothingIsDoneAfterTheEnd(t *testing.T) {
	inWorld(t, Config{}, func(w *world) {
		c := w.join("ada")
		w.rooms.outbox("ada").Close(protocol.ByeReplaced)
		c.send(protocol.Say{Text: "too late"}, 2) // Bye is being written, and not yet read
		c.expectBye(protocol.ByeReplaced, CloseReplaced)
		w.expectCalls("ada lost")
	})
}

func TestClientThatIgnoresTheCloseFrame(t *testing.T) {
	inWorld(t, Config{}, func(w *world) {
		c := w.join("ada")
		c.socket.SetCloseHandler(func(int, string) error { return nil })
		start := time.Now()
		w.rooms.outbox("ada").Close(protocol.ByeRoomClosed)
		c.expect(protocol.Bye{Reason: protocol.ByeRoomClosed}, 0)
		if _, _, err := c.socket.ReadMessage(); !websocket.IsCloseError(err, CloseRoomClosed) {
			t.Fatal(err)
		}
		w.waitUntilSessions(0)
		if took := time.Since(start); took > 1100*time.Millisecond {
			t.Errorf("took %v", took)
		}
		c.socket.Close()
	})
}

func TestRequestDeadline(t *testing.T) {
	inWorld(t, Config{}, func(w *world) {
		c := w.join("ada")
		c.socket.SetPingHandler(func(string) error { return nil }) // a pipe holds no answer while the server does not read
		frames := c.background()
		w.rooms.do = func(ctx context.Context, _ string, _ protocol.ClientMessage) error {
			<-ctx.Done()
			return ctx.Err()
		}
		start := time.Now()
		c.send(protocol.Offer{SDP: "v=0"}, 2)
		frame := string(<-frames)
		if !strings.Contains(frame, `"internal"`) || time.Since(start) != 5*time.Second {
			t.Errorf("%s after %v", frame, time.Since(start))
		}
		// The client was not read for 5 s, which must not count against it.
		pause(4 * time.Second)
		w.expectCount(endedDead, 0)
		c.socket.Close()
	})
}
