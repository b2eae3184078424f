package policy

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

func names(l Lobby) (all []string) {
	for _, w := range l.List() {
		all = append(all, w.ID)
	}
	return all
}

func TestLobby(t *testing.T) {
	var l Lobby
	for i, id := range []string{"a", "b", "c", "a"} {
		l, _ = l.Knock(Waiting{ID: id, Since: noon.Add(time.Duration(i) * time.Minute)})
	}
	before := l
	l, w, ok := l.Take("b")
	if !ok || w.ID != "b" || !slices.Equal(names(l), []string{"a", "c"}) {
		t.Error(names(l), w, ok)
	}
	if _, _, again := l.Take("b"); again {
		t.Error("taken twice")
	}
	if !slices.Equal(names(before), []string{"a", "b", "c"}) {
		t.Error("the value before was changed")
	}
	l, _ = l.Knock(w) // sent back
	if at, ok := l.NextExpiry(10 * time.Minute); !ok || !at.Equal(noon.Add(10*time.Minute)) {
		t.Error(at, ok)
	}
	rest, gone := l.Expire(noon.Add(11*time.Minute), 10*time.Minute)
	if !slices.Equal(names(rest), []string{"c"}) || len(gone) != 2 {
		t.Error(names(rest), gone)
	}
	empty, all := l.TakeAll()
	if empty.Len() != 0 || len(all) != 3 || !empty.Equal(Lobby{}) || l.Equal(empty) {
		t.Error(empty, all)
	}
	if _, ok := empty.NextExpiry(time.Minute); ok {
		t.Error("nobody waits and something expires")
	}
	for i := range MaxWaiting + 1 {
		var ok bool
		if empty, ok = empty.Knock(Waiting{ID: fmt.Sprint(i)}); ok != (i < MaxWaiting) {
			t.Errorf("knock %d: %v", i, ok)
		}
	}
}

func TestHands(t *testing.T) {
	var h Hands
	for _, id := range []string{"a", "b", "c", "d", "a"} {
		h, _ = h.Raise(id, noon)
	}
	order := func(h Hands) (all []string) {
		for _, r := range h.List() {
			all = append(all, r.ID)
		}
		return all
	}
	if first, ok := h.First(); !ok || first.ID != "a" || h.Number("c") != 3 || h.Number("x") != 0 {
		t.Error(order(h))
	}
	moved, ok := h.Move("d", 2)
	if !ok || !slices.Equal(order(moved), []string{"a", "d", "b", "c"}) || !slices.Equal(order(h), []string{"a", "b", "c", "d"}) {
		t.Error(order(moved), order(h))
	}
	for number, want := range map[int]int{-5: 1, 0: 1, 1: 1, 4: 4, 99: 4} {
		if m, _ := h.Move("b", number); m.Number("b") != want {
			t.Errorf("moved to %d, is %d", number, m.Number("b"))
		}
	}
	if _, ok := h.Move("x", 1); ok {
		t.Error("moved nobody")
	}
	h, ok = h.Lower("a")
	if _, again := h.Lower("a"); !ok || again || h.Len() != 3 || h.Number("b") != 1 {
		t.Error(order(h))
	}
	none, all := h.LowerAll()
	if _, ok := none.First(); ok || len(all) != 3 || none.Equal(h) || !none.Equal(Hands{}) {
		t.Error(none)
	}
}

