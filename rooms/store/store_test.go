package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
	"pgregory.net/rapid"
)

func TestMain(m *testing.M) {
	if os.Getenv(childEnv) != "" {
		child()
		return
	}
	goleak.VerifyTestMain(m)
}

var at = time.Date(2026, 3, 1, 18, 0, 0, 0, time.UTC)

func open(t *testing.T, path string) *Store {
	t.Helper()
	s, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func stage(t *testing.T, s *Store, room string, changes ...Change) {
	t.Helper()
	if err := s.Stage(room, changes...).Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestEverythingSurvivesAReopening(t *testing.T) {
	path := filepath.Join(t.TempDir(), "deep", "salon.db")
	s := open(t, path)
	want := Room{
		Meta:        Meta{Title: "Kitchen", Settings: map[string]string{"policy.speak": "ask"}, Locked: true, NextLine: 3},
		Standings:   map[string]Standing{"subject:ada": {Role: "moderator", Grants: map[string]bool{"video": false}, Admitted: true, At: at}},
		Bans:        map[string]Ban{"b1": {ID: "b1", Name: "Mallory", By: "Ada", Device: "d", At: at, Until: at.Add(time.Hour)}},
		Invitations: map[string]Invitation{"i1": {ID: "i1", Digest: "x", Role: "viewer", By: "Ada", Until: at, Left: 2}},
		Lines:       []Line{{ID: 1, Name: "Ada", Text: "one", At: at}, {ID: 3, Name: "Ada", Text: "three", At: at}},
		Sessions:    map[string]Session{"d1": {Account: "ada", Proof: "p", Since: at, Until: at.Add(time.Hour)}},
	}
	stage(t, s, "kitchen", PutMeta(want.Meta), PutStanding("subject:ada", want.Standings["subject:ada"]), PutBan(want.Bans["b1"]),
		PutInvitation(want.Invitations["i1"]), PutLine(want.Lines[1]), PutLine(Line{ID: 2, Text: "gone"}), PutLine(want.Lines[0]),
		PutSession("d1", want.Sessions["d1"]), PutSession("d2", Session{}), DeleteSession("d2"))
	stage(t, s, "kitchen", DeleteLine(2))
	stage(t, s, "hall", PutMeta(Meta{Locked: true}))
	stage(t, s, "hall", PutMeta(Meta{}))
	for _, when := range []string{"before", "after"} {
		if got, ok := s.Room("kitchen"); !ok || !reflect.DeepEqual(got, want) {
			t.Fatalf("%s reopening: %+v\nwant %+v", when, got, want)
		}
		if keys := s.Keys(); len(keys) != 1 {
			t.Fatalf("%s reopening rooms %q are kept, want kitchen only", when, keys)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		s = open(t, path)
	}
}

func TestARoomIsTheCallersOwn(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "salon.db"))
	settings := map[string]string{"a": "1"}
	stage(t, s, "r", PutMeta(Meta{Settings: settings}), PutBan(Ban{ID: "b"}), PutLine(Line{ID: 1}))
	settings["a"] = "2"
	mine, _ := s.Room("r")
	mine.Meta.Settings["a"], mine.Lines[0].Text = "3", "mine"
	delete(mine.Bans, "b")
	if got, _ := s.Room("r"); got.Meta.Settings["a"] != "1" || len(got.Bans) != 1 || got.Lines[0].Text != "" {
		t.Errorf("a caller changed the store: %+v", got)
	}
}

func TestForgetKeepsBansThatHold(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "salon.db"))
	stage(t, s, "r", PutMeta(Meta{Title: "R", NextLine: 9}), PutStanding("x", Standing{Role: "viewer"}), PutInvitation(Invitation{ID: "i"}),
		PutLine(Line{ID: 9}), PutBan(Ban{ID: "old", Until: at}), PutBan(Ban{ID: "new", Until: at.Add(time.Second)}))
	if err := s.Forget("r", at).Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	want := *newRoom()
	want.Bans["new"] = Ban{ID: "new", Until: at.Add(time.Second)}
	want.Lines = []Line{}
	if got, _ := s.Room("r"); !reflect.DeepEqual(got, want) {
		t.Errorf("kept: %+v, want %+v", got, want)
	}
}

// TestAnyScriptIsReadBack compares memory before and after a reopening.
func TestAnyScriptIsReadBack(t *testing.T) {
	folder := t.TempDir()
	runs := 0
	rapid.Check(t, func(rt *rapid.T) {
		runs++
		path := filepath.Join(folder, fmt.Sprint(runs))
		s, err := Open(path)
		if err != nil {
			rt.Fatal(err)
		}
		var last *Pending
		for range rapid.IntRange(1, 30).Draw(rt, "changes") {
			id := rapid.SampledFrom([]string{"a", "b", "c"}).Draw(rt, "id")
			n := uint64(rapid.IntRange(1, 4).Draw(rt, "n"))
			last = s.Stage(rapid.SampledFrom([]string{"r", "q"}).Draw(rt, "room"), rapid.SampledFrom([]Change{
				PutMeta(Meta{Title: id, NextLine: n}), PutMeta(Meta{}), PutStanding(id, Standing{Role: "viewer"}), DeleteStanding(id),
				PutBan(Ban{ID: id, Name: id}), DeleteBan(id), PutInvitation(Invitation{ID: id}), DeleteInvitation(id),
				PutLine(Line{ID: n, Text: id}), DeleteLine(n), PutSession(id, Session{Account: id}), DeleteSession(id),
			}).Draw(rt, "change"))
		}
		if err := last.Wait(context.Background()); err != nil {
			rt.Fatal(err)
		}
		before := map[string]Room{}
		for _, key := range s.Keys() {
			before[key], _ = s.Room(key)
		}
		if err := s.Close(); err != nil {
			rt.Fatal(err)
		}
		if s, err = Open(path); err != nil {
			rt.Fatal(err)
		}
		defer s.Close()
		if len(s.Keys()) != len(before) {
			rt.Fatalf("rooms %q, want %v", s.Keys(), before)
		}
		for key, want := range before {
			if got, _ := s.Room(key); fmt.Sprint(got) != fmt.Sprint(want) {
				rt.Fatalf("%s: %+v, want %+v", key, got, want)
			}
		}
	})
}

