package transport

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"

	"github.com/pion/webrtc/v4"

	"salon/sfu/codec"
	"salon/sfu/congestion"
	"salon/sfu/forward"
	"salon/signaling/protocol"
)

// Offer is a client's offer.
type Offer struct {
	SDP      string
	Sections []protocol.Section // the source of each section on which the client may send
}

// Answer is what came of an offer. Slots and publications of earlier offers are included.
type Answer struct {
	SDP          string
	Slots        []Slot
	Publications map[protocol.Source]*forward.Publication
	Decodes      codec.Set // the video codecs that the client takes in its slots
}

// Slot is a sendonly section of the answer.
type Slot struct {
	Mid  string
	Slot *forward.Slot
}

// OfferError says what is wrong with an offer; nothing has changed.
type OfferError struct{ Reason string }

// Error implements error.
func (e *OfferError) Error() string { return e.Reason }

// Peer is our end of a participant's only PeerConnection. Safe for concurrent use.
type Peer struct {
	engine     *Engine
	connection *webrtc.PeerConnection
	events     Events

	routes    atomic.Pointer[routes]
	keyring   keyring
	media     atomic.Pointer[mediaKeys] // nil until first connected; never changes after
	path      path
	moved     atomic.Bool  // ICE selected another pair
	ssrcs     atomic.Int32 // seen so far
	connected atomic.Bool
	rtt       atomic.Int64 // nanoseconds

	negotiation  sync.Mutex                               // held during Answer
	publications map[protocol.Source]*forward.Publication // guarded by negotiation
	mids         map[string]*forward.Publication          // guarded by negotiation
	clock        forward.WallClock                        // of whoever publishes
	slots        []*outbound                              // guarded by negotiation, in order of mids
	decodes      codec.Set                                // guarded by negotiation; see Answer
	broken       bool                                     // guarded by negotiation; Pion cannot roll back an offer that failed

	live atomic.Pointer[media] // what the feedback loop and RTCP see; replaced by Answer

	streams    streams
	receiving  sync.Mutex // held while a packet of the participant is forwarded: one at a time; taken before all others
	feedback   feedbackState
	rtcp       rtcpReceiver
	estimation estimation
	wake       chan struct{}
	done       chan struct{}
	finished   sync.WaitGroup
	closing    sync.Once
}

// media is a snapshot of what a Peer carries.
type media struct {
	publications []*forward.Publication
	slots        []*outbound
}

// NewPeer returns a Peer that waits for an offer.
func (e *Engine) NewPeer(events Events) (*Peer, error) {
	p := &Peer{
		engine: e, events: events,
		publications: map[protocol.Source]*forward.Publication{}, mids: map[string]*forward.Publication{},
		wake: make(chan struct{}, 1), done: make(chan struct{}),
	}
	p.path.peer = p
	p.estimation.estimator, p.estimation.fell = congestion.NewEstimator(congestion.Config{}), events.Fell
	p.routes.Store(&routes{})
	p.live.Store(&media{})
	api, err := e.api(p)
	if err != nil {
		return nil, err
	}
	p.connection, err = api.NewPeerConnection(webrtc.Configuration{
		Certificates: []webrtc.Certificate{e.certificate}, BundlePolicy: webrtc.BundlePolicyMaxBundle,
	})
	if err != nil {
		return nil, fmt.Errorf("open a PeerConnection: %w", err)
	}
	p.connection.OnConnectionStateChange(p.stateChanged)
	p.connection.SCTP().Transport().ICETransport().OnSelectedCandidatePairChange(p.pairChanged)
	e.counters.peersOpened.Add(1)
	p.finished.Go(p.feedbackLoop)
	return p, nil
}

// pairChanged lets the feedback loop send something at once, which tells the path where packets go now.
func (p *Peer) pairChanged(*webrtc.ICECandidatePair) {
	p.moved.Store(true)
	p.Wake()
}

func (p *Peer) stateChanged(s webrtc.PeerConnectionState) {
	if s == webrtc.PeerConnectionStateConnected {
		p.media.CompareAndSwap(nil, p.keyring.media())
	}
	p.connected.Store(s == webrtc.PeerConnectionStateConnected)
	switch s {
	case webrtc.PeerConnectionStateConnecting:
		p.events.State(Connecting)
	case webrtc.PeerConnectionStateConnected:
		p.Wake()
		p.events.State(Connected)
	case webrtc.PeerConnectionStateDisconnected:
		p.events.State(Disconnected)
	case webrtc.PeerConnectionStateFailed:
		p.events.State(Failed)
	case webrtc.PeerConnectionStateClosed:
		p.events.State(Closed)
	}
}

