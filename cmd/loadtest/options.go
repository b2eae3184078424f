package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"salon/signaling/protocol"
)

// options are what the command line says.
type options struct {
	url         string
	metrics     string // "": no figures of the server
	rooms       int
	publishers  int // in each room
	subscribers int // in each room: they only watch
	videoKbps   int
	tile        size
	big         size // of one tile of each
	tiles       int  // that each participant shows at most
	all         bool // encodings that nobody wants are sent as well
	plis        int  // per second, for everything that is shown
	nack        bool
	settle      time.Duration
	duration    time.Duration
	ramp        time.Duration
	joins       int // churn: so many joins and leaves, one after the other; 0: no churn
	vanish      int // churn: every so many, one goes without a word; 0: none
	json        bool
	owned       bool
}

// size is a tile's, in physical pixels.
type size struct{ width, height int }

// The bounds keep a slip of the finger from becoming an attack.
const (
	maxParticipants = 1000
	maxRooms        = 500
	maxJoins        = 20_000
	maxDuration     = time.Hour
	maxKbps         = 20_000
	maxPLIs         = 200
)

const usage = `Usage: loadtest [FLAGS]

Joins synthetic participants to a running Salon server and reports what they and the server measured.

  --url URL               the server; default http://127.0.0.1:8080
  --metrics URL           its metrics listener, such as http://127.0.0.1:9090; empty: none
  --rooms N               rooms; default 1
  --publishers N          in each room, with camera and microphone, who watch as well; default 2
  --subscribers N         in each room, who only watch; default 2
  --video-kbps N          of each camera, its three encodings together; default 1500
  --tile WxH              how large everybody shows everybody, in pixels; default 640x360
  --big WxH               how large everybody shows one of them; default: like the others
  --tiles N               how many cameras each shows at most; default 9
  --nack                  ask for lost packets again, as browsers do
  --all-encodings         send all encodings, also those that nobody watches, which browsers do not
  --plis N                ask for so many keyframes per second of everything shown; default 0: only needed ones
  --settle D              wait after the joins before measuring; default 0s
  --duration D            how long to measure after everybody has joined; default 30s
  --ramp D                over which the joins are spread; default 5s
  --joins N               churn instead: N joins and leaves one after the other, in a room with --publishers
  --vanish N              churn: every Nth participant goes without a word; default 0, none
  --json                  the report as JSON
  --i-own-this-server     allow a server that is not on this machine's loopback interface

It exits with 0 when everybody joined and no receiver found a fault, with 1 otherwise, with 2 for a wrong command line.
`

// parseOptions reads the command line.
func parseOptions(args []string, stderr io.Writer) (options, error) {
	var o options
	f := flag.NewFlagSet("loadtest", flag.ContinueOnError)
	f.SetOutput(stderr)
	f.Usage = func() { fmt.Fprint(stderr, usage) }
	f.StringVar(&o.url, "url", "http://127.0.0.1:8080", "")
	f.StringVar(&o.metrics, "metrics", "", "")
	f.IntVar(&o.rooms, "rooms", 1, "")
	f.IntVar(&o.publishers, "publishers", 2, "")
	f.IntVar(&o.subscribers, "subscribers", 2, "")
	f.IntVar(&o.videoKbps, "video-kbps", 1500, "")
	tile := f.String("tile", "640x360", "")
	big := f.String("big", "", "")
	f.IntVar(&o.tiles, "tiles", 9, "")
	f.BoolVar(&o.nack, "nack", false, "")
	f.BoolVar(&o.all, "all-encodings", false, "")
	f.IntVar(&o.plis, "plis", 0, "")
	f.DurationVar(&o.settle, "settle", 0, "")
	f.DurationVar(&o.duration, "duration", 30*time.Second, "")
	f.DurationVar(&o.ramp, "ramp", 5*time.Second, "")
	f.IntVar(&o.joins, "joins", 0, "")
	f.IntVar(&o.vanish, "vanish", 0, "")
	f.BoolVar(&o.json, "json", false, "")
	f.BoolVar(&o.owned, "i-own-this-server", false, "")
	if err := f.Parse(args); err != nil {
		return o, err
	}
	if f.NArg() > 0 {
		return o, fmt.Errorf("%q is not understood: flags begin with two dashes", f.Arg(0))
	}
	var err error
	if o.tile, err = parseSize("tile", *tile); err != nil {
		return o, err
	}
	if o.big = o.tile; *big != "" {
		if o.big, err = parseSize("big", *big); err != nil {
			return o, err
		}
	}
	return o, o.check()
}

func parseSize(name, text string) (size, error) {
	var s size
	if n, err := fmt.Sscanf(text, "%dx%d", &s.width, &s.height); n != 2 || err != nil || fmt.Sprintf("%dx%d", s.width, s.height) != text {
		return s, fmt.Errorf("--%s %q is not a size: write it like 640x360", name, text)
	}
	return s, nil
}

// check holds the options against the bounds.
func (o *options) check() error {
	type bound struct {
		name             string
		value, low, high int
	}
	for _, b := range []bound{
		{"rooms", o.rooms, 1, maxRooms}, {"publishers", o.publishers, 0, maxParticipants}, {"subscribers", o.subscribers, 0, maxParticipants},
		{"video-kbps", o.videoKbps, 50, maxKbps}, {"tiles", o.tiles, 0, 40}, {"joins", o.joins, 0, maxJoins}, {"vanish", o.vanish, 0, maxJoins},
		{"tile's width", o.tile.width, 1, protocol.MaxTilePixels}, {"tile's height", o.tile.height, 1, protocol.MaxTilePixels},
		{"big tile's width", o.big.width, 1, protocol.MaxTilePixels}, {"big tile's height", o.big.height, 1, protocol.MaxTilePixels},
		{"plis", o.plis, 0, maxPLIs},
	} {
		if b.value < b.low || b.value > b.high {
			return fmt.Errorf("--%s is %d, it must be %d to %d", b.name, b.value, b.low, b.high)
		}
	}
	if o.duration <= 0 || max(o.duration, o.ramp, o.settle) > maxDuration || min(o.ramp, o.settle) < 0 {
		return fmt.Errorf("--duration, --ramp and --settle are at most %v, and --duration is more than nothing", maxDuration)
	}
	if n := o.participants(); n == 0 || n > maxParticipants {
		return fmt.Errorf("%d participants in all rooms together: 1 to %d are possible", n, maxParticipants)
	}
	for _, address := range []string{o.url, o.metrics} {
		if address == "" {
			continue
		}
		if err := allowed(address, o.owned); err != nil {
			return err
		}
	}
	return nil
}

// participants is how many there are at the same time, the one that comes and goes not counted.
func (o *options) participants() int { return o.rooms * (o.publishers + o.subscribers) }

// slots returns how many recvonly sections of a kind each participant offers.
func (o *options) slots() (audio, video int) {
	return min(o.publishers, 6), min(o.publishers, o.tiles)
}

var errForeign = errors.New("this is not on this machine's loopback interface: load tests disturb; " +
	"if the server is yours, say so with --i-own-this-server")

// allowed refuses servers of others. Names are not looked up, since what they mean may change; localhost is an exception
// (RFC 6761 6.3).
func allowed(address string, owned bool) error {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" || u.Scheme == "" {
		return fmt.Errorf("%q is not an address: write it like http://127.0.0.1:8080", address)
	}
	host := strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
	if owned || host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return nil
	}
	if ip, err := netip.ParseAddr(host); err == nil && ip.Unmap().IsLoopback() {
		return nil
	}
	return fmt.Errorf("%s: %w", net.JoinHostPort(u.Hostname(), u.Port()), errForeign)
}
