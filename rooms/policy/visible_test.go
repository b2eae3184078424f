package policy

import (
	"fmt"
	"slices"
	"testing"
)

// onlooker is somebody in the second reading of who sees whom.
type onlooker struct {
	id, role         string
	granted, revoked bool // see_participants and see_cameras
	publishes        []string
}

// naiveVisible reads the section "Who sees whom" of docs/policy.md.
func naiveVisible(participants, camerasOf, visibleTo string, viewer, publisher onlooker, source string) bool {
	if viewer.role == "none" || publisher.role == "none" {
		return false
	}
	if viewer.id == publisher.id {
		return true
	}
	named := func(rule, role string) bool { // does a restriction name that role?
		return rule == "all" || rule == "presenters" && rank[role] >= rank["presenter"] || rule == "moderators" && role == "moderator"
	}
	restricted := func(rule string) bool {
		if viewer.revoked {
			return false
		}
		return named(rule, publisher.role) || named(rule, viewer.role) || viewer.granted && rule != "nobody"
	}
	switch source {
	case "microphone":
		return true
	case "camera":
		return restricted(camerasOf)
	case "screen", "screen_audio":
		return named(visibleTo, viewer.role) || named(visibleTo, publisher.role)
	case "presence":
		for _, s := range publisher.publishes {
			if naiveVisible(participants, camerasOf, visibleTo, viewer, publisher, s) {
				return true
			}
		}
		return restricted(participants)
	}
	return false
}

func (o onlooker) participant() Participant {
	who := Participant{ID: o.id}
	who.Role = Role(slices.Index([]string{"none", "viewer", "participant", "presenter", "moderator"}, o.role))
	if o.granted {
		who.Granted = RightsOf(SeeParticipants, SeeCameras)
	}
	if o.revoked {
		who.Revoked = RightsOf(SeeParticipants, SeeCameras)
	}
	for _, s := range o.publishes {
		who.Publishes |= SourcesOf(Source(s))
	}
	return who
}

func TestVisibleAgainstASecondReading(t *testing.T) {
	cells := 0
	var viewers, publishers []onlooker
	for role := range rank {
		for grants := range 4 {
			viewers = append(viewers, onlooker{id: "v", role: role, granted: grants&1 > 0, revoked: grants&2 > 0})
		}
		for _, publishes := range [][]string{nil, {"microphone"}, {"camera"}, {"screen"}, {"screen_audio"}, {"camera", "screen"}} {
			publishers = append(publishers, onlooker{id: "p", role: role, publishes: publishes}, onlooker{id: "v", role: role, publishes: publishes})
		}
	}
	for _, participants := range []string{"all", "presenters", "moderators", "nobody"} {
		for _, camerasOf := range []string{"all", "presenters", "moderators"} {
			for _, visibleTo := range []string{"all", "presenters", "moderators"} {
				f, err := Read("f", fmt.Appendf(nil, "policy: {screen: {visible_to: %s}, see: {participants: %s, cameras_of: %s}}", visibleTo, participants, camerasOf))
				if err != nil {
					t.Fatal(err)
				}
				p := Merge(Site{}, f)
				for _, v := range viewers {
					for _, o := range publishers {
						for _, source := range []string{"presence", "microphone", "camera", "screen", "screen_audio", "", "smell"} {
							d := Visible(p, v.participant(), o.participant(), Source(source))
							want := naiveVisible(participants, camerasOf, visibleTo, v, o, source)
							if source == "" || source == "smell" {
								want = v.id == o.id && v.role != "none" && o.role != "none"
							}
							if d.Allowed != want || d.Ask {
								t.Errorf("participants %s, cameras_of %s, visible_to %s, viewer %+v, publisher %+v, %s: %v, want %v", participants, camerasOf, visibleTo, v, o, source, d, want)
							}
							cells++
						}
					}
				}
			}
		}
	}
	t.Logf("%d cells", cells)
	if cells < 10_000 {
		t.Errorf("only %d cells", cells)
	}
}
