package allocation

import (
	"time"

	"salon/sfu/layers"
)

// restAfter is how long nobody must need an encoding before its publisher may stop it: people who look around in a
// layout come back, and an encoding that begins anew costs a keyframe of each.
const restAfter = 6 * time.Second

// affords is how many times the room that a tile has an encoding may take to be needed all the same: a link often grows
// to twice of what it carries now, and an encoding that rests could not be tried.
const affords = 2

// Need returns the largest encoding that a receiver needs: the one that its tile wants, whether that is live or not,
// so that an encoding that was stopped can be asked for again. room is what the receiver's link has for this tile in
// bit/s: what takes more than twice as much is not needed, for nobody would send it. What the receiver aims at or still
// gets is needed as well: it must not end before something else has taken its place. Nothing is needed (-1) where
// nothing is shown or sent.
func Need(target, current layers.Layer, d Demand, room int) int8 {
	var all [layers.MaxEncodings]Encoding
	d.Encodings = d.awake(all[:0], true)
	need := DecideFrom(target, d).Target
	for need != layers.None && d.bitrate(need.Spatial)/affords > room {
		need = d.below(need.Spatial)
	}
	return max(need.Spatial, target.Spatial, current.Spatial)
}

// below returns the next smaller encoding of a list that is all live, None for the smallest.
func (d Demand) below(index int8) layers.Layer {
	this, _ := d.live(index)
	best, found := sized{}, false
	for _, e := range d.Encodings {
		if s := d.size(e); s.smaller(this) && (!found || best.smaller(s)) {
			best, found = s, true
		}
	}
	if !found {
		return layers.None
	}
	return whole(best)
}

// Wanted says which encodings of a publication the room wants from its publisher: those up to Max. The smallest one
// always is, so that whoever begins to watch gets a picture at once. Wanted is a value; nothing here has a clock.
type Wanted struct {
	Max int8 // index, 0 the smallest
	// at is when each encoding was needed last; a larger one needs those below it, which are what a receiver falls
	// back to.
	at [layers.MaxEncodings]time.Time
}

// WantAll is how a publication of n encodings begins: its publisher sends all of them, and nobody had the time to look.
func WantAll(n int, now time.Time) Wanted {
	return Wanted{}.Needed(int8(min(n, layers.MaxEncodings)-1), now)
}

// Needed notes that somebody needs an encoding now. It raises Max at once.
func (w Wanted) Needed(encoding int8, now time.Time) Wanted {
	encoding = min(encoding, layers.MaxEncodings-1)
	for i := range encoding + 1 {
		w.at[i] = now
	}
	w.Max = max(w.Max, encoding)
	return w
}

// Rested lowers Max to the largest encoding that was needed within the last 6 s. Note first what everybody needs now.
func (w Wanted) Rested(now time.Time) Wanted {
	for w.Max > 0 && now.Sub(w.at[w.Max]) >= restAfter {
		w.Max--
	}
	return w
}
