package oracle

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"salon/sfu/codec"
	"salon/sfu/forward"
)

// arrived is one packet at the receiver.
type arrived struct {
	number    uint64 // extended sequence number
	timestamp uint32
	marker    bool
	codec     codec.Codec
	payload   []byte
	epoch     int // how often the receiver was told to wait for a new picture before it came
}

// receiver is the far end of a slot. It loses packets and asks for them again, and keeps everything.
type receiver struct {
	t       *testing.T
	slot    *forward.Slot
	loss    float64
	random  *rand.Rand
	epoch   int
	highest uint64
	packets []arrived
	missing []uint16
	scratch []byte
	again   int // packets that came again
}

// Send implements forward.Sink.
func (r *receiver) Gather(send func(burst any)) { send(nil) }

func (r *receiver) Send(o *forward.Outgoing) error {
	if !o.Retransmission && r.random.Float64() < r.loss {
		r.missing = append(r.missing, o.SequenceNumber)
		return nil
	}
	if r.highest == 0 {
		r.highest = 1<<16 + uint64(o.SequenceNumber)
	}
	number := r.highest + uint64(int64(int16(o.SequenceNumber-uint16(r.highest))))
	r.highest = max(r.highest, number)
	payload := append(slices.Clone(o.Descriptor), o.Payload[len(o.Descriptor):]...)
	r.packets = append(r.packets, arrived{number, o.Timestamp, o.Marker, o.Codec, payload, r.epoch})
	return nil
}

// recover asks for what was lost.
func (r *receiver) recover(now time.Time) {
	for _, number := range r.missing {
		sent, scratch := r.slot.Retransmit(number, now, forward.Path{Loss: r.loss, Spare: true}, r.scratch, nil)
		r.scratch = scratch
		if sent == 0 {
			r.t.Errorf("packet %d did not come again", number)
		}
		r.again++
	}
	r.missing = r.missing[:0]
}

// shown is one whole frame at the receiver.
type shown struct {
	origin    origin
	data      []byte
	timestamp uint32
	epoch     int
	numbers   *numbers // nil for VP9
	first     uint64   // sequence number
	last      uint64
}

// assemble puts the packets into frames, in order. Frames that are not whole, and what is predicted from them, are left
// out, as a browser does; skipped tells how many frames before which of the others were.
func (r *receiver) assemble(c catalogue) (frames []shown, skipped map[int]int) {
	r.t.Helper()
	slices.SortStableFunc(r.packets, func(a, b arrived) int { return int(int64(a.number - b.number)) })
	skipped = map[int]int{}
	var known references
	for rest := r.packets; len(rest) > 0; {
		n := slices.IndexFunc(rest, func(a arrived) bool { return a.timestamp != rest[0].timestamp })
		if n < 0 {
			n = len(rest)
		}
		frame, whole := r.join(rest[:n])
		rest = rest[n:]
		if whole {
			if frame.origin, whole = c[string(frame.data)]; !whole {
				r.t.Fatalf("after %d frames came one that nobody sent, at timestamp %d", len(frames), frame.timestamp)
			}
		}
		if !whole || !known.allow(&frame) {
			skipped[len(frames)]++
			continue
		}
		frames = append(frames, frame)
	}
	return frames, skipped
}

// join makes one frame of the packets with its timestamp.
func (r *receiver) join(packets []arrived) (frame shown, whole bool) {
	first, last := &packets[0], &packets[len(packets)-1]
	frame = shown{timestamp: first.timestamp, epoch: first.epoch, first: first.number, last: last.number}
	for i, p := range packets {
		if i > 0 && p.number == packets[i-1].number {
			r.t.Fatalf("number %d was given out twice", p.number)
		}
		piece, err := readPiece(p.codec, p.payload)
		if err != nil {
			r.t.Fatalf("packet %d cannot be read: %v", p.number, err)
		}
		if piece.start != (i == 0) || i > 0 && p.number != packets[i-1].number+1 {
			return frame, false
		}
		if i == 0 {
			frame.numbers = piece.numbers
		}
		frame.data = append(frame.data, piece.data...)
	}
	return frame, last.marker
}
