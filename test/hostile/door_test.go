package hostile

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"salon/signaling/protocol"
)

// beforeAdmission are the messages that one who waits may get.
var beforeAdmission = map[string]bool{"waiting": true, "error": true, "pong": true, "ok": true, "bye": true}

// One who waits sends everything that there is. It gets only what is allowed, and nothing of the room is in it.
func TestTheLobbyTellsNothing(t *testing.T) {
	s := serve(t, discard{}, "join: {guests: trusted}", "title: Very private")
	host, reply := joins(t, s.url, protocol.Join{Room: "room", Name: "Hostess", Token: signed(map[string]any{"sub": "host", "role": "moderator"})})
	joined := reply.(protocol.Joined)
	ask[protocol.OK](host, protocol.Say{Text: "a line of the room"})
	knocker, reply := joins(t, s.url, protocol.Join{Room: "room", Name: "Knocker"})
	waiting, ok := reply.(protocol.Waiting)
	if !ok {
		t.Fatalf("the answer is %+v", reply)
	}
	for _, m := range protocol.ClientMessages {
		switch m := m.(type) {
		case protocol.Join:
			if reply := knocker.request(protocol.Join{Room: "room", Name: "Again"}); code(reply) != protocol.ErrAlreadyJoined {
				t.Errorf("another join is answered %+v", reply)
			}
		case protocol.Leave:
		case protocol.Ping:
			ask[protocol.Pong](knocker, m)
		case protocol.LobbySay:
			ask[protocol.OK](knocker, protocol.LobbySay{Text: "hello"})
		default:
			// The empty ones may be out of bounds: these too must say nothing else.
			if got := code(knocker.request(m)); got == "" {
				t.Errorf("%s is carried out", protocol.TypeOf(m))
			}
		}
	}
	for _, m := range []protocol.ClientMessage{
		protocol.Offer{SDP: "v=0"}, protocol.Publish{Source: protocol.Camera}, protocol.View{}, protocol.Say{Text: "in"}, protocol.Say{Text: "in", To: joined.Self},
		protocol.Admit{Participants: []string{waiting.Self}}, protocol.Raise{Raised: true}, protocol.GetSettings{}, protocol.Spotlight{}, protocol.Lock{},
	} {
		if got := code(knocker.request(m)); got != protocol.ErrNotJoined {
			t.Errorf("%s is answered %q", protocol.TypeOf(m), got)
		}
	}
	ask[protocol.OK](host, protocol.Say{Text: "second line"})
	ask[protocol.OK](host, protocol.Raise{Raised: true})
	ask[protocol.Pong](knocker, protocol.Ping{})
	for i, m := range knocker.seen {
		if !beforeAdmission[protocol.TypeOf(m)] {
			t.Errorf("it gets %s", knocker.frames[i])
		}
		for _, secret := range []string{"Hostess", joined.Self, "turn:", "ice-credential", "a line", "second line", "Very private"} {
			if strings.Contains(knocker.frames[i], secret) {
				t.Errorf("%q is in %s", secret, knocker.frames[i])
			}
		}
	}
	ask[protocol.OK](host, protocol.Admit{})
	if in := next[protocol.Joined](knocker); len(in.Participants) != 2 || len(in.ICEServers) != 1 {
		t.Errorf("admitted: %+v", in)
	}
}

// Before a join nothing is carried out but join, ping and leave.
func TestBeforeAJoinNothingIsCarriedOut(t *testing.T) {
	s := serve(t, discard{}, "")
	stranger := dial(t, s.url)
	for _, m := range []protocol.ClientMessage{
		protocol.Offer{SDP: "v=0", Sections: []protocol.Section{}}, protocol.Publish{Source: protocol.Camera}, protocol.Mute{Source: protocol.Camera}, protocol.View{},
		protocol.Say{Text: "x"}, protocol.Raise{}, protocol.TakeFloor{}, protocol.LobbySay{Text: "x"}, protocol.Admit{}, protocol.Refuse{}, protocol.GetBans{},
		protocol.Lock{Locked: true}, protocol.GetSettings{}, protocol.GetInvitations{}, protocol.End{}, protocol.LowerHands{}, protocol.DeleteLine{},
	} {
		if got := code(stranger.request(m)); got != protocol.ErrNotJoined {
			t.Errorf("%s is answered %q", protocol.TypeOf(m), got)
		}
	}
	ask[protocol.Pong](stranger, protocol.Ping{})
}

