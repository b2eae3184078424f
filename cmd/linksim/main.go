package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(command(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// command is the whole program; it returns the exit code.
func command(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	fail := func(code int, err error) int {
		fmt.Fprintln(stderr, "linksim:", err)
		return code
	}
	if len(args) > 0 && args[0] == "check" {
		if len(args) > 1 {
			return fail(2, fmt.Errorf("check takes no arguments, not %q", args[1]))
		}
		fine, err := selfCheck(ctx, stdout)
		if err != nil {
			return fail(1, err)
		}
		return map[bool]int{true: 0, false: 1}[fine]
	}
	o, err := parseOptions(args, stderr)
	if errors.Is(err, flag.ErrHelp) {
		return 0
	}
	if err != nil {
		return fail(2, err)
	}
	if err := serve(ctx, o, stdout); err != nil {
		return fail(1, err)
	}
	return 0
}

// serve relays until the context ends.
func serve(ctx context.Context, o options, stdout io.Writer) error {
	r, err := startRelay(o.relay)
	if err != nil {
		return err
	}
	defer r.close()
	c, err := startControl(o.control, r)
	if err != nil {
		return err
	}
	defer c.close()
	r.play(o.script)
	where := places{Listen: r.address().String(), Target: o.relay.target.String(), Control: c.url()}
	if o.readyFile != "" {
		if err := where.write(o.readyFile); err != nil {
			return fmt.Errorf("write the ready file: %w", err)
		}
	}
	fmt.Fprintf(stdout, "relaying %s to %s; control at %s\n", where.Listen, where.Target, where.Control)
	select {
	case <-ctx.Done():
		return nil
	case err := <-r.broken:
		return err
	}
}
