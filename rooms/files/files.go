// Package files reads a folder of room files and notices when one changes.
//
// A file that is wrong takes no room down: the room keeps the newest file that was right, and what is wrong is told until it is
// repaired. Where none was right before, nobody enters the room by its link alone: what was meant may be stricter than what holds
// without a file. What a file means is package rooms/policy's matter.
package files

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
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
	interval = 2 * time.Second // between two looks at the folder
	maxFiles = 10_000
	maxSize  = 64 << 10 // bytes of one file
)

// Folder is the room files of a folder. Safe for concurrent use.
type Folder struct {
	path string
	fold func(name string) (key string, ok bool)
	log  *slog.Logger

	mu       sync.Mutex             // leaf; guards all below
	seen     map[string]version     // by file name
	rooms    map[string]policy.File // by key: the newest that was right
	problems map[string]error       // by file name

	done     chan struct{}
	finished sync.WaitGroup
}

// version tells whether a file is another than before.
type version struct {
	size     int64
	modified time.Time
	key      string // of the room; "" while no version of the file was right
}

// Open reads the folder; fold makes keys of names. The error says why it cannot be read; a file that is wrong is no error.
func Open(path string, fold func(string) (string, bool), log *slog.Logger) (*Folder, error) {
	f := &Folder{
		path: path, fold: fold, log: log, seen: map[string]version{}, rooms: map[string]policy.File{},
		problems: map[string]error{}, done: make(chan struct{}),
	}
	if _, err := f.look(); err != nil {
		return nil, err
	}
	return f, nil
}

// Watch goes on looking, until Close, and calls changed, on a goroutine of its own, for every room whose file is another.
func (f *Folder) Watch(changed func(key string)) {
	f.finished.Go(func() { f.watch(changed) })
}

// Room returns the file of a room, zero when there is none.
func (f *Folder) Room(key string) policy.File {
	f.mu.Lock()
	defer f.mu.Unlock()
	if file, ok := f.rooms[key]; ok {
		return file
	}
	for name, v := range f.seen {
		if k, ok := f.fold(stem(name)); v.key == "" && ok && k == key {
			return closed(name)
		}
	}
	return policy.File{}
}

// closed is what holds in the room of a file that was never right.
func closed(name string) policy.File {
	file := policy.File{Room: policy.Default(), Origins: map[string]string{"join.guests": name + ", which is wrong"}}
	file.Room.Join.Guests = policy.GuestsDeny
	return file
}

// stem is a file's name without its extension.
func stem(name string) string { return strings.TrimSuffix(name, filepath.Ext(name)) }

