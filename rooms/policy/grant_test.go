package policy

import "testing"

func TestGrantIsEveryDecision(t *testing.T) {
	for _, preset := range Presets() {
		p := Merge(Site{}, preset.File)
		for role := RoleNone; role <= RoleModerator; role++ {
			who := Participant{Role: role, Granted: RightsOf(Draw), Revoked: RightsOf(Speak)}
			g := GrantOf(p, State{}, who)
			for _, r := range AllRights() {
				d := Decide(p, State{}, who, r)
				if g.Role != role || g.Allowed.Has(r) != d.Allowed || g.Ask.Has(r) != d.Ask {
					t.Errorf("%s, %s, %s: %+v, %v", preset.Name, role, r, g, d)
				}
			}
		}
	}
}

func TestWhatAGrantLost(t *testing.T) {
	p := Merge(Site{}, File{})
	who := Participant{Role: RoleParticipant}
	before, after := GrantOf(p, State{}, who), GrantOf(p, State{}, who.Revoke(Screen).Grant(Record))
	if after.Lost(before) != RightsOf(Screen, ScreenAudio) || after.Gained(before) != RightsOf(Record) || after == before {
		t.Errorf("lost %v, gained %v", after.Lost(before).List(), after.Gained(before).List())
	}
}
