package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"salon/cmd/loadtest/participant"
	"salon/signaling/protocol"
)

func TestTotalsAndMedia(t *testing.T) {
	slot := participant.SlotStats{Packets: 100, Bytes: 1000, Lost: 1, Undecodable: 2, Recovered: 3, PLIs: 4}
	slot.Delay.Add(time.Millisecond)
	var from, to totals
	from.add(&participant.Stats{Slots: []participant.SlotStats{slot}, Sent: participant.SentStats{Packets: 50}})
	to.merge(&from)
	slot.Packets, slot.Lost, slot.Bytes = 299, 1, 126_000
	slot.Delay = participant.Histogram{}
	slot.Delay.Add(10 * time.Millisecond)
	slot.Faults = map[string]uint64{"marker": 2}
	to.add(&participant.Stats{Slots: []participant.SlotStats{slot}, Sent: participant.SentStats{Packets: 150, Behind: 5}, Strangers: 1})
	m := media(&from, &to, 2)
	if m.SentPerSecond != 75 || m.ReceivedPerSecond != 149.5 || m.ReceivedMbit != 0.504 || m.Loss != 1.0/300 || m.Behind != 5 {
		t.Errorf("%+v", m)
	}
	if m.Faults["marker"] != 2 || m.Faults["unknown_ssrc"] != 1 {
		t.Errorf("faults %v", m.Faults)
	}
	if m.Delay.Count != 1 || m.Delay.P50 < 8.8 || m.Delay.Max > 11.3 {
		t.Errorf("the delay before counts as well: %+v", m.Delay)
	}
}

func TestServerFigures(t *testing.T) {
	at := func(second int, cpu, packets, memory, goroutines float64) sample {
		return sample{at: time.Unix(int64(second), 0), values: map[string]float64{
			metricCPU: cpu, metricForwarded: packets, metricMemory: memory, metricGoroutines: goroutines,
		}}
	}
	s := serverFigures(at(0, 1, 0, 100, 10), at(10, 2, 1000, 900, 90), at(20, 7, 1_001_000, 1100, 95), at(30, 8, 1_001_000, 500, 11), 10)
	if s.CPU != 0.5 || s.ForwardedPerSecond != 100_000 || s.CPUPerPacket != 5 || s.MemoryPerParticipant != 100 ||
		s.GoroutinesBefore != 10 || s.GoroutinesDuring != 95 || s.GoroutinesAfter != 11 || s.MemoryAfter != 500 {
		t.Errorf("%+v", s)
	}
	empty := sample{at: time.Unix(1, 0)}
	if s := serverFigures(empty, empty, empty, empty, 0); s.CPU != 0 || s.CPUPerPacket != 0 || s.MemoryPerParticipant != 0 {
		t.Errorf("nothing gives %+v", s)
	}
}

func TestReportIsReadable(t *testing.T) {
	r := report{
		URL: "http://127.0.0.1:8080", Rooms: 2, Participants: 8, Seconds: 30,
		Joins: joinReport{OK: 7, Failed: 1, Reasons: map[string]int{"room_full: try another": 1}},
		Media: mediaReport{Faults: map[string]uint64{"marker": 3}, Behind: 4, Upstream: 1.5, UpstreamInAll: 12, UpstreamPeak: 2}, Server: &serverReport{MemoryPerParticipant: 1 << 20}, Interrupted: true,
		Savings: &savings{OfAll: 0.155, OfLargest: 0.227, Unwatched: 7, UplinkThere: 0.08},
	}
	if !r.failed() {
		t.Error("a run with faults did not fail")
	}
	var text, encoded strings.Builder
	if err := errors.Join(r.writeText(&text), r.writeJSON(&encoded)); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"7, 1 failed", "1 x room_full", "FAULT", "marker: 3", "interrupted", "too slow for 4", "1024 KiB per participant",
		"1.5 asked for per second, 12 in all, at most 2", "15.5 % of all", "22.7 % of their largest", "7 whose largest nobody watches: 8.0 %"} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("%q is not in\n%s", want, text.String())
		}
	}
	var back report
	if err := json.Unmarshal([]byte(encoded.String()), &back); err != nil || back.Media.Faults["marker"] != 3 || back.Joins.OK != 7 {
		t.Errorf("%+v, %v", back, err)
	}
	r.Joins.Failed, r.Media.Faults = 0, nil
	if r.failed() {
		t.Error("a good run failed")
	}
}

func TestReasonsCanBeCounted(t *testing.T) {
	for want, err := range map[string]error{
		"room_full: no": fmt.Errorf("load 7: join: %w", protocol.Error{Code: protocol.ErrRoomFull, Message: "no"}),
		"the media is late: context deadline exceeded": fmt.Errorf("load 8: %w", fmt.Errorf("the media is late: %w", context.DeadlineExceeded)),
		"bare":                             errors.New("bare"),
		participant.ErrSessionLost.Error(): fmt.Errorf("load 1: %w (bye)", participant.ErrSessionLost),
	} {
		if got := reason(err); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
