package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"runtime/debug"
	"strings"
)

const serveUsage = `Usage: salon serve [FLAGS]

Runs the server until SIGTERM or SIGINT; a second signal stops it at once.
Without flags it serves http://localhost:8080, with media on UDP and TCP port 7882.

  --ready-file FILE         write the addresses as JSON when the server can be used
` + configFlagsUsage + `
Every key is an environment variable as well: SALON_HTTP_LISTEN=:80. "salon config print" explains the keys.
`

func serveCommand(p *program, args []string) int {
	f, c := p.newConfigFlags("serve", serveUsage)
	readyFile := f.String("ready-file", "", "")
	loaded, code, ok := c.read(p, f, args)
	if !ok {
		return code
	}
	boundHeap(p.environ)
	log := newLog(loaded.Log, p.stderr)
	for _, w := range loaded.Warnings {
		log.Warn(w)
	}
	s, err := newServer(loaded.Config, c.site, log)
	if err != nil {
		p.complain("%v", err)
		return exitError
	}
	return s.run(p, *readyFile)
}

// gcPercent lets the heap grow by a quarter of what is in use before garbage is collected, instead of to twice as much:
// forwarding makes no garbage, so collections are rare either way, and what is in use grows with the participants.
const gcPercent = 25

// boundHeap applies gcPercent, unless the environment says something else (GOGC).
func boundHeap(environ []string) {
	if environment(environ, "GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
}

// run serves until a signal, or until a listener fails, and then stops everything.
func (s *server) run(p *program, readyFile string) int {
	background, cancel := context.WithCancel(context.Background())
	defer cancel()
	failed := s.start(background)
	socket := environment(p.environ, "NOTIFY_SOCKET")
	code := exitOK
	if err := s.announce(readyFile); err != nil {
		s.log.Error("cannot write the ready file", "reason", err)
		code = exitError
	} else {
		notify(socket, "READY=1")
		select {
		case signal := <-p.signals:
			s.log.Info("stopping: sessions are told to come back, a second signal stops at once", "signal", signal.String())
		case err := <-failed:
			s.log.Error("stopping: a listener failed", "reason", err)
			code = exitError
		}
	}
	notify(socket, "STOPPING=1")
	cancel()
	stopped := make(chan struct{})
	go func() {
		s.stop()
		close(stopped)
	}()
	select {
	case <-stopped:
		s.log.Info("stopped")
		return code
	case <-p.signals:
		s.log.Warn("stopped at once: a second signal came")
		return exitError
	}
}

// start serves on every listener. The channel gets the first failure.
func (s *server) start(ctx context.Context) <-chan error {
	failed := make(chan error, len(s.listening)) // one each: nobody blocks when nobody listens any more
	for _, l := range s.listening {
		s.running.Go(func() {
			if err := l.serve(); !errors.Is(err, http.ErrServerClosed) {
				failed <- fmt.Errorf("serve %s: %w", l.name, err)
			}
		})
	}
	if s.files != nil {
		s.files.Watch(s.registry.Reread)
	}
	if s.certificates != nil {
		s.running.Go(func() { s.certificates.Prepare(ctx) })
	}
	return failed
}

// stop ends everything in the order in which clients notice least: no new sessions, then everybody is told to come
// back, then media. It takes at most the drain timeout and a little.
func (s *server) stop() {
	s.draining.Store(true)
	s.registry.Drain(retryAfter)
	ctx, cancel := context.WithTimeout(context.Background(), s.config.DrainTimeout)
	defer cancel()
	if err := s.signaling.Close(ctx); err != nil {
		s.log.Warn("not every session ended in time", "reason", err)
	}
	if err := s.whip.Close(ctx); err != nil {
		s.log.Warn("not every WHIP and WHEP session ended in time", "reason", err)
	}
	s.registry.Close()
	s.webhooks.Close()
	s.closeRooms()
	if err := s.engine.Close(); err != nil {
		s.log.Debug("the media ports were not closed cleanly", "reason", err)
	}
	for _, l := range s.listening {
		l.close()
	}
	s.running.Wait()
}

// environment finds a variable that is not part of the configuration.
func environment(environ []string, name string) string {
	for _, entry := range environ {
		if value, ok := strings.CutPrefix(entry, name+"="); ok {
			return value
		}
	}
	return ""
}

// announce says where the server is, in the log and in a file for programs.
func (s *server) announce(readyFile string) error {
	a := s.addresses()
	s.log.Info("salon is ready", slog.String("url", a.HTTP), slog.Int("media_udp", a.UDPPort), slog.Int("media_tcp", a.TCPPort),
		slog.Any("addresses", a.Addresses), slog.String("metrics", a.Metrics), slog.String("version", s.version))
	if readyFile == "" {
		return nil
	}
	return a.write(readyFile)
}

// refusePort makes the system's error about a listener say what to do.
func refusePort(what, key string, err error) error {
	hint := "choose another address with " + key
	if errors.Is(err, os.ErrPermission) {
		hint = "ports below 1024 need a right: see docs/operations.md, or choose another with " + key
	}
	return fmt.Errorf("listen for %s: %w: %s", what, err, hint)
}
