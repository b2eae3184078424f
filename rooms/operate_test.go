package rooms

import (
	"bytes"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"salon/rooms/policy"
	"salon/rooms/store"
	"salon/signaling/protocol"
)

// operate carries out a message for whoever runs the server.
func (w *world) operate(room string, m protocol.ClientMessage) protocol.ServerMessage {
	w.Helper()
	reply, err := w.Operate(w.Context(), Operation{Room: room, Message: m})
	if err != nil {
		w.Fatalf("%T: %v", m, err)
	}
	return reply
}

func (w *world) cannotOperate(room string, m protocol.ClientMessage, code protocol.ErrorCode) {
	w.Helper()
	_, err := w.Operate(w.Context(), Operation{Room: room, Message: m})
	refused(w.T, err, code)
}

func TestOperatorDoesWhatModeratorsDo(t *testing.T) {
	inWorld(t, Limits{}, func(w *world) {
		var log bytes.Buffer
		w.Registry.config.Log = slog.New(slog.NewTextHandler(&log, nil))
		w.ruled("owners: [olga]\npolicy: {see: {participants: nobody}, speak: ask}\nwindow: {duration: 24h}")
		olga := w.enterAs("room", "Olga", "olga").publishing(protocol.Microphone)
		ann := w.enterAs("room", "Ann", "ann")
		media := olga.carrier(protocol.Microphone)
		olga.out.take()
		w.operate("room", protocol.Silence{Participant: olga.ID(), Source: protocol.Microphone}) // an owner, whom moderators leave alone
		if n := newest[protocol.Notice](t, olga); n.What != protocol.NoticeMuted || n.By != OperatorName || media.Forwarding() {
			t.Errorf("%+v, forwarding %v", n, media.Forwarding())
		}
		w.operate("room", protocol.Grant{Participant: ann.ID(), Right: protocol.RightSpeak, State: protocol.Allowed})
		w.operate("room", protocol.SetRole{Participant: ann.ID(), Role: protocol.RolePresenter})
		w.operate("room", protocol.Lock{Locked: true})
		if _, err := w.tryEnter("room", "Late"); err == nil {
			t.Error("a locked room lets somebody in")
		}
		if got := types(olga.out.take()); strings.Contains(got, "participant_joined") {
			t.Errorf("the operator was announced: %s", got)
		}
		w.operate("room", protocol.Remove{Participant: ann.ID(), Ban: true})
		if ann.out.bye() != protocol.ByeBanned {
			t.Errorf("bye %q", ann.out.bye())
		}
		bans := w.operate("room", protocol.GetBans{}).(protocol.Bans).Bans
		if len(bans) != 1 || bans[0].By != OperatorName {
			t.Fatalf("%+v", bans)
		}
		w.operate("room", protocol.Unban{Ban: bans[0].ID})
		for _, line := range []string{"who=operator act=lock target=true", "act=remove", "act=unban target=" + bans[0].ID} {
			if !strings.Contains(log.String(), line) {
				t.Errorf("the log has no %q:\n%s", line, log.String())
			}
		}
		w.operate("room", protocol.End{})
		if olga.out.bye() != protocol.ByeEnded {
			t.Errorf("bye %q", olga.out.bye())
		}
	})
}

func TestOperatorIsNoParticipant(t *testing.T) {
	inWorld(t, Limits{}, func(w *world) {
		w.enter("room", "Ann")
		for _, m := range []protocol.ClientMessage{
			protocol.Say{Text: "hello"}, protocol.Raise{Raised: true}, protocol.Publish{Source: protocol.Camera}, protocol.TakeFloor{Wanted: true},
			protocol.Ask{Right: protocol.RightSpeak, Wanted: true}, protocol.Rename{Name: "x"}, protocol.LobbySay{Text: "x"}, protocol.View{},
		} {
			w.cannotOperate("room", m, protocol.ErrForbidden)
		}
		w.cannotOperate("room", protocol.Leave{}, protocol.ErrBadMessage)
		w.cannotOperate("../etc", protocol.Lock{}, protocol.ErrBadRoom)
		w.cannotOperate("nowhere", protocol.Lock{Locked: true}, protocol.ErrUnknown)
		w.cannotOperate("room", protocol.SendBack{Participant: OperatorName}, protocol.ErrUnknown)
		if w.Totals().RoomsNow != 1 {
			t.Errorf("%d rooms", w.Totals().RoomsNow)
		}
	})
}

