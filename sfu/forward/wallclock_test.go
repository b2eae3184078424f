package forward

import (
	"testing"
	"time"
)

func TestWallClock(t *testing.T) {
	start := time.Date(2030, 1, 2, 3, 4, 5, 6e6, time.UTC)
	type report struct {
		after time.Duration // since start, on the server's clock
		off   time.Duration // of the publisher's clock
		delay time.Duration // of the report on its way
	}
	for _, c := range []struct {
		name    string
		reports []report
		want    time.Duration // that ours is later than the publisher's clock after the last of them
	}{
		{"the first report counts as it is", []report{{0, -time.Hour, 30 * time.Millisecond}}, time.Hour + 30*time.Millisecond},
		{"the least delayed one counts", []report{{0, 0, 30 * time.Millisecond}, {time.Second, 0, 10 * time.Millisecond}, {2 * time.Second, 0, 200 * time.Millisecond}},
			10*time.Millisecond + 100*time.Microsecond},
		{"a clock that runs away is followed", []report{{0, 0, 0}, {1000 * time.Second, -100 * time.Millisecond, 0}}, 100 * time.Millisecond},
		{"a clock that is set forward", []report{{0, 0, 0}, {time.Second, time.Hour, 0}}, -time.Hour},
		{"a clock that is set back", []report{{0, 0, 0}, {time.Second, -time.Hour, 0}}, time.Hour},
		{"a clock of another century", []report{{0, -80 * 365 * 24 * time.Hour, 0}}, 80 * 365 * 24 * time.Hour},
	} {
		t.Run(c.name, func(t *testing.T) {
			var clock WallClock
			for _, r := range c.reports {
				clock.observe(ntpOf(start.Add(r.after+r.off)), start.Add(r.after+r.delay))
			}
			off := int64(clock.ours(ntpOf(start))-ntpOf(start.Add(c.want))) * 1000 >> 32
			if off < -1 || off > 1 {
				t.Errorf("ours is %d ms later than wanted", off)
			}
		})
	}
}
