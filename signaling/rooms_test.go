package signaling

import (
	"context"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"salon/rooms"
	"salon/sfu/congestion"
	"salon/sfu/forward"
	"salon/sfu/transport"
	"salon/signaling/protocol"
)

// mutePeer answers every offer without media.
type mutePeer struct{}

func (mutePeer) Answer(_ context.Context, o transport.Offer) (transport.Answer, error) {
	publications := map[protocol.Source]*forward.Publication{}
	for _, s := range o.Sections {
		publications[s.Source] = forward.NewPublication(forward.PublicationConfig{Kind: s.Source.Kind()})
	}
	return transport.Answer{SDP: "answer", Publications: publications}, nil
}
func (mutePeer) Close()             {}
func (mutePeer) Connected() bool    { return true }
func (mutePeer) RTT() time.Duration { return 0 }
func (mutePeer) Want(int)           {}

func (mutePeer) Estimate() congestion.Estimate { return congestion.Estimate{} }

// withRooms starts a server with real rooms.
func withRooms(t *testing.T) (*rooms.Registry, string) {
	t.Helper()
	registry := rooms.NewRegistry(rooms.Config{
		NewPeer: func(transport.Events) (rooms.Peer, error) { return mutePeer{}, nil },
		Version: "test",
	})
	server := NewServer(Config{Registry: registry})
	web := httptest.NewServer(server)
	t.Cleanup(func() {
		if err := server.Close(context.Background()); err != nil {
			t.Error(err)
		}
		web.Close()
		registry.Close()
	})
	return registry, "ws" + strings.TrimPrefix(web.URL, "http")
}

func enter(t *testing.T, url string, j protocol.Join) (*client, protocol.Joined) {
	t.Helper()
	c, _, err := dialTCP(t, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	c.send(j, 1)
	m, re, _ := c.receive()
	joined, ok := m.(protocol.Joined)
	if !ok || re != 1 {
		t.Fatalf("got %#v, re %d", m, re)
	}
	return c, joined
}

// event returns the next message that is a room event.
func (c *client) event() (protocol.ServerMessage, uint64) {
	c.t.Helper()
	for {
		if m, _, seq := c.receive(); seq != 0 {
			return m, seq
		}
	}
}

// reply returns the answer to a request, and passes over everything else.
func (c *client) reply(id uint64) protocol.ServerMessage {
	c.t.Helper()
	for {
		if m, re, _ := c.receive(); re == id {
			return m
		}
	}
}

func TestCallWithRealRooms(t *testing.T) {
	_, url := withRooms(t)
	ada, _ := enter(t, url, protocol.Join{Room: "Weekly", Name: "Ada"})
	bob, joined := enter(t, url, protocol.Join{Room: "weekly", Name: "Bob"})
	if len(joined.Participants) != 2 || joined.Server.Version != "test" {
		t.Fatalf("got %+v", joined)
	}
	if m, _ := ada.event(); m.(protocol.ParticipantJoined).Participant.Name != "Bob" {
		t.Errorf("got %#v", m)
	}
	bob.send(protocol.Offer{SDP: "v=0", Sections: []protocol.Section{{Mid: "0", Source: protocol.Microphone}}}, 2)
	if m := bob.reply(2); m.(protocol.Answer).SDP != "answer" {
		t.Errorf("got %#v", m)
	}
	bob.send(protocol.Publish{Source: protocol.Microphone}, 3)
	if m := bob.reply(3); m != (protocol.OK{}) {
		t.Errorf("got %#v", m)
	}
	if m, _ := ada.event(); m.(protocol.PublicationChanged).Publication.Source != protocol.Microphone {
		t.Errorf("got %#v", m)
	}
	bob.send(protocol.Publish{Source: protocol.Screen}, 4)
	if m := bob.reply(4); m.(protocol.Error).Code != protocol.ErrNoSource {
		t.Errorf("got %#v", m)
	}
	bob.send(protocol.Leave{}, 5)
	if m := bob.reply(5); m.(protocol.Bye).Reason != protocol.ByeLeft {
		t.Errorf("got %#v", m)
	}
	for {
		m, _ := ada.event()
		if left, ok := m.(protocol.ParticipantLeft); ok {
			if left.ID != joined.Self || left.Reason != protocol.LeftByChoice {
				t.Errorf("got %#v", left)
			}
			return
		}
	}
}

// A lost session resumes: the same participant, nothing lost, doubled or out of order.
func TestResumeWithRealRooms(t *testing.T) {
	_, url := withRooms(t)
	ada, first := enter(t, url, protocol.Join{Room: "r", Name: "Ada"})
	bob, _ := enter(t, url, protocol.Join{Room: "r", Name: "Bob"})
	_, last := ada.event() // Bob came
	ada.socket.NetConn().Close()
	if m, _ := bob.event(); m.(protocol.ParticipantChanged).State != protocol.Reconnecting {
		t.Errorf("got %#v", m)
	}
	for id := range uint64(3) {
		bob.send(protocol.Say{Text: strings.Repeat("x", int(id+1))}, id+2)
		bob.reply(id + 2)
	}
	resume := protocol.Join{Room: "r", Resume: &protocol.Resume{Participant: first.Self, Token: first.Token, LastSeq: last}}
	again, joined := enter(t, url, resume)
	if !joined.Resumed || !joined.Replayed || joined.Self != first.Self {
		t.Fatalf("got %+v", joined)
	}
	for i := range uint64(3) {
		m, seq := again.event()
		if seq != last+1+i || m.(protocol.ChatLine).Text != strings.Repeat("x", int(i+1)) {
			t.Errorf("got %#v, seq %d; want seq %d", m, seq, last+1+i)
		}
	}
	// A second resume replaces the session that is alive.
	third, _ := enter(t, url, resume)
	again.expectBye(protocol.ByeReplaced, CloseReplaced)
	third.send(protocol.Ping{}, 9)
	if m := third.reply(9); m != (protocol.Pong{}) {
		t.Errorf("got %#v", m)
	}
	stranger, _, err := dialTCP(t, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	resume.Resume.Token = "guessed"
	stranger.send(resume, 1)
	stranger.expectError(protocol.ErrResumeUnknown, 1)
}

func TestDrainWithRealRooms(t *testing.T) {
	registry, url := withRooms(t)
	ada, _ := enter(t, url, protocol.Join{Room: "r", Name: "Ada"})
	registry.Drain(3 * time.Second)
	if bye := ada.expectBye(protocol.ByeShutdown, websocket.CloseGoingAway); bye.RetryAfter != 3 {
		t.Errorf("retry after %d s", bye.RetryAfter)
	}
	late, _, err := dialTCP(t, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	late.send(protocol.Join{Room: "r", Name: "Late"}, 1)
	late.expectError(protocol.ErrShuttingDown, 1)
}
