package signaling

import (
	"math"
	"time"

	"golang.org/x/time/rate"

	"salon/signaling/protocol"
)

// rates bound what one session may send. The read loop owns them.
type rates struct {
	messages *rate.Limiter
	byType   map[string]*rate.Limiter // stricter ones
	refused  *rate.Limiter            // over those: how much refusing is done before the session ends
}

func newRates(l Limits) rates {
	return rates{
		messages: l.Messages.Bucket(),
		byType:   map[string]*rate.Limiter{protocol.TypeOf(protocol.Say{}): l.Say.Bucket(), protocol.TypeOf(protocol.Offer{}): l.Offer.Bucket()},
		refused:  l.Refused.Bucket(),
	}
}

// frame takes a token for a frame of any kind, before it is decoded. It returns how long to wait for one, or 0.
func (r *rates) frame() time.Duration { return take(r.messages) }

// message takes a token for a message of a type that has a stricter rate.
func (r *rates) message(m protocol.ClientMessage) time.Duration {
	if limiter := r.byType[protocol.TypeOf(m)]; limiter != nil {
		return take(limiter)
	}
	return 0
}

// flooding says that refusing is not enough. It is asked once for each refused frame.
func (r *rates) flooding() bool { return !r.refused.Allow() }

func take(l *rate.Limiter) time.Duration {
	if l.Allow() {
		return 0
	}
	missing := 1 - l.Tokens()
	return max(time.Duration(missing/float64(l.Limit())*float64(time.Second)), time.Millisecond)
}

// seconds rounds up, so that nobody tries again too early.
func seconds(d time.Duration) int { return int(math.Ceil(d.Seconds())) }
