package main

import (
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestParseMetrics(t *testing.T) {
	const text = `# HELP salon_media_packets_forwarded_total Packets.
# TYPE salon_media_packets_forwarded_total counter
salon_media_packets_forwarded_total 12345
process_cpu_seconds_total 1.5e+01

by_label{reason="a } b",other="\"}"} 2
by_label{reason="c"} 3 1700000000000
infinite{le="+Inf"} +Inf
	indented   7
`
	values, err := parseMetrics(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]float64{
		metricForwarded: 12345, metricCPU: 15, "by_label": 5, "infinite": math.Inf(1), "indented": 7,
	}
	for name, v := range want {
		if values[name] != v {
			t.Errorf("%s is %v, want %v", name, values[name], v)
		}
	}
	if len(values) != len(want) {
		t.Errorf("%d values", len(values))
	}
	for _, bad := range []string{"<html>", "name", "name x", "name 1 2 3", `name{a="b" 1`, "{} 1"} {
		if _, err := parseMetrics(strings.NewReader(bad)); err == nil {
			t.Errorf("%q was accepted", bad)
		}
	}
}

func FuzzParseMetrics(f *testing.F) {
	f.Add(`a{b="c\"}"} 1`)
	f.Add("a 1 2\n#\n")
	f.Fuzz(func(_ *testing.T, text string) { _, _ = parseMetrics(strings.NewReader(text)) })
}

func TestScrape(t *testing.T) {
	body, status := "", http.StatusOK
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/metrics" {
			t.Errorf("asked for %s", r.URL.Path)
		}
		w.WriteHeader(status)
		fmt.Fprint(w, body)
	}))
	defer s.Close()
	complete := metricCPU + " 1\n" + metricMemory + " 2\n" + metricForwarded + " 3\n"
	body = complete
	got, err := scrape(t.Context(), s.URL)
	if err != nil || got.values[metricForwarded] != 3 || got.at.IsZero() {
		t.Errorf("%+v, %v", got, err)
	}
	for name, row := range map[string]struct {
		body   string
		status int
	}{"another program's": {"up 1\n", 200}, "a web page": {"<!doctype html>", 200}, "not found": {complete, 404}} {
		body, status = row.body, row.status
		if _, err := scrape(t.Context(), s.URL+"/metrics"); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if _, err := scrape(t.Context(), "http://127.0.0.1:1"); err == nil {
		t.Error("nobody answers, and there is no error")
	}
}
