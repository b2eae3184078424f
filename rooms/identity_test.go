package rooms

import (
	"testing"

	"salon/signaling/protocol"
)

// An account may have two names for lists, and one that is shown: its first one is who it is.
func TestAnAccountIsOwnerByEitherName(t *testing.T) {
	inWorld(t, Limits{}, func(w *world) {
		w.ruled("owners: ['mailto:alice@example.org', sso/2]", "join: {guests: deny}")
		by := func(account Account) Entrance {
			return Entrance{Join: protocol.Join{Room: "room", Name: "Anybody"}, Account: account}
		}
		for _, owner := range []Account{{"sso/1", "mailto:alice@example.org", "Alice Example"}, {"sso/2", "", ""}} {
			c, err := w.try(by(owner))
			if err != nil {
				t.Fatal(err)
			}
			self := c.joined.Participants[len(c.joined.Participants)-1]
			if want := map[string]string{"": "Anybody"}[owner.Name]; self.Role != protocol.RoleModerator || self.Name != want && self.Name != owner.Name {
				t.Errorf("%+v is %+v", owner, self)
			}
			if err := c.do(w.Context(), protocol.Rename{Name: "Boss"}); (err == nil) != (owner.Name == "") {
				t.Errorf("%+v chooses a name: %v", owner, err)
			}
		}
		other, err := w.try(by(Account{"sso/3", "mailto:bob@example.org", "Bob"}))
		if err != nil || other.joined.Participants[2].Role == protocol.RoleModerator {
			t.Errorf("%v: another account is owner", err)
		}
		_, err = w.try(by(Account{"", "mailto:alice@example.org", ""}))
		refused(t, err, protocol.ErrNeedsToken)
	})
}
