package oracle

import (
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"salon/sfu/forward"
	"salon/sfu/layers"
	"salon/signaling/protocol"
)

const (
	keyframeEvery = 12 // frames, in testdata
	frameTime     = time.Second / 30
	loop          = 96 // frames, in testdata
	wantSwitches  = 1000
	// plannedSwitches are more than are wanted: some begin the same encoding again, some frames never get whole.
	plannedSwitches = wantSwitches * 14 / 10
	maxFrames       = 60_000 // captures: should there be no switches, the test ends nevertheless
)

// trial is one run.
type trial struct {
	name         string
	publications [][]string // the files of their encodings
	network      upstream
	loss         float64 // toward the receiver
}

var trials = []trial{
	{name: "VP8 over a good network", publications: simulcast},
	{name: "VP8 over a bad network", publications: simulcast, loss: 0.02,
		network: upstream{loss: 0.04, reorder: 0.05, lateness: 12 * time.Millisecond}},
	{name: "VP8 of one encoding", publications: [][]string{{"vp8-a-f"}, {"vp8-b-h"}}, loss: 0.02, network: upstream{loss: 0.02}},
	{name: "VP9 over a good network", publications: [][]string{{"vp9-a"}, {"vp9-b"}}},
	{name: "VP9 over a bad network", publications: [][]string{{"vp9-a"}, {"vp9-b"}}, loss: 0.02,
		network: upstream{loss: 0.04, reorder: 0.05, lateness: 12 * time.Millisecond}},
}

var simulcast = [][]string{{"vp8-a-q", "vp8-a-h", "vp8-a-f"}, {"vp8-b-q", "vp8-b-h", "vp8-b-f"}}

func TestLibvpxDecodesEverySwitch(t *testing.T) {
	for i, trial := range trials {
		t.Run(trial.name, func(t *testing.T) {
			t.Parallel()
			decoder(t)
			var publications [][]*media
			for _, names := range trial.publications {
				var encodings []*media
				for _, name := range names {
					encodings = append(encodings, readMedia(t, name))
				}
				publications = append(publications, encodings)
			}
			var r *receiver
			synctest.Test(t, func(t *testing.T) { r = play(t, &trial, publications, uint64(i)) })
			r.t = t
			frames, skipped := r.assemble(newCatalogue(t, publications))
			judge(t, &trial, frames, skipped)
			decodeAll(t, publications, frames)
		})
	}
}

// play runs publications, slot and receiver on a virtual clock until there were enough switches.
func play(t *testing.T, trial *trial, publications [][]*media, seed uint64) *receiver {
	random := rand.New(rand.NewPCG(seed, 1))
	q := &queue{}
	r := &receiver{t: t, loss: trial.loss, random: random}
	r.slot = forward.NewSlot(protocol.Video, r, 65_500, 1<<32-100_000)
	d := &director{random: random, receiver: r, slot: r.slot}
	for _, encodings := range publications {
		d.publishers = append(d.publishers, newPublisher(encodings, trial.network, random, q))
	}
	d.fill(0)
	begin := time.Now()
	for n := 0; n < maxFrames && d.switches < plannedSwitches; n++ {
		now := time.Now()
		for _, p := range d.publishers {
			p.capture(begin, now)
			p.answer(now, roundTrip)
			if n%30 == 0 {
				p.report(begin, now)
			}
		}
		for step := time.Duration(1); step <= 3; step++ { // feedback goes more often than frames
			q.runUntil(begin.Add(time.Duration(n)*frameTime + frameTime*step/3))
			r.recover(time.Now())
			for _, p := range d.publishers {
				p.answer(time.Now(), roundTrip)
			}
		}
		d.watch()
		d.act()
	}
	asked, requests := 0, 0
	for _, p := range d.publishers {
		asked, requests = asked+p.asked, requests+p.keyframes
	}
	t.Logf("%d switches; %d packets were asked for again upstream and %d downstream, %d keyframes", d.switches, asked, r.again, requests)
	return r
}

// director changes what the receiver gets, now and then.
type director struct {
	random     *rand.Rand
	publishers []*publisher
	receiver   *receiver
	slot       *forward.Slot
	playing    int // publication
	paused     bool
	current    layers.Layer
	switches   int // begun pictures of another encoding or publication
}

// watch counts switches.
func (d *director) watch() {
	current := d.slot.Info().Current
	if current != layers.None && (current.Spatial != d.current.Spatial || d.current == layers.None) {
		d.switches++
	}
	d.current = current
}

// act does something in one of four frames.
func (d *director) act() {
	switch dice := d.random.IntN(100); {
	case d.paused && dice < 30:
		d.pause(false)
	case d.paused || dice >= 25:
	case dice < 14:
		d.target()
	case dice < 23:
		d.fill((d.playing + 1) % len(d.publishers))
	case dice < 24:
		d.pause(true)
	default: // an unmute: everybody waits for a keyframe
		d.receiver.epoch++
		p := d.publishers[d.playing].publication
		p.SetForwarding(false)
		p.SetForwarding(true)
		d.current = layers.None
	}
	d.receiver.recover(time.Now())
}

// target wants another layer.
func (d *director) target() {
	encodings := len(d.publishers[d.playing].streams)
	layer := layers.Layer{Spatial: int8(d.random.IntN(encodings)), Temporal: int8(d.random.IntN(3))}
	d.slot.SetTarget(layer, "test")
}

// fill puts another publication into the slot.
func (d *director) fill(publication int) {
	d.receiver.epoch++
	d.playing, d.current = publication, layers.None
	d.slot.Fill(d.publishers[publication].publication)
	d.target()
}

func (d *director) pause(on bool) {
	if d.paused = on; on {
		d.receiver.epoch++
		d.slot.SetTarget(layers.None, "test")
		return
	}
	d.target()
}
