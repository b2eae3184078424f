package policy

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// What must hold of the floor whatever people press: one speaker, nobody twice, those who wait are served in order, and
// no turn is longer than it may be.
func TestFloorProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var f Floor
		now, began := noon, noon
		var waiting []string // in the order of their requests
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			now = now.Add(time.Duration(rapid.IntRange(0, 9).Draw(t, "seconds")) * time.Second)
			id := rapid.SampledFrom([]string{"a", "b", "c", "d"}).Draw(t, "who")
			before, copied := f, Floor{f.holder, f.since, slices.Clone(f.next)}
			given := ""
			switch rapid.IntRange(0, 4).Draw(t, "step") {
			case 0:
				f, _ = f.Request(id, now)
				if f.Holder() != id && !slices.Contains(waiting, id) {
					waiting = append(waiting, id)
				}
			case 1:
				f = f.Release(id, now)
				waiting = slices.DeleteFunc(waiting, func(w string) bool { return w == id && f.Holder() != id })
			case 2:
				f, given = f.Give(id, now), id
			case 3:
				f = f.Take(now)
			case 4:
				f = f.Tick(now)
			}
			if !before.Equal(copied) {
				t.Fatal("a value was changed")
			}
			if f.Holder() != before.Holder() || !f.since.Equal(before.since) {
				began = now
				if f.Holder() != "" && given == "" && len(waiting) > 0 && f.Holder() != waiting[0] {
					t.Fatalf("%s has the floor, %v waited", f.Holder(), waiting)
				}
			}
			waiting = slices.DeleteFunc(waiting, func(w string) bool { return w == f.Holder() })
			if !slices.Equal(f.Next(), waiting) {
				t.Fatalf("%v wait, in the order of their requests %v", f.Next(), waiting)
			}
			if slices.Contains(f.Next(), f.Holder()) || f.Holder() == "" && len(f.Next()) > 0 {
				t.Fatalf("%q has the floor, %v wait", f.Holder(), f.Next())
			}
			if f = f.Tick(now); f.Holder() == before.Holder() && f.Holder() != "" && now.Sub(f.since) >= LongestTurn {
				t.Fatalf("%s has spoken since %v, it is %v", f.Holder(), began, now)
			}
			waiting = slices.DeleteFunc(waiting, func(w string) bool { return w == f.Holder() })
		}
	})
}

// A lobby and hands are lists without repetition in the order of arrival, whatever is taken out.
func TestOrderProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var l Lobby
		var h Hands
		var order []string
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			id := rapid.StringMatching("[a-f]").Draw(t, "who")
			i := slices.Index(order, id)
			if rapid.Bool().Draw(t, "arrives") {
				l, _ = l.Knock(Waiting{ID: id})
				h, _ = h.Raise(id, noon)
				if i < 0 {
					order = append(order, id)
				}
			} else {
				var inLobby, up bool
				l, _, inLobby = l.Take(id)
				h, up = h.Lower(id)
				if inLobby != (i >= 0) || up != (i >= 0) {
					t.Fatalf("%s: %v, %v, in %v", id, inLobby, up, order)
				}
				if i >= 0 {
					order = slices.Delete(order, i, i+1)
				}
			}
			for n, id := range order {
				if h.Number(id) != n+1 || names(l)[n] != id {
					t.Fatalf("%v, %v, want %v", names(l), h.List(), order)
				}
			}
			if l.Len() != len(order) || h.Len() != len(order) {
				t.Fatal("somebody is there twice")
			}
		}
	})
}

// More personal rights never take anything, fewer never give anything, and a higher role has all of a lower one.
func TestGrantsAreMonotonic(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := Merge(Site{}, rapid.SampledFrom(Presets()).Draw(t, "preset").File)
		who := Participant{
			Role:     Role(rapid.IntRange(1, 4).Draw(t, "role")),
			Granted:  Rights(rapid.Uint32().Draw(t, "granted")),
			Revoked:  Rights(rapid.Uint32().Draw(t, "revoked")),
			HasFloor: rapid.Bool().Draw(t, "floor"),
		}
		right := Right(rapid.IntRange(0, int(rightCount)-1).Draw(t, "right"))
		g := GrantOf(p, State{}, who)
		if more := GrantOf(p, State{}, who.Grant(right)); more.Lost(g) != 0 {
			t.Fatalf("granting %s took %v", right, more.Lost(g).List())
		}
		if fewer := GrantOf(p, State{}, who.Revoke(right)); fewer.Gained(g) != 0 || fewer.Allowed.Has(right) {
			t.Fatalf("revoking %s gave %v", right, fewer.Gained(g).List())
		}
		if who.Role < RoleModerator {
			higher := who
			higher.Role++
			if more := GrantOf(p, State{}, higher); more.Lost(g) != 0 {
				t.Fatalf("%s lacks %v", higher.Role, more.Lost(g).List())
			}
		}
	})
}
