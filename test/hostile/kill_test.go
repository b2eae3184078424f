package hostile

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"salon/signaling/protocol"
)

// process is the built server, with a store that outlives it.
type process struct {
	t       *testing.T
	binary  string
	folder  string
	command *exec.Cmd
	url     string
}

func build(t *testing.T) *process {
	t.Helper()
	p := &process{t: t, folder: t.TempDir(), binary: os.Getenv("SALON_BINARY")}
	if p.binary == "" {
		p.binary = filepath.Join(p.folder, "salon")
		if out, err := exec.Command("go", "build", "-o", p.binary, "salon/cmd/salon").CombinedOutput(); err != nil {
			t.Fatalf("build the server: %v\n%s", err, out)
		}
	}
	config := fmt.Sprintf("tokens: [{issuer: tests, audience: salon, secret: %s}]\n", secret)
	if err := os.WriteFile(filepath.Join(p.folder, "salon.yaml"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.kill)
	return p
}

// start runs the server and waits until it is ready.
func (p *process) start() {
	p.t.Helper()
	ready := filepath.Join(p.folder, "ready.json")
	_ = os.Remove(ready)
	p.command = exec.Command(p.binary, "serve", "--config", filepath.Join(p.folder, "salon.yaml"), "--rooms-store", filepath.Join(p.folder, "rooms.db"),
		"--http-listen", "127.0.0.1:0", "--metrics-listen", "127.0.0.1:0", "--media-udp-port", "0", "--media-tcp-port", "-1", "--media-loopback", "--ready-file", ready)
	log, err := os.Create(p.logFile())
	if err != nil {
		p.t.Fatal(err)
	}
	defer func() { _ = log.Close() }()
	p.command.Stderr = log
	if err := p.command.Start(); err != nil {
		p.t.Fatal(err)
	}
	await(p.t, "the server is ready", func() bool {
		text, err := os.ReadFile(ready)
		var told struct {
			HTTP string `json:"http"`
		}
		if err != nil || json.Unmarshal(text, &told) != nil {
			return false
		}
		p.url = told.HTTP
		return true
	})
}

func (p *process) logFile() string { return filepath.Join(p.folder, "log") }

// said returns what the server has logged since it started.
func (p *process) said() string {
	p.t.Helper()
	text, err := os.ReadFile(p.logFile())
	if err != nil {
		p.t.Fatal(err)
	}
	return string(text)
}

// kill ends the server as nobody can hinder.
func (p *process) kill() {
	if p.command == nil {
		return
	}
	_ = p.command.Process.Kill()
	_ = p.command.Wait() // it was killed
	p.command = nil
}

// life is one run: what is acknowledged before the server falls, and how the next one shows that it holds.
type life struct {
	p     *process
	room  string
	host  *socket
	guest *socket
	self  protocol.Joined // the guest's
	code  string
}

func (l *life) asHost() *socket {
	l.p.t.Helper()
	s, reply := joins(l.p.t, l.p.url, protocol.Join{Room: l.room, Name: "Host", Device: "device-of-the-host", Token: signed(map[string]any{"sub": "host", "role": "moderator"})})
	if _, ok := reply.(protocol.Joined); !ok {
		l.p.t.Fatalf("the host is answered %+v", reply)
	}
	return s
}

// arrive joins as the guest or somebody else.
func (l *life) arrive(name string) (*socket, protocol.ServerMessage) {
	l.p.t.Helper()
	return joins(l.p.t, l.p.url, protocol.Join{Room: l.room, Name: name, Device: "device-of-" + name, Invite: l.code})
}

// acts are what must hold once it is acknowledged.
var acts = []struct {
	name  string
	do    func(l *life)
	holds func(l *life) error
}{
	{"a ban", func(l *life) {
		ask[protocol.OK](l.host, protocol.Remove{Participant: l.self.Self, Ban: true})
	}, func(l *life) error {
		_, reply := l.arrive("the-guest")
		_, resumed := joins(l.p.t, l.p.url, protocol.Join{Room: l.room, Resume: &protocol.Resume{Participant: l.self.Self, Token: l.self.Token}})
		if code(reply) != protocol.ErrBanned || code(resumed) != protocol.ErrResumeUnknown {
			return fmt.Errorf("the banned one is answered %+v, and its resume %+v", reply, resumed)
		}
		return nil
	}},
	{"a lock", func(l *life) { ask[protocol.OK](l.host, protocol.Lock{Locked: true}) }, func(l *life) error {
		if _, reply := l.arrive("a-stranger"); code(reply) != protocol.ErrRoomLocked {
			return fmt.Errorf("a stranger is answered %+v", reply)
		}
		if _, reply := l.arrive("the-guest"); code(reply) != "" {
			return fmt.Errorf("who was inside is answered %+v", reply)
		}
		return nil
	}},
	{"a rule", func(l *life) {
		ask[protocol.Settings](l.host, protocol.Configure{Settings: []protocol.SettingChange{{Key: "policy.chat.public", Value: "moderators"}}})
	}, func(l *life) error {
		guest, _ := l.arrive("the-guest")
		if reply := guest.request(protocol.Say{Text: "hello"}); code(reply) != protocol.ErrForbidden {
			return fmt.Errorf("a line is answered %+v", reply)
		}
		return nil
	}},
	{"a hard mute", func(l *life) {
		ask[protocol.OK](l.host, protocol.Grant{Participant: l.self.Self, Right: protocol.RightSpeak, State: protocol.Denied})
	}, func(l *life) error {
		guest, _ := l.arrive("the-guest")
		for _, right := range next[protocol.Rights](guest).Rights {
			if right.Right == protocol.RightSpeak && (right.Allowed || right.Reason != protocol.BecauseRevoked) {
				return fmt.Errorf("the guest may speak: %+v", right)
			}
		}
		return nil
	}},
	{"an invitation", func(l *life) {
		l.code = ask[protocol.Invitation](l.host, protocol.Invite{Role: protocol.RolePresenter, Name: "Grace", Uses: 1}).Code
	}, func(l *life) error {
		_, reply := l.arrive("another")
		joined, ok := reply.(protocol.Joined)
		if !ok || !slices.ContainsFunc(joined.Participants, func(p protocol.Participant) bool {
			return p.ID == joined.Self && p.Role == protocol.RolePresenter && p.Name == "Grace"
		}) {
			return fmt.Errorf("the invited one is answered %+v", reply)
		}
		return nil
	}},
	{"a line", func(l *life) { ask[protocol.OK](l.guest, protocol.Say{Text: "said in " + l.room}) }, func(l *life) error {
		_, reply := l.arrive("the-guest")
		joined, ok := reply.(protocol.Joined)
		if !ok || len(joined.Chat) != 1 || joined.Chat[0].Text != "said in "+l.room {
			return fmt.Errorf("the chat is %+v", reply)
		}
		return nil
	}},
}

// TestWhatWasAcknowledgedSurvivesAKill kills the server right after an acknowledgement and starts it again. The rooms are not
// persistent: they are kept for those who come back.
func TestWhatWasAcknowledgedSurvivesAKill(t *testing.T) {
	runs := 100
	if n, err := strconv.Atoi(os.Getenv("SALON_KILLS")); err == nil {
		runs = n
	} else if testing.Short() {
		runs = 20
	}
	p := build(t)
	p.start()
	for run := range runs {
		act, l := acts[run%len(acts)], &life{p: p, room: fmt.Sprint("room-", run)}
		l.host = l.asHost()
		guest, reply := l.arrive("the-guest")
		joined, ok := reply.(protocol.Joined)
		if !ok {
			t.Fatalf("run %d: the guest is answered %+v", run, reply)
		}
		l.guest, l.self = guest, joined
		act.do(l)
		p.kill()
		p.start()
		if err := act.holds(l); err != nil {
			t.Errorf("run %d: %s does not hold: %v", run, act.name, err)
		}
		if log := p.said(); strings.Contains(log, "panic") {
			t.Fatal(log)
		}
	}
}
