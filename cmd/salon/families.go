package main

import (
	"slices"
	"strconv"

	"salon/rooms"
	"salon/sfu/layers"
	"salon/sfu/transport"
	"salon/signaling/protocol"
)

// peerStates are all states of a Peer that are shown; a participant without a Peer is in none.
var peerStates = []transport.State{
	transport.Connecting, transport.Connected, transport.Disconnected, transport.Failed, transport.Closed, transport.Abusive,
}

func serverFamilies() []family {
	return []family{
		gauge("salon_build_info", "1, with the version of the server and of Go.", func(o observation, emit emitter) {
			emit(1, o.build.Version, o.build.Go)
		}, "version", "goversion"),
		gauge("salon_draining", "1 when the server is stopping.", func(o observation, emit emitter) {
			emit(map[bool]float64{true: 1}[o.draining])
		}),
		gauge("salon_signaling_sessions", "WebSocket sessions that are open.", single(func(o observation) int { return o.sessions })),
		gauge("salon_whip_sessions", "WHIP and WHEP sessions that are open.", single(func(o observation) int { return o.whipSessions })),
	}
}

// roomFamilies is a table: what the metric is called, what it means, where it comes from.
func roomFamilies() []family {
	totals := func(value func(t rooms.Totals) uint64) func(observation, emitter) {
		return single(func(o observation) uint64 { return value(o.rooms.Totals) })
	}
	return []family{
		gauge("salon_rooms", "Rooms that are open.", single(func(o observation) int { return o.rooms.Totals.RoomsNow })),
		gauge("salon_rooms_unanswering", "Rooms that did not answer this scrape in time; each is a bug.", single(unanswering)),
		gauge("salon_largest_room_participants", "Participants in the largest room.", single(largestRoom)),
		gauge("salon_participants", "Participants in all rooms, by whether their session is connected.", byParticipantState, "state"),
		gauge("salon_peers", "Media connections, by state.", byPeerState, "state"),
		gauge("salon_publications", "Publications in all rooms.", byPublication, "source", "muted"),
		gauge("salon_slots", "Slots toward receivers; waiting ones do not get the wanted layer yet.", bySlot, "kind", "state"),
		gauge("salon_round_trip_seconds", "Round trip to the connected participants.", roundTrips, "statistic"),
		gauge("salon_estimates", "Connected participants, by what the estimate of their bandwidth is doing.", byEstimateState, "state"),
		gauge("salon_estimate_bytes_per_second", "Estimated bandwidth toward the connected participants, an eighth of its bit/s.", estimated, "statistic"),
		gauge("salon_path_queue_seconds", "How long packets to the connected participants wait on their path.", queued, "statistic"),
		gauge("salon_receiver_loss_ratio", "Loss that receivers report for the slots that are filled, 0 to 1.", receiverLoss, "kind", "statistic"),
		counter("salon_joins_total", "Participants that joined.", totals(func(t rooms.Totals) uint64 { return t.Joins })),
		counter("salon_joins_refused_total", "Joins and resumes that were refused.", totals(func(t rooms.Totals) uint64 { return t.JoinsRefused })),
		counter("salon_resumes_total", "Participants that came back with a new session.", totals(func(t rooms.Totals) uint64 { return t.Resumes })),
		counter("salon_resumes_replayed_total", "Resumes that needed only the missed events.", totals(func(t rooms.Totals) uint64 { return t.ResumesByEvent })),
		counter("salon_leaves_total", "Participants that left, by reason.", byLeave, "reason"),
		counter("salon_chat_lines_total", "Chat lines.", totals(func(t rooms.Totals) uint64 { return t.ChatLines })),
		counter("salon_slot_changes_total", "Times that a publication began to fill a slot.", totals(func(t rooms.Totals) uint64 { return t.SlotChanges })),
		counter("salon_layer_decisions_total", "Times that a slot's target layer changed.", totals(func(t rooms.Totals) uint64 { return t.LayerDecisions })),
		counter("salon_room_panics_total", "Panics in rooms that were survived; each is a bug.", totals(func(t rooms.Totals) uint64 { return t.Panics })),
		counter("salon_room_dropped_posts_total", "Notices that a room's full inbox dropped.", totals(func(t rooms.Totals) uint64 { return t.DroppedPosts })),
	}
}

