package token

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"maps"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

var (
	now    = time.Date(2026, 3, 1, 18, 0, 0, 0, time.UTC)
	secret = []byte("q8Zr2WvX0tLk5sN7yBd4HfJ9pGm1CaUeRi3o")
	rsaKey = must(rsa.GenerateKey(rand.Reader, 2048))
	ecKey  = must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	other  = must(rsa.GenerateKey(rand.Reader, 2048))
	p384   = must(ecdsa.GenerateKey(elliptic.P384(), rand.Reader))
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func publicPEM(public any) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: must(x509.MarshalPKIXPublicKey(public))})
}

func fold(name string) (string, bool) {
	name = strings.ToLower(name)
	return name, name != "" && !strings.ContainsAny(name, "/ ")
}

// verifier knows three issuers, one of each algorithm.
func verifier(t *testing.T) *Verifier {
	t.Helper()
	named := must(PublicKey(publicPEM(&rsaKey.PublicKey)))
	named.ID = "k1"
	return must(NewVerifier([]Issuer{
		{Name: "hs", Audience: "salon", Keys: []Key{must(SecretKey(secret))}},
		{Name: "rs", Prefix: "school", Audience: "salon", Keys: []Key{named}, Rooms: []string{"weekly"}},
		{Name: "es", Prefix: "es", Audience: "salon", Keys: []Key{must(PublicKey(publicPEM(&ecKey.PublicKey)))}, MaxRole: "presenter"},
	}))
}

// valid are the claims of a token that opens the room weekly.
func valid() jwt.MapClaims {
	return jwt.MapClaims{"iss": "hs", "aud": "salon", "exp": now.Add(time.Hour).Unix(), "room": "weekly", "sub": "ada", "name": "Ada"}
}

func with(changes jwt.MapClaims) jwt.MapClaims {
	c := valid()
	for k, v := range changes {
		if v == nil { // not nullable, which is null
			delete(c, k)
		} else {
			c[k] = v
		}
	}
	return c
}

func sign(method jwt.SigningMethod, key any, c jwt.Claims, header map[string]any) string {
	t := jwt.NewWithClaims(method, c)
	maps.Copy(t.Header, header)
	return must(t.SignedString(key))
}

func hs(changes jwt.MapClaims) string {
	return sign(jwt.SigningMethodHS256, secret, with(changes), nil)
}

func rs(changes jwt.MapClaims, header map[string]any) string {
	return sign(jwt.SigningMethodRS256, rsaKey, with(merged(jwt.MapClaims{"iss": "rs"}, changes)), header)
}

func merged(a, b jwt.MapClaims) jwt.MapClaims {
	maps.Copy(a, b)
	return a
}

// raw is a token whose header and claims are any text, with any signature.
func raw(header, claims, signature string) string {
	encode := base64.RawURLEncoding.EncodeToString
	return encode([]byte(header)) + "." + encode([]byte(claims)) + "." + signature
}

func text(c jwt.MapClaims) string { return string(must(json.Marshal(c))) }

