package configs

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gopkg.in/yaml.v3"

	"salon/configs/yamlfile"
)

func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestPrecedence(t *testing.T) {
	file := write(t, "salon.yaml", "http: {listen: ':1'}\nrooms:\n  max_rooms: 11\n  max_participants: 12\nlog: {level: warn}\n")
	environ := []string{"SALON_HTTP_LISTEN=:2", "SALON_ROOMS_MAX_ROOMS=21", "HOME=/", "SALON_DRAIN_TIMEOUT=2s"}
	l, err := Load(file, environ, []string{"http.listen=:3"})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		key, origin string
		got, want   any
	}{
		{"http.listen", "--set", l.HTTP.Listen, ":3"},
		{"rooms.max_rooms", "SALON_ROOMS_MAX_ROOMS", l.Rooms.MaxRooms, 21},
		{"rooms.max_participants", file + ":4", l.Rooms.MaxParticipants, 12},
		{"log.level", file + ":5", l.Log.Level, "warn"},
		{"drain_timeout", "SALON_DRAIN_TIMEOUT", l.DrainTimeout, 2 * time.Second},
		{"media.udp_port", "", l.Media.UDPPort, 7882},
	} {
		if c.got != c.want || l.Origins[c.key] != c.origin {
			t.Errorf("%s = %v from %q, want %v from %q", c.key, c.got, l.Origins[c.key], c.want, c.origin)
		}
	}
}

func TestNoFileIsTheDefault(t *testing.T) {
	l, err := Load("", nil, nil)
	if err != nil || marshal(t, l.Config) != marshal(t, Default()) || len(l.Warnings) > 0 {
		t.Errorf("%v, %v, %v", l, err, l.Warnings)
	}
}

// Every key can be set in the environment, whatever its type.
func TestEveryKeyFromTheEnvironment(t *testing.T) {
	values := map[string]string{
		"tls.domains": "a.example, b.example", "media.bind": "192.0.2.1", "media.interfaces": "eth0,eth1",
		"media.public_ip": "203.0.113.7,2001:db8::7", "media.address_rewrites": "[{from: 10.0.0.2, to: 203.0.113.7}]",
		"http.trusted_proxies": "127.0.0.1,10.0.0.0/8", "signaling.origins": "https://a.example",
		"tokens":             "[{issuer: a, audience: b}]",
		"webhooks":           "[{url: 'https://a.example'}]",
		"ice_servers":        "[{urls: ['stun:a.example'], username: u}]",
		"site_policy.forced": "{policy: {record: nobody}}", "site_policy.default": "{join: {guests: trusted}}",
	}
	for _, k := range Keys() {
		v, _ := leaf(new(Config), k.Path)
		value, ok := values[k.Path]
		switch {
		case ok:
		case k.Bool:
			value = "true"
		case v.CanInt() && strings.Contains(v.Type().String(), "Duration"):
			value = "90s"
		case v.CanInt():
			value = "123"
		default:
			value = "text"
		}
		l := &Loaded{Config: Default(), Origins: map[string]string{}}
		before := marshal(t, l.Config)
		var problems Problems
		l.environment([]string{k.Env + "=" + value}, &problems)
		if len(problems) > 0 || marshal(t, l.Config) == before || l.Origins[k.Path] != k.Env {
			t.Errorf("%s=%s: %v, origin %q", k.Env, value, problems, l.Origins[k.Path])
		}
	}
}

func TestEmptyListClearsWhatTheFileSet(t *testing.T) {
	file := write(t, "c.yaml", "tls: {domains: [a.example]}\n")
	l, err := Load(file, []string{"SALON_TLS_DOMAINS="}, nil)
	if err != nil || len(l.TLS.Domains) != 0 {
		t.Errorf("%v %v", l, err)
	}
}

