package protocol

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

func sections(n int) []Section {
	var all []Section
	for i := range n {
		all = append(all, Section{Mid: fmt.Sprint(i), Source: Camera})
	}
	return all
}

func tiles(n int, t Tile) View {
	var v View
	for range n {
		v.Tiles = append(v.Tiles, t)
	}
	return v
}

func TestValidate(t *testing.T) {
	long := strings.Repeat("é", MaxChatLength)
	tile := Tile{Participant: "p", Source: Camera, Width: 1, Height: MaxTilePixels}
	with := func(change func(*Tile)) View { c := tile; change(&c); return View{Tiles: []Tile{c}} }
	for _, tt := range []struct {
		name    string
		message ClientMessage
		want    ErrorCode // "" when it is good
	}{
		{"join", Join{Room: "a", Name: "b"}, ""},
		{"the room decides what it is called", Join{Room: "", Name: "b"}, ""},
		{"join: a book for a room", Join{Room: strings.Repeat("x", 4*MaxRoomNameLength+1), Name: "b"}, ErrBadRoom},
		{"join: a book for a name", Join{Room: "a", Name: strings.Repeat("x", 4*MaxNameLength+1)}, ErrBadName},
		{"join: line break in a name", Join{Room: "a", Name: "x\ny"}, ErrBadName},
		{"resume: the name does not matter", Join{Room: "a", Name: "x\ny", Resume: &Resume{}}, ""},

		{"offer", Offer{SDP: "v=0", Sections: sections(MaxSections)}, ""},
		{"offer to receive only", Offer{SDP: "v=0"}, ""},
		{"offer: no SDP", Offer{}, ErrBadOffer},
		{"offer: too many sections", Offer{SDP: "v=0", Sections: sections(MaxSections + 1)}, ErrBadOffer},
		{"offer: no mid", Offer{SDP: "v=0", Sections: []Section{{Source: Camera}}}, ErrBadOffer},
		{"offer: longest mid", Offer{SDP: "v=0", Sections: []Section{{Mid: strings.Repeat("1", 16), Source: Camera}}}, ""},
		{"offer: too long a mid", Offer{SDP: "v=0", Sections: []Section{{Mid: strings.Repeat("1", 17), Source: Camera}}}, ErrBadOffer},
		{"offer: mid twice", Offer{SDP: "v=0", Sections: append(sections(1), sections(1)...)}, ErrBadOffer},
		{"offer: unknown source", Offer{SDP: "v=0", Sections: []Section{{Mid: "0", Source: "hologram"}}}, ErrBadMessage},

		{"publish", Publish{Source: ScreenAudio}, ""},
		{"publish: no source", Publish{}, ErrBadMessage},
		{"publish: unknown source", Publish{Source: "Camera"}, ErrBadMessage},
		{"mute", Mute{Source: Microphone}, ""},
		{"mute: unknown source", Mute{Source: "x"}, ErrBadMessage},
		{"unpublish", Unpublish{Source: Screen}, ""},
		{"unpublish: unknown source", Unpublish{}, ErrBadMessage},

		{"view of nothing", View{}, ""},
		{"view", tiles(MaxTiles, tile), ""},
		{"view: too many tiles", tiles(MaxTiles+1, tile), ErrBadView},
		{"view: sound has no tile", with(func(t *Tile) { t.Source = Microphone }), ErrBadView},
		{"view: unknown source", with(func(t *Tile) { t.Source = "" }), ErrBadView},
		{"view: nobody", with(func(t *Tile) { t.Participant = "" }), ErrBadView},
		{"view: a book for an id", with(func(t *Tile) { t.Participant = long }), ErrBadView},
		{"view: no width", with(func(t *Tile) { t.Width = 0 }), ErrBadView},
		{"view: negative height", with(func(t *Tile) { t.Height = -1 }), ErrBadView},
		{"view: too wide", with(func(t *Tile) { t.Width = MaxTilePixels + 1 }), ErrBadView},

		{"say: characters are counted, not bytes", Say{Text: long}, ""},
		{"say: too long", Say{Text: long + "x"}, ErrChatTooLong},
		{"say: nothing", Say{}, ErrChatEmpty},
		{"say: white space", Say{Text: " \n\t"}, ErrChatEmpty},
		{"leave", Leave{}, ""},
		{"ping", Ping{}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := Validate(tt.message)
			if tt.want == "" {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			var e Error
			if !errors.As(err, &e) || e.Code != tt.want || e.Message == "" {
				t.Fatalf("%v, want %s", err, tt.want)
			}
		})
	}
}

func TestSourceKind(t *testing.T) {
	for source, want := range map[Source]Kind{Microphone: Audio, ScreenAudio: Audio, Camera: Video, Screen: Video, "": "", "x": ""} {
		if got := source.Kind(); got != want {
			t.Errorf("%q is %q, want %q", source, got, want)
		}
	}
}
