package main

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"salon/cmd/loadtest/participant"
)

// report is the outcome of a run. Its JSON form is for scripts that compare runs.
type report struct {
	URL          string        `json:"url"`
	Rooms        int           `json:"rooms"`
	Participants int           `json:"participants"`
	Seconds      float64       `json:"seconds"` // measured, without the ramp
	Joins        joinReport    `json:"joins"`
	Media        mediaReport   `json:"media"`
	Savings      *savings      `json:"savings,omitempty"`
	Server       *serverReport `json:"server,omitempty"` // nil without --metrics
	ClientCPU    float64       `json:"client_cpu"`       // cores that this process used
	Interrupted  bool          `json:"interrupted,omitempty"`
}

type joinReport struct {
	OK         int            `json:"ok"`
	Failed     int            `json:"failed"`
	Reasons    map[string]int `json:"reasons,omitempty"` // of failures
	Took       spread         `json:"took"`              // until media can flow
	FirstFrame spread         `json:"first_frame"`       // until the first picture, where somebody published already
	Shown      spread         `json:"shown"`             // the same, since media can flow
}

type mediaReport struct {
	SentPerSecond     float64           `json:"sent_per_second"` // packets, of all encodings
	ReceivedPerSecond float64           `json:"received_per_second"`
	ReceivedMbit      float64           `json:"received_mbit_per_second"`
	Loss              float64           `json:"loss"` // 0 to 1, after repair
	Undecodable       uint64            `json:"undecodable_frames"`
	Recovered         uint64            `json:"recovered_packets"`
	Faults            map[string]uint64 `json:"faults,omitempty"` // what no network explains
	Delay             spread            `json:"one_way_delay"`
	Behind            uint64            `json:"behind"`                                // packets and frames that this process was too slow to send
	Keyframes         float64           `json:"keyframe_requests_per_second"`          // of receivers
	Upstream          float64           `json:"upstream_keyframe_requests_per_second"` // of the server, to all publishers
	UpstreamInAll     uint64            `json:"upstream_keyframe_requests"`            // from the first join on
	UpstreamPeak      uint64            `json:"upstream_keyframe_requests_peak"`       // ... within any one second, for one encoding
}

type serverReport struct {
	CPU                  float64 `json:"cpu"` // cores
	ForwardedPerSecond   float64 `json:"forwarded_per_second"`
	CPUPerPacket         float64 `json:"cpu_us_per_forwarded_packet"`
	MemoryBefore         float64 `json:"memory_before_bytes"`
	MemoryDuring         float64 `json:"memory_during_bytes"`
	MemoryAfter          float64 `json:"memory_after_bytes"`
	MemoryPerParticipant float64 `json:"memory_per_participant_bytes,omitempty"` // not after a churn: who left leaves traces
	GoroutinesBefore     float64 `json:"goroutines_before"`
	GoroutinesDuring     float64 `json:"goroutines_during"`
	GoroutinesAfter      float64 `json:"goroutines_after"`
	FilesBefore          float64 `json:"files_before"`
	FilesAfter           float64 `json:"files_after"`
}

// spread is a distribution in milliseconds.
type spread struct {
	Count uint64  `json:"count"`
	P50   float64 `json:"p50_ms"`
	P95   float64 `json:"p95_ms"`
	P99   float64 `json:"p99_ms"`
	Max   float64 `json:"max_ms"`
}

func spreadOf(h *participant.Histogram) spread {
	ms := func(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
	return spread{Count: h.Count(), P50: ms(h.Quantile(0.5)), P95: ms(h.Quantile(0.95)), P99: ms(h.Quantile(0.99)), Max: ms(h.Max())}
}

// totals are the sums over all participants at one moment.
type totals struct {
	sent, received, bytes, lost, undecodable, recovered, behind, plis, asked, peak uint64
	faults                                                                         map[string]uint64
	delay                                                                          participant.Histogram
}

// add takes one participant's statistics.
func (t *totals) add(s *participant.Stats) {
	t.sent += s.Sent.Packets
	t.behind += s.Sent.Behind
	t.asked += s.Sent.PLIs
	t.peak = max(t.peak, s.Sent.PeakPLIs)
	for i := range s.Slots {
		c := &s.Slots[i]
		t.received += c.Packets
		t.bytes += c.Bytes
		t.lost += c.Lost
		t.undecodable += c.Undecodable
		t.recovered += c.Recovered
		t.plis += c.PLIs
		t.delay.Merge(&c.Delay)
		t.fault(c.Faults)
	}
	if s.Strangers > 0 {
		t.fault(map[string]uint64{"unknown_ssrc": s.Strangers})
	}
}

// merge adds all of u.
func (t *totals) merge(u *totals) {
	t.sent += u.sent
	t.received += u.received
	t.bytes += u.bytes
	t.lost += u.lost
	t.undecodable += u.undecodable
	t.recovered += u.recovered
	t.behind += u.behind
	t.plis += u.plis
	t.asked += u.asked
	t.peak = max(t.peak, u.peak)
	t.delay.Merge(&u.delay)
	t.fault(u.faults)
}

func (t *totals) fault(faults map[string]uint64) {
	if len(faults) > 0 && t.faults == nil {
		t.faults = map[string]uint64{}
	}
	for name, n := range faults {
		t.faults[name] += n
	}
}

// media compares two moments. Faults count from the beginning: one is one too many.
func media(from, to *totals, seconds float64) mediaReport {
	rate := func(a, b uint64) float64 { return float64(b-a) / seconds }
	delay := to.delay.Since(&from.delay)
	m := mediaReport{
		SentPerSecond: rate(from.sent, to.sent), ReceivedPerSecond: rate(from.received, to.received),
		ReceivedMbit: rate(from.bytes, to.bytes) * 8 / 1e6, Undecodable: to.undecodable - from.undecodable,
		Recovered: to.recovered - from.recovered, Faults: to.faults, Delay: spreadOf(&delay),
		Behind: to.behind - from.behind, Keyframes: rate(from.plis, to.plis),
		Upstream: rate(from.asked, to.asked), UpstreamInAll: to.asked, UpstreamPeak: to.peak,
	}
	if lost := to.lost - from.lost; lost > 0 {
		m.Loss = float64(lost) / float64(lost+to.received-from.received)
	}
	return m
}

// serverFigures compares the server's metrics: before the first join, at the begin and the end of measuring, and after
// the last leave. Participants is 0 where memory cannot be shared out among them.
func serverFigures(before, begin, end, after sample, participants int) *serverReport {
	s := &serverReport{
		MemoryBefore: before.values[metricMemory], MemoryDuring: end.values[metricMemory], MemoryAfter: after.values[metricMemory],
		GoroutinesBefore: before.values[metricGoroutines], GoroutinesDuring: end.values[metricGoroutines],
		GoroutinesAfter: after.values[metricGoroutines],
		FilesBefore:     before.values[metricFiles], FilesAfter: after.values[metricFiles],
	}
	if seconds := end.at.Sub(begin.at).Seconds(); seconds > 0 {
		s.CPU = grown(begin, end, metricCPU) / seconds
		s.ForwardedPerSecond = grown(begin, end, metricForwarded) / seconds
	}
	if packets := grown(begin, end, metricForwarded); packets > 0 {
		s.CPUPerPacket = grown(begin, end, metricCPU) * 1e6 / packets
	}
	if participants > 0 {
		s.MemoryPerParticipant = max(0, s.MemoryDuring-s.MemoryBefore) / float64(participants)
	}
	return s
}

// failed says whether the run counts as a failure.
func (r *report) failed() bool { return r.Joins.Failed > 0 || len(r.Media.Faults) > 0 }

func (r *report) writeJSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(r)
}