func TestFloor(t *testing.T) {
	at := func(s int) time.Time { return noon.Add(time.Duration(s) * time.Second) }
	for _, c := range []struct {
		name string
		do   func(f Floor) Floor
		want string // holder, then who waits
	}{
		{"free", func(f Floor) Floor { return f }, "[]"},
		{"request", func(f Floor) Floor { return request(f, "a", at(0)) }, "a[]"},
		{"two at once: one waits", func(f Floor) Floor { return request(request(f, "a", at(0)), "b", at(0)) }, "a[b]"},
		{"twice", func(f Floor) Floor { return request(request(f, "a", at(0)), "a", at(1)) }, "a[]"},
		{"waiting twice", func(f Floor) Floor { return request(abc(f, at(0)), "b", at(1)) }, "a[b c]"},
		{"release", func(f Floor) Floor { return abc(f, at(0)).Release("a", at(1)) }, "b[c]"},
		{"give up waiting", func(f Floor) Floor { return abc(f, at(0)).Release("b", at(1)) }, "a[c]"},
		{"a stranger releases", func(f Floor) Floor { return abc(f, at(0)).Release("x", at(1)) }, "a[b c]"},
		{"just not over", func(f Floor) Floor { return abc(f, at(0)).Tick(at(20).Add(-1)) }, "a[b c]"},
		{"over", func(f Floor) Floor { return abc(f, at(0)).Tick(at(20)) }, "b[c]"},
		{"over, nobody waits", func(f Floor) Floor { return request(f, "a", at(0)).Tick(at(20)) }, "[]"},
		{"the key is stuck", func(f Floor) Floor { return request(abc(f, at(0)), "a", at(20)) }, "b[c a]"},
		{"give", func(f Floor) Floor { return abc(f, at(0)).Give("c", at(1)) }, "c[b]"},
		{"give to a stranger", func(f Floor) Floor { return abc(f, at(0)).Give("x", at(1)) }, "x[b c]"},
		{"give to the holder", func(f Floor) Floor { return abc(f, at(0)).Give("a", at(1)) }, "a[b c]"},
		{"take", func(f Floor) Floor { return abc(f, at(0)).Take(at(1)) }, "b[c]"},
		{"take all", func(f Floor) Floor { return abc(f, at(0)).TakeAll() }, "[]"},
		{"the clock went back", func(f Floor) Floor { return abc(f, at(0)).Tick(at(-100)) }, "a[b c]"},
	} {
		before := abc(Floor{}, at(0))
		if f := c.do(Floor{}); f.Holder()+fmt.Sprint(f.Next()) != c.want {
			t.Errorf("%s: %s%v, want %s", c.name, f.Holder(), f.Next(), c.want)
		}
		if !before.Equal(abc(Floor{}, at(0))) {
			t.Errorf("%s changed a value", c.name)
		}
	}
	f := abc(Floor{}, at(0)).Release("a", at(7))
	if end, ok := f.Ends(); !ok || !end.Equal(at(27)) || f.Number("c") != 1 || f.Number("b") != 0 {
		t.Errorf("the turn of %s ends at %v", f.Holder(), end)
	}
}

func request(f Floor, id string, now time.Time) Floor {
	f, _ = f.Request(id, now)
	return f
}

func abc(f Floor, now time.Time) Floor {
	return request(request(request(f, "a", now), "b", now), "c", now)
}

func TestSpeakingTime(t *testing.T) {
	s := SpeakingTime{}.Start(noon).Start(noon.Add(time.Second)).Stop(noon.Add(3 * time.Second)).Stop(noon.Add(9 * time.Second))
	if got := s.Total(noon.Add(time.Hour)); got != 3*time.Second {
		t.Error(got)
	}
	s = s.Start(noon)
	if got := s.Total(noon.Add(-time.Hour)); got != 3*time.Second {
		t.Errorf("a clock that was set back: %v", got)
	}
	if got := s.Total(noon.Add(time.Second)); got != 4*time.Second {
		t.Error(got)
	}
}

// Two changes of one value do not share what they add.
func TestOrdersBranch(t *testing.T) {
	var l Lobby
	for _, id := range []string{"a", "b", "c"} { // append has room for a fourth
		l, _ = l.Knock(Waiting{ID: id})
	}
	x, _ := l.Knock(Waiting{ID: "x"})
	y, _ := l.Knock(Waiting{ID: "y"})
	if !x.Has("x") || !y.Has("y") || x.Has("y") || l.Len() != 3 {
		t.Error(names(x), names(y))
	}
}
