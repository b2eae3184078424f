package main

import (
	"bytes"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gorilla/websocket"

	"salon/signaling/protocol"
)

// typed runs a command with something on its standard input.
func typed(input string, args ...string) (stdout, stderr string, code int) {
	var out, complaints bytes.Buffer
	p := &program{stdin: strings.NewReader(input), stdout: &out, stderr: &complaints}
	code = p.run(args)
	return out.String(), complaints.String(), code
}

func TestAccountCommand(t *testing.T) {
	path := filepath.Join(t.TempDir(), "accounts")
	for _, c := range []struct {
		args, input    string
		code           int
		stdout, stderr string
	}{
		{"account", "", exitUsage, "", "salon account add NAME"},
		{"account help", "", exitOK, "", "standard input"},
		{"account add", "", exitUsage, "", "salon account add NAME"},
		{"account fly alice", "", exitUsage, "", "salon account add NAME"},
		{"account add alice --accounts-file=", "", exitUsage, "", "set accounts.file"},
		{"account list", "", exitOK, "", ""},
		{"account add Alice", "correct horse battery\n", exitOK, "alice has an account", ""},
		{"account add bob", "short", exitError, "", "10 to 1024 bytes"},
		{"account add a/b", "correct horse battery", exitError, "", "leave out"},
		{"account add bob", "correct horse battery", exitOK, "bob has an account", ""},
		{"account list", "", exitOK, "alice\nbob\n", ""},
		{"account delete bob", "", exitOK, "", ""},
		{"account delete bob", "", exitError, "", "no account bob"},
		{"account list", "", exitOK, "alice\n", ""},
	} {
		args := strings.Fields(c.args)
		if !strings.Contains(c.args, "--") && len(args) > 1 && args[1] != "help" {
			args = append(args, "--accounts-file="+path)
		}
		stdout, stderr, code := typed(c.input, args...)
		if code != c.code || !matches(stdout, c.stdout) || !matches(stderr, c.stderr) {
			t.Errorf("salon %s\ncode %d, want %d\nstdout %q, want %q\nstderr %q, want %q", c.args, code, c.code, stdout, c.stdout, stderr, c.stderr)
		}
	}
	text, err := os.ReadFile(path)
	if info, e := os.Stat(path); err != nil || e != nil || info.Mode().Perm() != 0o600 || strings.Contains(string(text), "horse") {
		t.Errorf("%s %v %v", text, err, e)
	}
}

// An owner logs in and is a moderator of the room that its file says is theirs; others are not.
func TestOwnersLogIn(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "accounts")
	if _, stderr, code := typed("correct horse battery\n", "account", "add", "olga", "--accounts-file="+path); code != exitOK {
		t.Fatal(stderr)
	}
	if err := os.Mkdir(filepath.Join(folder, "rooms"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "rooms", "board.yaml"), []byte("owners: [olga]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := serve(t, "--accounts-file="+path, "--rooms-folder="+filepath.Join(folder, "rooms"))
	response, err := s.client.Post(s.HTTP+"/api/login", "application/json", strings.NewReader(`{"name":"olga","password":"correct horse battery"}`))
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	if response.StatusCode != http.StatusOK || len(response.Cookies()) != 1 {
		t.Fatalf("%s %v", response.Status, response.Cookies())
	}
	cookie := response.Cookies()[0]
	for _, c := range []struct {
		cookie string
		role   string
	}{{cookie.Name + "=" + cookie.Value, "moderator"}, {cookie.Name + "=guess", "participant"}, {"", "participant"}} {
		dialer := websocket.Dialer{Subprotocols: []string{protocol.Subprotocol}}
		socket, _, err := dialer.Dial("ws"+strings.TrimPrefix(s.HTTP, "http")+"/ws", http.Header{"Cookie": {c.cookie}})
		if err != nil {
			t.Fatal(err)
		}
		_ = socket.WriteMessage(websocket.TextMessage, []byte(`{"type":"join","id":1,"data":{"room":"board","name":"O"}}`))
		_, frame, err := socket.ReadMessage()
		if err != nil || !strings.Contains(string(frame), `"role":"`+c.role+`"`) {
			t.Fatalf("%q: %s %v", c.cookie, frame, err)
		}
		_ = socket.WriteMessage(websocket.TextMessage, []byte(`{"type":"leave","id":2}`))
		s.waitFor("a participant left")
		_ = socket.Close()
	}
	s.stop(t, exitOK)
}
