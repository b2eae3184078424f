package policy

import (
	"fmt"
	"strings"
)

// Role is what somebody is in a room. A higher role has all that a lower one has.
type Role uint8

// The roles, from low to high.
const (
	RoleNone        Role = iota // waits, and may nothing
	RoleViewer                  // watches, listens and writes
	RoleParticipant             // takes part
	RolePresenter               // presents, and need not ask
	RoleModerator               // keeps the order
)

// Roles lists the roles that a room file may name, from low to high.
var Roles = []Role{RoleViewer, RoleParticipant, RolePresenter, RoleModerator}

var roleNames = [...]string{"none", "viewer", "participant", "presenter", "moderator"}

// String returns the role's name in room files and on the wire.
func (r Role) String() string {
	if int(r) < len(roleNames) {
		return roleNames[r]
	}
	return fmt.Sprintf("role %d", uint8(r))
}

// MarshalText writes the role's name.
func (r Role) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText reads a role's name.
func (r *Role) UnmarshalText(text []byte) error {
	role, ok := roleNamed(string(text))
	if !ok {
		return fmt.Errorf("is not a role: write one of %s", strings.Join(roleNames[RoleViewer:], ", "))
	}
	*r = role
	return nil
}

func roleNamed(name string) (Role, bool) {
	for _, r := range Roles {
		if roleNames[r] == name {
			return r, true
		}
	}
	return RoleNone, false
}
