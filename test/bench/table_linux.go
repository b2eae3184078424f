package main

import (
	"fmt"
	"io"
	"math"
	"strings"

	"salon/test/bench/floor"
	"salon/test/bench/stats"
)

// floorWay is what servers are compared with: what a server does of necessity for a frame of four packets.
const floorWay = floor.SealAndSend

// column is one column of a table of scenarios.
type column struct {
	title string
	cell  func(r *result, scenario string) string
}

var cost = []column{
	{"packets/s", func(r *result, s string) string { return each(r, s, "%.0f", packets, stats.Median) }},
	{"us per packet", func(r *result, s string) string { return each(r, s, "%.2f", micros, stats.Median) }},
	{"best", func(r *result, s string) string { return each(r, s, "%.2f", micros, least) }},
	{"Salon / bare", func(r *result, s string) string {
		return number("%.2f", stats.Median(stats.Ratios(r.of(salonName, s, micros), r.of(bareName, s, micros))))
	}},
	{"Salon / before", func(r *result, s string) string {
		return number("%.2f", stats.Median(stats.Ratios(r.of(salonName, s, micros), r.of(beforeName, s, micros))))
	}},
	{"Salon / floor", func(r *result, s string) string {
		return number("%.1f", stats.Median(stats.Ratios(r.of(salonName, s, micros), r.of(salonName, s, floorMicros))))
	}},
}

var quality = []column{
	{"delay p50 ms", func(r *result, s string) string {
		return each(r, s, "%.2f", func(f *figures) float64 { return measured(f.DelayP50) }, stats.Median)
	}},
	{"p99", func(r *result, s string) string {
		return each(r, s, "%.2f", func(f *figures) float64 { return measured(f.DelayP99) }, stats.Median)
	}},
	{"loss %", func(r *result, s string) string {
		return each(r, s, "%.2f", func(f *figures) float64 { return f.Loss }, stats.Median)
	}},
	{"KiB each", func(r *result, s string) string {
		return each(r, s, "%.0f", func(f *figures) float64 { return f.KiB }, stats.Median)
	}},
	{"goroutines each", func(r *result, s string) string {
		return each(r, s, "%.1f", func(f *figures) float64 { return f.Goroutines }, stats.Median)
	}},
	{"join p50 ms", func(r *result, s string) string {
		return each(r, s, "%.0f", func(f *figures) float64 { return measured(f.JoinP50) }, stats.Median)
	}},
	{"p95", func(r *result, s string) string {
		return each(r, s, "%.0f", func(f *figures) float64 { return measured(f.JoinP95) }, stats.Median)
	}},
}

const (
	bareName   = "bare"
	beforeName = "before"
	salonName  = "Salon"
)

func packets(f *figures) float64     { return f.PacketsPerSecond }
func micros(f *figures) float64      { return f.Micros }
func floorMicros(f *figures) float64 { return f.FloorMicros }

func least(values []float64) float64 { return stats.Best(values, false) }

// each is the figure of the bare loop, of the build before when there is one, and of Salon.
func each(r *result, scenario, format string, figure func(*figures) float64, of func([]float64) float64) string {
	cell := number(format, of(r.of(bareName, scenario, figure)))
	if before := r.of(beforeName, scenario, figure); len(before) > 0 {
		cell += " / " + number(format, of(before))
	}
	return cell + " / " + number(format, of(r.of(salonName, scenario, figure)))
}

// measured makes what is zero because it was not measured NaN.
func measured(v float64) float64 {
	if v == 0 {
		return math.NaN()
	}
	return v
}

// number writes "-" for what was not measured.
func number(format string, v float64) string {
	if math.IsNaN(v) {
		return "-"
	}
	return fmt.Sprintf(format, v)
}

// write writes everything as Markdown.
func (r *result) write(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s, %d cores, Linux %s, %s; rounds: %d; medians\n", r.Machine.CPU, r.Machine.Cores, r.Machine.Kernel, r.Machine.Go, r.round)
	for _, note := range r.Notes {
		fmt.Fprintf(&b, "note: %s\n", note)
	}
	if len(r.Floor) > 0 {
		r.writeFloor(&b)
	}
	if len(r.Figures) > 0 {
		fmt.Fprintf(&b, "\nbare loop / before (if given) / Salon:\n\n")
		r.writeTable(&b, cost)
		fmt.Fprintf(&b, "\n")
		r.writeTable(&b, quality)
		r.writeLimits(&b)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (r *result) writeFloor(b *strings.Builder) {
	fmt.Fprintf(b, "\n| floor, ns per packet | median | best |\n|---|---|---|\n")
	for _, name := range floor.Names() {
		var values []float64
		for _, f := range r.Floor {
			values = append(values, f[name])
		}
		fmt.Fprintf(b, "| %s | %.0f | %.0f |\n", name, stats.Median(values), least(values))
	}
}

// writeLimits says where the client, not the server, may have been the limit.
func (r *result) writeLimits(b *strings.Builder) {
	for i := range r.Figures {
		if f := &r.Figures[i]; f.ClientDropped > 0 || f.ClientLeft > 0 {
			fmt.Fprintf(b, "\nnote: round %d, %s, %s: the client dropped %d packets and left out %d frames", f.Round, f.Scenario, f.Server, f.ClientDropped, f.ClientLeft)
		}
	}
	fmt.Fprintf(b, "\n")
}

func (r *result) writeTable(b *strings.Builder, columns []column) {
	fmt.Fprintf(b, "| scenario |")
	for _, c := range columns {
		fmt.Fprintf(b, " %s |", c.title)
	}
	fmt.Fprintf(b, "\n|---|%s\n", strings.Repeat("---|", len(columns)))
	for _, s := range r.scenarios() {
		fmt.Fprintf(b, "| %s |", s)
		for _, c := range columns {
			fmt.Fprintf(b, " %s |", c.cell(r, s))
		}
		fmt.Fprintf(b, "\n")
	}
}
