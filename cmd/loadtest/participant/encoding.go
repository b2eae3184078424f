package participant

import (
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/sdp/v3"
	"github.com/pion/webrtc/v4"

	"salon/signaling/protocol"
)

const (
	introductions    = 30                     // packets of an SSRC that carry mid and rid at least
	keyframePause    = 300 * time.Millisecond // libwebrtc ignores requests that follow a keyframe this closely
	transportWideURI = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"
	voiceActive      = 0x80 // RFC 6464 3: V bit
	transportBytes   = 2
)

var errUnbound = errors.New("the section is not connected yet: wait until the participant is connected")

// encoding is one RTP stream that is sent. It is Pion's TrackLocal.
type encoding struct {
	source protocol.Source
	rid    string
	stream string // msid
	video  *vp8Source
	sender *sender // what all encodings of a participant share

	wantsKeyframe atomic.Bool
	asked         asked
	counts        sentCounts

	mu        sync.Mutex // leaf save for Pion's own write; guards what follows
	bound     *binding
	mid       string
	sequence  uint16
	base      uint32 // RTP timestamp at the sender's epoch
	keyAt     time.Time
	rested    bool       // it was not wanted until now: a keyframe comes first
	history   *history   // nil for audio
	header    rtp.Header // reused
	payload   []byte     // reused
	extension [transportBytes]byte
	level     [1]byte
	packets   uint32 // for sender reports, with bytes
	bytes     uint32
}

// binding is what negotiation gave the encoding.
type binding struct {
	ssrc, repairSSRC uint32
	formats          formats
	extensions       map[string]uint8 // ids by URI
	writer           webrtc.TrackLocalWriter
}

// sender is shared by all encodings of a participant.
type sender struct {
	epoch   time.Time     // when the media clock began
	number  atomic.Uint32 // transport-wide sequence number
	loseOut func(uint32, uint16) bool
	level   atomic.Uint32 // RFC 6464 level with the V bit
	behind  atomic.Uint64 // what was due and not sent
	stall   atomic.Int64  // the longest time between two pictures, in nanoseconds
	last    time.Time     // when the last pictures were sent; the clock's
}

// sentCounts are one encoding's share of SentStats.
type sentCounts struct {
	packets, bytes, rested, frames, keyframes, retransmitted, nacked, plis, peakPLIs, reports, feedback, errors atomic.Uint64
}

func newEncoding(source protocol.Source, rid, stream string, s *sender, video *vp8Source) *encoding {
	e := &encoding{
		source: source, rid: rid, stream: stream, sender: s, video: video,
		sequence: uint16(rand.Uint32()), base: rand.Uint32(),
	}
	if video != nil {
		e.history = newHistory()
		video.pictureID, video.tl0, video.keyidx = uint16(rand.Uint32())&0x7fff, uint8(rand.Uint32()), uint8(rand.Uint32())&0x1f
	}
	return e
}

// Bind implements webrtc.TrackLocal.
func (e *encoding) Bind(c webrtc.TrackLocalContext) (webrtc.RTPCodecParameters, error) {
	b := &binding{
		ssrc: uint32(c.SSRC()), repairSSRC: uint32(c.SSRCRetransmission()), writer: c.WriteStream(), extensions: map[string]uint8{},
	}
	for _, x := range c.HeaderExtensions() {
		b.extensions[x.URI] = uint8(x.ID)
	}
	var chosen webrtc.RTPCodecParameters
	for _, p := range c.CodecParameters() {
		switch {
		case p.MimeType == webrtc.MimeTypeRTX:
			b.formats.repair = uint8(p.PayloadType)
		case b.formats.media == 0:
			chosen, b.formats.media = p, uint8(p.PayloadType)
		}
	}
	if b.formats.media == 0 {
		return chosen, errors.New("the answer has no codec for the " + string(e.source))
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.bound = b
	return chosen, nil
}

// Unbind implements webrtc.TrackLocal.
func (e *encoding) Unbind(webrtc.TrackLocalContext) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.bound = nil
	return nil
}

// ID implements webrtc.TrackLocal.
func (e *encoding) ID() string { return string(e.source) }

// RID implements webrtc.TrackLocal.
func (e *encoding) RID() string { return e.rid }

// StreamID implements webrtc.TrackLocal.
func (e *encoding) StreamID() string { return e.stream }

// Kind implements webrtc.TrackLocal.
func (e *encoding) Kind() webrtc.RTPCodecType { return webrtc.NewRTPCodecType(string(e.source.Kind())) }

