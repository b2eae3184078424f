package rooms

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"time"

	"salon/sfu/allocation"
	"salon/sfu/codec"
	"salon/sfu/forward"
	"salon/sfu/layers"
	"salon/sfu/transport"
	"salon/signaling/protocol"
)

// media is a participant's Peer and what was negotiated with it. Owned by the room's goroutine.
type media struct {
	peer         Peer // nil before the first offer, and after it closed by itself
	watch        *peerWatch
	connected    bool // it was, once: nothing is sent before, so that the first keyframe is not lost
	audio, video []*slot
	bound        map[protocol.Source]*forward.Publication
	decodes      codec.Set // video codecs that the client negotiated for its slots; empty: unknown
}

// slot is one of a participant's slots and what fills it. Owned by the room's goroutine.
type slot struct {
	mid    string
	sink   *forward.Slot
	holds  content
	media  *forward.Publication // of holds
	target layers.Layer
	reason string // why the target is what it is
	// decision is the newest of allocation, with its memory. Empty but for that while the slot does not compete.
	decision allocation.Decision
	state    protocol.SlotState // as the participant is told
	// waitsFrom is since when the slot could send, but has no target.
	waitsFrom time.Time
	counts    streamCounts // at the previous Stats
}

// put makes a publication fill the slot; a nil media empties it.
func (s *slot) put(c content, media *forward.Publication) {
	s.holds, s.media, s.target, s.reason, s.waitsFrom = c, media, layers.None, "", time.Now()
	s.decision, s.state = allocation.Decision{}, ""
	if media == nil {
		s.sink.Clear()
	} else {
		s.sink.Fill(media)
	}
}

// release empties every slot and closes the Peer in the background.
func (m *media) release(background func(func())) {
	for _, s := range slices.Concat(m.audio, m.video) {
		s.put(content{}, nil)
	}
	if m.peer != nil {
		background(m.peer.Close)
	}
	*m = media{}
}

// peerWatch carries the states of one Peer from Pion's goroutines to the room. The newest counts, save that abuse is
// never forgotten, so that a full inbox delays it to the next slow tick and loses nothing.
type peerWatch struct {
	participant *Participant
	state       atomic.Value // transport.State
	abusive     atomic.Bool
	falling     atomic.Bool // the room has been told that the estimate fell, and has not looked yet
}

// fell makes the room decide again at once: the network carries much less than it was last told.
func (w *peerWatch) fell() {
	if w.falling.Swap(true) {
		return
	}
	posted := w.participant.room.post(func() {
		w.falling.Store(false)
		if w.participant.media.watch == w {
			w.participant.aimAlone()
		}
	})
	if !posted { // the next tick decides as well
		w.falling.Store(false)
	}
}

func (w *peerWatch) set(s transport.State) {
	if s == transport.Abusive {
		w.abusive.Store(true)
	}
	w.state.Store(s)
	w.participant.room.post(func() {
		if w.participant.media.watch == w {
			w.participant.peerChanged()
		}
	})
}

// newest returns the newest state, "" before the first.
func (w *peerWatch) newest() string {
	state, _ := w.state.Load().(transport.State)
	return string(state)
}

// peerChanged acts on the state of the participant's Peer. It may be called at any time.
func (p *Participant) peerChanged() {
	m := &p.media
	if p.stage == gone || m.peer == nil {
		return
	}
	switch {
	case m.watch.abusive.Load():
		p.room.remove(p, protocol.LeftRemoved, protocol.ByeMedia)
	case m.watch.newest() == string(transport.Closed):
		// The client closed it; its next offer gets a new one. What it publishes stays on offer.
		for _, pub := range p.publications {
			p.silence(pub)
		}
		m.release(p.room.registry.background)
		p.reach.Store(&reach{})
		p.room.rearrange()
	case !m.connected && m.peer.Connected():
		m.connected = true
		p.aimAlone()
	}
}

