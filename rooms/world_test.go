package rooms

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"salon/sfu/codec"
	"salon/sfu/congestion"
	"salon/sfu/forward"
	"salon/sfu/transport"
	"salon/signaling/protocol"
)

// world is a registry whose Peers are fakes that carry real publications and slots.
type world struct {
	*testing.T
	*Registry

	mu    sync.Mutex
	peers []*fakePeer
	// newPeer is called for every new Peer, when set.
	newPeer func(*fakePeer) error
}

// inWorld runs a test under virtual time and ends the registry after it.
func inWorld(t *testing.T, l Limits, test func(w *world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, l)
		test(w)
		w.Close()
		for i, p := range w.peers {
			if !p.closed.Load() {
				t.Errorf("peer %d was not closed", i)
			}
		}
		totals := w.Totals()
		if totals.ParticipantsNow != 0 || totals.ReconnectingNow != 0 || totals.PublicationsNow != 0 || totals.RoomsNow != 0 || totals.Panics != 0 {
			t.Errorf("after the end: %+v", totals)
		}
	})
}

func newWorld(t *testing.T, l Limits) *world {
	w := &world{T: t}
	w.Registry = NewRegistry(Config{
		Limits: l, Version: "test",
		ICEServers: func() []protocol.ICEServer { return []protocol.ICEServer{{URLs: []string{"stun:example.org"}}} },
		NewPeer: func(events transport.Events) (Peer, error) {
			p := &fakePeer{onState: events.State, onFall: events.Fell, bound: map[protocol.Source]*forward.Publication{}}
			p.connected.Store(true)
			p.estimate.Store(20_000_000)
			p.state.Store(int32(congestion.Growing))
			if w.newPeer != nil {
				if err := w.newPeer(p); err != nil {
					return nil, err
				}
			}
			w.mu.Lock()
			defer w.mu.Unlock()
			w.peers = append(w.peers, p)
			return p, nil
		},
	})
	return w
}

// fakePeer answers an offer "2 3" with two audio and three video slots.
type fakePeer struct {
	onState   func(transport.State)
	onFall    func()
	estimate  atomic.Int64 // bit/s
	state     atomic.Int32 // of the estimate
	wanted    atomic.Int64 // bit/s, as Want was told
	connected atomic.Bool
	closed    atomic.Bool
	looks     atomic.Int32                // how often the estimate was asked for
	answering func(context.Context) error // called by Answer, when set
	decodes   codec.Set                   // set before the first offer; empty: unknown

	mu    sync.Mutex
	slots []transport.Slot
	sinks []*fakeSink
	bound map[protocol.Source]*forward.Publication
}

func (p *fakePeer) Connected() bool    { return p.connected.Load() }
func (p *fakePeer) RTT() time.Duration { return 20 * time.Millisecond }
func (p *fakePeer) Want(bitrate int)   { p.wanted.Store(int64(bitrate)) }

func (p *fakePeer) Estimate() congestion.Estimate {
	p.looks.Add(1)
	return congestion.Estimate{Bitrate: int(p.estimate.Load()), State: congestion.State(p.state.Load())}
}

func (p *fakePeer) Close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed.Store(true)
	for _, pub := range p.bound {
		pub.Close()
	}
}

func (p *fakePeer) Answer(ctx context.Context, o transport.Offer) (transport.Answer, error) {
	if p.answering != nil {
		if err := p.answering(ctx); err != nil {
			return transport.Answer{}, err
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	var audio, video int
	if _, err := fmt.Sscan(o.SDP, &audio, &video); err != nil {
		return transport.Answer{}, &transport.OfferError{Reason: "not an offer"}
	}
	p.want(protocol.Audio, audio)
	p.want(protocol.Video, video)
	for _, s := range o.Sections {
		if p.bound[s.Source] == nil {
			c := forward.PublicationConfig{Kind: s.Source.Kind()}
			if s.Source == protocol.Camera {
				c.RIDs = []string{"q", "h", "f"}
			}
			p.bound[s.Source] = forward.NewPublication(c)
		}
	}
	a := transport.Answer{SDP: "answer", Decodes: p.decodes, Slots: slices.Clone(p.slots), Publications: map[protocol.Source]*forward.Publication{}}
	for source, pub := range p.bound {
		a.Publications[source] = pub
	}
	return a, nil
}

// want makes slots until there are n of a kind.
func (p *fakePeer) want(kind protocol.Kind, n int) {
	for _, s := range p.slots {
		if s.Slot.Kind() == kind {
			n--
		}
	}
	for range n {
		sink := &fakeSink{}
		p.sinks = append(p.sinks, sink)
		p.slots = append(p.slots, transport.Slot{Mid: fmt.Sprint(len(p.slots)), Slot: forward.NewSlot(kind, sink, 1, 1)})
	}
}

// fakeSink counts packets.
type fakeSink struct{ packets atomic.Int64 }

func (s *fakeSink) Send(*forward.Outgoing) error { s.packets.Add(1); return nil }
func (s *fakeSink) Gather(send func(burst any))  { send(nil) }

// sent is what an outbox was given.
type sent struct {
	message protocol.ServerMessage
	re, seq uint64
}

// fakeOutbox keeps everything.
type fakeOutbox struct {
	mu         sync.Mutex
	all        []sent
	closed     protocol.ByeReason
	retryAfter time.Duration
}

func (o *fakeOutbox) Send(m protocol.ServerMessage, re, seq uint64) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed == "" {
		o.all = append(o.all, sent{m, re, seq})
	}
}

func (o *fakeOutbox) Close(reason protocol.ByeReason) { o.CloseRetry(reason, 0) }

func (o *fakeOutbox) CloseRetry(reason protocol.ByeReason, after time.Duration) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed == "" {
		o.closed, o.retryAfter = reason, after
	}
}

