package whip

import (
	"net/http"
	"strings"
	"testing"

	"github.com/pion/webrtc/v4"

	"salon/rooms"
	"salon/rooms/policy"
	"salon/signaling/protocol"
)

// fileOf is the room file of every room.
type fileOf struct{ policy.File }

func (f fileOf) Room(string) policy.File { return f.File }
func (fileOf) Keys() []string            { return nil }
func (fileOf) Problem(string) error      { return nil }

// A program cannot wait in a lobby: it is let past, or refused with what to do, and no moderator hears it knock.
func TestRoomWithLobby(t *testing.T) {
	for name, c := range map[string]struct {
		rules  string
		status int
		reason protocol.ReasonCode
	}{
		"everybody waits":       {"join: {guests: ask}", http.StatusForbidden, protocol.BecauseLobby},
		"guests wait":           {"join: {guests: trusted}", http.StatusCreated, ""},
		"tokens pass":           {"join: {guests: ask, bypass_lobby: [token]}", http.StatusCreated, ""},
		"presenters pass":       {"join: {guests: ask, bypass_lobby: [presenter]}", http.StatusCreated, ""},
		"no guests":             {"join: {guests: deny}", http.StatusCreated, ""},
		"waits for a moderator": {"join: {wait_for_moderator: true}", http.StatusForbidden, protocol.BecauseWaitModerator},
		"locked without one":    {"join: {when_no_moderator: {lock: true}}", http.StatusForbidden, protocol.BecauseNoModerator},
		"may not show a camera": {"policy: {video: moderators}", http.StatusForbidden, protocol.BecauseModerators},
	} {
		t.Run(name, func(t *testing.T) {
			file, err := policy.Read("r.yaml", []byte(c.rules))
			if err != nil {
				t.Fatal(err)
			}
			p := newPlaceOf(t, onLoopback, rooms.Config{Files: fileOf{file}}, nil)
			peer := p.newPeer()
			peer.sends(webrtc.MimeTypeVP8)
			answer, text := p.do(http.MethodPost, "/whip/r", typeSDP, peer.offer(nil))
			if answer.StatusCode != c.status || !strings.Contains(text, string(c.reason)) {
				t.Errorf("%s: %s", answer.Status, text)
			}
			if c.status != http.StatusCreated {
				p.eventually("nothing is left of it", func() bool { return p.whip.Sessions() == 0 && p.registry.Totals().RoomsNow == 0 })
			}
		})
	}
}