// Connected says whether media can pass.
func (p *Peer) Connected() bool { return p.connected.Load() }

// Answer applies an offer. It takes milliseconds and must not be called from a room's goroutine; a second call waits
// for the first.
func (p *Peer) Answer(ctx context.Context, o Offer) (Answer, error) {
	p.negotiation.Lock()
	defer p.negotiation.Unlock()
	switch {
	case p.closed():
		return Answer{}, errors.New("the peer is closed")
	case p.broken:
		return Answer{}, &OfferError{"an earlier offer could not be applied: leave and join again"}
	}
	offer, err := p.check(o)
	if err != nil {
		return Answer{}, &OfferError{err.Error()}
	}
	if err := p.addSlots(offer); err != nil {
		return Answer{}, err
	}
	text, err := p.negotiate(ctx, o.SDP, offer)
	if err != nil {
		p.broken = true
		return Answer{}, err
	}
	answer, err := parseDescription(text)
	if err != nil {
		return Answer{}, fmt.Errorf("read our own answer: %w", err)
	}
	p.adopt(o, offer, answer)
	return p.result(text), nil
}

// check reads the offer and holds it against what has been negotiated before and what a Peer may have.
func (p *Peer) check(o Offer) (*description, error) {
	offer, err := parseDescription(o.SDP)
	if err != nil {
		return nil, err
	}
	switch {
	case !offer.hasICE:
		return nil, errors.New("a section has no valid ice-ufrag and ice-pwd")
	case !offer.hasDTLS:
		return nil, errors.New("a section has no SHA-256 fingerprint")
	}
	slots := 0
	for _, s := range offer.sections {
		if s.direction == "recvonly" {
			slots++
		}
		if s.direction == "sendrecv" {
			return nil, fmt.Errorf("section %q is sendrecv: send and receive on different sections", s.mid)
		}
	}
	if slots > p.engine.config.MaxSlots {
		return nil, fmt.Errorf("the offer has %d receiving sections, at most %d are served", slots, p.engine.config.MaxSlots)
	}
	return offer, p.checkSources(offer, o.Sections)
}

// checkSources holds the named sources against the sections, and against those of earlier offers.
func (p *Peer) checkSources(offer *description, sections []protocol.Section) error {
	for _, named := range sections {
		s := offer.section(named.Mid)
		switch {
		case s == nil:
			return fmt.Errorf("the offer has no section with mid %q", named.Mid)
		case named.Source.Kind() == "":
			return fmt.Errorf("%q is not a source", named.Source)
		case named.Source.Kind() != s.kind:
			return fmt.Errorf("section %q is %s, a %s needs %s", named.Mid, s.kind, named.Source, named.Source.Kind())
		case s.direction == "recvonly":
			return fmt.Errorf("section %q is recvonly and cannot carry a %s", named.Mid, named.Source)
		}
		if known := p.publications[named.Source]; known != nil && p.mids[named.Mid] != known {
			return fmt.Errorf("the %s already has another section", named.Source)
		}
		if bound := p.mids[named.Mid]; bound != nil && p.publications[named.Source] != bound {
			return fmt.Errorf("section %q already carries another source", named.Mid)
		}
	}
	return nil
}

// addSlots prepares a sendonly transceiver for every recvonly section that is new, in the order of the offer, which is
// the order in which Pion matches them.
func (p *Peer) addSlots(offer *description) error {
	known := map[string]bool{}
	for _, s := range p.slots {
		known[s.transceiver.Mid()] = true
	}
	for _, s := range offer.sections {
		if s.direction != "recvonly" || known[s.mid] {
			continue
		}
		slot := p.newSlot(s.kind)
		transceiver, err := p.connection.AddTransceiverFromTrack(slot, webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionSendonly})
		if err != nil {
			return fmt.Errorf("add a slot: %w", err)
		}
		slot.transceiver = transceiver
		p.slots = append(p.slots, slot)
	}
	return nil
}

