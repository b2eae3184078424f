package policy

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// A second reading of docs/policy.md, which shares no code with the package: it takes words and gives words.

var rank = map[string]int{"none": 0, "viewer": 1, "participant": 2, "presenter": 3, "moderator": 4}

// contributing are the rights that "allow" and "ask" do not give to viewers.
var contributing = []string{"speak", "video", "screen", "screen_audio", "draw", "rename", "record"}

type person struct {
	role, subject    string
	granted, revoked bool // the right in question
	floor            bool
}

type rules struct {
	rule    string // of the right in question, or of the screen for its sound
	disable string // a feature
	silent  bool   // screen.audio: false
	floor   bool   // talk_mode: floor
	over    string // "", expired, not_yet
}

var featureOf = map[string][]string{
	"video": {"video"}, "screen": {"screen"}, "screen_audio": {"screen_audio", "screen"}, "chat": {"chat"},
	"chat_private": {"private_chat", "chat"}, "hand": {"hand"}, "draw": {"draw"}, "react": {"react"}, "rename": {"rename"}, "record": {"record"},
}

func naive(right string, r rules, p person) string {
	if p.role == "none" {
		return "no"
	}
	if r.over == "expired" && !(p.role == "moderator" && (right == "end" || right == "set_policy")) {
		return "no"
	}
	if r.over == "not_yet" && p.role != "moderator" {
		return "no"
	}
	if r.disable != "" && slices.Contains(featureOf[right], r.disable) {
		return "no"
	}
	if right == "screen_audio" && r.silent {
		return "no"
	}
	if r.rule == "nobody" || p.revoked {
		return "no"
	}
	answer := "no"
	switch {
	case p.granted && right != "screen_audio": // sound without the screen is no use
		answer = "yes"
	case r.rule == "allow" || r.rule == "all":
		if p.role != "viewer" || !slices.Contains(contributing, right) {
			answer = "yes"
		}
	case r.rule == "ask":
		if p.role == "presenter" || p.role == "moderator" {
			answer = "yes"
		} else if p.role == "participant" || !slices.Contains(contributing, right) {
			answer = "ask"
		}
	case r.rule == "moderators":
		if p.role == "moderator" {
			answer = "yes"
		}
	case r.rule == "presenters":
		if p.role == "moderator" || p.role == "presenter" {
			answer = "yes"
		}
	case strings.HasPrefix(r.rule, "["):
		for word := range strings.SplitSeq(strings.Trim(r.rule, "[]"), ", ") {
			if level, isRole := rank[word]; isRole && rank[p.role] >= level || !isRole && strings.EqualFold(word, p.subject) {
				answer = "yes"
			}
		}
	}
	if right == "speak" && r.floor && answer == "yes" && !p.floor {
		return "ask"
	}
	return answer
}

// keyOf is where a right's rule is written, and the rules that can be written there.
func keyOf(right string) (key string, values []string) {
	who := []string{"allow", "ask", "moderators", "presenters", "nobody", "[alice]", "[Alice, presenter]", "[viewer]", "[participant, zoe]"}
	among := []string{"all", "presenters", "moderators"}
	switch right {
	case "screen", "screen_audio":
		return "policy: {screen: {who: %s, audio: %t}}", who
	case "chat":
		return "policy: {chat: {public: %s}}", who
	case "chat_private":
		return "policy: {chat: {private: %s}}", who
	case "see_participants":
		return "policy: {see: {participants: %s}}", append(among, "nobody")
	case "see_cameras":
		return "policy: {see: {cameras_of: %s}}", among
	case "speak", "video", "hand", "draw", "react", "rename", "record":
		return "policy: {" + right + ": %s}", who
	}
	return "", []string{"moderators"} // a moderation verb
}

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// roomOf writes the rules as a room file and reads it.
func roomOf(t *testing.T, right string, r rules) *Policy {
	t.Helper()
	text := "version: 1\n"
	key, _ := keyOf(right)
	switch {
	case strings.Contains(key, "%t"):
		text += fmt.Sprintf(key, r.rule, !r.silent) + "\n"
	case key != "":
		text += fmt.Sprintf(key, r.rule) + "\n"
	}
	if r.disable != "" {
		text += "features: {disable: [" + r.disable + "]}\n"
	}
	if r.floor {
		text += "talk_mode: floor\n"
	}
	switch r.over {
	case "expired":
		text += "window: {expires: 2026-03-01T12:00Z}\n"
	case "not_yet":
		text += "window: {not_before: 2026-03-01T12:01Z}\n"
	}
	f, err := Read("test.yaml", []byte(text))
	if err != nil {
		t.Fatalf("%s\n%v", text, err)
	}
	return Merge(Site{}, f)
}