// Errors are read by somebody who has to repair the file: they name file, line, key and what to do.
func TestFileErrors(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"unknown key", "http:\n  lisen: ':80'\n", "FILE:2: http.lisen is not a known key: did you mean listen?"},
		{"unknown section", "htpt: {}\n", "FILE:1: htpt is not a known key: did you mean http?"},
		{"no near key", "log:\n  zzzzzzzz: 1\n", "FILE:2: log.zzzzzzzz is not a known key: known here are level, format"},
		{"twice", "log:\n  level: info\n  level: warn\n", "FILE:3: log.level is set twice, first in line 2: delete one"},
		{"number", "rooms:\n  max_rooms: many\n", `FILE:2: rooms.max_rooms "many" must be a whole number`},
		{"fraction", "rooms:\n  max_rooms: 1.5\n", `FILE:2: rooms.max_rooms "1.5" must be a whole number`},
		{"boolean", "media:\n  ipv6: yes\n", `FILE:2: media.ipv6 "yes" must be true or false`},
		{"duration", "drain_timeout: 10\n", `FILE:1: drain_timeout "10" must be a duration such as 30s or 5m`},
		{"address", "media:\n  public_ip: [203.0.113.7, host]\n", `FILE:2: media.public_ip[1] "host" is not an IP address: write one like 203.0.113.7 or 2001:db8::7`},
		{"network", "http:\n  trusted_proxies: 10.0.0.0/33\n", `FILE:2: http.trusted_proxies "10.0.0.0/33" is not a network: write one like 10.0.0.0/8, 127.0.0.1 or fd00::/8`},
		{"null", "http:\n  listen:\n", "FILE:2: http.listen has no value: write a text, or delete the line to keep the default"},
		{"scalar section", "http: 80\n", `FILE:1: http must hold keys: write "key: value" lines, indented below it`},
		{"list for text", "http:\n  listen: [a]\n", "FILE:2: http.listen must be a text"},
		{"mapping for list", "tls:\n  domains: {a: b}\n", "FILE:2: tls.domains must be a list, such as [first, second]"},
		{"scalar for mappings", "ice_servers: 'stun:a'\n", "FILE:1: ice_servers must be a list of mappings, such as [{key: value}]"},
		{"key in list", "ice_servers:\n- urls: ['stun:a']\n  usrname: b\n", "FILE:3: ice_servers[0].usrname is not a known key: did you mean username?"},
		{"second document", "log: {}\n---\nlog: {}\n", "FILE:2: a second document begins here: put all keys into the first one and delete the --- line"},
		{"range", "rooms:\n  max_rooms: 0\n", "FILE:2: rooms.max_rooms is 0: it must be between 1 and 100000"},
		{"port of both", "http: {listen: ':7882'}\n", "media.tcp_port is 7882, the port of http.listen: give media another, -1 for no TCP, or addresses of its own with media.bind"},
	} {
		t.Run(c.name, func(t *testing.T) {
			file := write(t, "c.yaml", c.text)
			_, err := Load(file, nil, nil)
			if want := strings.ReplaceAll(c.want, "FILE", file); err == nil || err.Error() != want {
				t.Errorf("got  %v\nwant %v", err, want)
			}
		})
	}
}

func TestNotYAML(t *testing.T) {
	file := write(t, "c.yaml", "http: [\n")
	if _, err := Load(file, nil, nil); err == nil || !strings.Contains(err.Error(), file) || !strings.Contains(err.Error(), "not YAML: line") {
		t.Error(err)
	}
	if _, err := Load(file+".missing", nil, nil); err == nil || !strings.Contains(err.Error(), "--config") {
		t.Error(err)
	}
	big := write(t, "big.yaml", "#"+strings.Repeat("x", maxFile))
	if _, err := Load(big, nil, nil); err == nil || !strings.Contains(err.Error(), "more than") {
		t.Error(err)
	}
}

