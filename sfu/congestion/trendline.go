package congestion

import "time"

const (
	trendWindow    = 20  // groups that the line is fitted to: 0.7 s of video at 30 frames/s
	trendSmoothing = 0.9 // share of the smoothed delay that stays with each group
)

// trendline fits a line through the recent one-way delay variation: its slope is how fast queues grow, in ms of delay
// per ms of time (0.1: what is sent exceeds what arrives by a tenth).
type trendline struct {
	points   [trendWindow]point
	count    int     // groups seen since the start
	delay    float64 // accumulated, ms
	smoothed float64
	origin   time.Duration
}

type point struct{ x, y float64 } // arrival and smoothed delay, ms

// add takes the next variation and returns the slope; ok once the window is full.
func (t *trendline) add(v variation) (slope float64, ok bool) {
	if t.count == 0 {
		t.origin = v.at
	}
	t.delay += milliseconds(v.arrival - v.sent)
	t.smoothed = trendSmoothing*t.smoothed + (1-trendSmoothing)*t.delay
	t.points[t.count%trendWindow] = point{milliseconds(v.at - t.origin), t.smoothed}
	t.count++
	if t.count < trendWindow {
		return 0, false
	}
	return t.fit()
}

// fit is the least-squares slope. Times are taken relative to their mean, so that a long call keeps its precision.
func (t *trendline) fit() (slope float64, ok bool) {
	var meanX, meanY float64
	for _, p := range t.points {
		meanX += p.x / trendWindow
		meanY += p.y / trendWindow
	}
	var numerator, denominator float64
	for _, p := range t.points {
		numerator += (p.x - meanX) * (p.y - meanY)
		denominator += (p.x - meanX) * (p.x - meanX)
	}
	if denominator == 0 {
		return 0, false
	}
	return numerator / denominator, true
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
