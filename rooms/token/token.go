package token

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// Issuer is somebody whose tokens are believed.
type Issuer struct {
	Name     string   // iss
	Prefix   string   // put before its subjects, with a slash between: "school/alice"; "": nothing is
	Audience string   // aud
	Keys     []Key    // any of them may have signed
	Rooms    []string // that its tokens may open, folded as rooms are; empty: any that the token names
	MaxRole  string   // the most that its tokens give; "": moderator
}

const (
	leeway      = 30 * time.Second     // of clocks that differ
	maxLifetime = 400 * 24 * time.Hour // a token that lives longer was made by mistake
	maxName     = 64
)

// roles, the most powerful first.
var roles = []string{"moderator", "presenter", "participant", "viewer"}

// Claims are what a token says of who enters.
type Claims struct {
	Issuer  string
	Subject string // who it is, unique for the issuer; "" when the token does not say
	Name    string // to be shown; "" when the token does not say
	Role    string // "": the room decides
	Grants  map[string]bool
	ID      string // jti; a token with one is for one device
	Bounded bool   // the issuer gives less than a moderator's role, and so none of a moderator's rights
	Expires time.Time
}

// The errors of tokens, for logs: whoever sent the token is told only that it is not valid.
var (
	ErrInvalid = errors.New("the token is not valid")
	ErrExpired = errors.New("the token has expired")
	ErrRoom    = errors.New("the token is for another room")
)

// Verifier verifies tokens. It does not change.
type Verifier struct{ issuers map[string]Issuer }

// NewVerifier returns a verifier of the tokens of these issuers.
func NewVerifier(issuers []Issuer) (*Verifier, error) {
	v := &Verifier{issuers: map[string]Issuer{}}
	for _, i := range issuers {
		switch {
		case i.Name == "" || i.Audience == "":
			return nil, errors.New("an issuer of tokens needs a name (iss) and an audience (aud)")
		case len(i.Keys) == 0:
			return nil, fmt.Errorf("issuer %q has no key", i.Name)
		case i.MaxRole != "" && !slices.Contains(roles, i.MaxRole):
			return nil, fmt.Errorf("issuer %q: max_role must be one of %q", i.Name, roles)
		}
		if _, known := v.issuers[i.Name]; known {
			return nil, fmt.Errorf("issuer %q is there twice", i.Name)
		}
		for _, other := range v.issuers {
			if strings.EqualFold(other.Prefix, i.Prefix) {
				return nil, fmt.Errorf("issuers %q and %q have the same prefix: their subjects would be taken for the same people", other.Name, i.Name)
			}
		}
		v.issuers[i.Name] = i
	}
	return v, nil
}

// claims are the members of a token, of our shape and of Jitsi's.
type claims struct {
	jwt.RegisteredClaims
	Room   string          `json:"room"`
	Name   string          `json:"name"`
	Role   string          `json:"role"`
	Grants map[string]bool `json:"grants"`

	Context     *jitsi   `json:"context"`
	Affiliation string   `json:"affiliation"`
	Moderator   flexible `json:"moderator"`
}

// jitsi is what Jitsi's tokens say. Theirs have the name of the server as sub.
type jitsi struct {
	User struct {
		ID          flexible `json:"id"`
		Email       string   `json:"email"`
		Name        string   `json:"name"`
		Moderator   flexible `json:"moderator"`
		Affiliation string   `json:"affiliation"`
	} `json:"user"`
	Features map[string]flexible `json:"features"`
}