// newSlot returns the next slot of its kind. Audio slot k and video slot k share a stream id, so that browsers keep
// them in sync when one participant fills both.
func (p *Peer) newSlot(kind protocol.Kind) *outbound {
	k := 0
	for _, s := range p.slots {
		if s.kind == kind {
			k++
		}
	}
	o := &outbound{
		id: fmt.Sprintf("%s-%d", kind, k), stream: fmt.Sprintf("pair-%d", k), kind: kind,
		peer: p, counters: &p.engine.counters, sequence: uint16(rand.Uint32()),
	}
	o.extensions.Store(&extensions{})
	o.slot = forward.NewSlot(kind, o, uint16(rand.Uint32()), rand.Uint32())
	return o
}

// negotiate runs Pion's offer and answer and returns the answer with all candidates in it. The server is the DTLS server,
// unless the client insists on being that (FFmpeg does).
func (p *Peer) negotiate(ctx context.Context, offered string, offer *description) (string, error) {
	err := p.connection.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: withoutCandidates(offered)})
	if err != nil {
		return "", &OfferError{fmt.Sprintf("the offer cannot be applied: %v", err)}
	}
	answer, err := p.connection.CreateAnswer(nil)
	if err != nil {
		return "", &OfferError{fmt.Sprintf("the offer cannot be answered: %v", err)}
	}
	gathered := webrtc.GatheringCompletePromise(p.connection)
	if err := p.connection.SetLocalDescription(answer); err != nil {
		return "", &OfferError{fmt.Sprintf("the answer cannot be applied: %v", err)}
	}
	select {
	case <-gathered:
	case <-ctx.Done():
		return "", ctx.Err()
	}
	text := withOpus(inOrder(p.connection.LocalDescription().SDP, offered), offer)
	if offer.setup == "passive" {
		text = asDTLSClient(text)
	}
	return text, nil
}

// adopt makes publications for new sending sections and puts the new routes in force.
func (p *Peer) adopt(o Offer, offer, answer *description) {
	for _, named := range o.Sections {
		if p.mids[named.Mid] == nil {
			publication := forward.NewPublication(forward.PublicationConfig{
				Kind: named.Source.Kind(), RIDs: offer.section(named.Mid).encodings(), Upstream: p, Clock: &p.clock,
			})
			p.mids[named.Mid], p.publications[named.Source] = publication, publication
		}
	}
	m := &media{slots: append([]*outbound(nil), p.slots...)}
	for _, source := range protocol.Sources {
		if publication := p.publications[source]; publication != nil {
			m.publications = append(m.publications, publication)
		}
	}
	numbered := false
	for _, o := range p.slots {
		x := answer.section(o.transceiver.Mid()).outgoing()
		o.extensions.Store(x)
		numbered = numbered || x.transportWide != 0
	}
	p.estimation.numbered.Store(numbered)
	p.decodes = answer.decodes(offer)
	p.live.Store(m)
	p.routes.Store(newRoutes(offer, answer, p.mids))
}

func (p *Peer) result(text string) Answer {
	a := Answer{SDP: text, Decodes: p.decodes, Publications: map[protocol.Source]*forward.Publication{}}
	for source, publication := range p.publications {
		a.Publications[source] = publication
	}
	for _, s := range p.slots {
		a.Slots = append(a.Slots, Slot{Mid: s.transceiver.Mid(), Slot: s.slot})
	}
	return a
}

// abuse reports a client that costs far too much. Called on Pion's receiving goroutine.
func (p *Peer) abuse(why string) {
	p.engine.log.Warn("a participant is removed: "+why, "ssrcs", p.ssrcs.Load())
	p.events.State(Abusive)
}

func (p *Peer) closed() bool {
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}

// Close ends the connection, empties the slots and frees everything. It may take a moment and must not be called from
// onState.
func (p *Peer) Close() {
	p.closing.Do(func() {
		close(p.done)
		p.negotiation.Lock()
		defer p.negotiation.Unlock()
		for _, publication := range p.publications {
			publication.Close()
		}
		for _, s := range p.slots {
			s.slot.Clear()
		}
		_ = p.connection.GracefulClose()
		p.path.close()
		p.finished.Wait()
		p.engine.counters.peersClosed.Add(1)
	})
}

// Wake implements forward.Upstream: the feedback loop runs soon.
func (p *Peer) Wake() {
	select {
	case p.wake <- struct{}{}:
	default:
	}
}
