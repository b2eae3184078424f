package transport

import (
	"sync"
	"time"
)

// bucket bounds a rate: what was not used is saved up for at most a second. It may be overdrawn by the last that passed.
// Safe for concurrent use.
type bucket struct {
	mu     sync.Mutex // leaf; guards all below
	tokens float64
	at     time.Time
}

// open says whether something may pass at a rate per second.
func (b *bucket) open(rate float64, now time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.at.IsZero() {
		b.tokens = rate
	} else {
		b.tokens = min(rate, b.tokens+rate*max(0, now.Sub(b.at).Seconds()))
	}
	b.at = now
	return b.tokens > 0
}

// holds says whether so much is saved up, as of the last look.
func (b *bucket) holds(n float64) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.tokens >= n
}

// spend takes what passed.
func (b *bucket) spend(n float64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.tokens -= n
}

// pass is open and spend of one.
func (b *bucket) pass(rate float64, now time.Time) bool {
	if !b.open(rate, now) {
		return false
	}
	b.spend(1)
	return true
}
