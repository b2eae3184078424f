package certificates

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"log/slog"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"salon/configs"
)

const (
	// selfSignedLife is below 398 days, beyond which Apple's systems refuse a certificate whatever the user says.
	selfSignedLife = 365 * 24 * time.Hour
	// selfSignedRenew is how long before its end a certificate is replaced.
	selfSignedRenew = 30 * 24 * time.Hour
	selfSignedFile  = "self-signed.pem"
)

// selfSigned serves a certificate that was made here. It is kept, so that somebody who has trusted it once is not
// asked again after a restart.
type selfSigned struct {
	path  string // "" when it cannot be kept
	names []string
	log   *slog.Logger
	now   func() time.Time

	mu      sync.Mutex // guards current; held while a certificate is made
	current *tls.Certificate
}

func newSelfSigned(c configs.TLS, log *slog.Logger) (*Source, error) {
	s := &selfSigned{names: localNames(c.Domains), log: log, now: time.Now}
	if dir, err := folder(c.CacheDir); err != nil {
		log.Warn("the self-signed certificate cannot be kept and will be another one after a restart", "reason", err)
	} else {
		s.path = filepath.Join(dir, selfSignedFile)
	}
	certificate, err := s.get(nil)
	if err != nil {
		return nil, err
	}
	log.Info("using a self-signed certificate: browsers will warn, compare the fingerprint there",
		"sha256", Fingerprint(certificate), "names", strings.Join(s.names, " "), "expires", certificate.Leaf.NotAfter)
	return &Source{config: serverConfig(s.get)}, nil
}

// Fingerprint is the SHA-256 of the leaf in the form that browsers show.
func Fingerprint(c *tls.Certificate) string {
	sum := sha256.Sum256(c.Certificate[0])
	return strings.ReplaceAll(fmt.Sprintf("% X", sum[:]), " ", ":")
}

// localNames are the names and addresses by which this machine is reached on its network.
func localNames(domains []string) []string {
	names := append([]string{"localhost", "127.0.0.1", "::1"}, domains...)
	if host, err := os.Hostname(); err == nil && host != "" {
		names = append(names, host)
		if !strings.Contains(host, ".") {
			names = append(names, host+".local") // multicast DNS
		}
	}
	addresses, _ := net.InterfaceAddrs() // none found: the names above remain
	for _, a := range addresses {
		if n, ok := a.(*net.IPNet); ok && !n.IP.IsLinkLocalUnicast() {
			names = append(names, n.IP.String())
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func (s *selfSigned) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.current == nil {
		s.current = s.kept()
	}
	if s.usable(s.current) {
		return s.current, nil
	}
	text, err := makeSelfSigned(s.names, s.now())
	if err != nil {
		return nil, fmt.Errorf("make a self-signed certificate: %w", err)
	}
	if s.path != "" {
		if err := os.WriteFile(s.path, text, 0o600); err != nil {
			s.log.Warn("the self-signed certificate cannot be kept and will be another one after a restart", "reason", err)
		}
	}
	pair, err := tls.X509KeyPair(text, text)
	if err != nil {
		return nil, fmt.Errorf("make a self-signed certificate: %w", err)
	}
	s.current = &pair
	return s.current, nil
}

// kept reads what an earlier run made, nil when there is none.
func (s *selfSigned) kept() *tls.Certificate {
	if s.path == "" {
		return nil
	}
	pair, err := tls.LoadX509KeyPair(s.path, s.path)
	if err != nil {
		return nil
	}
	return &pair
}

// usable says whether the certificate covers all names for a while.
func (s *selfSigned) usable(c *tls.Certificate) bool {
	if c == nil || s.now().Before(c.Leaf.NotBefore) || s.now().After(c.Leaf.NotAfter.Add(-selfSignedRenew)) {
		return false
	}
	return !slices.ContainsFunc(s.names, func(name string) bool { return c.Leaf.VerifyHostname(name) != nil })
}

// makeSelfSigned returns certificate and key as PEM.
func makeSelfSigned(names []string, now time.Time) ([]byte, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return nil, err
	}
	template := x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: "Salon, self-signed"},
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(selfSignedLife), // an hour for clocks that are behind
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		BasicConstraintsValid: true,
	}
	for _, name := range names {
		if ip := net.ParseIP(name); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
		} else {
			template.DNSNames = append(template.DNSNames, name)
		}
	}
	certificate, err := x509.CreateCertificate(rand.Reader, &template, &template, key.Public(), key)
	if err != nil {
		return nil, err
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	var text bytes.Buffer
	err = pem.Encode(&text, &pem.Block{Type: "CERTIFICATE", Bytes: certificate})
	if err == nil {
		err = pem.Encode(&text, &pem.Block{Type: "PRIVATE KEY", Bytes: private})
	}
	return text.Bytes(), err
}
