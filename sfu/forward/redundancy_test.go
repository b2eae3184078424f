package forward

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"salon/sfu/codec"
	"salon/signaling/protocol"
)

// soundSink keeps what was sent, with what went along, and in which spell: one publication without a pause.
type soundSink struct {
	spell int
	sent  []sentSound
}

type sentSound struct {
	spell     int
	sequence  uint16
	timestamp uint32
	payload   []byte
	redundant []codec.Redundant
}

func (s *soundSink) Gather(send func(burst any)) { send(nil) }

func (s *soundSink) Send(o *Outgoing) error {
	sound := sentSound{spell: s.spell, sequence: o.SequenceNumber, timestamp: o.Timestamp, payload: slices.Clone(o.Payload)}
	for _, b := range o.Redundant {
		b.Payload = slices.Clone(b.Payload)
		sound.redundant = append(sound.redundant, b)
	}
	s.sent = append(s.sent, sound)
	return nil
}

// expected is what has to go along with sound i: what was sent under the numbers just before, in the same spell, where RFC
// 2198 can say when it was.
func (s *soundSink) expected(i, distance int) (want []codec.Redundant) {
	sound := s.sent[i]
	for back := distance; back > 0; back-- {
		for _, before := range s.sent[:i] {
			offset := sound.timestamp - before.timestamp
			if before.spell == sound.spell && before.sequence == sound.sequence-uint16(back) && offset > 0 && offset <= codec.MaxRedundantOffset {
				want = append(want, codec.Redundant{Offset: uint16(offset), Payload: before.payload})
			}
		}
	}
	return want
}

func (s *soundSink) check(t *testing.T, from, distance int) (blocks int) {
	t.Helper()
	for i := from; i < len(s.sent); i++ {
		got, want := s.sent[i].redundant, s.expected(i, distance)
		same := func(a, b codec.Redundant) bool { return a.Offset == b.Offset && bytes.Equal(a.Payload, b.Payload) }
		if !slices.EqualFunc(got, want, same) {
			t.Fatalf("packet %d (%q) carries %v, want %v", i, s.sent[i].payload, got, want)
		}
		blocks += len(got)
	}
	return blocks
}

// voice sends 50 packets per second that say whose they are and which.
type voice struct {
	name        string
	publication *Publication
	sequence    uint16
	timestamp   uint32
	now         time.Time
}

func newVoice(name string, sequence uint16) *voice {
	p := NewPublication(PublicationConfig{Kind: protocol.Audio, Upstream: &upstream{}})
	p.SetForwarding(true)
	return &voice{name: name, publication: p, sequence: sequence, timestamp: 4294960000, now: time.Unix(1000, 0)}
}

// next makes the next packet, so many packets of 20 ms later.
func (v *voice) next(ticks uint32) *Incoming {
	v.sequence++
	v.timestamp += 960 * ticks
	v.now = v.now.Add(time.Duration(ticks) * 20 * time.Millisecond)
	return &Incoming{
		SequenceNumber: v.sequence, Timestamp: v.timestamp, Codec: codec.Opus, Arrival: v.now,
		Payload: fmt.Appendf(nil, "%s %d", v.name, v.sequence),
	}
}

func (v *voice) receive(in *Incoming) { v.publication.Encodings()[0].Receive(7, in) }

func (v *voice) say(n int) {
	for range n {
		v.receive(v.next(1))
	}
}

func audioSlot(first uint16) (*Slot, *soundSink) {
	out := &soundSink{}
	return NewSlot(protocol.Audio, out, first, 5), out
}

func TestEarlierPayloadsGoAlong(t *testing.T) {
	for _, first := range []uint16{0, 1, 65534, 65535} {
		slot, out := audioSlot(first)
		v := newVoice("ana", first)
		slot.Fill(v.publication)
		v.say(4)
		if n := out.check(t, 0, 0); n != 0 {
			t.Fatalf("%d payloads went along that nobody asked for", n)
		}
		for distance := range MaxRedundancy + 1 {
			from := len(out.sent)
			slot.SetRedundancy(distance, "test")
			v.say(10)
			if n := out.check(t, from, distance); n != 10*distance {
				t.Errorf("from %d, distance %d: %d payloads went along with 10 packets", first, distance, n)
			}
		}
		if got := out.sent[len(out.sent)-1].redundant; got[0].Offset != 1920 || got[1].Offset != 960 {
			t.Errorf("%v, want the oldest first", got)
		}
	}
}

