package rooms

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"salon/rooms/policy"
	"salon/signaling/protocol"
)

// atOnce runs functions on goroutines of their own, which begin together.
func atOnce(run ...func()) {
	var all sync.WaitGroup
	start := make(chan struct{})
	for _, f := range run {
		all.Go(func() { <-start; f() })
	}
	close(start)
	all.Wait()
}

// inside counts who is in the room.
func (c *client) countInside() (people, waiting int) {
	c.inside(func() { people, waiting = len(c.room.people), len(c.room.waiting) })
	return people, waiting
}

func entrance(room, name string, change func(*Entrance)) Entrance {
	e := Entrance{Join: protocol.Join{Room: room, Name: name}}
	if change != nil {
		change(&e)
	}
	return e
}

// stormWorld is a world in real time: what races must race.
func stormWorld(t *testing.T, lines ...string) *world {
	w := newWorld(t, Limits{})
	t.Cleanup(w.Close)
	return w.ruled(lines...)
}

// A seat is taken once, however many want it at the same moment.
func TestTenSeatsTakeTen(t *testing.T) {
	for round := range 20 {
		w := stormWorld(t, "join: {max_participants: 10}")
		var mu sync.Mutex
		var entered []*client
		full := 0
		var joins []func()
		for i := range 50 {
			joins = append(joins, func() {
				c, err := w.try(entrance("room", fmt.Sprint("p", i), nil))
				mu.Lock()
				defer mu.Unlock()
				if e, ok := err.(protocol.Error); ok && e.Code == protocol.ErrRoomFull {
					full++
				} else if err == nil {
					entered = append(entered, c)
				}
			})
		}
		atOnce(joins...)
		if len(entered) != 10 || full != 40 {
			t.Fatalf("round %d: %d entered, %d were told that it is full", round, len(entered), full)
		}
		if people, _ := entered[0].countInside(); people != 10 {
			t.Fatalf("round %d: %d are in", round, people)
		}
	}
}

// The same through the lobby: fifty wait, all are admitted, ten seats are left.
func TestTenSeatsTakeTenFromTheLobby(t *testing.T) {
	w := stormWorld(t, "owners: [host]", "join: {guests: ask, max_participants: 11}")
	host := w.enterAs("room", "Host", "host")
	var joins []func()
	for i := range 50 {
		joins = append(joins, func() {
			if _, err := w.try(entrance("room", fmt.Sprint("p", i), nil)); err != nil {
				t.Error(err)
			}
		})
	}
	atOnce(joins...)
	host.out.take()
	host.expect(protocol.Admit{})
	if people, waiting := host.countInside(); people != 11 || waiting != 40 {
		t.Errorf("%d are in and %d wait", people, waiting)
	}
	// One message each for what changed, not one for every pair: moderators must keep up.
	if n := len(of[protocol.Lobby](host.out.take())); n != 1 {
		t.Errorf("the moderator was told of the lobby %d times", n)
	}
}

func TestAdmitRacesWithLeave(t *testing.T) {
	w := stormWorld(t, "owners: [host]", "join: {guests: ask}")
	host := w.enterAs("room", "Host", "host")
	for round := range 200 {
		guest, err := w.try(entrance("room", "Guest", nil))
		if err != nil {
			t.Fatal(err)
		}
		admitted := error(nil)
		race := []func(){
			func() { admitted = host.do(w.Context(), protocol.Admit{Participants: []string{guest.ID()}}) },
			func() { guest.Leave(protocol.LeftByChoice) },
		}
		rand.Shuffle(2, func(i, j int) { race[i], race[j] = race[j], race[i] })
		atOnce(race...)
		if e, ok := admitted.(protocol.Error); admitted != nil && (!ok || e.Code != protocol.ErrUnknown) {
			t.Fatalf("round %d: %v", round, admitted)
		}
		if people, waiting := host.countInside(); people != 1 || waiting != 0 {
			t.Fatalf("round %d: %d are in and %d wait after the guest has left", round, people, waiting)
		}
		refused(t, guest.do(w.Context(), protocol.Say{Text: "still here"}), protocol.ErrNotJoined)
	}
}

// Whoever was in when the lock was acknowledged stays; nobody comes in after.
func TestLockRacesWithJoin(t *testing.T) {
	w := stormWorld(t, "owners: [host]")
	host := w.enterAs("room", "Host", "host")
	for round := range 200 {
		var guest *client
		var late, early error
		race := []func(){
			func() {
				if early = host.do(w.Context(), protocol.Lock{Locked: true}); early == nil {
					_, late = w.try(entrance("room", "Late", nil))
				}
			},
			func() { guest, _ = w.try(entrance("room", "Guest", nil)) },
		}
		rand.Shuffle(2, func(i, j int) { race[i], race[j] = race[j], race[i] })
		atOnce(race...)
		refused(t, late, protocol.ErrRoomLocked)
		want := 1
		if guest != nil {
			want = 2
		}
		if people, waiting := host.countInside(); early != nil || people != want || waiting != 0 {
			t.Fatalf("round %d: %v, %d are in, %d wait, want %d", round, early, people, waiting, want)
		}
		if guest != nil {
			guest.Leave(protocol.LeftByChoice)
		}
		host.expect(protocol.Lock{})
	}
}

