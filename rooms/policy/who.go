package policy

import (
	"fmt"
	"strings"

	"gopkg.in/yaml.v3"

	"salon/configs/yamlfile"
)

// Rule is the first half of Who. Nobody is the zero value, so that what was forgotten is refused.
type Rule uint8

// The rules.
const (
	Nobody     Rule = iota // not even with a personal grant
	Allow                  // everybody; where one contributes, everybody but viewers
	Ask                    // moderators and presenters; others of "allow" after a moderator granted it
	Moderators             // moderators
	Presenters             // presenters and moderators
	Listed                 // the roles and accounts of a list
)

var ruleNames = [...]string{"nobody", "allow", "ask", "moderators", "presenters", "list"}

// String returns the rule's word.
func (r Rule) String() string { return ruleNames[r] }

// Who says who has a right: one word, or a list of roles and accounts.
type Who struct {
	Rule  Rule
	Least Role     // with Listed: this role and those above are in the list; RoleNone: no role is
	Names Subjects // with Listed: these accounts and token subjects are
}

// String writes it as in a room file.
func (w Who) String() string {
	if w.Rule != Listed {
		return w.Rule.String()
	}
	return "[" + strings.Join(w.items(), ", ") + "]"
}

func (w Who) items() []string {
	var items []string
	if w.Least != RoleNone {
		items = append(items, w.Least.String())
	}
	for _, s := range w.Names.List() {
		items = append(items, string(s))
	}
	return items
}

// MarshalYAML writes a word or a list.
func (w Who) MarshalYAML() (any, error) {
	if w.Rule != Listed {
		return w.Rule.String(), nil
	}
	return w.items(), nil
}

// Wanted implements yamlfile.Reader.
func (*Who) Wanted() string {
	return "one of " + strings.Join(ruleNames[:Listed], ", ") + ", or a list of roles and accounts such as [moderator, alice]"
}

// ReadYAML implements yamlfile.Reader.
func (w *Who) ReadYAML(d *yamlfile.Decoder, path string, n *yaml.Node) {
	if n.Kind != yaml.ScalarNode {
		w.readList(d, path, n)
		return
	}
	for i, name := range ruleNames[:Listed] {
		if n.Value == name {
			*w = Who{Rule: Rule(i)}
			return
		}
	}
	hint := ""
	if near := yamlfile.Closest(n.Value, ruleNames[:Listed]); near != "" {
		hint = fmt.Sprintf("; did you mean %s?", near)
	}
	d.Problem(n, path, "%q must be %s%s", n.Value, w.Wanted(), hint)
}

func (w *Who) readList(d *yamlfile.Decoder, path string, n *yaml.Node) {
	list, names := Who{Rule: Listed}, []Subject(nil)
	eachWord(d, path, n, w.Wanted(), func(path string, item *yaml.Node) {
		if role, ok := roleNamed(item.Value); ok {
			if list.Least == RoleNone || role < list.Least {
				list.Least = role
			}
			return
		}
		if subject, err := listed(item.Value); err != nil {
			d.Problem(item, path, "%q %s", item.Value, err)
		} else {
			names = append(names, subject)
		}
	})
	if n.Kind == yaml.SequenceNode && len(n.Content) == 0 {
		d.Problem(n, path, "is an empty list: write nobody")
	}
	list.Names = SubjectsOf(names...)
	*w = list
}

// listed keeps rules and plural roles out of lists, where they would be taken for accounts.
func listed(text string) (Subject, error) {
	for _, name := range ruleNames[:Listed] {
		if text == name {
			return "", fmt.Errorf("is a rule and not in a list: write it alone, or roles (%s) and accounts", strings.Join(roleNames[RoleViewer:], ", "))
		}
	}
	subject, err := ParseSubject(text)
	if _, isRole := roleNamed(strings.TrimSuffix(string(subject), "s")); err == nil && isRole {
		return "", fmt.Errorf("is not an account: write the role as one of %s", strings.Join(roleNames[RoleViewer:], ", "))
	}
	return subject, err
}

// Among says whose presence, cameras or screens are kept from others. A restriction never concerns those whom it
// names: neither what they see nor what they show.
type Among string

// The values of Among.
const (
	AmongAll        Among = "all"
	AmongPresenters Among = "presenters" // and moderators
	AmongModerators Among = "moderators"
	AmongNobody     Among = "nobody" // only for see.participants
)

// least is the role from which on somebody is among them; above every role for AmongNobody.
func (a Among) least() Role {
	switch a {
	case AmongAll:
		return RoleViewer
	case AmongPresenters:
		return RolePresenter
	case AmongModerators:
		return RoleModerator
	}
	return RoleModerator + 1
}

// who says who sees them all.
func (a Among) who() Who {
	switch a {
	case AmongAll:
		return Who{Rule: Allow}
	case AmongPresenters:
		return Who{Rule: Presenters}
	case AmongModerators:
		return Who{Rule: Moderators}
	}
	return Who{}
}
