package main

import (
	"flag"
	"fmt"
	"io"
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
	flags.StringVar(&o.only, "only", "", "measure one part only: floor, fan-out, saturation or meeting")
	if err := flags.Parse(arguments); err != nil {
		return nil, err
	}
	o.slice, o.turns, o.step, o.floor = 2*time.Second, 2, 800*time.Millisecond, 2*time.Second
	if o.quick {
		o.slice, o.turns, o.step, o.floor = 1500*time.Millisecond, 1, 600*time.Millisecond, time.Second
	}
	if o.rounds == 0 {
		o.rounds = 3
		if o.quick {
			o.rounds = 1
		}
	}
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

func (o *options) measures(part string) bool { return o.only == "" || o.only == part }