// A pause of the publisher's (discontinuous transmission), a lost and a late packet.
func TestWhatGoesAlongAcrossGaps(t *testing.T) {
	slot, out := audioSlot(65530)
	v := newVoice("ana", 65530)
	slot.Fill(v.publication)
	slot.SetRedundancy(2, "test")
	v.say(3)
	v.receive(v.next(20)) // 400 ms of silence: more than an offset can say
	if got := out.sent[3].redundant; len(got) != 0 {
		t.Errorf("%v goes along after a pause that RFC 2198 cannot express", got)
	}
	v.receive(v.next(10)) // 200 ms can be said, 600 cannot
	if got := out.sent[4].redundant; len(got) != 1 || got[0].Offset != 9600 {
		t.Errorf("%v goes along after a shorter pause", got)
	}
	v.next(1) // lost on the way here
	v.receive(v.next(1))
	if got := out.sent[5].redundant; len(got) != 1 || got[0].Offset != 1920 {
		t.Errorf("%v goes along after a lost packet, want what came before that one", got)
	}
	late := v.next(1)
	v.say(1)
	v.receive(late)
	v.say(2)
	out.check(t, 0, 2)
}

// Whatever happens, what goes along is exactly what the slot itself sent just before: nothing of another publication,
// nothing from before a mute, nothing that came while the right was gone.
func TestNothingElseGoesAlong(t *testing.T) {
	for seed := range uint64(200) {
		random := rand.New(rand.NewPCG(seed, 1))
		distance := 1 + int(seed%MaxRedundancy)
		slot, out := audioSlot(uint16(65500 + seed))
		slot.SetRedundancy(distance, "test")
		voices := []*voice{newVoice("ana", 65520), newVoice("bob", 65520), newVoice("cid", 9)}
		held := voices[0]
		slot.Fill(held.publication)
		blocks := 0
		var late *Incoming
		for range 300 {
			for _, v := range voices { // all of them speak at once
				ticks := uint32(1)
				if random.IntN(20) == 0 {
					ticks = uint32(1 + random.IntN(30))
				}
				in := v.next(ticks)
				switch what := random.IntN(20); {
				case what == 0: // lost
				case what == 1 && v == held && late == nil:
					late = in
				default:
					v.receive(in)
				}
			}
			if late != nil && random.IntN(3) == 0 {
				held.receive(late)
				late = nil
			}
			if random.IntN(25) == 0 {
				late = nil
				out.spell++
				switch random.IntN(3) {
				case 0:
					held = voices[random.IntN(len(voices))]
					slot.Fill(held.publication)
				case 1: // muted for a moment, while the client goes on sending
					held.publication.SetForwarding(false)
					held.say(random.IntN(4))
					held.publication.SetForwarding(true)
				case 2:
					slot.Clear()
					slot.Fill(held.publication)
				}
			}
		}
		blocks += out.check(t, 0, distance)
		if blocks < 100 {
			t.Fatalf("seed %d: only %d payloads went along", seed, blocks)
		}
	}
}

func TestRedundancyAllocatesNothing(t *testing.T) {
	v := newVoice("ana", 0)
	for range 10 {
		slot := NewSlot(protocol.Audio, discard{}, 0, 0)
		slot.SetRedundancy(MaxRedundancy, "test")
		slot.Fill(v.publication)
	}
	in := v.next(1)
	again := func() {
		in.SequenceNumber++
		in.Timestamp += 960
		v.receive(in)
	}
	for range 3000 {
		again()
	}
	if n := testing.AllocsPerRun(2000, again); n != 0 {
		t.Errorf("%v allocations per packet for ten receivers", n)
	}
}

func TestLacks(t *testing.T) {
	v := newVoice("ana", 65533)
	e := v.publication.Encodings()[0]
	if e.Lacks(7, 65533) {
		t.Error("lacks a packet before the first one has come")
	}
	v.say(1)
	lost := v.next(1)
	v.say(3)
	for number, want := range map[uint16]bool{65534: false, lost.SequenceNumber: true, 0: false, 1: false, 2: false, 3: true} {
		if got := e.Lacks(7, number); got != want {
			t.Errorf("lacks %d: %v, want %v", number, got, want)
		}
	}
	if e.Lacks(8, lost.SequenceNumber) {
		t.Error("lacks a packet of another RTP stream")
	}
	lost.Recovered = true
	v.receive(lost)
	if e.Lacks(7, lost.SequenceNumber) {
		t.Error("lacks what was recovered")
	}
}