// Verify returns what a token says of who enters the room, if it is valid for that room at that time. fold makes names of
// rooms comparable.
func (v *Verifier) Verify(raw, room string, fold func(string) (string, bool), now time.Time) (Claims, error) {
	var c claims
	parser := jwt.NewParser(
		jwt.WithValidMethods([]string{string(HS256), string(RS256), string(ES256)}), jwt.WithExpirationRequired(),
		jwt.WithIssuedAt(), jwt.WithLeeway(leeway), jwt.WithStrictDecoding(), jwt.WithTimeFunc(func() time.Time { return now }),
	)
	_, err := parser.ParseWithClaims(raw, &c, func(t *jwt.Token) (any, error) { return v.key(t, c.Issuer) })
	switch {
	case errors.Is(err, jwt.ErrTokenExpired):
		return Claims{}, fmt.Errorf("%w: %w", ErrExpired, err)
	case err != nil:
		return Claims{}, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	issuer := v.issuers[c.Issuer]
	switch {
	case !slices.Contains(c.Audience, issuer.Audience):
		return Claims{}, fmt.Errorf("%w: its audience is %q, not %q", ErrInvalid, c.Audience, issuer.Audience)
	case c.ExpiresAt.After(now.Add(maxLifetime)):
		return Claims{}, fmt.Errorf("%w: it lives for more than %s", ErrInvalid, maxLifetime)
	case !opens(c.Room, room, fold) || len(issuer.Rooms) > 0 && !slices.Contains(issuer.Rooms, room):
		return Claims{}, fmt.Errorf("%w: it opens %.64q", ErrRoom, c.Room)
	}
	return c.read(issuer)
}

// key returns the key that must have signed the token.
func (v *Verifier) key(t *jwt.Token, issuer string) (any, error) {
	i, ok := v.issuers[issuer]
	if !ok {
		return nil, fmt.Errorf("its issuer %.64q is not configured", issuer)
	}
	if _, critical := t.Header["crit"]; critical { // RFC 7515 4.1.11: what is not understood must be refused
		return nil, errors.New("its header has extensions that are not known")
	}
	id, named := t.Header["kid"].(string)
	if _, present := t.Header["kid"]; present && !named {
		return nil, errors.New("its kid is no text")
	}
	var fitting jwt.VerificationKeySet
	for _, k := range i.Keys {
		if string(k.Algorithm) == t.Method.Alg() && (k.ID == id || k.ID == "" || !named) {
			fitting.Keys = append(fitting.Keys, k.material)
		}
	}
	if len(fitting.Keys) == 0 {
		return nil, fmt.Errorf("no key of that issuer is for %s and has the id %.40q", t.Method.Alg(), id)
	}
	return fitting, nil
}

// opens says whether what a token names is the room.
func opens(named, room string, fold func(string) (string, bool)) bool {
	if named == "*" {
		return true
	}
	folded, ok := fold(named)
	return ok && folded == room
}

// read turns the members into claims. A role that is not known is refused, not guessed.
func (c *claims) read(i Issuer) (Claims, error) {
	out := Claims{
		Issuer: i.Name, Subject: c.Subject, Name: strings.TrimSpace(c.Name), Role: c.Role, Grants: c.Grants, ID: c.ID,
		Expires: c.ExpiresAt.Time, Bounded: i.MaxRole != "" && i.MaxRole != roles[0],
	}
	if j := c.Context; j != nil {
		out.Subject, out.Name = firstText(string(j.User.ID), j.User.Email), firstText(c.Name, j.User.Name)
		if screen, said := j.Features["screen-sharing"]; said {
			out.Grants = withGrant(out.Grants, "screen", screen.yes())
		}
	}
	if out.Role == "" && c.jitsiModerator() {
		out.Role = "moderator"
	}
	if out.Role != "" && !slices.Contains(roles, out.Role) {
		return Claims{}, fmt.Errorf("%w: its role %.40q is none of %q", ErrInvalid, out.Role, roles)
	}
	if i.MaxRole != "" && out.Role != "" && slices.Index(roles, out.Role) < slices.Index(roles, i.MaxRole) {
		out.Role = i.MaxRole
	}
	if i.Prefix != "" && out.Subject != "" {
		out.Subject = i.Prefix + "/" + out.Subject
	}
	if runes := []rune(out.Name); len(runes) > maxName {
		out.Name = string(runes[:maxName])
	}
	return out, nil
}

func withGrant(grants map[string]bool, right string, allowed bool) map[string]bool {
	all := map[string]bool{right: allowed}
	for r, a := range grants {
		all[r] = a
	}
	return all
}

// jitsiModerator reads the places where Jitsi's tokens say who is a moderator.
func (c *claims) jitsiModerator() bool {
	if c.Moderator.yes() || c.Affiliation == "owner" {
		return true
	}
	return c.Context != nil && (c.Context.User.Moderator.yes() || c.Context.User.Affiliation == "owner")
}

func firstText(texts ...string) string {
	for _, t := range texts {
		if t = strings.TrimSpace(t); t != "" {
			return t
		}
	}
	return ""
}

// flexible is a value that some issuers write as text and others as a number or a truth value.
type flexible string

// UnmarshalJSON takes text, numbers and truth values.
func (f *flexible) UnmarshalJSON(data []byte) error {
	text := string(data)
	switch {
	case text == "null":
		*f = ""
	case strings.HasPrefix(text, `"`):
		return json.Unmarshal(data, (*string)(f))
	case strings.HasPrefix(text, "{"), strings.HasPrefix(text, "["):
		return errors.New("a text, a number, true or false is expected")
	default:
		*f = flexible(text)
	}
	return nil
}

func (f flexible) yes() bool { return strings.EqualFold(string(f), "true") }
