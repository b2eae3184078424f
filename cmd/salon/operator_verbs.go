package main

import (
	"cmp"
	"fmt"
	"net/url"
	"strings"
	"text/tabwriter"
	"time"

	"salon/rooms"
	"salon/signaling/protocol"
)

// operatorVerbs is every verb of the commands that work over the administration API.
func operatorVerbs() []operatorVerb {
	return []operatorVerb{
		{"room list", "", "the rooms that are open, are kept, or have a file", (*operating).listRooms},
		{"room show", "ROOM", "who is in it, who waits, and its settings", (*operating).showRoom},
		{"room create", "ROOM [KEY=VALUE]...", "make a room that is kept", settingsVerb("PUT")},
		{"room set", "ROOM KEY=VALUE...", "change settings", settingsVerb("PATCH")},
		{"room lock", "ROOM", "let nobody new in", lockVerb(true)},
		{"room unlock", "ROOM", "let people in again", lockVerb(false)},
		{"room close", "ROOM", "end it for everybody", done("POST", "/close", nil, "The room was ended for everybody.")},
		{"room delete", "ROOM", "end it and forget what is kept of it, save bans", done("DELETE", "", nil, "The room is forgotten.")},

		{"participant list", "ROOM", "who is in a room", (*operating).listPeople},
		{"participant mute", "ROOM PERSON", "mute somebody, or end a screen", (*operating).mute},
		{"participant role", "ROOM PERSON ROLE", "make somebody a moderator, presenter, ...", (*operating).setRole},
		{"participant remove", "ROOM PERSON", "put somebody out", putOut("remove")},
		{"participant ban", "ROOM PERSON", "put somebody out and keep them out", putOut("ban")},

		{"lobby list", "ROOM", "who waits", (*operating).listLobby},
		{"lobby admit", "ROOM [PERSON]...", "let those in, or all", answerKnocks("admit")},
		{"lobby refuse", "ROOM [PERSON]...", "send those away, or all", answerKnocks("refuse")},

		{"ban list", "ROOM", "the bans of a room", (*operating).listBans},
		{"ban add", "ROOM ACCOUNT", "keep an account, or the subject of a token, out", (*operating).addBan},
		{"ban delete", "ROOM BAN", "end a ban", (*operating).deleteBan},

		{"invite", "ROOM", "make an invitation, and print its link", (*operating).invite},
		{"backup", "FILE", "write everything that is kept into a file, for \"salon restore\"", (*operating).backup},
	}
}

// of is the address of something in the room of the command line.
func (o *operating) of(parts ...string) string {
	path := "/rooms/" + url.PathEscape(o.args[0])
	for _, part := range parts {
		path += "/" + url.PathEscape(part)
	}
	return path
}

// done is a verb that needs the room alone.
func done(method, path string, body any, text string) func(*operating) error {
	return func(o *operating) error {
		if err := o.do(method, o.of()+path, body, nil); err != nil {
			return err
		}
		return o.say("%s", text)
	}
}

func lockVerb(locked bool) func(*operating) error {
	text := map[bool]string{true: "Nobody new comes in.", false: "The room is open."}[locked]
	return done("PUT", "/lock", protocol.Lock{Locked: locked}, text)
}

// table prints rows whose cells are separated by tabs.
func (o *operating) table(rows func(w *tabwriter.Writer)) {
	w := tabwriter.NewWriter(o.stdout, 0, 0, 2, ' ', 0)
	rows(w)
	_ = w.Flush()
}

func (o *operating) listRooms() error {
	all := []rooms.RoomEntry{}
	for after := ""; ; {
		var page struct {
			Rooms []rooms.RoomEntry `json:"rooms"`
			Next  string            `json:"next"`
		}
		if err := o.do("GET", "/rooms?limit=500&after="+url.QueryEscape(after), nil, &page); err != nil {
			return err
		}
		all = append(all, page.Rooms...)
		if after = page.Next; after == "" {
			break
		}
	}
	return o.show(all, func() {
		o.table(func(w *tabwriter.Writer) {
			fmt.Fprintln(w, "ROOM\tIN IT\tWAITING\t\tTITLE")
			for _, r := range all {
				fmt.Fprintf(w, "%s\t%d\t%d\t%s\t%s\n", r.Name, r.Participants, r.Waiting, remarks(r), printable(r.Title))
			}
		})
		for _, r := range all {
			if r.Problem != "" {
				fmt.Fprintf(o.stdout, "The file of %s is wrong: %s\n", r.Name, printable(r.Problem))
			}
		}
	})
}