// An invitation of one use lets one in, through the door and through the lobby, on one device and on none.
func TestAnInvitationIsUsedOnce(t *testing.T) {
	for name, tt := range map[string]struct {
		guests string
		device func(i int) string
	}{
		"no device":   {"deny", func(int) string { return "" }},
		"one device":  {"deny", func(int) string { return strings.Repeat("d", 16) }},
		"own devices": {"deny", func(i int) string { return strings.Repeat("d", 16) + fmt.Sprint(i) }},
		"lobby":       {"ask", func(i int) string { return strings.Repeat("d", 16) + fmt.Sprint(i) }},
	} {
		t.Run(name, func(t *testing.T) {
			w := stormWorld(t, "owners: [host]", "join: {guests: "+tt.guests+"}")
			host := w.enterAs("room", "Host", "host")
			for range 20 {
				code := host.expect(protocol.Invite{Role: protocol.RolePresenter, Uses: 1}).(protocol.Invitation).Code
				var guests sync.Map
				var joins []func()
				for i := range 20 {
					joins = append(joins, func() {
						c, err := w.try(entrance("room", fmt.Sprint("p", i), func(e *Entrance) { e.Join.Invite, e.Join.Device = code, tt.device(i) }))
						if err == nil {
							guests.Store(i, c)
						} else {
							refused(t, err, protocol.ErrBadInvite)
						}
					})
				}
				atOnce(joins...)
				if tt.guests == "ask" {
					host.expect(protocol.Admit{})
				}
				if people, waiting := host.countInside(); people != 2 || waiting != 0 {
					t.Fatalf("%d are in and %d wait", people, waiting)
				}
				if left := host.expect(protocol.GetInvitations{}).(protocol.Invitations).Invitations; len(left) != 0 {
					t.Fatalf("left: %+v", left)
				}
				guests.Range(func(_, c any) bool { c.(*client).Leave(protocol.LeftByChoice); return true })
			}
		})
	}
}

// Who used an invitation and lost everything but its device comes back by it; nobody else does.
func TestWhoWasInvitedComesBack(t *testing.T) {
	inWorld(t, Limits{}, func(w *world) {
		w.ruled("owners: [host]", "join: {guests: deny}")
		host := w.enterAs("room", "Host", "host")
		made := host.expect(protocol.Invite{Role: protocol.RolePresenter, Uses: 1}).(protocol.Invitation)
		by := func(device string) Entrance {
			return entrance("room", "Guest", func(e *Entrance) { e.Join.Invite, e.Join.Device = made.Code, device })
		}
		guest, err := w.try(by("device-of-the-guest"))
		if err != nil {
			t.Fatal(err)
		}
		first := guest
		if guest, err = w.try(by("device-of-the-guest")); err != nil { // a tab that fell, or a second one
			t.Fatal(err)
		}
		if people, _ := host.countInside(); people != 2 || first.out.bye() != protocol.ByeReplaced {
			t.Errorf("%d are inside, and the first one was told %q", people, first.out.bye())
		}
		guest.Leave(protocol.LeftTimeout)
		_, err = w.try(by("another-device-here"))
		refused(t, err, protocol.ErrBadInvite)
		if guest, err = w.try(by("device-of-the-guest")); err != nil {
			t.Fatal(err)
		}
		guest.Leave(protocol.LeftTimeout)
		host.expect(protocol.RevokeInvitation{Invitation: made.ID})
		_, err = w.try(by("device-of-the-guest"))
		refused(t, err, protocol.ErrBadInvite)
	})
}

// A revoked invitation is of no use to who waits with it.
func TestRevokedWhileWaiting(t *testing.T) {
	inWorld(t, Limits{}, func(w *world) {
		w.ruled("owners: [host]", "join: {guests: ask}")
		host := w.enterAs("room", "Host", "host")
		made := host.expect(protocol.Invite{Role: protocol.RolePresenter}).(protocol.Invitation)
		guest, err := w.try(entrance("room", "Guest", func(e *Entrance) { e.Join.Invite = made.Code }))
		if err != nil {
			t.Fatal(err)
		}
		host.expect(protocol.RevokeInvitation{Invitation: made.ID})
		if bye := guest.out.bye(); bye != protocol.ByeRefused {
			t.Errorf("the end is %q", bye)
		}
	})
}

