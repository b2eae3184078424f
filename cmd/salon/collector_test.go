package main

import (
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"salon/rooms"
	"salon/sfu/forward"
	"salon/sfu/layers"
	"salon/sfu/transport"
	"salon/signaling"
	"salon/signaling/protocol"
)

// idle is a server in which nothing goes on.
func idle(t *testing.T) observation {
	t.Helper()
	engine, err := transport.NewEngine(transport.Config{TCPPort: -1}, discardLog())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = engine.Close() })
	registry := rooms.NewRegistry(rooms.Config{})
	return observation{
		rooms: registry.Snapshot(), media: engine.Counters(),
		signaling: signaling.NewServer(signaling.Config{Registry: registry}).Counters(),
	}
}

// busy is one in which everything goes on, with many rooms.
func busy(t *testing.T) observation {
	o := idle(t)
	o.sessions, o.draining = 3, true
	for name := range o.media {
		o.media[name] = 7
	}
	o.rooms.Totals = rooms.Totals{
		RoomsNow: 100, ParticipantsNow: 5, ReconnectingNow: 2, Joins: 9,
		Leaves: map[protocol.LeftReason]uint64{protocol.LeftTimeout: 4},
	}
	filled := forward.SlotInfo{Filled: true, Target: layers.Layer{Spatial: 2, Temporal: layers.MaxTemporal}, Current: layers.None, Loss: 0.25}
	flowing := forward.SlotInfo{Filled: true, Loss: 0.5}
	for range 100 {
		o.rooms.Rooms = append(o.rooms.Rooms, rooms.RoomSnapshot{Name: "secret-room", Participants: []rooms.ParticipantSnapshot{{
			ID: "secret-id", Peer: string(transport.Connected), Connected: true, RTT: 30 * time.Millisecond,
			Estimate:     rooms.EstimateSnapshot{Bitrate: 500_000, State: "growing", Queue: 40 * time.Millisecond},
			Publications: []rooms.PublicationSnapshot{{Source: protocol.Camera, Muted: true}, {Source: protocol.Microphone}},
			Slots: []rooms.SlotSnapshot{
				{Kind: protocol.Video, Media: filled}, {Kind: protocol.Video, Media: flowing}, {Kind: protocol.Audio, Media: forward.SlotInfo{Target: layers.None}},
			},
		}, {ID: "without-peer"}}})
	}
	o.rooms.Rooms = append(o.rooms.Rooms, rooms.RoomSnapshot{Name: "stuck", Unanswering: true})
	return o
}

func TestMetricsAreWellFormed(t *testing.T) {
	problems, err := testutil.CollectAndLint(collectorOf(func() observation { return busy(t) }))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Errorf("%s: %s", p.Metric, p.Text)
	}
}

// A server that is used for a year has as many series as one that was just started.
func TestSeriesDoNotDependOnUse(t *testing.T) {
	o := idle(t)
	c := collectorOf(func() observation { return o })
	before := testutil.CollectAndCount(c)
	o = busy(t)
	if after := testutil.CollectAndCount(c); after != before || before < 60 {
		t.Errorf("%d series, then %d", before, after)
	}
}

func TestNoIdentityInMetrics(t *testing.T) {
	registry := prometheus.NewPedanticRegistry()
	o := busy(t)
	registry.MustRegister(collectorOf(func() observation { return o }))
	all, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, metric := range all {
		if text := metric.String(); strings.Contains(text, "secret") {
			t.Errorf("an identity is shown in %s", text)
		}
	}
}

func TestValues(t *testing.T) {
	o := busy(t)
	want := `
# HELP salon_estimate_bytes_per_second Estimated bandwidth toward the connected participants, an eighth of its bit/s.
# TYPE salon_estimate_bytes_per_second gauge
salon_estimate_bytes_per_second{statistic="median"} 62500
salon_estimate_bytes_per_second{statistic="min"} 62500
# HELP salon_estimates Connected participants, by what the estimate of their bandwidth is doing.
# TYPE salon_estimates gauge
salon_estimates{state="congested"} 0
salon_estimates{state="growing"} 100
salon_estimates{state="holding"} 0
salon_estimates{state="limited"} 0
salon_estimates{state="silent"} 0
salon_estimates{state="starting"} 0
# HELP salon_largest_room_participants Participants in the largest room.
# TYPE salon_largest_room_participants gauge
salon_largest_room_participants 2
# HELP salon_leaves_total Participants that left, by reason.
# TYPE salon_leaves_total counter
salon_leaves_total{reason="left"} 0
salon_leaves_total{reason="removed"} 0
salon_leaves_total{reason="timeout"} 4
# HELP salon_participants Participants in all rooms, by whether their session is connected.
# TYPE salon_participants gauge
salon_participants{state="here"} 3
salon_participants{state="reconnecting"} 2
# HELP salon_path_queue_seconds How long packets to the connected participants wait on their path.
# TYPE salon_path_queue_seconds gauge
salon_path_queue_seconds{statistic="max"} 0.04
salon_path_queue_seconds{statistic="median"} 0.04
# HELP salon_receiver_loss_ratio Loss that receivers report for the slots that are filled, 0 to 1.
# TYPE salon_receiver_loss_ratio gauge
salon_receiver_loss_ratio{kind="audio",statistic="max"} 0
salon_receiver_loss_ratio{kind="audio",statistic="median"} 0
salon_receiver_loss_ratio{kind="video",statistic="max"} 0.5
salon_receiver_loss_ratio{kind="video",statistic="median"} 0.5
# HELP salon_rooms_unanswering Rooms that did not answer this scrape in time; each is a bug.
# TYPE salon_rooms_unanswering gauge
salon_rooms_unanswering 1
# HELP salon_slots Slots toward receivers; waiting ones do not get the wanted layer yet.
# TYPE salon_slots gauge
salon_slots{kind="audio",state="empty"} 100
salon_slots{kind="audio",state="flowing"} 0
salon_slots{kind="audio",state="paused"} 0
salon_slots{kind="audio",state="waiting"} 0
salon_slots{kind="video",state="empty"} 0
salon_slots{kind="video",state="flowing"} 100
salon_slots{kind="video",state="paused"} 0
salon_slots{kind="video",state="waiting"} 100
`
	names := []string{"salon_estimate_bytes_per_second", "salon_estimates", "salon_path_queue_seconds", "salon_largest_room_participants", "salon_leaves_total", "salon_participants", "salon_receiver_loss_ratio", "salon_rooms_unanswering", "salon_slots"}
	if err := testutil.CollectAndCompare(collectorOf(func() observation { return o }), strings.NewReader(want), names...); err != nil {
		t.Error(err)
	}
}

// Every counter of the parts is shown, whatever it is called.
func TestEveryCounterIsShown(t *testing.T) {
	o := idle(t)
	want := len(o.media) + len(o.signaling)
	c := &collector{observe: func() observation { return o }, families: collectorOf(func() observation { return o }).families[len(serverFamilies())+len(roomFamilies()):]}
	if got := testutil.CollectAndCount(c); got != want {
		t.Errorf("%d series for %d counters", got, want)
	}
}