// Rooms of the store are operated without people, and reading leaves no trace: not even in a room that is not persistent,
// whose participants may be about to come back.
func TestOperatorInRoomsWithoutPeople(t *testing.T) {
	path := filepath.Join(t.TempDir(), "salon.db")
	s, err := store.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Stage("lost", store.PutMeta(store.Meta{Locked: true})).Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	w := newWorld(t, Limits{})
	w.Close()
	w.Registry = NewRegistry(Config{Store: s})
	defer w.Close()
	if d, err := w.Show(t.Context(), "lost"); err != nil || !d.Locked || d.Open {
		t.Errorf("%+v %v", d, err)
	}
	if kept, ok := s.Room("lost"); !ok || !kept.Meta.Locked {
		t.Error("looking at a room has opened it")
	}
	w.cannotOperate("lost", protocol.Lock{}, protocol.ErrForbidden) // it is not kept
	set := protocol.Configure{Settings: []protocol.SettingChange{{Key: "persistent", Value: "true"}, {Key: "policy.speak", Value: "ask"}}}
	if _, err := w.Operate(t.Context(), Operation{Room: "Cuisine", Make: true, Message: set}); err != nil {
		t.Fatal(err)
	}
	code := w.operate("cuisine", protocol.Invite{Role: protocol.RolePresenter}).(protocol.Invitation)
	if w.Totals().RoomsNow != 0 {
		t.Errorf("%d rooms are open", w.Totals().RoomsNow)
	}
	kept, _ := s.Room("cuisine")
	if kept.Meta.Settings["policy.speak"] != "ask" || len(kept.Invitations) != 1 || code.Code == "" {
		t.Errorf("%+v", kept)
	}
	if err := w.Ban(t.Context(), "cuisine", "mallory"); err != nil {
		t.Fatal(err)
	}
	if _, err := w.try(Entrance{Join: protocol.Join{Room: "cuisine", Name: "M"}, Account: Account{Subject: "mallory"}}); err == nil {
		t.Error("who was banned by its account came in")
	}
	list, err := w.List(t.Context(), "", 10)
	if err != nil || len(list) != 2 || list[0].Name != "cuisine" || !list[0].Persistent || !list[1].Locked {
		t.Errorf("%+v %v", list, err)
	}
	if list, _ = w.List(t.Context(), "cuisine", 10); len(list) != 1 {
		t.Errorf("%+v", list)
	}
	w.operate("cuisine", protocol.Configure{Settings: []protocol.SettingChange{{Key: "persistent", Value: "false"}}})
	w.operate("cuisine", protocol.End{})
	if kept, _ := s.Room("cuisine"); len(kept.Meta.Settings) != 0 || len(kept.Invitations) != 0 || len(kept.Bans) != 1 {
		t.Errorf("after its end %+v", kept)
	}
}

func TestExplain(t *testing.T) {
	inWorld(t, Limits{}, func(w *world) {
		w.ruled(school)
		pupil := w.enterAs("class", "Pupil", "")
		for _, c := range []struct {
			q         Question
			present   bool
			role      string
			speak     RightAnswer
			admission string
		}{
			{Question{Who: "Pupil"}, true, "participant", RightAnswer{Askable: true, Reason: "ask"}, ""},
			{Question{Who: pupil.ID()}, true, "participant", RightAnswer{Askable: true, Reason: "ask"}, ""},
			{Question{Who: "teacher"}, false, "moderator", RightAnswer{Allowed: true, Reason: "role"}, "enter"},
			{Question{Role: policy.RoleViewer}, false, "viewer", RightAnswer{Reason: "viewer"}, "enter"},
		} {
			x, err := w.Explain(w.Context(), "class", c.q)
			if err != nil {
				t.Fatal(err)
			}
			at := slices.IndexFunc(x.Rights, func(r RightAnswer) bool { return r.Right == "speak" })
			got := x.Rights[at]
			if x.Present != c.present || x.Role != c.role || got.Allowed != c.speak.Allowed || got.Askable != c.speak.Askable ||
				got.Reason != c.speak.Reason || got.Sentence == "" || got.Origin != "test.yaml:2" || (c.admission != "") != (x.Admission != nil) {
				t.Errorf("%+v: %+v", c.q, x)
			}
		}
		_, err := w.Explain(w.Context(), "class", Question{Who: "\u200b"})
		refused(t, err, protocol.ErrBadName)
	})
}

// observed keeps events.
type observed struct{ all []Event }

func (o *observed) Observe(e Event) { o.all = append(o.all, e) }

func TestObserver(t *testing.T) {
	inWorld(t, Limits{}, func(w *world) {
		var seen observed
		w.Registry.config.Observer = &seen
		w.ruled("owners: [olga]")
		olga, ann := w.enterAs("room", "Olga", "olga"), w.enterAs("room", "Ann", "ann")
		ann.expect(protocol.Raise{Raised: true})
		ann.expect(protocol.Raise{Raised: true})
		olga.expect(protocol.Remove{Participant: ann.ID(), Ban: true})
		olga.Leave(protocol.LeftByChoice)
		var kinds []string
		for _, e := range seen.all {
			kinds = append(kinds, string(e.Kind))
			if e.Room != "room" || e.At.IsZero() {
				t.Errorf("%+v", e)
			}
		}
		want := "room_started participant_joined participant_joined hand_raised ban_made participant_left participant_left room_ended"
		if got := strings.Join(kinds, " "); got != want {
			t.Errorf("got %s\nwant %s", got, want)
		}
		w.enterAs("other", "Bob", "")
		w.Close()
		if last := seen.all[len(seen.all)-1]; last.Kind != RoomEnded || last.Room != "other" {
			t.Errorf("%+v", last)
		}
	})
}
