package forward

import (
	"sync"
	"time"

	"github.com/pion/rtcp"

	"salon/sfu/codec"
	"salon/sfu/history"
	"salon/sfu/sequence"
)

// How many packets an encoding keeps to answer NACKs and to greet newcomers. Video at 2.5 Mbit/s is about 260 packets/s, so
// 1,024 packets are 4 s, far above any useful round trip. The encodings of a simulcast share that rate and there are
// several of them: 512 are 3 s of 1.5 Mbit/s, 256 are 8 s of the smallest. Audio at 50 packets/s needs 128 for 2.5 s.
const (
	videoHistory     = 1024
	simulcastHistory = 512
	smallestHistory  = 256
	audioHistory     = 128
	videoNumbers     = 512 // of a slot, to find what a NACK means: 2 s, and packets are not asked for after half a second
)

// restingAfter is when the history of an encoding that receives nothing is given up: nobody asks for packets so old, and a
// publisher rests encodings that nobody watches.
const restingAfter = 5 * time.Second

// Encoding is one RTP stream of a publication. Receive is called by one goroutine; the rest by any.
type Encoding struct {
	publication *Publication
	index       int8   // 0 the smallest
	rid         string // "" without simulcast

	mu         sync.Mutex // guards all below; while it is held, only the publisher's clock may be locked
	ssrc       uint32     // of the newest packet; 0 before the first
	codec      codec.Codec
	unwrapper  sequence.Unwrapper
	duplicates sequence.Duplicates
	ring       *history.Ring
	losses     sequence.Losses
	reception  reception
	keyframes  keyframeRequester
	meter      meter
	report     senderReport
	structure  codec.Structure
	layers     int8                         // the most spatial layers of which it was made; 0 before the first packet
	sizes      [codec.MaxSpatial]codec.Size // of them, also of those that rest
	width      uint16
	height     uint16
	newest     uint64 // extended sequence number
	keyframe   uint64 // of the first packet of the newest keyframe; 0: none yet
	kept       []byte // scratch for what goes into the ring
}

func newEncoding(p *Publication, index int8, rid string) *Encoding {
	size := videoHistory
	switch {
	case p.audio():
		size = audioHistory
	case rid != "" && index == 0:
		size = smallestHistory
	case rid != "":
		size = simulcastHistory
	}
	return &Encoding{publication: p, index: index, rid: rid, ring: history.NewRing(size)}
}

// RID returns the encoding's RTP stream identifier (RFC 8852), "" without simulcast.
func (e *Encoding) RID() string { return e.rid }

// Receive takes one packet of the encoding and forwards it to whoever watches it. The ssrc is that of the encoding's
// own RTP stream; for a retransmission it does not count.
func (e *Encoding) Receive(ssrc uint32, in *Incoming) {
	p := packet{
		encoding: e, codec: in.Codec, timestamp: in.Timestamp, marker: in.Marker, payload: in.Payload, padding: in.Padding,
		dependency: in.DependencyDescriptor, arrival: in.Arrival, burst: in.Burst,
	}
	structure := e.structure // only this goroutine writes it
	if !in.Recovered && ssrc != e.ssrc {
		structure = codec.Structure{}
	}
	if len(in.Payload) > 0 {
		if err := structure.Read(in.Codec, in.Payload, in.Marker, in.DependencyDescriptor, &p.frame); err != nil {
			e.publication.malformed.Add(1)
			return
		}
	}
	if !e.note(ssrc, in, &p, structure) {
		return
	}
	p.prepare()
	if in.Group != nil {
		in.Group.add(e.publication, &p)
	} else {
		one := [1]packet{p}
		e.publication.forward(one[:])
	}
	if p.gap {
		e.publication.wake()
	}
}

// note does the bookkeeping of a received packet; false means that it was seen before.
func (e *Encoding) note(ssrc uint32, in *Incoming, p *packet, structure codec.Structure) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	if in.Recovered {
		if e.ssrc == 0 {
			return false
		}
	} else if ssrc != e.ssrc {
		p.restart = e.ssrc != 0
		e.restart(ssrc)
	}
	if in.Codec != e.codec {
		e.layers, e.sizes = 0, [codec.MaxSpatial]codec.Size{}
	}
	e.codec, e.structure = in.Codec, structure
	p.sequence = e.unwrapper.Unwrap(in.SequenceNumber)
	if e.duplicates.Seen(p.sequence) {
		e.meter.duplicates++
		return false
	}
	before := e.losses.Pending()
	e.losses.Received(p.sequence, in.Arrival)
	p.gap = !before && e.losses.Pending() && !e.publication.audio()
	if in.Recovered {
		e.meter.recovered++
	} else {
		e.reception.received(p.sequence, in.Timestamp, in.Arrival, in.Codec.ClockRate())
	}
	e.newest = max(e.newest, p.sequence)
	selection := p.selection()
	e.meter.received(len(in.Payload), &selection, in.Arrival)
	if len(in.Payload) == 0 {
		return true
	}
	e.stack(p.frame.Layers)
	passes := e.publication.forwarding.Load()
	if passes {
		e.keep(p)
	}
	if passes && e.publication.audio() {
		e.recall(p)
	}
	if p.frame.Keyframe && p.frame.Start {
		e.keyframes.arrived(in.Arrival)
		if passes {
			e.keyframe = max(e.keyframe, p.sequence)
		}
		if p.frame.Width > 0 {
			e.width, e.height = p.frame.Width, p.frame.Height
		}
	}
	return true
}

