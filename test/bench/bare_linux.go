package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"net"
	"net/http"
	"net/http/pprof"
	"net/netip"
	"os"
	"strings"
	"time"

	"salon/test/bench/barepion"
	"salon/test/bench/floor"
)

// What this program can be besides the benchmark.
const (
	bareCommand  = "bare"
	floorCommand = "floor"
)

// runBare serves the bare loop until it is killed.
func runBare(ctx context.Context, arguments []string) error {
	flags := flag.NewFlagSet(bareCommand, flag.ContinueOnError)
	address, ready := flags.String("address", "127.0.0.1", "where to listen"), flags.String("ready", "", "file to write when ready")
	if err := flags.Parse(arguments); err != nil {
		return err
	}
	ip, err := netip.ParseAddr(*address)
	if err != nil {
		return err
	}
	s, err := barepion.New(ip)
	if err != nil {
		return err
	}
	defer s.Close()
	listener, err := net.Listen("tcp", netip.AddrPortFrom(ip, 0).String())
	if err != nil {
		return err
	}
	url := "http://" + listener.Addr().String()
	text, err := json.Marshal(map[string]string{"http": url, "metrics": url})
	if err != nil {
		return err
	}
	if err := os.WriteFile(*ready+".new", text, 0o600); err != nil {
		return err
	}
	if err := os.Rename(*ready+".new", *ready); err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.Handle("/", s.Handler())
	mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
	web := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	context.AfterFunc(ctx, func() { _ = web.Close() })
	if err := web.Serve(listener); err != http.ErrServerClosed {
		return err
	}
	return nil
}

// runFloor measures the floor and writes it to standard output.
func runFloor(arguments []string) error {
	flags := flag.NewFlagSet(floorCommand, flag.ContinueOnError)
	address, to := flags.String("address", "127.0.0.1", "where to send from"), flags.String("to", "", "addresses to send to, with commas")
	duration := flags.Duration("duration", 3*time.Second, "how long to measure")
	if err := flags.Parse(arguments); err != nil {
		return err
	}
	from, err := netip.ParseAddr(*address)
	if err != nil {
		return err
	}
	var sinks []netip.AddrPort
	for one := range strings.SplitSeq(*to, ",") {
		sink, err := netip.ParseAddrPort(one)
		if err != nil {
			return fmt.Errorf("-to: %w", err)
		}
		sinks = append(sinks, sink)
	}
	result, err := floor.Measure(from, sinks, *duration)
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(result)
}
