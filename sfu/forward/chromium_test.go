package forward

import (
	"bufio"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"os"
	"testing"
	"time"

	"salon/sfu/codec"
	"salon/sfu/layers"
	"salon/signaling/protocol"
)

// recorded is a packet that Chromium 156 sent of a camera of 960x540 with the scalability mode L3T3_KEY, at 0.7 Mbit/s, so that
// its encoder dropped frames of single layers.
type recorded struct {
	sequence   uint16
	timestamp  uint32
	marker     bool
	head       []byte // of the payload: VP9's descriptor, AV1's aggregation header
	dependency []byte
}

// record reads a file of packets: number, timestamp, marker, start of the payload and dependency descriptor in each line.
func record(t testing.TB, name string) (all []recorded) {
	t.Helper()
	file, err := os.Open("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for lines := bufio.NewScanner(file); lines.Scan(); {
		var p recorded
		var marker int
		var head, dependency string
		if _, err := fmt.Sscan(lines.Text(), &p.sequence, &p.timestamp, &marker, &head, &dependency); err != nil {
			t.Fatal(err)
		}
		p.marker = marker == 1
		p.head, _ = hex.DecodeString(head)
		p.dependency, _ = hex.DecodeString(dependency)
		all = append(all, p)
	}
	return all
}

// incoming makes the packet as it came, with another content.
func (p *recorded) incoming(c codec.Codec, now time.Time) *Incoming {
	payload := p.head
	if c == codec.AV1 { // one element: a frame
		payload = []byte{p.head[0]&0xc8 | 0x10, 0x30, 1, 2, 3}
	}
	return &Incoming{
		SequenceNumber: p.sequence, Timestamp: p.timestamp, Marker: p.marker, Codec: c,
		Payload: payload, DependencyDescriptor: p.dependency, Arrival: now,
	}
}

var recordings = []struct {
	codec codec.Codec
	file  string
}{{codec.VP9, "chromium-vp9-l3t3-key.txt"}, {codec.AV1, "chromium-av1-l3t3-key.txt"}}

// What Chromium sends is decoded picture by picture at any layer, through changes of the frame rate and of the size.
func TestBrowserDecodesAllThatChromiumSends(t *testing.T) {
	for _, r := range recordings {
		packets := record(t, r.file)
		for spatial := range int8(3) {
			for _, every := range []int{1 << 30, 3, 7, 13} { // pictures between changes of the frame rate
				for _, resizes := range []bool{false, true} {
					b, sent := watch(t, r.codec, packets, spatial, every, resizes)
					// Of what is left, only the last picture may be incomplete.
					if b.skipped > 0 || len(b.frames) > 1 || len(b.pictures) < 10 {
						t.Errorf("%v, layer %d, every %d, resizes %v: of %d packets %d pictures were decoded, %d frames in vain, %d wait",
							r.codec, spatial, every, resizes, sent, len(b.pictures), b.skipped, len(b.frames))
					}
				}
			}
		}
	}
}

// watch plays a recording to a receiver whose target changes.
func watch(t *testing.T, c codec.Codec, packets []recorded, spatial int8, every int, resizes bool) (*browser, int) {
	t.Helper()
	_, cam, slot, out := layeredCamera(t, c)
	b, now, seen, pictures := newBrowser(), time.Now(), 0, 0
	target := layers.Layer{Spatial: spatial, Temporal: layers.MaxTemporal}
	slot.SetTarget(target, "test")
	for i := range packets {
		if p := &packets[i]; i > 0 && p.timestamp != packets[i-1].timestamp {
			now = now.Add(time.Second / 15)
			if pictures++; pictures%every == 0 {
				target.Temporal = [3]int8{layers.MaxTemporal, 1, 0}[pictures/every%3]
			}
			if resizes && pictures%20 == 0 {
				target.Spatial = (spatial + int8(pictures/20)) % 3
			}
			slot.SetTarget(target, "test")
		}
		cam.encoding.Receive(7, packets[i].incoming(c, now))
		for ; seen < len(out.sent); seen++ {
			b.receive(t, seen, &out.sent[seen])
		}
	}
	return b, seen
}

// countingSink takes packets as a transport does, and counts them.
type countingSink struct{ packets, descriptors int }

func (s *countingSink) Send(o *Outgoing) error {
	s.packets++
	if len(o.DependencyDescriptor) > 0 {
		s.descriptors++
	}
	return nil
}

func (s *countingSink) Gather(send func(burst any)) { send(s) }

func TestForwardingLayersAllocatesNothing(t *testing.T) {
	for _, r := range recordings {
		packets := record(t, r.file)
		p, out := NewPublication(PublicationConfig{Kind: protocol.Video, Upstream: &upstream{}}), &countingSink{}
		p.SetForwarding(true)
		slot := NewSlot(protocol.Video, out, 1, 1)
		slot.Fill(p)
		slot.SetTarget(layers.Layer{Spatial: 1, Temporal: layers.MaxTemporal}, "test")
		// From the first picture of all layers up to the next structure, again and again: a keyframe's allocates.
		first, end, structures := 0, 0, 0
		for i := range packets {
			if len(packets[i].dependency) > 32 {
				structures++
			}
			if structures == 2 {
				first = i + 1
				structures++
			}
			if structures < 4 {
				end = i
			}
		}
		now, e := time.Now(), p.Encodings()[0]
		for i := range packets[:first] {
			e.Receive(7, packets[i].incoming(r.codec, now))
		}
		loop := make([]*Incoming, 0, end-first)
		for i := range packets[first:end] {
			loop = append(loop, packets[first+i].incoming(r.codec, now))
		}
		numbers := uint16(1)
		for _, in := range loop {
			if in.DependencyDescriptor[0]>>7 == 1 {
				numbers++
			}
		}
		span := loop[len(loop)-1].Timestamp - loop[0].Timestamp + 6000
		round := func() {
			for _, in := range loop {
				e.Receive(7, in)
				now = now.Add(10 * time.Millisecond)
				in.Arrival = now
				in.SequenceNumber += uint16(len(loop))
				in.Timestamp += span
				d := in.DependencyDescriptor[1:3]
				binary.BigEndian.PutUint16(d, binary.BigEndian.Uint16(d)+numbers)
			}
		}
		for range 2 + videoHistory/len(loop) { // until the history has room for all
			round()
		}
		before := *out
		if allocs := testing.AllocsPerRun(5, round); allocs != 0 {
			t.Errorf("%v: %v allocations for %d packets", r.codec, allocs, len(loop))
		}
		if n := out.packets - before.packets; n == 0 || n != out.descriptors-before.descriptors {
			t.Errorf("%v: %d packets were forwarded, %d with a descriptor", r.codec, n, out.descriptors-before.descriptors)
		}
	}
}
