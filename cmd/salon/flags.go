package main

import (
	"errors"
	"flag"
	"fmt"
	"slices"
	"strings"

	"salon/configs"
	"salon/rooms/policy"
)

// configFlags reads --config, --set, and a flag for every key of the configuration.
type configFlags struct {
	path string
	set  []string    // section.key=value, in the order of the command line: the last one wins
	site policy.Site // what load read in site_policy
}

// newFlags returns a flag set of a command, which explains itself with the given lines.
func (p *program) newFlags(name, usage string) *flag.FlagSet {
	f := flag.NewFlagSet(name, flag.ContinueOnError)
	f.SetOutput(p.stderr)
	f.Usage = func() { fmt.Fprint(p.stderr, usage) }
	return f
}

// newConfigFlags returns the flags of a command that reads the configuration: the command adds its own.
func (p *program) newConfigFlags(name, usage string) (*flag.FlagSet, *configFlags) {
	f, c := p.newFlags(name, usage), &configFlags{}
	c.register(f)
	return f, c
}

const configFlagsUsage = `  --config FILE             read this YAML file
  --set SECTION.KEY=VALUE   set one key; may be repeated
  --SECTION-KEY VALUE       the same, for every key: --http-listen :80 --log-level debug
`

func (c *configFlags) register(f *flag.FlagSet) {
	f.StringVar(&c.path, "config", "", "")
	f.Var(assign(func(text string) { c.set = append(c.set, text) }), "set", "")
	for _, k := range configs.Keys() {
		set := assign(func(text string) { c.set = append(c.set, k.Path+"="+text) })
		if k.Bool {
			f.Var(boolAssign{set}, k.Flag, "")
		} else {
			f.Var(set, k.Flag, "")
		}
	}
}

// load reads the configuration and complains about what is wrong with it.
func (c *configFlags) load(p *program) (*configs.Loaded, bool) {
	loaded, err := configs.Load(c.path, p.environ, c.set)
	if err == nil {
		c.site, err = policy.ReadSite(loaded.SitePolicy.Forced, loaded.SitePolicy.Default, loaded.Origins)
	}
	if err == nil {
		return loaded, true
	}
	p.complainAll(err)
	return nil, false
}

// complainAll says each problem in a line of its own.
func (p *program) complainAll(err error) {
	var problems configs.Problems
	if !errors.As(err, &problems) {
		problems = configs.Problems{{Text: err.Error()}}
	}
	for _, problem := range problems {
		p.complain("%s", problem)
	}
}

// read parses the command line and loads the configuration. It returns false when the command must not go on, and the exit
// code.
func (c *configFlags) read(p *program, f *flag.FlagSet, args []string) (*configs.Loaded, int, bool) {
	if code, ok := p.parse(f, args); !ok {
		return nil, code, false
	}
	loaded, ok := c.load(p)
	return loaded, exitUsage, ok
}

// parse returns false when the command must not go on, and the exit code.
func (p *program) parse(f *flag.FlagSet, args []string) (int, bool) {
	switch err := f.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return exitOK, false
	case err != nil:
		return exitUsage, false // flag has said why
	case f.NArg() > 0:
		p.complain("%q is not understood: \"salon %s --help\" shows what is", f.Arg(0), f.Name())
		return exitUsage, false
	}
	return exitOK, true
}

// word takes the first word off the command line: "" where a flag comes first, or nothing.
func word(args []string) (string, []string) {
	if len(args) == 0 || strings.HasPrefix(args[0], "-") {
		return "", args
	}
	return args[0], args[1:]
}

// verb is a second word of a command, such as check in "salon config check".
type verb struct {
	name string
	run  func(p *program, args []string) int
}

// runVerb carries out the verb that the command line begins with, or says how to write one.
func (p *program) runVerb(args []string, usage, hint string, verbs ...verb) int {
	if asksForHelp(args) {
		fmt.Fprint(p.stderr, usage)
		return exitOK
	}
	for _, v := range verbs {
		if len(args) > 0 && args[0] == v.name {
			return v.run(p, args[1:])
		}
	}
	p.complain("%s", hint)
	return exitUsage
}

// asksForHelp says whether a command line begins with a wish for help.
func asksForHelp(args []string) bool {
	return len(args) > 0 && slices.Contains([]string{"-h", "--help", "help"}, args[0])
}

// assign is a flag that hands its text on.
type assign func(string)

// String implements flag.Value.
func (assign) String() string { return "" }

// Set implements flag.Value.
func (a assign) Set(text string) error { a(text); return nil }

// boolAssign may come without a value: --media-ipv6.
type boolAssign struct{ assign }

// IsBoolFlag tells package flag that no value has to follow.
func (boolAssign) IsBoolFlag() bool { return true }
