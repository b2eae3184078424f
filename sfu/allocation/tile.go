package allocation

import "salon/sfu/layers"

// Encoding is one encoding of a publication.
type Encoding struct {
	Index         int8 // 0 the smallest
	Width, Height int  // pixels; 0 when unknown yet
	Live          bool // packets come: an encoding that has stopped must never be a target
	Rests         bool // not live because nobody needs it: it comes when it is asked for
	// Bitrates is what it takes on the wire in bit/s, cumulative by temporal layer, the base first; one value where it
	// has no temporal layers, nil while nothing is known. Allocate guesses by the size then.
	Bitrates []int
}

// Demand is what a receiver shows of a publication.
type Demand struct {
	Width, Height int // of the tile in physical pixels; 0 when it is not shown
	Encodings     []Encoding
	Screen        bool // a shared screen: text must stay readable
}

// Choice is the layer that a tile should get, and why in words.
type Choice struct {
	Target layers.Layer
	Reason string
}

// The reasons of choices.
const (
	ReasonHidden  = "not shown"
	ReasonNotLive = "no live encoding"
	ReasonScreen  = "largest live encoding, for a screen"
	ReasonFits    = "smallest live encoding that fills the tile"
	ReasonLargest = "largest live encoding, smaller than the tile"
	ReasonKept    = "kept, nearly fits the tile"
)

// How an encoding's height relates to the height at which it is shown, in percent. Between keepAbove and fills the
// current encoding is not worth replacing by a larger one; a smaller one is not worth taking before it fills the tile
// with nothing scaled up.
const (
	fills     = 90
	keepAbove = 80
	replaces  = 100
)

// Decide returns the smallest live encoding that has at least 0.9 times the height at which the tile shows it; of a
// screen, the largest live one.
func Decide(d Demand) Choice {
	if d.Width <= 0 || d.Height <= 0 {
		return Choice{layers.None, ReasonHidden}
	}
	largest, ok := d.largest()
	if !ok {
		return Choice{layers.None, ReasonNotLive}
	}
	if d.Screen {
		return Choice{whole(largest), ReasonScreen}
	}
	best, found := sized{}, false
	for _, e := range d.Encodings {
		s := d.size(e)
		if e.Live && s.covers(d, fills) && (!found || s.smaller(best)) {
			best, found = s, true
		}
	}
	if !found {
		return Choice{whole(largest), ReasonLargest}
	}
	return Choice{whole(best), ReasonFits}
}

// DecideFrom is Decide for a receiver whose target is current: it keeps the current encoding while that nearly fits, so
// that a tile may change its size by a tenth without a keyframe.
func DecideFrom(current layers.Layer, d Demand) Choice {
	ideal := Decide(d)
	if ideal.Target == layers.None || d.Screen || ideal.Target.Spatial == current.Spatial {
		return ideal
	}
	now, ok := d.live(current.Spatial)
	if !ok {
		return ideal
	}
	next, _ := d.live(ideal.Target.Spatial)
	if now.smaller(next) && now.covers(d, keepAbove) || next.smaller(now) && !next.covers(d, replaces) {
		return Choice{whole(now), ReasonKept}
	}
	return ideal
}

// whole is the layer with every frame of an encoding.
func whole(s sized) layers.Layer { return layers.Layer{Spatial: s.index, Temporal: layers.MaxTemporal} }

// live returns the live encoding with an index.
func (d Demand) live(index int8) (s sized, ok bool) {
	for _, e := range d.Encodings {
		if e.Index == index && e.Live {
			return d.size(e), true
		}
	}
	return sized{}, false
}

// largest returns the largest live encoding.
func (d Demand) largest() (s sized, ok bool) {
	for _, e := range d.Encodings {
		if candidate := d.size(e); e.Live && (!ok || s.smaller(candidate)) {
			s, ok = candidate, true
		}
	}
	return s, ok
}
