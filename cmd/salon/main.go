package main

import (
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

// Exit codes.
const (
	exitOK    = 0
	exitError = 1 // it was tried and failed, or it was told twice to stop
	exitUsage = 2 // the command line or the configuration is wrong
)

// program is what a command needs from the outside, so that tests can stand in for it.
type program struct {
	environ        []string
	stdin          io.Reader // nil: there is none
	stdout, stderr io.Writer
	signals        <-chan os.Signal
}

// command is one word of the command line.
type command struct {
	name, summary string
	run           func(p *program, args []string) int
}

func commands() []command {
	return []command{
		{"serve", "run the server", serveCommand},
		{"config", "check: say what is wrong with a configuration; print: show all keys, or what is in effect", configCommand},
		{"policy", "check: say what is wrong with a room file; explain: who may do what in the room, and why", policyCommand},
		{"room", "list, show, create, set, lock, unlock, close, delete: rooms of the running server", operatorCommand("room")},
		{"participant", "list, mute, role, remove, ban: who is in a room", operatorCommand("participant")},
		{"lobby", "list, admit, refuse: who waits for a room", operatorCommand("lobby")},
		{"ban", "list, add, delete: who is kept out of a room", operatorCommand("ban")},
		{"invite", "make an invitation to a room", operatorCommand("invite")},
		{"account", "add, list, delete: accounts for owners of rooms", accountCommand},
		{"token", "make: sign a token that lets somebody in", tokenCommand},
		{"backup", "write everything that the running server keeps into a file", operatorCommand("backup")},
		{"restore", "put a backup in the place of what the server keeps of its rooms", restoreCommand},
		{"version", "say which version this is", versionCommand},
		{"help", "show this", helpCommand},
	}
}

func main() {
	signals := make(chan os.Signal, 2) // two, because the second one means something else
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	p := &program{environ: os.Environ(), stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr, signals: signals}
	os.Exit(p.run(os.Args[1:]))
}

func (p *program) run(args []string) int {
	if len(args) == 0 {
		_ = helpCommand(p, nil)
		return exitUsage
	}
	name := args[0]
	if name == "-h" || name == "--help" {
		name = "help"
	}
	for _, c := range commands() {
		if c.name == name {
			return c.run(p, args[1:])
		}
	}
	p.complain("%q is not a command: \"salon help\" lists them", args[0])
	return exitUsage
}

func (p *program) complain(format string, args ...any) {
	fmt.Fprintf(p.stderr, "salon: "+format+"\n", args...)
}

func helpCommand(p *program, _ []string) int {
	fmt.Fprint(p.stdout, "Salon is a self-hosted video-conferencing server.\n\nUsage: salon COMMAND [FLAGS]\n\n")
	for _, c := range commands() {
		fmt.Fprintf(p.stdout, "  %-11s  %s\n", c.name, c.summary)
	}
	fmt.Fprint(p.stdout, "\n\"salon COMMAND --help\" shows the flags of a command, \"salon config print\" every key of the configuration.\n")
	return exitOK
}