// stack notes of how many spatial layers the encoding is made now. Its publisher rests the upper ones while nobody watches
// them, and begins a structure without them; they are still what can be asked for. The lock is held.
func (e *Encoding) stack(n int8) {
	e.layers = max(e.layers, n)
	for i := range n {
		if size := e.structure.Size(i); size.Width > 0 {
			e.sizes[i] = size
		}
	}
}

// restart forgets the numbers of the previous SSRC: the publisher began a new RTP stream in the same section.
func (e *Encoding) restart(ssrc uint32) {
	e.ssrc = ssrc
	e.unwrapper = sequence.Unwrapper{}
	e.duplicates = sequence.Duplicates{}
	e.losses = sequence.Losses{}
	e.reception = reception{}
	e.report = senderReport{}
	e.newest, e.keyframe = 0, 0
	e.layers, e.sizes = 0, [codec.MaxSpatial]codec.Size{}
	e.ring.Reset()
}

// forgetGroup keeps a newcomer from getting what came while nothing was forwarded, or what that leaves incomplete.
func (e *Encoding) forgetGroup() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.keyframe = 0
}

// SenderReport notes the publisher's report (RFC 3550 6.4.1), which relates RTP timestamps to its wall clock.
func (e *Encoding) SenderReport(r *rtcp.SenderReport, arrival time.Time) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if r.SSRC == e.ssrc {
		e.report = senderReport{Report: sequence.Report{NTP: r.NTPTime, RTP: r.RTPTime, Valid: true}, arrival: arrival}
		e.publication.clock.observe(r.NTPTime, arrival)
	}
}

// lastReport returns the publisher's newest report, its wall clock translated into the server's.
func (e *Encoding) lastReport() senderReport {
	e.mu.Lock()
	defer e.mu.Unlock()
	report := e.report
	if report.Valid {
		report.NTP = e.publication.clock.ours(report.NTP)
	}
	return report
}

// wantKeyframe notes that a receiver needs a keyframe and says whether a request is due at once.
func (e *Encoding) wantKeyframe(now time.Time) (due bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.keyframes.want(now)
	return e.keyframes.due(now)
}

// appendFeedback appends what the encoding has to tell its publisher now: keyframe requests, NACKs, and once a second
// the block of a receiver report.
func (e *Encoding) appendFeedback(f *Feedback, now time.Time, rtt time.Duration) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.ssrc == 0 {
		return
	}
	if now.Sub(e.meter.last) > restingAfter {
		e.ring.Release()
	}
	if !e.publication.audio() {
		e.appendNACK(f, now, rtt)
		if e.keyframes.due(now) {
			e.keyframes.sent(now)
			f.KeyframeRequests++
			f.Packets = append(f.Packets, &rtcp.PictureLossIndication{SenderSSRC: f.SenderSSRC, MediaSSRC: e.ssrc})
		}
	}
	if f.Reports && e.reception.any {
		f.Blocks = append(f.Blocks, e.reception.report(e.ssrc, &e.report, now))
	}
}

// maxNACKs bounds one NACK packet: with more missing at once the link is broken, and a keyframe is asked for anyway.
const maxNACKs = 128

func (e *Encoding) appendNACK(f *Feedback, now time.Time, rtt time.Duration) {
	due, gaveUp := e.losses.Due(now, rtt, f.due[:0])
	f.due = due
	f.Missing = f.Missing || e.losses.Pending()
	if gaveUp > 0 {
		e.keyframes.want(now)
	}
	if len(due) == 0 {
		return
	}
	if len(due) > maxNACKs {
		due = due[len(due)-maxNACKs:]
	}
	numbers := make([]uint16, len(due))
	for i, n := range due {
		numbers[i] = uint16(n)
	}
	f.NACKs += uint64(len(numbers))
	f.Packets = append(f.Packets, &rtcp.TransportLayerNack{
		SenderSSRC: f.SenderSSRC, MediaSSRC: e.ssrc, Nacks: rtcp.NackPairsFromSequenceNumbers(numbers),
	})
}