// role is what the participant is in the room, and its name.
func role(m protocol.ServerMessage) string {
	joined, ok := m.(protocol.Joined)
	if !ok {
		return fmt.Sprintf("%+v", m)
	}
	for _, p := range joined.Participants {
		if p.ID == joined.Self {
			return string(p.Role) + " " + p.Name
		}
	}
	return "not in the list"
}

func TestTokensAtTheDoor(t *testing.T) {
	s := serve(t, discard{}, "join: {guests: deny}")
	enter := func(token, device string) protocol.ServerMessage {
		one, reply := joins(t, s.url, protocol.Join{Room: "room", Name: "Chosen", Token: token, Device: device})
		one.close()
		return reply
	}
	user := func(u map[string]any) map[string]any {
		return map[string]any{"sub": "meet.example.org", "context": map[string]any{"user": u}}
	}
	for name, tt := range map[string]struct {
		claims map[string]any
		want   string
	}{
		"plain":                    {map[string]any{"sub": "a", "name": "Ada"}, "participant Ada"},
		"no name":                  {map[string]any{"sub": "b"}, "participant Chosen"},
		"presenter":                {map[string]any{"sub": "c", "role": "presenter", "name": "Ada"}, "presenter Ada"},
		"Jitsi: moderator":         {user(map[string]any{"id": 7, "name": "Grace", "moderator": true, "avatar": "https://x/y.png"}), "moderator Grace"},
		"Jitsi: moderator as text": {user(map[string]any{"id": "8", "name": "Grace", "moderator": "true"}), "moderator Grace"},
		"Jitsi: owner":             {user(map[string]any{"id": "9", "name": "Grace", "affiliation": "owner"}), "moderator Grace"},
		"Jitsi: member":            {user(map[string]any{"id": "10", "name": "Grace", "affiliation": "member", "moderator": "false"}), "participant Grace"},
		"a name of two lines":      {map[string]any{"sub": "d", "name": "Ada\nLovelace"}, "participant Ada Lovelace"},
	} {
		if got := role(enter(signed(tt.claims), "")); got != tt.want {
			t.Errorf("%s: %s, want %s", name, got, tt.want)
		}
	}

	valid := map[string]any{"iss": "tests", "aud": "salon", "room": "room", "exp": time.Now().Add(time.Hour).Unix(), "sub": "eve", "role": "moderator"}
	with := func(key string, value any) map[string]any {
		c := map[string]any{}
		for k, v := range valid {
			c[k] = v
		}
		c[key] = value
		return c
	}
	hs := map[string]any{"alg": "HS256"}
	var answers []protocol.ServerMessage
	for name, token := range map[string]string{
		"rubbish":          "rubbish",
		"none":             strings.TrimSuffix(sign(map[string]any{"alg": "none"}, valid, ""), "."),
		"none, no sig":     sign(map[string]any{"alg": "none"}, valid, "")[:strings.LastIndex(sign(map[string]any{"alg": "none"}, valid, ""), ".")+1],
		"another secret":   sign(hs, valid, strings.ToLower(secret)),
		"another alg":      sign(map[string]any{"alg": "HS512"}, valid, secret),
		"another issuer":   sign(hs, with("iss", "others"), secret),
		"another audience": sign(hs, with("aud", "jitsi"), secret),
		"another room":     sign(hs, with("room", "board"), secret),
		"expired":          sign(hs, with("exp", time.Now().Add(-time.Hour).Unix()), secret),
		"not yet":          sign(hs, with("nbf", time.Now().Add(time.Hour).Unix()), secret),
		"an unknown role":  sign(hs, with("role", "root"), secret),
		"an unknown right": sign(hs, with("grants", map[string]bool{"fly": true}), secret),
		"a bad subject":    sign(hs, with("sub", "eve\u200b"), secret),
		"crit":             sign(map[string]any{"alg": "HS256", "crit": []string{"x"}}, valid, secret),
		"jku":              sign(map[string]any{"alg": "RS256", "jku": "https://evil.example/keys"}, valid, secret),
	} {
		reply := enter(token, "")
		if code(reply) != protocol.ErrBadToken {
			t.Errorf("%s: %+v", name, reply)
		}
		answers = append(answers, reply)
	}
	for _, a := range answers {
		if a != answers[0] {
			t.Errorf("the answers tell variants apart: %+v and %+v", answers[0], a)
		}
	}
}

