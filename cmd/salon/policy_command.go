package main

import (
	"fmt"
	"io"
	"net/url"
	"os"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"salon/rooms"
	"salon/rooms/policy"
)

const policyUsage = `Usage: salon policy check FILE [FLAGS]
       salon policy explain --file FILE [--role ROLE] [--name NAME] [--right RIGHT] [FLAGS]
       salon policy explain --room ROOM [--who WHO] [--role ROLE] [--right RIGHT] [FLAGS]

check says what is wrong with a room file, and which of its keys the site's policy overrules.
explain says whether somebody may do something in the room, why, and which line says so: from a room file, or, with --room,
as it is now on the running server, over its administration API.

  --file FILE               the room file
  --role ROLE               viewer, participant, presenter or moderator; else as the room's owners and default_role say
  --name NAME               the person's account or token subject; else somebody without one
  --right RIGHT             such as speak, video or screen; else all rights
  --room ROOM               a room of the running server
  --who WHO                 with --room: id or name of a participant, else an account; else a guest
  --url URL                 with --room: where the server is, else as the configuration says
  --at TIME                 such as 2026-03-01T18:00Z; else now
` + configFlagsUsage

func policyCommand(p *program, args []string) int {
	return p.runVerb(args, policyUsage, `write "salon policy check FILE" or "salon policy explain --file FILE"`,
		verb{"check", checkPolicy}, verb{"explain", explainPolicy})
}

func checkPolicy(p *program, args []string) int {
	f, c := p.newConfigFlags("policy check", policyUsage)
	path, args := word(args)
	if code, ok := p.parse(f, args); !ok {
		return code
	}
	if path == "" {
		p.complain("name the room file first: \"salon policy check cuisine.yaml\"")
		return exitUsage
	}
	site, file, ok := p.roomFile(c, path)
	if !ok {
		return exitUsage
	}
	effective := policy.Merge(site, file)
	for _, key := range policy.Overruled(site, file) {
		p.complain("warning: %s: %s has no effect: %s", file.Origins[key], key, effective.Origin(key))
	}
	fmt.Fprintln(p.stdout, "The room file is good.")
	return exitOK
}

// roomFile reads a room file, and the site's policy from the configuration.
func (p *program) roomFile(c *configFlags, path string) (policy.Site, policy.File, bool) {
	if _, ok := c.load(p); !ok {
		return policy.Site{}, policy.File{}, false
	}
	text, err := readRoomFile(path)
	if err != nil {
		p.complain("the room file cannot be read: %v", err)
		return policy.Site{}, policy.File{}, false
	}
	file, err := policy.Read(path, text)
	if err != nil {
		p.complainAll(err)
	}
	return c.site, file, err == nil
}

// readRoomFile reads little more than a room file may have, so that a wrong path does not fill the memory.
func readRoomFile(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	return io.ReadAll(io.LimitReader(file, policy.MaxFile+1))
}

func explainPolicy(p *program, args []string) int {
	var path, role, name, right, at, room, who, address string
	f, c := p.newConfigFlags("policy explain", policyUsage)
	f.StringVar(&path, "file", "", "")
	f.StringVar(&role, "role", "", "")
	f.StringVar(&name, "name", "", "")
	f.StringVar(&right, "right", "", "")
	f.StringVar(&at, "at", "", "")
	f.StringVar(&room, "room", "", "")
	f.StringVar(&who, "who", "", "")
	f.StringVar(&address, "url", "", "")
	if code, ok := p.parse(f, args); !ok {
		return code
	}
	if room != "" {
		return p.explainOnline(c, address, room, url.Values{"who": {who}, "role": {role}, "right": {right}})
	}
	if path == "" {
		p.complain("name the room file: --file cuisine.yaml, or a room of the running server: --room cuisine")
		return exitUsage
	}
	q, err := readQuestion(role, name, right, at)
	if err != nil {
		p.complain("%v", err)
		return exitUsage
	}
	site, file, ok := p.roomFile(c, path)
	if !ok {
		return exitUsage
	}
	q.explain(p.stdout, policy.Merge(site, file), path)
	return exitOK
}

