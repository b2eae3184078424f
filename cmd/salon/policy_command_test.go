package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"salon/rooms/policy"
)

func writeFile(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestPolicyCommand(t *testing.T) {
	room := writeFile(t, "room.yaml", "room: assemblee\nowners: [Olga]\npolicy:\n  speak: ask\n  video: [presenter, Alice]  # the board\n  record: allow\nwindow: {expires: 2026-03-01T22:00Z}\n")
	wrong := writeFile(t, "wrong.yaml", "polcy: {}\ntalk_mode: radio\n")
	site := writeFile(t, "salon.yaml", "site_policy: {forced: {policy: {record: nobody}}, default: {start: {muted: true}}} # secret\n")
	badSite := writeFile(t, "bad.yaml", "site_policy:\n  forced:\n    talk_mode: radio\n")
	const then = " --at 2026-03-01T20:00Z"
	for _, c := range []struct {
		args           string
		code           int
		stdout, stderr string // part of it, "" for nothing at all
	}{
		{"policy", exitUsage, "", "salon policy check FILE"},
		{"policy help", exitOK, "", "--right RIGHT"},
		{"policy explain --help", exitOK, "", "--right RIGHT"},
		{"policy check", exitUsage, "", "name the room file first"},
		{"policy check --log-level warn", exitUsage, "", "name the room file first"},
		{"policy check " + room, exitOK, "The room file is good.", ""},
		{"policy check " + room + " extra", exitUsage, "", `"extra" is not understood`},
		{"policy check " + room + ".no", exitUsage, "", "cannot be read"},
		{"policy check " + wrong, exitUsage, "", wrong + ":1: polcy is not a known key: did you mean policy?\nsalon: " + wrong + ":2: talk_mode is"},
		{"policy check " + room + " --config " + site, exitOK, "good", "warning: " + room + ":6: policy.record has no effect: site policy (forced), " + site + ":1"},
		{"policy check " + room + " --config " + badSite, exitUsage, "", badSite + ":3: site_policy.forced.talk_mode is \"radio\""},
		{"config check --config " + badSite, exitUsage, "", badSite + ":3: site_policy.forced.talk_mode is \"radio\""},
		{"config check --config " + site, exitOK, "good", ""},
		{"config check --site-policy-default {talk_mode:radio}", exitUsage, "", "--set: site_policy.default.talk_mode:radio is not a known key: did you mean talk_mode?"},
		{"config check --set site_policy.default=[]", exitUsage, "", "--set: site_policy.default \"[]\" must hold keys"},
		{"policy explain --right speak", exitUsage, "", "name the room file: --file"},
		{"policy explain --file " + room + " --right fly", exitUsage, "", `--right "fly" is not a right`},
		{"policy explain --file " + room + " --role king", exitUsage, "", `--role "king" is not a role`},
		{"policy explain --file " + room + " --name \u200b", exitUsage, "", "is not an account"},
		{"policy explain --file " + room + " --at noon", exitUsage, "", "is not a moment"},
		{"policy explain --file " + wrong + " --right speak", exitUsage, "", "did you mean policy?"},
		{"policy explain --file " + room + " --right video --role participant" + then, exitOK, "no: video as participant\nthey are not in the list of those who may show video\n" + room + ":5: policy.video\n  video: [presenter, Alice]  # the board\n", ""},
		{"policy explain --file " + room + " --right video --name ALICE" + then, exitOK, "yes: video as participant\n", ""},
		{"policy explain --file " + room + " --right speak" + then, exitOK, "ask: speak as participant\nthey have to ask to speak", ""},
		{"policy explain --file " + room + " --right lock --name olga" + then, exitOK, "yes: lock as moderator\ntheir role is enough to lock the room\n", ""},
		{"policy explain --file " + room + " --right chat" + then, exitOK, "built-in default: policy.chat.public\n", ""},
		{"policy explain --file " + room + " --right chat --at 2027-01-01T00:00Z", exitOK, "no: chat as participant\nthe room has expired", ""},
		{"policy explain --file " + room + then, exitOK, "set_policy", ""},
		{"policy explain --file " + room + " --right record --role moderator --config " + site + then, exitOK, "site policy (forced), " + site + ":1: policy.record\n", ""},
	} {
		stdout, stderr, code := output(t, strings.Fields(c.args)...)
		if code != c.code || !matches(stdout, c.stdout) || !matches(stderr, c.stderr) {
			t.Errorf("salon %s\ncode %d, want %d\nstdout %q, want %q\nstderr %q, want %q", c.args, code, c.code, stdout, c.stdout, stderr, c.stderr)
		}
		if strings.Contains(stdout, "secret") {
			t.Errorf("salon %s shows a line of the configuration: %s", c.args, stdout)
		}
	}
}

// Without a right there is a line for each.
func TestPolicyExplainsAllRights(t *testing.T) {
	room := writeFile(t, "room.yaml", "talk_mode: floor\n")
	stdout, _, _ := output(t, "policy", "explain", "--file", room, "--role", "moderator")
	lines := strings.Split(strings.TrimSpace(stdout), "\n")
	if len(lines) != len(policy.AllRights()) || !strings.HasPrefix(lines[0], "speak             ask  one person speaks at a time") {
		t.Errorf("%d lines\n%s", len(lines), stdout)
	}
}
