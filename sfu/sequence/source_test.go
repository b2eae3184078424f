package sequence_test

import (
	"math/rand/v2"
	"time"

	"salon/sfu/layers"
	"salon/sfu/sequence"
)

const (
	clockRate     = 90_000
	frameTicks    = clockRate / 30
	frameInterval = time.Second / 30
)

// epochStart is the virtual time zero of every scenario.
var epochStart = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// descriptor says which numbers of VP8's payload descriptor a source sends.
type descriptor int

const (
	noNumbers  descriptor = iota // another codec
	pictureIDs                   // picture ids only
	allNumbers                   // picture ids, TL0PICIDX, KEYIDX
)

// frame is the truth about one encoded picture.
type frame struct {
	publication *publication
	encoding    int8
	keyframe    bool
	temporal    int8
	sync        bool
	references  []*frame
	packets     int
	timestamp   uint32
	pictures    sequence.Pictures

	// With several spatial layers, where there is a frame of each in a picture:
	spatial, active int8
	keyPicture      bool // it belongs to the picture of a keyframe
	fresh           bool // it refers to nothing before its picture
	chains          [layers.MaxSpatial]byte
}

// media is one packet on its way from a publisher.
type media struct {
	frame      *frame
	number     uint64 // the truth behind the wrapped sequence number
	start, end bool
	last       bool // of the picture, as the publisher sends it
	arrival    time.Time
}

// encoder makes the frames of one encoding. Every number starts where the scenario says.
type encoder struct {
	publication *publication
	index       int8
	random      *rand.Rand
	number      uint64
	timestamp   uint32 // of capture 0
	pictureID   uint16
	tl0, key    uint8
	step        int       // in the temporal pattern
	newest      [3]*frame // of each temporal layer, since the last keyframe
	unsynced    [3]int    // frames of each temporal layer since one that a receiver may climb at
	wantKey     time.Time // when a requested keyframe is due; zero: none
	lastKey     time.Time
	stack       stack
}

var patterns = [][]int8{1: {0}, 2: {0, 1}, 3: {0, 2, 1, 2}}

// request asks for a keyframe. Like libwebrtc it ignores a request soon after a keyframe.
func (e *encoder) request(now time.Time) {
	if e.wantKey.IsZero() && now.Sub(e.lastKey) > 300*time.Millisecond {
		e.wantKey = now.Add(40 * time.Millisecond)
	}
}

func (e *encoder) capture(index int, now time.Time) []media {
	s := e.publication.scenario
	if s.stacking != flat {
		return e.capturePicture(index, now)
	}
	key := e.newest[0] == nil || !e.wantKey.IsZero() && !now.Before(e.wantKey)
	if key {
		e.step, e.newest = 0, [3]*frame{}
		e.wantKey, e.lastKey = time.Time{}, now
		e.key = (e.key + 1) & 0x1f
	}
	pattern := patterns[s.temporals]
	f := &frame{
		publication: e.publication, encoding: e.index, keyframe: key, temporal: pattern[e.step%len(pattern)],
		packets: 1 + e.random.IntN(2+2*int(e.index)), timestamp: e.timestamp + uint32(index)*frameTicks,
	}
	if key {
		f.packets += 3
	}
	e.step++
	e.refer(f)
	e.numberPicture(f)
	packets := e.packetize(f, now)
	packets[f.packets-1].last = true
	return packets
}

// refer chooses what the frame refers to and makes it the newest of its layer.
func (e *encoder) refer(f *frame) {
	switch {
	case f.keyframe:
		f.sync = true
	case f.temporal == 0:
		f.sync = true
		f.references = []*frame{e.newest[0]}
	default:
		// Encoders let receivers climb now and then; without a bound P13 could wait for it for ever.
		f.sync = e.random.IntN(6) == 0 || e.unsynced[f.temporal] == 2
		for t := range f.temporal + 1 {
			f.sync = f.sync || e.newest[t] == nil
		}
		f.references = []*frame{e.newest[0]}
		if !f.sync {
			f.references = append(f.references, e.newest[1:f.temporal+1]...)
		}
	}
	e.newest[f.temporal] = f
	e.unsynced[f.temporal]++
	if f.sync {
		e.unsynced[f.temporal] = 0
	}
}

func (e *encoder) numberPicture(f *frame) {
	s := e.publication.scenario
	e.pictureID++
	if f.temporal == 0 {
		e.tl0++
	}
	mask := uint16(0x7f)
	if e.publication.long {
		mask = 0x7fff
	}
	if s.descriptor >= pictureIDs {
		f.pictures = sequence.Pictures{HasPictureID: true, Long: e.publication.long, PictureID: e.pictureID & mask}
	}
	if s.descriptor == allNumbers {
		f.pictures.HasTL0, f.pictures.TL0PICIDX = true, e.tl0
		f.pictures.HasKey, f.pictures.KEYIDX = true, e.key
	}
}

func (e *encoder) packetize(f *frame, now time.Time) []media {
	packets := make([]media, f.packets)
	for i := range packets {
		packets[i] = media{
			frame: f, number: e.number, start: i == 0, end: i == f.packets-1,
			arrival: now.Add(time.Duration(e.index)*time.Millisecond + time.Duration(i)*200*time.Microsecond),
		}
		e.number++
	}
	return packets
}

// publication is a camera with one or several encodings that share a wall clock and nothing else.
type publication struct {
	scenario *scenario
	encoders []*encoder
	long     bool // picture ids have 15 bits
	together bool // a keyframe of one encoding brings keyframes of all, as simulcast encoders do
}

// report is a sender report of an encoding for a capture.
func (p *publication) report(encoding int8, index int) sequence.Report {
	seconds := float64(index)/30 + 3_900_000_000
	return sequence.Report{
		NTP: uint64(seconds * (1 << 32)), RTP: p.encoders[encoding].timestamp + uint32(index)*frameTicks, Valid: true,
	}
}

func (p *publication) request(encoding int8, now time.Time) {
	for _, e := range p.encoders {
		if e.index == encoding || p.together {
			e.request(now)
		}
	}
}

func (m *media) selection(sequence uint64) layers.Packet {
	return layers.Packet{
		Encoding: m.frame.encoding, Sequence: sequence, Timestamp: m.frame.timestamp, Temporal: m.frame.temporal,
		Start: m.start, End: m.end, Keyframe: m.frame.keyframe && m.start, SwitchUp: m.frame.sync,
		Climb: m.climb(), SVC: m.layersOf(),
	}
}
