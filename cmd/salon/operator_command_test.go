package main

import (
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"salon/configs"
	"salon/rooms"
)

const adminToken = "qwertzuiopasdfghjklyxcvbnm123456"

// The commands, over the API of a server that runs, as somebody types them.
func TestOperatorCommands(t *testing.T) {
	folder := t.TempDir()
	s := serve(t, "--admin-token="+adminToken, "--rooms-store="+filepath.Join(folder, "salon.db"))
	copied := filepath.Join(folder, "copy.db")
	for _, c := range []struct {
		args           string
		code           int
		stdout, stderr string // part of it, "" for nothing at all
	}{
		{"room list", exitOK, "ROOM", ""},
		{"room show kitchen", exitError, "", "create it first"},
		{"room create Kitchen policy.speak=ask", exitOK, "policy.speak: ask\n", ""},
		{"room create kitchen policy.speak=loud", exitError, "", "policy.speak"},
		{"room set kitchen policy.speak", exitError, "", "KEY=VALUE"},
		{"room set kitchen title=Cuisine talk_mode=floor", exitOK, "title: Cuisine\ntalk_mode: floor\n", ""},
		{"room list", exitOK, "kitchen  0      0        kept  Cuisine", ""},
		{"room list --json", exitOK, `"persistent": true`, ""},
		{"room lock kitchen", exitOK, "Nobody new", ""},
		{"room show kitchen", exitOK, "kitchen: Cuisine (kept, locked)", ""},
		{"room unlock kitchen", exitOK, "open", ""},
		{"participant list kitchen", exitOK, "", ""},
		{"participant mute kitchen Ann", exitError, "", `nobody in the room is "Ann"`},
		{"participant remove kitchen Ann --message bye", exitError, "", `nobody in the room is "Ann"`},
		{"lobby list kitchen", exitOK, "", ""},
		{"lobby admit kitchen", exitOK, "Done.", ""},
		{"ban add kitchen mallory", exitOK, "Banned.", ""},
		{"ban list kitchen", exitOK, "mallory", ""},
		{"ban delete kitchen nobody", exitError, "", "no such"},
		{"invite kitchen --role presenter --uses 1 --expires 1h", exitOK, "/kitchen?invite=", ""},
		{"invite kitchen --role king", exitError, "", "role must be"},
		{"policy explain --room kitchen --right speak", exitOK, "role: participant\nat the door: enter", ""},
		{"policy explain --room nowhere", exitError, "", "create it first"},
		{"backup " + copied, exitOK, "holds 1 rooms", ""},
		{"backup " + folder + "/no/copy.db", exitError, "", "no such file"},
		{"room close kitchen", exitOK, "ended", ""},
		{"room delete kitchen", exitOK, "forgotten", ""},
		{"room show kitchen --admin-token " + strings.Repeat("x", 32), exitError, "", "not the server's admin.token"},
	} {
		args := append(strings.Fields(c.args), "--url", s.HTTP)
		if !strings.Contains(c.args, "--admin-token") {
			args = append(args, "--admin-token", adminToken)
		}
		stdout, stderr, code := output(t, args...)
		if code != c.code || !matches(stdout, c.stdout) || !matches(stderr, c.stderr) {
			t.Errorf("salon %s\ncode %d, want %d\nstdout %q, want %q\nstderr %q, want %q", c.args, code, c.code, stdout, c.stdout, stderr, c.stderr)
		}
	}
	if info, err := os.Stat(copied); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the backup: %v %v", info, err)
	}
	s.stop(t, exitOK)
}

// A room file that was never right is in the list, with its line.
func TestRoomListSaysWhichFileIsWrong(t *testing.T) {
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "board.yaml"), []byte("title: Board\njoin: {guests: deni}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := serve(t, "--admin-token="+adminToken, "--rooms-folder="+folder)
	for args, want := range map[string]string{
		"room list":        "The file of board is wrong: board.yaml:2: join.guests",
		"room list --json": `"problem": "board.yaml:2: join.guests`,
		"room show board":  "Its file is wrong: board.yaml:2: join.guests",
	} {
		stdout, stderr, code := output(t, append(strings.Fields(args), "--url", s.HTTP, "--admin-token", adminToken)...)
		if code != exitOK || !strings.Contains(stdout, want) {
			t.Errorf("salon %s: code %d\nstdout %q\nwant   %q\nstderr %q", args, code, stdout, want, stderr)
		}
	}
	s.stop(t, exitOK)
}