func variants(right string) []rules {
	all := []rules{{}, {disable: "chat"}, {disable: "private_chat"}, {disable: "screen"}, {disable: "screen_audio"}, {over: "expired"}, {over: "not_yet"}, {floor: true}}
	if features := featureOf[right]; len(features) > 0 {
		all = append(all, rules{disable: features[0]})
	}
	if right == "screen_audio" || right == "screen" {
		all = append(all, rules{silent: true})
	}
	return all
}

func people() []person {
	var all []person
	for role := range rank {
		for _, subject := range []string{"", "alice", "zoe", "bob"} {
			for grants := range 4 {
				for _, floor := range []bool{false, true} {
					all = append(all, person{role, subject, grants&1 > 0, grants&2 > 0, floor})
				}
			}
		}
	}
	return all
}

func (p person) participant(t *testing.T, right Right) Participant {
	t.Helper()
	who := Participant{ID: "p", HasFloor: p.floor}
	if p.role != "none" {
		if err := who.Role.UnmarshalText([]byte(p.role)); err != nil {
			t.Fatal(err)
		}
	}
	if p.subject != "" {
		subject, err := ParseSubject(p.subject)
		if err != nil {
			t.Fatal(err)
		}
		who.Subject = subject
	}
	if p.granted {
		who.Granted = RightsOf(right)
	}
	if p.revoked {
		who.Revoked = RightsOf(right)
	}
	return who
}

func word(d Decision) string {
	switch {
	case d.Allowed && d.Ask:
		return "allowed and ask at once"
	case d.Allowed:
		return "yes"
	case d.Ask:
		return "ask"
	}
	return "no"
}

func TestDecideAgainstASecondReading(t *testing.T) {
	cells, everybody := 0, people()
	seen := map[Code]bool{}
	for _, right := range AllRights() {
		name := right.String()
		_, values := keyOf(name)
		for _, value := range values {
			for _, r := range variants(name) {
				r.rule = value
				p := roomOf(t, name, r)
				for _, who := range everybody {
					d := Decide(p, State{Now: noon}, who.participant(t, right), right)
					seen[d.Reason.Code] = true
					if got, want := word(d), naive(name, r, who); got != want {
						t.Errorf("%s, %+v, %+v: %s (%s), want %s", name, r, who, got, d.Reason, want)
					}
					if d.Reason.Right != right && name != "screen_audio" || strings.Contains(d.Reason.Sentence(), "RIGHT") {
						t.Errorf("%s: the reason is about %s: %s", name, d.Reason.Right, d.Reason)
					}
					cells++
				}
			}
		}
	}
	t.Logf("%d cells", cells)
	if cells < 10_000 {
		t.Errorf("only %d cells", cells)
	}
	for _, code := range []Code{WhyAllowed, WhyRole, WhyListed, WhyGranted, WhyNotAdmitted, WhyNotYet, WhyExpired, WhyDisabled, WhyRevoked, WhyNobody, WhyViewer, WhyAsk, WhyModerators, WhyPresenters, WhyNotListed, WhyFloor, WhyNoScreenAudio} {
		if !seen[code] {
			t.Errorf("no cell has the reason %s", code)
		}
	}
}

