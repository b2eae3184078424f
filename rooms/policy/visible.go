package policy

// Source is what somebody can see or hear of another: one of the sources of the protocol, or being there at all.
type Source string

// The sources.
const (
	SourcePresence    Source = "presence" // in the list, with name and role
	SourceMicrophone  Source = "microphone"
	SourceCamera      Source = "camera"
	SourceScreen      Source = "screen"
	SourceScreenAudio Source = "screen_audio"
)

// published are the sources that are published; a source's place is its bit in Sources.
var published = [...]Source{SourceMicrophone, SourceCamera, SourceScreen, SourceScreenAudio}

// Right is the right to publish a source; SeeParticipants for SourcePresence, which nobody publishes.
func (s Source) Right() Right {
	switch s {
	case SourceMicrophone:
		return Speak
	case SourceCamera:
		return Video
	case SourceScreen:
		return Screen
	case SourceScreenAudio:
		return ScreenAudio
	}
	return SeeParticipants
}

// Sources is a set of published sources, one bit for each.
type Sources uint8

// SourcesOf makes a set. SourcePresence is in none.
func SourcesOf(sources ...Source) (set Sources) {
	for _, s := range sources {
		for i, p := range published {
			if p == s {
				set |= 1 << i
			}
		}
	}
	return set
}

// Has says whether the set holds a source.
func (s Sources) Has(source Source) bool { return s&SourcesOf(source) != 0 }

// Visible says whether the viewer may know of a source of the publisher: it is asked before anything of it is announced
// or forwarded. Everybody in the room hears who speaks; who shows something to somebody is in their list as well.
func Visible(p *Policy, viewer, publisher Participant, source Source) Decision {
	right := source.Right()
	switch {
	case viewer.Role == RoleNone || publisher.Role == RoleNone:
		return Decision{Reason: Reason{Code: WhyNotAdmitted, Right: right}}
	case viewer.ID == publisher.ID:
		return seen(WhySelf, right)
	}
	see := &p.Policy.See
	switch source {
	case SourceMicrophone:
		return seen(WhySeen, right)
	case SourceCamera:
		return p.among(viewer, publisher, see.CamerasOf, SeeCameras, "policy.see.cameras_of")
	case SourceScreen, SourceScreenAudio:
		least := p.Policy.Screen.VisibleTo.least()
		return p.seenIf(viewer.Role >= least || publisher.Role >= least, right, "policy.screen.visible_to")
	case SourcePresence:
		if onStage(p, viewer, publisher) {
			return seen(WhyOnStage, right)
		}
		return p.among(viewer, publisher, see.Participants, SeeParticipants, "policy.see.participants")
	}
	return Decision{Reason: Reason{Code: WhyUnknown, Right: right}}
}

// among decides what a restriction and the viewer's own right leave.
func (p *Policy) among(viewer, publisher Participant, rule Among, right Right, key string) Decision {
	if viewer.Revoked.Has(right) {
		return Decision{Reason: Reason{Code: WhyRevoked, Right: right}}
	}
	return p.seenIf(publisher.Role >= rule.least() || p.decide(viewer, right).Allowed, right, key)
}

// onStage says whether the publisher shows anything that the viewer may see or hear.
func onStage(p *Policy, viewer, publisher Participant) bool {
	for _, source := range published {
		if publisher.Publishes.Has(source) && Visible(p, viewer, publisher, source).Allowed {
			return true
		}
	}
	return false
}

func seen(code Code, right Right) Decision {
	return Decision{Allowed: true, Reason: Reason{Code: code, Right: right}}
}

func (p *Policy) seenIf(visible bool, right Right, key string) Decision {
	if visible {
		return Decision{Allowed: true, Reason: p.because(WhySeen, right, key)}
	}
	return Decision{Reason: p.because(WhyHidden, right, key)}
}
