package participant

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/gorilla/websocket"
	"github.com/pion/logging"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"

	"salon/signaling/protocol"
)

// mirror is the smallest server that a participant can talk to: one room for all, Pion's default behaviour, and every
// publication's encoding "f" (or the only one) goes to the next free slot of everybody, the publisher included.
type mirror struct {
	t      *testing.T
	server *httptest.Server

	mu       sync.Mutex
	sessions []*mirrored
	rids     map[string]int // OnTrack by rid
	gone     sync.WaitGroup
}

// mirrored is one client.
type mirrored struct {
	mirror *mirror
	id     string
	conn   *websocket.Conn
	peer   *webrtc.PeerConnection
	writes sync.Mutex
	free   []*webrtc.TrackLocalStaticRTP // slots that nothing fills
}

func newMirror(t *testing.T) *mirror {
	m := &mirror{t: t, rids: map[string]int{}}
	m.server = httptest.NewServer(m)
	t.Cleanup(func() {
		m.mu.Lock()
		for _, s := range m.sessions {
			_ = s.conn.Close()
		}
		m.mu.Unlock()
		m.gone.Wait()
		m.server.Close()
	})
	return m
}

func (m *mirror) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	upgrader := websocket.Upgrader{Subprotocols: []string{protocol.Subprotocol}}
	conn, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	s := &mirrored{mirror: m, conn: conn}
	m.mu.Lock()
	s.id = fmt.Sprintf("p%d", len(m.sessions)+1)
	m.sessions = append(m.sessions, s)
	m.gone.Add(1)
	m.mu.Unlock()
	defer m.gone.Done()
	defer s.end()
	for {
		_, frame, err := conn.ReadMessage()
		if err != nil {
			return
		}
		message, id, err := protocol.DecodeClient(frame)
		if err != nil {
			s.send(protocol.Error{Code: protocol.ErrBadMessage, Message: err.Error()}, id, 0)
			continue
		}
		s.handle(message, id)
	}
}

func (s *mirrored) end() {
	_ = s.conn.Close()
	if s.peer != nil {
		_ = s.peer.GracefulClose()
	}
}

func (s *mirrored) send(m protocol.ServerMessage, re, seq uint64) {
	frame, err := protocol.Encode(m, 0, re, seq)
	if err != nil {
		s.mirror.t.Error(err)
	}
	s.writes.Lock()
	defer s.writes.Unlock()
	_ = s.conn.WriteMessage(websocket.TextMessage, frame)
}

func (s *mirrored) handle(m protocol.ClientMessage, id uint64) {
	switch m := m.(type) {
	case protocol.Join:
		joined := protocol.Joined{Self: s.id, Token: "token", Seq: 1}
		if m.Resume != nil {
			joined.Self, joined.Resumed, joined.Replayed, joined.Seq = m.Resume.Participant, true, true, m.Resume.LastSeq
		}
		s.send(joined, id, 0)
	case protocol.Offer:
		answer, err := s.answer(m)
		if err != nil {
			s.send(protocol.Error{Code: protocol.ErrBadOffer, Message: err.Error()}, id, 0)
			return
		}
		s.send(answer, id, 0)
	case protocol.Leave:
		s.send(protocol.Bye{Reason: protocol.ByeLeft}, id, 0)
		_ = s.conn.Close()
	default:
		s.send(protocol.OK{}, id, 0)
	}
}

