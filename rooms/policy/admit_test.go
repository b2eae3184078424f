package policy

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"
)

// door is a room and somebody in front of it, in words.
type door struct {
	guests, role, way                  string // role "": the room's default, participant
	bypass                             string
	waitForModerator, lockWithout      bool
	moderators, participants           int
	locked, admitted, sentBack, banned bool
	owner                              bool
	window                             string // "", not_yet, expired
}

// naiveAdmit reads the section "Getting in" of docs/policy.md.
func naiveAdmit(d door) string {
	role := d.role
	if role == "" {
		role = "participant"
	}
	if d.owner {
		role = "moderator"
	}
	moderator := role == "moderator"
	if d.banned && !d.owner {
		return "refuse"
	}
	if d.window == "expired" && !d.owner || d.window == "not_yet" && !moderator {
		return "refuse"
	}
	if d.guests == "deny" && d.way == "link" && !moderator {
		return "refuse"
	}
	if d.locked && !moderator && !d.admitted {
		return "refuse"
	}
	if d.participants >= 10 {
		return "refuse"
	}
	if d.admitted {
		return "enter"
	}
	if d.sentBack {
		return "wait"
	}
	if moderator {
		return "enter"
	}
	if d.moderators == 0 {
		if d.waitForModerator {
			return "wait"
		}
		if d.lockWithout {
			return "refuse"
		}
	}
	lobby := d.guests == "ask" || d.guests == "trusted" && d.way == "link"
	for word := range strings.SplitSeq(d.bypass, ", ") {
		if word == d.way && d.way != "link" || rank[word] > 0 && rank[role] >= rank[word] {
			lobby = false
		}
	}
	if lobby {
		return "wait"
	}
	return "enter"
}

func (d door) policy(t *testing.T) *Policy {
	t.Helper()
	text := fmt.Sprintf("owners: [Olga]\njoin: {guests: %s, bypass_lobby: [%s], wait_for_moderator: %t, max_participants: 10, when_no_moderator: {lock: %t}}\n",
		d.guests, d.bypass, d.waitForModerator, d.lockWithout)
	switch d.window {
	case "expired":
		text += "window: {expires: 2026-03-01T12:00Z}\n"
	case "not_yet":
		text += "window: {not_before: 2026-03-01T12:00:01Z}\n"
	}
	f, err := Read("test.yaml", []byte(text))
	if err != nil {
		t.Fatalf("%s\n%v", text, err)
	}
	return Merge(Site{}, f)
}

func (d door) arrival() (Arrival, Bans) {
	who := Arrival{Subject: "petra", Device: "d", Admitted: d.admitted, SentBack: d.sentBack}
	who.Way = Way(slices.Index([]string{"link", "account", "token", "invitation"}, d.way))
	if d.role != "" {
		who.Role = Role(rank[d.role])
	}
	if d.owner {
		who.Subject = "olga"
	}
	if d.banned {
		return who, Bans{{Subject: "other"}, {Subject: who.Subject, Until: noon.Add(1)}}
	}
	return who, Bans{{Subject: who.Subject, Until: noon}, {Device: "e"}}
}

// bit tells one of many independent yes and no.
func bit(n, place int) bool { return n>>place&1 > 0 }

func TestAdmitAgainstASecondReading(t *testing.T) {
	cells, seen := 0, map[Code]bool{}
	for _, guests := range []string{"accept", "trusted", "ask", "deny"} {
		for _, bypass := range []string{"", "moderator", "presenter, token", "participant", "invitation, account", "viewer"} {
			for _, window := range []string{"", "not_yet", "expired"} {
				for rules := range 4 {
					d := door{guests: guests, bypass: bypass, window: window, waitForModerator: bit(rules, 0), lockWithout: bit(rules, 1)}
					p := d.policy(t)
					for _, d.role = range []string{"", "viewer", "participant", "presenter", "moderator"} {
						for _, d.way = range []string{"link", "account", "token", "invitation"} {
							for n := range 128 {
								d.locked, d.admitted, d.sentBack, d.banned, d.owner = bit(n, 0), bit(n, 1), bit(n, 2), bit(n, 3), bit(n, 4)
								d.moderators, d.participants = n>>5&1, 9+n>>6&1
								who, bans := d.arrival()
								a := Admit(p, State{Now: noon, Locked: d.locked, Moderators: d.moderators, Participants: d.participants}, bans, who)
								seen[a.Reason.Code] = true
								if want := naiveAdmit(d); a.Outcome.String() != want {
									t.Fatalf("%+v: %s, %s; want %s", d, a.Outcome, a.Reason, want)
								}
								cells++
							}
						}
					}
				}
			}
		}
	}
	t.Logf("%d cells", cells)
	for _, code := range []Code{WhyWelcome, WhyRole, WhyAdmitted, WhyBypass, WhyBanned, WhyLocked, WhyNoModerator, WhyFull, WhyNoGuests, WhyLobby, WhyWaitModerator, WhySentBack, WhyNotYet, WhyExpired} {
		if !seen[code] {
			t.Errorf("no cell has the reason %s", code)
		}
	}
}

// The state that Admit looks at is the state that its outcome changes: ten seats, fifty who come, ten inside.
func TestTenSeats(t *testing.T) {
	p := door{guests: "accept"}.policy(t)
	s := State{Now: noon}
	for range 50 {
		if Admit(p, s, nil, Arrival{}).Outcome == Enter {
			s.Participants++
		}
	}
	if s.Participants != 10 {
		t.Errorf("%d are inside", s.Participants)
	}
	s = State{Participants: 3, Capacity: 3}
	if a := Admit(p, s, nil, Arrival{Admitted: true}); a.Reason.Code != WhyFull || a.Reason.Key != "" {
		t.Errorf("the server's own bound: %+v", a)
	}
}

