package allocation

import (
	"cmp"
	"math"
	"slices"

	"salon/sfu/layers"
)

// rung is a layer that a tile may get, what it takes and what it is worth.
type rung struct {
	layer   layers.Layer
	bitrate int     // bit/s
	quality float64 // 1 is a picture that fills the tile, at every frame
}

// How much the worth of a layer falls with its share of the pixels and of the frames. Half the frames of a camera are
// missed more than half of its pixels; the text of a screen must be sharp, and five frames a second will do.
const (
	cameraSharpness, cameraMotion = 0.5, 0.7
	screenSharpness, screenMotion = 1.0, 0.25
)

// ladder lists the layers up to the one that the tile wants, from the smallest encoding's base to the largest. A layer
// for which a cheaper one is worth as much is not in it.
func (d Demand) ladder(want layers.Layer) []rung {
	top, ok := d.live(want.Spatial)
	if !ok {
		return nil
	}
	rungs := make([]rung, 0, 3*len(d.Encodings))
	for _, e := range d.Encodings {
		if s := d.size(e); e.Live && !top.smaller(s) {
			rungs = append(rungs, d.rungs(e, s, top)...)
		}
	}
	slices.SortFunc(rungs, func(a, b rung) int {
		return cmp.Or(cmp.Compare(a.bitrate, b.bitrate), cmp.Compare(b.quality, a.quality))
	})
	kept := rungs[:0]
	for _, r := range rungs {
		if len(kept) == 0 || r.quality > kept[len(kept)-1].quality {
			kept = append(kept, r)
		}
	}
	return kept
}

// rungs lists the temporal layers of an encoding.
func (d Demand) rungs(e Encoding, s, top sized) []rung {
	bitrates := e.Bitrates
	if len(bitrates) == 0 {
		bitrates = []int{guess(s)}
	}
	list := make([]rung, len(bitrates))
	for i, b := range bitrates {
		list[i] = rung{layers.Layer{Spatial: e.Index, Temporal: int8(i)}, b, d.quality(s, top, len(bitrates)-1-i)}
	}
	list[len(list)-1].layer.Temporal = layers.MaxTemporal
	return list
}

// quality is what an encoding is worth in this tile, without so many temporal layers, each of which doubles the frames.
func (d Demand) quality(s, top sized, missing int) float64 {
	sharpness, motion := cameraSharpness, cameraMotion
	if d.Screen {
		sharpness, motion = screenSharpness, screenMotion
	}
	pixels := float64(s.width*s.height) / float64(max(top.width*top.height, d.Width*d.Height))
	return math.Pow(pixels, sharpness) * math.Exp2(-motion*float64(missing))
}

// guess is what an encoding takes of which nothing was measured: what browsers give a camera of that size.
func guess(s sized) int {
	const pixels, bitrate, growth = 320 * 180, 150_000, 0.875 // 360p: 500 kbit/s, 720p: 1.7 Mbit/s
	return int(bitrate * math.Pow(float64(s.width*s.height)/pixels, growth))
}

// bitrate is what an encoding takes in full.
func (d Demand) bitrate(index int8) int {
	for _, e := range d.Encodings {
		if e.Index == index {
			if n := len(e.Bitrates); n > 0 {
				return e.Bitrates[n-1]
			}
			return guess(d.size(e))
		}
	}
	return 0
}
