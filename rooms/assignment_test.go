package rooms

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"salon/signaling/protocol"
)

// contents reads "a.mic b.cam - c.screen"; "-" is an empty slot.
func contents(text string) []content {
	sources := map[string]protocol.Source{
		"mic": protocol.Microphone, "cam": protocol.Camera, "screen": protocol.Screen, "audio": protocol.ScreenAudio,
	}
	list := []content{}
	for _, word := range strings.Fields(text) {
		who, source, found := strings.Cut(word, ".")
		if !found {
			list = append(list, content{})
			continue
		}
		list = append(list, content{who, sources[source]})
	}
	return list
}

func TestAssign(t *testing.T) {
	for _, c := range []struct{ name, held, wanted, partners, want string }{
		{"fills from the first", "- - -", "a.cam b.cam", "", "a.cam b.cam -"},
		{"keeps places when the order changes", "a.cam b.cam -", "b.cam c.cam a.cam", "", "a.cam b.cam c.cam"},
		{"clears what is not wanted", "a.cam b.cam -", "b.cam", "", "- b.cam -"},
		{"reuses the freed slot", "a.cam b.cam c.cam", "d.cam b.cam c.cam", "", "d.cam b.cam c.cam"},
		{"the most important win", "a.cam b.cam", "c.cam d.cam a.cam b.cam", "", "c.cam d.cam"},
		{"one that is more important pushes one out", "a.cam b.cam", "c.cam b.cam a.cam", "", "c.cam b.cam"},
		{"no slots", "", "a.cam", "", ""},
		{"nothing wanted", "a.cam -", "", "", "- -"},
		{"a content once", "- -", "a.cam a.cam b.cam", "", "a.cam b.cam"},
		{"camera and screen of one", "- -", "a.cam a.screen", "", "a.cam a.screen"},
		{"joins its companion", "- - -", "b.mic a.mic", "a.cam b.cam -", "a.mic b.mic -"},
		{"joins the screen's sound", "- - -", "a.screen", "- - a.audio", "- - a.screen"},
		{"avoids strangers", "- - -", "x.mic", "a.cam b.cam -", "- - x.mic"},
		{"a stranger is better than silence", "- -", "x.mic", "a.cam b.cam", "x.mic -"},
		{"slots beyond the partners have none", "- - -", "x.cam y.cam", "a.mic", "- x.cam y.cam"},
		{"does not move to its companion", "a.mic -", "a.mic", "- a.cam", "a.mic -"},
		{"the companion's slot is taken", "b.mic -", "b.mic a.mic", "a.cam -", "b.mic a.mic"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := assign(contents(c.held), contents(c.wanted), contents(c.partners)); !slices.Equal(got, contents(c.want)) {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

func drawContents(t *rapid.T, label string, maxLength int) []content {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) content {
		if rapid.IntRange(0, 3).Draw(t, "empty") == 0 {
			return content{}
		}
		return content{fmt.Sprint(rapid.IntRange(0, 8).Draw(t, "who")), rapid.SampledFrom(protocol.Sources).Draw(t, "source")}
	}), 0, maxLength).Draw(t, label)
}

func TestAssignKeepsItsPromises(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		slots := drawContents(t, "held", 10)
		held := make([]content, len(slots))
		copy(held, firstDistinct(slots, len(slots)))
		wanted := drawContents(t, "wanted", 20)
		got := assign(held, wanted, drawContents(t, "partners", 10))

		chosen := firstDistinct(wanted, len(held))
		if len(got) != len(held) {
			t.Fatalf("%d slots became %d", len(held), len(got))
		}
		filled := slices.DeleteFunc(slices.Clone(got), func(c content) bool { return c == content{} })
		if len(filled) != len(chosen) {
			t.Fatalf("%v fill, %v were chosen", filled, chosen)
		}
		for _, c := range chosen {
			if indexOf(filled, c) < 0 {
				t.Fatalf("%v is missing", c)
			}
			if at := indexOf(held, c); at >= 0 && got[at] != c {
				t.Fatalf("%v moved from slot %d", c, at)
			}
		}
		if again := assign(got, wanted, nil); !slices.Equal(again, got) {
			t.Fatalf("%v became %v without a cause", got, again)
		}
	})
}

func TestAudible(t *testing.T) {
	for _, c := range []struct {
		name, loudest, sounds, muted, held string
		n                                  int
		want                               string
	}{
		{"everybody when there is room", "", "a.mic b.mic me.mic", "", "", 6, "a.mic b.mic"},
		{"the loudest first", "c.mic a.mic", "a.mic b.mic c.mic", "", "", 2, "c.mic a.mic"},
		{"never oneself", "me.mic a.mic", "me.mic me.audio a.mic", "", "", 6, "a.mic"},
		{"what is held fills up first", "a.mic me.mic", "me.mic a.mic b.mic c.mic", "", "a.mic c.mic", 2, "a.mic c.mic"},
		{"a loud one replaces a held one", "d.mic a.mic", "a.mic b.mic d.mic", "", "a.mic b.mic", 2, "d.mic a.mic"},
		{"muted ones keep a slot that nobody needs", "", "a.mic b.mic", "c.mic", "c.mic", 3, "a.mic b.mic c.mic"},
		{"muted ones make place", "", "a.mic b.mic", "c.mic", "c.mic", 2, "a.mic b.mic"},
		{"muted ones get no slot", "", "a.mic", "c.mic", "", 3, "a.mic"},
		{"both sounds of one", "", "a.mic a.audio", "", "", 6, "a.mic a.audio"},
		{"none", "", "", "", "", 6, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			var sounds []sound
			for _, s := range contents(c.sounds) {
				sounds = append(sounds, sound{s, false})
			}
			for _, s := range contents(c.muted) {
				sounds = append(sounds, sound{s, true})
			}
			if got := audible("me", contents(c.loudest), sounds, contents(c.held), c.n); !slices.Equal(got, contents(c.want)) {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

func TestCompanions(t *testing.T) {
	for _, s := range protocol.Sources {
		c := content{"a", s}
		if other := c.companion(); other.companion() != c || other.source.Kind() == s.Kind() || other.participant != "a" {
			t.Errorf("%v and %v", c, other)
		}
	}
	if (content{"a", "unknown"}).companion() != (content{}) {
		t.Error("an unknown source has a companion")
	}
}
