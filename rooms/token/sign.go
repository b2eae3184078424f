package token

import (
	"fmt"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// Sign makes a token of an issuer that shares a secret, for one room or "*": for tests, and for small sites that give out
// tokens by hand. What it makes is valid from now on until c.Expires.
func Sign(i Issuer, secret []byte, room string, c Claims, now time.Time) (string, error) {
	if _, err := SecretKey(secret); err != nil {
		return "", err
	}
	if !c.Expires.After(now) || c.Expires.After(now.Add(maxLifetime)) {
		return "", fmt.Errorf("a token lives for more than nothing and at most %s", maxLifetime)
	}
	members := jwt.MapClaims{
		"iss": i.Name, "aud": i.Audience, "iat": now.Unix(), "exp": c.Expires.Unix(), "room": room,
	}
	for name, value := range map[string]string{"sub": c.Subject, "name": c.Name, "role": c.Role, "jti": c.ID} {
		if value != "" {
			members[name] = value
		}
	}
	if len(c.Grants) > 0 {
		members["grants"] = c.Grants
	}
	return jwt.NewWithClaims(jwt.SigningMethodHS256, members).SignedString(secret)
}
