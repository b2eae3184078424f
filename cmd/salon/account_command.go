package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"

	"salon/signaling/accounts"
)

const accountUsage = `Usage: salon account add NAME [FLAGS]
       salon account list [FLAGS]
       salon account delete NAME [FLAGS]

Changes the file of accounts (accounts.file), which a running server reads again by itself. add asks for the password, or reads
it from the standard input: one line. An account that is there gets the new password, and its sessions end.

` + configFlagsUsage

func accountCommand(p *program, args []string) int {
	if asksForHelp(args) {
		fmt.Fprint(p.stderr, accountUsage)
		return exitOK
	}
	verb, args := word(args)
	name := ""
	if verb != "list" {
		name, args = word(args)
	}
	if verb != "list" && (verb != "add" && verb != "delete" || name == "") {
		p.complain("write \"salon account add NAME\", \"salon account list\" or \"salon account delete NAME\"")
		return exitUsage
	}
	f, c := p.newConfigFlags("account "+verb, accountUsage)
	loaded, code, ok := c.read(p, f, args)
	if !ok {
		return code
	}
	if loaded.Accounts.File == "" {
		p.complain("this configuration has no accounts: set accounts.file")
		return exitUsage
	}
	if err := p.account(verb, name, loaded.Accounts.File); err != nil {
		p.complain("%v", err)
		return exitError
	}
	return exitOK
}

func (p *program) account(verb, name, path string) error {
	all, err := accounts.Read(path)
	if err != nil {
		return err
	}
	if verb == "list" {
		for _, name := range slices.Sorted(maps.Keys(all)) {
			fmt.Fprintln(p.stdout, name)
		}
		return nil
	}
	subject, err := accounts.ParseName(name)
	if err != nil {
		return fmt.Errorf("%q %w", name, err)
	}
	if verb == "delete" {
		if all[subject] == "" {
			return fmt.Errorf("there is no account %s", subject)
		}
		delete(all, subject)
		return accounts.Write(path, all)
	}
	password, err := p.password(string(subject))
	if err != nil {
		return err
	}
	if all[subject], err = accounts.Hash(password); err != nil {
		return err
	}
	if err := accounts.Write(path, all); err != nil {
		return err
	}
	fmt.Fprintf(p.stdout, "%s has an account. Make it owner of a room with owners: [%s] in the room's file.\n", subject, subject)
	return nil
}

// password reads one line, without showing it where somebody types it.
func (p *program) password(name string) (string, error) {
	if p.stdin == nil {
		return "", errors.New("the password is read from the standard input: write it there")
	}
	if file, ok := p.stdin.(*os.File); ok {
		if restore, ok := hideTyping(file); ok {
			fmt.Fprintf(p.stderr, "Password of %s (%d bytes or more): ", name, accounts.MinPassword)
			defer func() {
				restore()
				fmt.Fprintln(p.stderr)
			}()
		}
	}
	line, err := bufio.NewReader(io.LimitReader(p.stdin, accounts.MaxPassword+2)).ReadString('\n')
	if err != nil && err != io.EOF {
		return "", err
	}
	return strings.TrimRight(line, "\r\n"), nil
}
