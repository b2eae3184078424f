package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"salon/rooms"
	"salon/rooms/store"
	"salon/signaling/protocol"
)

// settingsVerb changes settings, written as KEY=VALUE.
func settingsVerb(method string) func(*operating) error {
	return func(o *operating) error {
		changes := map[string]string{}
		for _, arg := range o.args[1:] {
			key, value, ok := strings.Cut(arg, "=")
			if !ok {
				return fmt.Errorf("%q is no setting: write KEY=VALUE, such as policy.speak=ask", arg)
			}
			changes[key] = value
		}
		var all protocol.Settings
		if err := o.do(method, o.of(), map[string]any{"settings": changes}, &all); err != nil {
			return err
		}
		return o.show(all, func() {
			if len(changes) == 0 {
				fmt.Fprintln(o.stdout, "The room is kept.")
			}
			for _, s := range all.Settings {
				if _, changed := changes[s.Key]; changed {
					fmt.Fprintf(o.stdout, "%s: %s\n", s.Key, s.Value)
				}
			}
		})
	}
}

func (o *operating) listLobby() error {
	var l protocol.Lobby
	if err := o.do("GET", o.of("lobby"), nil, &l); err != nil {
		return err
	}
	return o.show(l.Waiting, func() {
		o.table(func(w *tabwriter.Writer) {
			for _, k := range l.Waiting {
				fmt.Fprintf(w, "%s\t%s\t%s\n", k.ID, day(k.Since), printable(k.Name))
			}
		})
	})
}

// answerKnocks admits or refuses those who are named, or all.
func answerKnocks(verb string) func(*operating) error {
	return func(o *operating) error {
		ids := []string{}
		for _, meant := range o.args[1:] {
			id, err := o.person(meant)
			if err != nil {
				return err
			}
			ids = append(ids, id)
		}
		if err := o.do("POST", o.of("lobby", verb), map[string]any{"participants": ids}, nil); err != nil {
			return err
		}
		return o.say("Done.")
	}
}

func (o *operating) listBans() error {
	var b protocol.Bans
	if err := o.do("GET", o.of("bans"), nil, &b); err != nil {
		return err
	}
	return o.show(b.Bans, func() {
		o.table(func(w *tabwriter.Writer) {
			for _, one := range b.Bans {
				until := "for good"
				if one.Until > 0 {
					until = "until " + day(one.Until)
				}
				fmt.Fprintf(w, "%s\t%s\t%s\tby %s\n", one.ID, printable(one.Name), until, printable(one.By))
			}
		})
	})
}

func (o *operating) addBan() error {
	if err := o.do("POST", o.of("bans"), map[string]string{"subject": o.args[1]}, nil); err != nil {
		return err
	}
	return o.say("Banned.")
}

func (o *operating) deleteBan() error {
	if err := o.do("DELETE", o.of("bans", o.args[1]), nil, nil); err != nil {
		return err
	}
	return o.say("The ban has ended.")
}

func (o *operating) invite() error {
	role := o.role
	if role == "" {
		role = string(protocol.RoleParticipant)
	}
	var i protocol.Invitation
	wish := protocol.Invite{Role: protocol.Role(role), Name: o.name, Expires: int(o.expires / time.Second), Uses: o.uses}
	if err := o.do("POST", o.of("invitations"), wish, &i); err != nil {
		return err
	}
	key, _ := rooms.RoomKey(o.args[0])
	return o.show(i, func() {
		fmt.Fprintf(o.stdout, "%s/%s?invite=%s\nvalid until %s\n", o.pages, key, i.Code, day(i.Until))
	})
}

// backup writes beside the file first, so that what is there is whole at any time.
func (o *operating) backup() error {
	path := o.args[0]
	response, err := o.send(context.Background(), http.MethodGet, "/backup", nil)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	file, err := os.CreateTemp(filepath.Dir(path), ".salon-backup-*") // mode 0600
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(file.Name()) }()
	_, err = io.Copy(file, response.Body)
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		return fmt.Errorf("the backup was not written: %w", err)
	}
	n, err := store.Check(file.Name())
	if err != nil {
		return fmt.Errorf("what came is no backup: %w", err)
	}
	if err := os.Rename(file.Name(), path); err != nil {
		return err
	}
	return o.say("%s holds %d rooms.", path, n)
}
