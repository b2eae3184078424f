package participant

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/webrtc/v4"

	"salon/signaling/protocol"
)

// media is the participant's PeerConnection and what flows on it.
type media struct {
	options    Options
	connection *webrtc.PeerConnection
	sender     *sender
	sections   []*section // that send; fixed from the start
	arrivals   *transportWide
	reporter   uint32 // SSRC under which feedback is sent

	routes    atomic.Pointer[routes]
	strangers atomic.Uint64
	origins   map[uint32]bool // of the participant itself; written before anything is received

	slotsMu sync.Mutex
	slots   []*slot // in the order of their sections
	fills   []protocol.SlotFill

	state     atomic.Value  // webrtc.PeerConnectionState
	connected chan struct{} // closed when connected for the first time
	failed    chan struct{} // closed when ICE or DTLS failed for good
	once      [2]sync.Once
}

// routes say where incoming packets go, by SSRC. They are replaced as a whole.
type routes struct {
	slots     map[uint32]*slot // by media SSRC and by RTX SSRC
	encodings map[uint32]*encoding
}

func newMedia(o Options) (*media, error) {
	m := &media{
		options: o, sender: &sender{epoch: time.Now(), loseOut: o.LoseOut}, reporter: rand.Uint32() | 1,
		origins: map[uint32]bool{}, connected: make(chan struct{}), failed: make(chan struct{}),
	}
	m.arrivals = newTransportWide(m.reporter, m.sender.epoch)
	m.sender.level.Store(voiceActive | 30)
	m.state.Store(webrtc.PeerConnectionStateNew)
	m.routes.Store(&routes{})
	api, err := newAPI(o.URL, m.newBuffer)
	if err != nil {
		return nil, err
	}
	m.connection, err = api.NewPeerConnection(webrtc.Configuration{BundlePolicy: webrtc.BundlePolicyMaxBundle})
	if err != nil {
		return nil, fmt.Errorf("open a PeerConnection: %w", err)
	}
	m.connection.OnConnectionStateChange(m.stateChanged)
	if err := m.addSections(); err != nil {
		_ = m.connection.Close()
		return nil, err
	}
	return m, nil
}

func (m *media) stateChanged(s webrtc.PeerConnectionState) {
	m.state.Store(s)
	switch s {
	case webrtc.PeerConnectionStateConnected:
		m.once[0].Do(func() { close(m.connected) })
	case webrtc.PeerConnectionStateFailed:
		m.once[1].Do(func() { close(m.failed) })
	}
}

// offer makes an offer with all candidates in it.
func (m *media) offer(ctx context.Context, restart bool) (protocol.Offer, error) {
	o, err := m.connection.CreateOffer(&webrtc.OfferOptions{ICERestart: restart})
	if err != nil {
		return protocol.Offer{}, fmt.Errorf("make an offer: %w", err)
	}
	gathered := webrtc.GatheringCompletePromise(m.connection)
	if err := m.connection.SetLocalDescription(o); err != nil {
		return protocol.Offer{}, fmt.Errorf("apply the offer: %w", err)
	}
	select {
	case <-gathered:
	case <-ctx.Done():
		return protocol.Offer{}, fmt.Errorf("gather candidates: %w", ctx.Err())
	}
	offer := protocol.Offer{SDP: m.connection.LocalDescription().SDP}
	for _, s := range m.sections {
		mid := s.transceiver.Mid()
		offer.Sections = append(offer.Sections, protocol.Section{Mid: mid, Source: s.source})
		for _, e := range s.encodings {
			e.mu.Lock()
			e.mid = mid
			e.mu.Unlock()
		}
	}
	return offer, nil
}

// apply takes the answer. The routes are in place before the first packet can come.
func (m *media) apply(a protocol.Answer) error {
	sections, err := readAnswer(a.SDP)
	if err != nil {
		return fmt.Errorf("read the answer: %w", err)
	}
	m.slotsMu.Lock()
	defer m.slotsMu.Unlock()
	known := map[string]*slot{}
	for _, s := range m.slots {
		known[s.mid] = s
	}
	for _, info := range a.Slots {
		described, ok := sections[info.Mid]
		if !ok {
			return fmt.Errorf("the answer names slot %q, and its SDP has no section with that mid", info.Mid)
		}
		s := known[info.Mid]
		if s == nil {
			s = newSlot(info.Mid, info.Kind, m.options.NACK, m.origins, m.arrivals)
			m.slots = append(m.slots, s)
		}
		s.negotiated(&described)
	}
	m.fill(m.fills)
	m.route()
	err = m.connection.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: detour(a.SDP, m.options.Via)})
	if err != nil {
		return fmt.Errorf("apply the answer: %w", err)
	}
	return nil
}

// route builds the routes. slotsMu is held.
func (m *media) route() {
	r := &routes{slots: map[uint32]*slot{}, encodings: map[uint32]*encoding{}}
	for _, s := range m.slots {
		if s.ssrc != 0 {
			r.slots[s.ssrc] = s
		}
		if s.repair != 0 {
			r.slots[s.repair] = s
		}
	}
	for _, s := range m.sections {
		for i, p := range s.transceiver.Sender().GetParameters().Encodings {
			if i < len(s.encodings) {
				r.encodings[uint32(p.SSRC)] = s.encodings[i]
			}
		}
	}
	m.routes.Store(r)
}

// filled takes the server's word about which publication fills which slot.
func (m *media) filled(fills []protocol.SlotFill) {
	m.slotsMu.Lock()
	defer m.slotsMu.Unlock()
	m.fills = fills
	m.fill(fills)
}

// fill tells the slots. slotsMu is held.
func (m *media) fill(fills []protocol.SlotFill) {
	now := time.Now()
	for _, s := range m.slots {
		var mine protocol.SlotFill
		for _, f := range fills {
			if f.Mid == s.mid {
				mine = f
			}
		}
		s.filled(mine, now)
	}
}

func (m *media) allSlots() []*slot {
	m.slotsMu.Lock()
	defer m.slotsMu.Unlock()
	return append([]*slot(nil), m.slots...)
}

// close ends the connection and waits for Pion's goroutines.
func (m *media) close() error {
	if err := m.connection.GracefulClose(); err != nil && !errors.Is(err, webrtc.ErrConnectionClosed) {
		return fmt.Errorf("close the PeerConnection: %w", err)
	}
	return nil
}

// send sends feedback in one compound; while not connected it is dropped.
func (m *media) send(packets []rtcp.Packet) {
	if len(packets) > 0 {
		_ = m.connection.WriteRTCP(packets)
	}
}