// sendFrame sends the frame that was captured at the given instant.
func (e *encoding) sendFrame(captured, now time.Time) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.bound == nil {
		return
	}
	// The request is taken back only when a keyframe is made: one that comes too soon is lost, as in libwebrtc.
	key := e.wantsKeyframe.Swap(false) && now.Sub(e.keyAt) >= keyframePause || e.rested
	e.rested = false
	f := e.video.next(key)
	if f.key {
		e.keyAt = now
		e.counts.keyframes.Add(1)
	}
	e.counts.frames.Add(1)
	timestamp := e.timestamp(captured)
	for i := range int(f.stamp.Count) {
		payload, fill := f.appendPacket(e.payload[:0], i, time.Now().UnixNano())
		e.payload = payload
		e.sendMedia(timestamp, i == int(f.stamp.Count)-1)
		e.history.remember(&e.header, payload[:len(payload)-len(fill)], fill)
	}
}

// sendSound sends one Opus packet.
func (e *encoding) sendSound(captured, now time.Time, stamp Stamp) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.bound == nil {
		return
	}
	stamp.Sent = now.UnixNano()
	e.payload = appendOpus(e.payload[:0], stamp)
	e.counts.frames.Add(1)
	e.sendMedia(e.timestamp(captured), e.packets == 0) // the marker begins a talkspurt (RFC 3551 4.1)
}

func (e *encoding) timestamp(captured time.Time) uint32 {
	ticks := captured.Sub(e.sender.epoch).Seconds() * clockRate(e.source.Kind())
	return e.base + uint32(int64(ticks+0.5))
}

// sendMedia sends e.payload under the next number and remembers it. The lock is held.
func (e *encoding) sendMedia(timestamp uint32, marker bool) {
	e.sequence++
	e.header = rtp.Header{
		Version: 2, Marker: marker, PayloadType: e.bound.formats.media, SequenceNumber: e.sequence,
		Timestamp: timestamp, SSRC: e.bound.ssrc, Extensions: e.header.Extensions[:0],
	}
	e.extend(int(e.packets), sdp.SDESRTPStreamIDURI)
	e.packets++
	e.bytes += uint32(len(e.payload))
	e.counts.packets.Add(1)
	e.counts.bytes.Add(uint64(len(e.payload)))
	e.write()
}

// extend adds the header extensions of a packet: as browsers do, mid and rid only on the
// first of an SSRC, until a report says that they arrived.
func (e *encoding) extend(sent int, ridURI string) {
	e.header.Extension, e.header.ExtensionProfile = true, rtp.ExtensionProfileOneByte
	set := func(uri string, value []byte) {
		if id := e.bound.extensions[uri]; id != 0 {
			_ = e.header.SetExtension(id, value)
		}
	}
	binary.BigEndian.PutUint16(e.extension[:], uint16(e.sender.number.Add(1)))
	set(transportWideURI, e.extension[:])
	if e.source.Kind() == protocol.Audio {
		e.level[0] = byte(e.sender.level.Load())
		set(sdp.AudioLevelURI, e.level[:])
	}
	// The first ones may be lost, or come before the server's keys are ready: go on until a report names the SSRC.
	if sent < introductions || e.counts.reports.Load() == 0 {
		set(sdp.SDESMidURI, []byte(e.mid))
		if e.rid != "" {
			set(ridURI, []byte(e.rid))
		}
	}
}

func (e *encoding) write() {
	if e.sender.loseOut != nil && e.sender.loseOut(e.header.SSRC, e.header.SequenceNumber) {
		return
	}
	if _, err := e.bound.writer.WriteRTP(&e.header, e.payload); err != nil {
		e.counts.errors.Add(1)
	}
}

// report returns a sender report (RFC 3550 6.4.1), nil before the first packet.
func (e *encoding) report(now time.Time) *rtcp.SenderReport {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.bound == nil || e.packets == 0 {
		return nil
	}
	return &rtcp.SenderReport{
		SSRC: e.bound.ssrc, NTPTime: ntp(now), RTPTime: e.timestamp(now), PacketCount: e.packets, OctetCount: e.bytes,
	}
}

// ntp returns an instant as 32.32 fixed-point seconds since 1900 (RFC 3550 4).
func ntp(t time.Time) uint64 {
	seconds := uint64(t.Unix()) + 2208988800
	return seconds<<32 | uint64(t.Nanosecond())<<32/1e9
}
