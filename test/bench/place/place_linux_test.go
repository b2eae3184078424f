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