// remarks are what is special about a room.
func remarks(r rooms.RoomEntry) string {
	var words []string
	if r.Persistent {
		words = append(words, "kept")
	}
	if r.Locked {
		words = append(words, "locked")
	}
	if r.Problem != "" {
		words = append(words, "file is wrong")
	}
	return strings.Join(words, ", ")
}

// printable keeps what participants wrote from steering the terminal.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 {
			return '?'
		}
		return r
	}, text)
}

func (o *operating) details() (d rooms.RoomDetails, err error) {
	err = o.do("GET", o.of(), nil, &d)
	return d, err
}

func (o *operating) showRoom() error {
	d, err := o.details()
	if err != nil {
		return err
	}
	return o.show(d, func() {
		fmt.Fprintf(o.stdout, "%s: %s (%s)\n", d.Name, printable(d.Title), cmp.Or(remarks(d.RoomEntry), "not kept"))
		if d.Problem != "" {
			fmt.Fprintf(o.stdout, "Its file is wrong: %s\n", d.Problem)
		}
		o.people(d.People)
		for _, k := range d.Lobby {
			fmt.Fprintf(o.stdout, "waits: %s %s\n", k.ID, printable(k.Name))
		}
		o.table(func(w *tabwriter.Writer) {
			for _, s := range d.Settings {
				fmt.Fprintf(w, "%s\t%s\t# %s\n", s.Key, s.Value, s.Origin)
			}
		})
	})
}

func (o *operating) people(list []rooms.ParticipantDetails) {
	o.table(func(w *tabwriter.Writer) {
		for _, p := range list {
			var sources []string
			for _, pub := range p.Publications {
				sources = append(sources, string(pub.Source))
			}
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", p.ID, p.Role, p.State, strings.Join(sources, ","), printable(p.Name))
		}
	})
}

func (o *operating) listPeople() error {
	d, err := o.details()
	if err != nil {
		return err
	}
	return o.show(d.People, func() { o.people(d.People) })
}

// person finds the participant, or the one who waits, that is meant by an id or a name.
func (o *operating) person(meant string) (id string, err error) {
	d, err := o.details()
	if err != nil {
		return "", err
	}
	named := map[string]string{}
	for _, p := range d.People {
		named[p.ID] = p.Name
	}
	for _, k := range d.Lobby {
		named[k.ID] = k.Name
	}
	if _, ok := named[meant]; ok {
		return meant, nil
	}
	for key, name := range named {
		if name != meant {
			continue
		}
		if id != "" {
			return "", fmt.Errorf("more than one is called %q: use the id, which \"salon participant list\" shows", meant)
		}
		id = key
	}
	if id == "" {
		return "", fmt.Errorf("nobody in the room is %q: \"salon participant list %s\" shows who is there", meant, o.args[0])
	}
	return id, nil
}

// toPerson sends a request about the person of the command line.
func (o *operating) toPerson(method, verb string, body any) error {
	id, err := o.person(o.args[1])
	if err != nil {
		return err
	}
	if err := o.do(method, o.of("participants", id, verb), body, nil); err != nil {
		return err
	}
	return o.say("Done.")
}

func (o *operating) mute() error {
	return o.toPerson("POST", "silence", map[string]string{"source": o.source})
}

func (o *operating) setRole() error {
	return o.toPerson("PUT", "role", map[string]string{"role": o.args[2]})
}

func putOut(verb string) func(*operating) error {
	return func(o *operating) error { return o.toPerson("POST", verb, map[string]string{"message": o.message}) }
}

// day shows a moment of the wire.
func day(milli int64) string { return time.UnixMilli(milli).UTC().Format("2006-01-02 15:04Z") }
