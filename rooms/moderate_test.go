package rooms

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"salon/rooms/policy"
	"salon/signaling/protocol"
)

// ruled makes the rooms of a world follow a room file.
func (w *world) ruled(lines ...string) *world {
	w.Helper()
	file, err := policy.Read("test.yaml", []byte(strings.Join(lines, "\n")))
	if err != nil {
		w.Fatal(err)
	}
	w.Registry.config.Files = sameFile{file}
	return w
}

// sameFile is the room file of every room.
type sameFile struct{ file policy.File }

func (f sameFile) Room(string) policy.File { return f.file }
func (f sameFile) Keys() []string          { return []string{"filed"} }
func (f sameFile) Problem(key string) error {
	if key == "broken" {
		return errors.New("broken.yaml:1: it is wrong")
	}
	return nil
}

// enterAs joins with an account.
func (w *world) enterAs(room, name, account string) *client {
	w.Helper()
	c, err := w.try(Entrance{Join: protocol.Join{Room: room, Name: name}, Account: Account{Subject: policy.Subject(account)}})
	if err != nil {
		w.Fatalf("%s cannot join: %v", name, err)
	}
	return c
}

// try joins, to enter or to wait.
func (w *world) try(e Entrance) (*client, error) {
	c := &client{t: w.T, w: w, out: &fakeOutbox{}}
	e.Re, e.Out = 1, c.out
	p, err := w.Join(w.Context(), e)
	if err != nil {
		return nil, err
	}
	c.Participant = p
	c.early = c.out.take()
	switch m := c.early[0].message.(type) {
	case protocol.Joined:
		c.joined = m
	case protocol.Waiting:
		c.joined = protocol.Joined{Self: m.Self, Token: m.Token}
		c.joined.Room.Name = e.Join.Room
	}
	return c, nil
}

// expect carries out a message that must succeed.
func (c *client) expect(m protocol.ClientMessage) protocol.ServerMessage {
	c.t.Helper()
	reply, err := c.Do(c.w.Context(), m)
	if err != nil {
		c.t.Fatalf("%s: %v", protocol.TypeOf(m), err)
	}
	return reply
}

// refuses checks that a message is refused with a code.
func (c *client) refuses(m protocol.ClientMessage, code protocol.ErrorCode) {
	c.t.Helper()
	refused(c.t, c.do(c.w.Context(), m), code)
}

// newest returns the newest message of a type that came.
func newest[M protocol.ServerMessage](t *testing.T, c *client) M {
	t.Helper()
	all := of[M](append(c.early, c.out.take()...))
	c.early = nil
	if len(all) == 0 {
		var none M
		t.Fatalf("no %s came", protocol.TypeOf(none))
	}
	return all[len(all)-1]
}

func right(r protocol.Rights, name protocol.Right) protocol.RightInfo {
	for _, i := range r.Rights {
		if i.Right == name {
			return i
		}
	}
	return protocol.RightInfo{}
}

const school = "owners: [teacher]\npolicy: {speak: ask, video: allow, screen: {who: presenters, visible_to: moderators}, see: {cameras_of: moderators}}\n"