func (o *fakeOutbox) bye() protocol.ByeReason {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.closed
}

// take returns what came since the last take, and forgets it.
func (o *fakeOutbox) take() []sent {
	o.mu.Lock()
	defer o.mu.Unlock()
	all := o.all
	o.all = nil
	return all
}

// client is a participant as its own client sees it.
type client struct {
	*Participant
	t      testing.TB
	w      *world
	out    *fakeOutbox
	joined protocol.Joined
	ssrc   uint16 // sequence number of the media that it sends
	early  []sent // what came with the join
}

// enter joins a room.
func (w *world) enter(room, name string) *client {
	w.Helper()
	c, err := w.tryEnter(room, name)
	if err != nil {
		w.Fatalf("%s cannot join: %v", name, err)
	}
	return c
}

func (w *world) tryEnter(room, name string) (*client, error) {
	c := &client{t: w.T, w: w, out: &fakeOutbox{}}
	p, err := w.Join(w.Context(), Entrance{Join: protocol.Join{Room: room, Name: name}, Re: 1, Out: c.out})
	if err != nil {
		return nil, err
	}
	c.Participant = p
	c.joined = c.out.take()[0].message.(protocol.Joined)
	return c, nil
}

// resume joins again with a new outbox and returns what came through it.
func (c *client) resume(last uint64) []sent {
	c.t.Helper()
	out := &fakeOutbox{}
	p, err := c.w.Join(c.w.Context(), Entrance{Join: protocol.Join{
		Room: c.joined.Room.Name, Resume: &protocol.Resume{Participant: c.ID(), Token: c.joined.Token, LastSeq: last},
	}, Re: 7, Out: out})
	if err != nil {
		c.t.Fatalf("cannot resume: %v", err)
	}
	if p != c.Participant {
		c.t.Fatal("resumed as somebody else")
	}
	c.out = out
	return out.take()
}

// do carries out a message whose reply does not matter.
func (c *client) do(ctx context.Context, m protocol.ClientMessage) error {
	_, err := c.Do(ctx, m)
	return err
}

// connect negotiates slots and a section for every source.
func (c *client) connect(audio, video int, sources ...protocol.Source) *fakePeer {
	c.t.Helper()
	o := protocol.Offer{SDP: fmt.Sprint(audio, video)}
	for i, s := range sources {
		o.Sections = append(o.Sections, protocol.Section{Mid: fmt.Sprint("s", i), Source: s})
	}
	if _, err := c.Offer(c.w.Context(), o); err != nil {
		c.t.Fatalf("no answer: %v", err)
	}
	return c.peer()
}

// publishing negotiates sources and publishes them.
func (c *client) publishing(sources ...protocol.Source) *client {
	c.t.Helper()
	c.connect(2, 3, sources...)
	for _, s := range sources {
		c.must(c.do(c.w.Context(), protocol.Publish{Source: s}))
	}
	return c
}

func (c *client) peer() (peer *fakePeer) {
	c.inside(func() { peer, _ = c.media.peer.(*fakePeer) })
	return peer
}

// inside runs f on the room's goroutine.
func (c *client) inside(f func()) {
	c.t.Helper()
	c.must(c.room.call(context.Background(), func() error { f(); return nil }))
}

