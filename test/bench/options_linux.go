package main

import (
	"cmp"
	"flag"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

// options say how much is measured.
type options struct {
	salon    string
	rounds   int
	quick    bool
	json     string
	profiles string
	only     string
	before   string // another build of Salon; "": none
	crowds   []int  // how many receivers one publisher has

	slice time.Duration // of one server's turn
	turns int           // of each server in a scenario
	step  time.Duration // of the search for saturation
	floor time.Duration
}

// What may be left out with -only.
const (
	partFloor      = "floor"
	partFanOut     = "fan-out"
	partSaturation = "saturation"
	partMeeting    = "meeting"
)

func parseOptions(arguments []string, stderr io.Writer) (*options, error) {
	o := &options{}
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&o.salon, "salon", "bin/salon", "the server to measure")
	flags.IntVar(&o.rounds, "rounds", 0, "how often everything is measured (default 3, quick 1)")
	flags.BoolVar(&o.quick, "quick", false, "one short round: rough figures in about two minutes")
	flags.StringVar(&o.json, "json", "", "file for all figures of all rounds")
	flags.StringVar(&o.profiles, "profiles", "", "folder for CPU profiles of Salon, one for each scenario; the figures stay without them")
	flags.StringVar(&o.before, "before", "", "another build of the server, to compare with in the same turns")
	flags.DurationVar(&o.slice, "slice", 0, "how long a server's turn is (default 2s, quick 1.5s)")
	flags.IntVar(&o.turns, "turns", 0, "turns of each server in a scenario (default 2, quick 1)")
	crowds := flags.String("crowds", "10,50,100,200", "how many receivers the publisher of the fan-out has, rising, with commas")
	flags.StringVar(&o.only, "only", "", "measure one part only: floor, fan-out, saturation or meeting")
	if err := flags.Parse(arguments); err != nil {
		return nil, err
	}
	var err error
	if o.crowds, err = parseCrowds(*crowds); err != nil {
		return nil, err
	}
	o.fill()
	switch o.only {
	case "", partFloor, partFanOut, partSaturation, partMeeting:
	default:
		return nil, fmt.Errorf("-only %s: there are floor, fan-out, saturation and meeting", o.only)
	}
	if o.rounds < 1 || flags.NArg() > 0 {
		return nil, fmt.Errorf("want at least one round, and no arguments but flags")
	}
	return o, nil
}

// fill puts in what was not given.
func (o *options) fill() {
	slice, turns, rounds := 2*time.Second, 2, 3
	o.step, o.floor = 800*time.Millisecond, 2*time.Second
	if o.quick {
		slice, turns, rounds = 1500*time.Millisecond, 1, 1
		o.step, o.floor = 600*time.Millisecond, time.Second
	}
	o.slice, o.turns, o.rounds = cmp.Or(o.slice, slice), cmp.Or(o.turns, turns), cmp.Or(o.rounds, rounds)
}

// parseCrowds reads sizes of crowds, each larger than the one before: a crowd only grows.
func parseCrowds(text string) ([]int, error) {
	var sizes []int
	for one := range strings.SplitSeq(text, ",") {
		n, err := strconv.Atoi(one)
		if err != nil || n < 1 || len(sizes) > 0 && n <= sizes[len(sizes)-1] {
			return nil, fmt.Errorf("-crowds %s: want rising numbers", text)
		}
		sizes = append(sizes, n)
	}
	return sizes, nil
}

// names are the servers that take turns.
func (o *options) names() []string {
	if o.before == "" {
		return []string{bareName, salonName}
	}
	return []string{bareName, beforeName, salonName}
}

func (o *options) measures(part string) bool { return o.only == "" || o.only == part }