func TestAskingForARightAndLosingIt(t *testing.T) {
	inWorld(t, Limits{}, func(w *world) {
		w.ruled(school)
		teacher, pupil := w.enterAs("class", "Teacher", "teacher"), w.enterAs("class", "Pupil", "")
		pupil.connect(2, 3, protocol.Sources...)
		if r := right(newest[protocol.Rights](t, pupil), protocol.RightSpeak); r.Allowed || !r.Askable || r.Reason != protocol.BecauseAsk {
			t.Fatalf("speak: %+v", r)
		}
		pupil.refuses(protocol.Publish{Source: protocol.Microphone}, protocol.ErrForbidden)
		teacher.out.take()
		pupil.expect(protocol.Ask{Right: protocol.RightSpeak, Wanted: true})
		if q := newest[protocol.Requests](t, teacher); len(q.Requests) != 1 || q.Requests[0].Participant != pupil.ID() {
			t.Fatalf("%+v", q)
		}
		pupil.refuses(protocol.Grant{Participant: pupil.ID(), Right: protocol.RightSpeak, State: protocol.Allowed}, protocol.ErrForbidden)
		teacher.expect(protocol.Grant{Participant: pupil.ID(), Right: protocol.RightSpeak, State: protocol.Allowed})
		if n := newest[protocol.Notice](t, pupil); n.What != protocol.NoticeGranted || n.By != "Teacher" {
			t.Errorf("%+v", n)
		}
		pupil.expect(protocol.Publish{Source: protocol.Microphone})
		media := pupil.carrier(protocol.Microphone)
		if !media.Forwarding() {
			t.Fatal("a microphone with the right is not forwarded")
		}
		teacher.out.take()
		teacher.expect(protocol.Grant{Participant: pupil.ID(), Right: protocol.RightSpeak, State: protocol.Denied})
		if media.Forwarding() {
			t.Error("a microphone is forwarded after a hard mute")
		}
		if ended := newest[protocol.PublicationEnded](t, teacher); ended.Source != protocol.Microphone {
			t.Errorf("%+v", ended)
		}
		pupil.refuses(protocol.Publish{Source: protocol.Microphone}, protocol.ErrForbidden)
		pupil.refuses(protocol.Ask{Right: protocol.RightSpeak, Wanted: true}, protocol.ErrForbidden)
	})
}

func TestPupilsSeeOnlyTheTeacher(t *testing.T) {
	inWorld(t, Limits{}, func(w *world) {
		w.ruled(school)
		teacher := w.enterAs("class", "Teacher", "teacher").publishing(protocol.Camera)
		one, two := w.enter("class", "One"), w.enter("class", "Two")
		one.out.take()
		two.publishing(protocol.Camera)
		if got := types(one.out.take()); strings.Contains(got, "publication") {
			t.Errorf("a pupil is told of the other's camera: %s", got)
		}
		if changed := of[protocol.PublicationChanged](teacher.out.take()); len(changed) != 2 { // one of them its own
			t.Errorf("the teacher is told %+v", changed)
		}
		two.film(protocol.Camera)
		teacher.film(protocol.Camera)
		peer := one.connect(2, 3)
		one.watch(two.tile(protocol.Camera, 640, 360), teacher.tile(protocol.Camera, 640, 360))
		fills := newest[protocol.Slots](t, one)
		if len(fills.Slots) != 1 || fills.Slots[0].Participant != teacher.ID() {
			t.Errorf("a pupil gets %+v", fills)
		}
		_ = peer
		teacher.expect(protocol.SetRole{Participant: one.ID(), Role: protocol.RoleModerator})
		if fills := newest[protocol.Slots](t, one); len(fills.Slots) != 2 {
			t.Errorf("as a moderator it gets %+v", fills)
		}
		teacher.expect(protocol.SetRole{Participant: one.ID(), Role: protocol.RoleParticipant})
		after := one.out.take()
		if ended := of[protocol.PublicationEnded](after); len(ended) != 1 || ended[0].Participant != two.ID() {
			t.Errorf("no longer a moderator, it is told %s", types(after))
		}
	})
}

func TestLobby(t *testing.T) {
	inWorld(t, Limits{}, func(w *world) {
		w.ruled("owners: [host]", "join: {guests: ask, wait_for_moderator: true, lobby: {message: Soon, timeout: 1m}}")
		guest, err := w.try(Entrance{Join: protocol.Join{Room: "room", Name: "Guest"}})
		if err != nil {
			t.Fatal(err)
		}
		guest.refuses(protocol.Say{Text: "in"}, protocol.ErrNotJoined)
		if _, err := guest.Offer(w.Context(), protocol.Offer{SDP: "1 1"}); err == nil {
			t.Error("one who waits got an answer")
		}
		host := w.enterAs("room", "Host", "host")
		if l := newest[protocol.Lobby](t, host); len(l.Waiting) != 1 || l.Waiting[0].Name != "Guest" {
			t.Fatalf("%+v", l)
		}
		guest.expect(protocol.LobbySay{Text: "hello"})
		if l := newest[protocol.Lobby](t, host); len(l.Waiting[0].Lines) != 1 || !l.Waiting[0].Lines[0].Own {
			t.Fatalf("%+v", l)
		}
		guest.out.take()
		host.expect(protocol.LobbySay{Participant: guest.ID(), Text: "a minute"})
		if waits := newest[protocol.Waiting](t, guest); len(waits.Lines) != 2 || waits.Message != "Soon" {
			t.Errorf("%+v", waits)
		}
		host.out.take()
		host.expect(protocol.Admit{Participants: []string{guest.ID()}})
		if joined := of[protocol.Joined](guest.out.take()); len(joined) != 1 || len(joined[0].Participants) != 2 {
			t.Errorf("admitted: %+v", joined)
		}
		if l := newest[protocol.Lobby](t, host); len(l.Waiting) != 0 {
			t.Errorf("%+v", l)
		}
		host.refuses(protocol.Admit{Participants: []string{guest.ID()}}, protocol.ErrUnknown)
		host.expect(protocol.SendBack{Participant: guest.ID()})
		if waits := newest[protocol.Waiting](t, guest); waits.Why != protocol.BecauseSentBack {
			t.Errorf("%+v", waits)
		}
		pass(2 * time.Minute)
		if bye := guest.out.bye(); bye != protocol.ByeLobbyOver {
			t.Errorf("after the timeout: %q", bye)
		}
	})
}

