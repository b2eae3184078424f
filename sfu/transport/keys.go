package transport

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"fmt"
	"hash"
	"sync"

	"github.com/pion/dtls/v3"
	"github.com/pion/dtls/v3/pkg/crypto/prf"
	"github.com/pion/dtls/v3/pkg/protocol/extension"
	"github.com/pion/dtls/v3/pkg/protocol/handshake"
	"github.com/pion/srtp/v3"
)

const (
	exporterLabel  = "EXTRACTOR-dtls_srtp" // RFC 5764 4.2
	keyLogLabel    = "CLIENT_RANDOM"       // the line that a TLS 1.2 key log has for a handshake
	masterSaltSize = 12                    // RFC 7714 12: both GCM profiles
	labelKey       = 0x00                  // RFC 3711 4.3.2
	labelSalt      = 0x02
)

// keyring gets a Peer's SRTP keys from its DTLS handshake through two hooks of Pion's (docs/decisions/0003): the server
// hello tells the profile and our random, the key log the client's random and the master secret. It is only asked after
// Pion has verified the client's fingerprint.
type keyring struct {
	mu           sync.Mutex // leaf; guards all below
	serverRandom [handshake.RandomLength]byte
	suite        dtls.CipherSuiteID
	profile      dtls.SRTPProtectionProfile
	keys         *mediaKeys
}

// mediaKeys protect the RTP of both directions, and the RTCP that comes. They are the same for the life of the Peer: an
// ICE restart makes no new handshake. Without local and remote, another profile than AES-GCM's was negotiated, and Pion
// protects the RTP; when all are missing, the client is the DTLS server.
type mediaKeys struct {
	local, remote *protection
	feedback      *srtp.Context // its user's lock guards it
}

// own says whether RTP goes past Pion. It is never undecided again: a key stream has one user.
func (k *mediaKeys) own() bool { return k != nil && k.local != nil }

// readsRTCP says whether the RTCP that comes is read past Pion.
func (k *mediaKeys) readsRTCP() bool { return k != nil && k.feedback != nil }

// protection is one direction's cipher. Safe for concurrent use.
type protection struct {
	aead cipher.AEAD
	salt [masterSaltSize]byte
}

// serverHello notes what our hello says; it changes nothing.
func (k *keyring) serverHello(h handshake.MessageServerHello) handshake.Message {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.serverRandom, k.profile, k.suite, k.keys = h.Random.MarshalFixed(), 0, 0, nil
	if h.CipherSuiteID != nil {
		k.suite = dtls.CipherSuiteID(*h.CipherSuiteID)
	}
	for _, e := range h.Extensions {
		if use, ok := e.(*extension.UseSRTP); ok && len(use.ProtectionProfiles) == 1 {
			k.profile = use.ProtectionProfiles[0]
		}
	}
	return &h
}

// Write implements io.Writer for Pion's key log: one line for a handshake. Nothing of it is kept but derived keys.
func (k *keyring) Write(line []byte) (int, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if clientRandom, master, ok := parseKeyLog(line); ok {
		k.keys, _ = deriveKeys(k.profile, hashOf(k.suite), master, clientRandom, k.serverRandom[:])
		clear(master)
	}
	return len(line), nil
}

// media returns the keys after the handshake.
func (k *keyring) media() *mediaKeys {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.keys == nil {
		return &mediaKeys{}
	}
	return k.keys
}

func parseKeyLog(line []byte) (clientRandom, master []byte, ok bool) {
	fields := bytes.Fields(line)
	if len(fields) != 3 || string(fields[0]) != keyLogLabel {
		return nil, nil, false
	}
	clientRandom, master = make([]byte, hex.DecodedLen(len(fields[1]))), make([]byte, hex.DecodedLen(len(fields[2])))
	_, first := hex.Decode(clientRandom, fields[1])
	_, second := hex.Decode(master, fields[2])
	return clientRandom, master, first == nil && second == nil
}

// hashOf returns the hash of a cipher suite's pseudo-random function (RFC 5246 5).
func hashOf(suite dtls.CipherSuiteID) func() hash.Hash {
	switch suite {
	case dtls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, dtls.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384:
		return sha512.New384
	}
	return sha256.New
}

// profiles that are negotiated, with the sizes of key and salt (RFC 5764 4.1.2, RFC 7714 12).
var profiles = map[dtls.SRTPProtectionProfile]struct {
	profile   srtp.ProtectionProfile
	key, salt int
	own       bool // RTP is sealed and opened here
}{
	dtls.SRTP_AEAD_AES_128_GCM:       {srtp.ProtectionProfileAeadAes128Gcm, 16, masterSaltSize, true},
	dtls.SRTP_AEAD_AES_256_GCM:       {srtp.ProtectionProfileAeadAes256Gcm, 32, masterSaltSize, true},
	dtls.SRTP_AES128_CM_HMAC_SHA1_80: {srtp.ProtectionProfileAes128CmHmacSha1_80, 16, 14, false},
}

// deriveKeys exports the keying material of a handshake (RFC 5705, RFC 5764 4.2) and makes both directions of it. The
// result is nil without a profile.
func deriveKeys(negotiated dtls.SRTPProtectionProfile, h func() hash.Hash, master, clientRandom, serverRandom []byte) (*mediaKeys, error) {
	profile, ok := profiles[negotiated]
	if !ok {
		return nil, nil
	}
	seed := append(append([]byte(exporterLabel), clientRandom...), serverRandom...)
	material, err := prf.PHash(master, seed, 2*(profile.key+profile.salt), h)
	if err != nil {
		return nil, fmt.Errorf("export keying material: %w", err)
	}
	defer clear(material)
	remoteKey, localKey := material[:profile.key], material[profile.key:2*profile.key]
	salts := material[2*profile.key:]
	remoteSalt, localSalt := salts[:profile.salt], salts[profile.salt:]
	keys := &mediaKeys{}
	if keys.feedback, err = srtp.CreateContext(remoteKey, remoteSalt, profile.profile, srtp.SRTCPReplayProtection(replayWindow)); err != nil {
		return nil, fmt.Errorf("use SRTCP keys: %w", err)
	}
	if !profile.own {
		return keys, nil
	}
	if keys.remote, err = newProtection(remoteKey, remoteSalt); err != nil {
		return nil, err
	}
	if keys.local, err = newProtection(localKey, localSalt); err != nil {
		return nil, err
	}
	return keys, nil
}

// newProtection derives the session key and salt for RTP (RFC 3711 4.3, RFC 7714 11).
func newProtection(masterKey, masterSalt []byte) (*protection, error) {
	master, err := aes.NewCipher(masterKey)
	if err != nil {
		return nil, fmt.Errorf("use an SRTP master key: %w", err)
	}
	key := deriveSession(master, masterSalt, labelKey, len(masterKey))
	defer clear(key)
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("use an SRTP session key: %w", err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil, fmt.Errorf("use AES-GCM: %w", err)
	}
	p := &protection{aead: aead}
	copy(p.salt[:], deriveSession(master, masterSalt, labelSalt, masterSaltSize))
	return p, nil
}

// deriveSession is the AES-CM pseudo-random function with a key derivation rate of 0 (RFC 3711 4.3.3): the label is at
// byte 7 of the 14, since the 6 bytes after it are the packet index divided by the rate, which is 0.
func deriveSession(master cipher.Block, salt []byte, label byte, size int) []byte {
	var iv [aes.BlockSize]byte
	copy(iv[:], salt)
	iv[7] ^= label
	out := make([]byte, size)
	cipher.NewCTR(master, iv[:]).XORKeyStream(out, out)
	return out
}
