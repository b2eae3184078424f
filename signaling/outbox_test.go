package signaling

import (
	"log/slog"
	"math"
	"strings"
	"testing"
	"time"

	"salon/signaling/protocol"
)

func testOutbox(frames, bytes int) (*outbox, *counters) {
	c := &counters{}
	return newOutbox(Limits{OutboxMessages: frames, OutboxBytes: bytes}, c, slog.New(slog.DiscardHandler)), c
}

func TestOutboxBounds(t *testing.T) {
	for _, tt := range []struct {
		name          string
		frames, bytes int
		pushes        []int // sizes
		overflows     bool
	}{
		{"count at the bound", 3, 1000, []int{1, 1, 1}, false},
		{"count over the bound", 3, 1000, []int{1, 1, 1, 1}, true},
		{"bytes at the bound", 100, 10, []int{4, 6}, false},
		{"bytes over the bound", 100, 10, []int{4, 7}, true},
		{"a large one into an empty queue", 100, 10, []int{50}, false},
		{"anything behind a large one", 100, 10, []int{50, 1}, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			o, c := testOutbox(tt.frames, tt.bytes)
			for _, size := range tt.pushes {
				o.push(make([]byte, size))
			}
			end := o.ended()
			if (end != nil) != tt.overflows {
				t.Fatalf("end is %+v", end)
			}
			frame, end, _ := o.next()
			if !tt.overflows {
				if len(frame) != tt.pushes[0] || end != nil {
					t.Errorf("next is %d bytes, %+v", len(frame), end)
				}
				return
			}
			if frame != nil || end.bye != protocol.ByeTooSlow || c[droppedOverflow].Load() != uint64(len(tt.pushes)) {
				t.Errorf("next is %d bytes, %+v; %d dropped", len(frame), end, c[droppedOverflow].Load())
			}
		})
	}
}

func TestOutboxGivesPlaceBack(t *testing.T) {
	o, _ := testOutbox(2, 10)
	for i := range 100 {
		o.push(make([]byte, 5))
		o.push(make([]byte, 5))
		for range 2 {
			if frame, end, _ := o.next(); len(frame) != 5 || end != nil {
				t.Fatalf("round %d: %d bytes, %+v", i, len(frame), end)
			}
		}
		if frame, end, _ := o.next(); frame != nil || end != nil {
			t.Fatalf("round %d: not empty", i)
		}
	}
	if o.bytes != 0 || len(o.frames) != 0 {
		t.Errorf("%d bytes, %d frames", o.bytes, len(o.frames))
	}
}

func TestOutboxKeepsTheFirstEnd(t *testing.T) {
	o, c := testOutbox(10, 1000)
	o.Send(protocol.Pong{}, 1, 0)
	o.CloseRetry(protocol.ByeShutdown, 1001*time.Millisecond)
	o.Close(protocol.ByeReplaced)
	o.stop(endGone)
	o.Send(protocol.Pong{}, 2, 0)
	if frame, end, _ := o.next(); !strings.Contains(string(frame), `"re":1`) || end != nil {
		t.Errorf("what was queued comes first, got %s", frame)
	}
	frame, end, at := o.next()
	if frame != nil || end.bye != protocol.ByeShutdown || end.retryAfter != 2 || at.IsZero() || c[droppedEnded].Load() != 1 {
		t.Errorf("got %s, %+v, %v", frame, end, at)
	}
}

// When the client is gone, nothing more is written.
func TestOutboxOfAnAbsentClient(t *testing.T) {
	o, _ := testOutbox(10, 1000)
	o.Send(protocol.Pong{}, 1, 0)
	o.stop(endDead)
	if frame, end, _ := o.next(); frame != nil || *end != endDead {
		t.Errorf("got %s, %+v", frame, end)
	}
}

func TestOutboxOfAMessageThatDoesNotEncode(t *testing.T) {
	o, c := testOutbox(10, 1000)
	bad := protocol.Stats{Up: []protocol.StreamStats{{Loss: math.NaN()}}}
	o.Send(bad, 0, 0)
	if frame, _, _ := o.next(); frame != nil {
		t.Errorf("got %s", frame)
	}
	o.Send(bad, 7, 0)
	if frame, _, _ := o.next(); !strings.Contains(string(frame), `"re":7,"data":{"code":"internal"`) {
		t.Errorf("a request needs a reply, got %s", frame)
	}
	if c[droppedEncode].Load() != 2 {
		t.Errorf("%d counted", c[droppedEncode].Load())
	}
}

func TestEveryByeHasAnEnding(t *testing.T) {
	codes := map[int]protocol.ByeReason{}
	for _, reason := range []protocol.ByeReason{
		protocol.ByeLeft, protocol.ByeReplaced, protocol.ByeTooSlow, protocol.ByeShutdown, protocol.ByeProtocol,
		protocol.ByeRate, protocol.ByeMedia, protocol.ByeRoomClosed, protocol.ByeTimeout,
	} {
		e := byeFor(reason)
		if e.bye != reason || e.why == endedInternal || codes[e.code] != "" {
			t.Errorf("%s: %+v; close code shared with %q", reason, e, codes[e.code])
		}
		codes[e.code] = reason
		resumable := reason == protocol.ByeReplaced || reason == protocol.ByeTooSlow || reason == protocol.ByeShutdown || reason == protocol.ByeProtocol
		if (e.left == "") != resumable {
			t.Errorf("%s: left is %q", reason, e.left)
		}
	}
}

func TestEveryCounterHasAName(t *testing.T) {
	c := &counters{}
	c.add(endedStalled)
	values := c.values()
	if len(values) != int(counterCount) || values[""] != 0 || values["ended_stalled"] != 1 {
		t.Errorf("got %v", values)
	}
}