// explainOnline asks the running server.
func (p *program) explainOnline(c *configFlags, address, room string, query url.Values) int {
	loaded, ok := c.load(p)
	if !ok {
		return exitUsage
	}
	server, err := newAPI(loaded.Config, address)
	if err != nil {
		p.complain("%v", err)
		return exitUsage
	}
	var x rooms.Explanation
	if err := server.do("GET", "/rooms/"+url.PathEscape(room)+"/explain?"+query.Encode(), nil, &x); err != nil {
		p.complain("%v", err)
		return exitError
	}
	fmt.Fprintf(p.stdout, "role: %s\n", x.Role)
	if x.Admission != nil {
		fmt.Fprintf(p.stdout, "at the door: %s: %s\n", x.Admission.Outcome, x.Admission.Sentence)
	}
	table := tabwriter.NewWriter(p.stdout, 0, 0, 2, ' ', 0)
	for _, r := range x.Rights {
		decision := answer(policy.Decision{Allowed: r.Allowed, Ask: r.Askable})
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", r.Right, decision, r.Sentence, r.Key, r.Origin)
	}
	_ = table.Flush()
	return exitOK
}

// question is who asks for which rights, and when.
type question struct {
	who    policy.Arrival
	rights []policy.Right
	now    time.Time
}

func readQuestion(role, name, right, at string) (q question, err error) {
	q.now, q.rights = time.Now(), policy.AllRights()
	if role != "" {
		if err := q.who.Role.UnmarshalText([]byte(role)); err != nil {
			return q, fmt.Errorf("--role %q %w", role, err)
		}
	}
	if name != "" {
		if q.who.Subject, err = policy.ParseSubject(name); err != nil {
			return q, fmt.Errorf("--name %q %w", name, err)
		}
	}
	if right != "" {
		q.rights = make([]policy.Right, 1)
		if err := q.rights[0].UnmarshalText([]byte(right)); err != nil {
			return q, fmt.Errorf("--right %q %w", right, err)
		}
	}
	if at != "" {
		var t policy.Time
		if err := t.UnmarshalText([]byte(at)); err != nil {
			return q, fmt.Errorf("--at %q %w", at, err)
		}
		q.now = t.Time
	}
	return q, nil
}

// explain writes one line for each right, and for a single one the line of the file as well.
func (q question) explain(w io.Writer, p *policy.Policy, path string) {
	who := policy.Participant{ID: "asked", Subject: q.who.Subject, Role: policy.RoleOf(p, q.who)}
	state := policy.State{Now: q.now, Moderators: 1, Participants: 2}
	if len(q.rights) == 1 {
		d := policy.Decide(p, state, who, q.rights[0])
		fmt.Fprintf(w, "%s: %s as %s\n%s\n", answer(d), d.Reason.Right, who.Role, d.Reason.Sentence())
		if d.Reason.Key != "" {
			fmt.Fprintf(w, "%s: %s\n", d.Reason.Origin, d.Reason.Key)
			quoteLine(w, path, d.Reason.Origin)
		}
		return
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, right := range q.rights {
		d := policy.Decide(p, state, who, right)
		fmt.Fprintf(table, "%s\t%s\t%s\n", right, answer(d), d.Reason)
	}
	_ = table.Flush()
}

func answer(d policy.Decision) string {
	switch {
	case d.Allowed:
		return "yes"
	case d.Ask:
		return "ask"
	}
	return "no"
}

// quoteLine writes the line of the room file that an origin names. Nothing for other origins: a line of the server's
// configuration may hold a secret.
func quoteLine(w io.Writer, path, origin string) {
	number, err := strconv.Atoi(strings.TrimPrefix(origin, path+":"))
	if err != nil {
		return
	}
	text, err := readRoomFile(path)
	if err != nil {
		return
	}
	if lines := strings.Split(string(text), "\n"); number >= 1 && number <= len(lines) {
		fmt.Fprintf(w, "  %s\n", strings.TrimSpace(lines[number-1]))
	}
}
