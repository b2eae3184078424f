package rooms

import (
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"salon/rooms/store"
	"salon/signaling/protocol"
)

// keeping is a world whose rooms are kept in a store, over several lives of the process.
func keeping(t *testing.T, path string, file string, life func(w *world, s *store.Store)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s, err := store.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		w := newWorld(t, Limits{}).ruled(file)
		w.Close() // made anew, with the store
		c := w.Registry.config
		c.Store = s
		w.Registry = NewRegistry(c)
		life(w, s)
		w.Close()
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
}

// crash leaves the store as a process does that falls: nobody has left.
func crash(t *testing.T, path, file string, life func(w *world)) {
	t.Helper()
	keeping(t, path, file, func(w *world, _ *store.Store) {
		life(w)
		w.Drain(time.Second) // from here on nothing is forgotten
	})
}

func TestARoomThatIsNotPersistentWaitsTenMinutes(t *testing.T) {
	path := filepath.Join(t.TempDir(), "rooms.db")
	const file = "owners: [host]\njoin: {bans: {by: [device], for: 1h}}"
	device := func(e *Entrance) { e.Join.Device = "device-of-the-guest" }
	crash(t, path, file, func(w *world) {
		host := w.enterAs("room", "Host", "host")
		guest, err := w.try(entrance("room", "Guest", device))
		if err != nil {
			t.Fatal(err)
		}
		host.expect(protocol.Say{Text: "hello"})
		host.expect(protocol.Remove{Participant: guest.ID(), Ban: true})
		host.expect(protocol.Lock{Locked: true})
	})
	crash(t, path, file, func(w *world) {
		// Who is refused, and who comes and goes, forget nothing that others come back for.
		_, err := w.tryEnter("room", "Stranger")
		refused(t, err, protocol.ErrRoomLocked)
		synctest.Wait()
		w.enterAs("room", "Host", "host").Leave(protocol.LeftByChoice)
		_, err = w.tryEnter("room", "Stranger")
		refused(t, err, protocol.ErrRoomLocked)
		pass(tidyEvery - time.Minute)
		_, err = w.tryEnter("room", "Stranger")
		refused(t, err, protocol.ErrRoomLocked)
	})
	keeping(t, path, file, func(w *world, s *store.Store) {
		pass(tidyEvery + time.Second)
		kept, _ := s.Room("room")
		if kept.Meta.Locked || len(kept.Lines) > 0 || len(kept.Standings) > 0 || len(kept.Bans) != 1 {
			t.Errorf("kept: %+v", kept)
		}
		if c, err := w.tryEnter("room", "Stranger"); err != nil {
			t.Errorf("the room is as before: %v", err)
		} else {
			c.Leave(protocol.LeftByChoice)
		}
		_, err := w.try(entrance("room", "Again", device))
		refused(t, err, protocol.ErrBanned)
		pass(2 * time.Hour)
		if keys := s.Keys(); len(keys) != 0 {
			t.Errorf("after the ban: %q", keys)
		}
	})
}

func TestAPersistentRoomKeepsAllButEndedBans(t *testing.T) {
	path := filepath.Join(t.TempDir(), "rooms.db")
	const file = "persistent: true\nowners: [host]\njoin: {bans: {by: [device], for: 1h}}"
	keeping(t, path, file, func(w *world, s *store.Store) {
		host := w.enterAs("room", "Host", "host")
		guest, err := w.try(entrance("room", "Guest", func(e *Entrance) { e.Join.Device = "device-of-the-guest" }))
		if err != nil {
			t.Fatal(err)
		}
		host.expect(protocol.Grant{Participant: guest.ID(), Right: protocol.RightSpeak, State: protocol.Denied})
		host.expect(protocol.Remove{Participant: guest.ID(), Ban: true})
		host.expect(protocol.Configure{Settings: []protocol.SettingChange{{Key: "policy.draw", Value: "ask"}}})
		host.Leave(protocol.LeftByChoice)
		pass(2 * time.Hour)
		kept, _ := s.Room("room")
		if len(kept.Bans) != 0 || kept.Meta.Settings["policy.draw"] != "ask" || len(kept.Standings) != 1 {
			t.Errorf("kept: %+v", kept)
		}
	})
}

// A ban without an end outlives a room that is not persistent.
func TestABanUntilLiftedIsKept(t *testing.T) {
	path := filepath.Join(t.TempDir(), "rooms.db")
	keeping(t, path, "owners: [host]\njoin: {bans: {by: [device], for: 0s}}", func(w *world, s *store.Store) {
		host := w.enterAs("room", "Host", "host")
		e := entrance("room", "Guest", func(e *Entrance) { e.Join.Device = "device-of-the-guest" })
		guest, err := w.try(e)
		if err != nil {
			t.Fatal(err)
		}
		host.expect(protocol.Remove{Participant: guest.ID(), Ban: true})
		host.Leave(protocol.LeftByChoice)
		pass(100 * 24 * time.Hour)
		_, err = w.try(e)
		refused(t, err, protocol.ErrBanned)
	})
}

func TestUsedTokensAreForgottenWhenTheyExpire(t *testing.T) {
	path := filepath.Join(t.TempDir(), "rooms.db")
	keeping(t, path, "", func(w *world, s *store.Store) {
		now := time.Now()
		use := tokenUse{key: "token:x", device: "a", until: now.Add(time.Hour)}
		if first, _, err := w.used.claim(use, now); !first || err != nil {
			t.Fatal(first, err)
		}
		other := use
		other.device = "b"
		if _, _, err := newUsedTokens(s).claim(other, now); err == nil { // of the next process
			t.Error("another device uses the token")
		}
		pass(2 * time.Hour)
		if keys := s.Keys(); len(keys) != 0 {
			t.Errorf("kept: %q", keys)
		}
		if first, _, err := w.used.claim(other, now); !first || err != nil {
			t.Error("it is still remembered")
		}
	})
}

// A room follows its file while people are in it.
func TestReread(t *testing.T) {
	inWorld(t, Limits{}, func(w *world) {
		w.ruled("policy: {video: allow}")
		guest := w.enter("room", "Guest").publishing(protocol.Camera)
		media := guest.carrier(protocol.Camera)
		w.ruled("policy: {video: moderators}")
		w.Reread("nowhere")
		w.Reread("room")
		if media.Forwarding() || right(newest[protocol.Rights](t, guest), protocol.RightVideo).Allowed {
			t.Error("the camera goes on")
		}
		w.Registry.config.Files = sameFile{}
		w.Reread("room")
		guest.expect(protocol.Publish{Source: protocol.Camera})
	})
}