func TestOperatorCommandsWithoutAServer(t *testing.T) {
	stranger := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>")) }))
	defer stranger.Close()
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := free.Addr().String()
	_ = free.Close()
	for _, c := range []struct {
		args   string
		code   int
		stderr string
	}{
		{"room", exitUsage, "salon room list"},
		{"room fly", exitUsage, "salon room list"},
		{"room help", exitOK, "--url URL"},
		{"room list --help", exitOK, "--url URL"},
		{"room list extra", exitUsage, `write "salon room list`},
		{"room show", exitUsage, `write "salon room show ROOM"`},
		{"room set kitchen", exitUsage, `write "salon room set ROOM KEY=VALUE..."`},
		{"invite", exitUsage, `write "salon invite ROOM"`},
		{"room list", exitUsage, "set admin.token"},
		{"room list --admin-token short", exitUsage, "needs 32 or more"},
		{"room list --http-listen :0 --admin-token " + adminToken, exitUsage, "add --url"},
		{"room list --url localhost --admin-token " + adminToken, exitUsage, "write scheme and host"},
		{"room list --http-listen " + address + " --admin-token " + adminToken, exitError, "no server answers at http://" + address + ": start it"},
		{"room list --url " + stranger.URL + " --admin-token " + adminToken, exitError, "is not the administration API"},
		{"token", exitUsage, "salon token make"},
		{"token make", exitUsage, "--room"},
		{"token make --room r --role king", exitUsage, "king"},
		{"token make --room r", exitUsage, "no issuer"},
	} {
		stdout, stderr, code := output(t, strings.Fields(c.args)...)
		if code != c.code || stdout != "" || !matches(stderr, c.stderr) {
			t.Errorf("salon %s\ncode %d, want %d\nstdout %q\nstderr %q, want %q", c.args, code, c.code, stdout, stderr, c.stderr)
		}
	}
	issuer := `--tokens=[{issuer: site, audience: salon, secret: qwertzuiopasdfghjklyxcvbnm123456}]`
	stdout, stderr, code := output(t, "token", "make", "--room", "*", "--name", "Olga", "--role", "moderator", issuer)
	if code != exitOK || strings.Count(stdout, ".") != 2 || stderr != "" {
		t.Errorf("%d %q %q", code, stdout, stderr)
	}
}

func TestTheAPIIsOffWithoutAToken(t *testing.T) {
	s := serve(t)
	if status, _, body := s.get(t, s.HTTP+"/api/v1/rooms"); status != http.StatusNotFound || !strings.Contains(body, "admin.token") {
		t.Errorf("%d %s", status, body)
	}
	s.stop(t, exitOK)
}

// What happens in a room reaches a hook, and what was wrong with a hook is said before the server starts.
func TestWebhooks(t *testing.T) {
	var kinds []string
	for _, k := range rooms.EventKinds {
		kinds = append(kinds, string(k))
	}
	if !slices.Equal(kinds, configs.WebhookEvents) {
		t.Errorf("rooms tell of %v, the configuration knows %v", kinds, configs.WebhookEvents)
	}
	told := make(chan string, 10)
	ear := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { told <- r.Header.Get("Salon-Event") }))
	defer ear.Close()
	s := serve(t, "--admin-token="+adminToken, "--rooms-store="+filepath.Join(t.TempDir(), "salon.db"),
		"--webhooks=[{url: '"+ear.URL+"', secret: "+adminToken+", events: [ban_made], allow_private: true}]")
	for _, args := range [][]string{{"room", "create", "kitchen"}, {"ban", "add", "kitchen", "mallory"}} {
		if _, stderr, code := output(t, append(args, "--url", s.HTTP, "--admin-token", adminToken)...); code != exitOK {
			t.Fatal(stderr)
		}
	}
	select {
	case got := <-told:
		if got != "ban_made" {
			t.Errorf("told of %q", got)
		}
	case <-time.After(patience):
		t.Error("the hook was told of nothing")
	}
	s.stop(t, exitOK)
	for hook, want := range map[string]string{
		"{url: 'ftp://a.example', secret: " + adminToken + "}":                     "webhooks[0].url",
		"{url: 'https://a:b@a.example', secret: " + adminToken + "}":               "webhooks[0].url",
		"{url: 'https://a.example', secret: short}":                                "webhooks[0].secret has 5 characters",
		"{url: 'https://a.example', secret: " + adminToken + ", events: [dinner]}": "webhooks[0].events has \"dinner\"",
	} {
		if _, stderr, code := output(t, "config", "check", "--webhooks=["+hook+"]"); code != exitUsage || !strings.Contains(stderr, want) {
			t.Errorf("%s: %d %q", hook, code, stderr)
		}
	}
}
