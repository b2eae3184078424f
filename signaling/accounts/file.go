package accounts

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"salon/rooms/policy"
)

const (
	maxFile     = 4 << 20 // bytes
	maxAccounts = 10_000
)

// ParseName returns the account that a name means, folded as policies fold names.
func ParseName(name string) (policy.Subject, error) {
	subject, err := policy.ParseSubject(strings.TrimSpace(name))
	if err == nil && strings.ContainsAny(string(subject), ":/#\n") {
		err = errors.New("is not a name for an account: leave out ':', '/' and '#'")
	}
	return subject, err
}

// parse reads a file: NAME:HASH in each line; empty lines and those that begin with # are passed over.
func parse(text string) (map[policy.Subject]string, error) {
	all := map[policy.Subject]string{}
	number := 0
	for line := range strings.Lines(text) {
		number++
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		name, hashed, _ := strings.Cut(line, ":")
		subject, err := ParseName(name)
		if err == nil {
			_, err = parseHash(hashed)
		}
		switch {
		case err != nil:
			return nil, fmt.Errorf("line %d: %w", number, err)
		case all[subject] != "":
			return nil, fmt.Errorf("line %d: %s is there twice: keep one line", number, subject)
		case len(all) == maxAccounts:
			return nil, fmt.Errorf("it has more than %d accounts", maxAccounts)
		}
		all[subject] = hashed
	}
	return all, nil
}

// Read reads the accounts of a file: their hashes by name. A file that is not there has none.
func Read(path string) (map[policy.Subject]string, error) {
	file, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return map[policy.Subject]string{}, nil
	}
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	text, err := io.ReadAll(io.LimitReader(file, maxFile+1))
	if err != nil {
		return nil, err
	}
	if len(text) > maxFile {
		return nil, fmt.Errorf("%s has more than %d bytes", path, maxFile)
	}
	all, err := parse(string(text))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return all, nil
}

// Write replaces a file, whole or not at all; only its owner can read it.
func Write(path string, all map[policy.Subject]string) error {
	var b strings.Builder
	b.WriteString("# Accounts of Salon: \"salon account add NAME\" writes a line.\n")
	for _, name := range slices.Sorted(maps.Keys(all)) {
		fmt.Fprintf(&b, "%s:%s\n", name, all[name])
	}
	file, err := os.CreateTemp(filepath.Dir(path), ".salon-accounts-*") // mode 0600
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(file.Name()) }()
	_, err = file.WriteString(b.String())
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		return err
	}
	return os.Rename(file.Name(), path)
}

// list is the accounts of a file, which is read again when it has changed. While it is wrong, the newest that was right holds.
type list struct {
	path string
	log  *slog.Logger

	mu       sync.Mutex // guards what follows; held while the file is read, which is small and rare
	accounts map[policy.Subject]string
	size     int64
	modified time.Time
}

func openList(path string, log *slog.Logger) (*list, error) {
	l := &list{path: path, log: log}
	var err error
	l.accounts, err = Read(path)
	return l, err
}

// hash returns the hash of an account; "": there is no such account.
func (l *list) hash(name policy.Subject) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.refresh()
	return l.accounts[name]
}

// refresh reads the file if it is another. The lock is held.
func (l *list) refresh() {
	var size int64
	var modified time.Time
	if info, err := os.Stat(l.path); err == nil {
		size, modified = info.Size(), info.ModTime()
	}
	if size == l.size && modified.Equal(l.modified) {
		return
	}
	l.size, l.modified = size, modified
	accounts, err := Read(l.path)
	if err != nil {
		l.log.Error("the file of accounts is wrong: those that were there hold until it is repaired", "error", err)
		return
	}
	l.accounts = accounts
}