// What a screen allows, its sound needs as well.
func TestScreenAudioNeedsTheScreen(t *testing.T) {
	p := Merge(Site{}, File{Room: Default()})
	who := Participant{Role: RoleParticipant}
	if d := Decide(p, State{}, who.Revoke(Screen).Grant(ScreenAudio), ScreenAudio); d.Allowed || d.Reason.Code != WhyRevoked {
		t.Error(d)
	}
	strict := roomOf(t, "screen", rules{rule: "moderators"})
	if d := Decide(strict, State{}, who.Grant(ScreenAudio), ScreenAudio); d.Allowed {
		t.Error("sound without screen", d)
	}
	if d := Decide(strict, State{}, who.Grant(Screen), ScreenAudio); !d.Allowed || d.Reason.Code != WhyGranted {
		t.Error(d)
	}
	if d := Decide(strict, State{}, who.Grant(Screen).Revoke(ScreenAudio), ScreenAudio); d.Allowed {
		t.Error(d)
	}
}

func TestGrantsReplaceEachOther(t *testing.T) {
	who := Participant{}.Grant(Speak).Grant(Video).Revoke(Speak)
	if who.Granted != RightsOf(Video) || who.Revoked != RightsOf(Speak) || who.Grant(Speak).Revoked != 0 || who.Reset(Speak).Revoked != 0 {
		t.Errorf("%+v", who)
	}
	if list := RightsOf(Record, Speak).List(); !slices.Equal(list, []Right{Speak, Record}) {
		t.Error(list)
	}
}

func TestDurationOfTheWindow(t *testing.T) {
	f, err := Read("f", []byte("window: {duration: 1h}"))
	if err != nil {
		t.Fatal(err)
	}
	p := Merge(Site{}, f)
	who := Participant{Role: RoleParticipant}
	for _, c := range []struct {
		opened, now time.Time
		want        Code
	}{
		{time.Time{}, noon, WhyAllowed},
		{noon, noon.Add(time.Hour - 1), WhyAllowed},
		{noon, noon.Add(time.Hour), WhyTimeUp},
	} {
		if d := Decide(p, State{Now: c.now, Opened: c.opened}, who, Speak); d.Reason.Code != c.want {
			t.Errorf("%v: %v", c, d)
		}
	}
	who.Role = RoleModerator
	if d := Decide(p, State{Now: noon.Add(2 * time.Hour), Opened: noon}, who, SetPolicy); !d.Allowed {
		t.Error(d)
	}
}

func TestUnknownRightsAreRefused(t *testing.T) {
	p := Merge(Site{}, File{Room: Default()})
	for _, r := range []Right{rightCount, 31, 32, 255} {
		who := Participant{Role: RoleModerator, Granted: ^Rights(0)}
		if d := Decide(p, State{}, who, r); d.Allowed || d.Ask || d.Reason.Code != WhyUnknown || r.Words() == "" {
			t.Error(d)
		}
	}
}

func TestFits(t *testing.T) {
	p := Merge(Site{}, File{Room: Default()})
	for _, c := range []struct {
		used   Used
		source Source
		key    string
	}{
		{Used{Cameras: 24}, SourceCamera, ""},
		{Used{Cameras: 25}, SourceCamera, "limits.cameras"},
		{Used{OwnCameras: 1}, SourceCamera, "limits.cameras_per_participant"},
		{Used{Screens: 3}, SourceScreen, ""},
		{Used{Screens: 4}, SourceScreen, "policy.screen.max"},
		{Used{1000, 1000, 1000}, SourceMicrophone, ""},
	} {
		if d := Fits(p, c.used, c.source); d.Allowed != (c.key == "") || d.Reason.Key != c.key {
			t.Errorf("%+v: %+v", c, d)
		}
	}
}

func TestDecideDoesNotAllocate(t *testing.T) {
	p := roomOf(t, "speak", rules{rule: "[alice, bob, zoe]"})
	who := Participant{Role: RoleParticipant, Subject: "zoe"}
	if n := testing.AllocsPerRun(100, func() { Decide(p, State{Now: noon}, who, Speak) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkDecide(b *testing.B) {
	p := Merge(Site{}, File{Room: Default()})
	who := Participant{Role: RoleParticipant, Subject: "zoe"}
	b.ReportAllocs()
	for b.Loop() {
		Decide(p, State{Now: noon}, who, ScreenAudio)
	}
}