func TestForgedAndStaleTokensAreRefused(t *testing.T) {
	hs1 := strings.Split(hs(nil), ".")
	sharedAsRSA := sign(jwt.SigningMethodHS256, publicPEM(&rsaKey.PublicKey), with(jwt.MapClaims{"iss": "rs"}), map[string]any{"kid": "k1"})
	derAsSecret := sign(jwt.SigningMethodHS256, must(x509.MarshalPKIXPublicKey(&rsaKey.PublicKey)), with(jwt.MapClaims{"iss": "rs"}), nil)
	ownJWK := map[string]any{"jwk": map[string]any{"kty": "oct", "k": base64.RawURLEncoding.EncodeToString([]byte("mine"))}}
	for name, token := range map[string]string{
		"empty":                           "",
		"no token":                        "hello",
		"two parts":                       hs1[0] + "." + hs1[1],
		"four parts":                      hs(nil) + ".x",
		"no signature":                    hs1[0] + "." + hs1[1] + ".",
		"algorithm none":                  raw(`{"alg":"none","typ":"JWT"}`, text(valid()), ""),
		"algorithm None":                  raw(`{"alg":"None"}`, text(valid()), ""),
		"algorithm nOnE, signed":          raw(`{"alg":"nOnE"}`, text(valid()), hs1[2]),
		"no algorithm":                    raw(`{"typ":"JWT"}`, text(valid()), hs1[2]),
		"empty algorithm":                 raw(`{"alg":""}`, text(valid()), ""),
		"algorithm is a number":           raw(`{"alg":256}`, text(valid()), hs1[2]),
		"HS384":                           sign(jwt.SigningMethodHS384, secret, valid(), nil),
		"HS512":                           sign(jwt.SigningMethodHS512, secret, valid(), nil),
		"RS512":                           sign(jwt.SigningMethodRS512, rsaKey, with(jwt.MapClaims{"iss": "rs"}), nil),
		"PS256":                           sign(jwt.SigningMethodPS256, rsaKey, with(jwt.MapClaims{"iss": "rs"}), nil),
		"public key as a secret, PEM":     sharedAsRSA,
		"public key as a secret, DER":     derAsSecret,
		"ES256 token of an HS issuer":     sign(jwt.SigningMethodES256, ecKey, valid(), nil),
		"HS256 token of an ES issuer":     sign(jwt.SigningMethodHS256, secret, with(jwt.MapClaims{"iss": "es"}), nil),
		"another secret":                  sign(jwt.SigningMethodHS256, []byte("another secret of enough bytes, so it is"), valid(), nil),
		"empty secret":                    sign(jwt.SigningMethodHS256, []byte{}, valid(), nil),
		"another RSA key":                 sign(jwt.SigningMethodRS256, other, with(jwt.MapClaims{"iss": "rs"}), nil),
		"key of another issuer":           sign(jwt.SigningMethodRS256, rsaKey, valid(), nil),
		"claims changed":                  hs1[0] + "." + base64.RawURLEncoding.EncodeToString([]byte(text(with(jwt.MapClaims{"role": "moderator"})))) + "." + hs1[2],
		"header changed":                  raw(`{"alg":"HS256","x":1}`, text(valid()), hs1[2]),
		"signature cut":                   hs1[0] + "." + hs1[1] + "." + hs1[2][:20],
		"signature with padding":          hs(nil) + "=",
		"kid of no key":                   rs(nil, map[string]any{"kid": "k2"}),
		"kid is a path":                   rs(nil, map[string]any{"kid": "../../dev/null"}),
		"kid is a query":                  rs(nil, map[string]any{"kid": "k1' OR '1'='1"}),
		"kid is a number":                 rs(nil, map[string]any{"kid": 1}),
		"kid is a list":                   rs(nil, map[string]any{"kid": []string{"k1"}}),
		"own key in the header":           sign(jwt.SigningMethodHS256, []byte("mine"), valid(), ownJWK),
		"own key set in the header":       sign(jwt.SigningMethodRS256, other, with(jwt.MapClaims{"iss": "rs"}), map[string]any{"jku": "https://evil.example/keys"}),
		"critical extension":              sign(jwt.SigningMethodHS256, secret, valid(), map[string]any{"crit": []string{"exp"}}),
		"expired":                         hs(jwt.MapClaims{"exp": now.Add(-time.Minute).Unix()}),
		"no expiry":                       hs(jwt.MapClaims{"exp": nil}),
		"expiry is no number":             hs(jwt.MapClaims{"exp": "tomorrow"}),
		"expiry in a thousand years":      hs(jwt.MapClaims{"exp": now.AddDate(1000, 0, 0).Unix()}),
		"negative expiry":                 hs(jwt.MapClaims{"exp": -1}),
		"not yet valid":                   hs(jwt.MapClaims{"nbf": now.Add(time.Hour).Unix()}),
		"issued in the future":            hs(jwt.MapClaims{"iat": now.Add(time.Hour).Unix()}),
		"no issuer":                       hs(jwt.MapClaims{"iss": nil}),
		"unknown issuer":                  hs(jwt.MapClaims{"iss": "mallory"}),
		"issuer in capitals":              hs(jwt.MapClaims{"iss": "HS"}),
		"issuer is a list":                hs(jwt.MapClaims{"iss": []string{"hs"}}),
		"no audience":                     hs(jwt.MapClaims{"aud": nil}),
		"another audience":                hs(jwt.MapClaims{"aud": "other"}),
		"audience as part of a text":      hs(jwt.MapClaims{"aud": "salon other"}),
		"empty list of audiences":         hs(jwt.MapClaims{"aud": []string{}}),
		"another room":                    hs(jwt.MapClaims{"room": "board"}),
		"no room":                         hs(jwt.MapClaims{"room": nil}),
		"empty room":                      hs(jwt.MapClaims{"room": ""}),
		"room with a star in it":          hs(jwt.MapClaims{"room": "week*"}),
		"room is a list":                  hs(jwt.MapClaims{"room": []string{"weekly"}}),
		"room is true":                    hs(jwt.MapClaims{"room": true}),
		"unknown role":                    hs(jwt.MapClaims{"role": "administrator"}),
		"role in capitals":                hs(jwt.MapClaims{"role": "Moderator"}),
		"role is a list":                  hs(jwt.MapClaims{"role": []string{"moderator"}}),
		"grants are no truth values":      hs(jwt.MapClaims{"grants": map[string]any{"speak": "yes"}}),
		"moderator is an object":          hs(jwt.MapClaims{"moderator": map[string]any{"is": true}}),
		"claims are a list":               raw(`{"alg":"HS256"}`, `[]`, hs1[2]),
		"issuer that may open only one":   rs(jwt.MapClaims{"room": "board"}, map[string]any{"kid": "k1"}),
		"not JSON":                        raw(`{"alg":"HS256"}`, `{`, hs1[2]),
		"standard base64 in place of url": strings.NewReplacer("-", "+", "_", "/").Replace(hs(jwt.MapClaims{"name": "???>>>"})) + "==",
	} {
		if c, err := verifier(t).Verify(token, "weekly", fold, now); err == nil {
			t.Errorf("%s: it is believed: %+v", name, c)
		} else if !errors.Is(err, ErrInvalid) && !errors.Is(err, ErrExpired) && !errors.Is(err, ErrRoom) {
			t.Errorf("%s: the error is of no kind: %v", name, err)
		}
	}
}

