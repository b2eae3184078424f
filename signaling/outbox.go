package signaling

import (
	"log/slog"
	"sync"
	"time"

	"salon/signaling/protocol"
)

// outbox is a session's bounded queue of frames, and the place where its end is decided. It is safe for concurrent use
// and never blocks; it implements rooms.Outbox.
type outbox struct {
	maxFrames, maxBytes int
	counters            *counters
	log                 *slog.Logger
	wake                chan struct{} // holds one signal for the write loop; never closed

	mu     sync.Mutex // leaf; guards all below
	frames [][]byte
	bytes  int
	end    *ending // nil while the session is open; the first one stays
	at     time.Time
}

func newOutbox(l Limits, c *counters, log *slog.Logger) *outbox {
	return &outbox{maxFrames: l.OutboxMessages, maxBytes: l.OutboxBytes, counters: c, log: log, wake: make(chan struct{}, 1)}
}

// Send queues a message. When there is no place the queue is thrown away, since nothing in it would arrive in time, and
// the session ends with too_slow. A single frame is always taken by an empty queue: the snapshot at a join may be large.
func (o *outbox) Send(m protocol.ServerMessage, re, seq uint64) {
	frame, err := protocol.Encode(m, 0, re, seq)
	if err != nil {
		o.counters.add(droppedEncode)
		o.log.Error("a message could not be encoded", "type", protocol.TypeOf(m), "error", err)
		if re == 0 {
			return
		}
		frame, err = protocol.Encode(protocol.Error{Code: protocol.ErrInternal, Message: "the reply could not be written: send the request again"}, 0, re, 0)
		if err != nil {
			return
		}
	}
	o.push(frame)
}

func (o *outbox) push(frame []byte) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.end != nil {
		o.counters.add(droppedEnded)
		return
	}
	if n := len(o.frames); n > 0 && (n >= o.maxFrames || o.bytes+len(frame) > o.maxBytes) {
		o.counters[droppedOverflow].Add(uint64(n + 1))
		o.frames, o.bytes = nil, 0
		o.finish(byeFor(protocol.ByeTooSlow))
		return
	}
	o.frames = append(o.frames, frame)
	o.bytes += len(frame)
	o.signal()
}

// Close ends the session with a Bye after what is queued.
func (o *outbox) Close(reason protocol.ByeReason) { o.stop(byeFor(reason)) }

// CloseRetry is Close, and tells the client when to come back.
func (o *outbox) CloseRetry(reason protocol.ByeReason, retryAfter time.Duration) {
	e := byeFor(reason)
	e.retryAfter = seconds(retryAfter)
	o.stop(e)
}

// CloseWith is Close, with a word for the person.
func (o *outbox) CloseWith(reason protocol.ByeReason, message string) {
	e := byeFor(reason)
	e.message = message
	o.stop(e)
}

// stop ends the session. Only the first end counts.
func (o *outbox) stop(e ending) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.end == nil {
		o.finish(e)
	}
}

// finish notes the end. The lock is held.
func (o *outbox) finish(e ending) {
	o.end, o.at = &e, time.Now()
	o.signal()
}

func (o *outbox) signal() {
	select {
	case o.wake <- struct{}{}:
	default:
	}
}

// next takes the oldest frame. When there is none and the session has ended, it returns the end and when it was said.
func (o *outbox) next() (frame []byte, end *ending, at time.Time) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.frames) > 0 && (o.end == nil || o.end.code != 0) {
		frame, o.frames[0] = o.frames[0], nil
		o.frames = o.frames[1:]
		o.bytes -= len(frame)
		return frame, nil, o.at
	}
	return nil, o.end, o.at
}

// ended returns the session's end, or nil.
func (o *outbox) ended() *ending {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.end
}
