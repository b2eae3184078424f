package allocation

// What an encoding measures when none of the publication's is known yet: the largest one is a camera's usual 720p, and
// each smaller one has half the width and height, as browsers scale them.
const (
	nominalWidth  = 1280
	nominalHeight = 720
)

// sized is an encoding with a size, known or guessed.
type sized struct {
	index         int8
	width, height int
}

// size returns the size of an encoding. An unknown one is guessed from the nearest encoding whose size is known.
func (d Demand) size(e Encoding) sized {
	if e.Width > 0 && e.Height > 0 {
		return sized{e.Index, e.Width, e.Height}
	}
	reference := Encoding{Index: e.Index, Width: nominalWidth, Height: nominalHeight}
	distance := -1
	for _, r := range d.Encodings {
		steps := abs(int(r.Index) - int(e.Index))
		if r.Width > 0 && r.Height > 0 {
			if distance < 0 || steps < distance {
				reference, distance = r, steps
			}
		} else if distance < 0 && r.Index > reference.Index {
			reference.Index = r.Index
		}
	}
	return sized{e.Index, scale(reference.Width, e.Index, reference.Index), scale(reference.Height, e.Index, reference.Index)}
}

// awake appends the encodings to list as they would be if those that rest, or all, were live.
func (d Demand) awake(list []Encoding, all bool) []Encoding {
	for _, e := range d.Encodings[:min(len(d.Encodings), cap(list))] {
		if !e.Live && (all || e.Rests) {
			e.Live = true
			if d.outgrown(e) {
				e.Width, e.Height = 0, 0
			}
		}
		list = append(list, e)
	}
	return list
}

// outgrown says that the size of an encoding that has stopped is of a time when its publisher sent smaller pictures, as
// browsers do that are short of processor time: one below it has as many pixels now. Taken at its word it would never be
// asked for again.
func (d Demand) outgrown(stopped Encoding) bool {
	for _, e := range d.Encodings {
		if e.Live && e.Index < stopped.Index && e.Width*e.Height >= stopped.Width*stopped.Height {
			return true
		}
	}
	return false
}

// scale doubles or halves a length for each step from one index to another. Indexes are small, but clients choose them:
// the steps are bounded.
func scale(length int, to, from int8) int {
	steps := min(max(int(to)-int(from), -8), 8)
	if steps > 0 {
		return length << steps
	}
	return max(length>>-steps, 1)
}

// smaller compares encodings by their pixels, and by their index where they have equally many.
func (s sized) smaller(than sized) bool {
	if a, b := s.width*s.height, than.width*than.height; a != b {
		return a < b
	}
	return s.index < than.index
}

// covers says whether the picture's height is at least some percent of the height at which the tile shows it. The
// picture is fitted into the tile, so the tighter of the two sides decides; both scale alike, hence either will do to
// compare with.
func (s sized) covers(d Demand, percent int) bool {
	if d.Width*s.height < d.Height*s.width {
		return s.width*100 >= d.Width*percent
	}
	return s.height*100 >= d.Height*percent
}

func abs(n int) int { return max(n, -n) }
