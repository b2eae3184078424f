package main

import (
	"fmt"

	"salon/rooms/store"
)

const restoreUsage = `Usage: salon restore BACKUP [FLAGS]

Puts a backup in the place of what the server keeps of its rooms. Stop the server first. What was there before stays beside it,
with ".old" added to its name.
` + configFlagsUsage

func restoreCommand(p *program, args []string) int {
	f, c := p.newConfigFlags("restore", restoreUsage)
	backup, args := word(args)
	if code, ok := p.parse(f, args); !ok {
		return code
	}
	if backup == "" {
		p.complain("name the backup first: \"salon restore salon-backup.db\"")
		return exitUsage
	}
	loaded, ok := c.load(p)
	if !ok {
		return exitUsage
	}
	path, _ := storePath(loaded.Config.Rooms.Store)
	if path == "" {
		p.complain("this server keeps nothing: set rooms.store to a file")
		return exitUsage
	}
	if err := store.Restore(backup, path); err != nil {
		p.complain("%v", err)
		return exitError
	}
	n, err := store.Check(path)
	if err != nil {
		p.complain("%v", err)
		return exitError
	}
	fmt.Fprintf(p.stdout, "%s keeps %d rooms now. Start the server.\n", path, n)
	return exitOK
}