func TestTokensAreBelieved(t *testing.T) {
	user := func(u map[string]any) map[string]any { return map[string]any{"user": u} }
	expires := now.Add(time.Hour)
	for _, tt := range []struct {
		name  string
		token string
		room  string
		want  Claims
	}{
		{"HS256", hs(nil), "weekly", Claims{Issuer: "hs", Subject: "ada", Name: "Ada"}},
		{"a role and grants", hs(jwt.MapClaims{"role": "presenter", "grants": map[string]bool{"video": false}, "jti": "j"}), "weekly",
			Claims{Issuer: "hs", Subject: "ada", Name: "Ada", Role: "presenter", Grants: map[string]bool{"video": false}, ID: "j"}},
		{"any room", hs(jwt.MapClaims{"room": "*"}), "board", Claims{Issuer: "hs", Subject: "ada", Name: "Ada"}},
		{"a room is folded", hs(jwt.MapClaims{"room": "WEEKLY"}), "weekly", Claims{Issuer: "hs", Subject: "ada", Name: "Ada"}},
		{"a list of audiences", hs(jwt.MapClaims{"aud": []string{"x", "salon"}}), "weekly", Claims{Issuer: "hs", Subject: "ada", Name: "Ada"}},
		{"RS256 with a kid", rs(nil, map[string]any{"kid": "k1"}), "weekly", Claims{Issuer: "rs", Subject: "school/ada", Name: "Ada"}},
		{"RS256 without a kid", rs(nil, nil), "weekly", Claims{Issuer: "rs", Subject: "school/ada", Name: "Ada"}},
		{"ES256, at most a presenter", sign(jwt.SigningMethodES256, ecKey, with(jwt.MapClaims{"iss": "es", "role": "moderator"}), nil), "weekly",
			Claims{Issuer: "es", Subject: "es/ada", Name: "Ada", Role: "presenter", Bounded: true}},
		{"a little late", hs(jwt.MapClaims{"exp": now.Add(-leeway / 2).Unix()}), "weekly", Claims{Issuer: "hs", Subject: "ada", Name: "Ada", Expires: now.Add(-leeway / 2)}},

		{"Jitsi: a guest", hs(jwt.MapClaims{"name": nil, "sub": "meet.example.org", "context": user(map[string]any{"id": 7, "name": "Grace", "avatar": "https://x/y.png", "email": "g@example.org"})}), "weekly",
			Claims{Issuer: "hs", Subject: "7", Name: "Grace"}},
		{"Jitsi: without an id", hs(jwt.MapClaims{"name": nil, "sub": "meet.example.org", "context": user(map[string]any{"name": "Grace"})}), "weekly", Claims{Issuer: "hs", Name: "Grace"}},
		{"Jitsi: moderator true", hs(jwt.MapClaims{"context": user(map[string]any{"id": "g", "moderator": true})}), "weekly", Claims{Issuer: "hs", Subject: "g", Name: "Ada", Role: "moderator"}},
		{"Jitsi: moderator as text", hs(jwt.MapClaims{"context": user(map[string]any{"id": "g", "moderator": "true"})}), "weekly", Claims{Issuer: "hs", Subject: "g", Name: "Ada", Role: "moderator"}},
		{"Jitsi: not a moderator", hs(jwt.MapClaims{"context": user(map[string]any{"id": "g", "moderator": "false"})}), "weekly", Claims{Issuer: "hs", Subject: "g", Name: "Ada"}},
		{"Jitsi: moderator beside the context", hs(jwt.MapClaims{"moderator": true}), "weekly", Claims{Issuer: "hs", Subject: "ada", Name: "Ada", Role: "moderator"}},
		{"Jitsi: owner", hs(jwt.MapClaims{"context": user(map[string]any{"id": "g", "affiliation": "owner"})}), "weekly", Claims{Issuer: "hs", Subject: "g", Name: "Ada", Role: "moderator"}},
		{"Jitsi: member", hs(jwt.MapClaims{"context": user(map[string]any{"id": "g", "affiliation": "member"})}), "weekly", Claims{Issuer: "hs", Subject: "g", Name: "Ada"}},
		{"Jitsi: features", hs(jwt.MapClaims{"context": map[string]any{"user": map[string]any{"id": "g"}, "features": map[string]any{"screen-sharing": "false", "recording": true}}}), "weekly",
			Claims{Issuer: "hs", Subject: "g", Name: "Ada", Grants: map[string]bool{"screen": false}}},
		{"Jitsi: null moderator", hs(jwt.MapClaims{"context": user(map[string]any{"id": "g", "moderator": nullable})}), "weekly", Claims{Issuer: "hs", Subject: "g", Name: "Ada"}},
	} {
		if tt.want.Expires.IsZero() {
			tt.want.Expires = expires
		}
		got, err := verifier(t).Verify(tt.token, tt.room, fold, now)
		if got.Expires = got.Expires.UTC(); err != nil || !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%s: %+v, %v; want %+v", tt.name, got, err, tt.want)
		}
	}
}

