package policy

// Grant is what one participant may do now: every decision at once, for their client and to see by == whether anything
// changed.
type Grant struct {
	Role    Role
	Allowed Rights
	Ask     Rights // not allowed, but may be asked for
}

// GrantOf decides about every right.
func GrantOf(p *Policy, s State, who Participant) Grant {
	g := Grant{Role: who.Role}
	for r := range rightCount {
		d := Decide(p, s, who, r)
		if d.Allowed {
			g.Allowed |= 1 << r
		}
		if d.Ask {
			g.Ask |= 1 << r
		}
	}
	return g
}

// Lost are the rights that were allowed before and are not in g: what has to stop.
func (g Grant) Lost(before Grant) Rights { return before.Allowed &^ g.Allowed }

// Gained are the rights that are allowed in g and were not before.
func (g Grant) Gained(before Grant) Rights { return g.Allowed &^ before.Allowed }
