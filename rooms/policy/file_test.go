package policy

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"strings"
	"testing"
	"time"

	"gopkg.in/yaml.v3"

	"salon/configs/yamlfile"
)

var update = flag.Bool("update", false, "write the golden files anew")

// full is a room file that sets every key to something else than its default.
const full = `version: 1
room: assemblee
title: Assemblée générale
owners: [Olga, émile]
persistent: true
window: {not_before: "2026-03-01T19:00+01:00", expires: 2026-03-01T22:00Z, duration: 3h}
join:
  guests: ask
  bypass_lobby: [token]
  wait_for_moderator: true
  lobby: {chat: false, message: "Un instant.\nMerci !", timeout: 11m}
  max_participants: 200
  when_no_moderator: {lock: true, end_after: 5m}
  bans: {by: [account], for: 0s}
default_role: viewer
policy:
  speak: ask
  video: [presenter, Ada, ada]
  screen: {who: presenters, max: 5, audio: false, hint: text, visible_to: moderators}
  chat: {public: ask, private: moderators, history: 0s}
  see: {participants: nobody, cameras_of: moderators}
  hand: nobody
  draw: presenters
  react: moderators
  rename: nobody
  record: nobody
start: {muted: true, hidden_after: 10, audio_only: true}
talk_mode: floor
limits: {cameras: 24, cameras_per_participant: 2, speakers: 5, per_viewer_kbps: 2500, per_publisher_kbps: 3000}
features: {disable: [private_chat, screen]}
`