// Keys lists the rooms that have a file, be it one that was never right.
func (f *Folder) Keys() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	keys := slices.Collect(maps.Keys(f.rooms))
	for name, v := range f.seen {
		if key, ok := f.fold(stem(name)); ok && v.key == "" {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

// Problems says what is wrong, by file name; "" is the folder itself.
func (f *Folder) Problems() map[string]error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return maps.Clone(f.problems)
}

// Problem says what is wrong with the file of a room, nil when nothing is.
func (f *Folder) Problem(key string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	for name, err := range f.problems {
		folded, _ := f.fold(stem(name))
		if name != "" && (f.seen[name].key == key || folded == key) {
			return named(name, err)
		}
	}
	return nil
}

// named says which file is wrong, where the error does not.
func named(name string, err error) error {
	if strings.HasPrefix(err.Error(), name+":") {
		return err
	}
	return fmt.Errorf("%s: %w", name, err)
}

// Close ends the watching.
func (f *Folder) Close() {
	close(f.done)
	f.finished.Wait()
}

func (f *Folder) watch(changed func(key string)) {
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	for {
		select {
		case <-f.done:
			return
		case <-ticker.C:
		}
		keys, err := f.look()
		if err != nil {
			f.note("", err)
		}
		for _, key := range keys {
			changed(key)
		}
	}
}

// look reads what has changed in the folder, and returns the rooms that it concerns.
func (f *Folder) look() (changed []string, err error) {
	entries, err := os.ReadDir(f.path)
	if err != nil {
		return nil, fmt.Errorf("the folder of room files cannot be read: %w", err)
	}
	f.note("", nil)
	there := map[string]bool{}
	for _, e := range entries {
		extension := filepath.Ext(e.Name())
		if e.IsDir() || strings.HasPrefix(e.Name(), ".") || extension != ".yaml" && extension != ".yml" {
			continue
		}
		if len(there) == maxFiles {
			f.note("", fmt.Errorf("there are more than %d room files: the others are passed over", maxFiles))
			break
		}
		there[e.Name()] = true
		changed = append(changed, f.visit(e)...)
	}
	return append(changed, f.sweep(there)...), nil
}

// visit reads one file, if it has changed.
func (f *Folder) visit(e fs.DirEntry) (changed []string) {
	info, err := e.Info()
	if err != nil {
		return nil // it has just gone
	}
	name, now := e.Name(), version{size: info.Size(), modified: info.ModTime()}
	f.mu.Lock()
	was, wrong := f.seen[name], f.problems[name] != nil
	f.mu.Unlock()
	if was.size == now.size && was.modified.Equal(now.modified) && !wrong { // what is wrong may be due to another file
		return nil
	}
	room, key, err := f.read(name)
	f.mu.Lock()
	defer f.mu.Unlock()
	if err == nil {
		err = f.taken(name, key)
	}
	now.key = was.key
	if err == nil {
		now.key, f.rooms[key] = key, room
		changed = append(changed, key)
		if was.key != "" && was.key != key {
			delete(f.rooms, was.key)
			changed = append(changed, was.key)
		}
	}
	f.seen[name] = now
	f.tell(name, err)
	return changed
}

// taken says when another file is the room's already. The lock is held.
func (f *Folder) taken(name, key string) error {
	for other, v := range f.seen {
		if other != name && v.key == key {
			return fmt.Errorf("it is for room %q, as %s is: keep one of them", key, other)
		}
	}
	return nil
}

// sweep forgets the files that are gone.
func (f *Folder) sweep(there map[string]bool) (changed []string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for name, v := range f.seen {
		if there[name] {
			continue
		}
		delete(f.seen, name)
		delete(f.problems, name)
		if v.key != "" {
			delete(f.rooms, v.key)
			changed = append(changed, v.key)
		}
	}
	return changed
}

// read reads a file and finds out whose it is: the room that it names, else the one of the file's name.
func (f *Folder) read(name string) (room policy.File, key string, err error) {
	file, err := os.Open(filepath.Join(f.path, name))
	if err != nil {
		return room, "", err
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, maxSize+1))
	if err != nil {
		return room, "", err
	}
	if len(text) > maxSize {
		return room, "", fmt.Errorf("it is larger than %d bytes", maxSize)
	}
	if room, err = policy.Read(name, text); err != nil {
		return room, "", err
	}
	named := room.Room.Name
	if named == "" {
		named = stem(name)
	}
	key, ok := f.fold(named)
	if !ok {
		return room, "", fmt.Errorf("%q is not the name of a room: write room: with 1 to 64 letters, digits, '-', '_' or '.'", named)
	}
	return room, key, nil
}

func (f *Folder) note(name string, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.tell(name, err)
}

// tell notes and logs what is wrong with a file, once. The lock is held.
func (f *Folder) tell(name string, err error) {
	was := f.problems[name]
	switch {
	case err == nil:
		delete(f.problems, name)
		if was != nil {
			f.log.Info("a room file is right again", "file", name)
		}
	case was == nil || was.Error() != err.Error():
		f.problems[name] = err
		f.log.Error("a room file is wrong: the room keeps its rules until it is repaired", "file", name, "error", err)
	}
}

// Err is what is wrong with all of the folder, nil when nothing is.
func (f *Folder) Err() error {
	var all []error
	problems := f.Problems()
	for _, name := range slices.Sorted(maps.Keys(problems)) {
		all = append(all, named(name, problems[name]))
	}
	return errors.Join(all...)
}
