package participant

import (
	"fmt"
	"math/rand/v2"
	"sync/atomic"

	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"

	"salon/signaling/protocol"
)

// section is one sendonly section: a source and its encodings.
type section struct {
	source      protocol.Source
	transceiver *webrtc.RTPTransceiver
	encodings   []*encoding
	sending     atomic.Bool
	wanted      atomic.Int32 // the largest encoding that the room wants
	origin      uint32
	counter     uint32 // of sound; only the clock uses it
}

// addSections prepares what is sent and the first slots.
func (m *media) addSections() error {
	stream := fmt.Sprintf("%08x", rand.Uint32())
	for _, source := range m.options.Publish.or(m.options.Offer).Sources() {
		if err := m.addSection(source, stream); err != nil {
			return fmt.Errorf("offer the %s: %w", source, err)
		}
	}
	return m.addSlots(m.options.AudioSlots, m.options.VideoSlots)
}

func (m *media) addSection(source protocol.Source, stream string) error {
	s := &section{source: source}
	layers := []VideoLayer{{}}
	switch source {
	case protocol.Camera:
		layers = m.options.Layers
	case protocol.Screen:
		layers = []VideoLayer{m.options.ScreenLayer}
	}
	steps := patternL1T3
	if m.options.TemporalLayers == 1 {
		steps = patternL1T1
	}
	for i, layer := range layers {
		var video *vp8Source
		if source.Kind() == protocol.Video {
			video = &vp8Source{layer: layer, encoding: uint8(i), fps: m.options.FPS, pattern: steps}
		}
		s.encodings = append(s.encodings, newEncoding(source, layer.RID, stream, m.sender, video))
	}
	t, err := m.connection.AddTransceiverFromTrack(s.encodings[0], webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionSendonly})
	if err != nil {
		return err
	}
	for _, e := range s.encodings[1:] {
		if err := t.Sender().AddEncoding(e); err != nil {
			return err
		}
	}
	s.transceiver = t
	s.wanted.Store(int32(len(s.encodings) - 1))
	m.sections = append(m.sections, s)
	return nil
}

// addSlots adds recvonly sections; the next offer carries them.
func (m *media) addSlots(audio, video int) error {
	for i := range audio + video {
		kind := webrtc.RTPCodecTypeAudio
		if i >= audio {
			kind = webrtc.RTPCodecTypeVideo
		}
		_, err := m.connection.AddTransceiverFromKind(kind, webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionRecvonly})
		if err != nil {
			return fmt.Errorf("add a slot: %w", err)
		}
	}
	return nil
}

// identify tells the sources whose they are, before the first frame.
func (m *media) identify(participant string) {
	for _, s := range m.sections {
		origin := OriginOf(participant, s.source)
		s.origin, m.origins[origin] = origin, true
		for _, e := range s.encodings {
			if e.video != nil {
				e.video.origin = origin
			}
		}
	}
}

func (m *media) section(source protocol.Source) *section {
	for _, s := range m.sections {
		if s.source == source {
			return s
		}
	}
	return nil
}

// writeRTP sends a packet of the caller's own making on an encoding's stream.
func (m *media) writeRTP(source protocol.Source, rid string, h *rtp.Header, payload []byte) error {
	s := m.section(source)
	if s == nil {
		return fmt.Errorf("there is no section for the %s: name it in Publish or Offer", source)
	}
	for _, e := range s.encodings {
		if e.rid != rid {
			continue
		}
		e.mu.Lock()
		defer e.mu.Unlock()
		if e.bound == nil {
			return errUnbound
		}
		_, err := e.bound.writer.WriteRTP(h, payload)
		return err
	}
	return fmt.Errorf("the %s has no encoding %q", source, rid)
}