// Offer answers an offer. The Peer does that on the caller's goroutine; one offer at a time. The Slots message that
// follows from the answer may go out before the caller has sent the answer itself.
func (p *Participant) Offer(ctx context.Context, o protocol.Offer) (protocol.Answer, error) {
	if !p.offering.CompareAndSwap(false, true) {
		return protocol.Answer{}, refuse(protocol.ErrOfferBusy, "wait for the answer to the previous offer")
	}
	defer p.offering.Store(false)
	peer, err := p.openPeer(ctx)
	if err != nil {
		return protocol.Answer{}, p.offerError(err)
	}
	a, err := peer.Answer(ctx, transport.Offer{SDP: o.SDP, Sections: o.Sections})
	if err != nil {
		return protocol.Answer{}, p.offerError(err)
	}
	// The Peer has answered: the room must know, even if nobody waits for it any more.
	if err := p.call(context.WithoutCancel(ctx), func() error { return p.adopt(peer, a) }); err != nil {
		return protocol.Answer{}, err
	}
	answer := protocol.Answer{SDP: a.SDP, Slots: make([]protocol.SlotInfo, 0, len(a.Slots))}
	for _, s := range a.Slots {
		answer.Slots = append(answer.Slots, protocol.SlotInfo{Mid: s.Mid, Kind: s.Slot.Kind()})
	}
	return answer, nil
}

func (p *Participant) offerError(err error) error {
	if bad, ok := errors.AsType[*transport.OfferError](err); ok {
		return refuse(protocol.ErrBadOffer, bad.Reason)
	}
	refused := asProtocol(err)
	if refused.(protocol.Error).Code == protocol.ErrInternal {
		p.room.log.Warn("an offer could not be answered", "participant", p.id, "error", err)
	}
	return refused
}

// openPeer returns the participant's Peer, and makes it for the first offer.
func (p *Participant) openPeer(ctx context.Context) (peer Peer, err error) {
	err = p.call(ctx, func() error { peer = p.media.peer; return nil })
	if err != nil || peer != nil {
		return peer, err
	}
	watch := &peerWatch{participant: p}
	if peer, err = p.room.registry.config.NewPeer(transport.Events{State: watch.set, Fell: watch.fell}); err != nil {
		return nil, err
	}
	err = p.call(context.WithoutCancel(ctx), func() error {
		p.media.peer, p.media.watch = peer, watch
		p.reach.Store(&reach{peer: peer})
		return nil
	})
	if err != nil {
		peer.Close()
		return nil, err
	}
	return peer, nil
}

// adopt takes over what was negotiated.
func (p *Participant) adopt(peer Peer, a transport.Answer) error {
	m := &p.media
	if m.peer != peer {
		return refuse(protocol.ErrBadOffer, "the connection was closed: make a new one and offer again")
	}
	m.adoptSlots(a.Slots)
	m.bound, m.decodes = a.Publications, a.Decodes
	for _, pub := range slices.Clone(p.publications) {
		if carrier := m.bound[pub.source]; carrier != nil {
			pub.bind(carrier)
		} else {
			p.end(pub)
		}
	}
	m.connected = m.connected || peer.Connected()
	p.room.rearrange()
	return nil
}

// adoptSlots makes the slots those of the answer, in its order. Those that were there before keep what fills them.
func (m *media) adoptSlots(answered []transport.Slot) {
	known := map[*forward.Slot]*slot{}
	for _, s := range slices.Concat(m.audio, m.video) {
		known[s.sink] = s
	}
	m.audio, m.video = nil, nil
	for _, a := range answered {
		s := known[a.Slot]
		if s == nil {
			s = &slot{sink: a.Slot, target: layers.None}
		}
		delete(known, a.Slot)
		s.mid = a.Mid
		if a.Slot.Kind() == protocol.Audio {
			m.audio = append(m.audio, s)
		} else {
			m.video = append(m.video, s)
		}
	}
	for _, s := range known {
		s.put(content{}, nil)
	}
}
