package sequence_test

import (
	"encoding/binary"
	"testing"
	"time"

	"salon/sfu/layers"
	"salon/sfu/sequence"
)

// FuzzPackets feeds the selector and the projection packets that no honest publisher would send: any numbers, flags and
// order. What must hold even then: no panic, nothing while paused, nothing but a keyframe begins, no number is used
// twice, what is sent can be looked up, timestamps follow the offset and a switch never steps back.
func FuzzPackets(f *testing.F) {
	f.Add([]byte{0, 1, 2, 3}, uint16(65535), uint32(1<<32-1), true)
	f.Add([]byte("\x10\x27\x07aaaaaaaabbbbbbbbcccccccc"), uint16(0), uint32(0), false)
	f.Fuzz(func(t *testing.T, script []byte, firstSequence uint16, firstTimestamp uint32, stacked bool) {
		h := &hostile{
			t: t, stacked: stacked, p: sequence.NewProjection(firstSequence, firstTimestamp, 90_000), now: epochStart,
			newest: 1<<16 + uint64(firstSequence) - 1, used: map[uint64]sequence.Origin{},
		}
		for i := range h.numbers {
			h.numbers[i] = 1<<16 + 65535
		}
		for len(script) >= 8 {
			h.step(script[:8])
			script = script[8:]
		}
		for back := range uint64(1030) {
			h.lookup(h.newest - back)
		}
	})
}

type hostile struct {
	t         *testing.T
	stacked   bool // packets speak of spatial layers
	s         layers.Selector
	p         *sequence.Projection
	now       time.Time
	numbers   [4]uint64
	newest    uint64
	timestamp uint32 // the greatest that was sent
	used      map[uint64]sequence.Origin
}

// step plays one line of the script: what to do in byte 0, then the fields of a packet.
func (h *hostile) step(b []byte) {
	h.now = h.now.Add(time.Duration(b[7]) * time.Millisecond)
	switch b[0] & 0x1f {
	case 0:
		h.s.SetTarget(layers.Layer{Spatial: int8(b[1]), Temporal: int8(b[2])})
		return
	case 1:
		h.s.SetTarget(layers.Layer{Spatial: int8(b[1] % 4), Temporal: int8(b[2] % 8)})
		return
	case 2:
		h.s.Reset()
		return
	}
	encoding := b[1] % 4
	n := &h.numbers[encoding]
	if step := int8(b[2]); step > 100 {
		*n += uint64(step) * 300
	} else {
		*n += uint64(int64(step / 16))
	}
	packet := layers.Packet{
		Encoding: int8(encoding), Sequence: *n, Timestamp: uint32(b[3]) << (b[1] >> 4), Temporal: int8(b[4]) % 9,
		Start: b[0]&0x20 != 0, End: b[0]&0x40 != 0, Keyframe: b[0]&0x80 != 0, SwitchUp: b[1]&0x08 != 0,
		Climb: int8(b[5] % 9),
	}
	if h.stacked {
		packet.SVC = layers.SVC{
			Layers: int8(b[6] >> 4), Active: int8(b[5]) % 12, Spatial: int8(b[6]) % 10, Needed: b[5], Fresh: b[6]&8 != 0,
			Numbered: b[4]&8 != 0, Number: uint16(b[5])<<4 + uint16(b[3]), Chains: [layers.MaxSpatial]byte(append(b[:8:8], 0)),
		}
	}
	in := sequence.Input{Sequence: *n, Timestamp: packet.Timestamp, Marker: packet.End, Pictures: sequence.Pictures{
		HasPictureID: b[4]&0x80 != 0, Long: b[4]&0x40 != 0, HasTL0: b[4]&0x20 != 0, HasKey: b[4]&0x10 != 0,
		PictureID: binary.BigEndian.Uint16(b[5:]), TL0PICIDX: b[5], KEYIDX: b[6],
	}}
	*n += 1
	h.packet(packet, in)
}

func (h *hostile) packet(packet layers.Packet, in sequence.Input) {
	before, verdict := h.s.Encoding(), h.s.Next(packet)
	if h.s.Target() == layers.None && verdict != layers.Ignore {
		h.t.Fatalf("%v while paused", verdict)
	}
	switch verdict {
	case layers.Drop:
		h.p.Drop(in)
	case layers.Switch:
		if !packet.Keyframe || !packet.Start || before == packet.Encoding {
			h.t.Fatalf("switch at %+v while %v was current", packet, before)
		}
		h.p.Rebase(packet.Encoding, in, h.p.TimestampAt(h.now))
		h.forward(in, true)
	case layers.Climb:
		h.p.Restamp(in, in.Timestamp+h.p.Offset())
		h.forward(in, false)
	case layers.Forward:
		if before != packet.Encoding {
			h.t.Fatalf("forwarded %+v while %v was current", packet, before)
		}
		h.forward(in, false)
	}
}

func (h *hostile) forward(in sequence.Input, begins bool) {
	out, ok := h.p.Map(in, h.now)
	if !ok {
		if begins {
			h.t.Fatalf("the first packet was not mapped: %+v", in)
		}
		return
	}
	number := h.newest + uint64(int64(int16(out.Sequence-uint16(h.newest))))
	if _, used := h.used[number]; used {
		h.t.Fatalf("number %d was used twice", number)
	}
	if begins && number != h.newest+1 {
		h.t.Fatalf("number %d after %d at a switch", number, h.newest)
	}
	if number > h.newest && out.Timestamp-in.Timestamp != h.p.Offset() {
		h.t.Fatalf("timestamp %d for %d with offset %d", out.Timestamp, in.Timestamp, h.p.Offset())
	}
	if ahead := int32(out.Timestamp - h.timestamp); begins && len(h.used) > 0 && ahead < 1 {
		h.t.Fatalf("timestamp stepped by %d at a switch", ahead)
	}
	if number > h.newest && (len(h.used) == 0 || int32(out.Timestamp-h.timestamp) > 0) {
		h.timestamp = out.Timestamp
	}
	if !in.Pictures.Long && out.PictureID > 0x7f || out.PictureID > 0x7fff || out.KEYIDX > 0x1f {
		h.t.Fatalf("too many bits: %+v", out)
	}
	h.newest = max(h.newest, number)
	h.used[number] = sequence.Origin{Epoch: h.p.Epoch(), Encoding: h.s.Encoding(), Sequence: in.Sequence, Out: out}
	h.lookup(number)
}

// lookup holds that the projection knows what was sent lately, and nothing else.
func (h *hostile) lookup(number uint64) {
	want, sent := h.used[number]
	origin, ok := h.p.Lookup(uint16(number))
	if sent = sent && h.newest-number < 1024; ok != sent || ok && origin != want {
		h.t.Fatalf("lookup of %d (newest %d): %+v %v, want %+v %v", number, h.newest, origin, ok, want, sent)
	}
}
