package policy

import (
	"slices"
	"strings"
	"testing"

	"salon/configs/yamlfile"
)

func readSite(t *testing.T, text string) (Site, error) {
	t.Helper()
	var halves struct {
		Forced  yamlfile.Fragment `yaml:"forced"`
		Default yamlfile.Fragment `yaml:"default"`
	}
	var problems yamlfile.Problems
	d := yamlfile.Decoder{Origin: "salon.yaml", Lined: true, Origins: map[string]string{}, Problems: &problems}
	d.Document(strings.NewReader(text), &halves)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return ReadSite(halves.Forced, halves.Default, nil)
}

const siteText = `forced:
  policy: {record: nobody}
  limits: {cameras: 10}
default:
  start: {muted: true}
  policy:
    speak: ask
`

// Each key by each of the four places that may have the say.
func TestMerge(t *testing.T) {
	site, err := readSite(t, siteText)
	if err != nil {
		t.Fatal(err)
	}
	f := mustRead(t, "policy:\n  speak: allow\n  record: allow\n  draw: presenters\n")
	p := Merge(site, f)
	for _, c := range []struct {
		key, origin string
		got, want   any
	}{
		{"policy.record", "site policy (forced), salon.yaml:2", p.Policy.Record.Rule, Nobody},
		{"limits.cameras", "site policy (forced), salon.yaml:3", p.Limits.Cameras, 10},
		{"policy.speak", "room.yaml:2", p.Policy.Speak.Rule, Allow},
		{"policy.draw", "room.yaml:4", p.Policy.Draw.Rule, Presenters},
		{"start.muted", "site policy (default), salon.yaml:5", p.Start.Muted, true},
		{"policy.video", "built-in default", p.Policy.Video.Rule, Allow},
	} {
		if c.got != c.want || p.Origin(c.key) != c.origin || p.Forced(c.key) != strings.Contains(c.origin, "forced") {
			t.Errorf("%s = %v from %q, want %v from %q", c.key, c.got, p.Origin(c.key), c.want, c.origin)
		}
	}
	if keys := Overruled(site, f); !slices.Equal(keys, []string{"policy.record"}) {
		t.Errorf("overruled: %v", keys)
	}
	d := Decide(p, State{}, Participant{Role: RoleModerator}.Grant(Record), Record)
	if d.Allowed || d.Reason.String() != "nobody may record in this room, and no grant changes that (policy.record, site policy (forced), salon.yaml:2)" {
		t.Error(d.Reason)
	}
	if Merge(Site{}, File{}).Room != Default() {
		t.Error("nothing over nothing is not the default")
	}
}

// Merge is one function of each key: whoever may say it, the value comes from the first that does.
func TestMergeEveryKey(t *testing.T) {
	other := mustRead(t, full)
	for _, key := range Keys() {
		for n := range 8 {
			var site Site
			var f File
			for i, file := range []*File{&site.Default, &f, &site.Forced} {
				file.Room = Default()
				if bit(n, i) {
					*file = File{Room: other.Room, Origins: map[string]string{key: []string{"d", "r", "f"}[i]}}
				}
			}
			p := Merge(site, f)
			got, _ := leaf(&p.Room, key)
			standard := Default()
			want, _ := leaf(&standard, key)
			if n > 0 {
				want, _ = leaf(&other.Room, key)
			}
			origin := []string{"built-in default", "site policy (default), d", "r", "r"}
			wantOrigin := "site policy (forced), f"
			if n < 4 {
				wantOrigin = origin[n]
			}
			if !got.Equal(want) || p.Origin(key) != wantOrigin {
				t.Errorf("%s, %03b: %v from %s, want %v from %s", key, n, got, p.Origin(key), want, wantOrigin)
			}
		}
	}
}

func TestSiteProblems(t *testing.T) {
	_, err := readSite(t, `forced:
  room: a
  policy: {speak: alow, draw: nobody}
  owners: [a]
default:
  limits: {speakers: 0}
  polcy: {}
`)
	want := `salon.yaml:3: site_policy.forced.policy.speak "alow" must be one of nobody, allow, ask, moderators, presenters, or a list of roles and accounts such as [moderator, alice]; did you mean allow?
salon.yaml:2: site_policy.forced.room belongs to one room: write it into the room's file
salon.yaml:4: site_policy.forced.owners belongs to one room: write it into the room's file
salon.yaml:7: site_policy.default.polcy is not a known key: did you mean policy?
salon.yaml:6: site_policy.default.limits.speakers is 0: it must be between 1 and 24`
	if err == nil || err.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
	_, err = readSite(t, "forced: {talk_mode: open}\ndefault: {talk_mode: floor}")
	if err == nil || err.Error() != "salon.yaml:2: site_policy.default.talk_mode is forced as well: delete it here, or there" {
		t.Error(err)
	}
}

