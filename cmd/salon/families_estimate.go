package main

import (
	"slices"

	"salon/rooms"
	"salon/sfu/congestion"
)

// eachEstimate visits what is known of the bandwidth toward the connected participants.
func eachEstimate(o observation, visit func(rooms.EstimateSnapshot)) {
	eachParticipant(o, func(p rooms.ParticipantSnapshot) {
		if p.Connected {
			visit(p.Estimate)
		}
	})
}

func byEstimateState(o observation, emit emitter) {
	count := make(map[string]int)
	eachEstimate(o, func(e rooms.EstimateSnapshot) { count[e.State]++ })
	for state := congestion.Starting; state <= congestion.Silent; state++ {
		emit(float64(count[state.String()]), state.String())
	}
}

// estimated tells the least as well: who gets little is what somebody looks for.
func estimated(o observation, emit emitter) {
	var all []float64
	eachEstimate(o, func(e rooms.EstimateSnapshot) { all = append(all, float64(e.Bitrate)/8) })
	median, _ := summary(all)
	least := 0.0
	if len(all) > 0 {
		least = slices.Min(all)
	}
	emit(median, "median")
	emit(least, "min")
}

func queued(o observation, emit emitter) {
	var all []float64
	eachEstimate(o, func(e rooms.EstimateSnapshot) { all = append(all, e.Queue.Seconds()) })
	median, largest := summary(all)
	emit(median, "median")
	emit(largest, "max")
}
