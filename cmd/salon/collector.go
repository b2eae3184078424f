package main

import (
	"slices"
	"strings"

	"github.com/prometheus/client_golang/prometheus"

	"salon/rooms"
)

// observation is everything that one scrape looks at, taken once.
type observation struct {
	rooms                  rooms.Snapshot
	media, signaling, whip map[string]uint64
	admin, webhooks, login map[string]uint64
	sessions, whipSessions int
	draining               bool
	build                  build
}

// collector turns observations into metrics. No label holds a room, a participant or an address: the number of series
// depends on the version of the server, not on what people do with it.
type collector struct {
	observe  func() observation
	families []family
}

// family is one metric.
type family struct {
	desc *prometheus.Desc
	kind prometheus.ValueType
	read func(o observation, emit emitter)
}

// emitter takes one value and those of its labels.
type emitter func(value float64, labels ...string)

func newCollector(s *server) *collector {
	b := thisBuild()
	return collectorOf(func() observation {
		return observation{
			rooms: s.registry.Snapshot(), media: s.engine.Counters(), signaling: s.signaling.Counters(),
			whip: s.whip.Counters(), admin: s.admin.Counters(), login: s.accounts.Counters(), webhooks: s.webhooks.Counters(), whipSessions: s.whip.Sessions(), sessions: s.signaling.Sessions(), draining: s.draining.Load(), build: b,
		}
	})
}

// collectorOf makes a collector that reads from a function. The counters' names never change, so one look is enough.
func collectorOf(observe func() observation) *collector {
	first := observe()
	return &collector{observe: observe, families: slices.Concat(
		serverFamilies(), roomFamilies(),
		counterFamilies("salon_media_", mediaGroups, first.media, func(o observation) map[string]uint64 { return o.media }),
		counterFamilies("salon_signaling_", signalingGroups, first.signaling, func(o observation) map[string]uint64 { return o.signaling }),
		counterFamilies("salon_whip_", whipGroups, first.whip, func(o observation) map[string]uint64 { return o.whip }),
		counterFamilies("salon_webhook_", webhookGroups, first.webhooks, func(o observation) map[string]uint64 { return o.webhooks }),
		counterFamilies("salon_accounts_", loginGroups, first.login, func(o observation) map[string]uint64 { return o.login }),
		counterFamilies("salon_admin_", adminGroups, first.admin, func(o observation) map[string]uint64 { return o.admin }),
	)}
}

// Describe implements prometheus.Collector.
func (c *collector) Describe(out chan<- *prometheus.Desc) {
	for _, f := range c.families {
		out <- f.desc
	}
}

// Collect implements prometheus.Collector.
func (c *collector) Collect(out chan<- prometheus.Metric) {
	o := c.observe()
	for _, f := range c.families {
		f.read(o, func(value float64, labels ...string) {
			out <- prometheus.MustNewConstMetric(f.desc, f.kind, value, labels...)
		})
	}
}

func gauge(name, help string, read func(o observation, emit emitter), labels ...string) family {
	return family{prometheus.NewDesc(name, help, labels, nil), prometheus.GaugeValue, read}
}

func counter(name, help string, read func(o observation, emit emitter), labels ...string) family {
	return family{prometheus.NewDesc(name, help, labels, nil), prometheus.CounterValue, read}
}

// single is a family of one series.
func single[N int | int64 | uint64 | float64](value func(o observation) N) func(observation, emitter) {
	return func(o observation, emit emitter) { emit(float64(value(o))) }
}

// group gathers counters that share a prefix into one metric with a label.
type group struct{ prefix, name, help string }

var mediaGroups = []group{
	{"dropped_", "dropped_packets", "Media packets that were dropped, by reason."},
}

var signalingGroups = []group{
	{"refused_", "refused", "WebSocket handshakes that were refused, by reason."},
	{"ended_", "sessions_ended", "Sessions that have ended, by reason."},
	{"dropped_", "dropped_messages", "Messages to clients that were dropped, by reason."},
}

var whipGroups = []group{
	{"refused_", "refused", "WHIP and WHEP requests that were refused, by reason."},
	{"ended_", "sessions_ended", "WHIP and WHEP sessions that have ended, by reason."},
}

var webhookGroups = []group{
	{"dropped_", "dropped", "Events that a webhook was not told of, by reason."},
}

var loginGroups = []group{
	{"refused_", "refused", "Logins that were refused, by reason."},
}

var adminGroups = []group{
	{"refused_", "refused", "Requests to the administration API that were refused, by reason."},
}

// counterFamilies makes metrics of a part's own counters: a new counter there needs no new line here.
func counterFamilies(prefix string, groups []group, counters map[string]uint64, of func(observation) map[string]uint64) []family {
	var families []family
	grouped := make(map[string]bool)
	for _, g := range groups {
		var names []string
		for name := range counters {
			if strings.HasPrefix(name, g.prefix) {
				names, grouped[name] = append(names, name), true
			}
		}
		slices.Sort(names)
		families = append(families, counter(prefix+g.name+"_total", g.help, func(o observation, emit emitter) {
			for _, name := range names {
				emit(float64(of(o)[name]), strings.TrimPrefix(name, g.prefix))
			}
		}, "reason"))
	}
	for name := range counters {
		if !grouped[name] {
			families = append(families, counter(prefix+name+"_total", "Since the start: "+strings.ReplaceAll(name, "_", " ")+".",
				single(func(o observation) uint64 { return of(o)[name] })))
		}
	}
	return families
}