func unanswering(o observation) (n int) {
	for _, r := range o.rooms.Rooms {
		if r.Unanswering {
			n++
		}
	}
	return n
}

func largestRoom(o observation) (n int) {
	for _, r := range o.rooms.Rooms {
		n = max(n, len(r.Participants))
	}
	return n
}

func eachParticipant(o observation, visit func(rooms.ParticipantSnapshot)) {
	for _, r := range o.rooms.Rooms {
		for _, p := range r.Participants {
			visit(p)
		}
	}
}

func byParticipantState(o observation, emit emitter) {
	t := o.rooms.Totals
	emit(float64(t.ParticipantsNow-t.ReconnectingNow), string(protocol.Here))
	emit(float64(t.ReconnectingNow), string(protocol.Reconnecting))
}

func byPeerState(o observation, emit emitter) {
	count := make(map[string]int)
	eachParticipant(o, func(p rooms.ParticipantSnapshot) { count[p.Peer]++ })
	for _, s := range peerStates {
		emit(float64(count[string(s)]), string(s))
	}
}

func byPublication(o observation, emit emitter) {
	type key struct {
		source protocol.Source
		muted  bool
	}
	count := make(map[key]int)
	eachParticipant(o, func(p rooms.ParticipantSnapshot) {
		for _, pub := range p.Publications {
			count[key{pub.Source, pub.Muted}]++
		}
	})
	for _, source := range protocol.Sources {
		for _, muted := range []bool{false, true} {
			emit(float64(count[key{source, muted}]), string(source), strconv.FormatBool(muted))
		}
	}
}

var kinds = []protocol.Kind{protocol.Audio, protocol.Video}

func bySlot(o observation, emit emitter) {
	type key struct {
		kind  protocol.Kind
		state string
	}
	count := make(map[key]int)
	eachParticipant(o, func(p rooms.ParticipantSnapshot) {
		for _, s := range p.Slots {
			state := "flowing"
			switch {
			case !s.Media.Filled:
				state = "empty"
			case s.Media.Target == layers.None:
				state = "paused"
			case s.Media.Current != s.Media.Target:
				state = "waiting"
			}
			count[key{s.Kind, state}]++
		}
	})
	for _, kind := range kinds {
		for _, state := range []string{"empty", "flowing", "paused", "waiting"} {
			emit(float64(count[key{kind, state}]), string(kind), state)
		}
	}
}

func roundTrips(o observation, emit emitter) {
	var all []float64
	eachParticipant(o, func(p rooms.ParticipantSnapshot) {
		if p.Connected && p.RTT > 0 {
			all = append(all, p.RTT.Seconds())
		}
	})
	median, largest := summary(all)
	emit(median, "median")
	emit(largest, "max")
}

func receiverLoss(o observation, emit emitter) {
	for _, kind := range kinds {
		var all []float64
		eachParticipant(o, func(p rooms.ParticipantSnapshot) {
			for _, s := range p.Slots {
				if s.Kind == kind && s.Media.Filled {
					all = append(all, s.Media.Loss)
				}
			}
		})
		median, largest := summary(all)
		emit(median, string(kind), "median")
		emit(largest, string(kind), "max")
	}
}

// summary returns 0 for nothing: a series that comes and goes is harder to alert on.
func summary(values []float64) (median, largest float64) {
	if len(values) == 0 {
		return 0, 0
	}
	slices.Sort(values)
	return values[len(values)/2], values[len(values)-1]
}

func byLeave(o observation, emit emitter) {
	for _, reason := range []protocol.LeftReason{protocol.LeftByChoice, protocol.LeftTimeout, protocol.LeftRemoved} {
		emit(float64(o.rooms.Totals.Leaves[reason]), string(reason))
	}
}
