package token

import (
	"strings"
	"testing"
	"time"
)

func TestSignedTokensAreBelieved(t *testing.T) {
	secret := []byte("qwertzuiopasdfghjklyxcvbnm1234567890")
	key, err := SecretKey(secret)
	if err != nil {
		t.Fatal(err)
	}
	issuer := Issuer{Name: "site", Audience: "salon", Keys: []Key{key}}
	v, err := NewVerifier([]Issuer{issuer})
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	fold := func(name string) (string, bool) { return strings.ToLower(name), true }
	raw, err := Sign(issuer, secret, "Weekly", Claims{Subject: "7", Name: "Olga", Role: "presenter", Expires: now.Add(time.Hour)}, now)
	if err != nil {
		t.Fatal(err)
	}
	c, err := v.Verify(raw, "weekly", fold, now)
	if err != nil || c.Name != "Olga" || c.Role != "presenter" || c.Issuer != "site" {
		t.Errorf("%+v %v", c, err)
	}
	if _, err := v.Verify(raw, "other", fold, now); err == nil {
		t.Error("it opens another room")
	}
	if _, err := Sign(issuer, []byte("short"), "weekly", Claims{Expires: now.Add(time.Hour)}, now); err == nil {
		t.Error("a short secret signs")
	}
	for _, d := range []time.Duration{-time.Hour, 0, 2 * maxLifetime} {
		if _, err := Sign(issuer, secret, "weekly", Claims{Expires: now.Add(d)}, now); err == nil {
			t.Errorf("a token lives for %s", d)
		}
	}
}