func TestEverybodyIsAdmittedAtOnce(t *testing.T) {
	inWorld(t, Limits{}, func(w *world) {
		w.ruled("owners: [host]", "join: {guests: ask}")
		host := w.enterAs("room", "Host", "host")
		var guests []*client
		for _, name := range []string{"One", "Two", "Three"} {
			guest, err := w.try(Entrance{Join: protocol.Join{Room: "room", Name: name}})
			if err != nil {
				t.Fatal(err)
			}
			guests = append(guests, guest)
		}
		host.expect(protocol.Admit{Participants: []string{guests[0].ID(), guests[1].ID(), guests[2].ID()}})
		for _, guest := range guests {
			if joined := of[protocol.Joined](guest.out.take()); len(joined) != 1 {
				t.Errorf("%d joined messages came", len(joined))
			}
		}
	})
}

func TestBansHoldAcrossNamesTabsAndRooms(t *testing.T) {
	inWorld(t, Limits{}, func(w *world) {
		w.ruled("owners: [host]", "join: {bans: {by: [account, device], for: 1h}}")
		host := w.enterAs("room", "Host", "host")
		device := strings.Repeat("d", 16)
		mallory, err := w.try(Entrance{Join: protocol.Join{Room: "room", Name: "Mallory", Device: device}})
		if err != nil {
			t.Fatal(err)
		}
		twin, err := w.try(Entrance{Join: protocol.Join{Room: "room", Name: "Bob", Device: device}})
		if err != nil {
			t.Fatal(err)
		}
		host.expect(protocol.Remove{Participant: mallory.ID(), Ban: true, Message: "Enough."})
		if mallory.out.bye() != protocol.ByeBanned || twin.out.bye() != protocol.ByeBanned {
			t.Errorf("%q and in the other tab %q", mallory.out.bye(), twin.out.bye())
		}
		_, err = w.try(Entrance{Join: protocol.Join{Room: "room", Name: "Alice", Device: device}})
		refused(t, err, protocol.ErrBanned)
		resume := &protocol.Resume{Participant: mallory.ID(), Token: mallory.joined.Token}
		_, err = w.try(Entrance{Join: protocol.Join{Room: "room", Resume: resume}})
		refused(t, err, protocol.ErrResumeUnknown)
		bans := host.expect(protocol.GetBans{}).(protocol.Bans)
		if len(bans.Bans) != 1 || bans.Bans[0].Name != "Mallory" {
			t.Fatalf("%+v", bans)
		}
		host.expect(protocol.Unban{Ban: bans.Bans[0].ID})
		if _, err = w.try(Entrance{Join: protocol.Join{Room: "room", Name: "Alice", Device: device}}); err != nil {
			t.Errorf("after the ban: %v", err)
		}
	})
}

