package congestion

import (
	"math"
	"time"
)

// signal is what the delay says of the path.
type signal uint8

const (
	normal   signal = iota
	overuse         // queues grow
	underuse        // queues drain
)

// Of the adaptive threshold (draft-ietf-rmcat-gcc-02 4.4 and 5.4): it follows the trend, slowly up and faster down, so
// that jitter does not look like congestion and a competing TCP flow does not starve ours.
const (
	thresholdStart = 12.5 // ms
	thresholdMin   = 6.0
	thresholdMax   = 600.0
	thresholdUp    = 0.0087 // per ms
	thresholdDown  = 0.039
	thresholdSkip  = 15.0 // a trend that is this far above is a step of the capacity, no jitter to get used to
	trendGain      = 4.0
	trendGroups    = 60                    // the trend is the slope times at most this many groups
	overuseTime    = 10 * time.Millisecond // that it must last
	adaptStep      = 100 * time.Millisecond
)

// detector compares the trend with the threshold.
type detector struct {
	threshold float64
	adapted   time.Duration // arrival time of the last adaptation
	since     time.Duration // above the threshold for so long
	above     int           // groups in a row above the threshold
	slope     float64       // of the group before
	signal    signal
}

// update takes the slope after a group; count is how many groups the trendline has seen.
func (d *detector) update(slope float64, v variation, count int) signal {
	if d.threshold == 0 {
		d.threshold = thresholdStart
		d.adapted = v.at
	}
	trend := slope * float64(min(count, trendGroups)) * trendGain
	switch {
	case trend > d.threshold:
		d.since += v.sent
		d.above++
		if d.since > overuseTime && d.above > 1 && slope >= d.slope {
			d.signal = overuse
		}
	case trend < -d.threshold:
		d.since, d.above = 0, 0
		d.signal = underuse
	default:
		d.since, d.above = 0, 0
		d.signal = normal
	}
	d.slope = slope
	d.adapt(trend, v.at)
	return d.signal
}

func (d *detector) adapt(trend float64, at time.Duration) {
	elapsed := milliseconds(min(max(0, at-d.adapted), adaptStep))
	d.adapted = at
	distance := math.Abs(trend) - d.threshold
	if distance > thresholdSkip {
		return
	}
	k := thresholdUp
	if distance < 0 {
		k = thresholdDown
	}
	d.threshold = min(max(thresholdMin, d.threshold+k*distance*elapsed), thresholdMax)
}