func TestPresets(t *testing.T) {
	participant := Participant{ID: "p", Role: RoleParticipant}
	viewer := Participant{ID: "v", Role: RoleViewer}
	presenter := Participant{ID: "s", Role: RolePresenter}
	moderator := Participant{ID: "m", Role: RoleModerator}
	for _, c := range []struct {
		preset string
		who    Participant
		right  Right
		want   string
	}{
		{"open", participant, Speak, "yes"}, {"open", participant, ScreenAudio, "yes"}, {"open", participant, Record, "no"},
		{"class", participant, Speak, "ask"}, {"class", participant.Grant(Speak), Speak, "yes"}, {"class", participant, Screen, "yes"},
		{"class", moderator, Speak, "yes"}, {"class", moderator, Record, "no"},
		{"webinar", viewer, Speak, "no"}, {"webinar", viewer.Grant(Speak), Speak, "yes"}, {"webinar", viewer, Hand, "yes"},
		{"webinar", viewer, SeeParticipants, "no"}, {"webinar", presenter, Screen, "yes"},
		{"assembly", participant, Speak, "ask"}, {"assembly", participant, Hand, "yes"}, {"assembly", participant, Screen, "no"},
		{"channel", participant, Speak, "ask"}, {"channel", moderator, Video, "no"}, {"channel", participant, ScreenAudio, "no"},
		{"kitchen", participant, Speak, "yes"}, {"kitchen", participant, Rename, "yes"},
	} {
		p := preset(t, c.preset)
		if got := word(Decide(p, State{}, c.who, c.right)); got != c.want {
			t.Errorf("%s: %s, %s: %s, want %s", c.preset, c.who.Role, c.right, got, c.want)
		}
	}
	class, webinar := preset(t, "class"), preset(t, "webinar")
	for _, c := range []struct {
		p                 *Policy
		viewer, publisher Participant
		source            Source
		want              bool
	}{
		{class, participant, viewer, SourceScreen, false}, {class, moderator, participant, SourceScreen, true},
		{class, participant, moderator, SourceScreen, true}, {class, participant, moderator, SourceCamera, true},
		{class, viewer, participant, SourceCamera, false}, {class, viewer, participant, SourceMicrophone, true},
		{webinar, participant, viewer, SourcePresence, false}, {webinar, viewer, presenter, SourcePresence, true},
		{webinar, moderator, viewer, SourcePresence, true},
	} {
		if d := Visible(c.p, c.viewer, c.publisher, c.source); d.Allowed != c.want {
			t.Errorf("%s sees %s of %s: %v", c.viewer.Role, c.source, c.publisher.Role, d)
		}
	}
	if p := preset(t, "kitchen"); !p.Persistent || !preset(t, "channel").Persistent {
		t.Error("a permanent room is forgotten when it is empty")
	}
}

func preset(t *testing.T, name string) *Policy {
	t.Helper()
	for _, p := range Presets() {
		if p.Name == name {
			return Merge(Site{}, p.File)
		}
	}
	t.Fatalf("there is no preset %s", name)
	return nil
}

// Every code has its one sentence.
func TestCodesAreComplete(t *testing.T) {
	seen := map[Code]bool{}
	for _, c := range Codes {
		if seen[c.Code] || c.Words == "" {
			t.Errorf("%s is there twice or says nothing", c.Code)
		}
		seen[c.Code] = true
		if s := (Reason{Code: c.Code, Right: Screen}).Sentence(); strings.Contains(s, "RIGHT") || strings.Contains(c.Words, "RIGHT") && !strings.Contains(s, "share a screen") {
			t.Errorf("%s: %s", c.Code, s)
		}
	}
}

func TestNamesOfRights(t *testing.T) {
	for _, r := range AllRights() {
		var again Right
		if text, _ := r.MarshalText(); again.UnmarshalText(text) != nil || again != r {
			t.Errorf("%s is not read again", r)
		}
		if key := r.Key(); key != "" && !slices.Contains(Keys(), key) {
			t.Errorf("%s: there is no key %s", r, key)
		}
	}
	var r Right
	if err := r.UnmarshalText([]byte("fly")); err == nil {
		t.Error("fly")
	}
}