func TestOneTalksAtATime(t *testing.T) {
	inWorld(t, Limits{}, func(w *world) {
		w.ruled("owners: [host]", "talk_mode: floor")
		host := w.enterAs("room", "Host", "host")
		one, two := w.enter("room", "One").publishing(protocol.Microphone), w.enter("room", "Two").publishing(protocol.Microphone)
		first, second := one.carrier(protocol.Microphone), two.carrier(protocol.Microphone)
		if first.Forwarding() || second.Forwarding() {
			t.Fatal("somebody is heard without the floor")
		}
		one.expect(protocol.TakeFloor{Wanted: true})
		two.expect(protocol.TakeFloor{Wanted: true})
		if !first.Forwarding() || second.Forwarding() {
			t.Fatal("not the first one alone is heard")
		}
		if f := newest[protocol.Floor](t, host); f.Talker != one.ID() || len(f.Queue) != 1 || f.Queue[0] != two.ID() {
			t.Errorf("%+v", f)
		}
		pass(policy.LongestTurn + time.Second)
		if first.Forwarding() || !second.Forwarding() {
			t.Error("the turn did not pass on")
		}
		two.expect(protocol.TakeFloor{})
		if second.Forwarding() {
			t.Error("heard after letting go")
		}
		host.expect(protocol.GiveFloor{Participant: one.ID()})
		if !first.Forwarding() {
			t.Error("not heard with the floor that the host gave")
		}
		host.expect(protocol.Configure{Settings: []protocol.SettingChange{{Key: "talk_mode", Value: "open"}}})
		if !first.Forwarding() || !second.Forwarding() {
			t.Error("not heard although everybody may talk")
		}
	})
}

func TestHandsHaveOneOrder(t *testing.T) {
	inWorld(t, Limits{}, func(w *world) {
		w.ruled("owners: [host]")
		host := w.enterAs("room", "Host", "host")
		one, two, three := w.enter("room", "One"), w.enter("room", "Two"), w.enter("room", "Three")
		for _, c := range []*client{two, one, three, two} {
			c.expect(protocol.Raise{Raised: true})
		}
		order := func(c *client) (names []string) {
			for _, h := range newest[protocol.Hands](t, c).Hands {
				names = append(names, c.room.byID[h.Participant].name)
			}
			return names
		}
		for _, c := range []*client{host, one, two, three} {
			if got := strings.Join(order(c), " "); got != "Two One Three" {
				t.Errorf("%s sees %s", c.name, got)
			}
		}
		host.expect(protocol.OrderHands{Participants: []string{three.ID(), one.ID()}})
		if got := strings.Join(order(host), " "); got != "Three One Two" {
			t.Errorf("ordered: %s", got)
		}
		two.refuses(protocol.LowerHands{}, protocol.ErrForbidden)
		three.out.take()
		host.expect(protocol.LowerHands{Participant: three.ID()})
		if n := newest[protocol.Notice](t, three); n.What != protocol.NoticeHandDown {
			t.Errorf("%+v", n)
		}
		one.Leave(protocol.LeftByChoice)
		if got := strings.Join(order(host), " "); got != "Two" {
			t.Errorf("after One has left: %s", got)
		}
	})
}

func TestInvitations(t *testing.T) {
	inWorld(t, Limits{}, func(w *world) {
		w.ruled("owners: [host]", "join: {guests: deny}")
		host := w.enterAs("room", "Host", "host")
		_, err := w.try(Entrance{Join: protocol.Join{Room: "room", Name: "Guest"}})
		refused(t, err, protocol.ErrNeedsToken)
		made := host.expect(protocol.Invite{Role: protocol.RolePresenter, Name: "Grace", Uses: 1, Expires: 60}).(protocol.Invitation)
		by := Entrance{Join: protocol.Join{Room: "room", Name: "Mallory", Invite: made.Code}}
		guest, err := w.try(by)
		if err != nil {
			t.Fatal(err)
		}
		if self := guest.joined.Participants[1]; self.Name != "Grace" || self.Role != protocol.RolePresenter {
			t.Errorf("%+v", self)
		}
		_, err = w.try(by)
		refused(t, err, protocol.ErrBadInvite)
		made = host.expect(protocol.Invite{Role: protocol.RoleViewer, Expires: 60}).(protocol.Invitation)
		host.expect(protocol.RevokeInvitation{Invitation: made.ID})
		by.Join.Invite = made.Code
		_, err = w.try(by)
		refused(t, err, protocol.ErrBadInvite)
		made = host.expect(protocol.Invite{Role: protocol.RoleViewer, Expires: 60}).(protocol.Invitation)
		pass(2 * time.Minute)
		by.Join.Invite = made.Code
		_, err = w.try(by)
		refused(t, err, protocol.ErrBadInvite)
		if all := host.expect(protocol.GetInvitations{}).(protocol.Invitations); len(all.Invitations) != 0 {
			t.Errorf("%+v", all)
		}
	})
}

