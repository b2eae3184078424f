package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// sample is what a server's metrics said at one moment: values by name, summed over labels.
type sample struct {
	at     time.Time
	values map[string]float64
}

// The metrics that the report needs.
const (
	metricCPU        = "process_cpu_seconds_total"
	metricMemory     = "process_resident_memory_bytes"
	metricFiles      = "process_open_fds"
	metricGoroutines = "go_goroutines"
	metricForwarded  = "salon_media_packets_forwarded_total"
)

const (
	scrapeTimeout = 5 * time.Second
	scrapeLimit   = 8 << 20
)

// scrape reads the metrics; the address may leave the path out.
func scrape(ctx context.Context, address string) (sample, error) {
	u, err := url.Parse(address)
	if err != nil {
		return sample{}, err
	}
	if u.Path == "" || u.Path == "/" {
		u.Path = "/metrics"
	}
	ctx, cancel := context.WithTimeout(ctx, scrapeTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return sample{}, err
	}
	request.Close = true // no idle connection stays behind
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return sample{}, fmt.Errorf("read the server's metrics: %w (is --metrics the address of metrics.listen?)", err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return sample{}, fmt.Errorf("read the server's metrics: %s answers %s", u, response.Status)
	}
	values, err := parseMetrics(io.LimitReader(response.Body, scrapeLimit))
	if err != nil {
		return sample{}, fmt.Errorf("read the server's metrics: %w", err)
	}
	for _, name := range []string{metricCPU, metricMemory, metricForwarded} {
		if _, ok := values[name]; !ok {
			return sample{}, fmt.Errorf("%s has no metric %s: is it Salon's?", u, name)
		}
	}
	return sample{at: time.Now(), values: values}, nil
}

// parseMetrics reads Prometheus' text format (version 0.0.4) as far as values go. Labels are not told apart.
func parseMetrics(r io.Reader) (map[string]float64, error) {
	values := map[string]float64{}
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		line := strings.TrimSpace(lines.Text())
		if line == "" || line[0] == '#' {
			continue
		}
		end := strings.IndexAny(line, "{ \t")
		if end <= 0 {
			return nil, fmt.Errorf("%q is not a metric", line)
		}
		name, rest := line[:end], line[end:]
		if rest[0] == '{' {
			rest = behindLabels(rest)
		}
		fields := strings.Fields(rest) // a timestamp may follow the value
		if len(fields) == 0 || len(fields) > 2 {
			return nil, fmt.Errorf("%q is not a metric", line)
		}
		value, err := strconv.ParseFloat(fields[0], 64)
		if err != nil {
			return nil, fmt.Errorf("%q has no value: %w", line, err)
		}
		values[name] += value
	}
	return values, lines.Err()
}

// behindLabels returns what follows {a="b",...}: label values are quoted and may contain braces.
func behindLabels(s string) string {
	quoted := false
	for i := 0; i < len(s); i++ {
		switch {
		case quoted && s[i] == '\\':
			i++
		case s[i] == '"':
			quoted = !quoted
		case !quoted && s[i] == '}':
			return s[i+1:]
		}
	}
	return ""
}

// grown is how much a counter grew from one sample to another.
func grown(from, to sample, name string) float64 { return to.values[name] - from.values[name] }
