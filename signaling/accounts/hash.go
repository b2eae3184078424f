package accounts

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/crypto/argon2"
)

// The cost of a new hash: what OWASP recommends at least, so that two at a time suit a small machine.
const (
	costMemory  = 19 << 10 // KiB
	costTime    = 2
	costThreads = 1
	saltLength  = 16
	keyLength   = 32
)

// The bounds of what a file may ask for: more would let a line of it stop the server.
const (
	maxMemory  = 256 << 10 // KiB
	maxTime    = 16
	maxThreads = 16
	maxKey     = 64
)

// The bounds of passwords, in bytes. Longer than the upper one is no safer.
const (
	MinPassword = 10
	MaxPassword = 1024
)

// hash is an argon2id hash (RFC 9106).
type hash struct {
	memory, time uint32
	threads      uint8
	salt, key    []byte
}

// Hash returns the line for a password: $argon2id$v=19$m=...,t=...,p=...$salt$key.
func Hash(password string) (string, error) {
	if len(password) < MinPassword || len(password) > MaxPassword {
		return "", fmt.Errorf("a password has %d to %d bytes: choose another", MinPassword, MaxPassword)
	}
	h := hash{memory: costMemory, time: costTime, threads: costThreads, salt: make([]byte, saltLength)}
	_, _ = rand.Read(h.salt) // never fails: see its documentation
	h.key = argon2.IDKey([]byte(password), h.salt, h.time, h.memory, h.threads, keyLength)
	text := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, h.memory, h.time, h.threads,
		text.EncodeToString(h.salt), text.EncodeToString(h.key)), nil
}

var errHash = errors.New("is not a hash that \"salon account add\" makes: make the line anew")

// parseHash reads what Hash writes, and what other programs write in the same form.
func parseHash(text string) (h hash, err error) {
	parts := strings.Split(text, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return h, errHash
	}
	if n, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &h.memory, &h.time, &h.threads); n != 3 || err != nil {
		return h, errHash
	}
	if h.memory < 8*uint32(h.threads) || h.memory > maxMemory || h.time < 1 || h.time > maxTime || h.threads < 1 || h.threads > maxThreads {
		return h, errors.New("costs less or more than is sensible: make the line anew with \"salon account add\"")
	}
	text64 := base64.RawStdEncoding.Strict()
	if h.salt, err = text64.DecodeString(parts[4]); err != nil || len(h.salt) < 8 || len(h.salt) > maxKey {
		return h, errHash
	}
	if h.key, err = text64.DecodeString(parts[5]); err != nil || len(h.key) < 16 || len(h.key) > maxKey {
		return h, errHash
	}
	return h, nil
}

// fits says whether it is the password's.
func (h hash) fits(password string) bool {
	key := argon2.IDKey([]byte(password), h.salt, h.time, h.memory, h.threads, uint32(len(h.key)))
	return subtle.ConstantTimeCompare(key, h.key) == 1
}
