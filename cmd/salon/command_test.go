package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"salon/configs"
)

// output of a command that needs nothing from outside.
func output(t *testing.T, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	var out, complaints bytes.Buffer
	p := &program{environ: []string{"SALON_LOG_LEVEL=warn"}, stdout: &out, stderr: &complaints}
	code = p.run(args)
	return out.String(), complaints.String(), code
}

func TestCommands(t *testing.T) {
	file := filepath.Join(t.TempDir(), "c.yaml")
	if err := os.WriteFile(file, []byte("http:\n  lissen: ':80'\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	const turn = "ice_servers=[{urls: ['turn:a.example'], username: u, credential: horse}]"
	for _, c := range []struct {
		args           string
		code           int
		stdout, stderr string // part of it, "" for nothing at all
	}{
		{"", exitUsage, "Usage: salon COMMAND", ""},
		{"help", exitOK, "serve", ""},
		{"--help", exitOK, "version", ""},
		{"sreve", exitUsage, "", `"sreve" is not a command: "salon help" lists them`},
		{"serve --help", exitOK, "", "--ready-file FILE"},
		{"serve --nope", exitUsage, "", "-nope"},
		{"serve extra", exitUsage, "", `"extra" is not understood`},
		{"serve --config " + file, exitUsage, "", file + ":2: http.lissen is not a known key: did you mean listen?"},
		{"serve --log-level loud", exitUsage, "", "--set: log.level is \"loud\""},
		{"config", exitUsage, "", "salon config check"},
		{"config check", exitOK, "The configuration is good.", ""},
		{"config check --config " + file, exitUsage, "", "did you mean listen?"},
		{"config check --tls-mode files --tls-cert-file /no --tls-key-file /no", exitUsage, "", "read the certificate"},
		{"config check --tls-mode auto --tls-domains a.example", exitOK, "good", "warning: tls.mode is auto"},
		{"config print", exitOK, "# Salon's configuration", ""},
		{"config print --http-listen :80", exitUsage, "", "add it"},
		{"config print --effective --http-listen :80 --media-ipv6", exitOK, "listen: :80 # --set", ""},
		{"config print --effective", exitOK, "level: warn # SALON_LOG_LEVEL", ""},
		{"config print --help", exitOK, "", "--redact"},
		{"config nope", exitUsage, "", "salon config check"},
		{"version", exitOK, "salon development go", ""},
		{"version --json", exitOK, `"modules"`, ""},
		{"version --nope", exitUsage, "", "-nope"},
	} {
		stdout, stderr, code := output(t, strings.Fields(c.args)...)
		if code != c.code || !matches(stdout, c.stdout) || !matches(stderr, c.stderr) {
			t.Errorf("salon %s\ncode %d, want %d\nstdout %q, want %q\nstderr %q, want %q", c.args, code, c.code, stdout, c.stdout, stderr, c.stderr)
		}
	}
	for flags, readable := range map[string]bool{"": true, "--redact": false} {
		args := append([]string{"config", "print", "--effective", "--set", turn}, strings.Fields(flags)...)
		if stdout, _, code := output(t, args...); code != exitOK || strings.Contains(stdout, "horse") != readable {
			t.Errorf("%q: code %d\n%s", args, code, stdout)
		}
	}
}

func matches(text, part string) bool {
	return part == "" && text == "" || part != "" && strings.Contains(text, part)
}

// What is printed can be loaded: that is what it is for.
func TestPrintedConfigurationLoads(t *testing.T) {
	for _, args := range [][]string{{"config", "print"}, {"config", "print", "--effective", "--media-public-ip", "203.0.113.7"}} {
		stdout, _, _ := output(t, args...)
		file := filepath.Join(t.TempDir(), "c.yaml")
		if err := os.WriteFile(file, []byte(stdout), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := configs.Load(file, nil, nil); err != nil {
			t.Errorf("%q: %v", args, err)
		}
	}
}

func TestVersionNamesItsModules(t *testing.T) {
	stdout, _, _ := output(t, "version", "--json")
	var b build
	if err := json.Unmarshal([]byte(stdout), &b); err != nil || b.Go == "" || b.Version == "" || b.Platform == "" {
		t.Errorf("%v: %+v", err, b)
	}
}

// Every key has its flag, and no two flags have one name.
func TestEveryKeyHasAFlag(t *testing.T) {
	p := &program{stderr: &bytes.Buffer{}}
	f, _ := p.newConfigFlags("serve", "")
	f.String("ready-file", "", "")
	for _, k := range configs.Keys() {
		if f.Lookup(k.Flag) == nil {
			t.Errorf("no flag --%s", k.Flag)
		}
	}
}

func TestFlagsWinInOrder(t *testing.T) {
	p := &program{stderr: &bytes.Buffer{}, environ: []string{"SALON_ROOMS_MAX_ROOMS=5"}}
	f, c := p.newConfigFlags("serve", "")
	if _, ok := p.parse(f, []string{"--rooms-max-rooms", "6", "--set", "rooms.max_rooms=7", "--media-ipv6", "--media-loopback=false"}); !ok {
		t.Fatal("refused")
	}
	loaded, ok := c.load(p)
	if !ok || loaded.Rooms.MaxRooms != 7 || !loaded.Media.IPv6 || loaded.Media.Loopback {
		t.Errorf("%+v", loaded)
	}
}
