package sequence

import "time"

// Input is what the projection needs to know of a received packet.
type Input struct {
	Sequence  uint64 // extended sequence number
	Timestamp uint32
	Marker    bool  // passes through, and is remembered for Lookup
	Note      uint8 // the caller's own, remembered for Lookup
	Pictures  Pictures
}

// Output is what a packet is sent with. The numbers of pictures are valid where the input has them.
type Output struct {
	Sequence  uint16
	Timestamp uint32
	Marker    bool
	PictureID uint16
	TL0PICIDX uint8
	KEYIDX    uint8
	Frame     uint16
}

// maxGap bounds the numbers that one packet may skip. Nobody asks for so many, and a publisher that jumps by more than
// half of 16 bits would make its receivers' SRTP take all that follows for replayed packets (RFC 3711 3.3.1, 3.3.2).
const maxGap = windowSize

// Projection makes the inputs that fill one slot over time look like one continuous RTP stream. It is not safe for
// concurrent use.
//
// Invariants: a sequence number is given out once. Within an input, numbers and timestamps keep the distances that they
// had, less what was dropped. From one input to the next the sequence number, the picture id, TL0PICIDX and KEYIDX grow
// by one and the timestamp grows; so does the frame number.
type Projection struct {
	epoch    uint32
	encoding int8
	numbers  compactor
	sent     sent
	pictures pictures
	clock    clock
	turns    turns
}

// NewProjection returns a projection that has no input yet. The first sequence number and timestamp should be random
// (RFC 3550 5.1). ClockRate is in Hz.
func NewProjection(firstSequence uint16, firstTimestamp uint32, clockRate uint32) *Projection {
	p := &Projection{clock: clock{rate: clockRate, newest: firstTimestamp}}
	p.sent.newest, p.sent.size = 1<<16+uint64(firstSequence)-1, sentSize
	p.pictures.newest = 1<<16 - 1
	return p
}

// Remember says how many sent numbers can be looked up, and how many sent packets late one may be: a power of two up to
// 1,024, which it is otherwise. It must be called before the first Rebase.
func (p *Projection) Remember(packets int) { p.sent.size = packets }

// Rebase begins a new input at its first packet, which is to be mapped next: at a start, layer switch, other publication
// or resume. Origin is the input's encoding. Timestamp, from TimestampAt or Align, becomes that of the packet; where it
// is not after what was sent, the next possible one does.
func (p *Projection) Rebase(origin int8, in Input, timestamp uint32) {
	if p.sent.ring == nil {
		p.sent.ring = make([]sentSlot, p.sent.size)
	}
	p.epoch++
	p.encoding = origin
	p.numbers.begin(in.Sequence, p.sent.newest+1)
	p.pictures.rebase()
	p.clock.rebase(in.Timestamp, timestamp)
	p.turns.held = 0
}

// Restamp makes the current input go on at another timestamp from the given packet, the first of a frame, which is to be
// mapped next; where it is not after what was sent, at the next possible one. Its other numbers go on as they were, and
// packets from before it that come late get the timestamps of their time. It is for frames that are sent faster than
// they were taken, and for a part of a picture that is sent as a picture of its own.
func (p *Projection) Restamp(in Input, timestamp uint32) {
	p.turns.add(turn{before: in.Sequence, offset: p.clock.offset})
	p.clock.rebase(in.Timestamp, timestamp)
}

// Map gives a packet of the current input its numbers. It returns false when the packet must not be sent: it was dropped
// or sent before, lies before the input's first packet, or is more than 1,024 sent packets late. A gap of more than 2,048
// missing packets shrinks to that.
func (p *Projection) Map(in Input, now time.Time) (Output, bool) {
	number, ok := p.numbers.place(in.Sequence)
	if p.epoch == 0 || !ok || !p.sent.free(number) {
		return Output{}, false
	}
	late := in.Sequence < p.numbers.next
	if number > p.sent.newest+1+maxGap {
		if late {
			return Output{}, false
		}
		number = p.sent.newest + 1 + maxGap
		p.numbers.begin(in.Sequence, number)
	}
	out := Output{Sequence: uint16(number), Timestamp: in.Timestamp + p.turns.offset(in.Sequence, p.clock.offset), Marker: in.Marker}
	id, ok := p.pictures.place(&in.Pictures, late, &out)
	if !ok {
		p.dropNumber(in.Sequence)
		return Output{}, false
	}
	front := number > p.sent.newest
	p.pictures.take(&in.Pictures, id, &out, front)
	p.numbers.take(in.Sequence)
	p.sent.put(number, sentSlot{
		sequence: in.Sequence, timestamp: out.Timestamp, epoch: uint16(p.epoch), pictureID: out.PictureID, frame: out.Frame,
		tl0: out.TL0PICIDX, key: out.KEYIDX, note: in.Note, encoding: p.encoding, state: filled, marker: in.Marker,
	})
	if front {
		p.clock.sent(out.Timestamp, now)
	}
	return out, true
}

// Drop notes a packet of the current input that is not forwarded, so that its numbers are closed up. When a later packet
// was sent before, its number stays unused.
func (p *Projection) Drop(in Input) {
	if p.epoch == 0 {
		return
	}
	p.pictures.drop(&in.Pictures, in.Sequence < p.numbers.next)
	p.dropNumber(in.Sequence)
}

func (p *Projection) dropNumber(sequence uint64) {
	if hole, left := p.numbers.drop(sequence); left {
		p.sent.refuse(hole)
	}
}

// Lookup is the inverse of Map for the last 1,024 sequence numbers, or what Remember said. It returns false for older ones and for those never
// sent.
func (p *Projection) Lookup(sequence uint16) (Origin, bool) {
	number := p.sent.newest - uint64(uint16(p.sent.newest)-sequence)
	slot := p.sent.slot(number)
	if slot == nil || slot.state != filled {
		return Origin{}, false
	}
	epoch := p.epoch - uint32(uint16(p.epoch)-slot.epoch)
	return Origin{Epoch: epoch, Encoding: slot.encoding, Sequence: slot.sequence, Note: slot.note, Out: Output{
		Sequence: sequence, Timestamp: slot.timestamp, Marker: slot.marker,
		PictureID: slot.pictureID, TL0PICIDX: slot.tl0, KEYIDX: slot.key, Frame: slot.frame,
	}}, true
}

// Epoch counts the calls of Rebase.
func (p *Projection) Epoch() uint32 { return p.epoch }

// Offset returns output timestamp - input timestamp of the current input, by which its sender reports are rewritten.
func (p *Projection) Offset() uint32 { return p.clock.offset }

// TimestampAt returns the output timestamp for wall time now: the newest one that was sent, advanced by the time since
// then, by at least 1 and at most 6 hours. Before anything was sent it is the first timestamp. It is for an input
// that has no common clock with the previous one.
func (p *Projection) TimestampAt(now time.Time) uint32 { return p.clock.project(now) }

// Align returns the output timestamp for the input timestamp ts of another encoding at wall time now, such that an instant
// of capture keeps its output time. Old and new are the sender reports of the current and the other encoding (RFC 3550
// 6.4.1), by one wall clock. An instant that was sent already, or lies up to 50 ms before it, gets the next possible
// timestamp. It returns false without both reports, and when the result is earlier or more than 1 s after that of
// TimestampAt.
func (p *Projection) Align(old, new Report, ts uint32, now time.Time) (timestamp uint32, ok bool) {
	return p.clock.align(old, new, ts, now)
}
