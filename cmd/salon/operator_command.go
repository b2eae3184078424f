package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"strings"
	"time"
)

const operatorUsage = `Usage: salon %s

Does this on the running server, over its administration API (docs/api.md).

%s
  PERSON is the id of a participant, or its name where only one has it. KEY=VALUE is a setting as in a room file, such as
  policy.speak=ask.

  --json                    print what the server answers as JSON
  --url URL                 where the server is, else as the configuration says: http://localhost:8080
  --role ROLE               viewer, participant, presenter or moderator: of an invitation, or of whom is asked about
  --name NAME               that the guest of an invitation gets, else chosen by the guest
  --expires DURATION        until an invitation ends, such as 24h, else a year
  --uses NUMBER             of an invitation, else any
  --source SOURCE           to mute: microphone (else this), camera, screen or screen_audio
  --message TEXT            to show to somebody who is removed or banned
` + configFlagsUsage

// operatorVerb is something that a command does over the administration API.
type operatorVerb struct {
	words string // "room set"
	args  string // "ROOM KEY=VALUE..."
	help  string
	run   func(o *operating) error
}

// operating is a verb that is being carried out.
type operating struct {
	*program
	*api
	args []string

	asJSON                      bool
	role, name, source, message string
	expires                     time.Duration
	uses                        int
}

// operatorCommand makes a command of the verbs that begin with its word.
func operatorCommand(word string) func(p *program, args []string) int {
	return func(p *program, args []string) int {
		for _, v := range operatorVerbs() {
			words := strings.Fields(v.words)
			if words[0] != word || len(args) < len(words)-1 || len(words) == 2 && args[0] != words[1] {
				continue
			}
			return v.carryOut(p, args[len(words)-1:])
		}
		if asksForHelp(args) {
			fmt.Fprintf(p.stderr, operatorUsage, word+" ...", operatorHelp(word))
			return exitOK
		}
		p.complain("write one of\n%s", strings.TrimRight(operatorHelp(word), "\n"))
		return exitUsage
	}
}

// operatorHelp lists the verbs of a command.
func operatorHelp(word string) string {
	var b strings.Builder
	for _, v := range operatorVerbs() {
		if strings.Fields(v.words)[0] == word {
			fmt.Fprintf(&b, "  salon %-38s %s\n", strings.TrimSpace(v.words+" "+v.args), v.help)
		}
	}
	return b.String()
}

func (v operatorVerb) carryOut(p *program, args []string) int {
	o := &operating{program: p}
	address := ""
	f, c := p.newConfigFlags(v.words, fmt.Sprintf(operatorUsage, v.words+" "+v.args, operatorHelp(strings.Fields(v.words)[0])))
	f.StringVar(&address, "url", "", "")
	o.register(f)
	for len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		o.args, args = append(o.args, args[0]), args[1:]
	}
	if code, ok := p.parse(f, args); !ok {
		return code
	}
	wanted, more := len(strings.Fields(v.args)), strings.HasSuffix(v.args, "...")
	optional := strings.HasSuffix(v.args, "[PERSON]...") || strings.HasSuffix(v.args, "[KEY=VALUE]...")
	if optional {
		wanted--
	}
	if len(o.args) < wanted || len(o.args) > wanted && !more {
		p.complain("write \"salon %s %s\"", v.words, v.args)
		return exitUsage
	}
	loaded, ok := c.load(p)
	if !ok {
		return exitUsage
	}
	var err error
	if o.api, err = newAPI(loaded.Config, address); err != nil {
		p.complain("%v", err)
		return exitUsage
	}
	if err := v.run(o); err != nil {
		p.complain("%v", err)
		return exitError
	}
	return exitOK
}

func (o *operating) register(f *flag.FlagSet) {
	f.BoolVar(&o.asJSON, "json", false, "")
	f.StringVar(&o.role, "role", "", "")
	f.StringVar(&o.name, "name", "", "")
	f.StringVar(&o.source, "source", "microphone", "")
	f.StringVar(&o.message, "message", "", "")
	f.DurationVar(&o.expires, "expires", 0, "")
	f.IntVar(&o.uses, "uses", 0, "")
}

// show prints an answer: as JSON when that was asked for, else as print does.
func (o *operating) show(answer any, print func()) error {
	if !o.asJSON {
		print()
		return nil
	}
	encoder := json.NewEncoder(o.stdout)
	encoder.SetIndent("", "  ")
	return encoder.Encode(answer)
}

// say prints what was done.
func (o *operating) say(format string, args ...any) error {
	return o.show(map[string]bool{"done": true}, func() { fmt.Fprintf(o.stdout, format+"\n", args...) })
}