func TestBans(t *testing.T) {
	f, err := Read("f", []byte("owners: [olga]\njoin: {bans: {by: [account, device, ip], for: 1h}}"))
	if err != nil {
		t.Fatal(err)
	}
	p := Merge(Site{}, f)
	who := Arrival{Subject: "petra", Device: "d1", Address: netip.MustParseAddr("2001:db8:1:2::3")}
	ban, ok := NewBan(p, noon, who)
	if !ok || !ban.Until.Equal(noon.Add(time.Hour)) || ban.Over(noon.Add(time.Hour-1)) || !ban.Over(noon.Add(time.Hour)) {
		t.Errorf("%+v", ban)
	}
	v4, _ := NewBan(p, noon, Arrival{Address: netip.MustParseAddr("::ffff:192.0.2.1")})
	for _, c := range []struct {
		ban  BanEntry
		who  Arrival
		want bool
	}{
		{ban, Arrival{}, false},
		{ban, Arrival{Subject: "petra"}, true},
		{ban, Arrival{Device: "d1"}, true},
		{ban, Arrival{Device: "d2", Subject: "paul"}, false},
		{ban, Arrival{Address: netip.MustParseAddr("2001:db8:1:2:ffff::1%eth0")}, true},
		{ban, Arrival{Address: netip.MustParseAddr("2001:db8:1:3::3")}, false},
		{v4, Arrival{Address: netip.MustParseAddr("192.0.2.1")}, true},
		{v4, Arrival{Address: netip.MustParseAddr("192.0.2.2")}, false},
		{v4, Arrival{Address: netip.MustParseAddr("::")}, false},
	} {
		if got := (Bans{c.ban}).Hold(p, noon, c.who); got != c.want {
			t.Errorf("%+v, %+v: %v", c.ban, c.who, got)
		}
	}
	if (Bans{{Subject: "olga"}}).Hold(p, noon, Arrival{Subject: "olga"}) {
		t.Error("an owner is banned")
	}
	if _, ok := NewBan(p, noon, Arrival{}); ok {
		t.Error("a ban of nobody")
	}
}

func TestBegin(t *testing.T) {
	for _, c := range []struct {
		start   string
		inside  int
		role    Role
		want    StartAs
		because string
	}{
		{"{}", 500, RoleViewer, StartAs{}, ""},
		{"{muted: true}", 0, RoleParticipant, StartAs{Muted: true}, "start.muted"},
		{"{muted: true}", 0, RolePresenter, StartAs{}, ""},
		{"{hidden_after: 10}", 9, RoleParticipant, StartAs{}, ""},
		{"{hidden_after: 10}", 10, RoleParticipant, StartAs{CameraOff: true}, "start.hidden_after"},
		{"{hidden_after: 0}", 0, RoleParticipant, StartAs{CameraOff: true}, "start.hidden_after"},
		{"{hidden_after: 0}", 0, RoleModerator, StartAs{}, ""},
		{"{audio_only: true}", 0, RoleModerator, StartAs{CameraOff: true, AudioOnly: true}, "start.audio_only"},
	} {
		f, err := Read("f", []byte("start: "+c.start))
		if err != nil {
			t.Fatal(err)
		}
		got := Begin(Merge(Site{}, f), State{Participants: c.inside}, c.role)
		key := got.Reason.Key
		got.Reason = Reason{}
		if got != c.want || key != c.because {
			t.Errorf("%s, %d inside, %s: %+v because of %q", c.start, c.inside, c.role, got, key)
		}
	}
}

func TestEnds(t *testing.T) {
	f, err := Read("f", []byte("window: {expires: 2026-03-01T18:00Z, duration: 2h}\njoin: {when_no_moderator: {end_after: 5m}}"))
	if err != nil {
		t.Fatal(err)
	}
	p := Merge(Site{}, f)
	for _, c := range []struct {
		state State
		at    time.Time
		code  Code
	}{
		{State{}, noon.Add(6 * time.Hour), WhyExpired},
		{State{Opened: noon}, noon.Add(2 * time.Hour), WhyTimeUp},
		{State{Opened: noon, NoModeratorSince: noon.Add(time.Hour)}, noon.Add(65 * time.Minute), WhyAbandoned},
		{State{Opened: noon.Add(5 * time.Hour)}, noon.Add(6 * time.Hour), WhyExpired},
	} {
		if at, why, ok := Ends(p, c.state); !ok || !at.Equal(c.at) || why.Code != c.code {
			t.Errorf("%+v: %v, %v", c.state, at, why)
		}
	}
	if _, _, ok := Ends(Merge(Site{}, File{}), State{Opened: noon, NoModeratorSince: noon}); ok {
		t.Error("an unrestricted room ends")
	}
}

func TestRoleOf(t *testing.T) {
	f, err := Read("f", []byte("owners: [Olga]\ndefault_role: viewer"))
	if err != nil {
		t.Fatal(err)
	}
	p := Merge(Site{}, f)
	for _, c := range []struct {
		who  Arrival
		want Role
	}{
		{Arrival{}, RoleViewer},
		{Arrival{Role: RolePresenter}, RolePresenter},
		{Arrival{Subject: "olga", Role: RoleViewer}, RoleModerator},
		{Arrival{Subject: "Olga"}, RoleViewer}, // was not made by ParseSubject
	} {
		if got := RoleOf(p, c.who); got != c.want {
			t.Errorf("%+v: %s", c.who, got)
		}
	}
}
