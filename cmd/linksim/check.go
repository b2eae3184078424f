package main

import (
	"context"
	"fmt"
	"io"
	"math"
	"strconv"
	"time"

	"salon/cmd/linksim/link"
)

// checkCase sends packets through a real relay and holds a figure of what came out against what was asked for.
type checkCase struct {
	name     string
	settings string
	down     bool // from the target to the client
	packets  int
	size     int // UDP payload in bytes
	perTick  int // packets sent each millisecond
	figures  []figure
}

// figure is one measurement, and how far it may be from what is wanted.
type figure struct {
	name            string
	unit            string
	measure         func(trial) float64
	wanted, allowed float64
}

// checkCases keep the promises: loss within 0.5 points, delay within 2 ms, rate within 2 %.
func checkCases() []checkCase {
	return []checkCase{
		{name: "perfect", packets: 5000, size: 1000, perTick: 5, figures: []figure{
			{"lost", "%", trial.lost, 0, 0}, {"delay, median", "ms", trial.delay, 0, 2},
		}},
		{name: "random loss", settings: "loss=5%", packets: 30_000, size: 100, perTick: 10, figures: []figure{{"lost", "%", trial.lost, 5, 0.5}}},
		{name: "bursty loss", settings: "burst_enter=5%,burst_leave=45%", down: true, packets: 30_000, size: 100, perTick: 10, figures: []figure{
			{"lost", "%", trial.lost, 10, 0.5}, {"mean burst", "packets", trial.burst, 1 / 0.45, 0.15},
		}},
		{name: "delay", settings: "delay=50ms", packets: 2000, size: 1000, perTick: 1, figures: []figure{
			{"delay, median", "ms", trial.delay, 50, 2}, {"lost", "%", trial.lost, 0, 0}, {"out of order", "%", trial.late, 0, 0},
		}},
		{name: "jitter", settings: "delay=20ms,jitter=20ms,jitter_reorders=true", down: true, packets: 3000, size: 1000, perTick: 1, figures: []figure{
			{"delay, median", "ms", trial.delay, 30, 2}, {"lost", "%", trial.lost, 0, 0},
		}},
		{name: "slow", settings: "rate=300kbit/s", packets: 4000, size: 200, perTick: 1, figures: []figure{{"rate", "kbit/s", trial.rate, 300, 6}}},
		{name: "fast", settings: "rate=10Mbit/s", down: true, packets: 4000, size: 1200, perTick: 2, figures: []figure{{"rate", "kbit/s", trial.rate, 10_000, 200}}},
		{name: "full queue", settings: "rate=1Mbit/s,queue_time=100ms", packets: 2000, size: 1222, perTick: 1, figures: []figure{
			{"delay, median", "ms", trial.delay, 105, 7}, // 100 ms of queue, and less than one packet of 10 ms in front and 10 ms for itself
		}},
		{name: "duplicates", settings: "duplicate=5%", down: true, packets: 20_000, size: 100, perTick: 10, figures: []figure{
			{"twice", "%", trial.twice, 5, 0.5}, {"lost", "%", trial.lost, 0, 0},
		}},
		{name: "reordering", settings: "reorder=5%,reorder_by=30ms", packets: 10_000, size: 100, perTick: 5, figures: []figure{
			{"out of order", "%", trial.late, 5, 0.5}, {"lost", "%", trial.lost, 0, 0},
		}},
	}
}

// row is the table's form.
const row = "%-12s %-46s %-22s %9s %8s %9s  %s\n"

// selfCheck runs every case and writes a table; it says whether all were within bounds.
func selfCheck(ctx context.Context, out io.Writer) (fine bool, err error) {
	fine = true
	fmt.Fprintf(out, row, "case", "settings", "figure", "wanted", "allowed", "measured", "")
	for _, c := range checkCases() {
		t, err := c.run(ctx)
		if err != nil {
			return false, fmt.Errorf("%s: %w", c.name, err)
		}
		for _, f := range c.figures {
			measured, verdict := f.measure(t), "ok"
			if !(math.Abs(measured-f.wanted) <= f.allowed) {
				fine, verdict = false, "OUTSIDE"
			}
			number := func(n float64) string { return strconv.FormatFloat(n, 'f', 2, 64) }
			fmt.Fprintf(out, row, c.name, c.settings, f.name+" ("+f.unit+")", number(f.wanted), number(f.allowed), number(measured), verdict)
		}
	}
	return fine, nil
}

// catchUp is how many milliseconds' packets may be sent at once after this process had to wait for its turn: more would
// be lost in the kernel's buffers, and less would leave the link idle.
const catchUp = 20

// run sends the case's packets through a relay of its own on loopback.
func (c checkCase) run(ctx context.Context) (trial, error) {
	p, err := link.ParsePatch(c.settings)
	if err != nil {
		return trial{}, err
	}
	b, err := newBench(p.Apply(link.Default()), c.down)
	if err != nil {
		return trial{}, err
	}
	defer b.close()
	ticker := time.NewTicker(time.Millisecond)
	defer ticker.Stop()
	start := time.Now()
	for sent := 0; sent < c.packets; {
		select {
		case <-ctx.Done():
			return trial{}, ctx.Err()
		case <-ticker.C:
		}
		due := int(time.Since(start)/time.Millisecond) * c.perTick
		if behind := due - sent; behind > catchUp*c.perTick {
			start = start.Add(time.Duration(behind/c.perTick-catchUp) * time.Millisecond)
			due = sent + catchUp*c.perTick
		}
		for ; sent < min(due, c.packets); sent++ {
			if err := b.send(sent, c.size); err != nil {
				return trial{}, err
			}
		}
	}
	return b.finish(ctx, c.packets)
}
