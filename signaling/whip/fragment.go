package whip

import (
	"net/http"
	"regexp"
	"strings"
)

const maxFragment = 16 << 10 // bytes of a PATCH body

// credentials are one side's ICE name and password (RFC 8839 5.4).
type credentials struct{ name, password string }

var (
	iceName     = regexp.MustCompile(`^[A-Za-z0-9+/_=-]{4,256}$`)
	icePassword = regexp.MustCompile(`^[A-Za-z0-9+/_=-]{22,256}$`)
)

// credentialsOf returns the credentials of an SDP text or fragment, of its first section that has some.
func credentialsOf(text string) credentials {
	var c credentials
	for _, b := range blocks(text) {
		if c.name == "" {
			c.name = b.attribute("ice-ufrag")
		}
		if c.password == "" {
			c.password = b.attribute("ice-pwd")
		}
	}
	return c
}

// readFragment reads the body of a PATCH (RFC 8840 9.2). Candidates are not looked at: an ICE-lite server sends to where
// checks come from. Fragments without credentials carry only candidates.
func readFragment(text string) (credentials, error) {
	c := credentialsOf(text)
	candidates := strings.Contains(text, "a=candidate:") || strings.Contains(text, "a=end-of-candidates")
	valid := iceName.MatchString(c.name) && icePassword.MatchString(c.password)
	if c == (credentials{}) && candidates || valid {
		return c, nil
	}
	return c, refuse(http.StatusBadRequest, refusedRequest, "bad_fragment", "the body is no ICE fragment with a=ice-ufrag and a=ice-pwd, or with candidates (RFC 8840)")
}

// renewed returns the offer's text with new credentials: an ICE restart is the same offer again (RFC 8839 4.4.1.1.1).
func (o *offer) renewed(c credentials) string {
	list := blocks(o.text)
	for _, b := range list {
		for i, line := range b {
			if strings.HasPrefix(line, "a=ice-ufrag:") {
				b[i] = "a=ice-ufrag:" + c.name
			} else if strings.HasPrefix(line, "a=ice-pwd:") {
				b[i] = "a=ice-pwd:" + c.password
			}
		}
	}
	return join(list)
}

// fragmentOf returns what an answer says of ICE: the first section's, since all are bundled.
func fragmentOf(answer string) string {
	list := blocks(answer)
	fragment := []block{{"a=ice-lite"}}
	if group := list[0].attribute("group"); group != "" {
		fragment[0] = append(fragment[0], "a=group:"+group)
	}
	for _, b := range list[1:] {
		if b.attribute("ice-ufrag") == "" {
			continue
		}
		ice := block{b[0]}
		for _, line := range b {
			for _, name := range []string{"a=mid:", "a=ice-ufrag:", "a=ice-pwd:", "a=candidate:"} {
				if strings.HasPrefix(line, name) {
					ice = append(ice, line)
				}
			}
		}
		return join(append(fragment, append(ice, "a=end-of-candidates")))
	}
	return join(fragment)
}