// A token with an id belongs to the device that used it first, in every room; without a device it is used up.
func TestATokenWithAnIDIsForOneDevice(t *testing.T) {
	s := serve(t, discard{}, "join: {guests: deny}")
	enter := func(room, token, device string) protocol.ErrorCode {
		one, reply := joins(t, s.url, protocol.Join{Room: room, Name: "Ada", Token: token, Device: device})
		one.close()
		return code(reply)
	}
	token := signed(map[string]any{"sub": "ada", "jti": "one"})
	for i, step := range []struct {
		room, device string
		want         protocol.ErrorCode
	}{
		{"room", "device-of-ada-1234", ""}, {"room", "device-of-eve-1234", protocol.ErrBadToken}, {"room", "device-of-ada-1234", ""},
		{"board", "device-of-eve-1234", protocol.ErrBadToken}, {"board", "device-of-ada-1234", ""}, {"room", "", protocol.ErrBadToken},
	} {
		if got := enter(step.room, token, step.device); got != step.want {
			t.Errorf("step %d: %q, want %q", i, got, step.want)
		}
	}
	bare := signed(map[string]any{"sub": "bob", "jti": "two"})
	if first, second := enter("room", bare, ""), enter("room", bare, ""); first != "" || second != protocol.ErrBadToken {
		t.Errorf("without a device: %q, then %q", first, second)
	}
	// Twenty at once: one device has it.
	raced := signed(map[string]any{"sub": "carl", "jti": "three"})
	var mu sync.Mutex
	in := 0
	var all sync.WaitGroup
	for i := range 20 {
		one := dial(t, s.url)
		all.Go(func() {
			reply := one.request(protocol.Join{Room: "room", Name: "Carl", Token: raced, Device: fmt.Sprint("device-of-number-", i)})
			mu.Lock()
			defer mu.Unlock()
			if code(reply) == "" {
				in++
			}
		})
	}
	all.Wait()
	if in != 1 {
		t.Errorf("%d of 20 devices came in by one token", in)
	}
}

// What is not there and what may not be seen are answered alike, word for word.
func TestGuessedIDs(t *testing.T) {
	s := serve(t, discard{}, "policy: {see: {participants: nobody, cameras_of: moderators}}")
	_, reply := joins(t, s.url, protocol.Join{Room: "room", Name: "Hidden"})
	hidden := reply.(protocol.Joined).Self
	// A moderator from whom the list is kept as well.
	eve, reply := joins(t, s.url, protocol.Join{Room: "room", Name: "Eve", Token: signed(map[string]any{
		"sub": "eve", "grants": map[string]bool{"mute": true, "promote": true, "remove": true, "ban": true, "spotlight": true, "floor": true, "admit": true, "stop": true, "see_participants": false},
	})})
	if n := len(reply.(protocol.Joined).Participants); n != 1 {
		t.Fatalf("she sees %d", n)
	}
	for _, about := range []func(id string) protocol.ClientMessage{
		func(id string) protocol.ClientMessage { return protocol.Say{Text: "x", To: id} },
		func(id string) protocol.ClientMessage {
			return protocol.Grant{Participant: id, Right: protocol.RightVideo, State: protocol.Denied}
		},
		func(id string) protocol.ClientMessage {
			return protocol.Spotlight{Participant: id, Source: protocol.Camera}
		},
		func(id string) protocol.ClientMessage {
			return protocol.SetRole{Participant: id, Role: protocol.RoleViewer}
		},
		func(id string) protocol.ClientMessage { return protocol.Remove{Participant: id} },
		func(id string) protocol.ClientMessage { return protocol.Remove{Participant: id, Ban: true} },
		func(id string) protocol.ClientMessage { return protocol.SendBack{Participant: id} },
		func(id string) protocol.ClientMessage { return protocol.GiveFloor{Participant: id} },
		func(id string) protocol.ClientMessage { return protocol.LowerHands{Participant: id} },
		func(id string) protocol.ClientMessage {
			return protocol.AskUnmute{Participant: id, Source: protocol.Camera}
		},
		func(id string) protocol.ClientMessage {
			return protocol.Silence{Participant: id, Source: protocol.Camera}
		},
		func(id string) protocol.ClientMessage { return protocol.OrderHands{Participants: []string{id}} },
		func(id string) protocol.ClientMessage {
			return protocol.View{Tiles: []protocol.Tile{{Participant: id, Source: protocol.Camera, Width: 64, Height: 64}}}
		},
	} {
		there, nowhere := eve.request(about(hidden)), eve.request(about("AAAAAAAAAAAAAAAAAAAAAAAAAA"))
		if there != nowhere {
			t.Errorf("%+v is answered %+v, a guess %+v", about(hidden), there, nowhere)
		}
	}
	for _, frame := range eve.frames {
		if strings.Contains(frame, hidden) || strings.Contains(frame, "Hidden") {
			t.Errorf("she is told %s", frame)
		}
	}
}