var nullable any // null in JSON

func TestKeysThatCannotBeTrustedAreRefused(t *testing.T) {
	small := must(rsa.GenerateKey(rand.Reader, 1024))
	for name, tt := range map[string]struct {
		err  error
		want string
	}{
		"31 bytes":       {second(SecretKey(secret[:31])), "at least 32"},
		"empty":          {second(SecretKey(nil)), "at least 32"},
		"a sample":       {second(SecretKey([]byte("my_jitsi_app_secret_that_is_long_enough"))), "sample"},
		"your secret":    {second(SecretKey([]byte("Your-256-bit-secret-and-some-more-of-it"))), "sample"},
		"one letter":     {second(SecretKey([]byte(strings.Repeat("ab", 20)))), "different"},
		"no PEM":         {second(PublicKey([]byte("hello"))), "BEGIN PUBLIC KEY"},
		"a private key":  {second(PublicKey(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(rsaKey)}))), "public key"},
		"1024 bits":      {second(PublicKey(publicPEM(&small.PublicKey))), "2048"},
		"P-384":          {second(PublicKey(publicPEM(&p384.PublicKey))), "P-256"},
		"an empty set":   {second(KeySet([]byte(`{"keys":[]}`))), "no key"},
		"not a set":      {second(KeySet([]byte(`[]`))), "Key Set"},
		"a secret in it": {second(KeySet([]byte(`{"keys":[{"kty":"oct","k":"AAAA"}]}`))), "shared secret"},
		"no point":       {second(KeySet([]byte(`{"keys":[{"kty":"EC","crv":"P-256","x":"AA","y":"AA"}]}`))), "32 bytes"},
		"exponent 1":     {second(KeySet([]byte(`{"keys":[{"kty":"RSA","n":"AQAB","e":"AQ"}]}`))), "not a number"},
		"no audience":    {second(NewVerifier([]Issuer{{Name: "a"}})), "audience"},
		"no key":         {second(NewVerifier([]Issuer{{Name: "a", Audience: "b"}})), "no key"},
		"one prefix":     {second(NewVerifier([]Issuer{{Name: "a", Audience: "b", Keys: []Key{must(SecretKey(secret))}}, {Name: "c", Audience: "b", Keys: []Key{must(SecretKey(secret))}}})), "same prefix"},
	} {
		if tt.err == nil || !strings.Contains(tt.err.Error(), tt.want) {
			t.Errorf("%s: %v, want a sentence with %q", name, tt.err, tt.want)
		}
	}
}