func TestRename(t *testing.T) {
	inWorld(t, Limits{}, func(w *world) {
		w.ruled("owners: [host]")
		host, guest := w.enterAs("room", "Host", "host"), w.enter("room", "Guest")
		guest.refuses(protocol.Rename{Name: "  "}, protocol.ErrBadName)
		guest.expect(protocol.Rename{Name: " Grace  Hopper "})
		if told := newest[protocol.ParticipantChanged](t, host); told.ID != guest.ID() || told.Name != "Grace Hopper" {
			t.Errorf("the host is told %+v", told)
		}
		if told := newest[protocol.ParticipantChanged](t, guest); told.Name != "Grace Hopper" {
			t.Errorf("the guest is told %+v", told)
		}
		host.expect(protocol.Configure{Settings: []protocol.SettingChange{{Key: "policy.rename", Value: "nobody"}}})
		guest.refuses(protocol.Rename{Name: "Guest"}, protocol.ErrForbidden)

		host.expect(protocol.Configure{Settings: []protocol.SettingChange{{Key: "policy.rename", Value: "allow"}}})
		vouched, err := w.try(Entrance{Join: protocol.Join{Room: "room", Name: "Anybody"}, Account: Account{"ann", "", "Ann"}})
		if err != nil {
			t.Fatal(err)
		}
		_, err = vouched.Do(w.Context(), protocol.Rename{Name: "Boss"})
		if refused, _ := errors.AsType[protocol.Error](err); refused.Code != protocol.ErrForbidden || refused.Reason != protocol.BecauseNamed {
			t.Errorf("who is vouched for chooses a name: %v", err)
		}
		rights := newest[protocol.Rights](t, vouched).Rights
		if i := slices.IndexFunc(rights, func(r protocol.RightInfo) bool { return r.Right == protocol.RightRename }); rights[i].Allowed {
			t.Error("who is vouched for is offered another name")
		}
	})
}

func TestTheHintOfScreensIsTold(t *testing.T) {
	inWorld(t, Limits{}, func(w *world) {
		w.ruled("owners: [host]", "policy: {screen: {hint: text}}")
		host, guest := w.enterAs("room", "Host", "host"), w.enter("room", "Guest")
		if got := guest.joined.Room.ScreenHint; got != "text" {
			t.Errorf("joined with %q", got)
		}
		host.expect(protocol.Configure{Settings: []protocol.SettingChange{{Key: "policy.screen.hint", Value: "motion"}}})
		if got := newest[protocol.RoomChanged](t, guest).Room.ScreenHint; got != "motion" {
			t.Errorf("told %q", got)
		}
	})
}

func TestSettings(t *testing.T) {
	inWorld(t, Limits{}, func(w *world) {
		w.ruled("owners: [host]", "policy: {chat: {public: allow}}")
		host, guest := w.enterAs("room", "Host", "host"), w.enter("room", "Guest")
		guest.refuses(protocol.GetSettings{}, protocol.ErrForbidden)
		guest.refuses(protocol.Configure{Settings: []protocol.SettingChange{{Key: "policy.speak", Value: "nobody"}}}, protocol.ErrForbidden)
		host.refuses(protocol.Configure{Settings: []protocol.SettingChange{{Key: "policy.chat.public", Value: "nobody"}, {Key: "policy.speek", Value: "ask"}}}, protocol.ErrBadSetting)
		guest.expect(protocol.Say{Text: "still allowed"})
		changed := host.expect(protocol.Configure{Settings: []protocol.SettingChange{{Key: "policy.chat.public", Value: "moderators"}}}).(protocol.Settings)
		guest.refuses(protocol.Say{Text: "no longer"}, protocol.ErrForbidden)
		for _, s := range changed.Settings {
			want := map[string]string{"policy.chat.public": "moderators", "policy.chat.private": "allow", "talk_mode": "open", "owners": "[host]"}[s.Key]
			if want != "" && s.Value != want {
				t.Errorf("%s is %q, want %q", s.Key, s.Value, want)
			}
		}
	})
}
