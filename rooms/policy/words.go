package policy

import (
	"fmt"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"salon/configs/yamlfile"
)

// eachWord visits the scalars of a list and notes what is none.
func eachWord(d *yamlfile.Decoder, path string, n *yaml.Node, wanted string, visit func(path string, item *yaml.Node)) {
	if n.Kind != yaml.SequenceNode {
		d.Problem(n, path, "must be %s", wanted)
		return
	}
	if len(n.Content) > maxSubjects {
		d.Problem(n, path, "has %d entries: keep at most %d", len(n.Content), maxSubjects)
		return
	}
	for i, item := range n.Content {
		item, path := yamlfile.Resolve(item), fmt.Sprintf("%s[%d]", path, i)
		if item.Kind != yaml.ScalarNode || item.Tag == "!!null" {
			d.Problem(item, path, "must be one word")
			continue
		}
		visit(path, item)
	}
}

// readWords reads a list of words as one bit each, by their place in the vocabulary. An empty word is never written.
func readWords(d *yamlfile.Decoder, path string, n *yaml.Node, vocabulary []string) (set uint32) {
	eachWord(d, path, n, wantedWords(vocabulary), func(path string, item *yaml.Node) {
		i := slices.Index(vocabulary, item.Value)
		if i < 0 || item.Value == "" {
			d.Problem(item, path, "%q is not known here: write %s", item.Value, oneOf(vocabulary))
			return
		}
		set |= 1 << i
	})
	return set
}

func writeWords(set uint32, vocabulary []string) []string {
	words := []string{}
	for i, word := range vocabulary {
		if set&(1<<i) != 0 && word != "" {
			words = append(words, word)
		}
	}
	return words
}

func wantedWords(vocabulary []string) string { return "a list of " + oneOf(vocabulary) }

func oneOf(vocabulary []string) string {
	return strings.Join(slices.DeleteFunc(slices.Clone(vocabulary), func(w string) bool { return w == "" }), ", ")
}

// Way is how somebody came to the room's door.
type Way uint8

// The ways.
const (
	ByLink       Way = iota // knows the address and nothing else: a guest
	ByAccount               // logged in
	ByToken                 // brought a token
	ByInvitation            // brought an invitation
)

// Bypass says who need not wait in the lobby, one bit for each role and way. A role means those above it as well.
type Bypass uint32

var bypassWords = []string{"viewer", "participant", "presenter", "moderator", "account", "token", "invitation"}

// BypassOf makes the set from roles and ways.
func BypassOf(roles []Role, ways []Way) (b Bypass) {
	for _, r := range roles {
		b |= 1 << (r - RoleViewer)
	}
	for _, w := range ways {
		b |= 1 << (uint(RoleModerator) + uint(w) - 1)
	}
	return b
}

// Has says whether somebody is in the set.
func (b Bypass) Has(role Role, way Way) bool {
	roles := uint32(1)<<role - 1 // this role and those below it, from viewer on
	return uint32(b)&roles&0xf != 0 || way != ByLink && b&BypassOf(nil, []Way{way}) != 0
}

// MarshalYAML writes a list of words.
func (b Bypass) MarshalYAML() (any, error) { return writeWords(uint32(b), bypassWords), nil }

// Wanted implements yamlfile.Reader.
func (*Bypass) Wanted() string { return wantedWords(bypassWords) }

// ReadYAML implements yamlfile.Reader.
func (b *Bypass) ReadYAML(d *yamlfile.Decoder, path string, n *yaml.Node) {
	*b = Bypass(readWords(d, path, n, bypassWords))
}

// Marks say by what somebody who was banned is known again, one bit for each.
type Marks uint8

// The marks.
const (
	MarkAccount Marks = 1 << iota
	MarkDevice        // a secret that the client keeps
	MarkIP            // the address; of IPv6 its /64, which is one line
)

var markWords = []string{"account", "device", "ip"}

// MarshalYAML writes a list of words.
func (m Marks) MarshalYAML() (any, error) { return writeWords(uint32(m), markWords), nil }

// Wanted implements yamlfile.Reader.
func (*Marks) Wanted() string { return wantedWords(markWords) }

// ReadYAML implements yamlfile.Reader.
func (m *Marks) ReadYAML(d *yamlfile.Decoder, path string, n *yaml.Node) {
	*m = Marks(readWords(d, path, n, markWords))
}

// Disabled is the set of rights that a room has switched off for everybody, written as features.
type Disabled Rights

// features is the vocabulary of Disabled: a right's place is its bit.
func features() []string {
	words := make([]string, rightCount)
	for i := range table {
		words[i] = table[i].feature
	}
	return words
}

// Has says whether a right, or what it is a part of, is switched off.
func (s Disabled) Has(r Right) bool { return Rights(s).Has(r) || Rights(s).Has(table[r].part) }

// MarshalYAML writes a list of words.
func (s Disabled) MarshalYAML() (any, error) { return writeWords(uint32(s), features()), nil }

// Wanted implements yamlfile.Reader.
func (*Disabled) Wanted() string { return wantedWords(features()) }

// ReadYAML implements yamlfile.Reader.
func (s *Disabled) ReadYAML(d *yamlfile.Decoder, path string, n *yaml.Node) {
	*s = Disabled(readWords(d, path, n, features()))
}
