package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"salon/test/bench/client"
	"salon/test/bench/place"
	"salon/test/bench/stats"
)

const (
	token        = "0123456789abcdef0123456789abcdef" // of WHIP and WHEP, on a network of this program's own
	startTimeout = 10 * time.Second
	stopTimeout  = 10 * time.Second
)

// server is a running server and its crowd.
type server struct {
	name    string
	process *exec.Cmd
	ended   chan struct{} // closed when the process has ended
	log     bytes.Buffer  // of the process; to be read when it has ended
	folder  string
	HTTP    string `json:"http"`
	Metrics string `json:"metrics"`

	crowd   *client.Crowd
	door    *client.Door
	meeting *client.Meeting
	joins   []time.Duration
	empty   snapshot // before anybody joined
	members int
}

// snapshot is what a process holds.
type snapshot struct{ kib, goroutines float64 }

// serverCommand returns what starts a server.
func serverCommand(ctx context.Context, p *place.Place, o *options, name, ready string) *exec.Cmd {
	if name == bareName {
		return p.Command(ctx, p.Program(), bareCommand, "-address", p.Server.String(), "-ready", ready)
	}
	arguments := []string{
		"serve", "--rooms-store=none", "--http-listen", p.Server.String() + ":0", "--metrics-listen", p.Server.String() + ":0", "--log-level", "error",
		"--media-udp-port", "0", "--media-tcp-port", "0", "--set", "media.bind=" + p.Server.String(), "--ready-file", ready,
		// More people than a room takes by default, and from more addresses than one.
		"--set", "rooms.max_participants=1000", "--set", "http.trusted_proxies=" + p.Client.String(), "--set", "signaling.whip_token=" + token,
	}
	if p.Server.IsLoopback() {
		arguments = append(arguments, "--media-loopback")
	}
	if name == beforeName {
		return p.Command(ctx, o.before, arguments...)
	}
	return p.Command(ctx, o.salon, arguments...)
}

// start starts a server and waits until it answers.
func start(ctx context.Context, p *place.Place, o *options, poller *client.Poller, name string) (*server, error) {
	folder, err := os.MkdirTemp("", "salon-bench-*")
	if err != nil {
		return nil, err
	}
	ready := filepath.Join(folder, "ready.json")
	s := &server{name: name, folder: folder, ended: make(chan struct{}), process: serverCommand(ctx, p, o, name, ready)}
	s.process.Stderr = &s.log
	if err := s.process.Start(); err != nil {
		_ = os.RemoveAll(folder)
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	go func() {
		_ = s.process.Wait() // the log tells why
		close(s.ended)
	}()
	if err := s.await(ctx, ready); err != nil {
		return nil, errors.Join(err, s.stop())
	}
	s.crowd = poller.NewCrowd()
	s.door = &client.Door{URL: s.HTTP, Token: token}
	s.meeting = &client.Meeting{URL: s.HTTP, Room: "bench"}
	if s.empty, err = s.snapshot(ctx); err != nil {
		return nil, errors.Join(err, s.stop())
	}
	return s, nil
}

// await waits for the ready file.
func (s *server) await(ctx context.Context, ready string) error {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	timeout := time.NewTimer(startTimeout)
	defer timeout.Stop()
	for {
		if text, err := os.ReadFile(ready); err == nil {
			return json.Unmarshal(text, s)
		}
		select {
		case <-tick.C:
		case <-s.ended:
			return fmt.Errorf("%s ended: %s", s.name, s.log.String())
		case <-timeout.C:
			return fmt.Errorf("%s is not ready after %s", s.name, startTimeout)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// stop disconnects everybody and ends the process.
func (s *server) stop() error {
	var err error
	if s.crowd != nil {
		err = s.crowd.Close()
	}
	_ = s.process.Process.Signal(syscall.SIGKILL) // nothing is left to be said goodbye to
	timeout := time.NewTimer(stopTimeout)
	defer timeout.Stop()
	select {
	case <-s.ended:
	case <-timeout.C:
		err = errors.Join(err, fmt.Errorf("%s (process %d) does not end", s.name, s.process.Process.Pid))
	}
	return errors.Join(err, os.RemoveAll(s.folder))
}

func (s *server) cpu() (time.Duration, error) { return stats.CPUTime(s.process.Process.Pid) }

// snapshot asks the kernel for the memory, and the server for its goroutines.
func (s *server) snapshot(ctx context.Context) (snapshot, error) {
	kib, err := stats.Resident(s.process.Process.Pid)
	if err != nil {
		return snapshot{}, fmt.Errorf("memory of %s: %w", s.name, err)
	}
	text, err := get(ctx, s.Metrics+"/metrics")
	if err != nil {
		return snapshot{}, fmt.Errorf("metrics of %s: %w", s.name, err)
	}
	n, err := goroutinesOf(string(text))
	return snapshot{kib, n}, err
}

// each divides what a server holds more than when it was empty by its people.
func (s *server) each(ctx context.Context) (snapshot, error) {
	now, err := s.snapshot(ctx)
	people := float64(max(s.members, 1))
	return snapshot{(now.kib - s.empty.kib) / people, (now.goroutines - s.empty.goroutines) / people}, err
}

// goroutinesOf reads one gauge of the text that Prometheus reads.
func goroutinesOf(metrics string) (float64, error) {
	for line := range strings.Lines(metrics) {
		if value, ok := strings.CutPrefix(line, "go_goroutines "); ok {
			return strconv.ParseFloat(strings.TrimSpace(value), 64)
		}
	}
	return 0, errors.New("the metrics do not say go_goroutines")
}

func get(ctx context.Context, url string) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s answers %s", url, response.Status)
	}
	return io.ReadAll(response.Body)
}