func (c *client) must(err error) {
	c.t.Helper()
	if err != nil {
		c.t.Fatal(err)
	}
}

// refused checks that a request failed with a code.
func refused(t testing.TB, err error, code protocol.ErrorCode) {
	t.Helper()
	if e, ok := err.(protocol.Error); !ok || e.Code != code || e.Message == "" {
		t.Errorf("got %v, want %s", err, code)
	}
}

// watch sends a view: "alice-id camera 640x360" per tile.
func (c *client) watch(tiles ...protocol.Tile) {
	c.t.Helper()
	c.must(c.do(c.w.Context(), protocol.View{Tiles: tiles}))
}

func (c *client) tile(source protocol.Source, width, height int) protocol.Tile {
	return protocol.Tile{Participant: c.ID(), Source: source, Width: width, Height: height}
}

// sizes are those of the three encodings of a camera that speaks for 640x360 and so on.
var sizes = [][2]uint16{{320, 180}, {640, 360}, {1280, 720}}

// film sends a keyframe of one packet on every encoding of a source.
func (c *client) film(source protocol.Source) {
	c.t.Helper()
	c.filmUpTo(source, len(sizes)-1)
}

// filmUpTo is film for the encodings up to an index: the larger ones rest.
func (c *client) filmUpTo(source protocol.Source, top int) {
	c.t.Helper()
	pub := c.carrier(source)
	c.ssrc++
	for i, e := range pub.Encodings()[:min(top+1, len(pub.Encodings()))] {
		w, h := sizes[i][0], sizes[i][1]
		e.Receive(uint32(10+i), &forward.Incoming{
			SequenceNumber: c.ssrc, Timestamp: uint32(c.ssrc) * 3000, Marker: true, Codec: codec.VP8, Arrival: time.Now(),
			// RFC 7741: a descriptor that says "start of partition 0", and a keyframe's header.
			Payload: []byte{0x10, 0x10, 0, 0, 0x9d, 0x01, 0x2a, byte(w), byte(w >> 8), byte(h), byte(h >> 8), 1, 2, 3},
		})
	}
}

// speak sends one packet of sound with a level.
func (c *client) speak(source protocol.Source, level uint8) {
	c.t.Helper()
	pub := c.carrier(source)
	pub.ObserveLevel(level)
	c.ssrc++
	pub.Encodings()[0].Receive(20, &forward.Incoming{
		SequenceNumber: c.ssrc, Timestamp: uint32(c.ssrc) * 960, Codec: codec.Opus, Payload: []byte{1, 2, 3}, Arrival: time.Now(),
	})
}

func (c *client) carrier(source protocol.Source) *forward.Publication {
	c.t.Helper()
	peer := c.peer()
	peer.mu.Lock()
	defer peer.mu.Unlock()
	pub := peer.bound[source]
	if pub == nil {
		c.t.Fatalf("%s is not negotiated", source)
	}
	return pub
}

// received returns how many packets left for the client since its Peer is there.
func (c *client) received() (n int64) {
	peer := c.peer()
	peer.mu.Lock()
	defer peer.mu.Unlock()
	for _, s := range peer.sinks {
		n += s.packets.Load()
	}
	return n
}

// received returns the messages of one type that came since the last take.
func of[M protocol.ServerMessage](all []sent) []M {
	var list []M
	for _, s := range all {
		if m, ok := s.message.(M); ok {
			list = append(list, m)
		}
	}
	return list
}

// fills shows the newest Slots message as "mid:name.source ...".
func fills(all []sent, names ...*client) string {
	list := of[protocol.Slots](all)
	if len(list) == 0 {
		return "no message"
	}
	var words []string
	for _, f := range list[len(list)-1].Slots {
		words = append(words, f.Mid+":"+nameOf(f.Participant, names)+"."+string(f.Source))
	}
	return strings.Join(words, " ")
}

func nameOf(id string, clients []*client) string {
	for _, c := range clients {
		if c.ID() == id {
			return c.name
		}
	}
	return id
}

// types shows the types of messages.
func types(all []sent) string {
	var words []string
	for _, s := range all {
		words = append(words, protocol.TypeOf(s.message))
	}
	return strings.Join(words, " ")
}

// pass lets virtual time pass.
func pass(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

// wholeLists fails when a list in a message would be null for the client.
func wholeLists(t testing.TB, m protocol.ServerMessage) {
	t.Helper()
	text, err := json.Marshal(m)
	if err != nil || strings.Contains(string(text), "null") {
		t.Errorf("%s: %s %v", reflect.TypeOf(m), text, err)
	}
}
