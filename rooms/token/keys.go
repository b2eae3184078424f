package token

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"
)

// Algorithm is how a token is signed (RFC 7518 3.1).
type Algorithm string

// The algorithms that are accepted.
const (
	HS256 Algorithm = "HS256"
	RS256 Algorithm = "RS256"
	ES256 Algorithm = "ES256"
)

// Algorithms lists the algorithms that are accepted.
var Algorithms = []Algorithm{HS256, RS256, ES256}

const (
	minSecret  = 32   // bytes of a shared secret (RFC 7518 3.2)
	minModulus = 2048 // bits of an RSA key (RFC 7518 3.3)
	maxKeys    = 64   // in one key set
)

// samples are secrets that people copy from documentation, and parts of such.
var samples = []string{"secret", "changeme", "change_me", "change-me", "example", "password", "my_jitsi_app", "your-256-bit", "your_app_secret", "0123456789abcdef"}

// Key verifies the signatures of one algorithm.
type Key struct {
	ID        string // kid; "": of any token whose header names none
	Algorithm Algorithm
	material  any // []byte, *rsa.PublicKey or *ecdsa.PublicKey
}

// SecretKey returns the key of a shared secret. It refuses one that can be guessed.
func SecretKey(secret []byte) (Key, error) {
	if len(secret) < minSecret {
		return Key{}, fmt.Errorf("the secret has %d bytes: use at least %d, such as \"openssl rand -hex 32\" makes", len(secret), minSecret)
	}
	folded := strings.ToLower(string(secret))
	for _, s := range samples {
		if strings.Contains(folded, s) {
			return Key{}, fmt.Errorf("the secret contains %q, as samples in documentation do: use one that \"openssl rand -hex 32\" makes", s)
		}
	}
	if distinct := slices.Compact(slices.Sorted(slices.Values(secret))); len(distinct) < 8 {
		return Key{}, fmt.Errorf("the secret has only %d different characters: use one that \"openssl rand -hex 32\" makes", len(distinct))
	}
	return Key{Algorithm: HS256, material: slices.Clone(secret)}, nil
}

// PublicKey returns the key of a PEM file: a public key or a certificate, RSA for RS256, P-256 for ES256.
func PublicKey(text []byte) (Key, error) {
	block, _ := pem.Decode(text)
	if block == nil {
		return Key{}, errors.New("there is no PEM block: give a file that begins with -----BEGIN PUBLIC KEY-----")
	}
	var public any
	var err error
	switch block.Type {
	case "CERTIFICATE":
		var c *x509.Certificate
		if c, err = x509.ParseCertificate(block.Bytes); err == nil {
			public = c.PublicKey
		}
	case "RSA PUBLIC KEY":
		public, err = x509.ParsePKCS1PublicKey(block.Bytes)
	case "PUBLIC KEY":
		public, err = x509.ParsePKIXPublicKey(block.Bytes)
	default:
		return Key{}, fmt.Errorf("the PEM block is a %s: give the public key", block.Type)
	}
	if err != nil {
		return Key{}, err
	}
	return publicKey("", public)
}

func publicKey(id string, public crypto.PublicKey) (Key, error) {
	switch k := public.(type) {
	case *rsa.PublicKey:
		if k.N.BitLen() < minModulus {
			return Key{}, fmt.Errorf("the RSA key has %d bits: use at least %d", k.N.BitLen(), minModulus)
		}
		return Key{ID: id, Algorithm: RS256, material: k}, nil
	case *ecdsa.PublicKey:
		if k.Curve != elliptic.P256() {
			return Key{}, fmt.Errorf("the curve is %s: use P-256", k.Curve.Params().Name)
		}
		return Key{ID: id, Algorithm: ES256, material: k}, nil
	}
	return Key{}, fmt.Errorf("a key of type %T does not sign tokens here: use RSA or P-256", public)
}

// KeySet returns the keys of a JSON Web Key Set (RFC 7517 5). Keys that are not for signatures of our algorithms are
// passed over; a shared secret in it is refused, because such a file is public.
func KeySet(text []byte) ([]Key, error) {
	var set struct {
		Keys []jwk `json:"keys"`
	}
	if err := json.Unmarshal(text, &set); err != nil {
		return nil, fmt.Errorf("not a JSON Web Key Set: %w", err)
	}
	if len(set.Keys) > maxKeys {
		return nil, fmt.Errorf("%d keys are too many: keep the newest %d", len(set.Keys), maxKeys)
	}
	var keys []Key
	for i, j := range set.Keys {
		if j.Use != "" && j.Use != "sig" {
			continue
		}
		public, err := j.public()
		if err != nil {
			return nil, fmt.Errorf("key %d (%.40q): %w", i+1, j.ID, err)
		}
		if public == nil {
			continue
		}
		key, err := publicKey(j.ID, public)
		if err != nil {
			return nil, fmt.Errorf("key %d (%.40q): %w", i+1, j.ID, err)
		}
		if j.Algorithm != "" && j.Algorithm != key.Algorithm {
			continue
		}
		if slices.ContainsFunc(keys, func(k Key) bool { return k.ID == key.ID }) {
			return nil, fmt.Errorf("two keys have the id %.40q: give each its own", key.ID)
		}
		keys = append(keys, key)
	}
	if len(keys) == 0 {
		return nil, errors.New("no key in it is for RS256 or ES256")
	}
	return keys, nil
}

// jwk is a JSON Web Key (RFC 7517 4, RFC 7518 6).
type jwk struct {
	Type      string    `json:"kty"`
	Use       string    `json:"use"`
	ID        string    `json:"kid"`
	Algorithm Algorithm `json:"alg"`
	Curve     string    `json:"crv"`
	X         string    `json:"x"`
	Y         string    `json:"y"`
	N         string    `json:"n"`
	E         string    `json:"e"`
}

// public returns nil for a key of another kind.
func (j jwk) public() (crypto.PublicKey, error) {
	switch j.Type {
	case "RSA":
		n, e := number(j.N), number(j.E)
		if n == nil || e == nil || !e.IsInt64() || e.Int64() < 3 || e.Int64() > 1<<31-1 {
			return nil, errors.New("n or e is not a number")
		}
		return &rsa.PublicKey{N: n, E: int(e.Int64())}, nil
	case "EC":
		if j.Curve != "P-256" {
			return nil, nil
		}
		point, err := ecPoint(j.X, j.Y)
		if err != nil {
			return nil, err
		}
		return ecdsa.ParseUncompressedPublicKey(elliptic.P256(), point)
	case "oct":
		return nil, errors.New("a key set holds a shared secret: put it into secret_file, where only the server reads it")
	}
	return nil, nil
}

// ecPoint is the uncompressed form of a point of P-256 (SEC 1 2.3.3).
func ecPoint(x, y string) ([]byte, error) {
	point := []byte{4}
	for _, text := range []string{x, y} {
		coordinate, err := base64.RawURLEncoding.DecodeString(text)
		if err != nil || len(coordinate) != 32 {
			return nil, errors.New("x or y is not 32 bytes in base64url")
		}
		point = append(point, coordinate...)
	}
	return point, nil
}

func number(text string) *big.Int {
	b, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || len(b) == 0 || len(b) > 1024 {
		return nil
	}
	return new(big.Int).SetBytes(b)
}