// brokenDisk fails until it is repaired.
type brokenDisk struct {
	mu      sync.Mutex
	broken  bool
	writes  int
	written []string
}

func (d *brokenDisk) write(batch []*Pending) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.writes++
	if d.broken {
		return errors.New("no space left")
	}
	for _, p := range batch {
		for _, c := range p.changes {
			d.written = append(d.written, c.key)
		}
	}
	return nil
}

func (d *brokenDisk) Close() error { return nil }

func TestABrokenDiskIsToldAndWhatWaitsIsWrittenLater(t *testing.T) {
	d := &brokenDisk{broken: true}
	s := start(d, map[string]*Room{})
	defer s.Close()
	if err := s.Stage("r", PutBan(Ban{ID: "one"})).Wait(t.Context()); err == nil {
		t.Fatal("a change that was not written was acknowledged")
	}
	if _, ok := s.Room("r"); !ok || s.Err() == nil {
		t.Error("the ban is not in force, or the store does not tell that its disk is broken")
	}
	d.mu.Lock()
	d.broken = false
	d.mu.Unlock()
	if err := s.Stage("r", PutBan(Ban{ID: "two"})).Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	if s.Err() != nil || fmt.Sprint(d.written) != "[one two]" {
		t.Errorf("written %v, error %v; want both bans in order and none", d.written, s.Err())
	}
}

func TestChangesThatWaitAreBounded(t *testing.T) {
	d := &brokenDisk{broken: true}
	s := start(d, map[string]*Room{})
	defer s.Close()
	refused := 0
	for i := range maxWaiting + 10 {
		if p := s.Stage("r", PutLine(Line{ID: uint64(i + 1)})); isDone(p) && errors.Is(p.err, ErrBusy) {
			refused++
		}
	}
	if r, _ := s.Room("r"); refused != 10 || len(r.Lines) != maxWaiting {
		t.Errorf("%d were refused and %d are in memory, want 10 and %d", refused, len(r.Lines), maxWaiting)
	}
}

func isDone(p *Pending) bool {
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}

// TestOneFlushServesMany: changes that are staged while the disk is busy are written together.
func TestOneFlushServesMany(t *testing.T) {
	d := &brokenDisk{}
	s := start(d, map[string]*Room{})
	defer s.Close()
	d.mu.Lock() // the disk is busy
	var all []*Pending
	for i := range 100 {
		all = append(all, s.Stage("r", PutLine(Line{ID: uint64(i + 1)})))
	}
	d.mu.Unlock()
	for _, p := range all {
		if err := p.Wait(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if d.writes > 3 {
		t.Errorf("100 changes took %d writes", d.writes)
	}
}

func TestAClosedStoreRefuses(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "salon.db"))
	s.Close()
	if err := s.Stage("r", PutBan(Ban{ID: "b"})).Wait(t.Context()); !errors.Is(err, ErrClosed) {
		t.Errorf("error %v, want ErrClosed", err)
	}
}

func TestFilesThatCannotBeOpenedSayWhatToDo(t *testing.T) {
	folder := t.TempDir()
	used := filepath.Join(folder, "used.db")
	open(t, used)
	damaged := filepath.Join(folder, "damaged.db")
	if err := os.WriteFile(damaged, bytes.Repeat([]byte("x"), 8192), 0o600); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{used: "stop the other server", damaged: "restore a backup"} {
		if _, err := Open(path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want advice with %q", path, err, want)
		}
	}
}

func TestBackupAndRestore(t *testing.T) {
	folder := t.TempDir()
	path, backup := filepath.Join(folder, "salon.db"), filepath.Join(folder, "backup.db")
	s := open(t, path)
	stage(t, s, "r", PutBan(Ban{ID: "b", Name: "before"}))
	var copied bytes.Buffer
	if err := s.Backup(&copied); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(backup, copied.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	stage(t, s, "r", PutBan(Ban{ID: "b", Name: "after"}))
	if err := Restore(backup, path); err == nil || !strings.Contains(err.Error(), "stop the server") {
		t.Fatalf("a store in use was replaced: %v", err)
	}
	s.Close()
	if err := Restore(backup, path); err != nil {
		t.Fatal(err)
	}
	s = open(t, path)
	if r, _ := s.Room("r"); r.Bans["b"].Name != "before" {
		t.Errorf("restored %+v", r)
	}
	s.Close()
	if n, err := Check(path + ".old"); err != nil || n != 1 {
		t.Errorf("what was there before is not kept: %d rooms, %v", n, err)
	}
	if err := os.Truncate(backup, int64(copied.Len()/2)); err != nil {
		t.Fatal(err)
	}
	if err := Restore(backup, path); err == nil {
		t.Error("half a backup was restored")
	}
	if n, err := Check(path); err != nil || n != 1 {
		t.Errorf("the store was damaged: %d rooms, %v", n, err)
	}
}
