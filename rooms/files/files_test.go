package files

import (
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"salon/rooms/policy"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func fold(name string) (string, bool) {
	name = strings.ToLower(name)
	return name, name != "" && !strings.ContainsAny(name, "/ ")
}

// folder is a folder that a test writes into and looks at when it likes.
type folder struct {
	*Folder
	t       *testing.T
	path    string
	written time.Time // every write is later than the one before, whatever the clock of the disk can tell apart
}

func newFolder(t *testing.T, files map[string]string) *folder {
	t.Helper()
	f := &folder{t: t, path: t.TempDir(), written: time.Unix(1_700_000_000, 0)}
	for name, text := range files {
		f.write(name, text)
	}
	var err error
	if f.Folder, err = Open(f.path, fold, slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	return f
}

func (f *folder) write(name, text string) {
	f.t.Helper()
	path := filepath.Join(f.path, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		f.t.Fatal(err)
	}
	f.written = f.written.Add(time.Second)
	if err := os.Chtimes(path, f.written, f.written); err != nil {
		f.t.Fatal(err)
	}
}

func (f *folder) remove(name string) {
	f.t.Helper()
	if err := os.Remove(filepath.Join(f.path, name)); err != nil {
		f.t.Fatal(err)
	}
}

// finds looks, and compares which rooms are another and which files are wrong.
func (f *folder) finds(changed, wrong string) {
	f.t.Helper()
	keys, err := f.look()
	if err != nil {
		f.t.Fatal(err)
	}
	if got := strings.Join(keys, " "); got != changed {
		f.t.Errorf("changed: %q, want %q", got, changed)
	}
	var names []string
	for name := range f.Problems() {
		names = append(names, name)
	}
	if got := strings.Join(names, " "); got != wrong {
		f.t.Errorf("wrong: %q, want %q", got, wrong)
	}
}

func (f *folder) speak(key string) policy.Rule { return f.Room(key).Room.Policy.Speak.Rule }

func TestAFileThatChanges(t *testing.T) {
	f := newFolder(t, map[string]string{"kitchen.yaml": "policy: {speak: ask}", "notes.txt": "nothing", ".hidden.yaml": "policy: {speak: ask}"})
	if got := f.Keys(); len(got) != 1 || f.speak("kitchen") != policy.Ask {
		t.Fatalf("rooms %q", got)
	}
	f.finds("", "")
	f.write("kitchen.yaml", "policy: {speak: moderators}")
	f.finds("kitchen", "")
	if f.speak("kitchen") != policy.Moderators {
		t.Error("the room has not changed")
	}
	f.write("kitchen.yaml", "policy: {speek: ask}")
	f.finds("", "kitchen.yaml")
	if f.speak("kitchen") != policy.Moderators {
		t.Error("a wrong file changed the room")
	}
	if err := f.Err(); err == nil || !strings.Contains(err.Error(), "speek") {
		t.Errorf("the problem is told as %v", err)
	}
	f.write("kitchen.yaml", "policy: {speak: nobody}")
	f.finds("kitchen", "")
	f.write("kitchen.yaml", "room: Cellar\npolicy: {speak: nobody}")
	f.finds("cellar kitchen", "")
	if len(f.Room("kitchen").Origins) != 0 || len(f.Room("cellar").Origins) == 0 {
		t.Error("the file is not the other room's")
	}
	f.remove("kitchen.yaml")
	f.finds("cellar", "")
	if len(f.Keys()) != 0 || f.Err() != nil {
		t.Errorf("left: %q, %v", f.Keys(), f.Err())
	}
}

// A file that was never right keeps its room closed to who has nothing but the link.
func TestAFileThatWasNeverRight(t *testing.T) {
	f := newFolder(t, map[string]string{"board.yaml": "join: {guests: deni}"})
	p := policy.Merge(policy.Site{}, f.Room("board"))
	if p.Join.Guests != policy.GuestsDeny || !strings.Contains(p.Origin("join.guests"), "board.yaml") {
		t.Errorf("guests: %s, by %s", p.Join.Guests, p.Origin("join.guests"))
	}
	if keys := f.Keys(); !slices.Equal(keys, []string{"board"}) {
		t.Errorf("rooms: %v", keys)
	}
	if err := f.Problem("board"); err == nil || !strings.Contains(err.Error(), "board.yaml:1: join.guests") {
		t.Errorf("what is wrong: %v", err)
	}
	f.write("board.yaml", "join: {guests: ask}")
	f.finds("board", "")
	if keys, err := f.Keys(), f.Problem("board"); !slices.Equal(keys, []string{"board"}) || err != nil {
		t.Errorf("repaired: %v, %v", keys, err)
	}
	if got := f.Room("board").Room.Join.Guests; got != policy.GuestsAsk {
		t.Errorf("repaired: %s", got)
	}
}

func TestTwoFilesOfOneRoom(t *testing.T) {
	f := newFolder(t, map[string]string{"a.yaml": "policy: {speak: ask}"})
	f.write("b.yml", "room: A\npolicy: {speak: nobody}")
	f.finds("", "b.yml")
	if f.speak("a") != policy.Ask {
		t.Error("the second file has taken the room")
	}
	f.remove("a.yaml")
	f.finds("a", "b.yml") // the first look finds the file gone, the next one the room free
	f.finds("a", "")
	if f.speak("a") != policy.Nobody {
		t.Error("the file that is left is not the room's")
	}
}

func TestFilesThatCannotBe(t *testing.T) {
	f := newFolder(t, nil)
	f.write("huge.yaml", "title: x\n#"+strings.Repeat("x", maxSize))
	f.finds("", "huge.yaml")
	f.remove("huge.yaml")
	f.write("a b.yaml", "title: x")
	f.finds("", "a b.yaml")
	f.remove("a b.yaml")
	f.finds("", "")
	if _, err := Open(filepath.Join(f.path, "nowhere"), fold, slog.New(slog.DiscardHandler)); err == nil {
		t.Error("a folder that is not there was opened")
	}
}

// The watch tells of a room once for each change, and ends.
func TestWatch(t *testing.T) {
	f := newFolder(t, map[string]string{"kitchen.yaml": "policy: {speak: ask}"})
	synctest.Test(t, func(t *testing.T) {
		f.done = make(chan struct{}) // of this bubble
		var told []string
		f.Watch(func(key string) { told = append(told, key) })
		f.write("kitchen.yaml", "policy: {speak: nobody}")
		<-time.After(3 * interval)
		synctest.Wait()
		if strings.Join(told, " ") != "kitchen" {
			t.Errorf("told of %q", told)
		}
		if err := os.RemoveAll(f.path); err != nil {
			t.Error(err)
		}
		<-time.After(interval)
		synctest.Wait()
		if f.Err() == nil || f.speak("kitchen") != policy.Nobody {
			t.Error("a folder that cannot be read is not told of, or its rooms are gone")
		}
		f.Close()
	})
}
