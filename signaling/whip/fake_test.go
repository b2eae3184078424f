package whip

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"salon/rooms"
	"salon/signaling/protocol"
)

// fakeRooms is a registry with one participant per join, who can be told what to do.
type fakeRooms struct {
	mu      sync.Mutex
	refusal error // of the next joins
	joins   []protocol.Join
	all     []*fakeParticipant
}

func (f *fakeRooms) Join(_ context.Context, e rooms.Entrance) (participant, error) {
	j, out := e.Join, e.Out
	f.mu.Lock()
	defer f.mu.Unlock()
	f.joins = append(f.joins, j)
	if f.refusal != nil {
		return nil, f.refusal
	}
	if j.Resume != nil {
		return f.all[0], nil
	}
	p := &fakeParticipant{out: out.(*outbox), answer: sdpAnswer}
	f.all = append(f.all, p)
	out.Send(protocol.Joined{Self: "self", Token: "secret", ICEServers: []protocol.ICEServer{
		{URLs: []string{"turn:a.example", "turn:b.example"}, Username: `u"`, Credential: `c\`},
	}}, e.Re, 0)
	return p, nil
}

type fakeParticipant struct {
	out    *outbox
	answer string

	mu        sync.Mutex
	offers    []protocol.Offer
	published []protocol.Source
	views     []protocol.View
	left      []protocol.LeftReason
	lost      int
	connected bool
	looks     int   // how often Connected was called
	err       error // of every call
}

func (p *fakeParticipant) Offer(_ context.Context, o protocol.Offer) (protocol.Answer, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.offers = append(p.offers, o)
	return protocol.Answer{SDP: p.answer}, p.err
}

func (p *fakeParticipant) Do(_ context.Context, m protocol.ClientMessage) (protocol.ServerMessage, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch m := m.(type) {
	case protocol.Publish:
		p.published = append(p.published, m.Source)
	case protocol.View:
		p.views = append(p.views, m)
	}
	return protocol.OK{}, p.err
}

func (p *fakeParticipant) Connected() (bool, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.looks++
	return p.connected, p.err
}

func (p *fakeParticipant) Leave(reason protocol.LeftReason) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.left = append(p.left, reason)
}

func (p *fakeParticipant) Lost(rooms.Outbox) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.lost++
}

// seen returns the views so far; ends, why it left; and losses, how often it was lost.
func (p *fakeParticipant) seen() []protocol.View {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.views)
}

func (p *fakeParticipant) ends() []protocol.LeftReason {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.left)
}

func (p *fakeParticipant) losses() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.lost
}

func (p *fakeParticipant) looked() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.looks
}

func (p *fakeParticipant) set(connected bool, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.connected, p.err = connected, err
}

const (
	ice       = "a=ice-ufrag:abcd\r\na=ice-pwd:0123456789012345678901\r\n"
	sdpHead   = "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n"
	sdpBundle = "a=group:BUNDLE a v\r\n"
	sdpAudio  = "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:a\r\na=rtpmap:111 opus/48000/2\r\n" + ice
	sdpVideo  = "m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:v\r\na=rtpmap:96 VP8/90000\r\n" + ice
	sdpOffer  = sdpHead + sdpBundle + sdpAudio + "a=sendonly\r\n" + sdpVideo + "a=sendonly\r\n"
	sdpPlay   = sdpHead + sdpBundle + sdpAudio + "a=recvonly\r\n" + sdpVideo + "a=recvonly\r\n"
	sdpAnswer = sdpHead + sdpBundle + sdpAudio + "a=recvonly\r\na=candidate:1 1 udp 1 192.0.2.1 9 typ host\r\n" + sdpVideo + "a=recvonly\r\n"
)

// desk is a server with fake rooms; requests go to its handlers directly.
type desk struct {
	*testing.T
	*fakeRooms
	server *Server
	mux    *http.ServeMux
}

func newDesk(t *testing.T, c Config) *desk {
	d := &desk{T: t, fakeRooms: &fakeRooms{}, mux: http.NewServeMux()}
	d.server = newServer(c, d.fakeRooms)
	for pattern, handler := range d.server.Routes() {
		d.mux.Handle(pattern, handler)
	}
	return d
}

func (d *desk) close() {
	d.Helper()
	if err := d.server.Close(context.Background()); err != nil {
		d.Error(err)
	}
}

func (d *desk) do(method, path, body string, headers ...string) *http.Response {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Content-Type", typeSDP)
	if method == http.MethodPatch {
		r.Header.Set("Content-Type", typeFragment)
	}
	for i := 0; i < len(headers); i += 2 {
		if r.Header.Del(headers[i]); headers[i+1] != "" {
			r.Header.Set(headers[i], headers[i+1])
		}
	}
	w := httptest.NewRecorder()
	d.mux.ServeHTTP(w, r)
	return w.Result()
}

// begin posts an offer and returns the session's address and tag.
func (d *desk) begin(path, offer string) (location, tag string) {
	d.Helper()
	answer := d.do(http.MethodPost, path, offer)
	if answer.StatusCode != http.StatusCreated {
		d.Fatal(answer.Status)
	}
	return answer.Header.Get("Location"), answer.Header.Get("ETag")
}