// What was decided about one who is removed does not let it in again past a lock or the lobby.
func TestRemovedIsNoLongerAdmitted(t *testing.T) {
	inWorld(t, Limits{}, func(w *world) {
		w.ruled("owners: [host]", "join: {guests: ask}")
		host := w.enterAs("room", "Host", "host")
		by := entrance("room", "Guest", func(e *Entrance) { e.Join.Device = "device-of-the-guest" })
		guest, err := w.try(by)
		if err != nil {
			t.Fatal(err)
		}
		host.expect(protocol.Admit{})
		host.expect(protocol.Lock{Locked: true})
		guest.Leave(protocol.LeftTimeout)
		if guest, err = w.try(by); err != nil || guest.joined.Room.Name == "" || len(guest.joined.Participants) != 2 {
			t.Fatalf("who was inside cannot come back: %v", err)
		}
		host.expect(protocol.Remove{Participant: guest.ID()})
		_, err = w.try(by)
		refused(t, err, protocol.ErrRoomLocked)
		host.expect(protocol.Lock{})
		if guest, err = w.try(by); err != nil || guest.early[0].message.(protocol.Waiting).Why != protocol.BecauseLobby {
			t.Errorf("it does not wait: %v", err)
		}
	})
}

// A ban holds for every mark of the person, also where another mark tells its tabs apart.
func TestABanRemovesEveryTab(t *testing.T) {
	inWorld(t, Limits{}, func(w *world) {
		w.ruled("owners: [host]", "join: {bans: {by: [account, device], for: 0s}}")
		host := w.enterAs("room", "Host", "host")
		tab := func(account string) *client {
			c, err := w.try(entrance("room", "Mallory", func(e *Entrance) { e.Join.Device, e.Account.Subject = "device-of-mallory", policy.Subject(account) }))
			if err != nil {
				t.Fatal(err)
			}
			return c
		}
		first, second := tab("mallory"), tab("")
		host.expect(protocol.Remove{Participant: first.ID(), Ban: true})
		if second.out.bye() != protocol.ByeBanned {
			t.Errorf("the other tab ended with %q", second.out.bye())
		}
	})
}

func TestOnlyOwnersSayWhoTheyAre(t *testing.T) {
	inWorld(t, Limits{}, func(w *world) {
		w.ruled("owners: [host]")
		host, other := w.enterAs("room", "Host", "host"), w.enter("room", "Other")
		host.expect(protocol.SetRole{Participant: other.ID(), Role: protocol.RoleModerator})
		take := protocol.Configure{Settings: []protocol.SettingChange{{Key: "owners", Value: "[other]"}}}
		other.refuses(take, protocol.ErrForbidden)
		if of := ownersSetting(host); of.OwnersOnly || of.Value != "[host]" {
			t.Errorf("the owner reads %+v", of)
		}
		if of := ownersSetting(other); !of.OwnersOnly {
			t.Errorf("another moderator reads %+v", of)
		}
		host.expect(take)
	})
}

// ownersSetting is what a moderator reads of the owners.
func ownersSetting(c *client) protocol.Setting {
	all := c.expect(protocol.GetSettings{}).(protocol.Settings).Settings
	return all[slices.IndexFunc(all, func(s protocol.Setting) bool { return s.Key == "owners" })]
}

func TestAWrongSettingIsNamed(t *testing.T) {
	inWorld(t, Limits{}, func(w *world) {
		w.ruled("owners: [host]")
		host := w.enterAs("room", "Host", "host")
		for _, change := range []protocol.SettingChange{
			{Key: "limits.cameras", Value: "-1"}, {Key: "owners", Value: "[12, nobody, '']"}, {Key: "policy.speak", Value: "[]"}, {Key: "policy.speak", Value: "[nobody]"},
		} {
			_, err := host.Do(w.Context(), protocol.Configure{Settings: []protocol.SettingChange{{Key: "title", Value: "Kitchen"}, change}})
			if refused, ok := errors.AsType[protocol.Error](err); !ok || refused.Code != protocol.ErrBadSetting || refused.Setting != change.Key {
				t.Errorf("%v: %+v", change, err)
			}
		}
	})
}

// Many who come and go leave nothing but a bounded number of standings.
func TestStandingsAreBounded(t *testing.T) {
	inWorld(t, Limits{}, func(w *world) {
		w.ruled("owners: [host]")
		host := w.enterAs("room", "Host", "host")
		for i := range maxStandings + 50 {
			c, err := w.try(entrance("room", "Guest", func(e *Entrance) { e.Join.Device = fmt.Sprintf("device-%012d", i) }))
			if err != nil {
				t.Fatal(err)
			}
			host.expect(protocol.Grant{Participant: c.ID(), Right: protocol.RightSpeak, State: protocol.Denied})
			c.Leave(protocol.LeftByChoice)
			host.out.take()
			<-time.After(time.Millisecond)
		}
		host.inside(func() {
			_, first := host.room.standings["device:"+digest("device-000000000000")]
			_, last := host.room.standings["device:"+digest(fmt.Sprintf("device-%012d", maxStandings+49))]
			if n := len(host.room.standings); n != maxStandings || first || !last {
				t.Errorf("%d standings are kept, of the first %t, of the last %t", n, first, last)
			}
		})
	})
}
