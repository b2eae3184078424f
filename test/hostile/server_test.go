package hostile

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"flag"
	"log/slog"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"salon/cmd/loadtest/participant"
	"salon/rooms"
	"salon/rooms/policy"
	"salon/rooms/token"
	"salon/sfu/transport"
	"salon/signaling"
	"salon/signaling/protocol"
)

func TestMain(m *testing.M) {
	flag.Parse()
	_ = flag.Set("test.parallel", "8") // these tests wait more than they compute
	goleak.VerifyTestMain(m)
}

// secret signs the tokens of these tests.
const secret = "kq3Zp0vXr7LmT9wYb2NcH5sGd8JfA1uE"

// server is rooms, media and signaling, with one participant's counters to themselves.
type server struct {
	engine   *transport.Engine
	registry *rooms.Registry
	url      string
}

// serve runs a server whose rooms follow one file.
func serve(t *testing.T, log slog.Handler, lines ...string) *server {
	t.Helper()
	file, err := policy.Read("test.yaml", []byte(strings.Join(lines, "\n")))
	if err != nil {
		t.Fatal(err)
	}
	key, err := token.SecretKey([]byte(secret))
	if err != nil {
		t.Fatal(err)
	}
	tokens, err := token.NewVerifier([]token.Issuer{{Name: "tests", Audience: "salon", Keys: []token.Key{key}}})
	if err != nil {
		t.Fatal(err)
	}
	logger := slog.New(log)
	engine, err := transport.NewEngine(transport.Config{
		IncludeLoopback: true, TCPPort: -1, BindAddresses: []netip.Addr{netip.MustParseAddr("127.0.0.1")},
	}, logger)
	if err != nil {
		t.Fatal(err)
	}
	s := &server{engine: engine}
	s.registry = rooms.NewRegistry(rooms.Config{
		NewPeer: func(e transport.Events) (rooms.Peer, error) {
			p, err := engine.NewPeer(e)
			if err != nil {
				return nil, err
			}
			return p, nil
		},
		ICEServers: func() []protocol.ICEServer {
			return []protocol.ICEServer{{URLs: []string{"turn:turn.example.org"}, Username: "u", Credential: "ice-credential"}}
		},
		Files: ruled{file}, Tokens: tokens, Log: logger, Version: "test",
	})
	sockets := signaling.NewServer(signaling.Config{Registry: s.registry, Log: logger})
	web := httptest.NewServer(sockets)
	s.url = web.URL
	t.Cleanup(func() {
		if err := sockets.Close(context.Background()); err != nil {
			t.Error(err)
		}
		web.Close()
		s.registry.Close()
		_ = engine.Close()
	})
	return s
}

// ruled is the same file for every room.
type ruled struct{ file policy.File }

func (r ruled) Room(string) policy.File { return r.file }
func (ruled) Keys() []string            { return nil }
func (ruled) Problem(string) error      { return nil }

// signed is a token of the tests' issuer.
func signed(claims map[string]any) string {
	all := map[string]any{"iss": "tests", "aud": "salon", "room": "*", "exp": time.Now().Add(time.Hour).Unix()}
	for k, v := range claims {
		all[k] = v
	}
	return sign(map[string]any{"alg": "HS256", "typ": "JWT"}, all, secret)
}

// sign makes any token of header and claims.
func sign(header, claims map[string]any, secret string) string {
	part := func(v any) string {
		text, err := json.Marshal(v)
		if err != nil {
			panic(err)
		}
		return base64.RawURLEncoding.EncodeToString(text)
	}
	text := part(header) + "." + part(claims)
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(text))
	return text + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

func testContext(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// enter joins with slots for everything.
func (s *server) enter(t *testing.T, name string, change func(*participant.Options)) *participant.Participant {
	t.Helper()
	o := participant.Options{URL: s.url, Room: "room", Name: name, VideoSlots: 3, AudioSlots: 3, Layers: participant.DefaultLayers(400), AllEncodings: true}
	if change != nil {
		change(&o)
	}
	p, err := participant.Join(testContext(t), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Close() })
	return p
}

// host joins as a moderator and writes down what it is told.
func (s *server) host(t *testing.T, r *recorder) *participant.Participant {
	return s.enter(t, "Host", func(o *participant.Options) {
		o.Token, o.OnMessage = signed(map[string]any{"sub": "host", "role": "moderator"}), r.take
	})
}

// recorder notes announcements of publications.
type recorder struct {
	mu        sync.Mutex
	announced []string // "id source"
}

func (r *recorder) take(m protocol.ServerMessage, _ uint64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	note := func(id string, source protocol.Source) { r.announced = append(r.announced, id+" "+string(source)) }
	switch m := m.(type) {
	case protocol.ParticipantJoined:
		for _, pub := range m.Participant.Publications {
			note(m.Participant.ID, pub.Source)
		}
	case protocol.PublicationChanged:
		note(m.Participant, m.Publication.Source)
	case protocol.Slots:
		for _, f := range m.Slots {
			note(f.Participant, f.Source)
		}
	}
}

// of counts the announcements of one source of one participant.
func (r *recorder) of(id string, source protocol.Source) (n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, a := range r.announced {
		if a == id+" "+string(source) {
			n++
		}
	}
	return n
}

// got is every RTP packet that a participant has received.
func got(p *participant.Participant) (n uint64) {
	stats := p.Stats()
	n = stats.Strangers
	for _, s := range stats.Slots {
		n += s.Packets + s.Redundant + s.Recovered + s.Late + s.Duplicates
	}
	return n
}

func wait(d time.Duration) { <-time.After(d) }

// await polls: media is real, and takes real time.
func await(t *testing.T, what string, met func() bool) {
	t.Helper()
	for range 800 {
		if met() {
			return
		}
		wait(10 * time.Millisecond)
	}
	t.Fatalf("not within 8 s: %s", what)
}
