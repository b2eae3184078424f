package configs

import (
	"fmt"
	"net"
	"net/url"
	"regexp"
)

// maxTokens is generous: most servers believe one issuer.
const maxTokens = 32

func (c Config) validateTokens(p *Problems) {
	if len(c.Tokens) > maxTokens {
		p.Add("", "tokens", "has %d entries: keep at most %d", len(c.Tokens), maxTokens)
	}
	for i, t := range c.Tokens {
		key := fmt.Sprintf("tokens[%d]", i)
		if t.Issuer == "" || t.Audience == "" {
			p.Add("", key, "needs issuer and audience: what its tokens have as iss and aud")
		}
		c.validatePrefix(p, i)
		keys := 0
		for _, set := range []bool{t.Secret != "", t.KeyFile != "", t.KeysFile != ""} {
			if set {
				keys++
			}
		}
		if keys != 1 {
			p.Add("", key, "needs one of secret (or secret_file), key_file and keys_file, and only one")
		}
	}
}

// prefix is a word that cannot be taken for a part of a subject.
var prefix = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,31}$`)

// validatePrefix keeps the subjects of two issuers apart: both may call somebody alice.
func (c Config) validatePrefix(p *Problems, i int) {
	own, key := c.Tokens[i].Prefix, fmt.Sprintf("tokens[%d].prefix", i)
	if own != "" && !prefix.MatchString(own) {
		p.Add("", key, "is %q: write 1 to 32 small letters, digits, '-', '_' or '.', such as school", own)
	}
	if own == "" && (c.Accounts.File != "" || c.Accounts.OIDC.Issuer != "") {
		p.Add("", key, "is empty, and there are accounts (accounts): give one, or somebody with a token is taken for the account of that name")
	}
	for j, other := range c.Tokens[:i] {
		if other.Prefix == own {
			p.Add("", key, "is %q, as that of tokens[%d] is: give each issuer its own, or two people with one subject are taken for one", own, j)
			return
		}
	}
}

// maxScopes is generous: two are usual.
const maxScopes = 20

// scope is a word of RFC 6749 3.3.
var scope = regexp.MustCompile(`^[\x21\x23-\x5b\x5d-\x7e]{1,100}$`)

func (c Config) validateOIDC(p *Problems) {
	o := c.Accounts.OIDC
	if o.Issuer == "" {
		if o.ClientID != "" {
			p.Add("", "accounts.oidc.issuer", "is empty, and client_id is set: write the provider's address, such as https://login.example.org/realms/school")
		}
		return
	}
	if !isIssuer(o.Issuer) {
		p.Add("", "accounts.oidc.issuer", "is %q: write the provider as its tokens name it, such as https://login.example.org/realms/school; http:// is for this machine only", o.Issuer)
	}
	if o.ClientID == "" {
		p.Add("", "accounts.oidc.client_id", "is empty: write what the provider calls this server")
	}
	if c.HTTP.PublicURL == "" {
		p.Add("", "http.public_url", "is empty: accounts.oidc needs it, because the provider sends people back to it")
	}
	if !prefix.MatchString(o.Prefix) {
		p.Add("", "accounts.oidc.prefix", "is %q: write 1 to 32 small letters, digits, '-', '_' or '.', such as sso", o.Prefix)
	}
	for i, t := range c.Tokens {
		if t.Prefix == o.Prefix && o.Prefix != "" {
			p.Add("", "accounts.oidc.prefix", "is %q, as that of tokens[%d] is: give each its own, or two people with one subject are taken for one", o.Prefix, i)
		}
	}
	if len(o.Scopes) > maxScopes {
		p.Add("", "accounts.oidc.scopes", "has %d entries: keep at most %d", len(o.Scopes), maxScopes)
	}
	for i, s := range o.Scopes {
		if !scope.MatchString(s) {
			p.Add("", fmt.Sprintf("accounts.oidc.scopes[%d]", i), "is %q: write a word such as profile", s)
		}
	}
}

// isIssuer tells an issuer (OpenID Connect Discovery 2): an address of HTTPS without query and fragment. What goes to this machine
// itself nobody else can read.
func isIssuer(text string) bool {
	u, err := url.Parse(text)
	if err != nil || u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || u.ForceQuery {
		return false
	}
	address := net.ParseIP(u.Hostname())
	return u.Scheme == "https" || u.Scheme == "http" && (u.Hostname() == "localhost" || address != nil && address.IsLoopback())
}
