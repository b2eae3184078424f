package certificates

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"time"

	"golang.org/x/crypto/acme"
	"golang.org/x/crypto/acme/autocert"

	"salon/configs"
)

// acmeTimeout bounds one request to the authority.
const acmeTimeout = 30 * time.Second

// newAuto gets certificates from an ACME authority (RFC 8555) and proves the names with TLS-ALPN-01 (RFC 8737) on the
// HTTPS listener itself, so that no other port is needed.
func newAuto(c configs.TLS, log *slog.Logger) (*Source, error) {
	dir, err := folder(c.CacheDir)
	if err != nil {
		// Without a place to keep them, every restart would ask for new ones until the authority refuses.
		return nil, fmt.Errorf("keep the certificates: %w", err)
	}
	client := &http.Client{Timeout: acmeTimeout}
	if c.ACMECAFile != "" {
		roots, err := readRoots(c.ACMECAFile)
		if err != nil {
			return nil, err
		}
		transport := http.DefaultTransport.(*http.Transport).Clone()
		transport.TLSClientConfig = &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}
		client.Transport = transport
	}
	directory := c.ACMEDirectory
	if directory == "" {
		directory = autocert.DefaultACMEDirectory
	}
	m := &autocert.Manager{
		Prompt: autocert.AcceptTOS, Cache: autocert.DirCache(dir), HostPolicy: autocert.HostWhitelist(c.Domains...), Email: c.Email,
		Client: &acme.Client{DirectoryURL: directory, HTTPClient: client, UserAgent: "salon"},
	}
	get := func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
		certificate, err := m.GetCertificate(hello)
		if err != nil {
			// net/http would only show it at the client's end.
			log.Debug("no certificate for a connection", "name", hello.ServerName, "reason", err)
		}
		return certificate, err
	}
	config := serverConfig(get)
	config.NextProtos = append(config.NextProtos, acme.ALPNProto)
	return &Source{config: config, prepare: func(ctx context.Context) { prepare(ctx, m, c.Domains, log) }}, nil
}

func readRoots(path string) (*x509.CertPool, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read tls.acme_ca_file: %w", err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(text) {
		return nil, errors.New("read tls.acme_ca_file: " + path + " holds no PEM certificate")
	}
	return roots, nil
}

// prepare asks for every name's certificate as a modern browser would.
func prepare(ctx context.Context, m *autocert.Manager, domains []string, log *slog.Logger) {
	for _, name := range domains {
		if ctx.Err() != nil {
			return
		}
		certificate, err := m.GetCertificate(&tls.ClientHelloInfo{
			ServerName: name, SupportedCurves: []tls.CurveID{tls.CurveP256}, SignatureSchemes: []tls.SignatureScheme{tls.ECDSAWithP256AndSHA256},
			CipherSuites: []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256}, SupportedVersions: []uint16{tls.VersionTLS13, tls.VersionTLS12},
		})
		if err != nil {
			log.Error("no certificate from the authority: does the name lead to this server, and port 443 to http.listen?", "name", name, "reason", err)
			continue
		}
		log.Info("certificate ready", "name", name, "expires", certificate.Leaf.NotAfter)
	}
}
