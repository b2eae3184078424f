package congestion

import "time"

const (
	throughputStep  = 50 * time.Millisecond
	throughputSteps = 10 // the window: 500 ms
)

// throughput is a bitrate over the last half second, or a part of it.
type throughput struct {
	bytes [throughputSteps + 1]int // per step; the one in progress included
	step  int64                    // the newest
	first int64                    // the step in which it all began
	begun bool
}

// add counts bytes at a time. Times may go back a little; what is older than the window is not counted.
func (t *throughput) add(bytes int, at time.Duration) {
	step := int64(at / throughputStep)
	if !t.begun {
		t.begun = true
		t.step, t.first = step, step
	}
	t.advance(step)
	if step > t.step-throughputSteps-1 {
		t.bytes[index(step)] += bytes
	}
}

// rate returns bit/s over the half second that ends at a time.
func (t *throughput) rate(at time.Duration) int { return t.over(throughputSteps, at) }

// over returns bit/s over so many steps that end at a time; the step in progress does not count, except in the beginning.
func (t *throughput) over(steps int64, at time.Duration) int {
	if !t.begun {
		return 0
	}
	t.advance(int64(at / throughputStep))
	newest := t.step - 1
	if age := t.step - t.first; age < steps {
		steps, newest = age+1, t.step
	}
	sum := 0
	for step := newest - steps + 1; step <= newest; step++ {
		sum += t.bytes[index(step)]
	}
	return int(int64(sum) * 8 * int64(time.Second/throughputStep) / steps)
}

// advance empties the steps up to this one.
func (t *throughput) advance(step int64) {
	if step-t.step > throughputSteps {
		t.bytes = [throughputSteps + 1]int{}
		t.step = step
		return
	}
	for t.step < step {
		t.step++
		t.bytes[index(t.step)] = 0
	}
}

// index maps a step to its place, also before time 0.
func index(step int64) int {
	const n = throughputSteps + 1
	return int((step%n + n) % n)
}
