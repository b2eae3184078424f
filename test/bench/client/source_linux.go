package client

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"time"

	"github.com/pion/rtp"
	"github.com/pion/sdp/v3"
	"github.com/pion/webrtc/v4"
)

const (
	payloadBytes  = 1100 // of each of them
	opusBytes     = 80   // of one packet: 32 kbit/s
	opusEvery     = 20 * time.Millisecond
	keyframeEvery = 4 * time.Second
	keyframePause = 300 * time.Millisecond // a request so soon after a keyframe is answered by that one
	maxBehind     = 4                      // frames that are sent at once when the thread was late; more are left out

	// FramePackets are one VP8 frame: a burst.
	FramePackets = 4
	// SoundPackets are sent in a second.
	SoundPackets = int(time.Second / opusEvery)
	// FrameInterval makes about 1 Mbit/s of video.
	FrameInterval = time.Second / 30

	stampAt    = 16 // place of the stamp in a frame's packets: behind all headers of VP8
	stampMagic = 0x5a10be9c
	voice      = 0x80 | 30 // RFC 6464: speech, at -30 dBov
)

// Source is what a participant publishes: a camera without simulcast, and a microphone.
type Source struct {
	peer          *Peer
	video, audio  *webrtc.TrackLocalStaticRTP
	senders       [2]*webrtc.RTPSender // of audio, video
	wantsKeyframe atomic.Bool

	// The poller's thread's own.
	on                    bool
	interval              time.Duration // of frames
	frameDue, audioDue    time.Time
	keyAt, epoch          time.Time
	packet                rtp.Packet // reused
	payload               []byte
	wide, sequence, sound uint16
	picture               uint16
	ids                   [2]ids
	sent                  uint64 // packets of media
	left                  uint64 // frames that were left out, because the thread was late
}

// ids are negotiated header extensions; 0: not negotiated.
type ids struct{ wide, level uint8 }

func newSource(p *Peer) (*Source, error) {
	s := &Source{peer: p, interval: FrameInterval, epoch: time.Now(), payload: make([]byte, payloadBytes), picture: uint16(rand.Uint32()) & 0x7fff}
	for i := range s.payload {
		s.payload[i] = byte(rand.Uint32())
	}
	var err error
	if s.audio, err = webrtc.NewTrackLocalStaticRTP(webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeOpus, ClockRate: 48000, Channels: 2}, "a", "s"); err != nil {
		return nil, err
	}
	if s.video, err = webrtc.NewTrackLocalStaticRTP(webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeVP8, ClockRate: 90000}, "v", "s"); err != nil {
		return nil, err
	}
	for i, track := range []webrtc.TrackLocal{s.audio, s.video} {
		t, err := p.connection.AddTransceiverFromTrack(track, webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionSendonly})
		if err != nil {
			return nil, fmt.Errorf("add a section: %w", err)
		}
		s.senders[i] = t.Sender()
	}
	return s, nil
}

// negotiated reads what the answer allows.
func (s *Source) negotiated() {
	for i, sender := range s.senders {
		for _, e := range sender.GetParameters().HeaderExtensions {
			switch e.URI {
			case transportWide:
				s.ids[i].wide = uint8(e.ID)
			case sdp.AudioLevelURI:
				s.ids[i].level = uint8(e.ID)
			}
		}
	}
}

// turn begins or ends sending.
func (s *Source) turn(on bool) {
	if on && !s.on {
		now := time.Now()
		offset := time.Duration(rand.Int64N(int64(s.interval))) // sources of a meeting are not in step
		s.frameDue, s.audioDue = now.Add(offset), now.Add(offset)
	}
	s.on = on
}

// send sends what is due.
func (s *Source) send(now time.Time) {
	if !s.on {
		return
	}
	for ; !s.audioDue.After(now); s.audioDue = s.audioDue.Add(opusEvery) {
		s.sendSound(now)
	}
	if late := now.Sub(s.frameDue) / s.interval; late > maxBehind {
		s.left += uint64(late)
		s.frameDue = s.frameDue.Add(late * s.interval)
	}
	for ; !s.frameDue.After(now); s.frameDue = s.frameDue.Add(s.interval) {
		s.peer.link.batch(func() { s.sendFrame(time.Now()) })
	}
}

func (s *Source) sendSound(now time.Time) {
	s.sound++
	s.packet.Header = rtp.Header{Version: 2, SequenceNumber: s.sound, Timestamp: uint32(now.Sub(s.epoch).Seconds() * 48000)}
	s.packet.Payload = s.payload[stampAt : stampAt+opusBytes]
	s.packet.Payload[0] = 0x78 // CELT, fullband, 20 ms, mono (RFC 6716 3.1)
	if id := s.ids[0].level; id != 0 {
		_ = s.packet.Header.SetExtension(id, []byte{voice})
	}
	s.write(s.audio, s.ids[0])
}

// sendFrame sends one frame as FramePackets packets of the same size.
func (s *Source) sendFrame(now time.Time) {
	key := s.keyAt.IsZero() || now.Sub(s.keyAt) >= keyframeEvery
	if now.Sub(s.keyAt) >= keyframePause && s.wantsKeyframe.Swap(false) {
		key = true
	}
	if key {
		s.keyAt = now
	}
	s.picture = (s.picture + 1) & 0x7fff
	timestamp := uint32(now.Sub(s.epoch).Seconds() * 90000)
	for i := range FramePackets {
		s.sequence++
		s.packet.Header = rtp.Header{Version: 2, SequenceNumber: s.sequence, Timestamp: timestamp, Marker: i == FramePackets-1}
		s.packet.Payload = s.payload
		vp8Headers(s.payload, s.picture, i == 0, key)
		stamp(s.payload, now)
		s.write(s.video, s.ids[1])
	}
}

func (s *Source) write(track *webrtc.TrackLocalStaticRTP, with ids) {
	if with.wide != 0 {
		s.wide++
		var number [2]byte
		binary.BigEndian.PutUint16(number[:], s.wide)
		_ = s.packet.Header.SetExtension(with.wide, number[:])
	}
	if track.WriteRTP(&s.packet) == nil {
		s.sent++
	}
}

// vp8Headers writes the payload descriptor with a picture id of 15 bits (RFC 7741 4.2), and in the first packet the
// frame's own header (RFC 6386 9.1).
func vp8Headers(b []byte, picture uint16, first, key bool) {
	b[0], b[1], b[2], b[3] = 0x80, 0x80, 0x80|byte(picture>>8), byte(picture)
	if !first {
		return
	}
	b[0] |= 0x10
	b[4], b[5], b[6] = 0x11, 2, 0 // not a keyframe, shown
	if key {
		b[4] = 0x10
		copy(b[7:], []byte{0x9d, 0x01, 0x2a, 0x80, 0x02, 0x68, 0x01}) // 640x360
	}
}

// stamp writes when a packet was sent.
func stamp(b []byte, at time.Time) {
	binary.BigEndian.PutUint32(b[stampAt:], stampMagic)
	binary.BigEndian.PutUint64(b[stampAt+4:], uint64(at.UnixNano()))
}

// stampOf reads a stamp.
func stampOf(payload []byte) (at int64, ok bool) {
	if len(payload) < stampAt+12 || binary.BigEndian.Uint32(payload[stampAt:]) != stampMagic {
		return 0, false
	}
	return int64(binary.BigEndian.Uint64(payload[stampAt+4:])), true
}
