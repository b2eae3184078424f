package forward

import "time"

// How often a publisher is asked for a keyframe. libwebrtc ignores a request within 300 ms of the previous one, and
// promise R16 allows two within any second: as they arrive, which may be closer together than they were sent.
const (
	keyframeInterval    = 500 * time.Millisecond
	keyframeWindow      = time.Second + 150*time.Millisecond // no third request sooner after the last but one
	maxKeyframeInterval = 3 * time.Second
	keyframeFresh       = 100 * time.Millisecond // a want this soon after a keyframe began is answered by that keyframe
)

// keyframeRequester turns any number of wishes for a keyframe into few requests, repeated with growing intervals
// until a keyframe arrives. It is pure: time is passed in.
type keyframeRequester struct {
	wanted  bool
	keyAt   time.Time // when the newest keyframe began
	sentAt  time.Time
	before  time.Time // when the request before that one was sent
	backoff time.Duration
}

// want notes that somebody needs a keyframe.
func (k *keyframeRequester) want(now time.Time) {
	if k.wanted || now.Sub(k.keyAt) < keyframeFresh {
		return
	}
	k.wanted = true
	k.backoff = keyframeInterval
}

// arrived notes that a keyframe began.
func (k *keyframeRequester) arrived(now time.Time) {
	k.wanted = false
	k.keyAt = now
}

// due says whether a request should be sent now.
func (k *keyframeRequester) due(now time.Time) bool {
	return k.wanted && now.Sub(k.sentAt) >= k.backoff && now.Sub(k.before) >= keyframeWindow
}

// sent notes that a request was sent.
func (k *keyframeRequester) sent(now time.Time) {
	if now.Sub(k.sentAt) < 2*k.backoff {
		k.backoff = min(k.backoff*3/2, maxKeyframeInterval)
	}
	k.before, k.sentAt = k.sentAt, now
}