func TestFilesThatSetNothing(t *testing.T) {
	for _, text := range []string{"", "# a comment\n", "http:\n  # listen: ':80'\n", "---\n", "{}\n"} {
		if _, err := Load(write(t, "c.yaml", text), nil, nil); err != nil {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestAliases(t *testing.T) {
	l, err := Load(write(t, "c.yaml", "tls: {domains: &names [a.example]}\nmedia: {interfaces: *names}\n"), nil, nil)
	if err != nil || l.Media.Interfaces[0] != "a.example" {
		t.Errorf("%v %v", l, err)
	}
}

func TestOverrideErrors(t *testing.T) {
	for _, c := range []struct{ set, want string }{
		{"http.listen", "--set http.listen: write --set section.key=value"},
		{"http.lisen=:80", "--set: http.lisen is not a known key: did you mean http.listen?"},
		{"q=1", `--set: q is not a known key: "salon config print" lists all keys`},
		{"http=1", `--set: http is not a known key: "salon config print" lists all keys`},
		{"media.udp_port=x", `--set: media.udp_port "x" must be a whole number`},
		{"ice_servers=[{url: a}]", "--set: ice_servers[0].url is not a known key: did you mean urls?"},
		{"ice_servers=[", ""},
		{"log.level=loud", `--set: log.level is "loud": it must be one of debug, info, warn, error`},
	} {
		if _, err := Load("", nil, []string{c.set}); err == nil || c.want != "" && err.Error() != c.want {
			t.Errorf("%s\ngot  %v\nwant %v", c.set, err, c.want)
		}
	}
}

func TestAllProblemsAtOnce(t *testing.T) {
	_, err := Load(write(t, "c.yaml", "a: 1\nb: 2\n"), nil, []string{"c=3"})
	if problems, ok := err.(Problems); !ok || len(problems) != 3 {
		t.Errorf("%v", err)
	}
}

func TestUnknownEnvironmentWarns(t *testing.T) {
	l, err := Load("", []string{"SALON_HTTP_LISTN=:1", "SALON_SERVICE_HOST=10.0.0.1", "SALONS=1"}, nil)
	if err != nil || len(l.Warnings) != 2 || !strings.Contains(l.Warnings[0], "did you mean SALON_HTTP_LISTEN?") {
		t.Errorf("%v %q", err, l.Warnings)
	}
}

func TestAutoOnAnotherPortWarns(t *testing.T) {
	l, err := Load("", nil, []string{"tls.mode=auto", "tls.domains=salon.example"})
	if err != nil || len(l.Warnings) != 1 || !strings.Contains(l.Warnings[0], "443") {
		t.Errorf("%v %v", err, l)
	}
}

func TestSecrets(t *testing.T) {
	secret := write(t, "turn", "correct horse\n")
	set := func(rest string) []string {
		return []string{"ice_servers=[{urls: ['turn:a.example'], username: u, " + rest + "}]"}
	}
	for _, rest := range []string{"credential: correct horse", "credential_file: " + secret} {
		l, err := Load("", nil, set(rest))
		if err != nil {
			t.Fatal(err)
		}
		if got := string(l.ICEServers[0].Credential); got != "correct horse" {
			t.Errorf("%s: %q", rest, got)
		}
		asJSON, err := json.Marshal(l.Config)
		if err != nil {
			t.Fatal(err)
		}
		redactedYAML := marshal(t, l.Redacted())
		var logged strings.Builder
		slog.New(slog.NewTextHandler(&logged, nil)).Info("x", "secret", l.ICEServers[0].Credential, "server", l.ICEServers[0])
		for _, text := range []string{fmt.Sprint(l.Config), fmt.Sprintf("%#v", l.Config), string(asJSON), redactedYAML, logged.String()} {
			if strings.Contains(text, "horse") {
				t.Errorf("%s: the secret is readable in %s", rest, text)
			}
		}
		if string(l.ICEServers[0].Credential) != "correct horse" {
			t.Error("Redacted changed its receiver")
		}
		var again Config
		var problems Problems
		d := yamlfile.Decoder{Origins: map[string]string{}, Problems: &problems}
		d.Document(strings.NewReader(marshal(t, l.Portable())), &again)
		if len(problems) > 0 || again.ICEServers[0].CredentialFile != "" && again.ICEServers[0].Credential != "" {
			t.Errorf("not portable: %v", problems)
		}
	}
	empty := write(t, "empty", "\n")
	for rest, want := range map[string]string{
		"credential: a, credential_file: " + secret: "ice_servers[0].credential_file is set beside ice_servers[0].credential: keep one of the two",
		"credential_file: " + empty:                 "names an empty file",
		"credential_file: /nonexistent":             "cannot be read",
		"credential: ''":                            "without username and credential",
	} {
		if _, err := Load("", nil, set(rest)); err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "--set: ") {
			t.Errorf("%s: %v", rest, err)
		}
	}
	if _, err := Load("", nil, set("credential: [correct horse]")); err == nil || strings.Contains(err.Error(), "horse") {
		t.Errorf("an error shows a secret: %v", err)
	}
}

func FuzzFile(f *testing.F) {
	f.Add(string(defaultYAML))
	f.Add("http: &a {listen: *a}\n")
	f.Add("ice_servers: [{urls: [[]]}]\n---\n")
	f.Fuzz(func(t *testing.T, text string) {
		l := &Loaded{Config: Default(), Origins: map[string]string{}}
		var problems Problems
		d := yamlfile.Decoder{Origin: "f", Lined: true, Origins: l.Origins, Problems: &problems}
		d.Document(strings.NewReader(text), &l.Config)
		_ = l.Validate()
		_, _ = yaml.Marshal(l.Redacted())
	})
}
