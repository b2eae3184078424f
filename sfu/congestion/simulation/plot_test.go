package simulation

import (
	"fmt"
	"strings"
	"time"
)

// Of a plot, in pixels.
const (
	plotWidth  = 720
	plotLeft   = 60
	plotRight  = 10
	ratesTop   = 40
	ratesHigh  = 220
	queuesTop  = 290
	queuesHigh = 80
	plotHeight = 400
	plotPoints = 360 // of a line
)

var colours = []string{"#1f6fb4", "#d2691e", "#2e8b57", "#8a4fbf", "#b8860b"}

// plot draws a run as SVG: capacity, and per flow what it delivered and its estimate, above the longest wait in the queue.
func plot(title string, n *network) string {
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" font-size="11">`+"\n", plotWidth, plotHeight)
	fmt.Fprintf(&b, `<rect width="%d" height="%d" fill="#fff"/><text x="%d" y="18" font-size="14">%s</text>`+"\n", plotWidth, plotHeight, plotLeft, title)
	fmt.Fprintf(&b, `<text x="%d" y="33" fill="#555">grey: capacity, solid: delivered without padding, thin: estimate</text>`+"\n", plotLeft)
	step := n.end / plotPoints
	capacity := series(n.end, step, func(at time.Duration) float64 { return float64(n.link.rate(at)) })
	rates := axis{top: ratesTop, high: ratesHigh, most: nice(largest(capacity) * 1.25), end: n.end, unit: "Mbit/s", scale: 1e6}
	rates.draw(&b)
	rates.line(&b, capacity, "#999", 2)
	waits := make([]float64, plotPoints)
	for i, f := range n.flows {
		colour := colours[i%len(colours)]
		rates.line(&b, series(n.end, step, f.estimateAt()), colour, 0.7)
		window := max(step, 500*time.Millisecond)
		rates.line(&b, series(n.end, step, func(at time.Duration) float64 { return f.record.rate(at, at+window) }), colour, 1.6)
		for _, w := range f.record.waits {
			j := min(plotPoints-1, int(w.at/step))
			waits[j] = max(waits[j], milliseconds(w.queue))
		}
	}
	queues := axis{top: queuesTop, high: queuesHigh, most: nice(max(100, largest(waits))), end: n.end, unit: "ms in queue", scale: 1}
	queues.draw(&b)
	queues.line(&b, waits, "#b22222", 1)
	b.WriteString("</svg>\n")
	return b.String()
}

// estimateAt returns the estimate as a function of time, to be called with ascending times.
func (f *flow) estimateAt() func(time.Duration) float64 {
	i := 0
	return func(at time.Duration) float64 {
		for i+1 < len(f.record.samples) && f.record.samples[i+1].at <= at {
			i++
		}
		if i >= len(f.record.samples) || f.record.samples[i].at > at {
			return 0
		}
		return float64(f.record.samples[i].estimate.Bitrate)
	}
}

func series(end, step time.Duration, value func(time.Duration) float64) []float64 {
	all := make([]float64, 0, plotPoints)
	for at := time.Duration(0); at < end && len(all) < plotPoints; at += step {
		all = append(all, value(at))
	}
	return all
}

// axis is one panel.
type axis struct {
	top, high   int
	most, scale float64
	end         time.Duration
	unit        string
}

func (a *axis) draw(b *strings.Builder) {
	right := plotWidth - plotRight
	for i := range 5 {
		y := a.top + a.high - i*a.high/4
		fmt.Fprintf(b, `<path d="M%d %dH%d" stroke="#e5e5e5"/><text x="%d" y="%d" text-anchor="end">%.4g</text>`+"\n", plotLeft, y, right, plotLeft-5, y+4, a.most*float64(i)/4/a.scale)
		x := plotLeft + i*(right-plotLeft)/4
		fmt.Fprintf(b, `<text x="%d" y="%d" text-anchor="middle">%.0f s</text>`+"\n", min(x, right-15), a.top+a.high+14, a.end.Seconds()*float64(i)/4)
	}
	fmt.Fprintf(b, `<text x="12" y="%d" transform="rotate(-90 12 %d)" text-anchor="middle">%s</text>`+"\n", a.top+a.high/2, a.top+a.high/2, a.unit)
}

func (a *axis) line(b *strings.Builder, values []float64, colour string, width float64) {
	b.WriteString(`<path fill="none" d="M`)
	for i, v := range values {
		x := plotLeft + i*(plotWidth-plotLeft-plotRight)/plotPoints
		fmt.Fprintf(b, "%d %d ", x, a.top+a.high-int(min(v, a.most)/a.most*float64(a.high)))
	}
	fmt.Fprintf(b, `" stroke="%s" stroke-width="%g"/>`+"\n", colour, width)
}

func largest(values []float64) (most float64) {
	for _, v := range values {
		most = max(most, v)
	}
	return most
}

// nice rounds up to what four steps divide well.
func nice(v float64) float64 {
	unit := 1.0
	for unit*10 <= v {
		unit *= 10
	}
	for _, f := range []float64{1, 2, 4, 6, 8, 10} {
		if v <= f*unit {
			return f * unit
		}
	}
	return v
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