func (s *mirrored) answer(o protocol.Offer) (protocol.Answer, error) {
	media := &webrtc.MediaEngine{}
	if err := media.RegisterDefaultCodecs(); err != nil {
		return protocol.Answer{}, err
	}
	if err := webrtc.ConfigureSimulcastExtensionHeaders(media); err != nil {
		return protocol.Answer{}, err
	}
	settings := webrtc.SettingEngine{LoggerFactory: &logging.DefaultLoggerFactory{Writer: io.Discard}}
	settings.SetIncludeLoopbackCandidate(true)
	peer, err := webrtc.NewAPI(webrtc.WithMediaEngine(media), webrtc.WithSettingEngine(settings)).NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		return protocol.Answer{}, err
	}
	s.peer = peer
	peer.OnTrack(s.track)
	var slots []*webrtc.RTPTransceiver
	for _, kind := range recvonly(o.SDP) {
		mime := webrtc.MimeTypeVP8
		if kind == "audio" {
			mime = webrtc.MimeTypeOpus
		}
		track, _ := webrtc.NewTrackLocalStaticRTP(webrtc.RTPCodecCapability{MimeType: mime}, fmt.Sprint(len(slots)), "slots")
		t, err := peer.AddTransceiverFromTrack(track, webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionSendonly})
		if err != nil {
			return protocol.Answer{}, err
		}
		slots, s.free = append(slots, t), append(s.free, track)
	}
	if err := peer.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: o.SDP}); err != nil {
		return protocol.Answer{}, err
	}
	local, err := peer.CreateAnswer(nil)
	if err != nil {
		return protocol.Answer{}, err
	}
	gathered := webrtc.GatheringCompletePromise(peer)
	if err := peer.SetLocalDescription(local); err != nil {
		return protocol.Answer{}, err
	}
	<-gathered
	answer := protocol.Answer{SDP: peer.LocalDescription().SDP}
	for _, t := range slots {
		answer.Slots = append(answer.Slots, protocol.SlotInfo{Mid: t.Mid(), Kind: protocol.Kind(t.Kind().String())})
		s.mirror.gone.Go(func() { s.slotFeedback(t.Sender()) })
	}
	return answer, nil
}

// slotFeedback passes on keyframe requests to every camera there is.
func (s *mirrored) slotFeedback(sender *webrtc.RTPSender) {
	for {
		packets, _, err := sender.ReadRTCP()
		if err != nil {
			return
		}
		if slices.ContainsFunc(packets, func(p rtcp.Packet) bool { _, ok := p.(*rtcp.PictureLossIndication); return ok }) {
			for _, r := range s.peer.GetReceivers() {
				for _, t := range r.Tracks() {
					_ = s.peer.WriteRTCP([]rtcp.Packet{&rtcp.PictureLossIndication{MediaSSRC: uint32(t.SSRC())}})
				}
			}
		}
	}
}

// track forwards what comes: by Pion's own reading of mid and rid.
func (s *mirrored) track(t *webrtc.TrackRemote, _ *webrtc.RTPReceiver) {
	s.mirror.mu.Lock()
	s.mirror.rids[t.RID()]++
	s.mirror.mu.Unlock()
	if rid := t.RID(); rid != "" && rid != "f" {
		for {
			if _, _, err := t.ReadRTP(); err != nil {
				return
			}
		}
	}
	slot := s.take(t.Kind())
	for {
		p, _, err := t.ReadRTP()
		if err != nil || slot == nil {
			return
		}
		p.Header.Extensions, p.Header.Extension = nil, false
		_ = slot.WriteRTP(&rtp.Packet{Header: p.Header, Payload: p.Payload})
	}
}

// take returns a free slot.
func (s *mirrored) take(kind webrtc.RTPCodecType) *webrtc.TrackLocalStaticRTP {
	s.mirror.mu.Lock()
	defer s.mirror.mu.Unlock()
	for i, slot := range s.free {
		if slot.Kind() == kind {
			s.free = slices.Delete(s.free, i, i+1)
			return slot
		}
	}
	return nil
}

// recvonly returns the kinds of the recvonly sections of an offer.
func recvonly(sdp string) (kinds []string) {
	kind := ""
	for line := range strings.SplitSeq(sdp, "\r\n") {
		if rest, ok := strings.CutPrefix(line, "m="); ok {
			kind, _, _ = strings.Cut(rest, " ")
		}
		if line == "a=recvonly" {
			kinds = append(kinds, kind)
		}
	}
	return kinds
}