// writeText prints the report for people.
func (r *report) writeText(w io.Writer) error {
	var b strings.Builder
	line := func(name, format string, values ...any) {
		fmt.Fprintf(&b, "%-26s "+format+"\n", append([]any{name}, values...)...)
	}
	line("server", "%s, %d participants in %d rooms, measured for %.1f s", r.URL, r.Participants, r.Rooms, r.Seconds)
	if r.Interrupted {
		line("", "interrupted: the figures cover a part only")
	}
	line("joins", "%d, %d failed; p50 %.0f ms, p95 %.0f ms", r.Joins.OK, r.Joins.Failed, r.Joins.Took.P50, r.Joins.Took.P95)
	for _, reason := range slices.Sorted(maps.Keys(r.Joins.Reasons)) {
		line("", "%d x %s", r.Joins.Reasons[reason], reason)
	}
	line("join to first frame", "p50 %.0f ms, p95 %.0f ms, max %.0f ms of %d",
		r.Joins.FirstFrame.P50, r.Joins.FirstFrame.P95, r.Joins.FirstFrame.Max, r.Joins.FirstFrame.Count)
	line("  once media can flow", "p50 %.0f ms, p95 %.0f ms, max %.0f ms", r.Joins.Shown.P50, r.Joins.Shown.P95, r.Joins.Shown.Max)
	m := &r.Media
	line("packets sent", "%.0f/s", m.SentPerSecond)
	line("packets received", "%.0f/s, %.1f Mbit/s", m.ReceivedPerSecond, m.ReceivedMbit)
	line("loss", "%.3f %%, %d frames could not be shown, %d packets were sent again, %.1f keyframes asked for per second",
		m.Loss*100, m.Undecodable, m.Recovered, m.Keyframes)
	line("keyframes of publishers", "%.1f asked for per second, %d in all, at most %d of an encoding within a second",
		m.Upstream, m.UpstreamInAll, m.UpstreamPeak)
	if s := r.Savings; s != nil {
		line("video to each", "%.0f kbit/s, %.1f %% of all encodings of all others, %.1f %% of their largest", s.ReceivedKbit, s.OfAll*100, s.OfLargest*100)
		line("video of publishers", "%.1f %% of all encodings; %d whose largest nobody watches: %.1f %%", s.Uplink*100, s.Unwatched, s.UplinkThere*100)
	}
	line("one-way delay", "p50 %.2f ms, p99 %.2f ms, max %.1f ms", m.Delay.P50, m.Delay.P99, m.Delay.Max)
	for _, name := range slices.Sorted(maps.Keys(m.Faults)) {
		line("FAULT", "%s: %d", name, m.Faults[name])
	}
	if s := r.Server; s != nil {
		line("server", "%.2f cores, %.0f packets forwarded per second, %.2f us each", s.CPU, s.ForwardedPerSecond, s.CPUPerPacket)
		line("server's memory", "%.1f MiB before, %.1f during, %.1f after",
			s.MemoryBefore/(1<<20), s.MemoryDuring/(1<<20), s.MemoryAfter/(1<<20))
		if s.MemoryPerParticipant > 0 {
			line("", "%.0f KiB per participant", s.MemoryPerParticipant/(1<<10))
		}
		line("server's goroutines", "%.0f before, %.0f during, %.0f after; files %.0f before, %.0f after",
			s.GoroutinesBefore, s.GoroutinesDuring, s.GoroutinesAfter, s.FilesBefore, s.FilesAfter)
	}
	line("this process", "%.2f cores", r.ClientCPU)
	if m.Behind > 0 {
		line("", "too slow for %d frames and packets: the figures are its own as much as the server's", m.Behind)
	}
	_, err := io.WriteString(w, b.String())
	return err
}
