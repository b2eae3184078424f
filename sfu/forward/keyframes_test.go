package forward

import (
	"math/rand/v2"
	"testing"
	"time"
)

// Many wishes become few requests: at most two a second, fewer while nobody answers, until a keyframe arrives.
func TestKeyframeRequester(t *testing.T) {
	start := time.Unix(1000, 0)
	run := func(k *keyframeRequester, from, to time.Duration, wish bool) (sent []time.Duration) {
		for at := from; at < to; at += 20 * time.Millisecond {
			now := start.Add(at)
			if wish {
				k.want(now)
			}
			if k.due(now) {
				k.sent(now)
				sent = append(sent, at)
			}
		}
		return sent
	}
	t.Run("nobody wishes, nothing is sent", func(t *testing.T) {
		if sent := run(&keyframeRequester{}, 0, 5*time.Second, false); len(sent) != 0 {
			t.Errorf("sent at %v", sent)
		}
	})
	t.Run("the first wish is sent at once, unanswered ones with growing intervals", func(t *testing.T) {
		sent := run(&keyframeRequester{}, 0, 30*time.Second, true)
		if sent[0] != 0 {
			t.Errorf("first request after %v", sent[0])
		}
		for i := 1; i < len(sent); i++ {
			step := sent[i] - sent[i-1]
			if step < keyframeInterval || step > maxKeyframeInterval+20*time.Millisecond {
				t.Errorf("request %d came %v after the one before", i, step)
			}
			if i > 1 && step+20*time.Millisecond < sent[i-1]-sent[i-2] {
				t.Errorf("intervals shrink: %v", sent)
			}
		}
		if len(sent) < 10 {
			t.Errorf("gave up after %d requests", len(sent))
		}
	})
	t.Run("a keyframe answers all wishes", func(t *testing.T) {
		k := &keyframeRequester{}
		run(k, 0, 100*time.Millisecond, true)
		k.arrived(start.Add(100 * time.Millisecond))
		if sent := run(k, 120*time.Millisecond, 180*time.Millisecond, true); len(sent) != 0 {
			t.Errorf("asked again at %v although a keyframe had just come", sent)
		}
	})
	t.Run("never three arrive within a second, whenever they are wished for and answered", func(t *testing.T) {
		for seed := range uint64(50) {
			random := rand.New(rand.NewPCG(seed, 0))
			k := &keyframeRequester{}
			var arrived []time.Duration
			for at := time.Duration(0); at < 20*time.Second; at += time.Duration(1 + random.IntN(int(40*time.Millisecond))) {
				now := start.Add(at)
				k.want(now)
				if k.due(now) {
					k.sent(now)
					arrived = append(arrived, at+time.Duration(random.IntN(int(100*time.Millisecond))))
				}
				if random.IntN(4) == 0 {
					k.arrived(now.Add(-time.Duration(random.IntN(int(200 * time.Millisecond)))))
				}
			}
			for i := 2; i < len(arrived); i++ {
				if span := arrived[i] - arrived[i-2]; span <= time.Second {
					t.Fatalf("seed %d: three requests within %v: %v", seed, span, arrived[i-2:i+1])
				}
			}
			if len(arrived) < 30 {
				t.Errorf("seed %d: only %d requests in 20 s", seed, len(arrived))
			}
		}
	})
}
