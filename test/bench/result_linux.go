package main

import (
	"encoding/json"
	"io"
	"time"
)

// result is all that was measured.
type result struct {
	At      time.Time            `json:"at"`
	Machine machine              `json:"machine"`
	Notes   []string             `json:"notes,omitempty"`
	Floor   []map[string]float64 `json:"floor"` // nanoseconds of CPU per packet by way, one for each measurement
	Figures []figures            `json:"figures"`

	round int
}

// machine is where it was measured.
type machine struct {
	CPU    string `json:"cpu"`
	Cores  int    `json:"cores"`
	Kernel string `json:"kernel"`
	Go     string `json:"go"`
}

// figures are one server's in one scenario of one round.
type figures struct {
	Round            int     `json:"round"`
	Server           string  `json:"server"`
	Scenario         string  `json:"scenario"`
	PacketsPerSecond float64 `json:"packets_per_second"` // that arrived at receivers
	Micros           float64 `json:"cpu_us_per_packet"`
	FloorMicros      float64 `json:"floor_us_per_packet"` // of the floor program just before, sealing and GSO of 4
	DelayP50         float64 `json:"delay_p50_ms"`
	DelayP99         float64 `json:"delay_p99_ms"`
	Loss             float64 `json:"loss_percent"`
	KiB              float64 `json:"kib_per_participant"`
	Goroutines       float64 `json:"goroutines_per_participant"`
	JoinP50          float64 `json:"join_p50_ms"`
	JoinP95          float64 `json:"join_p95_ms"`
	Repair           uint64  `json:"retransmissions_and_probes"`
	ClientDropped    uint64  `json:"dropped_by_client"`  // packets
	ClientLeft       uint64  `json:"not_sent_by_client"` // frames
}

func (r *result) add(f figures) {
	f.Round = r.round
	if n := len(r.Floor); n > 0 {
		f.FloorMicros = r.Floor[n-1][floorWay] / 1000
	}
	r.Figures = append(r.Figures, f)
}

// of returns one figure of a server in a scenario, round by round.
func (r *result) of(server, scenario string, figure func(*figures) float64) []float64 {
	var values []float64
	for i := range r.Figures {
		if f := &r.Figures[i]; f.Server == server && f.Scenario == scenario {
			values = append(values, figure(f))
		}
	}
	return values
}

// scenarios returns what was measured, in order.
func (r *result) scenarios() []string {
	var names []string
	seen := map[string]bool{}
	for i := range r.Figures {
		if name := r.Figures[i].Scenario; !seen[name] {
			seen[name] = true
			names = append(names, name)
		}
	}
	return names
}

func (r *result) writeJSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(r)
}
