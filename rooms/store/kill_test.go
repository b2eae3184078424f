package store

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// childEnv makes the test binary the process that is killed; its value is the path of the store.
const childEnv = "SALON_STORE_CHILD"

// child stages lines for ever and says each that is acknowledged.
func child() {
	s, err := Open(os.Getenv(childEnv))
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	r, _ := s.Room("r")
	for id := r.Meta.NextLine + 1; ; id++ {
		p := s.Stage("r", PutMeta(Meta{NextLine: id}), PutLine(Line{ID: id}), PutBan(Ban{ID: strconv.FormatUint(id, 10)}))
		if p.Wait(context.Background()) == nil {
			fmt.Println(id)
		}
	}
}

// TestWhatWasAcknowledgedSurvivesAKill kills a process 100 times right after an acknowledgement.
func TestWhatWasAcknowledgedSurvivesAKill(t *testing.T) {
	runs := 100
	if testing.Short() {
		runs = 10
	}
	path := filepath.Join(t.TempDir(), "salon.db")
	acknowledged := uint64(0)
	for run := range runs {
		acknowledged = killAfter(t, path, 1+run%5, acknowledged)
		s, err := Open(path)
		if err != nil {
			t.Fatalf("run %d: %v", run, err)
		}
		r, _ := s.Room("r")
		if r.Meta.NextLine < acknowledged || uint64(len(r.Lines)) != r.Meta.NextLine || uint64(len(r.Bans)) != r.Meta.NextLine {
			t.Fatalf("run %d: %d were acknowledged; on disk are %d, %d lines and %d bans", run, acknowledged, r.Meta.NextLine, len(r.Lines), len(r.Bans))
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// killAfter runs a child until it has acknowledged n more, kills it, and returns the newest that it acknowledged.
func killAfter(t *testing.T, path string, n int, newest uint64) uint64 {
	t.Helper()
	c := exec.Command(os.Args[0])
	c.Env = append(os.Environ(), childEnv+"="+path)
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for said := 0; lines.Scan(); {
		id, err := strconv.ParseUint(strings.TrimSpace(lines.Text()), 10, 64)
		if err != nil {
			t.Errorf("the child says %q", lines.Text())
			break
		}
		newest = max(newest, id)
		if said++; said == n {
			if err := c.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	_ = c.Wait() // killed
	return newest
}