func mustRead(t *testing.T, text string) File {
	t.Helper()
	f, err := Read("room.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestEveryKeyIsRead(t *testing.T) {
	f := mustRead(t, full)
	standard := Default()
	for _, key := range Keys() {
		got, _ := leaf(&f.Room, key)
		was, _ := leaf(&standard, key)
		if key != "version" && got.Equal(was) {
			t.Errorf("%s has its default", key)
		}
		if !strings.HasPrefix(f.Origins[key], "room.yaml:") {
			t.Errorf("%s was set %q", key, f.Origins[key])
		}
	}
	if !f.Room.Window.NotBefore.Equal(time.Date(2026, 3, 1, 18, 0, 0, 0, time.UTC)) || f.Room.Policy.Video != (Who{Listed, RolePresenter, "ada"}) {
		t.Errorf("%+v", f.Room)
	}
	if f.Origins["policy.screen.visible_to"] != "room.yaml:19" {
		t.Errorf("visible_to is in %s", f.Origins["policy.screen.visible_to"])
	}
}

func TestRoundTrips(t *testing.T) {
	texts := []string{"", "version: 1", full, "policy: {speak: [viewer]}", "join: {bypass_lobby: []}", "owners: []", "title: '12'", "room: 'true'"}
	for _, p := range Presets() {
		texts = append(texts, string(p.Text))
	}
	for _, text := range texts {
		f := mustRead(t, text)
		asYAML, err := f.Marshal()
		if err != nil {
			t.Fatal(err)
		}
		asJSON, err := json.Marshal(f)
		if err != nil {
			t.Fatal(err)
		}
		whole, err := json.Marshal(f.Room)
		if err != nil {
			t.Fatal(err)
		}
		for _, again := range []string{string(asYAML), string(asJSON), string(whole)} {
			g := mustRead(t, again)
			if g.Room != f.Room {
				t.Errorf("%s\nbecame\n%s\n%+v\n%+v", text, again, f.Room, g.Room)
			}
			for key := range f.Origins {
				if g.Origins[key] == "" {
					t.Errorf("%s: %s is not set any more", again, key)
				}
			}
			if again != string(whole) && len(g.Origins) > len(f.Origins)+1 {
				t.Errorf("%s\nbecame\n%s: more keys are set", text, again)
			}
		}
	}
}

// What is wrong is read by somebody who has to repair the file: all at once, with line, key and what to do.
func TestAllProblemsAtOnce(t *testing.T) {
	text, err := os.ReadFile("testdata/wrong.yaml")
	if err != nil {
		t.Fatal(err)
	}
	_, err = Read("wrong.yaml", text)
	if err == nil {
		t.Fatal("no problems")
	}
	got := []byte(err.Error() + "\n")
	if *update {
		if err := os.WriteFile("testdata/wrong.txt", got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile("testdata/wrong.txt")
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("testdata/wrong.txt differs; if that is meant, run the test with -update.\n%s", got)
	}
}

func TestProblemsOfOneKey(t *testing.T) {
	for text, want := range map[string]string{
		"version: 2":                        "r:1: version is 2: this server reads version 1, so write 1 or use the server that wrote the file",
		"policy: {speak: }":                 "r:1: policy.speak has no value: write one of nobody, allow, ask, moderators, presenters, or a list of roles and accounts such as [moderator, alice], or delete the line to keep the default",
		"policy: {speak: {a: b}}":           "r:1: policy.speak must be one of nobody, allow, ask, moderators, presenters, or a list of roles and accounts such as [moderator, alice]",
		"owners: olga":                      "r:1: owners must be a list of accounts, such as [alice, bob]",
		"owners: [[a]]":                     "r:1: owners[0] must be one word",
		"title: 7\npolicy: {screen: allow}": "r:2: policy.screen must hold keys: write \"key: value\" lines, indented below it",
		"{":                                 "r: not YAML: line 1: did not find expected node content",
		"room: a/b":                         `r:1: room is "a/b": write the name as in the room's address, at most 64 letters, digits, '-', '_' and '.'`,
		strings.Repeat("#", MaxFile+1):      "r: has 65537 bytes: a room file has at most 65536",
	} {
		if _, err := Read("r", []byte(text)); err == nil || err.Error() != want {
			t.Errorf("%.40q\ngot  %v\nwant %s", text, err, want)
		}
	}
}

func TestWithAndWithout(t *testing.T) {
	f := mustRead(t, "policy: {speak: ask}")
	g, err := f.With(map[string]string{"policy.video": "[Ada, moderator]"}, "set by olga")
	if err != nil || g.Room.Policy.Video != (Who{Listed, RoleModerator, "ada"}) || g.Origins["policy.video"] != "set by olga" {
		t.Errorf("%v %+v", err, g)
	}
	if f.Origins["policy.video"] != "" || f.Room.Policy.Video.Rule != Allow {
		t.Error("the file before was changed")
	}
	back := g.Without("policy.video").Without("policy.speak").Without("nonsense")
	if back.Room != Default() || len(back.Origins) != 0 || g.Room.Policy.Speak.Rule != Ask {
		t.Errorf("%+v", back)
	}
	for _, c := range []struct{ key, value, want string }{
		{"policy.speek", "ask", "set by olga: policy.speek is not a known key: did you mean policy.speak?"},
		{"x", "ask", "set by olga: x is not a known key: docs/policy.md lists all keys"},
		{"policy", "{}", "set by olga: policy is not a known key: docs/policy.md lists all keys"},
		{"limits.cameras", "-1", "set by olga: limits.cameras is -1: it must be between 0 and 1000"},
		{"limits.cameras", "", "set by olga: limits.cameras has no value: write one, or take the key out of the file"},
		{"limits.cameras", "many", `set by olga: limits.cameras "many" must be a whole number`},
	} {
		if _, err := f.With(map[string]string{c.key: c.value}, "set by olga"); err == nil || err.Error() != c.want {
			t.Errorf("%s\ngot  %v\nwant %s", c.key, err, c.want)
		}
	}
	if _, err := (File{Room: Default()}).With(map[string]string{"title": "Cuisine"}, "x"); err != nil {
		t.Error(err)
	}
}

// What comes of all changes together counts: hours move in one step, whichever of them is read first.
func TestWithMovesHours(t *testing.T) {
	f := mustRead(t, "window: {not_before: 2026-03-05T18:00Z, expires: 2026-03-06T18:00Z}")
	for _, c := range []struct{ from, to string }{
		{"2026-03-01T18:00Z", "2026-03-02T18:00Z"}, {"2026-04-01T18:00Z", `"2026-04-02T18:00:00Z"`}, {`""`, `""`},
	} {
		if _, err := f.With(map[string]string{"window.not_before": c.from, "window.expires": c.to}, "x"); err != nil {
			t.Error(c, err)
		}
	}
	if _, err := f.With(map[string]string{"window.expires": "2026-03-01T18:00Z"}, "x"); err == nil {
		t.Error("the end before the beginning was taken")
	}
	if _, err := f.With(map[string]string{"policy.speak": "ask", "title": ""}, "x"); err == nil {
		t.Error("one wrong value of two was taken")
	}
}

func TestSubjects(t *testing.T) {
	for _, c := range []struct{ a, b string }{{"Alice", "alice"}, {"ÉMILE", "émile"}, {"\u212Aelvin", "kelvin"}, {"ΣΑΣ", "σας"}} {
		a, err := ParseSubject(c.a)
		b, err2 := ParseSubject(c.b)
		if a != b || err != nil || err2 != nil {
			t.Errorf("%q and %q: %q, %q, %v, %v", c.a, c.b, a, b, err, err2)
		}
		if again, err := ParseSubject(string(a)); again != a || err != nil {
			t.Errorf("%q is not stable: %q, %v", a, again, err)
		}
	}
	for _, wrong := range []string{"", " a", "a ", "a\nb", "a\u200bb", "a\u202eb", "e\u0301mile", "\xff", "\ufffd", strings.Repeat("a", 256)} {
		if s, err := ParseSubject(wrong); err == nil || s != "" {
			t.Errorf("%q was taken as %q", wrong, s)
		}
	}
	all := SubjectsOf("b", "a", "b")
	if !all.Has("a", "") || !all.Has("b", "c") || !all.Has("c", "b") || all.Has("", "") || all.Has("", "a") || all.Has("a\nb", "") || all.Has("c", "") || SubjectsOf().Has("", "") || SubjectsOf().Has("c", "") || len(all.List()) != 2 {
		t.Errorf("%q", all)
	}
}

func FuzzRead(f *testing.F) {
	f.Add(full)
	wrong, err := os.ReadFile("testdata/wrong.yaml")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(wrong))
	for _, p := range Presets() {
		f.Add(string(p.Text))
	}
	f.Add("policy: &a {speak: *a, video: [*a]}")
	f.Add(`{"version":1,"owners":["a"],"window":{"expires":"2026-03-01T22:00Z"}}`)
	f.Fuzz(func(t *testing.T, text string) {
		file, err := Read("f", []byte(text))
		if err != nil {
			return
		}
		again, err := file.Marshal()
		if err != nil {
			t.Fatal(err)
		}
		asJSON, err := json.Marshal(file.Room)
		if err != nil {
			t.Fatal(err)
		}
		for _, b := range [][]byte{again, asJSON} {
			if g, err := Read("f", b); err != nil || g.Room != file.Room {
				t.Errorf("%q became %q: %v\n%+v\n%+v", text, b, err, file.Room, g.Room)
			}
		}
	})
}

func FuzzSite(f *testing.F) {
	f.Add("forced: {policy: {record: nobody}}\ndefault: {start: {muted: true}}")
	f.Add("forced: {a: &a [*a]}")
	f.Add("a: &a [x,x,x]\nforced: {a: [*a, *a, *a]}")
	f.Fuzz(func(t *testing.T, text string) {
		var halves struct {
			Forced  yamlfile.Fragment `yaml:"forced"`
			Default yamlfile.Fragment `yaml:"default"`
		}
		var problems yamlfile.Problems
		d := yamlfile.Decoder{Origin: "f", Lined: true, Origins: map[string]string{}, Problems: &problems}
		d.Document(strings.NewReader(text), &halves)
		if site, err := ReadSite(halves.Forced, halves.Default, nil); err == nil {
			Decide(Merge(site, File{}), State{}, Participant{Role: RoleViewer}, Speak)
		}
		if _, err := yaml.Marshal(halves); err != nil {
			t.Error(err)
		}
	})
}

func TestTheZeroFileIsThatOfARoomWithoutOne(t *testing.T) {
	f, err := File{}.With(map[string]string{"policy.speak": "ask"}, "test")
	if err != nil {
		t.Fatal(err)
	}
	if p := Merge(Site{}, f); p.Policy.Speak.Rule != Ask || p.Policy.Video != Default().Policy.Video {
		t.Errorf("%+v", p.Room)
	}
}
