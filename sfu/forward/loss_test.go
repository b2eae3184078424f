package forward

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"salon/sfu/codec"
)

// lossyCall is a camera of 720p30 at 1.7 Mbit/s whose packets reach a receiver over a link with random loss. All is in
// ticks of 1 ms; requests get through, as the loss is toward the receiver.
type lossyCall struct {
	loss    float64
	rtt     int // ms
	assumed int // ms: the receiver's own idea of the round trip. Chromium takes 100 while it sends nothing itself

	random   *rand.Rand
	now      int
	arriving map[int][]uint16
	asking   map[int][]uint16
	first    uint16

	sent, resent int
	receiver     nackModule
}

// nackModule asks as libwebrtc's receivers do: at once for what a packet shows to be missing, then every 20 ms for what was
// asked for a round trip ago, ten times at most.
type nackModule struct {
	newest  int
	missing map[int]*asked
	arrived map[int]int // when, by number
	gaveUp  int
}

type asked struct{ at, tries int }

const (
	framePackets = 6 // of 1,180 bytes
	wireBytes    = 1180 + PacketOverhead
)

func (c *lossyCall) Gather(send func(burst any)) { send(nil) }

func (c *lossyCall) Send(o *Outgoing) error {
	if o.Retransmission {
		c.resent++
	} else {
		c.sent++
	}
	if c.random.Float64() >= c.loss {
		at := c.now + c.rtt/2
		c.arriving[at] = append(c.arriving[at], o.SequenceNumber-c.first)
	}
	return nil
}

func (m *nackModule) packet(n, now int) (ask []uint16) {
	if _, ok := m.arrived[n]; ok {
		return nil
	}
	m.arrived[n] = now
	delete(m.missing, n)
	for ; m.newest < n; m.newest++ {
		if next := m.newest + 1; next < n {
			m.missing[next] = &asked{at: now, tries: 1}
			ask = append(ask, uint16(next))
		}
	}
	return ask
}

func (m *nackModule) due(now, rtt int) (ask []uint16) {
	for n, a := range m.missing {
		switch {
		case now-a.at < rtt:
		case a.tries >= 10:
			m.gaveUp++
			m.arrived[n] = now // a keyframe would come about now
			delete(m.missing, n)
		default:
			a.at = now
			a.tries++
			ask = append(ask, uint16(n))
		}
	}
	slices.Sort(ask)
	return ask
}

// run lets the call last so many seconds; answer is given each request. It returns when each frame was complete with all
// before it, in ms after its packets were sent.
func (c *lossyCall) run(t *testing.T, seconds int, answer func(slot *Slot, number uint16, now time.Time)) (delays []int) {
	t.Helper()
	p, cam, slot, _ := oneCamera(t)
	slot.sink = c
	c.random = rand.New(rand.NewPCG(uint64(100*c.loss), 7))
	c.arriving, c.asking, c.first = map[int][]uint16{}, map[int][]uint16{}, 65533
	c.receiver = nackModule{newest: -1, missing: map[int]*asked{}, arrived: map[int]int{}}
	start := cam.now
	var taken []int
	for ; c.now < seconds*1000; c.now++ {
		now := start.Add(time.Duration(c.now) * time.Millisecond)
		if c.now*30/1000 != (c.now-1)*30/1000 || c.now == 0 {
			taken = append(taken, c.now)
			bigFrame(cam, now, len(taken) == 1)
		}
		at := c.now + c.rtt/2
		for _, low := range c.arriving[c.now] {
			n := c.receiver.newest + int(int16(low-uint16(c.receiver.newest)))
			c.asking[at] = append(c.asking[at], c.receiver.packet(n, c.now)...)
		}
		if c.now%20 == 7 {
			c.asking[at] = append(c.asking[at], c.receiver.due(c.now, c.assumed)...)
		}
		for _, n := range c.asking[c.now] {
			answer(slot, n+c.first, now)
		}
		delete(c.arriving, c.now)
		delete(c.asking, c.now)
	}
	p.Close()
	complete := 0
	for i, at := range taken[:len(taken)-60] {
		for n := i * framePackets; n < (i+1)*framePackets; n++ {
			complete = max(complete, c.receiver.arrived[n])
		}
		delays = append(delays, complete-at)
	}
	return delays
}

func bigFrame(c *camera, now time.Time, key bool) {
	c.picture++
	c.timestamp += 3000
	for i := range framePackets {
		c.sequence++
		payload := append(vp8(c.picture, 0, i == 0, key && i == 0), make([]byte, 1160)...)
		c.encoding.Receive(c.ssrc, &Incoming{
			SequenceNumber: c.sequence, Timestamp: c.timestamp, Marker: i == framePackets-1, Codec: codec.VP8, Payload: payload, Arrival: now,
		})
	}
}

// frozen returns the share of the time that Chromium would count as frozen: gaps between pictures of 150 ms more than the
// mean of the last 30. Pictures are shown 30 ms after they could be complete, or when they are.
func frozen(delays []int) float64 {
	var recent []float64
	still, last, total := 0.0, 0.0, 0.0
	for i, d := range delays {
		shown := max(last, float64(i)*1000/30+max(float64(d), 50))
		if gap := shown - last; i > 0 {
			mean := 0.0
			for _, r := range recent {
				mean += r / float64(len(recent))
			}
			if len(recent) == 30 && gap >= max(3*mean, mean+150) {
				still += gap
			}
			total += gap
			if recent = append(recent, gap); len(recent) > 30 {
				recent = recent[1:]
			}
		}
		last = shown
	}
	return still / total
}

// Pictures are not late by more than a glance whatever a path loses, also where the receiver waits 100 ms before it asks
// again; and that costs what Media leaves for it. The budget is that of an estimate of 4 Mbit/s.
func TestPicturesComeInTimeOverLossyPaths(t *testing.T) {
	for _, loss := range []float64{0.05, 0.1, 0.2, 0.3} {
		for _, assumed := range []int{40, 100} {
			t.Run(fmt.Sprintf("%.0f%% asked every %d ms", 100*loss, assumed), func(t *testing.T) {
				c := &lossyCall{loss: loss, rtt: 40, assumed: assumed}
				path := Path{Loss: loss}
				rate := path.Share() * 4e6 / 8 / 1000 // bytes per ms
				tokens, at, refused := 1000*rate, 0, 0
				var scratch []byte
				delays := c.run(t, 60, func(s *Slot, number uint16, now time.Time) {
					s.remote.rtt = 40 * time.Millisecond
					tokens, at = min(1000*rate, tokens+rate*float64(c.now-at)), c.now
					path.Spare = tokens > 500*rate
					if tokens <= 0 {
						refused++
						return
					}
					var sent int
					sent, scratch = s.Retransmit(number, now, path, scratch, nil)
					tokens -= float64(sent * wireBytes)
				})
				still, cost := frozen(delays), float64(c.resent)/float64(c.sent)
				slices.Sort(delays)
				t.Logf("frames complete after %d ms, 90 %%: %d, 99 %%: %d; frozen %.1f %%; repairs %.2f per packet, %d refused for want of bandwidth",
					delays[len(delays)/2], delays[len(delays)*9/10], delays[len(delays)*99/100], 100*still, cost, refused)
				if still > 0.025 || c.receiver.gaveUp > 0 {
					t.Errorf("frozen %.1f %%, %d packets never came", 100*still, c.receiver.gaveUp)
				}
				if share := 1 / (1 + cost); share < 0.95*path.Media() {
					t.Errorf("media gets %.2f of what is sent, %.2f were left for it", share, path.Media())
				}
			})
		}
	}
}
