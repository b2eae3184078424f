package congestion

import "time"

const (
	fallbackGrace  = 2 * time.Second // transport feedback must come within it, else reports count
	rembLife       = 5 * time.Second // a REMB counts so long
	reportLow      = 0.02            // loss below: grow (draft-ietf-rmcat-gcc-02 6)
	reportHigh     = 0.10            // loss above: shrink
	reportGrowth   = 0.08            // per second
	reportReserve  = 1.25            // times the larger of what is sent and wanted: it grows no further
	reportPatience = 10 * time.Second
)

// fallback estimates from what every receiver reports, when there is no transport feedback: the receiver's own estimate
// (REMB, draft-alvestrand-rmcat-remb-03) and the loss in receiver reports (RFC 3550 6.4.1).
type fallback struct {
	remb   int // bit/s, 0: none
	rembAt time.Duration
	at     time.Duration // of the last report
	heard  bool
	quiet  time.Duration // no growth before: the last one failed
	loss   float64       // of the last report, 0..1
}

// limit returns the receiver's own estimate while it is fresh.
func (f *fallback) limit(now time.Duration, highest float64) float64 {
	if f.remb > 0 && now-f.rembAt < rembLife {
		return min(float64(f.remb), highest)
	}
	return highest
}

// report takes the loss of a receiver report and returns the new rate with what was decided. It grows without probes, as
// far as the application wants: there is nothing else to learn from.
func (f *fallback) report(loss, rate float64, sent, wanted int, now time.Duration) (float64, State) {
	elapsed := min(now-f.at, 5*time.Second).Seconds()
	if !f.heard {
		elapsed = 0
	}
	f.at, f.heard, f.loss = now, true, loss
	switch {
	case loss > reportHigh:
		f.quiet = now + reportPatience
		if sent > 0 {
			rate = min(rate, reportReserve*float64(sent)) // more than that the loss does not speak of
		}
		return rate * (1 - 0.5*loss), Congested
	case loss > reportLow || now < f.quiet:
		return rate, Holding
	}
	most := reportReserve * float64(max(sent, wanted))
	if rate >= most {
		return rate, Limited
	}
	return min(most, rate*(1+reportGrowth*elapsed)), Growing
}
