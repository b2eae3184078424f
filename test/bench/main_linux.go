package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"salon/test/bench/client"
	"salon/test/bench/place"
)

func main() {
	if len(os.Args) < 2 || os.Args[1] != bareCommand && os.Args[1] != floorCommand {
		if err := place.Become(os.Args[1:]); err != nil {
			fmt.Fprintln(os.Stderr, "bench:", err)
			os.Exit(1)
		}
		runtime.GOMAXPROCS(2) // one for the thread that spins, whatever the cores are
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := command(ctx, os.Args[1:])
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func command(ctx context.Context, arguments []string) error {
	if len(arguments) > 0 && arguments[0] == bareCommand {
		return runBare(ctx, arguments[1:])
	}
	if len(arguments) > 0 && arguments[0] == floorCommand {
		return runFloor(arguments[1:])
	}
	o, err := parseOptions(arguments, os.Stderr)
	if err != nil {
		return err
	}
	r, err := measure(ctx, o, os.Stderr)
	if err != nil {
		return err
	}
	if o.json != "" {
		file, err := os.Create(o.json)
		if err != nil {
			return err
		}
		if err := errors.Join(r.writeJSON(file), file.Close()); err != nil {
			return err
		}
	}
	return r.write(os.Stdout)
}

// measure does all rounds.
func measure(ctx context.Context, o *options, progress io.Writer) (*result, error) {
	p, err := place.New()
	if err != nil {
		return nil, err
	}
	defer p.Close()
	if o.profiles != "" {
		if err := os.MkdirAll(o.profiles, 0o755); err != nil {
			return nil, err
		}
	}
	poller := client.NewPoller(p.Client)
	defer poller.Close()
	b := &bench{options: o, place: p, poller: poller, progress: progress}
	b.result = result{At: time.Now(), Machine: thisMachine(), Notes: p.Notes}
	for n := range o.rounds {
		b.result.round = n + 1
		if err := b.round(ctx, n+1); err != nil {
			return nil, err
		}
	}
	return &b.result, nil
}

func thisMachine() machine {
	m := machine{CPU: "unknown", Go: runtime.Version()}
	if text, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		m.CPU, m.Cores = processors(string(text))
	}
	var name unix.Utsname
	if unix.Uname(&name) == nil {
		m.Kernel = unix.ByteSliceToString(name.Release[:])
	}
	return m
}

// processors reads the model and the number of cores from the text of /proc/cpuinfo; runtime.NumCPU counts only those
// that this process may use.
func processors(text string) (model string, cores int) {
	for line := range strings.Lines(text) {
		key, value, _ := strings.Cut(line, ":")
		switch strings.TrimSpace(key) {
		case "processor":
			cores++
		case "model name":
			model = strings.TrimSpace(value)
		}
	}
	return model, cores
}