// Nothing secret is in the log, however much of it is written.
func TestSecretsAreNotLogged(t *testing.T) {
	var log lockedBuffer
	s := serve(t, slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}), "join: {guests: trusted}")
	token := signed(map[string]any{"sub": "host", "role": "moderator", "jti": "an-id"})
	host, reply := joins(t, s.url, protocol.Join{Room: "room", Name: "Host", Token: token, Device: "device-that-is-secret"})
	joined := reply.(protocol.Joined)
	code := ask[protocol.Invitation](host, protocol.Invite{Role: protocol.RoleViewer}).Code
	forged := sign(map[string]any{"alg": "HS256"}, map[string]any{"iss": "tests", "aud": "salon"}, "another-secret-of-32-bytes-or-more")
	joins(t, s.url, protocol.Join{Room: "room", Name: "Guest", Invite: code})
	_, reply = joins(t, s.url, protocol.Join{Room: "room", Name: "Knocker"})
	knock := reply.(protocol.Waiting)
	joins(t, s.url, protocol.Join{Room: "room", Name: "Eve", Token: forged})
	joins(t, s.url, protocol.Join{Room: "room", Name: "Eve", Token: token, Device: "another-device-of-eve"})
	joins(t, s.url, protocol.Join{Room: "room", Name: "Eve", Invite: "WRONGCODEWRONGCODE"})
	joins(t, s.url, protocol.Join{Room: "room", Resume: &protocol.Resume{Participant: joined.Self, Token: "wrong-resume-token"}})
	joins(t, s.url, protocol.Join{Room: "room", Resume: &protocol.Resume{Participant: joined.Self, Token: joined.Token}})
	ask[protocol.OK](host.afterResume(t, s.url, joined), protocol.Say{Text: "words that are private"})
	text := log.String()
	if len(text) == 0 {
		t.Fatal("nothing was logged: nothing is proved")
	}
	for _, hidden := range []string{
		token, forged, token[strings.LastIndex(token, ".")+1:], code, "WRONGCODEWRONGCODE", joined.Token, knock.Token, "wrong-resume-token",
		"device-that-is-secret", "another-device-of-eve", secret, "ice-credential", "words that are private",
	} {
		if strings.Contains(text, hidden) {
			t.Errorf("%q is in the log:\n%s", hidden, text)
		}
	}
}

// afterResume is a new session of a participant.
func (s *socket) afterResume(t *testing.T, url string, joined protocol.Joined) *socket {
	again, _ := joins(t, url, protocol.Join{Room: "room", Resume: &protocol.Resume{Participant: joined.Self, Token: joined.Token}})
	return again
}

// lockedBuffer is a log that several goroutines write.
type lockedBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}
