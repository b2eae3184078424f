package place

import "testing"

func TestOwnAddress(t *testing.T) {
	a, err := ownAddress()
	if err != nil || !a.Is4() || a.IsUnspecified() {
		t.Errorf("%s, %v", a, err)
	}
}

func TestBecomeRefuses(t *testing.T) {
	for _, arguments := range [][]string{{pinned, "first", "true"}, {pinned, "0", "no-such-program-anywhere"}} {
		if Become(arguments) == nil {
			t.Errorf("%q became something", arguments)
		}
	}
}

func TestSessionPriority(t *testing.T) {
	for _, c := range []struct {
		text, want string
		ok         bool
	}{{"/autogroup-31 nice 0\n", "0", true}, {"/autogroup-31 nice -15\n", "-15", true}, {"", "", false}, {"/ cool 0\n", "", false}} {
		if got, err := sessionPriority(c.text); got != c.want || (err == nil) != c.ok {
			t.Errorf("%q: %q, %v", c.text, got, err)
		}
	}
}