func second[T any](_ T, err error) error { return err }

func TestAKeySetVerifies(t *testing.T) {
	b64 := base64.RawURLEncoding.EncodeToString
	point := must(ecKey.PublicKey.Bytes())
	set := must(json.Marshal(map[string]any{"keys": []map[string]any{
		{"kty": "OKP", "kid": "ed", "crv": "Ed25519", "x": "AAAA"},
		{"kty": "RSA", "kid": "enc", "use": "enc", "n": "AQAB", "e": "AQAB"},
		{"kty": "RSA", "kid": "r", "use": "sig", "alg": "RS256", "n": b64(rsaKey.N.Bytes()), "e": "AQAB"},
		{"kty": "EC", "kid": "e", "crv": "P-256", "x": b64(point[1:33]), "y": b64(point[33:])},
	}}))
	v := must(NewVerifier([]Issuer{{Name: "hs", Audience: "salon", Keys: must(KeySet(set))}}))
	for kid, token := range map[string]string{
		"r": sign(jwt.SigningMethodRS256, rsaKey, valid(), map[string]any{"kid": "r"}),
		"e": sign(jwt.SigningMethodES256, ecKey, valid(), map[string]any{"kid": "e"}),
	} {
		if _, err := v.Verify(token, "weekly", fold, now); err != nil {
			t.Errorf("%s: %v", kid, err)
		}
	}
	if _, err := v.Verify(sign(jwt.SigningMethodRS256, rsaKey, valid(), map[string]any{"kid": "e"}), "weekly", fold, now); err == nil {
		t.Error("a token that names another algorithm's key is believed")
	}
}

func FuzzVerify(f *testing.F) {
	f.Add(hs(nil))
	f.Add(hs(jwt.MapClaims{"context": map[string]any{"user": map[string]any{"id": 1, "moderator": "true"}}}))
	f.Add(raw(`{"alg":"none"}`, text(valid()), ""))
	v := must(NewVerifier([]Issuer{{Name: "hs", Audience: "salon", Keys: []Key{must(SecretKey(secret))}}}))
	known := map[string]bool{hs(nil): true}
	f.Fuzz(func(t *testing.T, token string) {
		if c, err := v.Verify(token, "weekly", fold, now); err == nil && !known[token] && c.Subject != "ada" && c.Subject != "1" {
			t.Fatalf("%q is believed: %+v", token, c)
		}
	})
}

func FuzzKeySet(f *testing.F) {
	f.Add([]byte(`{"keys":[{"kty":"RSA","n":"AQAB","e":"AQAB"}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		if keys, err := KeySet(data); err == nil && len(keys) == 0 {
			t.Fatal("neither keys nor an error")
		}
	})
}
