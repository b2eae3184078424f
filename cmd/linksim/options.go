package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"net/netip"
	"os"
	"time"

	"salon/cmd/linksim/link"
)

// options are what the command line says.
type options struct {
	relay     relayConfig
	control   netip.AddrPort
	script    link.Script
	readyFile string
}

const usage = `Usage: linksim --target IP:PORT [FLAGS]
       linksim check

Relays UDP from each client to the target and back, through a link with impairments. "check" measures how exact it is on
this machine.

  --target IP:PORT        where clients' packets go; required
  --listen IP:PORT        where clients send to; default 127.0.0.1:0, any free port
  --up SETTINGS           from the clients to the target; default: perfect
  --down SETTINGS         from the target to the clients
  --script FILE           changes over time (JSON), from the start of the program; POST /script starts another one later
  --seed N                the same seed and packets give the same decisions; default 1
  --control IP:PORT       HTTP on a loopback address; default 127.0.0.1:0
  --ready-file FILE       written when all is open: {"listen": ..., "target": ..., "control": "http://..."}
  --max-clients N         packets of further ones are dropped and counted; default 64, at most 1000
  --idle D                a client without packets for so long is forgotten; default 60s
  --i-own-these-addresses allow public addresses, and a target that is another machine

SETTINGS such as "rate=300kbit/s,delay=40ms,loss=5%". Every client has two links of its own. In the order of a packet's way:

  loss                    share of packets lost, each on its own: 5% or 0.05
  burst_enter, burst_leave, burst_loss
                          Gilbert-Elliott: chance per packet that a burst begins, that it ends (default 0.25), and loss
                          within it (default 1)
  rate                    kbit/s, Mbit/s ..., of UDP payload + 28 bytes per packet; 0: no limit
  queue, queue_time       drop-tail queue before the rate, in bytes (64kB) and in time (default 300ms); the narrower counts
  delay                   one way, up to 10s
  jitter                  0 to so much more delay; keeps the order of packets unless jitter_reorders=true
  reorder, reorder_by     share of packets that are held back, and for how long (default 20ms)
  duplicate               share of packets that arrive twice

Control: GET /stats; POST /settings {"client": "IP:PORT", "up": {"loss": "5%"}, "down": {}} changes what it names, for all
present and future clients when it names no client (a client is known by its own address and by the one that the target
sees); POST /script {"steps": [{"at": "10s", "down": {"rate": "300kbit/s"}}]}. Both POSTs are of type application/json.
`

const maxClientsEver = 1000

// parseOptions reads the command line.
func parseOptions(args []string, stderr io.Writer) (options, error) {
	o := options{relay: relayConfig{up: link.Default(), down: link.Default()}}
	f := flag.NewFlagSet("linksim", flag.ContinueOnError)
	f.SetOutput(stderr)
	f.Usage = func() { fmt.Fprint(stderr, usage) }
	loopback := netip.MustParseAddrPort("127.0.0.1:0")
	f.TextVar(&o.relay.target, "target", netip.AddrPort{}, "")
	f.TextVar(&o.relay.listen, "listen", loopback, "")
	f.TextVar(&o.control, "control", loopback, "")
	settings := func(into *link.Settings) func(string) error {
		return func(text string) error {
			p, err := link.ParsePatch(text)
			*into = p.Apply(*into)
			return err
		}
	}
	f.Func("up", "", settings(&o.relay.up))
	f.Func("down", "", settings(&o.relay.down))
	f.Func("script", "", func(path string) (err error) {
		o.script, err = readScript(path)
		return err
	})
	f.Uint64Var(&o.relay.seed, "seed", 1, "")
	f.StringVar(&o.readyFile, "ready-file", "", "")
	f.IntVar(&o.relay.maxClients, "max-clients", 64, "")
	f.DurationVar(&o.relay.idle, "idle", time.Minute, "")
	owned := f.Bool("i-own-these-addresses", false, "")
	if err := f.Parse(args); err != nil {
		return o, err
	}
	if f.NArg() > 0 {
		return o, fmt.Errorf("%q is not understood: flags begin with two dashes", f.Arg(0))
	}
	return o, o.check(*owned)
}

func (o *options) check(owned bool) error {
	if !o.relay.target.IsValid() || o.relay.target.Port() == 0 {
		return errors.New("say with --target where packets go, such as --target 127.0.0.1:7882")
	}
	if o.relay.listen == o.relay.target {
		return errors.New("--listen and --target are the same: packets would go round for ever")
	}
	if o.relay.maxClients < 1 || o.relay.maxClients > maxClientsEver {
		return fmt.Errorf("--max-clients is %d, it must be 1 to %d", o.relay.maxClients, maxClientsEver)
	}
	if o.relay.idle < time.Second || o.relay.idle > 24*time.Hour {
		return fmt.Errorf("--idle is %v, it must be 1s to 24h", o.relay.idle)
	}
	if !o.control.Addr().IsLoopback() {
		return fmt.Errorf("--control %s is not a loopback address, and the control door has no login", o.control)
	}
	if owned {
		return nil
	}
	return ownAddresses(o.relay.listen.Addr(), o.relay.target.Addr())
}

// maxScriptFile is more than the longest valid script needs.
const maxScriptFile = 1 << 20

func readScript(path string) (link.Script, error) {
	file, err := os.Open(path)
	if err != nil {
		return link.Script{}, err
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, maxScriptFile+1))
	if err != nil {
		return link.Script{}, err
	}
	if len(text) > maxScriptFile {
		return link.Script{}, fmt.Errorf("the script is longer than %d bytes", maxScriptFile)
	}
	return link.ParseScript(text)
}
